"""`driftline replay --scenario load` shows policies beside each other on one cluster."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from driftline.cli import options
from driftline.replay.load import LoadTrace, run, trace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import Done, Run

SMALL = ("--scenario", "load", "--seed", 7, "--nodes", 24, "--chains", 90, "--slices", 60)
NUMBERS = (7, 24, 90, 60)

MODULE = """\
from driftline.replay.load import LatencyScorer

class Slow(LatencyScorer):
    def __init__(self, trace):
        super().__init__(trace, 0.3)
        print("made")

class Breaks(LatencyScorer):
    def score_many(self, chains, nodes):
        if self.observations.slice == 5:
            return self.look_up(chains)
        return super().score_many(chains, nodes)
    def look_up(self, chains):
        return {}[len(chains)]

class Deaf(LatencyScorer):
    follow = None

class NoScorer(LatencyScorer):
    def __init__(self, trace):
        super().__init__(trace)
        self.scorer = None

class Percent(LatencyScorer):
    def score_many(self, chains, nodes):
        return 100 * super().score_many(chains, nodes)

class Nowhere(LatencyScorer):
    def alternatives(self, chain, exclude, limit):
        return [(24, 1.0)]

class TakesNothing:
    def __init__(self):
        pass

number = 3
"""


@pytest.fixture
def module(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "load_scorers.py").write_text(MODULE)
    yield "load_scorers"
    sys.modules.pop("load_scorers", None)


def objects(done: Done) -> list[dict[str, Any]]:
    assert (done.code, done.err) == (0, ""), done
    return [json.loads(line) for line in done.out.splitlines()]


def test_limits_are_those_of_the_scenario() -> None:
    """They are written twice, because help stands on the standard library alone."""
    assert options.LOAD_NODES == (5 * 4, trace.NODES_MAX)
    assert (options.LOAD_CHAINS_MAX, options.LOAD_SLICES_MAX) == (trace.CHAINS_MAX, trace.SLICES_MAX)
    made = LoadTrace.generate()
    sizes = {"nodes": made.node_count, "chains": made.chain_count, "slices": made.slice_count}
    assert {"seed": 42, **sizes} == options.DEFAULT_LOAD


def test_numbers_for_programs(driftline: Run) -> None:
    labels = ["never move", "greedy", "driftline", "driftline, smoothed 0.3"]
    results = objects(driftline("replay", *SMALL, "--policy", "all", "--json"))
    assert [result["label"] for result in results] == labels
    made = LoadTrace.generate(*NUMBERS)
    expected = [run(made, "never"), run(made, "greedy"), run(made), run(made, smooth=0.3)]
    for result, wanted in zip(results, expected, strict=True):
        summary = wanted.summary()
        assert {key: result[key] for key in summary} == summary
        assert list(result) == [
            *("label", "policy", *summary, "invalid_scores", "invalid_alternatives"),
            *("node_count", "chain_count", "slice_count", "trace_name"),
        ]
    assert results[0]["trace_name"] == "generated load, seed 7"


def test_driftline_alone_is_the_default(driftline: Run) -> None:
    (only,) = objects(driftline("replay", *SMALL, "--json"))
    assert (only["label"], only["policy"], only["chain_count"]) == ("driftline", "drift", 90)


def test_the_table(driftline: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    done = driftline("replay", *SMALL, "--policy", "never", "--policy", "drift", "--smooth", 0.3)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "generated load, seed 7: 24 nodes, 90 chains, 60 slices"
    assert max(map(len, lines)) <= 80
    assert "p95" not in done.out
    result = run(LoadTrace.generate(*NUMBERS), smooth=0.3)
    never = run(LoadTrace.generate(*NUMBERS), "never")
    (line,) = [line for line in lines if line.startswith("driftline, smoothed 0.3")]
    difference = f"{100 * (result.mean_ms() / never.mean_ms() - 1):+.1f} %"
    shown = [f"{len(result.moves):,}", f"{result.mean_ms():.1f}", difference]
    shown += [f"{result.over_node_slices()}", "0", f"{result.slices_until_empty()}"]
    assert line.replace("driftline, smoothed 0.3", "").replace(" %", "%").split() == [
        word.replace(" %", "%") for word in shown
    ]
    monkeypatch.setenv("COLUMNS", "120")
    wide = driftline("replay", *SMALL, "--policy", "never").out
    assert "p95 ms" in wide
    assert f"{100 * never.greatest_use():.0f} %" in wide
    assert "40 slices" in " ".join(wide.split())


def test_what_becomes_of_the_rack(driftline: Run) -> None:
    numbers = ("--scenario", "load", "--nodes", 20, "--chains", 40, "--policy", "never")

    def line(slices: int) -> str:
        return next(
            line for line in driftline("replay", *numbers, "--slices", slices).out.splitlines() if "never" in line[:5]
        )

    lost = run(LoadTrace.generate(42, 20, 40, 100), "never").lost_replicas
    assert line(100).endswith(f" {lost} lost")
    assert line(60).endswith(" no"), "it is still there when the run ends"


def test_moves_as_csv(driftline: Run, tmp_path: Path) -> None:
    arguments = ("--policy", "greedy", "--policy", "drift", "--moves", "moves.csv", "--json")
    results = objects(driftline("replay", *SMALL, *arguments))
    with (tmp_path / "moves.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["label", "t", "chain", "evicted", "target"]
    for result in results:
        assert sum(row["label"] == result["label"] for row in rows) == result["moves"] > 0
    first = run(LoadTrace.generate(*NUMBERS), "greedy").moves[0]
    assert [int(rows[0][name]) for name in ("t", "chain", "evicted", "target")] == list(first)


def test_the_library_s_own_scorer(driftline: Run) -> None:
    never, only = objects(driftline("replay", *SMALL, "--policy", "never", "--scorer", "inventory", "--json"))
    assert (only["label"], only["policy"]) == ("driftline, inventory", "drift")
    assert only["moves"] > 0
    assert only["latency_us"] < never["latency_us"]


def test_the_library_s_own_scorer_on_round_trip_times(driftline: Run) -> None:
    arguments = ("--generate", 42, 24, 120, "--policy", "drift", "--scorer", "inventory", "--production", "--json")
    labels = [result["label"] for result in objects(driftline("replay", *arguments))]
    assert labels == ["driftline", "driftline, inventory", "driftline, production", "driftline, production, inventory"]
    done = driftline("explain", 7, "--scorer", "inventory")
    assert (done.code, done.err) == (0, "")
    assert "chain 7 after slice 119" in done.out


def test_a_scorer_of_the_user_s(driftline: Run, module: str) -> None:
    done = driftline("replay", *SMALL, "--scorer", f"{module}:Slow", "--policy", "never", "--json")
    assert done.err == "made\n", "what it prints does not get into the JSON"
    never, only = (json.loads(line) for line in done.out.splitlines())
    assert (never["label"], only["label"]) == ("never move", f"driftline, {module}:Slow")
    assert only["trace"] == run(LoadTrace.generate(*NUMBERS), smooth=0.3).trace


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Deaf", "the scorer lacks the method follow"),
        ("NoScorer", "the scorer lacks the method score"),
        ("Nowhere", "named a home that is none: chain "),
        ("TakesNothing", "raised TypeError"),
        ("Breaks", "raised KeyError"),
        ("Nothing", "the module load_scorers has no Nothing"),
        ("number", "number is not a class: it cannot be called with the trace"),
    ],
)
def test_what_is_wrong_with_a_scorer(driftline: Run, module: str, name: str, words: str) -> None:
    done = driftline("replay", *SMALL, "--scorer", f"{module}:{name}", "--json")
    assert (done.code, done.out) == (1, "")
    last = done.err.splitlines()[-1]
    assert last.startswith("driftline: ")
    assert words in last


def test_answers_that_count_for_nothing_are_told(driftline: Run, module: str) -> None:
    done = driftline("replay", *SMALL, "--scorer", f"{module}:Percent")
    assert done.code == 0
    assert "scores that are NaN, infinite or out of [0, 1]" in " ".join(done.out.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--scenario", "load", "--rows", "a", "b"), "argument --rows: not allowed with --scenario load"),
        (("--scenario", "load", "--generate", 1, 24, 9), "argument --generate: not allowed with --scenario load"),
        (("--scenario", "load", "--generate", 42, 24, 120), "argument --generate: not allowed with --scenario load"),
        (("--scenario", "load", "--cooldown", 10), "argument --cooldown: not allowed with --scenario load"),
        (("--scenario", "load", "--production"), "argument --production: not allowed with --scenario load"),
        (("--seed", 1), "argument --seed: only allowed with --scenario load"),
        (("--nodes", 60), "argument --nodes: only allowed with --scenario load"),
        (("--chains", 600), "argument --chains: only allowed with --scenario load"),
        (("--slices", 480), "argument --slices: only allowed with --scenario load"),
        (("--scenario", "disk"), "invalid choice: 'disk'"),
        (("--scenario", "load", "--nodes", 19), "--nodes: must be a whole number from 20 to 4096, not '19'"),
        (("--scenario", "load", "--chains", 0), "--chains: must be a whole number from 1 to 200000, not '0'"),
        (("--scenario", "load", "--slices", 65537), "--slices: must be a whole number from 1 to 65536"),
        (("--scenario", "load", "--seed", -1), "--seed: must be a whole number from 0 to"),
        (("--scenario", "load", "--chains", 200_000), "chains * nodes must be at most 4000000, not 12000000"),
    ],
)
def test_wrong_usage(driftline: Run, arguments: tuple[object, ...], words: str) -> None:
    done = driftline("replay", *arguments)
    assert (done.code, done.out) == (2, "")
    first, second = done.err.splitlines()
    assert words in first
    assert second == "Try 'driftline replay --help'."


def test_the_report(driftline: Run, tmp_path: Path) -> None:
    done = driftline("replay", *SMALL, "--policy", "never", "--scorer", "inventory", "--report", "report.html")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("Written: report.html\n")
    assert "<h1>Load report</h1>" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written_is_told_before_the_run(driftline: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.replay.load.run", None)
    for option in ("--moves", "--report"):
        done = driftline("replay", *SMALL, option, "missing/file")
        assert (done.code, done.out) == (1, "")
        assert done.err == "driftline: missing/file: cannot be written: No such file or directory\n"
