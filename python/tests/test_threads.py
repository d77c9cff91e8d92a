"""Several threads: each use succeeds or says `BusyError`, nobody waits, nothing breaks."""

from __future__ import annotations

import contextlib
import itertools
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from driftline import (
    BusyError,
    ChainTouched,
    ClassPolicy,
    HolderAdded,
    LocalScheduler,
    MeshState,
    SchedulerConfig,
    Verdict,
)

from .support import HERE, Fixed, mesh, scripted

if TYPE_CHECKING:
    from collections.abc import Callable

import numpy as np

from driftline._driftline import TableScorer

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_S = 30.0


class Slow:
    """A tick that is in the middle of a question until it is let go."""

    def __init__(self) -> None:
        self.state = mesh({7: [1]})
        self._asked, self._go_on = threading.Event(), threading.Event()
        self.scheduler = LocalScheduler(HERE, scorer=scripted(score=self._score))
        self._thread = threading.Thread(target=self._tick)
        self.actions = -1

    def _score(self, chain: int, node: int) -> float:
        self._asked.set()
        assert self._go_on.wait(PATIENCE_S)
        return 0.25

    def _tick(self) -> None:
        self.actions = len(self.scheduler.tick(self.state, 0).actions)

    def __enter__(self) -> Slow:
        self._thread.start()
        assert self._asked.wait(PATIENCE_S)
        return self

    def __exit__(self, *exception: object) -> None:
        self._go_on.set()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()


EXPORT = mesh({7: [1]}).export_chain(7) or b""

