"""What each policy makes of the same cluster, to the last number."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from driftline import MoveFailed, MoveOrder, OnScorerError, SchedulerConfig, Verdict
from driftline.replay import fold
from driftline.replay.load import LatencyScorer, LoadPlayback, LoadResult, LoadTrace, run
from driftline.replay.load.drift import load_config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftline import Event

NUMBERS = (42, 40, 200, 120)
POLICIES = ("never", "greedy", "drift")


@cache
def small(policy: str, smooth: float = 0.3) -> LoadResult:
    return run(LoadTrace.generate(*NUMBERS), policy, smooth=smooth)


@pytest.mark.parametrize(
    ("policy", "smooth", "values"),
    [
        ("never", 0.3, (0, 2736662860, 0)),
        ("greedy", 0.3, (10477, 5271618827, 3036856382748904761)),
        ("drift", 0.3, (187, 2219358699, 202267272388255492)),
        ("drift", 1.0, (513, 2186010396, 8695769824562236627)),
    ],
)
def test_check_values(policy: str, smooth: float, values: tuple[int, int, int]) -> None:
    summary = small(policy, smooth).summary()
    assert (summary["moves"], summary["latency_us"], summary["trace"]) == values


@pytest.mark.parametrize("policy", POLICIES)
def test_equal_runs_are_equal(policy: str) -> None:
    trace = LoadTrace.generate(7, 24, 90, 60)
    first, second = run(trace, policy), run(trace, policy)
    assert first.summary() == second.summary()
    assert first.moves == second.moves
    for series in ("latency_us", "over_nodes", "greatest_per_mille", "transfers", "rack_replicas"):
        assert (getattr(first, series) == getattr(second, series)).all()


@pytest.mark.parametrize("seed", [42, 1, 2])
def test_driftline_is_the_better_policy(seed: int) -> None:
    """On cost, on time above capacity, and for the replicas of the failing rack."""
    trace = LoadTrace.generate(seed)
    never, drift = run(trace, "never"), run(trace, smooth=0.3)
    assert drift.mean_ms() < never.mean_ms()
    assert drift.p95_ms() < never.p95_ms()
    assert drift.over_node_slices() * 10 < never.over_node_slices()
    assert never.lost_replicas > 0
    assert drift.lost_replicas == drift.missing_chain_slices() == 0
    until_empty = drift.slices_until_empty()
    assert until_empty is not None
    assert 15 <= until_empty < 40, "at the pace of the drain, not at once"


def test_greedy_pays_for_every_report() -> None:
    never, greedy, drift = (small(policy) for policy in POLICIES)
    assert len(greedy.moves) > 20 * len(drift.moves)
    assert greedy.over_node_slices() > 100 * drift.over_node_slices()
    assert greedy.mean_ms() > never.mean_ms() > drift.mean_ms()


def test_never_moves_nothing() -> None:
    never = small("never")
    assert (never.moves, never.transfers.sum(), never.lost_replicas > 0) == ((), 0, True)
    assert never.slices_until_empty() is None
    assert never.missing_chains[: never.deadline_slice].sum() == 0
    assert (never.missing_chains[never.deadline_slice :] == never.lost_replicas).all(), "one zone loses one replica"


def test_greedy_is_always_on_its_way_to_the_best() -> None:
    trace = LoadTrace.generate(7, 24, 90, 20)
    playback = LoadPlayback(trace, "greedy")
    zones = trace.topology.zone_of_node
    for _ in range(trace.slice_count):
        playback.advance()
        cluster = playback.cluster
        for chain in range(90):
            targets = cluster.targets_of(chain)
            leaving = [transfer.victim for transfer in cluster.transfers if transfer.chain == chain]
            stays = [node for node in cluster.holders_of(chain) if node not in leaving]
            assert len({int(zones[node]) for node in [*stays, *targets]}) == 3
    assert playback.cluster.moves


def test_greedy_takes_its_own_orders_into_account() -> None:
    """Many chains want the same empty node; they do not all go there in one slice."""
    trace = LoadTrace.generate(7, 24, 900, 8)
    moves = run(trace, "greedy").moves
    by_target = np.bincount([move.target for move in moves if move.slice == 1], minlength=24)
    assert by_target.max() < by_target.sum() / 4


def test_the_config_is_that_of_production() -> None:
    config, production = load_config(), SchedulerConfig.production()
    assert (config.move_order, config.on_scorer_error) == (MoveOrder.PLACE_FIRST, OnScorerError.ABORT)
    kept = {name: getattr(production, name) for name in ("move_order", "on_scorer_error", "cost_per_sec")}
    assert config.replace(**kept) == production


def test_limits_hold() -> None:
    trace = LoadTrace.generate(42, 60, 600, 300)
    playback, config = LoadPlayback(trace, smooth=0.3), load_config()
    for _ in range(trace.slice_count):
        playback.advance()
        transfers = playback.cluster.transfers
        assert len(transfers) <= config.max_in_flight
        by_target = np.bincount([transfer.target for transfer in transfers], minlength=60)
        assert by_target.max() <= config.max_in_flight_per_target
    begun = np.bincount([move.slice for move in playback.cluster.moves])
    assert begun.max() <= config.max_moves_per_tick


def test_the_failing_rack_is_left_and_never_a_target() -> None:
    drift = small("drift")
    trace = LoadTrace.generate(*NUMBERS)
    failing = set(trace.failing_nodes.tolist())
    late = [move for move in drift.moves if move.slice >= trace.failing_slice]
    assert late
    assert failing.isdisjoint(move.target for move in late)
    left = [move for move in late if move.evicted in failing]
    assert len(left) >= drift.rack_replicas[trace.failing_slice - 1]
    assert drift.rack_replicas[trace.failing_slice] > 0
    assert (drift.rack_replicas[trace.deadline_slice :] == 0).all()


def test_verdicts_add_up() -> None:
    drift = small("drift")
    assert (sum(drift.verdicts_by_slice.values()) == 200).all()  # type: ignore[attr-defined]  # a sum of arrays
    assert Verdict.HEALTHY in drift.verdicts_by_slice
    assert list(drift.verdicts_by_slice) == sorted(drift.verdicts_by_slice)
    for policy in ("never", "greedy"):
        result = small(policy)
        assert (result.verdicts_by_slice, result.axes_by_slice, result.watched_chain) == ({}, {}, None)
        assert (result.score_calls, result.alternative_calls) == (0, 0)


def test_axes_of_the_watched_chain() -> None:
    drift = small("drift")
    assert list(drift.axes_by_slice) == ["headroom", "proximity", "score"]
    for series in drift.axes_by_slice.values():
        assert series.shape == (120,)
        assert ((series >= 0) & (series <= 1)).all()
    trace = LoadTrace.generate(*NUMBERS)
    crowded = trace.demand.crowds[:, 0].tolist()
    peaks = {chain: int(trace.demand.cpu_millicores[:, chain].max()) for chain in crowded}
    assert drift.watched_chain == next(chain for chain in crowded if peaks[chain] == max(peaks.values()))
    other = run(trace, smooth=0.3, watched_chain=5)
    assert other.watched_chain == 5
    assert other.moves == drift.moves
    assert (other.axes_by_slice["score"] != drift.axes_by_slice["score"]).any()


def test_without_crowds_the_first_chain_is_watched() -> None:
    assert LoadPlayback(LoadTrace.generate(1, 20, 1, 5)).watched_chain == 0


def test_measures_are_those_of_the_cluster() -> None:
    trace = LoadTrace.generate(*NUMBERS)
    result, playback = small("drift"), LoadPlayback(trace, smooth=0.3)
    assert result.crowded_chain_slices() > 0
    assert result.over_node_slices() > 0
    for now in range(trace.slice_count):
        playback.advance()
        cluster = playback.cluster
        use, capacity = cluster.use(), trace.topology.capacity
        assert (result.latency_us[now] == cluster.latencies_us(use[:, 0])).all()
        assert (result.over_nodes[now] == (use > capacity).sum(axis=0)).all()
        assert result.over_any[now] == (use > capacity).any(axis=1).sum()
        assert (result.greatest_per_mille[now] == (use * 1000 // capacity).max(axis=0)).all()
        zones = [set(trace.topology.zone_of_node[row].tolist()) for row in cluster.holders]
        counts = cluster.holders.sum(axis=1).tolist()
        assert result.crowded_chains[now] == sum(len(z) < n for z, n in zip(zones, counts, strict=True))
        assert result.missing_chains[now] == sum(n < 3 for n in counts)
        assert result.transfers[now] == len(cluster.transfers)
        assert result.rack_replicas[now] == cluster.holders[:, trace.failing_nodes].sum()


def test_what_a_result_says() -> None:
    result = small("drift")
    assert repr(result) == (
        "<LoadResult 'driftline, smoothed 0.3' on 'generated load, seed 42': 187 moves, latency mean 92.5 ms>"
    )
    values = np.sort(result.latency_us.ravel())
    assert result.p95_ms() * 1000 == values[-(-values.size * 95 // 100) - 1]
    assert result.mean_ms() * 1000 == pytest.approx(values.mean())
    assert result.greatest_use() == result.greatest_per_mille.max() / 1000
    numbers = [(m.slice, m.chain, 40 if m.evicted is None else m.evicted, m.target) for m in result.moves]
    assert result.trace == fold(np.array(numbers, dtype=np.uint64))
    assert list(result.summary()) == [
        *("moves", "latency_us", "p95_us", "over_node_slices", "missing_chain_slices", "crowded_chain_slices"),
        *("slices_until_empty", "lost_replicas", "greatest_per_mille", "trace", "score_calls", "alternative_calls"),
    ]


def test_labels_and_progress() -> None:
    trace = LoadTrace.generate(1, 20, 9, 6)
    seen: list[int] = []
    assert run(trace, progress=seen.append).label == "driftline"
    assert seen == list(range(6))
    assert run(trace, "never", smooth=0.5).label == "never move"
    assert run(trace, "greedy", smooth=0.5).label == "greedy, smoothed 0.5"
    assert run(trace, scorer=LatencyScorer).label == "driftline, driftline.replay.load.reference:LatencyScorer"
    assert run(trace, label="mine").label == "mine"


def test_another_scorer_is_made_out_of_the_trace() -> None:
    trace = LoadTrace.generate(7, 24, 90, 60)
    made: list[LoadTrace] = []

    def factory(of: LoadTrace) -> LatencyScorer:
        made.append(of)
        return LatencyScorer(of, 0.3)

    assert run(trace, scorer=factory).moves == run(trace, smooth=0.3).moves
    assert made == [trace]


def test_what_a_scorer_raises_comes_out() -> None:
    class Broken(LatencyScorer):
        def score_many(self, chains: object, nodes: object) -> object:  # type: ignore[override]  # it never answers
            raise KeyError("lost")

    with pytest.raises(KeyError, match="lost"):
        run(LoadTrace.generate(7, 24, 90, 6), scorer=Broken)


def test_arguments_out_of_range() -> None:
    trace = LoadTrace.generate(1, 20, 9, 6)
    with pytest.raises(ValueError, match="policy must be never, greedy or drift, not 'always'"):
        run(trace, "always")
    with pytest.raises(ValueError, match="policy 'greedy' asks no scorer"):
        run(trace, "greedy", scorer=LatencyScorer)
    for chain in (-1, 9):
        with pytest.raises(ValueError, match=f"watched_chain must be from 0 to 8, not {chain}"):
            run(trace, watched_chain=chain)


class Stubborn(LatencyScorer):
    """Names no alternative to anybody: what is drained cannot leave."""

    def alternatives(self, chain: int, exclude: object, limit: int) -> list[tuple[int, float]]:  # type: ignore[override]
        return []


def test_what_is_not_moved_in_time_is_lost_and_replaced() -> None:
    trace = LoadTrace.generate(7, 24, 90, 120)

    class Late(LatencyScorer):
        def alternatives(self, chain: int, exclude: object, limit: int) -> list[tuple[int, float]]:  # type: ignore[override]
            late = self.observations.slice >= trace.deadline_slice
            return super().alternatives(chain, exclude, limit) if late else []  # type: ignore[arg-type]

    late, never_back = run(trace, scorer=Late), run(trace, scorer=Stubborn)
    assert late.lost_replicas > 0
    assert late.slices_until_empty() is None
    assert 0 < late.missing_chain_slices() < never_back.missing_chain_slices()
    assert late.missing_chains[-1] == 0
    assert [move.evicted for move in late.moves].count(None) >= late.lost_replicas


def test_copies_that_break_off_are_told() -> None:
    """The rack goes down while copies from it are on their way: the library need not wait until they time out."""
    trace, told = LoadTrace.generate(7, 24, 90, 120), []

    class TooLate(LatencyScorer):
        def alternatives(self, chain: int, exclude: object, limit: int) -> list[tuple[int, float]]:  # type: ignore[override]
            late = self.observations.slice >= trace.deadline_slice - 1
            return super().alternatives(chain, exclude, limit) if late else []  # type: ignore[arg-type]

        def follow(self, events: Sequence[Event]) -> None:
            told.extend(event for event in events if isinstance(event, MoveFailed))
            super().follow(events)

    playback = LoadPlayback(trace, scorer=TooLate)
    for _ in range(trace.deadline_slice):
        playback.advance()
    failing = set(trace.failing_nodes.tolist())
    next_slice = playback.cluster.now + 1
    broken = [
        transfer.chain
        for transfer in playback.cluster.transfers
        if transfer.source in failing and transfer.ends > next_slice
    ]
    assert broken
    assert told == []
    playback.advance()
    assert [event.chain for event in told] == broken
    for _ in range(trace.deadline_slice + 1, trace.slice_count):
        playback.advance()
    assert (playback.cluster.holders.sum(axis=1) >= 3).all()
