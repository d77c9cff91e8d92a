"""Random histories: however a scorer answers, singly, in arrays or in lists, all that can be seen is the same."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline import (
    Action,
    Avoid,
    ChainClass,
    ChainRemoved,
    ChainRevision,
    ChainTouched,
    ClaimAcquired,
    ClaimReleased,
    ClassMode,
    ClassPolicy,
    Decision,
    DesiredReplicas,
    Drain,
    DrainCancelled,
    Event,
    Eviction,
    FingerprintMode,
    ForceEvict,
    ForcePlace,
    FreezeUntil,
    HolderAdded,
    HolderRemoved,
    LeaderCleared,
    LeaderSet,
    LocalScheduler,
    MeshState,
    MigrationCost,
    MoveFailed,
    MoveOrder,
    NodeTouched,
    SchedulerConfig,
    SnapshotScorer,
    Thaw,
    diff_scheduler,
)

from .support import HERE, SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Callable

CHAINS, NODES = range(6), range(1, 6)
SCORES = [None, 0.0, 0.1, 0.25, 0.4, 0.45, 0.5, 0.6, 0.9, 1.0, 1.5, -0.5]


@dataclass
class World:
    """What all scorers answer from."""

    scores: dict[tuple[int, int], float | None] = field(default_factory=dict)
    live_scores: dict[tuple[int, int], float | None] = field(default_factory=dict)
    fingerprints: dict[int, int | None] = field(default_factory=dict)
    alternatives: dict[int, tuple[int, float] | None] = field(default_factory=dict)
    costs: dict[int, MigrationCost | None] = field(default_factory=dict)

    def score(self, chain: int, node: int) -> float | None:
        # Every chain has one bad holder from the start, so that there is something to decide.
        return self.scores.get((chain, node), 0.25 if node == chain + 1 else 0.75)

    def live_score(self, chain: int, node: int) -> float | None:
        pair = (chain, node)
        return self.live_scores[pair] if pair in self.live_scores else self.score(chain, node)

    def alternative(self, chain: int) -> tuple[int, float] | None:
        return self.alternatives.get(chain, (9, 0.75))

    def fingerprint(self, node: int) -> int | None:
        return self.fingerprints.get(node, 1)


class Single:
    """Answers singly."""

    def __init__(self, world: World) -> None:
        self.world = world

    def score(self, chain: int, node: int) -> float | None:
        return self.world.score(chain, node)

    def live_score(self, chain: int, node: int) -> float | None:
        return self.world.live_score(chain, node)

    def best_alternative(self, chain: int, exclude: tuple[int, ...]) -> tuple[int, float] | None:
        return self.world.alternative(chain)

    def node_fingerprint(self, node: int) -> int | None:
        return self.world.fingerprint(node)

    def migration_cost(self, chain: int, target: int) -> MigrationCost | None:
        return self.world.costs.get(chain)


class Lists(Single):
    """Answers with lists."""

    def score_many(self, chains: Any, nodes: Any) -> Any:
        return [self.world.score(chain, node) for chain, node in zip(chains.tolist(), nodes.tolist(), strict=True)]

    def node_fingerprints(self, nodes: Any) -> Any:
        return list(map(self.world.fingerprint, nodes.tolist()))


class Arrays(Lists):
    """Answers with arrays."""

    def score_many(self, chains: Any, nodes: Any) -> Any:
        answers = super().score_many(chains, nodes)
        return np.array([math.nan if score is None else score for score in answers])

    def node_fingerprints(self, nodes: Any) -> Any:
        answers = super().node_fingerprints(nodes)
        known = np.array([answer is not None for answer in answers], dtype=np.bool_)
        return np.array([answer or 0 for answer in answers], dtype=np.uint64), known


chains, nodes = st.sampled_from(CHAINS), st.sampled_from(NODES)

events: st.SearchStrategy[Event] = st.one_of(
    st.builds(HolderAdded, chains, nodes),
    st.builds(HolderAdded, chains, nodes),
    st.builds(HolderRemoved, chains, nodes),
    st.builds(LeaderSet, chains, st.sampled_from([HERE, HERE, HERE, 2])),
    st.builds(LeaderCleared, chains),
    st.builds(ChainRemoved, chains),
    st.builds(ClaimAcquired, chains),
    st.builds(ClaimReleased, chains),
    st.builds(NodeTouched, nodes),
    st.builds(ChainTouched, chains),
)

changes: st.SearchStrategy[Callable[[World], None]] = st.one_of(
    st.builds(
        lambda chain, node, score: lambda world: world.scores.update({(chain, node): score}),
        chains, nodes, st.sampled_from(SCORES),
    ),
    st.builds(
        lambda chain, node, score: lambda world: world.live_scores.update({(chain, node): score}),
        chains, nodes, st.sampled_from(SCORES),
    ),
    st.builds(
        lambda node, value: lambda world: world.fingerprints.update({node: value}),
        nodes, st.sampled_from([None, 0, 1, 2, 2**64 - 1]),
    ),
    st.builds(
        lambda chain, home: lambda world: world.alternatives.update({chain: home}),
        chains, st.one_of(st.none(), st.tuples(st.sampled_from([1, 8, 9]), st.sampled_from([0.4, 0.5, 0.75, 2.0]))),
    ),
    st.builds(
        lambda chain, cost: lambda world: world.costs.update({chain: cost}),
        chains, st.one_of(st.none(), st.builds(MigrationCost, st.sampled_from([0, SECOND_NS, 6 * SECOND_NS]))),
    ),
)  # fmt: skip

configs = st.builds(
    SchedulerConfig,
    cooldown=st.sampled_from([0, 0, 5 * SECOND_NS, 300 * SECOND_NS]),
    decision_interval=st.sampled_from([1, 3 * SECOND_NS, 30 * SECOND_NS]),
    fingerprint_mode=st.sampled_from(FingerprintMode),
    max_scores_per_tick=st.sampled_from([0, 0, 1, 3]),
    backstop_spread=st.booleans(),
    retry_backoff=st.sampled_from([0, 0, 4 * SECOND_NS]),
)

#: A slice of events, a change of answers, another config, or a tick after so much time.
steps = st.lists(
    st.one_of(
        st.lists(events, min_size=1, max_size=8),
        changes,
        configs,
        st.sampled_from([0, 1, SECOND_NS, 3 * SECOND_NS, 40 * SECOND_NS]),
        st.sampled_from([0, SECOND_NS]),
    ),
    min_size=4,
    max_size=40,
)


def populated() -> MeshState:
    """Every chain is led here and has three holders."""
    state = MeshState()
    holders = [[(chain + place) % 5 + 1 for place in range(3)] for chain in CHAINS]
    offsets = range(0, 3 * len(CHAINS) + 1, 3)
    state.load(CHAINS, [HERE] * len(CHAINS), offsets, [node for of_chain in holders for node in of_chain])
    return state


def picture(scheduler: LocalScheduler, state: MeshState) -> list[object]:
    """What can be seen of the chains led here."""
    seen: list[object] = [state.digest(), scheduler.sampled()]
    for chain in state.led_by(HERE):
        history = scheduler.history(chain)
        seen.append((scheduler.explain(state, chain), scheduler.cells(chain)))
        seen.append((list(history), history.ewma, history.trend))
    seen += [scheduler.transitions(), state.drains(), state.avoided(), state.frozen_until_ns]
    seen += [scheduler.drain_status(state, node) for node in state.drains()]
    seen += [(state.chain(chain), state.export_chain(chain)) for chain in state.chains()]
    return seen


def step_all(runs: list[tuple[LocalScheduler, MeshState]], world: World, step: Any, now_ns: int) -> None:
    if isinstance(step, list):
        for _, state in runs:
            state.apply(step)
    elif isinstance(step, SchedulerConfig):
        for scheduler, _ in runs:
            scheduler.configure(step)
    elif callable(step):
        step(world)
    else:
        decisions = [scheduler.tick(state, now_ns) for scheduler, state in runs]
        pictures = [picture(scheduler, state) for scheduler, state in runs]
        for decision, seen in zip(decisions, pictures, strict=True):
            assert_equal(decision, decisions[0])
            assert seen == pictures[0]


def assert_equal(one: Decision, other: Decision) -> None:
    assert one == other
    assert one.actions == other.actions
    assert one.judgements == other.judgements
    assert one.report == other.report


@settings(max_examples=400)
@given(configs, steps)
def test_every_form_of_scorer_decides_the_same(config: SchedulerConfig, history: list[Any]) -> None:
    world = World()
    runs = [(LocalScheduler(HERE, config, kind(world)), populated()) for kind in (Single, Lists, Arrays)]
    now_ns = 0
    for step in [*history, 0]:
        now_ns += step if isinstance(step, int) else 0
        step_all(runs, world, step, now_ns)


times = st.sampled_from([0, 5 * SECOND_NS, 30 * SECOND_NS, 2**64 - 1])

safe_events: st.SearchStrategy[Event] = st.one_of(
    events,
    st.builds(DesiredReplicas, chains, st.integers(0, 5)),
    st.builds(ChainRevision, chains, st.sampled_from([0, 1, 2**64 - 1])),
    st.builds(ChainClass, chains, st.integers(0, 3)),
    st.builds(Drain, nodes, times),
    st.builds(DrainCancelled, nodes),
    st.builds(Avoid, st.sampled_from([1, 8, 9]), times),
    st.builds(FreezeUntil, times),
    st.builds(Thaw),
    st.builds(Thaw),
    st.builds(ForceEvict, chains, nodes),
    st.builds(ForcePlace, chains, st.sampled_from([1, 8, 9])),
    st.builds(MoveFailed, chains),
)

#: A policy for a class, or none.
policies = st.tuples(
    st.integers(0, 3),
    st.sampled_from([
        None,
        ClassPolicy(score_floor=0.3, hysteresis_gap=0.0, cooldown=0),
        ClassPolicy(mode=ClassMode.LAZY, critical_floor=0.2),
        ClassPolicy(mode=ClassMode.PINNED),
        ClassPolicy(mode=ClassMode.PROPOSE_ONLY, cost_per_sec=0.0),
    ]),
)  # fmt: skip


def safe_config(tracked: bool, **fields: Any) -> SchedulerConfig:
    """A config without limits that need what it does not track."""
    limits = {"max_in_flight", "max_in_flight_per_source", "max_in_flight_per_target", "target_penalty"}
    timeout = {"move_timeout": 20 * SECOND_NS} if tracked else dict.fromkeys(limits, 0)
    return SchedulerConfig(**fields | timeout)


safe_configs = st.builds(
    safe_config,
    st.booleans(),
    cooldown=st.sampled_from([0, 5 * SECOND_NS]),
    fingerprint_mode=st.sampled_from(FingerprintMode),
    retry_backoff=st.sampled_from([0, 4 * SECOND_NS]),
    min_holders=st.integers(0, 3),
    move_order=st.sampled_from(MoveOrder),
    max_moves_per_tick=st.sampled_from([0, 1, 3]),
    max_in_flight=st.sampled_from([0, 2]),
    max_in_flight_per_source=st.sampled_from([0, 1]),
    max_in_flight_per_target=st.sampled_from([0, 1]),
    target_penalty=st.sampled_from([0.0, 0.125]),
    max_alternatives=st.sampled_from([1, 2, 4]),
    flap_window=st.sampled_from([0, 10 * SECOND_NS]),
    warmup_coverage=st.sampled_from([0.0, 0.0, 0.5]),
)

#: As `steps`, and a policy for a class, or what became of the last actions.
safe_steps = st.lists(
    st.one_of(
        st.lists(safe_events, min_size=1, max_size=6),
        changes,
        safe_configs,
        policies,
        st.sampled_from(["done", "done", "failed"]),
        st.sampled_from([0, SECOND_NS, 5 * SECOND_NS, 40 * SECOND_NS]),
        st.sampled_from([0, SECOND_NS]),
    ),
    min_size=4,
    max_size=40,
)


class Several(Arrays):
    """Knows the other homes at once, where the others are asked again and again."""

    def alternatives(self, chain: int, exclude: tuple[int, ...], limit: int) -> Any:
        home = self.world.alternative(chain)
        if home is not None:
            yield home
            # The loop is told so, too: the same home again, which counts as invalid.
            if limit > 1 and home[0] not in exclude:
                yield home


def feedback(actions: tuple[Action, ...], outcome: str) -> list[Event]:
    """The events that say what became of these actions."""
    if outcome == "failed":
        return [MoveFailed(action.chain) for action in actions]
    told: list[Event] = []
    for action in actions:
        if isinstance(action, Eviction):
            told.append(HolderRemoved(action.chain, action.victim))
        else:
            told.append(HolderAdded(action.chain, 8 if action.target is None else action.target))
    return told


class Safe:
    """Runs of one history with everything that makes it safe."""

    def __init__(self, config: SchedulerConfig, *kinds: type[Single]) -> None:
        self.world = World()
        self.runs = [(LocalScheduler(HERE, config, kind(self.world)), populated()) for kind in kinds]
        self.now_ns = 0
        self.actions: tuple[Action, ...] = ()

    def step(self, step: Any) -> None:
        """All but ticks."""
        if isinstance(step, tuple):
            for scheduler, _ in self.runs:
                scheduler.set_class_policy(*step)
        else:
            told = feedback(self.actions, step) if isinstance(step, str) else step
            step_all(self.runs, self.world, told, self.now_ns)

    def tick(self) -> list[Decision]:
        """A tick of each at the same time; all see the same."""
        decisions = [scheduler.tick(state, self.now_ns) for scheduler, state in self.runs]
        pictures = [picture(scheduler, state) for scheduler, state in self.runs]
        for decision, seen in zip(decisions, pictures, strict=True):
            assert_equal(decision, decisions[0])
            assert seen == pictures[0]
        self.actions = decisions[0].actions
        return decisions


@settings(max_examples=400)
@given(safe_configs, safe_steps)
def test_every_form_of_scorer_is_as_safe(config: SchedulerConfig, history: list[Any]) -> None:
    safe = Safe(config, Single, Lists, Several)
    for step in [*history, 0]:
        if isinstance(step, int):
            safe.now_ns += step
            safe.tick()
        else:
            safe.step(step)


@settings(max_examples=300)
@given(safe_configs, safe_steps)
def test_what_is_exported_goes_round(config: SchedulerConfig, history: list[Any]) -> None:
    safe = Safe(config, Single)
    ((_, state),) = safe.runs
    for step in [*history, 0]:
        if not isinstance(step, int):
            safe.step(step)
            continue
        safe.now_ns += step
        safe.tick()
        before = state.digest()
        for chain in state.chains():
            exported = state.export_chain(chain)
            assert exported is not None
            assert state.import_chain(exported) == chain
            other = MeshState()
            assert other.import_chain(exported) == chain
            # Where there is nothing to remember there is no chain.
            assert other.export_chain(chain) in (exported, None)
        assert state.digest() == before


@settings(max_examples=300)
@given(safe_configs, safe_steps)
def test_a_dry_run_of_safe_moves(config: SchedulerConfig, history: list[Any]) -> None:
    """As below; what waits is left out: it would be asked in the tick, and not in the sample before it (L4)."""
    safe = Safe(config.replace(retry_backoff=0), Single)
    ((scheduler, state),) = safe.runs
    for step in [*history, 0]:
        if isinstance(step, int):
            safe.now_ns += step
            scheduler.sample(state, safe.now_ns)
            before = (state.digest(), scheduler.transitions())
            dry = scheduler.decide(state, safe.now_ns)
            assert (state.digest(), scheduler.transitions()) == before
            (decision,) = safe.tick()
            assert decision.actions == dry.actions
            assert decision.judgements == dry.judgements
            assert decision.report.verdicts == dry.report.verdicts
            assert decision.report.in_flight == dry.report.in_flight
        else:
            safe.step(step.replace(retry_backoff=0) if isinstance(step, SchedulerConfig) else step)


@settings(max_examples=400)
@given(configs, steps)
def test_a_dry_run_says_what_the_tick_does(config: SchedulerConfig, history: list[Any]) -> None:
    """On the same observations (T3): the tick that follows a sample at the same time finds nothing new to observe."""
    world = World()
    scheduler, state, now_ns = LocalScheduler(HERE, scorer=Single(world)), populated(), 0
    for step in [config, *history, 0]:
        if not isinstance(step, int):
            # What was left for later or waits would be observed or asked in the tick, and not in the sample before it.
            plain = step.replace(max_scores_per_tick=0, retry_backoff=0) if isinstance(step, SchedulerConfig) else step
            step_all([(scheduler, state)], world, plain, now_ns)
            continue
        now_ns += step
        scheduler.sample(state, now_ns)
        before = state.digest()
        dry = scheduler.decide(state, now_ns)
        assert state.digest() == before
        again = scheduler.decide(state, now_ns)
        assert_equal(dry, again)
        by_hand = SnapshotScorer(scheduler.snapshot(), Single(world))
        assert diff_scheduler(state, by_hand, scheduler.config, HERE, now_ns).actions == dry.actions
        decision = scheduler.tick(state, now_ns)
        assert decision.actions == dry.actions
        assert decision.judgements == dry.judgements
        assert decision.report.verdicts == dry.report.verdicts
        for action in decision.actions:
            chain = state.chain(action.chain)
            assert chain is not None
            assert chain.last_rebalance_ns == now_ns


@settings(max_examples=100)
@given(st.lists(events, max_size=40), st.integers(min_value=0, max_value=40))
def test_membership_survives_arrays(happened: list[Event], cut: int) -> None:
    one, other = MeshState(), MeshState()
    one.apply(happened)
    other.apply(happened[:cut])
    other.apply(happened[cut:])
    assert one.digest() == other.digest()
    again = MeshState()
    again.load(**one.to_arrays())
    assert [again.chain(chain) for chain in again.chains()] == [
        None if chain is None else type(chain)(chain.id, chain.leader, chain.holders, False, None)
        for chain in map(one.chain, again.chains())
    ]
    assert again.chains() == [chain for chain in one.chains() if chain in again]
