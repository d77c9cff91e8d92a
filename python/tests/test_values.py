"""Values: they compare, hash, match, print and pickle as what they hold, and cannot be changed."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import weakref
from datetime import timedelta
from typing import Any, get_args

import pytest

import driftline
from driftline import (
    Alternative,
    Arm,
    Avoid,
    Calibration,
    Chain,
    ChainClass,
    ChainRemoved,
    ChainRevision,
    ChainTouched,
    ClaimAcquired,
    ClaimReleased,
    ClassMode,
    ClassPolicy,
    DesiredReplicas,
    Drain,
    DrainCancelled,
    DrainStatus,
    Eviction,
    Flight,
    ForceEvict,
    ForcePlace,
    FreezeUntil,
    HistorySample,
    HolderAdded,
    HolderRemoved,
    Judgement,
    LeaderCleared,
    LeaderSet,
    LocalScheduler,
    MigrationCost,
    MigrationCostModel,
    MoveFailed,
    MoveOrder,
    NodeTouched,
    ObservedMove,
    OnScorerError,
    Placement,
    SampleCause,
    Sampled,
    SchedulerConfig,
    ScorerCalls,
    Thaw,
    Transition,
    Verdict,
    diff_scheduler,
)

from .support import HERE, SECOND_NS, Fixed, mesh, scripted

EVENTS: list[Any] = [
    HolderAdded(7, 1),
    HolderRemoved(7, 1),
    LeaderSet(7, 1),
    LeaderCleared(7),
    ChainRemoved(7),
    ClaimAcquired(7),
    ClaimReleased(7),
    NodeTouched(7),
    ChainTouched(7),
    DesiredReplicas(7, 3),
    ChainRevision(7, 1),
    ChainClass(7, 1),
    Drain(7, 1.0),
    DrainCancelled(7),
    Avoid(7, 1.0),
    FreezeUntil(7.0),
    Thaw(),
    ForceEvict(7, 1),
    ForcePlace(7, 1),
    MoveFailed(7),
]

VALUES: list[Any] = [
    *EVENTS,
    Alternative(9, 0.75),
    Calibration(0.25, 0.125, 0.375, 24, 4),
    Chain(7, None, (1, 2), False, 30),
    ClassPolicy(mode=ClassMode.LAZY, critical_floor=0.25, cooldown=60.0),
    Eviction(7, 1, 0.25, 9, 0.75, 0.5, None),
    Flight(3, None, 30, None),
    HistorySample(30, 0.25),
    Judgement(7, Verdict.EVICT, 1, 0.25, 0.25, Alternative(9, 0.75), 0.5, None),
    MigrationCost(2.0, 1.0, 0.5),
    MigrationCostModel(0.1),
    ObservedMove(MigrationCost(2.0), 0.5),
    Placement(7, (1, 2), 9),
    Transition(5, 30, 7, None, Verdict.HEALTHY),
    DrainStatus(3, 30, 2, 1, 1, {7: Verdict.CLAIM_HELD}, True),
    Sampled(7, SampleCause.NEW),
    SchedulerConfig(score_floor=0.75),
    ScorerCalls(1, 2, 3, 4, 5, 6),
    Verdict.GAP_TOO_SMALL,
    OnScorerError.SKIP_CHAIN,
    Arm.DRAIN,
    ClassMode.PINNED,
    MoveOrder.PLACE_FIRST,
]

each_value = pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)


@each_value
def test_copies_are_equal(value: Any) -> None:
    for again in (
        copy.copy(value),
        copy.deepcopy(value),
        *(pickle.loads(pickle.dumps(value, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)),
    ):
        assert again == value
        assert hash(again) == hash(value)
        assert type(again) is type(value)
        assert repr(again) == repr(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (HolderAdded(7, 1), "HolderAdded(chain=7, node=1)"),
        (NodeTouched(7), "NodeTouched(node=7)"),
        (Alternative(9, 0.75), "Alternative(node=9, score=0.75)"),
        (
            Chain(7, None, (1, 2), False, 30),
            "Chain(id=7, leader=None, holders=(1, 2), claim_held=False, last_rebalance_ns=30)",
        ),
        (
            Eviction(7, 1, 0.25, 9, 0.75, 0.5, None),
            "Eviction(chain=7, victim=1, victim_score=0.25, target=9, target_score=0.75, gain=0.5, cost=None)",
        ),
        (
            Chain(7, 1, (1,), False, None, desired_replicas=0, class_id=5, in_flight=True),
            "Chain(id=7, leader=1, holders=(1,), claim_held=False, last_rebalance_ns=None, desired_replicas=0, "
            "class_id=5, in_flight=True)",
        ),
        (
            Eviction(7, 1, None, None, None, None, None, Arm.COUNT, 5),
            "Eviction(chain=7, victim=1, victim_score=None, target=None, target_score=None, gain=None, cost=None, "
            "arm=<Arm.COUNT: 1>, revision=5)",
        ),
        (Placement(7, (1, 2), None), "Placement(chain=7, exclude=(1, 2), target=None)"),
        (
            Placement(7, (), 9, 3, 0.25, 0.75, 0.5, None, Arm.SCHEDULER),
            "Placement(chain=7, exclude=(), target=9, victim=3, victim_score=0.25, target_score=0.75, gain=0.5, "
            "arm=<Arm.SCHEDULER: 3>)",
        ),
        (Drain(3, timedelta(seconds=2)), "Drain(node=3, deadline=2000000000)"),
        (Avoid(3, 2.0), "Avoid(node=3, until=2000000000)"),
        (FreezeUntil(2), "FreezeUntil(until=2)"),
        (Thaw(), "Thaw()"),
        (Flight(3, None, 30, None), "Flight(victim=3, target=None, since_ns=30, times_out_at_ns=None)"),
        (HistorySample(30, 0.25), "HistorySample(at_ns=30, worst_score=0.25)"),
        (
            MigrationCost(2.0, 1.0, 0.5),
            "MigrationCost(state_transfer=2000000000, disruption=1000000000, reliability_factor=0.5)",
        ),
        (Sampled(7, SampleCause.NEW), "Sampled(chain=7, cause=<SampleCause.NEW: 0>)"),
        (
            ScorerCalls(1, 2, 3, 4, 5, 6),
            "ScorerCalls(score=1, live_score=2, best_alternative=3, node_fingerprint=4, chain_fingerprint=5, "
            "migration_cost=6)",
        ),
    ],
    ids=lambda value: "" if isinstance(value, str) else type(value).__name__,
)
def test_a_repr_names_the_fields(value: Any, text: str) -> None:
    assert repr(value) == text


@pytest.mark.parametrize(
    "value", [value for value in VALUES if dataclasses.is_dataclass(value)], ids=lambda value: type(value).__name__
)
def test_values_cannot_be_changed(value: Any) -> None:
    for field in dataclasses.fields(value):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, field.name, 1)
        with pytest.raises(dataclasses.FrozenInstanceError):
            delattr(value, field.name)
    with pytest.raises((AttributeError, TypeError)):
        value.something_else = 1
    assert not hasattr(value, "__dict__")


def test_events_of_different_kinds_are_different() -> None:
    assert len({*EVENTS, (7, 1), (7,)}) == len(EVENTS) + 2
    assert {type(event) for event in EVENTS} == set(get_args(driftline.Event))
    assert HolderAdded(7, 1) == HolderAdded(chain=7, node=1)
    assert HolderAdded(7, 1) != HolderAdded(7, 2)
    assert repr(HolderAdded(7, 1)) == "HolderAdded(chain=7, node=1)"


def test_events_can_be_matched() -> None:
    def said(event: driftline.Event) -> str:
        match event:
            case HolderAdded(chain, node) | HolderRemoved(chain, node) | LeaderSet(chain, node):
                return f"{chain} {node}"
            case NodeTouched(node) | DrainCancelled(node):
                return f"node {node}"
            case Drain(node, at_ns) | Avoid(node, at_ns):
                return f"node {node} at {at_ns}"
            case FreezeUntil(until_ns):
                return f"until {until_ns}"
            case Thaw():
                return "thaw"
            case _:
                return f"chain {event.chain}"

    assert [said(event) for event in EVENTS] == [
        *["7 1"] * 3,
        *["chain 7"] * 4,
        *["node 7", "chain 7"],
        *["chain 7"] * 3,
        *["node 7 at 1000000000", "node 7", "node 7 at 1000000000", "until 7000000000", "thaw"],
        *["chain 7"] * 3,
    ]


def decided() -> tuple[LocalScheduler, driftline.MeshState, driftline.Decision]:
    state = mesh({7: [1, 2], 8: [1]})
    scheduler = LocalScheduler(HERE, scorer=scripted(score=lambda chain, node: 0.25 if chain == 7 else 0.75))
    return scheduler, state, scheduler.tick(state, 30 * SECOND_NS)


def test_what_comes_out_can_be_matched() -> None:
    scheduler, state, decision = decided()
    matched: list[tuple[object, ...]] = []
    for value in (decision.actions, scheduler.explain(state, 7).judgement, state.chain(7), scheduler.sampled()):
        match value:
            case (Eviction(chain, victim, _, target, _, gain, None, Arm.SCHEDULER, None),):
                matched.append(("actions", chain, victim, target, gain))
            case Judgement(chain=7, verdict=Verdict.EVICT, alternative=Alternative(node, score)):
                matched.append(("judgement", node, score))
            case Chain(7, leader, holders, claim_held=False):
                matched.append(("chain", leader, holders))
            case (Sampled(7, SampleCause.NEW), Sampled(8, cause)):
                matched.append(("sampled", cause))
    assert matched == [
        ("actions", 7, 1, 9, 0.5),
        ("judgement", 9, 0.75),
        ("chain", HERE, (1, 2)),
        ("sampled", SampleCause.NEW),
    ]


def test_a_decision_is_a_value() -> None:
    _, _, one = decided()
    _, _, other = decided()
    assert one == other
    assert hash(one) == hash(other)
    assert one != LocalScheduler(HERE).tick(mesh({}), 0)
    assert one != "decision"
    assert one.actions == other.actions
    assert one.judgements == other.judgements
    assert one.report == other.report
    assert one.actions is one.actions
    assert "evict" in repr(one)
    again = pickle.loads(pickle.dumps(one))
    assert again == one
    assert again.report == one.report
    with pytest.raises(AttributeError):
        one.actions = ()  # type: ignore[misc]


def test_a_decision_stays_what_it_is() -> None:
    scheduler, state, decision = decided()
    before = (decision.to_records().tobytes(), decision.judgements_to_records().tobytes())
    state.apply(ChainRemoved(7))
    scheduler.install(Fixed(0.9))
    scheduler.tick(state, 60 * SECOND_NS)
    assert [action.chain for action in decision.actions] == [7]
    assert decision.report.led == 2
    assert (decision.to_records().tobytes(), decision.judgements_to_records().tobytes()) == before


def test_types_of_what_comes_out() -> None:
    scheduler, state, decision = decided()
    report = decision.report
    for number in (report.led, report.new, report.deferred_age_ns, report.calls.score, report.next_due_ns):
        assert type(number) is int
    action = decision.actions[0]
    kinds = [int, int, float, int, float, float, type(None), Arm, type(None)]
    assert [type(value) for value in dataclasses.astuple(action)] == kinds
    assert report.in_flight == report.completed_moves == report.failed_moves == report.timed_out_moves == 0
    assert report.returned_moves == report.forced_refused == report.ignored_feedback == 0
    assert type(decision.judgements[0].alternative) is Alternative
    assert type(decision.actions) is tuple
    assert all(type(verdict) is Verdict for verdict in report.verdicts)
    assert type(report.failures) is tuple
    explanation = scheduler.explain(state, 7)
    assert type(explanation.since_ns) is int
    assert type(explanation.verdict) is Verdict
    assert explanation.chain == 7


def test_texts_are_those_of_the_library() -> None:
    scheduler, state, decision = decided()
    assert str(decision.judgements[0]) == "7 evict 1 -> 9: live 0.25, gain 0.50, cost none"
    assert str(scheduler.explain(state, 7)) == "7 evict 1 -> 9: live 0.25 under 0.50, gain 0.50 over 0.20, cost none"
    assert str(scheduler.explain(state, 8)) == "8 healthy"
    assert str(Judgement(7, Verdict.RECOVERED, 3, 0.4, 0.8)) == "7 recovered 3: sampled 0.40, live 0.80"
    assert str(Judgement(7, Verdict.HEALTHY)) == "7 healthy"


def test_failures_compare_by_identity() -> None:
    def score(chain: int, node: int) -> float:
        raise LookupError

    config = SchedulerConfig(on_scorer_error=OnScorerError.SKIP_CHAIN)
    failures = LocalScheduler(HERE, config, scripted(score=score)).tick(mesh({7: [1], 8: [1]}), 0).report.failures
    assert failures[0] == failures[0]
    assert failures[0] != failures[1]
    assert len(set(failures)) == 2


@pytest.mark.parametrize(
    ("cost", "equivalent"),
    [
        (MigrationCost(), 0.0),
        (MigrationCost(state_transfer=2.0), 0.5),
        (MigrationCost(2.0, 1.0), 0.75),
        (MigrationCost(2.0, 1.0, 2.0), 1.5),
        (MigrationCost(2.0, 1.0, 0.0), 0.75),
        (MigrationCost(2.0, 1.0, -1.0), 0.75),
        (MigrationCost(2.0, 1.0, float("nan")), 0.75),
        (MigrationCost(2.0, 1.0, float("inf")), 0.75),
    ],
    ids=repr,
)
def test_the_cost_model(cost: MigrationCost, equivalent: float) -> None:
    assert MigrationCostModel(0.25).score_equivalent(cost) == equivalent


@pytest.mark.parametrize(
    "wrong", [None, 0.5, (1, 1, 1), MigrationCost, object()], ids=lambda wrong: type(wrong).__name__
)
def test_what_is_no_cost(wrong: Any) -> None:
    with pytest.raises(TypeError, match="MigrationCost"):
        MigrationCostModel(0.25).score_equivalent(wrong)


@pytest.mark.parametrize("wrong", [None, "0.1", True, [0.1]], ids=repr)
def test_what_is_no_cost_per_second(wrong: Any) -> None:
    with pytest.raises(TypeError, match="cost_per_sec"):
        MigrationCostModel(wrong).score_equivalent(MigrationCost(1.0))


@pytest.mark.parametrize("wrong", [-0.1, float("nan"), float("inf")])
def test_a_cost_per_second_out_of_range(wrong: float) -> None:
    with pytest.raises(ValueError, match="cost_per_sec"):
        MigrationCostModel(wrong).score_equivalent(MigrationCost(1.0))


@pytest.mark.parametrize("wrong", [None, "1", [1]], ids=repr)
def test_a_weight_is_a_number(wrong: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        MigrationCost(reliability_factor=wrong)


def decision_of(now_ns: int = 0, score: float = 0.25, **methods: Any) -> driftline.Decision:
    """What a tick over chain 7 decides, all of whose holders have this score."""
    scorer = scripted(score=lambda chain, node: score, **methods)
    return LocalScheduler(HERE, scorer=scorer).tick(mesh({7: [1]}), now_ns)


def test_decisions_differ_by_each_of_their_parts() -> None:
    one = decision_of()
    by_report = decision_of(now_ns=SECOND_NS)
    assert (by_report.actions, by_report.judgements) == (one.actions, one.judgements)
    assert by_report != one
    by_judgement = decision_of(score=0.375, live_score=lambda chain, node: 0.25)
    assert (by_judgement.actions, by_judgement.report) == (one.actions, one.report)
    assert by_judgement != one


def test_decisions_with_failures_are_never_equal() -> None:
    def score(chain: int, node: int) -> float:
        raise LookupError

    config = SchedulerConfig(on_scorer_error=OnScorerError.SKIP_CHAIN)
    one, other = (LocalScheduler(HERE, config, scripted(score=score)).tick(mesh({7: [1]}), 0) for _ in range(2))
    assert one.to_records().tobytes() == other.to_records().tobytes()
    assert one != other


def test_what_a_decision_holds_is_built_once() -> None:
    decision = decision_of()
    assert decision.actions is decision.actions
    assert decision.judgements is decision.judgements
    assert decision.report is decision.report


def test_a_decision_prints_its_actions() -> None:
    decision = decision_of()
    assert repr(decision) == f"Decision(actions=[{decision.actions[0]!r}], verdicts={{evict: 1}})"


def test_a_decision_can_be_referred_to_weakly() -> None:
    decision = decision_of()
    watched = weakref.ref(decision)
    del decision
    assert watched() is None


def test_a_judgement_without_operands_has_none() -> None:
    state = mesh({7: [1], 8: [1]})
    scheduler = LocalScheduler(HERE, scorer=Fixed(0.75))
    assert scheduler.explain(state, 7).judgement == Judgement(7, Verdict.NOT_SAMPLED)
    scorer = scripted(score=lambda chain, node: None if chain == 8 else 0.75)
    judgements = diff_scheduler(state, scorer, SchedulerConfig(), HERE, 0).judgements
    assert judgements[1] == Judgement(8, Verdict.NO_SCORE)


def test_failures_with_the_same_exception_are_different_failures() -> None:
    error = LookupError()

    def score(chain: int, node: int) -> float:
        raise error

    config = SchedulerConfig(on_scorer_error=OnScorerError.SKIP_CHAIN)
    scheduler, state = LocalScheduler(HERE, config, scripted(score=score)), mesh({7: [1]})
    one, other = (scheduler.tick(state, now).report.failures[0] for now in range(2))
    assert (one.method, one.chain, one.node) == (other.method, other.chain, other.node)
    assert one.exception is other.exception
    assert one != other


def test_the_text_of_an_explanation_is_no_part_of_its_value() -> None:
    state = mesh({7: [1]})
    scheduler = LocalScheduler(HERE, scorer=Fixed())
    scheduler.tick(state, 0)
    explanation = scheduler.explain(state, 7)
    assert "text=" not in repr(explanation)
    assert "sentence=" not in repr(explanation)
    assert dataclasses.replace(explanation, text="another", sentence="another") == explanation


def test_a_judgement_with_a_verdict_that_is_none_has_no_text() -> None:
    wrong: Any = 11
    with pytest.raises(ValueError, match="11"):
        str(Judgement(7, wrong))
