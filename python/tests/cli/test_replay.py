"""`driftline replay` shows policies beside each other, and writes what it is asked to write."""

from __future__ import annotations

import csv
import importlib.util
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from driftline.replay import Trace, run

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Done, Run

SUMMARY = ["moves", "pre_cs", "post_cs", "fresh_cs", "trace", "score_calls", "alternative_calls"]
CHECK_VALUES = (198, 169856, 153749, 40840, 6296284031662187650)


def objects(done: Done) -> list[dict[str, Any]]:
    assert (done.code, done.err) == (0, ""), done
    return [json.loads(line) for line in done.out.splitlines()]


def rows(done: Done) -> dict[str, list[str]]:
    """The table by its first column; the others hold no blanks within a cell once the percent sign is closed up."""
    assert (done.code, done.err) == (0, ""), done
    table = done.out.split("─\n", 1)[1].split("\n\n", 1)[0].replace(" %", "%")
    cells = [re.split(r"  +", line.strip()) for line in table.splitlines()]
    return {cell[0]: cell[1:] for cell in cells}


def test_the_default_is_the_embedded_scenario(driftline: Run) -> None:
    (only,) = objects(driftline("replay", "--json"))
    invalid = ["invalid_scores", "invalid_alternatives"]
    assert list(only) == ["label", "policy", *SUMMARY, *invalid, "node_count", "slice_count", "trace_name"]
    assert tuple(only[key] for key in SUMMARY[:5]) == CHECK_VALUES
    assert (only["label"], only["policy"], only["trace_name"]) == ("driftline", "drift", "generated, seed 42")
    assert (only["node_count"], only["slice_count"]) == (24, 120)
    explicit = ("--generate", 42, 24, 120, "--policy", "drift", "--cooldown", 10, "--smooth", 1)
    assert objects(driftline("replay", "--json", *explicit)) == [only]


def test_all_policies(driftline: Run) -> None:
    labels = ["never move", "greedy", "driftline", "driftline, smoothed 0.3"]
    results = objects(driftline("replay", "--policy", "all", "--json"))
    assert [result["label"] for result in results] == labels
    trace = Trace.generate(42, 24, 120)
    expected = [run(trace, "never"), run(trace, "greedy"), run(trace), run(trace, smooth=0.3)]
    for result, wanted in zip(results, expected, strict=True):
        assert {key: result[key] for key in SUMMARY} == wanted.summary()


@pytest.mark.parametrize(
    ("arguments", "labels"),
    [
        (["--policy", "greedy", "--policy", "never"], ["greedy", "never move"]),
        (["--policy", "drift", "--policy", "drift"], ["driftline"]),
        (["--policy", "drift", "--policy", "all"], ["driftline", "never move", "greedy", "driftline, smoothed 0.3"]),
        (["--policy", "all", "--smooth", "0.5"], ["never move", "greedy", "driftline", "driftline, smoothed 0.5"]),
        (["--policy", "greedy", "--smooth", "0.5"], ["greedy, smoothed 0.5"]),
        (["--policy", "never", "--smooth", "0.5"], ["never move"]),
        (["--policy", "greedy", "--policy", "all"], ["greedy", "never move", "driftline", "driftline, smoothed 0.3"]),
        (
            ["--policy", "all", "--policy", "never", "--smooth", "0.5"],
            ["never move", "greedy", "driftline", "driftline, smoothed 0.5"],
        ),
        (["--smooth", "0.25"], ["driftline, smoothed 0.25"]),
    ],
)
def test_which_runs_are_made(driftline: Run, arguments: list[str], labels: list[str]) -> None:
    results = objects(driftline("replay", "--json", "--generate", 1, 6, 20, *arguments))
    assert [result["label"] for result in results] == labels


@pytest.mark.parametrize(
    ("arguments", "labels"),
    [
        ([], ["driftline", "driftline, production"]),
        (["--smooth", "0.3"], ["driftline, smoothed 0.3", "driftline, production, smoothed 0.3"]),
        (["--policy", "never"], ["never move", "driftline, production"]),
        (["--policy", "greedy", "--smooth", "0.5"], ["greedy, smoothed 0.5", "driftline, production, smoothed 0.5"]),
        (
            ["--policy", "all"],
            [
                *["never move", "greedy", "driftline", "driftline, smoothed 0.3"],
                *["driftline, production", "driftline, production, smoothed 0.3"],
            ],
        ),
        (
            ["--policy", "never", "--scorer", "driftline.replay:RttScorer"],
            [
                "never move",
                "driftline, driftline.replay:RttScorer",
                "driftline, production, driftline.replay:RttScorer",
            ],
        ),
    ],
)
def test_which_runs_production_adds(driftline: Run, arguments: list[str], labels: list[str]) -> None:
    results = objects(driftline("replay", "--json", "--production", "--generate", 1, 6, 20, *arguments))
    assert [result["label"] for result in results] == labels


def test_production_beside_the_others(driftline: Run, tmp_path: Path) -> None:
    without = objects(driftline("replay", "--policy", "all", "--json"))
    results = objects(driftline("replay", "--policy", "all", "--json", "--production", "--moves", "moves.csv"))
    assert results[:4] == without
    trace = Trace.generate(42, 24, 120)
    for result, smooth in zip(results[4:], (1.0, 0.3), strict=True):
        expected = run(trace, smooth=smooth, production=True)
        assert {key: result[key] for key in SUMMARY} == expected.summary()
        assert result["policy"] == "drift"
    with (tmp_path / "moves.csv").open(newline="") as file:
        counted = [line["label"] for line in csv.DictReader(file)].count("driftline, production")
    assert counted == results[4]["moves"] > 0
    table = rows(driftline("replay", "--production", "--policy", "never"))
    assert list(table) == ["never move", "driftline, production"]
    mean_s = run(trace, production=True).mean_s("fresh")
    assert table["driftline, production"][:2] == [str(counted), f"{mean_s:.4f}"]
    assert table["driftline, production"][2] == f"{100 * (mean_s / run(trace, 'never').mean_s('fresh') - 1):+.1f}%"


