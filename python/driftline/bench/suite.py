"""What is measured, in order, and how the two sides are held against each other."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from driftline import (
    ChainTouched,
    Event,
    Eviction,
    FingerprintMode,
    HolderAdded,
    HolderRemoved,
    LocalScheduler,
    MeshState,
    SchedulerConfig,
    build_info,
)
from driftline._driftline import TableScorer
from driftline.bench.naive import Move, NaiveScheduler
from driftline.bench.scorers import BatchScorer, SingleScorer
from driftline.bench.timing import least_seconds, seconds_of
from driftline.bench.world import REPLICAS, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from driftline import Decision, PlacementScorer

DUE_CHAINS_MAX = 100_000

_REPETITIONS = 3
_TICK_REPETITIONS = 5
_IDLE_REPETITIONS, _IDLE_LOOPS = 20, 100
# No backstop falls due while we measure.
_CONFIG = SchedulerConfig(decision_interval=2**64 - 1, fingerprint_mode=FingerprintMode.POLL)
# After so long every cooldown is over.
_ROUND_NS: int = _CONFIG.cooldown

STEPS = 3 + _REPETITIONS + 2 + 3


class DifferentDecisions(Exception):  # noqa: N818  # it is the finding, not a fault of the program
    """Driftline and the plain loop did not decide the same: none of the figures means anything."""


@dataclass(frozen=True)
class Figure:
    """One thing that was measured. `seconds` is driftline's, `naive_seconds` the plain loop's for the same end."""

    key: str
    title: str
    seconds: float
    naive_seconds: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times longer the plain loop takes; None if it has nothing to set against."""
        return None if self.naive_seconds is None else self.naive_seconds / self.seconds


@dataclass
class Report:
    """All figures of one run."""

    chains: int
    nodes: int
    due: int  # chains due in the ticks that are named after it
    evictions: int  # that both sides decided, the same
    library: str
    python: str
    figures: list[Figure] = field(default_factory=list)

    def figure(self, key: str) -> Figure:
        """The figure of that key. KeyError if there is none."""
        for figure in self.figures:
            if figure.key == key:
                return figure
        raise KeyError(key)

    def seconds_per_question(self, key: str) -> float:
        """What a `due_...` tick takes for each score that it asks for, the library's own work included."""
        return self.figure(key).seconds / (REPLICAS * self.due)


@dataclass
class _Naive:
    load_seconds: float
    first_tick_seconds: float
    tick_seconds: float
    rounds: list[list[Move]]  # the moves of each tick until nobody wants to move any more; the last is empty


def run(chain_count: int, node_count: int, progress: Callable[[int], object] = lambda _: None) -> Report:
    """Measure everything.

    Args:
        chain_count: 1 or more.
        node_count: 5 or more.
        progress: Called with how many of `STEPS` are done.

    Raises:
        DifferentDecisions: The two sides did not decide the same.
    """
    done = iter(range(1, STEPS + 1))

    def step() -> None:
        progress(next(done))

    world = World.make(chain_count, node_count)
    naive = _measure_naive(world, step)
    due = min(DUE_CHAINS_MAX, chain_count)
    evictions = sum(len(moves) for moves in naive.rounds)
    report = Report(chain_count, node_count, due, evictions, build_info(), platform.python_version())
    state, scheduler = _measure_start(world, naive, report, step)
    _measure_idle(state, scheduler, naive, report, step)
    _measure_due(world, (state, scheduler), naive, report, step)
    return report


def _measure_naive(world: World, step: Callable[[], None]) -> _Naive:
    config = _CONFIG
    scheduler = NaiveScheduler(
        SingleScorer(world), config.score_floor, config.hysteresis_gap, cooldown_ns=config.cooldown
    )

    # The arrays are what both sides are given.
    def load() -> None:
        scheduler.load(world.chains.tolist(), world.offsets.tolist(), world.holders.tolist())

    load_seconds = least_seconds(_REPETITIONS, load)
    step()
    rounds: list[list[Move]] = []
    first = []
    for _ in range(_REPETITIONS):
        # Loading forgets the moves, so each of these ticks is the first.
        load()
        rounds.clear()
        first.append(seconds_of(lambda: rounds.append(scheduler.tick(0))))
    step()
    while rounds[-1]:
        scheduler.carry_out(rounds[-1])
        rounds.append(scheduler.tick(len(rounds) * _ROUND_NS))
    tick_seconds = least_seconds(_REPETITIONS, lambda: scheduler.tick(len(rounds) * _ROUND_NS))
    step()
    return _Naive(load_seconds, min(first), tick_seconds, rounds)


