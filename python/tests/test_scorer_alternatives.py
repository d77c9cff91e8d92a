"""`alternatives`: when it is asked, what it may answer, and the loop for scorers that have none (L2)."""

from __future__ import annotations

from itertools import count, repeat
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from driftline import (
    Alternative,
    Avoid,
    Decision,
    LocalScheduler,
    OnScorerError,
    ReentrantError,
    SchedulerConfig,
    SnapshotScorer,
    Verdict,
    diff_scheduler,
)
from driftline._driftline import TableScorer

from .support import HERE, Fixed, mesh, scripted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEVERAL = SchedulerConfig(max_alternatives=3)


def tick(scorer: Any, config: SchedulerConfig = SEVERAL) -> Decision:
    return LocalScheduler(HERE, config, scorer).tick(mesh({7: [1, 2]}), 0)


def answering(answer: Any) -> Any:
    return scripted(alternatives=lambda chain, exclude, limit: answer)


def test_it_is_asked_in_place_of_the_best_one() -> None:
    asked: list[tuple[object, ...]] = []

    def alternatives(*question: object) -> list[Alternative]:
        asked.append(question)
        return [Alternative(9, 0.75)]

    def best_alternative(*question: object) -> None:
        raise AssertionError(question)

    decision = tick(scripted(alternatives=alternatives, best_alternative=best_alternative))
    assert asked == [(7, (1, 2), 3)]
    assert type(asked[0][1]) is tuple
    assert decision.actions[0].target == 9
    # However many it answers, it is one question.
    assert decision.report.calls.best_alternative == 1


def test_with_one_alternative_the_best_one_is_asked() -> None:
    def alternatives(*question: object) -> None:
        raise AssertionError(question)

    assert tick(scripted(alternatives=alternatives), SchedulerConfig()).actions[0].target == 9


@pytest.mark.parametrize(
    "answer",
    [
        [(9, 0.75), (8, 0.5)],
        ((9, 0.75),),
        iter([Alternative(9, 0.75)]),
        (pair for pair in [(9, 0.75)]),
        {(9, 0.75): None},
        [(np.uint64(9), np.float32(0.75))],
        zip([9, 8], [0.75, 0.5], strict=True),
    ],
    ids=["list", "tuple", "iterator", "generator", "dict", "numpy", "zip"],
)
def test_any_iterable_of_pairs(answer: Any) -> None:
    action = tick(answering(answer)).actions[0]
    assert (action.target, action.target_score) == (9, 0.75)


def test_no_alternative_is_an_empty_answer() -> None:
    decision = tick(answering([]))
    assert decision.report.verdicts == {Verdict.NO_ALTERNATIVE: 1}
    assert decision.report.invalid_alternatives == 0


def test_no_more_is_read_than_was_asked_for() -> None:
    read: list[int] = []

    def endless() -> Iterator[Alternative]:
        for node in count(10):
            read.append(node)
            yield Alternative(node, 0.9)

    assert tick(answering(endless())).actions[0].target == 10
    assert read == [10, 11, 12]


def test_the_next_is_tried_where_the_best_will_not_do() -> None:
    config = SEVERAL.replace(move_timeout=60.0, max_in_flight_per_target=1)
    scheduler = LocalScheduler(HERE, config, answering([(9, 0.75), (8, 0.75)]))
    decision = scheduler.tick(mesh({chain: [1] for chain in range(3)}), 0)
    assert [action.target for action in decision.actions] == [9, 8]
    assert decision.report.verdicts == {Verdict.EVICT: 2, Verdict.TARGET_LIMIT: 1}


@pytest.mark.parametrize(
    ("answer", "scores", "alternatives"),
    [
        ([(1, 0.9), (9, 0.75)], 0, 1),
        ([(2**64 - 1, 0.9), (9, 0.75)], 0, 1),
        ([(9, 0.75), (9, 0.9)], 0, 1),
        ([(8, float("nan")), (9, 0.75)], 1, 0),
        ([(8, float("-inf")), (9, 0.75)], 1, 0),
        ([(9, 0.75), (8, -5.0)], 1, 0),
    ],
    ids=["holder", "reserved", "twice", "nan", "infinite", "clamped"],
)
def test_what_is_invalid_is_counted_and_the_rest_is_used(answer: Any, scores: int, alternatives: int) -> None:
    decision = tick(answering(answer))
    assert (decision.actions[0].target, decision.actions[0].target_score) == (9, 0.75)
    assert (decision.report.invalid_scores, decision.report.invalid_alternatives) == (scores, alternatives)


class Unwilling(list[Any]):
    def __iter__(self) -> Iterator[Any]:
        yield (9, 0.75)
        raise LookupError("the index is gone")


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (None, TypeError, "NoneType"),
        (7, TypeError, "iterable of Alternative"),
        (Alternative(9, 0.75), TypeError, "Alternative"),
        ([None], TypeError, "NoneType"),
        ([9, 0.75], TypeError, "int"),
        ("ab", TypeError, "str"),
        ([(9, None)], TypeError, "None"),
        ([(9, "0.75")], TypeError, "str"),
        ([(-1, 0.75)], ValueError, "-1"),
        ([(9, 0.75), (2**64, 0.75)], ValueError, "18446744073709551616"),
        (Unwilling(), LookupError, "the index is gone"),
    ],
    ids=repr,
)
def test_what_is_no_answer(answer: Any, error: type[Exception], words: str) -> None:
    """Both policies, as with every other method (P2)."""
    with pytest.raises(error, match=words) as caught:
        tick(answering(answer))
    assert caught.value.__notes__ == ["driftline had asked alternatives(chain 7)"]
    decision = tick(answering(answer), SEVERAL.replace(on_scorer_error=OnScorerError.SKIP_CHAIN))
    failure = decision.report.failures[0]
    assert (failure.method, failure.chain, failure.node) == ("best_alternative", 7, None)
    assert isinstance(failure.exception, error)
    assert decision.report.verdicts == {Verdict.SCORER_FAILED: 1}
    assert decision.actions == ()


