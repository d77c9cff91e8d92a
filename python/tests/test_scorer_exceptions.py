"""What comes out when a scorer raises (P2): the very exception, nothing emitted, and the next tick as if it had not."""

from __future__ import annotations

import asyncio
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from driftline import (
    Decision,
    LocalScheduler,
    MeshState,
    OnScorerError,
    SchedulerConfig,
    ScorerFailure,
    Verdict,
    diff_scheduler,
)

from .support import HERE, SINGLE_ANSWERS, mesh, scripted

if TYPE_CHECKING:
    from collections.abc import Callable

SKIP = SchedulerConfig(on_scorer_error=OnScorerError.SKIP_CHAIN)
CONFIGS = {"abort": SchedulerConfig(), "skip_chain": SKIP}

BATCH_ANSWERS: dict[str, Callable[..., object]] = {
    "score_many": lambda chains, nodes: [0.25] * len(nodes),
    "node_fingerprints": lambda nodes: [1] * len(nodes),
}

every_method = pytest.mark.parametrize("method", [*SINGLE_ANSWERS, *BATCH_ANSWERS])
each_policy = pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())


class PlannedError(Exception):
    """What the scorers of these tests raise."""


class Failing:
    """A scorer whose method raises `error` for as long as there is one."""

    def __init__(self, method: str, error: BaseException | None) -> None:
        self.error = error

        def the_method_that_fails(*question: object) -> object:
            if self.error is not None:
                raise self.error
            return BATCH_ANSWERS[method](*question) if method in BATCH_ANSWERS else SINGLE_ANSWERS[method]

        self.scorer = scripted(**{method: the_method_that_fails})


def unmoved(state: MeshState) -> bool:
    """Whether no eviction of the state's chains was committed."""
    return all(chain is not None and chain.last_rebalance_ns is None for chain in map(state.chain, state.chains()))


def assert_comes_out(error: BaseException, act: Callable[[], object], method: str) -> None:
    """The same object comes out, with the frame that raised it and one note."""
    with pytest.raises(type(error)) as caught:
        act()
    assert caught.value is error
    frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert "the_method_that_fails" in frames
    assert len(error.__notes__) == 1
    assert method in error.__notes__[0]


@every_method
def test_abort(method: str) -> None:
    error = PlannedError("on purpose")
    failing = Failing(method, error)
    state = mesh({7: [1, 2], 8: [2]})
    scheduler = LocalScheduler(HERE, scorer=failing.scorer)
    before = state.digest()
    assert_comes_out(error, lambda: scheduler.tick(state, 0), method)
    assert state.digest() == before
    assert unmoved(state)
    failing.error = None
    assert_moves_everything(scheduler.tick(state, 0))


def assert_moves_everything(decision: Decision) -> None:
    assert [(action.chain, action.victim, action.target) for action in decision.actions] == [(7, 1, 9), (8, 2, 9)]


