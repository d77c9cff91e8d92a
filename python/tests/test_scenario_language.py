"""The scenario runner refuses what is not of the language, with file and line."""

from __future__ import annotations

import pytest

from .scenario import ScenarioError, run

#: What is wrong, the text, the line at fault, and what is said of it.
BROKEN = [
    ("empty", "", 1, "the first line must be"),
    ("no-reason", "node 1\n----\nok\n", 1, "the first line must be"),
    ("blank-reason", "# \nnode 1\n----\nok\n", 1, "the first line must be"),
    ("no-separator-at-the-end", "# Why.\nnode 1\n", 2, "ends without `----`"),
    ("no-separator", "# Why.\nnode 1\n\ntick 0s\n----\nok\n", 3, "ends without `----`"),
    ("no-commands", "# Why.\n----\nok\n", 2, "a block without commands"),
    ("second-separator", "# Why.\nnode 1\n----\nok\ntick 0s\n----\nok\n", 6, "no blank line before this block"),
    ("node-is-not-first", "# Why.\ntick 0s\n----\n", 2, "`node` must come first, not `tick`"),
    ("after-a-refused-node", "# Why.\nnode max\ntick 0s\n----\n", 3, "after a refused `node`, not `tick`"),
    ("unknown-command", "# Why.\nnode 1\ntik 0s\n----\n", 3, "unknown command `tik`"),
    ("leading-blank", "# Why.\nnode 1\n tick 0s\n----\n", 3, "unknown command ``"),
    ("output-as-command", "# Why.\nnode 1\nok\n----\n", 3, "unknown command `ok`"),
    ("word-as-id", "# Why.\nnode x\n----\n", 2, "`x` is not a decimal number"),
    ("sign", "# Why.\nnode +1\n----\n", 2, "`+1` is not a decimal number"),
    ("underscore", "# Why.\nnode 1_0\n----\n", 2, "`1_0` is not a decimal number"),
    ("too-large", "# Why.\nnode 18446744073709551616\n----\n", 2, "does not fit into 64 bits"),
    ("superfluous-word", "# Why.\nnode 1 2\n----\n", 2, "unexpected `2`"),
    ("missing-word", "# Why.\nnode\n----\n", 2, "the node is missing"),
    ("time-without-unit", "# Why.\nnode 1\ntick 10\n----\n", 3, "`10` is not a time"),
    ("unit-without-time", "# Why.\nnode 1\ntick s\n----\n", 3, "`` is not a decimal number"),
    ("time-too-large", "# Why.\nnode 1\ntick 5124096h\n----\n", 3, "does not fit into 64 bits of nanoseconds"),
    ("missing-argument", "# Why.\nnode 1\nadd chain=7\n----\n", 3, "argument nodes is missing"),
    ("unknown-argument", "# Why.\nnode 1\nadd chain=7 nodes=1 node=2\n----\n", 3, "unknown argument node"),
    ("repeated-argument", "# Why.\nnode 1\nadd chain=7 nodes=1 chain=7\n----\n", 3, "argument chain is given twice"),
    ("hole-in-a-list", "# Why.\nnode 1\nadd chain=7 nodes=1,,2\n----\n", 3, "`` is not a decimal number"),
    ("both-touched", "# Why.\nnode 1\ntouch chain=7 node=1\n----\n", 3, "unknown argument chain"),
    ("tick-in-a-slice", "# Why.\nnode 1\nbegin\ntick 0s\n----\n", 4, "`tick` between begin and commit"),
    ("node-in-a-slice", "# Why.\nnode 1\nbegin\nnode 1\n----\n", 4, "`node` between begin and commit"),
    ("slice-in-a-slice", "# Why.\nnode 1\nbegin\nbegin\n----\n", 4, "`begin` between begin and commit"),
    ("open-slice", "# Why.\nnode 1\nbegin\n----\n", 4, "the block ends between begin and commit"),
    ("no-slice", "# Why.\nnode 1\ncommit\n----\n", 3, "`commit` without `begin`"),
    ("membership-of-two-parts", "# Why.\nnode 1\nload 7:1\n----\n", 3, "`7:1` is not chain:leader:holders"),
    (
        "too-few-leaders",
        "# Why.\nnode 1\nload-raw chains=7 leaders= offsets=0,0 holders=\n----\n",
        3,
        "as many leaders",
    ),
    ("last-offset", "# Why.\nnode 1\nload-raw chains=7 leaders=1 offsets=0,2 holders=1\n----\n", 3, "the last offset"),
    ("nothing-given", "# Why.\nnode 1\nscore chain=7\n----\n", 3, "nothing is given"),
    ("bare-fraction", "# Why.\nnode 1\nscore chain=7 1=.5\n----\n", 3, "`.5` is not a number"),
    ("exponent", "# Why.\nnode 1\nscore chain=7 1=1e3\n----\n", 3, "`1e3` is not a number"),
    ("wrong-case", "# Why.\nnode 1\nscore chain=7 1=NaN\n----\n", 3, "`NaN` is not a number"),
    ("code-is-zero", "# Why.\nnode 1\nscore chain=7 1=fail(0)\n----\n", 3, "`0` is not a negative 32-bit code"),
    ("code-is-a-word", "# Why.\nnode 1\nscore chain=7 1=fail(x)\n----\n", 3, "`x` is not a negative 32-bit code"),
    ("code-too-large", "# Why.\nnode 1\nscore chain=7 1=fail(-2147483649)\n----\n", 3, "not a negative 32-bit code"),
    ("negative-fingerprint", "# Why.\nnode 1\nfingerprint 1=-1\n----\n", 3, "`-1` is not a decimal number"),
    ("half-an-alternative", "# Why.\nnode 1\nalternative chain=7 node=9\n----\n", 3, "argument score is missing"),
    (
        "some-alternative",
        "# Why.\nnode 1\nalternative chain=7 some\n----\n",
        3,
        "`some` is neither none",
    ),
    ("empty-config", "# Why.\nnode 1\nconfig\n----\n", 3, "nothing is given"),
    ("unknown-field", "# Why.\nnode 1\nconfig floor=1\n----\n", 3, "unknown argument floor"),
    (
        "unknown-policy",
        "# Why.\nnode 1\nconfig on_scorer_error=retry\n----\n",
        3,
        "`retry` is none of abort",
    ),
    ("unknown-option", "# Why.\nnode 1\nscorer fast=on\n----\n", 3, "unknown argument fast"),
    ("neither-on-nor-off", "# Why.\nnode 1\nscorer batch=maybe\n----\n", 3, "`maybe` is none of on off"),
    ("no-samples", "# Why.\nnode 1\nsamples from=0 every=1s count=0\n----\n", 3, "a count above zero"),
    ("samples-without-end", "# Why.\nnode 1\nsamples from=max every=1s count=2\n----\n", 3, "beyond all time"),
    ("count-too-large", "# Why.\nnode 1\ndesire chain=7 count=4294967296\n----\n", 3, "does not fit into 32 bits"),
    ("class-too-large", "# Why.\nnode 1\nclass chain=7 class=4294967296\n----\n", 3, "does not fit into 32 bits"),
    ("bits-of-a-config", "# Why.\nnode 1\nconfig min_holders=4294967296\n----\n", 3, "does not fit into 32 bits"),
    ("freeze-without-end", "# Why.\nnode 1\nfreeze\n----\n", 3, "argument until is missing"),
    ("thaw-until", "# Why.\nnode 1\nthaw until=1s\n----\n", 3, "unknown argument until"),
    ("drain-of-a-chain", "# Why.\nnode 1\ndrain chain=7 deadline=1s\n----\n", 3, "argument node is missing"),
    ("other-config", "# Why.\nnode 1\nconfig default\n----\n", 3, "`default` is none of production"),
    ("order-of-moves", "# Why.\nnode 1\nconfig move_order=place\n----\n", 3, "`place` is none of evict_first"),
    ("empty-policy", "# Why.\nnode 1\npolicy class=1\n----\n", 3, "nothing is given"),
    ("other-policy", "# Why.\nnode 1\npolicy class=1 gone\n----\n", 3, "`gone` is none of none"),
    ("policy-of-nothing", "# Why.\nnode 1\npolicy mode=pinned\n----\n", 3, "argument class is missing"),
    ("unknown-mode", "# Why.\nnode 1\npolicy class=1 mode=calm\n----\n", 3, "`calm` is none of eager"),
    ("policy-field", "# Why.\nnode 1\npolicy class=1 min_holders=1\n----\n", 3, "unknown argument min_holders"),
    ("lazy-without-floor", "# Why.\nnode 1\npolicy class=1 mode=lazy\n----\n", 3, "critical_floor goes with"),
    ("floor-without-lazy", "# Why.\nnode 1\npolicy class=1 critical_floor=0\n----\n", 3, "critical_floor goes with"),
    ("no-export", "# Why.\nnode 1\nimport\n----\n", 3, "`import` without `export`"),
    (
        "import-of-what",
        "# Why.\nnode 1\nlead chain=7 node=1\nexport chain=7\nimport broken\n----\n",
        5,
        "`broken` is none of damaged",
    ),
    ("no-homes", "# Why.\nnode 1\nalternatives chain=7\n----\n", 3, "nothing is given"),
    ("drain-in-words", "# Why.\nnode 1\ndrain-status 7\n----\n", 3, "argument node is missing"),
    ("transitions-of-what", "# Why.\nnode 1\ntransitions chain=7\n----\n", 3, "unknown argument chain"),
    ("no-mark", "# Why.\nnode 1\ndigest-check\n----\n", 3, "`digest-check` without `digest-mark`"),
]


@pytest.mark.parametrize(("text", "line", "message"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_broken_files_are_refused(text: str, line: int, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        run("broken.txt", text)
    assert (caught.value.file, caught.value.line) == ("broken.txt", line)
    assert str(caught.value).startswith(f"broken.txt:{line}: ")
    assert message in str(caught.value)


def test_wrong_output_is_seen_and_the_rest_stays() -> None:
    told = "# Why.\n\n# More.\nnode 1\n# Among commands.\ntick 0s\n----\nwrong\nlines\n\n\n# End.\nchains\n----\n"
    printed = (
        "# Why.\n\n# More.\nnode 1\n# Among commands.\ntick 0s\n----\nsampled none\ncalls none\nnext none\n"
        "\n\n# End.\nchains\n----\nchains none\n"
    )
    assert run("told.txt", told) == printed
    assert run("printed.txt", printed) == printed


def test_a_last_line_without_an_end_is_no_passed_file() -> None:
    text = "# Why.\nnode 1\n----\nok"
    assert run("open.txt", text) != text