def test_a_cooldown_holds_for_production_too(driftline: Run) -> None:
    (_, production) = objects(driftline("replay", "--json", "--production", "--cooldown", 1000))
    assert production["moves"] == len(run(Trace.generate(42, 24, 120), cooldown_slices=1000, production=True).moves)


def test_the_table(driftline: Run) -> None:
    done = driftline("replay", "--policy", "all")
    table = rows(done)
    assert list(table) == ["never move", "greedy", "driftline", "driftline, smoothed 0.3"]
    assert table["never move"] == ["0", "0.2514", "-", "0.81", "0.2824", "0.2824", "-"]
    assert table["driftline"] == ["198", "0.2638", "+5.0%", "0.95", "0.1982", "0.1794", "2,378"]
    assert table["driftline, smoothed 0.3"][2] == "-10.1%"
    assert done.out.startswith("generated, seed 42: 24 nodes, 120 slices\n")
    assert "Judge by fresh" in done.out
    assert max(map(len, done.out.splitlines())) <= 80


def test_without_never_there_is_no_difference(driftline: Run) -> None:
    assert rows(driftline("replay"))["driftline"][2] == "-"


def test_a_trace_of_one_slice_has_no_costs(driftline: Run) -> None:
    table = rows(driftline("replay", "--policy", "all", "--generate", 1, 5, 1))
    assert table["driftline"] == ["0", "-", "-", "-", "-", "-", "15"]


def test_moves_of_one_run(driftline: Run, tmp_path: Path) -> None:
    done = driftline("replay", "--moves", "moves.csv")
    assert done.out.endswith("Written: moves.csv\n")
    lines = (tmp_path / "moves.csv").read_bytes().decode().split("\n")
    moves = run(Trace.generate(42, 24, 120)).moves
    assert lines == ["t,chain,evicted,target", *(",".join(map(str, move)) for move in moves), ""]


def test_moves_of_several_runs(driftline: Run, tmp_path: Path) -> None:
    objects(driftline("replay", "--policy", "all", "--json", "--moves", "moves.csv"))
    with (tmp_path / "moves.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    trace = Trace.generate(42, 24, 120)
    for result in (run(trace, "greedy"), run(trace), run(trace, smooth=0.3)):
        mine = [
            tuple(int(line[key]) for key in ("t", "chain", "evicted", "target"))
            for line in lines
            if line["label"] == result.label
        ]
        assert mine == [tuple(move) for move in result.moves]


def test_a_run_without_moves(driftline: Run, tmp_path: Path) -> None:
    driftline("replay", "--policy", "never", "--moves", "moves.csv")
    assert (tmp_path / "moves.csv").read_bytes() == b"t,chain,evicted,target\n"


@pytest.mark.parametrize("option", ["--moves", "--report"])
@pytest.mark.parametrize("path", [".", "no/such/directory.csv", ""])
def test_files_that_cannot_be_written(driftline: Run, monkeypatch: pytest.MonkeyPatch, option: str, path: str) -> None:
    # It is told before the run.
    monkeypatch.setattr("driftline.replay.run", None)
    done = driftline("replay", option, path)
    assert (done.code, done.out) == (1, "")
    assert re.fullmatch(r"driftline: .* cannot be written: .*\n", done.err)
    assert (path or "''") in done.err


def test_a_bad_trace_costs_no_old_file(driftline: Run, tmp_path: Path) -> None:
    (tmp_path / "moves.csv").write_text("precious\n")
    done = driftline("replay", "--rows", "none.npy", "none.npy", "--moves", "moves.csv")
    assert (done.code, done.out) == (1, "")
    assert done.err == "driftline: none.npy: cannot be read: No such file or directory\n"
    assert (tmp_path / "moves.csv").read_text() == "precious\n"


def test_damaged_files(driftline: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.npy").write_bytes(b"\x93NUMPY\x01\x00")
    done = driftline("replay", "--rows", "bad.npy", "bad.npy")
    assert (done.code, done.out) == (1, "")
    assert done.err == "driftline: bad.npy: truncated: the file ends inside its NPY header\n"


def test_what_would_harm_a_terminal_is_made_harmless(driftline: Run) -> None:
    done = driftline("replay", "--rows", "a\x1b[2J\nb", "c")
    assert done.err == "driftline: a?[2J b: cannot be read: No such file or directory\n"


def test_the_report(driftline: Run, tmp_path: Path) -> None:
    done = driftline("replay", "--policy", "all", "--report", "report.html")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("Written: report.html\n")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "driftline, smoothed 0.3" in page
    assert "generated, seed 42" in page


def test_a_missing_extra_is_told_before_the_run(
    driftline: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("driftline.replay.run", None)
    find_spec = importlib.util.find_spec
    monkeypatch.setattr("driftline.report.find_spec", lambda name: None if name == "plotly" else find_spec(name))
    done = driftline("replay", "--report", "report.html")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("driftline: --report: ")
    assert "pip install 'driftline[report]'" in done.err
    assert list(tmp_path.iterdir()) == []
