"""What parts of a combined scorer may do and raise, who else may use it meanwhile, and what is left when it is gone."""

from __future__ import annotations

import gc
import sys
import threading
import weakref
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from driftline import (
    BusyError,
    Cached,
    Gate,
    LocalScheduler,
    Minimum,
    OnScorerError,
    OverridePerChain,
    ReentrantError,
    SchedulerConfig,
    Verdict,
    WeightedSum,
    diff_scheduler,
)

from .combined import KINDS, each_kind, table
from .inventories import near
from .support import HERE, SECOND_NS, Fixed, mesh, scripted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SKIP = SchedulerConfig(on_scorer_error=OnScorerError.SKIP_CHAIN)


class PlannedError(Exception):
    """What the parts of these tests raise."""


def failing(method: str, error: BaseException) -> Any:
    def fail(*question: object) -> Any:
        raise error

    return scripted(**{method: fail})


#: Where each kind asks for a score, a live score and an alternative.
ASKED = ("score", "live_score", "best_alternative")


@each_kind
@pytest.mark.parametrize("method", ASKED)
def test_what_a_part_raises_comes_out(make: Callable[[Any], Any], method: str) -> None:
    error = PlannedError("on purpose")
    scorer = make(failing(method, error))
    state = mesh({7: [1], 8: [2]})
    if make is KINDS["gated"] and method == "best_alternative":
        assert scorer.best_alternative(7, ()) is not None, "a gate is not asked for homes"
        return
    for config in (SchedulerConfig(), SKIP):
        scheduler = LocalScheduler(HERE, config, scorer)
        if config is SKIP:
            decision = scheduler.tick(state, 0)
            assert decision.actions == ()
            assert [failure.exception for failure in decision.report.failures] == [error] * 2
            assert decision.report.verdicts == {Verdict.SCORER_FAILED: 2}
            continue
        with pytest.raises(PlannedError) as caught:
            scheduler.tick(state, 0)
        assert caught.value is error
        assert "driftline had asked" in error.__notes__[0]


@each_kind
def test_what_a_part_raises_comes_out_of_a_question(make: Callable[[Any], Any]) -> None:
    error = PlannedError("on purpose")
    scorer = make(failing("score", error))
    with pytest.raises(PlannedError) as caught:
        scorer.score(7, 1)
    assert caught.value is error
    interrupt = KeyboardInterrupt()
    scorer = make(failing("score", interrupt))
    with pytest.raises(KeyboardInterrupt):
        LocalScheduler(HERE, SKIP, scorer).tick(mesh({7: [1]}), 0)


def test_each_part_has_its_own_exceptions() -> None:
    """The failure of each chain is the exception of its own scorer."""
    errors = [PlannedError(str(number)) for number in range(4)]
    parts = [failing("score", error) for error in errors]
    overrides = [(Minimum([part]), [chain]) for chain, part in enumerate(parts)]
    scheduler = LocalScheduler(HERE, SKIP, OverridePerChain(Fixed(), overrides))
    failures = scheduler.tick(mesh({chain: [1] for chain in range(5)}), 0).report.failures
    assert [(failure.chain, failure.exception) for failure in failures] == list(enumerate(errors))


def test_a_call_within_a_call_keeps_its_own_exceptions() -> None:
    outer, inner = PlannedError("outer"), PlannedError("inner")
    other = LocalScheduler(HERE, SKIP, Minimum([failing("score", inner)]))
    seen: list[object] = []

    def score(chain: int, node: int) -> float:
        seen.extend(failure.exception for failure in other.tick(mesh({7: [1]}), 0).report.failures)
        raise outer

    failures = LocalScheduler(HERE, SKIP, Minimum([scripted(score=score)])).tick(mesh({7: [1]}), 0).report.failures
    assert [failure.exception for failure in failures] == [outer]
    assert seen == [inner]