def _measure_start(
    world: World, naive: _Naive, report: Report, step: Callable[[], None]
) -> tuple[MeshState, LocalScheduler]:
    loads, ticks = [], []
    for _ in range(_REPETITIONS):
        state = MeshState()
        scheduler = LocalScheduler(world.this_node, _CONFIG, BatchScorer(world))
        decisions: list[Decision] = []

        def load(state: MeshState = state) -> None:
            state.load(world.chains, world.leaders, world.offsets, world.holders)

        def tick(
            state: MeshState = state, scheduler: LocalScheduler = scheduler, decisions: list[Decision] = decisions
        ) -> None:
            decisions.append(scheduler.tick(state, 0))

        loads.append(seconds_of(load))
        ticks.append(seconds_of(tick))
        _check_moves(decisions[0], naive.rounds[0])
        step()
    report.figures.append(Figure("load", "load from NumPy arrays", min(loads), naive.load_seconds))
    report.figures.append(Figure("first_tick", "first tick, score_many", min(ticks), naive.first_tick_seconds))
    # Until nobody wants to move any more: what is measured from here on is idle, or due by our own doing.
    for number, expected in enumerate(naive.rounds[1:], start=1):
        _carry_out(state, decisions[-1])
        decisions.append(scheduler.tick(state, number * _ROUND_NS))
        _check_moves(decisions[-1], expected)
    return state, scheduler


def _measure_idle(
    state: MeshState, scheduler: LocalScheduler, naive: _Naive, report: Report, step: Callable[[], None]
) -> None:
    now_ns = len(naive.rounds) * _ROUND_NS
    for mode, key, title in (
        (FingerprintMode.POLL, "idle_poll", "idle tick, Poll, node_fingerprints"),
        (FingerprintMode.PUSH, "idle_push", "idle tick, Push"),
    ):
        scheduler.configure(_CONFIG.replace(fingerprint_mode=mode))
        _check_moves(scheduler.tick(state, now_ns), [])
        decision = scheduler.tick(state, now_ns)
        _check_moves(decision, [])
        _check_rescored(decision, 0)
        seconds = least_seconds(_IDLE_REPETITIONS, lambda: scheduler.tick(state, now_ns), _IDLE_LOOPS)
        report.figures.append(Figure(key, title, seconds, naive.tick_seconds))
        step()


def _measure_due(
    world: World,
    measured: tuple[MeshState, LocalScheduler],
    naive: _Naive,
    report: Report,
    step: Callable[[], None],
) -> None:
    state, scheduler = measured
    chains = world.chains[:: max(1, report.chains // report.due)][: report.due].tolist()
    touches = [ChainTouched(chain) for chain in chains]
    scorers: list[tuple[str, str, PlacementScorer]] = [
        ("due_batch", "score_many", BatchScorer(world)),
        ("due_single", "score", SingleScorer(world)),
        ("due_rust", "a scorer in Rust", cast("PlacementScorer", TableScorer(world.nodes, world.scores))),
    ]
    now_ns = len(naive.rounds) * _ROUND_NS
    applies = []
    for key, title, scorer in scorers:
        scheduler.install(scorer)
        _check_moves(scheduler.tick(state, now_ns), [])
        ticks = []
        for _ in range(_TICK_REPETITIONS):
            decisions: list[Decision] = []

            def tick(decisions: list[Decision] = decisions) -> None:
                decisions.append(scheduler.tick(state, now_ns))

            applies.append(seconds_of(lambda: state.apply(touches)))
            ticks.append(seconds_of(tick))
            _check_moves(decisions[0], [])
            _check_rescored(decisions[0], report.due)
        report.figures.append(Figure(key, f"tick, {report.due:,} due, {title}", min(ticks), naive.tick_seconds))
        step()
    report.figures.append(Figure("apply", f"apply {report.due:,} events", min(applies)))


def _carry_out(state: MeshState, decision: Decision) -> None:
    events: list[Event] = []
    for chain, victim, target in _moves_of(decision):
        events += [HolderRemoved(chain, victim), HolderAdded(chain, target)]
    state.apply(events)


def _moves_of(decision: Decision) -> list[Move]:
    """The evictions for a better home; the plain loop knows of nothing else."""
    return [
        Move(action.chain, action.victim, action.target)
        for action in decision.actions
        if isinstance(action, Eviction) and action.target is not None
    ]


def _check_moves(decision: Decision, expected: list[Move]) -> None:
    moves = _moves_of(decision)
    if moves != expected or len(moves) != len(decision.actions):
        raise DifferentDecisions(f"driftline decided {len(moves)} moves, the plain loop {len(expected)}, not the same")


def _check_rescored(decision: Decision, expected: int) -> None:
    if decision.report.rescored != expected:
        raise DifferentDecisions(f"driftline asked about {decision.report.rescored} chains, {expected} were due")