def test_what_is_no_exception_comes_out_always() -> None:
    def alternatives(chain: int, exclude: tuple[int, ...], limit: int) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tick(scripted(alternatives=alternatives), SEVERAL.replace(on_scorer_error=OnScorerError.SKIP_CHAIN))


def test_a_generator_that_uses_the_scheduler_is_refused() -> None:
    """What it answers is read while the scheduler waits for it (P3)."""
    refused: list[Exception] = []
    state = mesh({7: [1, 2]})

    def alternatives(chain: int, exclude: tuple[int, ...], limit: int) -> Iterator[Alternative]:
        for use in (lambda: scheduler.tick(state, 0), scheduler.transitions):
            with pytest.raises(ReentrantError) as caught:
                use()
            refused.append(caught.value)
        yield Alternative(9, 0.75)

    scheduler = LocalScheduler(HERE, SEVERAL, scripted(alternatives=alternatives))
    assert scheduler.tick(state, 0).actions[0].target == 9
    assert len(refused) == 2


class Index(Fixed):
    """Has no `alternatives`, but an honest index."""

    def __init__(self, homes: list[tuple[int, float]]) -> None:
        super().__init__()
        self.homes = homes
        self.excluded: list[tuple[int, ...]] = []

    def best_alternative(self, chain: int, exclude: tuple[int, ...]) -> tuple[int, float] | None:
        self.excluded.append(exclude)
        return next((home for home in self.homes if home[0] not in exclude), None)


def test_without_it_the_best_one_is_asked_again_and_again() -> None:
    scorer = Index([(9, 0.9), (0, 0.8), (5, 0.7), (6, 0.6)])
    decision = tick(scorer)
    assert scorer.excluded == [(1, 2), (1, 2, 9), (0, 1, 2, 9)]
    assert all(type(exclude) is tuple for exclude in scorer.excluded)
    assert decision.report.calls.best_alternative == 1
    assert decision.actions[0].target == 9


def test_the_loop_ends_where_there_is_no_other_home() -> None:
    scorer = Index([(9, 0.9)])
    tick(scorer)
    assert scorer.excluded == [(1, 2), (1, 2, 9)]


def test_the_loop_ends_where_an_answer_was_excluded() -> None:
    decision = tick(Fixed(alternative=(9, 0.75)))
    assert decision.actions[0].target == 9
    # Once more than once is what it may not be.
    assert decision.report.invalid_alternatives == 1


def test_a_loop_that_fails_has_asked_for_the_best_one() -> None:
    answers = iter([(9, 0.75)])
    scorer = scripted(best_alternative=lambda chain, exclude: next(answers))
    with pytest.raises(StopIteration) as caught:
        tick(scorer)
    assert caught.value.__notes__ == ["driftline had asked best_alternative(chain 7)"]


@pytest.mark.parametrize("limit", [2, 300])
def test_in_a_loop_or_at_once_the_same_is_decided(limit: int) -> None:
    homes = [(node, 0.9 - node / 1000) for node in range(10, 310)]

    class AtOnce(Index):
        def alternatives(self, chain: int, exclude: tuple[int, ...], limit: int) -> list[tuple[int, float]]:
            return [home for home in self.homes if home[0] not in exclude][:limit]

    config = SchedulerConfig(max_alternatives=limit, move_timeout=60.0, max_in_flight_per_target=1)
    decisions = []
    for scorer in (Index(homes), AtOnce(homes)):
        state = mesh({chain: [1, 2] for chain in range(20)})
        decisions.append(LocalScheduler(HERE, config, scorer).tick(state, 0))
    assert decisions[0] == decisions[1]
    assert len(decisions[0].actions) == min(limit, 20)


def test_a_table_in_rust_knows_several() -> None:
    table: Any = TableScorer([1, 5, 6, 7], [0.1, 0.9, 0.9, 0.8])
    config = SchedulerConfig(max_alternatives=3, move_timeout=60.0, max_in_flight_per_target=1)
    decision = LocalScheduler(HERE, config, table).tick(mesh({chain: [1] for chain in range(4)}), 0)
    assert [action.target for action in decision.actions] == [5, 6, 7]
    assert decision.report.verdicts == {Verdict.EVICT: 3, Verdict.TARGET_LIMIT: 1}
    state = mesh({chain: [1] for chain in range(4)})
    state.apply([Avoid(5, 60.0), Avoid(6, 60.0)])
    decision = LocalScheduler(HERE, config, table).tick(state, 0)
    assert [action.target for action in decision.actions] == [7]
    assert decision.report.invalid_alternatives == 0


@pytest.mark.parametrize("has_alternatives", [True, False])
def test_a_snapshot_scorer_passes_it_on(has_alternatives: bool) -> None:
    state = mesh({7: [1, 2]})
    methods: dict[str, Callable[..., Any]] = {"best_alternative": lambda chain, exclude: (8, 0.75)}
    if has_alternatives:
        methods["alternatives"] = lambda chain, exclude, limit: repeat((9, 0.75))
    live = scripted(**methods)
    scheduler = LocalScheduler(HERE, SEVERAL, live)
    scheduler.sample(state, 0)
    decision = diff_scheduler(state, SnapshotScorer(scheduler.snapshot(), live), SEVERAL, HERE, 0)
    assert decision.actions[0].target == (9 if has_alternatives else 8)