def test_scorers_are_told_the_time() -> None:
    told: list[int] = []
    part = scripted(begin=told.append)
    scheduler = LocalScheduler(HERE, scorer=part)
    state = mesh({7: [1]})
    scheduler.tick(state, 1)
    scheduler.sample(state, 2)
    scheduler.decide(state, 3.0)
    diff_scheduler(state, WeightedSum([(Cached(part, 9), 1), (Minimum([part]), 1)]), SchedulerConfig(), HERE, 4)
    Gate(part, Fixed(), threshold=0.5).begin(5)
    assert told == [1, 2, 3 * SECOND_NS, 4, 4, 5]


@pytest.mark.parametrize("config", [SchedulerConfig(), SKIP], ids=["abort", "skip_chain"])
@pytest.mark.parametrize("make", [lambda part: part, *KINDS.values()], ids=["itself", *KINDS])
def test_what_begin_raises_ends_the_call(
    make: Callable[[Any], Any], config: SchedulerConfig, capfd: pytest.CaptureFixture[str]
) -> None:
    error = PlannedError("on purpose")
    scorer = make(failing("begin", error))
    scheduler, state = LocalScheduler(HERE, config, scorer), mesh({7: [1]})
    acts: list[Callable[[], object]] = [
        lambda: scheduler.tick(state, 0),
        lambda: scheduler.sample(state, 0),
        lambda: scheduler.decide(state, 0),
        lambda: diff_scheduler(state, scorer, config, HERE, 0),
    ]
    if make in KINDS.values():
        acts.append(lambda: scorer.begin(0))
    for act in acts:
        with pytest.raises(PlannedError) as caught:
            act()
        assert caught.value is error
        assert error.__notes__ == ["driftline had asked begin()"]
    assert capfd.readouterr() == ("", "")
    assert scorer.score(7, 1) is not None


@each_kind
def test_a_part_must_not_use_the_scorer_that_asks_it(make: Callable[[Any], Any]) -> None:
    outcomes: list[object] = []
    uses: list[Callable[[], object]] = [
        lambda: scorer.score(7, 1),
        lambda: scorer.best_alternative(7, ()),
        lambda: scorer.begin(0),
        lambda: LocalScheduler(2, scorer=scorer).tick(mesh({7: [1]}, leader=2), 0),
        lambda: diff_scheduler(mesh({7: [1]}), Minimum([scorer]), SchedulerConfig(), HERE, 0),
    ]

    def score(chain: int, node: int) -> float:
        for use in uses:
            try:
                outcomes.append(use())
            except ReentrantError as error:
                outcomes.append(str(error))
        return 0.25

    scorer = make(scripted(score=score))
    scheduler = LocalScheduler(HERE, scorer=scorer)
    assert len(scheduler.tick(mesh({7: [1]}), 0).actions) == 1
    refused = "the combined scorer is waiting for a scorer and must not be used from inside it"
    assert outcomes
    assert set(outcomes) == {refused}
    outcomes.clear()
    assert scorer.score(8, 1) is not None
    assert set(outcomes) == {refused}


def test_a_part_may_use_other_scorers() -> None:
    inventory = near({1: 0.1, 2: 0.3})
    other = Minimum([inventory])

    def score(chain: int, node: int) -> float | None:
        return other.score(chain, node)

    scorer = WeightedSum([(scripted(score=score), 1), (inventory, 1)])
    assert scorer.score(7, 1) == 0.5
    assert scorer.score(7, 2) == 0.25


