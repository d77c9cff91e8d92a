"""Arrays out of decisions, histories and snapshots: equal to the objects, and data frames without glue."""

from __future__ import annotations

import math
from array import array
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import polars as pl
import pytest

from driftline import (
    NO_NODE,
    Decision,
    HistorySample,
    LocalScheduler,
    MigrationCost,
    NotLedError,
    SchedulerConfig,
    ScoreHistory,
    ScoreSnapshot,
    Trend,
    Verdict,
)

from .support import HERE, SECOND_NS, Fixed, mesh, scripted


def decide() -> Decision:
    """Chains 0 to 3, with and without cost, alternative and live score."""
    answers = {0: MigrationCost(1.0), 1: None}
    scorer = scripted(
        live_score=lambda chain, node: None if chain == 2 else 0.25,
        best_alternative=lambda chain, exclude: None if chain == 3 else (9, 0.75),
        migration_cost=lambda chain, target: answers.get(chain),
    )
    return LocalScheduler(HERE, scorer=scorer).tick(mesh({chain: [1, 2] for chain in range(4)}), 0)


def missing_as_none(value: Any) -> Any:
    if value == NO_NODE or (isinstance(value, float) and math.isnan(value)):
        return None
    return value


def test_records_are_the_actions() -> None:
    decision = decide()
    records = decision.to_records()
    names = ("chain", "victim", "victim_score", "target", "target_score", "gain", "cost")
    more = ("kind", "arm", "revision_known", "revision", "exclude_begin", "exclude_count")
    assert records.dtype.names == (*names, *more)
    assert [str(records.dtype[name]) for name in (*names, *more)] == [
        "uint64", "uint64", "float32", "uint64", "float32", "float32", "float32",
        "uint8", "uint8", "uint8", "uint64", "uint64", "uint64",
    ]  # fmt: skip
    rows = [tuple(map(missing_as_none, row)) for row in records[list(names)].tolist()]
    assert rows == [tuple(getattr(action, name) for name in names) for action in decision.actions]
    assert rows[0][-1] == pytest.approx(0.1)
    assert rows[1][-1] is None
    assert decision.excluded_to_numpy().shape == (0,)


def test_records_are_the_judgements() -> None:
    decision = decide()
    records = decision.judgements_to_records()
    assert len(records) == len(decision.judgements) == 4
    for row, judgement in zip(records, decision.judgements, strict=True):
        assert row["chain"] == judgement.chain
        assert Verdict(row["verdict"]) is judgement.verdict
        alternative = judgement.alternative or (None, None)
        values = [missing_as_none(row[name].item()) for name in records.dtype.names or ()]
        assert values == [
            judgement.chain,
            judgement.verdict,
            judgement.victim,
            judgement.sampled_score,
            judgement.live_score,
            *alternative,
            judgement.gain,
            judgement.cost,
        ]
    verdicts = [Verdict.EVICT, Verdict.EVICT, Verdict.NO_SCORE, Verdict.NO_ALTERNATIVE]
    assert [judgement.verdict for judgement in decision.judgements] == verdicts


def test_records_are_the_caller_s() -> None:
    decision = decide()
    decision.to_records()["chain"] = 99
    decision.judgements_to_records()["chain"] = 99
    assert decision.to_records()["chain"].tolist() == [0, 1]
    assert decision.actions[0].chain == 0


def test_records_of_nothing() -> None:
    decision = LocalScheduler(HERE).tick(mesh({}), 0)
    assert decision.to_records().shape == (0,)
    assert decision.to_records().dtype == decide().to_records().dtype
    assert len(pd.DataFrame(decision.to_records())) == 0
    assert len(pl.DataFrame(decision.to_records())) == 0


def test_data_frames_of_decisions() -> None:
    decision = decide()
    for records in (decision.to_records(), decision.judgements_to_records()):
        by_pandas, by_polars = pd.DataFrame(records), pl.DataFrame(records)
        assert tuple(by_pandas.columns) == records.dtype.names
        assert tuple(by_polars.columns) == records.dtype.names
        assert by_pandas["chain"].tolist() == by_polars["chain"].to_list() == records["chain"].tolist()