USES: dict[str, Callable[[LocalScheduler, MeshState], object]] = {
    "tick": lambda scheduler, state: scheduler.tick(state, 0),
    "tick-another-state": lambda scheduler, state: scheduler.tick(MeshState(), 0),
    "sample": lambda scheduler, state: scheduler.sample(state, 0),
    "decide": lambda scheduler, state: scheduler.decide(state, 0),
    "configure": lambda scheduler, state: scheduler.configure(SchedulerConfig(score_floor=0)),
    "install": lambda scheduler, state: scheduler.install(Fixed()),
    "uninstall": lambda scheduler, state: scheduler.uninstall(),
    "set_class_policy": lambda scheduler, state: scheduler.set_class_policy(0, ClassPolicy()),
    "class_policy": lambda scheduler, state: scheduler.class_policy(0),
    "transitions": lambda scheduler, state: scheduler.transitions(),
    "drain_status": lambda scheduler, state: scheduler.drain_status(state, 1),
    "drains": lambda scheduler, state: state.drains(),
    "avoided": lambda scheduler, state: state.avoided(),
    "frozen_until_ns": lambda scheduler, state: state.frozen_until_ns,
    "export_chain": lambda scheduler, state: state.export_chain(7),
    "import_chain": lambda scheduler, state: state.import_chain(EXPORT),
    "apply": lambda scheduler, state: state.apply(HolderAdded(99, 1)),
    "load": lambda scheduler, state: state.load([], [], [0], []),
    "another-scheduler": lambda scheduler, state: LocalScheduler(2, scorer=Fixed()).tick(state, 0),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
def test_what_is_in_use_is_busy(use: Callable[[LocalScheduler, MeshState], object]) -> None:
    with Slow() as slow:
        with pytest.raises(BusyError) as caught:
            use(slow.scheduler, slow.state)
        assert isinstance(caught.value, RuntimeError)
    assert slow.actions == 1
    assert slow.state.chains() == [7]
    use(slow.scheduler, slow.state)


def test_other_objects_are_free() -> None:
    with Slow() as slow:
        assert len(LocalScheduler(HERE, scorer=Fixed()).tick(mesh({7: [1]}), 0).actions) == 1
    assert slow.actions == 1


def hammer(act: Callable[[int], object], count: int) -> list[int]:
    """Two threads that act as often as this. Returns how often each succeeded; anything but `BusyError` comes out."""
    start = threading.Barrier(2)
    interval_s = sys.getswitchinterval()

    def run() -> int:
        start.wait(PATIENCE_S)
        succeeded = 0
        for turn in range(count):
            try:
                act(turn)
                succeeded += 1
            except BusyError:
                time.sleep(1e-4)  # Lets the other come to its end, so that both have their turns.
        return succeeded

    # Switching threads all the time makes them meet inside of the library.
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(2) as pool:
            return [future.result(PATIENCE_S) for future in [pool.submit(run) for _ in range(2)]]
    finally:
        sys.setswitchinterval(interval_s)


def yielding(chain: int, node: int) -> float:
    """A score of a scorer that lets other threads run while it is asked."""
    time.sleep(0)
    return 0.25


def test_two_threads_on_one_scheduler() -> None:
    state = mesh({chain: [1, 2, 3] for chain in range(20)})
    scheduler = LocalScheduler(HERE, SchedulerConfig(cooldown=0), scripted(score=yielding))

    def tick(turn: int) -> None:
        assert scheduler.tick(state, 0).report.verdicts == {Verdict.EVICT: 20}

    succeeded = hammer(tick, 300)
    assert sum(succeeded) > 0
    tick(0)


def test_two_schedulers_on_one_state() -> None:
    state = mesh({chain: [1, 2, 3] for chain in range(20)})
    local = threading.local()

    def tick(turn: int) -> None:
        if not hasattr(local, "scheduler"):
            local.scheduler = LocalScheduler(HERE, SchedulerConfig(cooldown=0), scripted(live_score=yielding))
        assert local.scheduler.tick(state, 0).report.led == 20

    assert sum(hammer(tick, 300)) > 0
    tick(0)


def test_events_while_others_tick_and_ask() -> None:
    state = mesh({7: [1, 2]})
    scheduler = LocalScheduler(HERE, scorer=Fixed(0.9))
    scorer = scripted(score=lambda chain, node: yielding(chain, node) + 0.5)
    acts = [
        lambda: state.apply(ChainTouched(7)),
        lambda: scheduler.tick(state, 0),
        lambda: scheduler.explain(state, 7),
        state.digest,
        lambda: scheduler.configure(SchedulerConfig()),
        lambda: scheduler.install(scorer),
        scheduler.snapshot,
        state.to_arrays,
    ]
    scheduler.tick(state, 0)
    assert sum(hammer(lambda turn: acts[turn % len(acts)](), 1000)) > 0
    assert scheduler.tick(state, 0).report.verdicts == {Verdict.HEALTHY: 1}


def test_a_scheduler_moves_from_thread_to_thread() -> None:
    state = mesh({7: [1]})
    scheduler = LocalScheduler(HERE, SchedulerConfig(cooldown=0), Fixed())
    with ThreadPoolExecutor(1) as pool:
        assert len(pool.submit(scheduler.tick, state, 0).result(PATIENCE_S).actions) == 1
    assert len(scheduler.tick(state, 1).actions) == 1


def test_a_scorer_that_asks_another_thread_is_told_busy() -> None:
    """From another thread it is no re-entrance that could be seen, but it is refused all the same."""
    state = mesh({7: [1]})
    outcomes: list[BaseException | None] = []

    def score(chain: int, node: int) -> float:
        with ThreadPoolExecutor(1) as pool:
            error = pool.submit(scheduler.tick, state, 0).exception(PATIENCE_S)
            outcomes.append(error)
        return 0.9

    scheduler = LocalScheduler(HERE, scorer=scripted(score=score))
    scheduler.tick(state, 0)
    assert [type(outcome) for outcome in outcomes] == [BusyError]


PATIENCE_S = 30.0
COUNT = 20_000


class Large:
    """A state and a scheduler that have enough to do for another thread to see it."""

    def __init__(self) -> None:
        ids = np.arange(COUNT, dtype=np.uint64)
        self.arrays: Any = (ids, np.full(COUNT, HERE), np.arange(COUNT + 1), ids % 100)
        self.events = [ChainTouched(chain) for chain in range(COUNT)]
        self.state = MeshState()
        self.state.load(*self.arrays)
        scorer: Any = TableScorer(range(100), np.full(100, 0.9))
        # Everything is due in every tick.
        self.scheduler = LocalScheduler(HERE, SchedulerConfig(decision_interval=1), scorer)
        self.clock = itertools.count()


#: What lets other threads run, and what they are told then.
LONG: dict[str, Callable[[Large], object]] = {
    "load": lambda large: large.state.load(*large.arrays),
    "apply": lambda large: large.state.apply(large.events),
    "digest": lambda large: large.state.digest(),
    "chains": lambda large: large.state.chains(),
    "led_by": lambda large: large.state.led_by(HERE),
    "to_arrays": lambda large: large.state.to_arrays(),
    "tick": lambda large: large.scheduler.tick(large.state, next(large.clock)),
    "sample": lambda large: large.scheduler.sample(large.state, next(large.clock)),
    "snapshot": lambda large: large.scheduler.snapshot(),
}


@pytest.mark.parametrize("name", LONG)
def test_what_takes_long_lets_other_threads_run(name: str) -> None:
    """A thread that runs meanwhile finds the object busy; one that had to wait for the interpreter never does."""
    large = Large()
    large.scheduler.sample(large.state, next(large.clock))
    seen, over = threading.Event(), threading.Event()

    def use() -> None:
        while not over.is_set():
            try:
                large.scheduler.configure(large.scheduler.config) if name == "snapshot" else large.state.apply([])
            except BusyError:
                seen.set()
                return

    other = threading.Thread(target=use)
    other.start()
    for _ in range(2_000):
        with contextlib.suppress(BusyError):
            LONG[name](large)
        if seen.is_set():
            break
    over.set()
    other.join(PATIENCE_S)
    assert seen.is_set()