class Waiting(Fixed):
    """A part that answers when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.go_on = threading.Event(), threading.Event()

    def score(self, chain: int, node: int) -> float:
        self.asked.set()
        assert self.go_on.wait(30.0)
        return 0.25


@each_kind
def test_what_another_thread_is_told(make: Callable[[Any], Any]) -> None:
    """Before anything has happened, and never as a failure of a scorer that a policy could hide."""
    part = Waiting()
    scorer = make(part)
    outcomes: list[object] = []
    state = mesh({7: [1]})
    thread = threading.Thread(target=lambda: outcomes.append(LocalScheduler(HERE, scorer=scorer).tick(state, 0)))
    thread.start()
    assert part.asked.wait(30.0)
    own_state = mesh({7: [1]})
    scheduler = LocalScheduler(HERE, SKIP, scorer)
    for act in (
        lambda: scheduler.tick(own_state, 0),
        lambda: scheduler.sample(own_state, 0),
        lambda: scheduler.decide(own_state, 0),
        lambda: diff_scheduler(own_state, Minimum([scorer]), SKIP, HERE, 0),
        lambda: scorer.score(7, 1),
        lambda: Minimum([scorer]).score(7, 1),
    ):
        with pytest.raises(BusyError, match="combined scorer"):
            act()
    part.go_on.set()
    thread.join(30.0)
    assert not thread.is_alive()
    assert len(outcomes) == 1
    decision = scheduler.tick(own_state, 0)
    assert decision.report.failures == ()
    assert len(decision.actions) == 1


def test_a_scorer_whose_parts_need_no_python_lets_other_threads_run() -> None:
    count = 20_000
    state = mesh({})
    ids = np.arange(count, dtype=np.uint64)
    state.load(ids, np.full(count, HERE), np.arange(count + 1), ids % 100)
    scorer = WeightedSum([(table(dict.fromkeys(range(100), 0.9)), 1.0)])
    scheduler = LocalScheduler(HERE, SchedulerConfig(decision_interval=1), scorer)
    seen, over = threading.Event(), threading.Event()

    def use() -> None:
        while not over.is_set():
            try:
                scorer.score(7, 1)
            except BusyError:
                seen.set()
                return

    other = threading.Thread(target=use)
    other.start()
    for now in range(2_000):
        try:
            scheduler.sample(state, now)
        except BusyError:
            continue
        if seen.is_set():
            break
    over.set()
    other.join(30.0)
    assert seen.is_set()


@pytest.fixture
def collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


class Holding(Fixed):
    """A part that knows who uses it."""

    held: object = None


@each_kind
@pytest.mark.usefixtures("collector")
def test_a_circle_is_collected(make: Callable[[Any], Any]) -> None:
    part = Holding()
    scorer = make(part)
    scheduler, another = LocalScheduler(HERE, scorer=scorer), LocalScheduler(2, scorer=Minimum([scorer]))
    scheduler.tick(mesh({7: [1]}), 0)
    part.held = [scheduler, another, scorer, scorer.score]
    ends = [weakref.ref(part), weakref.ref(scorer), weakref.ref(scheduler)]
    del part, scheduler, another
    gc.collect()
    assert all(end() is not None for end in ends), "the scorer holds all of them"
    assert scorer.score(7, 1) is not None
    del scorer
    assert any(end() is not None for end in ends)
    gc.collect()
    assert [end() for end in ends] == [None] * 3


@each_kind
@pytest.mark.usefixtures("collector")
def test_what_is_used_elsewhere_is_not_collected(make: Callable[[Any], Any]) -> None:
    """A scheduler that lives holds the scorer, and its parts, though all else is gone."""
    part = Holding()
    scorer = make(part)
    part.held = scorer
    scheduler = LocalScheduler(HERE, scorer=Minimum([scorer]))
    end = weakref.ref(part)
    del part, scorer
    gc.collect()
    assert end() is not None
    assert len(scheduler.tick(mesh({7: [1]}), 0).actions) == 1
    scheduler.uninstall()
    gc.collect()
    assert end() is None


@each_kind
def test_nothing_grows(make: Callable[[Any], Any]) -> None:
    part = Fixed()
    state = mesh({7: [1, 2]})
    scorer = make(part)
    scheduler = LocalScheduler(HERE, SchedulerConfig(cooldown=0, decision_interval=1), scorer)

    def run(begin: int, end: int) -> None:
        for now in range(begin, end):
            scheduler.tick(state, now)
            scorer.score(7, 1)
            make(part)

    run(0, 200)
    gc.collect()
    counts, blocks = (sys.getrefcount(part), sys.getrefcount(scorer)), sys.getallocatedblocks()
    run(200, 2_200)
    gc.collect()
    assert (sys.getrefcount(part), sys.getrefcount(scorer)) == counts
    assert sys.getallocatedblocks() - blocks < 500
