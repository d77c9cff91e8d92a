"""The trace that the rules were made for. It is not part of the repository, only looked for beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from driftline.cli import main
from driftline.replay import Playback, Trace, run

from .world import DATA, oracle

if TYPE_CHECKING:
    from pathlib import Path

TI, CS = DATA / "seattle_rows_ti_u16.npy", DATA / "seattle_rows_cs_u16.npy"
MOVES, PLACEMENT = DATA / "seattle_expected_moves_hyst_N10.csv", DATA / "seattle_initial_placement_best.csv"

pytestmark = pytest.mark.skipif(
    not all(path.exists() for path in (TI, CS, MOVES, PLACEMENT)),
    reason="the measured trace is not beside the repository",
)


@pytest.fixture(scope="module")
def trace() -> Trace:
    return Trace.read(TI, CS)


def test_the_trace(trace: Trace) -> None:
    assert (trace.name, trace.node_count, trace.slice_count) == ("seattle_rows", 99, 688)


def test_the_moves_are_those_of_the_file(tmp_path: Path) -> None:
    made = tmp_path / "moves.csv"
    assert main(["replay", "--rows", str(TI), str(CS), "--moves", str(made)]) == 0
    assert made.read_bytes() == MOVES.read_bytes()


def test_the_initial_placement(trace: Trace) -> None:
    expected = np.loadtxt(PLACEMENT, delimiter=",", skiprows=1, dtype=np.int64)
    assert Playback(trace, "never").placement.holders.tolist() == np.sort(expected[:, 1:], axis=1).tolist()


@pytest.mark.parametrize(
    ("policy", "smooth", "moves", "pre", "fresh"),
    [
        ("never", 1.0, 0, ("0.1962", "0.58"), ("0.1776", "0.53")),
        ("greedy", 1.0, 15_237, ("0.0499", "0.18"), ("0.1519", "0.49")),
        ("drift", 1.0, 4_459, ("0.1080", "0.44"), ("0.1469", "0.49")),
        ("drift", 0.3, 228, None, ("0.1363", None)),
    ],
)
def test_the_figures(
    trace: Trace,
    policy: str,
    smooth: float,
    moves: int,
    pre: tuple[str, str] | None,
    fresh: tuple[str, str | None],
) -> None:
    result = run(trace, policy, smooth=smooth)
    assert len(result.moves) == moves
    for kind, expected in (("pre", pre), ("fresh", fresh)):
        if expected is not None:
            assert f"{result.mean_s(kind):.4f}" == expected[0]
        if expected is not None and expected[1] is not None:
            assert f"{result.p95_s(kind):.2f}" == expected[1]


@pytest.mark.parametrize(
    ("policy", "cooldown", "smooth"), [("drift", 0, 1.0), ("drift", 10, 0.3), ("drift", 3, 0.1), ("greedy", 10, 1.0)]
)
def test_against_the_oracle(trace: Trace, policy: str, cooldown: int, smooth: float) -> None:
    records, nodes, slices = oracle.read_records(TI, CS)
    expected = oracle.replay(records, nodes, slices, policy, cooldown, smooth)
    assert run(trace, policy, cooldown_slices=cooldown, smooth=smooth).summary() == expected.summary()