def test_a_column_of_records_can_be_loaded() -> None:
    records = decide().to_records()
    state = mesh({})
    state.load(records["chain"], records["victim"], [0, 1, 2], records["target"])
    assert state.chains() == [0, 1]
    assert state.chains_on(9) == [0, 1]


def with_history() -> LocalScheduler:
    """Chain 7 with 70 samples, chain 8 that nobody has an opinion about."""
    scores = iter([0.5 + 0.001 * turn for turn in range(70)])
    scorer = scripted(
        score=lambda chain, node: next(scores) if chain == 7 else None, node_fingerprint=lambda node: None
    )
    scheduler = LocalScheduler(HERE, SchedulerConfig(), scorer)
    state = mesh({7: [1], 8: [2]})
    for turn in range(70):
        scheduler.sample(state, turn * SECOND_NS)
    return scheduler


def test_a_history_is_a_sequence() -> None:
    history = with_history().history(7)
    assert len(history) == 64
    assert history.current == history[-1]
    assert history[-1].at_ns == 69 * SECOND_NS
    assert history[-1].worst_score == pytest.approx(0.569)
    assert history[0].at_ns == 6 * SECOND_NS
    assert [sample.at_ns for sample in history] == [turn * SECOND_NS for turn in range(6, 70)]
    assert [*history][5] == history[5] == history[-59]
    assert list(reversed(history)) == list(history)[::-1]
    assert list(history[2:4]) == [history[2], history[3]]
    assert history[3] in history
    assert history.index(history[3]) == 3
    assert history.trend is Trend.STABLE
    assert history.ewma is not None
    assert 0.5 < history.ewma < 0.57
    for index in (64, -65):
        with pytest.raises(IndexError):
            history[index]


def test_a_history_as_an_array() -> None:
    history = with_history().history(7)
    numbers = history.to_numpy()
    assert numbers.dtype.names == ("at_ns", "worst_score")
    assert [str(numbers.dtype[name]) for name in ("at_ns", "worst_score")] == ["uint64", "float32"]
    assert numbers.tolist() == [tuple(sample) for sample in history]
    assert len(pd.DataFrame(numbers)) == len(pl.DataFrame(numbers)) == 64
    numbers["worst_score"] = 0
    assert history[0].worst_score != 0


def test_an_empty_history() -> None:
    history = with_history().history(8)
    assert len(history) == 0
    assert list(history) == []
    assert history.current is None
    assert history.ewma is None
    assert history.trend is Trend.STABLE
    assert history.to_numpy().shape == (0,)


def test_a_history_stays_what_it_is() -> None:
    state = mesh({7: [1]})
    scheduler = LocalScheduler(HERE, scorer=Fixed(0.75))
    scheduler.sample(state, 0)
    history = scheduler.history(7)
    scheduler.install(Fixed(0.25))
    scheduler.sample(state, SECOND_NS)
    assert list(history) == [(0, 0.75)]
    assert len(scheduler.history(7)) == 2


def sampled() -> LocalScheduler:
    scores = {(7, 1): 0.5, (7, 2): 0.25, (7, 3): 0.25, (8, 1): None, (9, 5): 1.0}
    scorer = scripted(score=lambda chain, node: scores[chain, node])
    scheduler = LocalScheduler(HERE, scorer=scorer)
    scheduler.sample(mesh({7: [3, 1, 2], 8: [1], 9: [5]}), 0)
    return scheduler


