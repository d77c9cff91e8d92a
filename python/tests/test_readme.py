"""What the README of the package shows runs, block after block, and the examples run, too."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1]
EXAMPLES = sorted((PACKAGE / "examples").glob("*.py"))


def test_the_readme() -> None:
    text = (PACKAGE / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 8
    namespace: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), namespace)


SAYS = {
    "compare_scorers": r"Newest +198 moves, fresh mean 0\.2638 s\nMedianOfLast +\d+ moves, fresh mean 0\.\d{4} s",
    "inventory": (
        r"minute +9: +0 moves, chains by node 1: 15, 2: 15, 3: 15, 4: 15, 5: 15, 6: 15\n"
        r"minute 29: 15 moves, chains by node 1: 0, (.*)\n"
        r"minute 59: \d\d moves, chains by node 1: \d+, 2: 0, (.*)"
    ),
    "migration_cost": r"moves: 7 evict .*, cost 0\.02\nstays: 8 cost too high .*, cost 9\.00",
    "safe_to_run": (
        r"00:00  scheduler evict 7: 3 -> 6 at revision 1\n"
        r" +chain 7 moves from node 3 to node 6: its score 0\.20 is under the floor 0\.50, .*\.\n"
        r"00:01  count place 7 -> 6, excluding 1 2 at revision 2\n +the move of chain 7 failed\n.*\n"
        r"00:02  count place 7, excluding 1 2 6 at revision 2\n(.*\n)+"
        r"\d\d:\d\d  drain evict 7: 2 -> [56] at revision 3\n(.*\n)+"
        r"\d\d:\d\d  node 2: moved 2, left 1, at risk\. chain 9 is blocked: claim held\n(.*\n)+"
        r"\d\d:\d\d  node 2: moved 3, left 0, on time\.\n(.*\n)+"
        r"00:00  new -> healthy\n\d\d:\d\d  healthy -> claim held\n(.*\n)+\d\d:\d\d  cooldown -> healthy"
    ),
    "ten_lines": r"chain 7: 3 -> 4, gain 0\.80\n7 evict 3 -> 4: .*\n7 cooldown until 300s",
    "vectorised": r"second 0: 100000 of 100000 chains scored, 0 should move\n(.*\n)*.*away from \[501\], gain .*",
}


def test_every_example_is_tested() -> None:
    assert [example.stem for example in EXAMPLES] == sorted(SAYS)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_an_example(example: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(example), run_name="__main__")
    assert re.fullmatch(SAYS[example.stem], capsys.readouterr().out.strip())
