"""A replay can be asked to decide by any scorer, which sees what the clients measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from driftline.replay import Measurements, RttScorer, Trace, run

if TYPE_CHECKING:
    from collections.abc import Sequence


def measured(rtt_cs: list[list[int]]) -> Measurements:
    measurements = Measurements(len(rtt_cs))
    rows = np.arange(len(rtt_cs), dtype=np.uint16)
    measurements.replace(0, rows, np.array(rtt_cs, dtype=np.uint16))
    return measurements


class Plain:
    """The reference scorer, told once more in plain Python."""

    def __init__(self, measurements: Measurements) -> None:
        self.measurements = measurements
        self.refreshed: list[list[int]] = []

    def score(self, chain: int, node: int) -> float:
        return 25 / (25 + int(self.measurements.rtt_cs[chain, node]))

    def best_alternative(self, chain: int, exclude: Sequence[int]) -> tuple[int, float]:
        nodes = (node for node in range(self.measurements.node_count) if node != chain and node not in exclude)
        best = min(nodes, key=lambda node: (-self.score(chain, node), node))
        return best, self.score(chain, best)

    def refresh(self, rows: Sequence[int]) -> None:
        assert {type(row) for row in rows} <= {int}, "plain numbers, whatever the trace is made of"
        self.refreshed.append(list(rows))


def test_the_reference_scorer() -> None:
    scorer = RttScorer(measured([[9, 0, 25, 75, 0], *([[0] * 5] * 4)]))
    assert [scorer.score(0, node) for node in range(1, 5)] == [1.0, 0.5, 0.25, 1.0]
    chains, nodes = np.array([0, 0, 3], dtype=np.uint64), np.array([2, 3, 1], dtype=np.uint64)
    assert scorer.score_many(chains, nodes).tolist() == [0.5, 0.25, 1.0]
    assert scorer.best_alternative(0, ()) == (1, 1.0)
    assert scorer.best_alternative(0, (1,)) == (4, 1.0)
    assert scorer.best_alternative(0, (1, 3, 4)) == (2, 0.5)
    assert scorer.best_alternative(0, (1, 2, 3, 4)) is None


def test_smoothing_moves_scores_by_a_share_of_the_difference() -> None:
    measurements = measured([[0, 0, 0, 0, 0]] * 5)
    scorer = RttScorer(measurements, smooth=0.25)
    row = np.array([2], dtype=np.uint16)
    measurements.replace(1, row, np.full((1, 5), 25, dtype=np.uint16))
    assert scorer.score(2, 1) == 1.0
    scorer.refresh(row)
    assert scorer.score(2, 1) == 0.875
    scorer.refresh([2])
    assert scorer.score(2, 1) == 0.78125
    assert scorer.score(1, 2) == 1.0


def test_measurements_cannot_be_written_by_a_scorer() -> None:
    measurements = measured([[1] * 5] * 5)
    with pytest.raises(ValueError, match="read-only"):
        measurements.rtt_cs[0, 1] = 7


def test_an_equal_scorer_makes_equal_moves_and_is_told_what_is_new() -> None:
    trace = Trace.generate(42, 24, 120)
    made: list[Plain] = []

    def make(measurements: Measurements) -> Plain:
        made.append(Plain(measurements))
        return made[0]

    result = run(trace, scorer=make)
    assert result.summary() == run(trace).summary()
    listed = [trace.rows[trace.listed(number), 1].tolist() for number in range(1, 120)]
    assert made[0].refreshed == listed
    assert made[0].measurements.slice == 119


def test_the_label_names_the_class() -> None:
    label = run(Trace.generate(42, 24, 3), scorer=Plain).label
    assert label == f"driftline, {Plain.__module__}:Plain"


def test_only_drift_asks_a_scorer() -> None:
    with pytest.raises(ValueError, match="policy 'greedy' asks no scorer"):
        run(Trace.generate(42, 24, 3), "greedy", scorer=Plain)


def test_what_a_scorer_raises_comes_out_as_itself() -> None:
    class Broken(Plain):
        def score(self, chain: int, node: int) -> float:
            if self.measurements.slice == 3:
                raise KeyError("lost")
            return super().score(chain, node)

    with pytest.raises(KeyError, match="lost") as caught:
        run(Trace.generate(42, 24, 120), scorer=Broken)
    assert any("score" in note for note in caught.value.__notes__)


def test_a_scorer_without_opinions_moves_nothing() -> None:
    class Silent(Plain):
        def score(self, chain: int, node: int) -> float:
            return float("nan")

    result = run(Trace.generate(42, 24, 30), scorer=Silent)
    assert result.moves == ()
    assert {verdict.name for verdict in result.verdicts_by_slice} == {"NO_SCORE"}
    assert all(history.slices.size == 0 for history in result.histories.values())


def test_a_scorer_that_lacks_a_method_is_refused() -> None:
    class Half:
        def __init__(self, measurements: Measurements) -> None:
            pass

        def score(self, chain: int, node: int) -> float:
            return 1.0

    with pytest.raises(TypeError, match="best_alternative"):
        run(Trace.generate(42, 24, 3), scorer=Half)  # type: ignore[arg-type]  # that is the point
