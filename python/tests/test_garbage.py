"""Cycles through a scheduler are found by the garbage collector: nothing that the library holds is out of its sight."""

from __future__ import annotations

import contextlib
import gc
import sys
import weakref
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest

from driftline import (
    ClassMode,
    ClassPolicy,
    Decision,
    LocalScheduler,
    MeshState,
    OnScorerError,
    SchedulerConfig,
    SnapshotScorer,
    diff_scheduler,
)

from .support import HERE, Fixed, mesh

if TYPE_CHECKING:
    from collections.abc import Iterator

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIGS = {
    "abort": SchedulerConfig(),
    "skip_chain": SchedulerConfig(on_scorer_error=OnScorerError.SKIP_CHAIN),
}


@pytest.fixture(autouse=True)
def _only_by_the_collector() -> Iterator[None]:
    """Nothing is collected but when a test says so."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


class Holding(Fixed):
    """A scorer that knows its scheduler, and more if the test wants it to."""

    scheduler: LocalScheduler
    decision: Decision
    other: object


class Failing(Holding):
    """A scorer whose exceptions hold its frames, and so the scheduler."""

    def score(self, chain: int, node: int) -> Any:
        scheduler = self.scheduler  # For the frame to hold.
        raise LookupError(id(scheduler))


class Batching(Holding):
    """A scorer in batches."""

    def score_many(self, chains: Any, nodes: Any) -> Any:
        self.other = (chains, nodes)
        return np.full(len(nodes), 0.25)

    def node_fingerprints(self, nodes: Any) -> Any:
        return np.ones(len(nodes), dtype=np.uint64)


def scheduled(scorer: Holding, config: SchedulerConfig | None = None) -> tuple[LocalScheduler, MeshState]:
    """A scheduler and its scorer that hold each other."""
    scheduler = LocalScheduler(HERE, config, scorer)
    scorer.scheduler = scheduler
    return scheduler, mesh({7: [1, 2], 8: [1]})


def assert_collected(*watched: weakref.ref[Any]) -> None:
    """Objects that hold each other and that nobody else holds are there, and gone after a collection."""
    assert all(reference() is not None for reference in watched)
    gc.collect()
    assert [reference() for reference in watched] == [None] * len(watched)


@pytest.mark.parametrize("kind", [Holding, Batching])
@pytest.mark.parametrize("ticks", [0, 1, 3])
def test_a_scorer_that_holds_its_scheduler(kind: type[Holding], ticks: int) -> None:
    scorer = kind()
    scheduler, state = scheduled(scorer)
    for now in range(ticks):
        scorer.decision = scheduler.tick(state, now)
    watched = weakref.ref(scorer), weakref.ref(scheduler)
    del scorer, scheduler
    assert_collected(*watched)


def test_a_scorer_that_holds_the_bound_method_of_its_scheduler() -> None:
    scorer = Holding()
    scheduler, _ = scheduled(scorer)
    scorer.other = (scheduler.tick, scheduler.registry)
    watched = weakref.ref(scorer), weakref.ref(scheduler)
    del scorer, scheduler
    assert_collected(*watched)


def test_methods_that_hold_the_scheduler() -> None:
    """The scheduler holds the methods that it looked up, not only the object."""
    scorer = Holding()
    scheduler, state = scheduled(scorer)

    def live_score(chain: int, node: int, holding: Any = scheduler) -> float:
        return 0.25

    scorer.live_score = live_score  # type: ignore[attr-defined]
    scheduler.install(scorer)
    scheduler.tick(state, 0)
    watched = weakref.ref(scorer), weakref.ref(scheduler), weakref.ref(live_score)
    del scorer, scheduler, live_score
    assert_collected(*watched)


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())
@pytest.mark.parametrize("keeps_the_outcome", [False, True])
def test_exceptions_whose_frames_hold_the_scheduler(config: SchedulerConfig, keeps_the_outcome: bool) -> None:
    scorer = Failing()
    scheduler, state = scheduled(scorer, config)
    caught: Any = None
    try:
        caught = scheduler.tick(state, 0)
        assert len(caught.report.failures) == 2
    except LookupError as error:
        assert config.on_scorer_error is OnScorerError.ABORT
        caught = error
    scorer.other = caught if keeps_the_outcome else None
    watched = weakref.ref(scorer), weakref.ref(scheduler)
    del scorer, scheduler, caught
    assert_collected(*watched)


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())
def test_an_exception_is_not_kept_after_the_call(config: SchedulerConfig) -> None:
    class WatchedError(Exception):
        pass

    born: list[weakref.ref[Exception]] = []

    class Raising(Fixed):
        def score(self, chain: int, node: int) -> Any:
            error = WatchedError()
            born.append(weakref.ref(error))
            raise error

    scheduler, state = LocalScheduler(HERE, config, Raising()), mesh({7: [1]})
    for act in (scheduler.tick, scheduler.sample):
        with contextlib.suppress(WatchedError):
            act(state, 0)
    gc.collect()
    assert len(born) >= 2
    assert all(reference() is None for reference in born)


def test_a_scorer_over_a_snapshot_and_a_live_scorer() -> None:
    live = Holding()
    scheduler, state = scheduled(live)
    scheduler.sample(state, 0)
    scorer = SnapshotScorer(scheduler.snapshot(), live)
    live.other = scorer
    diff_scheduler(state, scorer, scheduler.config, HERE, 0)
    scheduler.install(scorer)
    watched = weakref.ref(live), weakref.ref(scheduler)
    del live, scheduler, scorer
    assert_collected(*watched)


def test_a_former_scorer_is_let_go_at_once() -> None:
    scheduler, state = scheduled(Holding())
    former = Fixed()
    scheduler.install(former)
    scheduler.tick(state, 0)
    watched = weakref.ref(former)
    del former
    scheduler.install(Fixed())
    assert watched() is None
    latter = Fixed()
    scheduler.install(latter)
    watched = weakref.ref(latter)
    del latter
    scheduler.uninstall()
    assert watched() is None


def test_a_scheduler_without_cycles_is_let_go_at_once() -> None:
    scorer = Fixed()
    scheduler, state = LocalScheduler(HERE, scorer=scorer), mesh({7: [1]})
    decision = scheduler.tick(state, 0)
    watched = weakref.ref(scheduler), weakref.ref(scorer)
    del scheduler, scorer
    assert [reference() for reference in watched] == [None, None]
    assert len(decision.actions) == 1


def test_what_is_in_use_is_not_collected() -> None:
    """A collection in the middle of a tick, by the scorer that the tick asks."""
    state = mesh({7: [1, 2]})

    class Collecting(Holding):
        def score(self, chain: int, node: int) -> float:
            gc.collect()
            return 0.25

    scorer = Collecting()
    scheduler = LocalScheduler(HERE, scorer=scorer)
    scorer.scheduler = scheduler
    watched = weakref.ref(scorer)
    tick = scheduler.tick
    del scorer, scheduler
    assert len(tick(state, 0).actions) == 1
    assert watched() is not None
    del tick
    assert_collected(watched)


def test_states_are_let_go() -> None:
    state = mesh({7: [1]})
    scheduler = LocalScheduler(HERE, scorer=Fixed())
    scheduler.tick(state, 0)
    watched = weakref.ref(state)
    del state
    assert watched() is None
    assert scheduler.tick(mesh({}), 0).report.led == 0


#: Every method that is looked up at install.
LOOKED_UP = [
    "score",
    "best_alternative",
    "live_score",
    "node_fingerprint",
    "chain_fingerprint",
    "migration_cost",
    "alternatives",
    "score_many",
    "live_score_many",
    "node_fingerprints",
]


@pytest.mark.parametrize("name", LOOKED_UP)
def test_every_method_that_is_held_is_in_sight(name: str) -> None:
    scheduler = LocalScheduler(HERE)

    def method(*question: object, holding: LocalScheduler = scheduler) -> Any:
        return None

    scorer = Fixed()
    setattr(scorer, name, method)
    scheduler.install(scorer)
    watched = weakref.ref(method), weakref.ref(scheduler)
    del scorer, scheduler, method
    assert all(reference() is not None for reference in watched)
    gc.collect()
    assert [reference() for reference in watched] == [None, None]


class Knowing(ClassPolicy):
    """A policy that knows more than it has to."""

    scheduler: LocalScheduler


def test_a_policy_that_holds_its_scheduler() -> None:
    policy, scheduler = Knowing(), LocalScheduler(HERE)
    object.__setattr__(policy, "scheduler", scheduler)
    assert scheduler.set_class_policy(5, policy) is None
    watched = weakref.ref(policy), weakref.ref(scheduler)
    del policy, scheduler
    assert_collected(*watched)


def test_policies_are_let_go() -> None:
    scheduler = LocalScheduler(HERE)
    watched = []
    for _ in range(3):
        policy = Knowing()
        watched.append(weakref.ref(policy))
        scheduler.set_class_policy(5, policy)
    del policy
    assert [reference() is None for reference in watched] == [True, True, False]
    scheduler.set_class_policy(5, None)
    assert watched[-1]() is None


class Tuple(NamedTuple):
    """What the extension reads of a policy; a tuple cannot let go of what it holds."""

    scheduler: object
    counted: object
    score_floor: None = None
    hysteresis_gap: None = None
    cooldown: None = None
    cost_per_sec: None = None
    mode: ClassMode = ClassMode.EAGER
    critical_floor: None = None


def test_a_policy_is_let_go_even_where_only_the_scheduler_can_break_the_cycle() -> None:
    def counted() -> None:
        pass

    core = LocalScheduler(HERE)._core
    before = sys.getrefcount(counted)
    core.set_class_policy(5, Tuple(core, counted))
    assert sys.getrefcount(counted) == before + 1
    del core
    gc.collect()
    assert sys.getrefcount(counted) == before


def test_what_a_scheduler_holds_is_let_go_even_where_only_it_can_break_the_cycle() -> None:
    """The collector forgets weak references before cycles are broken, so what is held is counted."""

    def counted(*question: object) -> Any:
        return None

    scheduler = LocalScheduler(HERE)
    scorer: Any = Fixed()
    # A method of the extension's own object: neither of the two that hold each other is made of Python code.
    scorer.live_score = scheduler._core.tick
    scorer.migration_cost = counted
    before = sys.getrefcount(counted)
    scheduler.install(scorer)
    del scorer, scheduler
    gc.collect()
    assert sys.getrefcount(counted) == before - 1
