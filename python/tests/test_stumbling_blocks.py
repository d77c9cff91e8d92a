"""Small things that one stumbles over, each once."""

from __future__ import annotations

import ctypes
from array import array
from typing import Any

import numpy as np
import pytest

from driftline import (
    HolderAdded,
    LocalScheduler,
    MeshState,
    ScoreSnapshot,
    SnapshotScorer,
    Trend,
    Verdict,
    diff_scheduler,
)

from .support import HERE, Fixed, mesh


class Recovers(Fixed):
    """Was bad when it was sampled, and is good when it is asked again."""

    def __init__(self) -> None:
        super().__init__(0.25, (9, 0.75))

    def live_score_many(self, chains: Any, nodes: Any) -> Any:
        return np.full(len(nodes), 0.75)


def test_a_snapshot_scorer_asks_what_the_scheduler_asks() -> None:
    state = mesh({7: [1, 2]})
    scorer = Recovers()
    scheduler = LocalScheduler(HERE, scorer=scorer)
    scheduler.sample(state, 0)
    judged = diff_scheduler(state, SnapshotScorer(scheduler.snapshot(), scorer), scheduler.config, HERE, 0)
    assert judged.report.verdicts == scheduler.decide(state, 0).report.verdicts == {Verdict.RECOVERED: 1}


@pytest.mark.parametrize("name", ["live_score", "live_score_many", "score_many"])
def test_a_method_that_is_none_is_none(name: str) -> None:
    state = mesh({7: [1, 2]})
    scorer = Fixed(0.25, (9, 0.75))
    scheduler = LocalScheduler(HERE, scorer=scorer)
    scheduler.sample(state, 0)
    setattr(scorer, name, None)
    scorer.score = lambda chain, node: 0.75  # type: ignore[method-assign]
    scheduler.install(scorer)
    judged = diff_scheduler(state, SnapshotScorer(scheduler.snapshot(), scorer), scheduler.config, HERE, 0)
    assert judged.report.verdicts == scheduler.decide(state, 0).report.verdicts == {Verdict.RECOVERED: 1}


def test_snapshots_are_values() -> None:
    def snapshot(score: float) -> ScoreSnapshot:
        scheduler = LocalScheduler(HERE, scorer=Fixed(score))
        scheduler.sample(mesh({7: [1, 2]}), 0)
        return scheduler.snapshot()

    assert snapshot(0.5) == snapshot(0.5)
    assert hash(snapshot(0.5)) == hash(snapshot(0.5))
    assert snapshot(0.5) != snapshot(0.75)
    assert snapshot(0.5) != "a snapshot"


def test_one_holder_of_many_is_found() -> None:
    scheduler = LocalScheduler(HERE, scorer=Fixed(0.5))
    scheduler.sample(mesh({6: [1], 7: list(range(10, 1000, 2)), 8: [11]}), 0)
    snapshot = scheduler.snapshot()
    assert [snapshot.score(7, node) for node in (8, 9, 10, 11, 500, 997, 998, 999)] == [
        *(None, None, 0.5, None, 0.5, None, 0.5, None)
    ]


@pytest.mark.parametrize("skipped", [{7}, frozenset({7}), [7], (7,), np.array([7])])
def test_chains_that_have_moved_may_be_a_set(skipped: Any) -> None:
    decision = diff_scheduler(mesh({7: [1]}), Fixed(0.25), LocalScheduler(HERE).config, HERE, 0, skipped)
    assert decision.report.verdicts == {Verdict.ALREADY_MOVED: 1}


def test_words_stay_words_in_a_format() -> None:
    assert f"{Verdict.GAP_TOO_SMALL:>15}|{Trend.STABLE:<8}|{Verdict.EVICT}" == "  gap too small|stable  |evict"
    assert f"{Verdict.GAP_TOO_SMALL:03d}" == "007"


@pytest.mark.parametrize(
    "chains",
    [
        (ctypes.c_uint64 * 2)(7, 8),
        (ctypes.c_int64 * 2)(7, 8),
        (ctypes.c_uint8 * 2)(7, 8),
        array("L", [7, 8]),
        array("b", [7, 8]),
        memoryview(array("Q", [7, 0, 8]))[::2],
    ],
)
def test_arrays_of_others_than_numpy(chains: Any) -> None:
    state = MeshState()
    state.load(chains, [1, 1], [0, 1, 2], [1, 1])
    assert state.chains() == [7, 8]


@pytest.mark.parametrize("chains", [(ctypes.c_float * 1)(7), array("d", [7]), (ctypes.c_bool * 1)(True)])
def test_numbers_that_are_no_ids(chains: Any) -> None:
    with pytest.raises(TypeError, match=r"chains(\[0\])?: (integers|an int)"):
        MeshState().load(chains, [1], [0, 1], [1])


def test_an_interruption_while_an_argument_is_read_comes_out() -> None:
    class Interrupting:
        def __len__(self) -> int:
            raise KeyboardInterrupt

        def __getitem__(self, index: int) -> int:
            raise KeyboardInterrupt

        def __iter__(self) -> Any:
            raise KeyboardInterrupt

    interrupting: Any = Interrupting()
    state = mesh({7: [1]})
    digest = state.digest()
    with pytest.raises(KeyboardInterrupt):
        state.load(interrupting, [1], [0, 1], [1])
    with pytest.raises(KeyboardInterrupt):
        state.apply(interrupting)
    assert state.digest() == digest


def test_a_length_is_no_promise() -> None:
    class Lying(list[Any]):
        def __len__(self) -> int:
            return 2**62

    state = mesh({})
    state.apply(Lying([HolderAdded(7, 1)]))
    assert state.chains() == [7]


def test_who_the_scheduler_is_can_be_asked_at_any_time() -> None:
    seen = []

    class Asking(Fixed):
        def score(self, chain: int, node: int) -> float:
            seen.append(scheduler.this_node)
            return 0.75

    scheduler = LocalScheduler(HERE, scorer=Asking())
    scheduler.tick(mesh({7: [1]}), 0)
    assert seen == [HERE]
