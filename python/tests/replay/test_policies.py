"""Every policy reaches exactly the numbers of the oracle, and of the rules' own check values."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from driftline import Trend
from driftline.replay import Trace, run

from .world import Records, oracle, rough_records, trace_of

SCENARIOS = [
    *(("never", 10, 1.0), ("greedy", 10, 1.0), ("greedy", 3, 0.3), ("drift", 10, 1.0), ("drift", 0, 1.0)),
    *(("drift", 1, 1.0), ("drift", 2, 0.9), ("drift", 37, 0.05), ("drift", 10**9, 0.3)),
]


@cache
def generated(seed: int, node_count: int, slice_count: int) -> Records:
    records: Records = oracle.generate(seed, node_count, slice_count)
    return records


def check(records: Records, slice_count: int, policy: str, cooldown: int, smooth: float) -> None:
    trace = trace_of(records, slice_count)
    result = run(trace, policy, cooldown_slices=cooldown, smooth=smooth)
    expected = oracle.replay(records, trace.node_count, slice_count, policy, cooldown, smooth)
    assert result.summary() == expected.summary()
    assert [tuple(move) for move in result.moves] == expected.moves
    for kind in ("pre", "post", "fresh"):
        values = getattr(expected, kind)
        assert sorted(result.values(kind).tolist()) == sorted(values)
        assert result.mean_s(kind) == pytest.approx(sum(values) / len(values) / 100)
        assert result.p95_s(kind) == oracle.nearest_rank(values, 95) / 100


@pytest.mark.parametrize(("policy", "cooldown", "smooth"), SCENARIOS)
@pytest.mark.parametrize("numbers", [(1, 24, 120), (5, 5, 300), (77, 60, 150), (123456789, 99, 60), (8, 130, 40)])
def test_generated_traces(numbers: tuple[int, int, int], policy: str, cooldown: int, smooth: float) -> None:
    check(generated(*numbers), numbers[2], policy, cooldown, smooth)


@pytest.mark.parametrize(("policy", "cooldown", "smooth"), SCENARIOS)
@pytest.mark.parametrize("node_count", [5, 17])
def test_gaps_ties_zeros_and_the_largest_numbers(node_count: int, policy: str, cooldown: int, smooth: float) -> None:
    records = rough_records(node_count, seed=4)
    check(records, records[-1][0] + 1, policy, cooldown, smooth)


@pytest.mark.parametrize(
    ("numbers", "values"),
    [
        ((42, 24, 120), (198, 169856, 153749, 40840, 6296284031662187650)),
        ((1, 99, 688), (4692, 2467242, 2180288, 638293, 10050046575338889358)),
    ],
)
def test_check_values(numbers: tuple[int, int, int], values: tuple[int, ...]) -> None:
    summary = run(Trace.generate(*numbers)).summary()
    assert tuple(summary.values())[:5] == values
    names = ["moves", "pre_cs", "post_cs", "fresh_cs", "trace", "score_calls", "alternative_calls"]
    assert list(summary) == names


@pytest.mark.parametrize(("better", "moves"), [(75, 0), (74, 1)])
def test_a_gap_of_exactly_the_threshold_moves_nothing(better: int, moves: int) -> None:
    first = [[0, 10, 10, 10, 90], *([0] * 5 for _ in range(4))]
    records = [*((0, i, row) for i, row in enumerate(first)), (1, 0, [0, 475, 10, 10, better])]
    assert len(run(trace_of(records, 2)).moves) == moves


@pytest.mark.parametrize(("worse", "moves"), [(25, 0), (26, 1)])
def test_a_score_of_exactly_the_floor_is_healthy(worse: int, moves: int) -> None:
    first = [[0, 1, 1, 1, 5], *([0] * 5 for _ in range(4))]
    records = [*((0, i, row) for i, row in enumerate(first)), (1, 0, [0, worse, 1, 1, 0])]
    assert len(run(trace_of(records, 2)).moves) == moves


def test_one_slice_has_no_samples() -> None:
    result = run(Trace.generate(1, 6, 1))
    assert list(result.summary().values()) == [0, 0, 0, 0, 0, 18, 0]
    assert np.isnan([result.mean_s("fresh"), result.p95_s("pre")]).all()
    assert result.values("post").size == 0


def test_what_is_kept_per_slice_adds_up() -> None:
    trace = Trace.generate(42, 24, 120)
    result = run(trace)
    for kind in ("pre", "post", "fresh"):
        by_slice = getattr(result, f"{kind}_by_slice")
        assert by_slice.shape == (120,)
        assert by_slice.sum() == getattr(result, f"{kind}_cs") == result.values(kind).sum(dtype=np.int64)
        assert by_slice[0] == 0
    listed = np.bincount(trace.rows[:, 0], minlength=120)
    assert result.fresh_count_by_slice.tolist() == [0, *(3 * listed[1:]).tolist()]
    verdicts = sum(result.verdicts_by_slice.values())
    assert verdicts.tolist() == [0] + [24] * 119  # type: ignore[union-attr]  # a sum of arrays
    evictions = {verdict.name: counts.sum() for verdict, counts in result.verdicts_by_slice.items()}
    assert evictions["EVICT"] == len(result.moves)


def test_histories_cover_the_whole_run() -> None:
    result = run(Trace.generate(1, 30, 600))
    assert sorted(result.histories) == list(range(30))
    assert max(history.slices.size for history in result.histories.values()) > 64
    for chain, history in result.histories.items():
        assert history.slices[0] == 0
        assert (np.diff(history.slices) > 0).all()
        assert history.moves == tuple(move for move in result.moves if move.chain == chain)
        mean = history.worst_score[0]
        for score, ewma, trend in zip(history.worst_score[1:], history.ewma[1:], history.trend[1:], strict=True):
            band = np.float32(0.02)
            expected = Trend.DEGRADING if score < mean - band else Trend.IMPROVING if score > mean + band else 0
            assert trend == expected
            mean = np.float32(0.3) * score + (np.float32(1) - np.float32(0.3)) * mean
            assert ewma == mean


def test_policies_without_a_scheduler_ask_nothing() -> None:
    for policy in ("never", "greedy"):
        result = run(Trace.generate(42, 24, 120), policy)
        assert (result.score_calls, result.alternative_calls) == (0, 0)
        assert (result.verdicts_by_slice, result.histories) == ({}, {})


def test_what_is_shown_of_a_result() -> None:
    result = run(Trace.generate(42, 24, 120))
    assert repr(result) == "<ReplayResult 'driftline' on 'generated, seed 42': 198 moves, fresh mean 0.2638 s>"
    assert repr(result.histories[7]) == "<ChainHistory: 35 samples, 10 moves>"
    assert "driftline" in result._repr_html_()


def test_labels_and_progress() -> None:
    trace = Trace.generate(42, 24, 20)
    seen: list[int] = []
    assert run(trace, progress=seen.append).label == "driftline"
    assert seen == list(range(1, 20))
    assert run(trace, "never").label == "never move"
    assert run(trace, "greedy").label == "greedy"
    assert run(trace, smooth=0.3).label == "driftline, smoothed 0.3"
    assert run(trace, label="mine").label == "mine"


def test_arguments_out_of_range() -> None:
    trace = Trace.generate(42, 24, 2)
    with pytest.raises(ValueError, match="policy must be never, greedy or drift, not 'always'"):
        run(trace, "always")
    for smooth in (0.0, -0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="smooth must be a number over 0 and up to 1"):
            run(trace, smooth=smooth)
    for cooldown in (-1, 10**9 + 1):
        with pytest.raises(ValueError, match="cooldown_slices must be a whole number from 0 to 1000000000"):
            run(trace, cooldown_slices=cooldown)
    with pytest.raises(ValueError, match="a kind of cost is 'pre', 'post' or 'fresh', not 'past'"):
        run(trace).mean_s("past")
