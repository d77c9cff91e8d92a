"""The library's own scorer, fed with round-trip times only."""

from __future__ import annotations

import numpy as np
import pytest

from driftline import InventoryConfig
from driftline.replay import Measurements, Playback, Trace, run
from driftline.replay.inventory import RttInventory

from .world import trace_of

TRACE = (1, 60, 400)


def fed(rows: list[list[int]]) -> RttInventory:
    measurements = Measurements(len(rows))
    measurements.replace(0, np.arange(len(rows), dtype=np.uint16), np.array(rows, dtype=np.uint16))
    return RttInventory(measurements)


def test_scores_are_those_of_the_reference_scorer_at_first() -> None:
    ear = fed([[9, 0, 25, 75, 100], *([[25] * 5] * 4)])
    assert [ear.inventory.score(0, node) for node in range(1, 5)] == pytest.approx([1.0, 0.5, 0.25, 0.2])
    assert ear.inventory.axes(0, 2).headroom is None  # type: ignore[union-attr]  # the node is known


def test_nobody_is_a_home_for_its_own_chain() -> None:
    ear = fed([[0, 50, 50, 50, 50]] * 5)
    for chain in range(5):
        assert chain not in [node for node, _ in ear.inventory.alternatives(chain, (), 9)]


def test_what_is_measured_is_smoothed_in_time() -> None:
    playback = Playback(Trace.generate(*TRACE), scorer=RttInventory)
    assert isinstance(playback.scorer, RttInventory)
    inventory, before = playback.scorer.inventory, {}
    for chain, node in ((3, 7), (9, 2)):
        before[chain, node] = inventory.score(chain, node)
    for _ in range(30):
        playback.advance()
    for (chain, node), score in before.items():
        measured = 25 / (25 + int(playback.measurements.rtt_cs[chain, node]))
        now = inventory.score(chain, node)
        assert now != score
        assert now != pytest.approx(measured, abs=1e-6)


@pytest.mark.parametrize("production", [False, True])
def test_it_is_as_good_as_smoothing(production: bool) -> None:
    trace = Trace.generate(*TRACE)
    inventory = run(trace, scorer=RttInventory, production=production)
    plain = run(trace, production=production)
    assert inventory.mean_s("fresh") < plain.mean_s("fresh")
    assert len(inventory.moves) * 2 < len(plain.moves)
    assert inventory.mean_s("fresh") < 1.05 * run(trace, smooth=0.3, production=production).mean_s("fresh")
    assert (inventory.invalid_scores, inventory.invalid_alternatives) == (0, 0)
    assert 0 < inventory.score_calls < plain.score_calls


def test_equal_runs_are_equal() -> None:
    trace = Trace.generate(42, 24, 120)
    assert run(trace, scorer=RttInventory).summary() == run(trace, scorer=RttInventory).summary()


def test_it_is_asked_without_python_and_hears_of_moves() -> None:
    playback = Playback(Trace.generate(*TRACE), scorer=RttInventory)
    ear, drift = playback.scorer, playback.drift
    assert isinstance(ear, RttInventory)
    assert drift is not None
    assert drift.scheduler.scorer is ear.inventory
    while not playback.moves:
        playback.advance()
    move = playback.moves[-1]
    holders = tuple(playback.placement.holders[move.chain].tolist())
    found = [node for node, _ in ear.inventory.alternatives(move.chain, holders, 99)]
    assert move.evicted in found
    assert found == sorted(found, key=lambda node: (-(ear.inventory.score(move.chain, node) or 0.0), node))


def test_only_what_has_moved_is_scored_anew() -> None:
    still = [[0, 10, 10, 10, 30]] * 5
    records = [(0, node, row) for node, row in enumerate(still)]
    records += [(slice_number, 0, still[0]) for slice_number in range(1, 20)]
    # Beyond the first, complete round nobody says anything new: equal rows leave every mean where it is.
    result = run(trace_of(records, 20), scorer=RttInventory)
    assert result.score_calls == 15


def test_another_config() -> None:
    measurements = Measurements(5)
    measurements.replace(0, np.arange(5, dtype=np.uint16), np.full((5, 5), 50, dtype=np.uint16))
    ear = RttInventory(measurements, InventoryConfig(rtt_half=0.5))
    assert ear.inventory.score(0, 1) == 0.5
