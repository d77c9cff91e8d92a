"""A scorer must not use the scheduler or state whose call it answers (P3): it is told so, and nothing else happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from driftline import (
    ChainTouched,
    ClassMode,
    ClassPolicy,
    Decision,
    Drain,
    Event,
    HolderAdded,
    LocalScheduler,
    MeshState,
    ReentrantError,
    SchedulerConfig,
    TickReport,
    diff_scheduler,
)

from .support import HERE, SINGLE_ANSWERS, Fixed, mesh, scripted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

if TYPE_CHECKING:
    from collections.abc import Callable

#: Of a chain that is none of theirs.
EXPORT = mesh({99: [1]}).export_chain(99) or b""

#: Every use of a scheduler and a state that changes something. Inside of a tick each of them is refused.
WRITES: dict[str, Callable[[LocalScheduler, MeshState], object]] = {
    "tick": lambda scheduler, state: scheduler.tick(state, 0),
    "tick-another-state": lambda scheduler, state: scheduler.tick(MeshState(), 0),
    "sample": lambda scheduler, state: scheduler.sample(state, 0),
    "configure": lambda scheduler, state: scheduler.configure(SchedulerConfig(score_floor=0)),
    "install": lambda scheduler, state: scheduler.install(Fixed(1)),
    "uninstall": lambda scheduler, state: scheduler.uninstall(),
    "registry.install": lambda scheduler, state: scheduler.registry.install(Fixed(1)),
    "registry.uninstall": lambda scheduler, state: scheduler.registry.uninstall(),
    "apply": lambda scheduler, state: state.apply(HolderAdded(99, 1)),
    "apply-nothing-new": lambda scheduler, state: state.apply([ChainTouched(7)]),
    "apply-nothing": lambda scheduler, state: state.apply([]),
    "apply-a-drain": lambda scheduler, state: state.apply(Drain(3, 0)),
    "import_chain": lambda scheduler, state: state.import_chain(EXPORT),
    "set_class_policy": lambda scheduler, state: scheduler.set_class_policy(0, ClassPolicy(mode=ClassMode.PINNED)),
    "take-no-policy-away": lambda scheduler, state: scheduler.set_class_policy(0, None),
    "load": lambda scheduler, state: state.load([99], [1], [0, 1], [1]),
    "another-scheduler": lambda scheduler, state: LocalScheduler(2, scorer=Fixed()).tick(state, 0),
}

#: Every use that only reads.
READS: dict[str, Callable[[LocalScheduler, MeshState], object]] = {
    "decide": lambda scheduler, state: scheduler.decide(state, 0),
    "explain": lambda scheduler, state: scheduler.explain(state, 7),
    "history": lambda scheduler, state: scheduler.history(7),
    "cells": lambda scheduler, state: scheduler.cells(7),
    "snapshot": lambda scheduler, state: scheduler.snapshot(),
    "sampled": lambda scheduler, state: scheduler.sampled(),
    "class_policy": lambda scheduler, state: scheduler.class_policy(0),
    "transitions": lambda scheduler, state: scheduler.transitions(),
    "drain_status": lambda scheduler, state: scheduler.drain_status(state, 1),
    "drains": lambda scheduler, state: state.drains(),
    "avoided": lambda scheduler, state: state.avoided(),
    "frozen_until_ns": lambda scheduler, state: state.frozen_until_ns,
    "export_chain": lambda scheduler, state: state.export_chain(7),
    "this_node": lambda scheduler, state: scheduler.this_node,
    "config": lambda scheduler, state: scheduler.config,
    "scorer": lambda scheduler, state: scheduler.scorer,
    "registry.scorer": lambda scheduler, state: scheduler.registry.scorer,
    "repr-scheduler": lambda scheduler, state: repr(scheduler),
    "digest": lambda scheduler, state: state.digest(),
    "chain": lambda scheduler, state: state.chain(7),
    "chains": lambda scheduler, state: state.chains(),
    "chains_on": lambda scheduler, state: state.chains_on(1),
    "led_by": lambda scheduler, state: state.led_by(1),
    "to_arrays": lambda scheduler, state: state.to_arrays(),
    "len": lambda scheduler, state: len(state),
    "contains": lambda scheduler, state: 7 in state,
    "repr-state": lambda scheduler, state: repr(state),
    "diff_scheduler": lambda scheduler, state: diff_scheduler(state, Fixed(), SchedulerConfig(), 1, 0),
}

#: Every pass in which a scorer is asked.
PASSES: dict[str, Callable[[LocalScheduler, MeshState], Decision | TickReport]] = {
    "tick": lambda scheduler, state: scheduler.tick(state, 0),
    "sample": lambda scheduler, state: scheduler.sample(state, 0),
    "decide": lambda scheduler, state: scheduler.decide(state, 0),
}

METHODS = [*SINGLE_ANSWERS, "score_many", "node_fingerprints"]


class Curious:
    """A scorer of which one method uses the scheduler and state before it answers."""

    def __init__(self, method: str, use: Callable[[LocalScheduler, MeshState], object] | None) -> None:
        self.state = mesh({7: [1, 2], 8: [2, 3]})
        self.use = use
        self.outcomes: list[object] = []
        answers = SINGLE_ANSWERS | {"score_many": np.full(4, 0.25), "node_fingerprints": np.ones(3, dtype=np.uint64)}

        def curious(*question: object) -> Any:
            if self.use is not None:
                try:
                    self.outcomes.append(self.use(self.scheduler, self.state))
                except ReentrantError as error:
                    self.outcomes.append(error)
            return answers[method]

        self.scheduler = LocalScheduler(HERE, scorer=scripted(**{method: curious}))


def picture(scheduler: LocalScheduler, state: MeshState) -> tuple[object, ...]:
    """What can be seen from outside after a pass."""
    led = state.led_by(HERE)
    return (
        state.digest(),
        [state.chain(chain) for chain in led],
        [scheduler.cells(chain) for chain in led],
        [list(scheduler.history(chain)) for chain in led],
        [scheduler.explain(state, chain) for chain in led],
        scheduler.sampled(),
        scheduler.config,
    )


def calm(method: str, act: Callable[[LocalScheduler, MeshState], object]) -> tuple[object, tuple[object, ...]]:
    """What a pass comes to whose scorer minds its own business."""
    curious = Curious(method, None)
    if act is PASSES["decide"]:
        curious.scheduler.sample(curious.state, 0)
    return act(curious.scheduler, curious.state), picture(curious.scheduler, curious.state)


def curious_passes() -> Iterator[Any]:
    asked_by_decide = {"live_score", "best_alternative", "migration_cost"}
    for name, act in PASSES.items():
        for method in METHODS:
            if name == "tick" or (method in asked_by_decide) == (name == "decide"):
                yield pytest.param(method, act, id=f"{name}-{method}")


@pytest.mark.parametrize(("method", "act"), [*curious_passes()])
def test_whatever_a_scorer_tries_changes_nothing(method: str, act: Callable[..., object]) -> None:
    expected = calm(method, act)
    for name, use in (WRITES | READS).items():
        curious = Curious(method, use)
        if act is PASSES["decide"]:
            curious.use = None
            curious.scheduler.sample(curious.state, 0)
            curious.use = use
        outcome = act(curious.scheduler, curious.state)
        assert curious.outcomes, f"{method} was not asked"
        assert (outcome, picture(curious.scheduler, curious.state)) == expected, name
        if name in WRITES and (act is PASSES["tick"] or "apply" not in name):
            refused = [isinstance(outcome, ReentrantError) for outcome in curious.outcomes]
            # A state of its own is nobody's business, but the scheduler is in use all the same.
            assert all(refused), name


def test_a_write_to_the_state_is_refused_in_every_pass() -> None:
    for act, method in (("tick", "score"), ("sample", "score"), ("decide", "live_score")):
        for name in ("apply", "load", "another-scheduler"):
            curious = Curious(method, None)
            curious.scheduler.sample(curious.state, 0) if act == "decide" else None
            curious.use = WRITES[name]
            PASSES[act](curious.scheduler, curious.state)
            assert all(isinstance(outcome, ReentrantError) for outcome in curious.outcomes), (act, name)


def test_the_error_may_come_out_of_the_tick() -> None:
    state = mesh({7: [1]})

    def score(chain: int, node: int) -> float:
        scheduler.tick(state, 0)
        return 0.25

    scheduler = LocalScheduler(HERE, scorer=scripted(score=score))
    with pytest.raises(ReentrantError) as caught:
        scheduler.tick(state, 0)
    assert "scheduler" in str(caught.value)
    assert isinstance(caught.value, RuntimeError)


def test_other_objects_may_be_used() -> None:
    """A scorer may run a scheduler and a state of its own."""
    inner_state = mesh({70: [1]})
    inner = LocalScheduler(HERE, scorer=Fixed())

    def score(chain: int, node: int) -> float:
        inner_state.apply(ChainTouched(70))
        inner.tick(inner_state, 0)
        return inner.cells(70)[1]

    decision = LocalScheduler(HERE, scorer=scripted(score=score)).tick(mesh({7: [1, 2]}), 0)
    assert len(decision.actions) == 1
    assert inner.snapshot().score(70, 1) == 0.25


def test_diff_scheduler_guards_its_state() -> None:
    state = mesh({7: [1]})
    outcomes: list[object] = []

    def score(chain: int, node: int) -> float:
        with pytest.raises(ReentrantError):
            state.apply(HolderAdded(99, 1))
        with pytest.raises(ReentrantError):
            state.load([], [], [0], [])
        outcomes.append(state.chains())
        return 0.25

    before = state.digest()
    diff_scheduler(state, scripted(score=score), SchedulerConfig(), HERE, 0)
    assert outcomes == [[7]]
    assert state.digest() == before


def test_an_event_source_that_reads_the_scheduler() -> None:
    state = mesh({7: [1]})
    scheduler = LocalScheduler(HERE, scorer=Fixed())

    def events() -> Iterator[Event]:
        scheduler.tick(state, 0)
        yield HolderAdded(7, 2)

    state.apply(events())
    chain = state.chain(7)
    assert chain is not None
    assert chain.holders == (1, 2)
    assert chain.last_rebalance_ns == 0


def test_the_end_of_a_scorer_may_use_the_scheduler() -> None:
    outcomes: list[object] = []
    state = mesh({7: [1]})
    scheduler = LocalScheduler(HERE)

    class Farewell(Fixed):
        def __del__(self) -> None:
            outcomes.append(scheduler.sample(state, 0).led)

    scheduler.install(Farewell())
    scheduler.install(Fixed())
    scheduler.install(Farewell())
    scheduler.uninstall()
    assert outcomes == [1, 1]


def test_a_scorer_that_drops_its_scheduler() -> None:
    """The call holds what it needs, even if nobody else does."""
    held: dict[str, LocalScheduler] = {}

    def score(chain: int, node: int) -> float:
        held.clear()
        return 0.25

    held["scheduler"] = LocalScheduler(HERE, scorer=scripted(score=score))
    assert len(held["scheduler"].tick(mesh({7: [1, 2]}), 0).actions) == 1
    assert not held


def test_a_repr_never_raises() -> None:
    """Debuggers and logs print what they find, also in the frames of a scorer."""
    printed: list[str] = []
    state = mesh({7: [1]})

    def score(chain: int, node: int) -> float:
        printed.extend([repr(scheduler), repr(scheduler.registry), repr(state)])
        return 0.25

    scheduler = LocalScheduler(HERE, scorer=scripted(score=score))
    scheduler.tick(state, 0)
    assert len(printed) == 3


STATE_READS: dict[str, Callable[[MeshState], object]] = {
    "digest": lambda state: state.digest(),
    "chain": lambda state: state.chain(7),
    "chains": lambda state: state.chains(),
    "chains_on": lambda state: state.chains_on(1),
    "led_by": lambda state: state.led_by(HERE),
    "to_arrays": lambda state: {name: ids.tolist() for name, ids in state.to_arrays().items()},
    "len": len,
    "contains": lambda state: 7 in state,
    "repr": repr,
}


def reading(read: Callable[[], object], outcomes: list[object]) -> Any:
    """A scorer that reads something whenever it is asked for a live score."""

    def live_score(chain: int, node: int) -> float:
        try:
            outcomes.append(read())
        except ReentrantError:
            outcomes.append(ReentrantError)
        return 0.25

    return scripted(live_score=live_score)


@pytest.mark.parametrize("read", STATE_READS.values(), ids=STATE_READS.keys())
def test_a_state_that_is_only_read_may_be_read(read: Callable[[MeshState], object]) -> None:
    """A dry run and the decision function read the state; so may their scorers."""
    outcomes: list[object] = []
    state = mesh({7: [1, 2]})
    scorer = reading(lambda: read(state), outcomes)
    scheduler = LocalScheduler(HERE, scorer=scorer)
    scheduler.sample(state, 0)
    scheduler.decide(state, 0)
    diff_scheduler(state, scorer, SchedulerConfig(), HERE, 0)
    assert outcomes == [read(state)] * 2


@pytest.mark.parametrize("name", [name for name in STATE_READS if name != "repr"])
def test_a_state_in_a_tick_may_not_be_read(name: str) -> None:
    outcomes: list[object] = []
    state = mesh({7: [1, 2]})
    LocalScheduler(HERE, scorer=reading(lambda: STATE_READS[name](state), outcomes)).tick(state, 0)
    assert outcomes == [ReentrantError]


def test_a_state_that_is_sampled_may_be_read() -> None:
    outcomes: list[object] = []
    state = mesh({7: [1]})

    def score(chain: int, node: int) -> float:
        outcomes.append(state.chains())
        return 0.25

    LocalScheduler(HERE, scorer=scripted(score=score)).sample(state, 0)
    assert outcomes == [[7]]