def test_a_snapshot() -> None:
    scheduler = sampled()
    snapshot = scheduler.snapshot()
    assert snapshot.cells(7) == scheduler.cells(7) == {1: 0.5, 2: 0.25, 3: 0.25}
    assert list(snapshot.cells(7)) == [1, 2, 3]
    assert snapshot.worst(7) == (2, 0.25)
    assert snapshot.score(7, 1) == 0.5
    assert snapshot.score(7, 99) is None
    assert snapshot.score(99, 1) is None
    assert snapshot.cells(99) == {}
    assert snapshot.worst(99) is None
    assert snapshot.worst(8) is None
    assert scheduler.cells(8) == {}
    assert [*snapshot.chains()] == [7, 8, 9]
    assert len(snapshot) == 3
    with pytest.raises(NotLedError):
        scheduler.cells(99)


def test_a_snapshot_as_arrays() -> None:
    arrays = sampled().snapshot().to_arrays()
    assert {name: numbers.tolist() for name, numbers in arrays.items()} == {
        "chain": [7, 7, 7, 9],
        "node": [1, 2, 3, 5],
        "score": [0.5, 0.25, 0.25, 1.0],
    }
    assert [numbers.dtype for numbers in arrays.values()] == [np.uint64, np.uint64, np.float32]
    by_pandas, by_polars = pd.DataFrame(arrays), pl.DataFrame(arrays)
    assert by_pandas["score"].tolist() == by_polars["score"].to_list() == [0.5, 0.25, 0.25, 1.0]
    empty = LocalScheduler(HERE).snapshot().to_arrays()
    assert [numbers.tolist() for numbers in empty.values()] == [[], [], []]


def test_a_snapshot_is_a_copy() -> None:
    state = mesh({7: [1]})
    scheduler = LocalScheduler(HERE, scorer=Fixed(0.75))
    scheduler.sample(state, 0)
    snapshot = scheduler.snapshot()
    scheduler.install(Fixed(0.25))
    scheduler.sample(state, 0)
    snapshot.cells(7)[1] = 0.0
    snapshot.to_arrays()["score"][:] = 0.0
    assert snapshot.cells(7) == {1: 0.75}
    assert scheduler.cells(7) == {1: 0.25}


def history(times: tuple[int, ...] = (1, 2), scores: tuple[float, ...] = (0.5, 0.25), **changes: Any) -> ScoreHistory:
    parts = {"ewma": 0.375, "trend": Trend.STABLE} | changes
    return ScoreHistory(array("Q", times).tobytes(), array("f", scores).tobytes(), **parts)


def test_histories_compare_by_all_that_they_hold() -> None:
    one = history()
    assert one == history()
    assert hash(one) == hash(history())
    others = [history(times=(1, 3)), history(scores=(0.5, 0.75)), history(ewma=0.5), history(trend=Trend.DEGRADING)]
    assert all(one != other for other in others)
    assert one != [*one]


def test_a_slice_of_a_history_is_a_tuple_of_samples() -> None:
    first = history()[:1]
    assert type(first) is tuple
    assert type(first[0]) is HistorySample
    assert history()[::-1] == ((2, 0.25), (1, 0.5))
    assert history()[5:] == ()


def test_the_trend_of_a_history_is_one() -> None:
    assert type(history(trend=1).trend) is Trend


def snapshot() -> ScoreSnapshot:
    scores = {(7, 1): 0.5, (7, 2): 0.25, (9, 5): 1.0}
    scheduler = LocalScheduler(HERE, scorer=scripted(score=lambda chain, node: scores[chain, node]))
    scheduler.sample(mesh({7: [1, 2], 9: [5]}), 0)
    return scheduler.snapshot()


def test_a_chain_between_those_of_a_snapshot_is_none_of_them() -> None:
    assert snapshot().cells(8) == snapshot().cells(0) == {}
    assert snapshot().worst(8) is None
    assert snapshot().score(8, 5) is None


def test_what_is_in_a_snapshot() -> None:
    taken = snapshot()
    assert [chain for chain in range(12) if chain in taken] == [7, 9]
    for no_chain in ("7", None, 7.5, (7,)):
        assert no_chain not in taken
    assert 7 not in LocalScheduler(HERE).snapshot()


def test_a_snapshot_says_how_much_was_seen() -> None:
    assert repr(snapshot()) == "ScoreSnapshot(2 chains, 3 cells)"