@every_method
def test_skip_chain(method: str) -> None:
    error = PlannedError("on purpose")
    failing = Failing(method, error)
    state = mesh({7: [1, 2], 8: [2]})
    scheduler = LocalScheduler(HERE, SKIP, failing.scorer)
    decision = scheduler.tick(state, 0)
    failures = decision.report.failures
    assert failures
    for failure in failures:
        assert isinstance(failure, ScorerFailure)
        assert failure.exception is error
    assert "the_method_that_fails" in [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    if method in ("node_fingerprint", "node_fingerprints"):
        # A node whose fingerprint failed counts as one that cannot say.
        assert_moves_everything(decision)
        return
    assert decision.actions == ()
    assert decision.report.verdicts == {Verdict.SCORER_FAILED: 2}
    assert unmoved(state)
    failing.error = None
    assert_moves_everything(scheduler.tick(state, 0))


@pytest.mark.parametrize(
    ("method", "chain", "node"),
    [
        ("score", 7, 1),
        ("live_score", 7, 1),
        ("best_alternative", 7, None),
        ("node_fingerprint", None, 1),
        ("chain_fingerprint", 7, None),
        ("migration_cost", 7, 9),
    ],
)
def test_what_was_asked_is_named(method: str, chain: int | None, node: int | None) -> None:
    def fail(*question: object) -> object:
        raise PlannedError

    decision = LocalScheduler(HERE, SKIP, scripted(**{method: fail})).tick(mesh({7: [1, 2]}), 0)
    failure = decision.report.failures[0]
    assert (failure.method, failure.chain, failure.node) == (method, chain, node)
    note = failure.exception.__notes__[0]
    assert method in note
    for name, value in (("chain", chain), ("node", node)):
        assert (f"{name} {value}" in note) == (value is not None)


@each_policy
@every_method
@pytest.mark.parametrize(
    "error",
    [KeyboardInterrupt(), SystemExit(3), GeneratorExit(), asyncio.CancelledError(), BaseException()],
    ids=lambda error: type(error).__name__,
)
def test_what_is_no_exception_ends_the_call(config: SchedulerConfig, method: str, error: BaseException) -> None:
    error = type(error)(*error.args)
    failing = Failing(method, error)
    state = mesh({7: [1, 2], 8: [2]})
    scheduler = LocalScheduler(HERE, config, failing.scorer)
    assert_comes_out(error, lambda: scheduler.tick(state, 0), method)
    assert unmoved(state)
    failing.error = None
    assert_moves_everything(scheduler.tick(state, 0))


@pytest.mark.parametrize("error", [PlannedError(), KeyboardInterrupt()], ids=lambda error: type(error).__name__)
def test_every_pass_lets_it_out(error: BaseException) -> None:
    state = mesh({7: [1]})

    def renewed() -> BaseException:
        return type(error)()

    first = renewed()
    assert_comes_out(
        first, lambda: LocalScheduler(HERE, scorer=Failing("score", first).scorer).sample(state, 0), "score"
    )
    second = renewed()
    failing = Failing("live_score", None)
    scheduler = LocalScheduler(HERE, scorer=failing.scorer)
    scheduler.sample(state, 0)
    failing.error = second
    assert_comes_out(second, lambda: scheduler.decide(state, 0), "live_score")
    third = renewed()
    scorer = Failing("score", third).scorer
    assert_comes_out(third, lambda: diff_scheduler(state, scorer, SchedulerConfig(), HERE, 0), "score")


def test_only_the_chain_that_failed_sits_out() -> None:
    def score(chain: int, node: int) -> float:
        if (chain, node) == (8, 3):
            raise PlannedError
        return 0.25

    state = mesh({7: [1], 8: [2, 3], 9: [1]})
    decision = LocalScheduler(HERE, SKIP, scripted(score=score)).tick(state, 0)
    assert [action.chain for action in decision.actions] == [7, 9]
    assert decision.report.verdicts == {Verdict.EVICT: 2, Verdict.SCORER_FAILED: 1}
    failure = decision.report.failures[0]
    assert (failure.chain, failure.node) == (8, 3)


def test_failures_are_in_the_order_in_which_they_happened() -> None:
    def score(chain: int, node: int) -> float:
        raise PlannedError(chain)

    state = mesh({9: [1], 7: [1], 8: [2]})
    failures = LocalScheduler(HERE, SKIP, scripted(score=score)).tick(state, 0).report.failures
    assert [failure.chain for failure in failures] == [7, 8, 9]
    assert [failure.exception.args for failure in failures] == [(7,), (8,), (9,)]


def test_the_cause_and_the_notes_of_an_exception_stay() -> None:
    cause = LookupError("deep down")
    error = PlannedError("on top")
    error.add_note("a note of its own")

    def score(chain: int, node: int) -> float:
        raise error from cause

    with pytest.raises(PlannedError) as caught:
        LocalScheduler(HERE, scorer=scripted(score=score)).tick(mesh({7: [1]}), 0)
    assert caught.value is error
    assert caught.value.__cause__ is cause
    assert error.__notes__[0] == "a note of its own"
    assert len(error.__notes__) == 2


def test_an_exception_that_is_raised_again_has_the_latest_note_alone() -> None:
    error = PlannedError()

    def score(chain: int, node: int) -> float:
        raise error

    scheduler = LocalScheduler(HERE, scorer=scripted(score=score))
    for chain in (7, 8, 8):
        with pytest.raises(PlannedError):
            scheduler.tick(mesh({chain: [1]}), 0)
        assert len(error.__notes__) == 1
        assert f"chain {chain}" in error.__notes__[0]


def test_exceptions_without_room_for_a_note() -> None:
    class ClosedError(Exception):
        def add_note(self, note: str) -> None:
            raise RuntimeError("no notes")

    error = ClosedError()
    with pytest.raises(ClosedError) as caught:
        LocalScheduler(HERE, scorer=Failing("score", error).scorer).tick(mesh({7: [1]}), 0)
    assert caught.value is error


def test_a_tick_inside_of_an_exception_handler() -> None:
    """An exception that is being handled elsewhere is not taken for the scorer's."""
    state = mesh({7: [1]})
    error = LookupError("inside")
    try:
        raise PlannedError("outside")
    except PlannedError:
        assert len(LocalScheduler(HERE, scorer=scripted()).tick(state, 0).actions) == 1
        with pytest.raises(LookupError) as caught:
            LocalScheduler(HERE, scorer=Failing("score", error).scorer).tick(mesh({7: [1]}), 0)
    assert caught.value is error


def test_a_stop_iteration_is_an_exception_like_any_other() -> None:
    error = StopIteration(5)
    with pytest.raises(StopIteration) as caught:
        LocalScheduler(HERE, scorer=Failing("score", error).scorer).tick(mesh({7: [1]}), 0)
    assert caught.value is error


def test_a_recursion_without_end_is_an_error_not_a_crash() -> None:
    def score(chain: int, node: int) -> Any:
        return score(chain, node)

    scheduler = LocalScheduler(HERE, scorer=scripted(score=score))
    with pytest.raises(RecursionError):
        scheduler.tick(mesh({7: [1]}), 0)


def test_half_of_a_batch_that_failed_is_not_used() -> None:
    calls = []

    def score_many(chains: Any, nodes: Any) -> Any:
        calls.append(len(nodes))
        if len(calls) == 1:
            raise PlannedError
        return [0.9] * len(nodes)

    state = mesh({7: [1, 2], 8: [3]})
    scheduler = LocalScheduler(HERE, scorer=scripted(score_many=score_many))
    with pytest.raises(PlannedError):
        scheduler.tick(state, 0)
    decision = scheduler.tick(state, 0)
    assert calls == [3, 3]
    assert decision.report.verdicts == {Verdict.HEALTHY: 2}
    assert scheduler.cells(7).keys() == {1, 2}


SKIP = SchedulerConfig(on_scorer_error=OnScorerError.SKIP_CHAIN)


def test_what_ends_the_call_comes_out_and_not_what_was_survived_before() -> None:
    interruption = KeyboardInterrupt()

    def score(chain: int, node: int) -> float:
        raise interruption if chain == 9 else PlannedError

    with pytest.raises(KeyboardInterrupt) as caught:
        LocalScheduler(HERE, SKIP, scripted(score=score)).tick(mesh({7: [1], 8: [1], 9: [1]}), 0)
    assert caught.value is interruption
    assert "chain 9" in interruption.__notes__[0]
