"""`driftline explain` says why a chain is where it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from driftline import Explanation, SchedulerConfig, Verdict
from driftline.cli.terminal import sparkline
from driftline.replay import Playback, Trace, run

if TYPE_CHECKING:
    from .conftest import Run


PRODUCTION = SchedulerConfig.production()


def answer(run_command: Run, *arguments: object) -> dict[str, Any]:
    done = run_command("explain", *arguments, "--json")
    assert (done.code, done.err) == (0, ""), done
    parsed: dict[str, Any] = json.loads(done.out)
    return parsed


def playback(until: int) -> Playback:
    played = Playback(Trace.generate(42, 24, 120))
    for _ in range(until):
        played.advance()
    return played


@pytest.mark.parametrize("until", [0, 1, 60, 69, 119])
def test_it_says_what_the_library_says(driftline: Run, until: int) -> None:
    played = playback(until)
    drift = played.drift
    assert drift is not None
    for chain in range(24):
        found = answer(driftline, chain, "--slice", until)
        explanation = drift.scheduler.explain(drift.state, chain)
        assert (found["chain"], found["slice"], found["text"]) == (chain, until, str(explanation))
        assert Verdict(found["verdict_number"]) == explanation.judgement.verdict
        assert found["gain"] == explanation.judgement.gain
        holders = [(holder["node"], holder["rtt_cs"], holder["score"]) for holder in found["holders"]]
        state = drift.state.chain(chain)
        assert state is not None
        assert [node for node, _, _ in holders] == list(state.holders)
        cells = drift.scheduler.cells(chain)
        assert [score for _, _, score in holders] == [cells.get(node) for node, _, _ in holders]
        assert [rtt for _, rtt, _ in holders] == [played.measurements.rtt_cs[chain, node] for node, _, _ in holders]
        history = drift.scheduler.history(chain)
        assert found["history"]["ewma"] == history.ewma
        assert found["history"]["samples"][-1][1] == history[-1].worst_score


def test_moves_so_far(driftline: Run) -> None:
    moves = [move for move in run(Trace.generate(42, 24, 120)).moves if move.chain == 7]
    assert len(moves) == 10
    found = answer(driftline, 7)
    assert [(move["t"], move["evicted"], move["target"]) for move in found["moves"]] == [
        (move.slice, move.evicted, move.target) for move in moves
    ]
    earlier = answer(driftline, 7, "--slice", 68)
    assert earlier["moves"] == [move for move in found["moves"] if move["t"] <= 68]
    assert answer(driftline, 7, "--slice", 119) == found


def test_the_words_on_a_terminal(driftline: Run) -> None:
    done = driftline("explain", 7, "--slice", 69)
    assert (done.code, done.err) == (0, "")
    found = answer(driftline, 7, "--slice", 69)
    for words in (
        "chain 7 after slice 69 of generated, seed 42",
        found["text"],
        "chain 7 moves from node 0 to node 17: its score 0.41 is under the floor 0.50",
        "verdict  evict, since slice 69",
        "worst    node 0: sampled 0.410, live 0.410, the floor is 0.500",
        "better   node 17: ",
        "gain     0.348, has to be over 0.200",
        "no opinion",
        "degrading",
        "slice    69: from node 0 to node 17",
    ):
        assert words in done.out
    bars = next(line for line in done.out.splitlines() if line.startswith("history"))
    assert len(bars) == len("history  ") + len(found["history"]["samples"])
    assert max(map(len, done.out.splitlines())) <= 80


def test_the_reasons_of_production(driftline: Run) -> None:
    played = Playback(Trace.generate(42, 24, 120), production=True)
    drift = played.drift
    assert drift is not None

    def held() -> tuple[int, Explanation] | None:
        explanations = (drift.scheduler.explain(drift.state, chain) for chain in range(24))
        return next(((each.chain, each) for each in explanations if each.verdict is Verdict.FLAP_HOLD), None)

    while (case := held()) is None:
        played.advance()
    (chain, explanation), until = case, played.measurements.slice
    found = answer(driftline, chain, "--slice", until, "--production")
    assert (found["text"], found["sentence"]) == (str(explanation), explanation.sentence)
    assert explanation.flap_hold_until_ns is not None
    released = explanation.flap_hold_until_ns // drift.slice_ns
    assert found["flap_hold_until_slice"] == released > until
    assert (found["limit"], found["flight"]) == (None, None)
    assert found["history"]["samples"][-1][0] <= until
    done = driftline("explain", chain, "--slice", until, "--production")
    for words in (
        f"chain {chain} after slice {until} of generated, seed 42 (24 nodes; a slice is {drift.slice_ns // 10**9}s)",
        f"held     until slice {released}, for it has flapped",
    ):
        assert words in done.out
    assert "a slice is 1s" in driftline("explain", 7).out


def test_a_move_in_flight(driftline: Run) -> None:
    moved = next(move for move in run(Trace.generate(42, 24, 120), production=True).moves if move.chain == 7)
    found = answer(driftline, 7, "--slice", moved.slice, "--production")
    # What was evicted in a tick is known to be gone in the next one.
    assert found["verdict"] == "evict"
    assert found["flight"] == {
        "victim": moved.evicted,
        "target": moved.target,
        "since_slice": moved.slice,
        "times_out_at_slice": moved.slice + 10 * PRODUCTION.move_timeout // PRODUCTION.cooldown,
    }
    done = driftline("explain", 7, "--slice", moved.slice, "--production")
    assert f"flight   from node {moved.evicted} to node {moved.target} since slice {moved.slice}\n" in done.out


@pytest.mark.parametrize("arguments", [[], ["--production"]])
def test_the_sentence_stands_under_the_text(driftline: Run, arguments: list[str]) -> None:
    for until in (0, 30, 69):
        lines = driftline("explain", 7, "--slice", until, *arguments).out.splitlines()
        found = answer(driftline, 7, "--slice", until, *arguments)
        assert lines[1] == found["text"]
        # It may take more than one line.
        shown = " ".join(" ".join(lines[2:]).split())
        assert shown.startswith(f"{found['sentence']}.")


def test_a_long_history_fits_the_screen(driftline: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    arguments = (3, "--generate", 1, 30, 600, "--cooldown", 0)
    done = driftline("explain", *arguments)
    bars = next(line for line in done.out.splitlines() if line.startswith("history"))
    samples = answer(driftline, *arguments)["history"]["samples"]
    assert len(samples) > 41
    # The newest are the ones that are shown.
    assert bars == "history  " + sparkline([score for _, score in samples[-41:]])
    assert "so far, the last 10:" in done.out


def test_other_policies_tell_other_stories(driftline: Run) -> None:
    assert answer(driftline, 7, "--smooth", "0.3")["moves"] != answer(driftline, 7)["moves"]
    assert len(answer(driftline, 7, "--cooldown", 0)["moves"]) > 10


def test_what_is_not_there(driftline: Run) -> None:
    done = driftline("explain", 24)
    assert (done.code, done.out) == (1, "")
    assert done.err == "driftline: there is no chain 24: the trace has chains 0 to 23\n"
    done = driftline("explain", 7, "--slice", 120)
    assert (done.code, done.out) == (1, "")
    assert done.err == "driftline: --slice: there is no slice 120: the trace has slices 0 to 119\n"
