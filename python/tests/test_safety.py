"""What makes it safe to leave running, as Python sees it: actions, orders, freeze, flights, drains, transitions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from driftline import (
    TRANSITION_RING_LENGTH,
    Action,
    Arm,
    Avoid,
    Chain,
    ChainClass,
    ChainRevision,
    ChainTouched,
    ClaimAcquired,
    DesiredReplicas,
    Drain,
    DrainCancelled,
    DrainStatus,
    Eviction,
    Flight,
    ForceEvict,
    ForcePlace,
    FreezeUntil,
    HolderAdded,
    HolderRemoved,
    LocalScheduler,
    MeshState,
    MoveFailed,
    MoveOrder,
    Placement,
    SchedulerConfig,
    Thaw,
    Transition,
    Verdict,
    diff_scheduler,
)

from .support import BETTER, HERE, SECOND_NS, Fixed, mesh, scripted

TRACKED = SchedulerConfig(move_timeout=60.0, cooldown=0)


def told(chain: int, *events: Any, holders: tuple[int, ...] = (1, 2)) -> MeshState:
    state = mesh({chain: holders})
    state.apply(events)
    return state


# What a state knows of it.


def test_facts_of_a_chain() -> None:
    state = told(7, DesiredReplicas(7, 2**32 - 1), ChainRevision(7, 2**64 - 1), ChainClass(7, 2**32 - 1))
    assert state.chain(7) == Chain(
        7, 1, (1, 2), False, None, desired_replicas=2**32 - 1, revision=2**64 - 1, class_id=2**32 - 1
    )
    state.apply([DesiredReplicas(7, 0), ChainRevision(7, 0), ChainClass(7, 0)])
    chain = state.chain(7)
    assert chain is not None
    # Told is not the same as never told.
    assert (chain.desired_replicas, chain.revision, chain.class_id) == (0, 0, 0)


def test_orders_that_are_pending() -> None:
    state = told(7, ForceEvict(7, 2))
    chain = state.chain(7)
    assert chain is not None
    assert (chain.pending_eviction, chain.pending_placement) == (2, None)
    state.apply(ForcePlace(7, 5))
    chain = state.chain(7)
    assert chain is not None
    assert (chain.pending_eviction, chain.pending_placement) == (2, 5)
    LocalScheduler(HERE).tick(state, 0)
    chain = state.chain(7)
    assert chain is not None
    assert (chain.pending_eviction, chain.pending_placement) == (None, None)


def test_nodes_that_are_closed() -> None:
    state = mesh({})
    assert (state.drains(), state.avoided(), state.frozen_until_ns) == ({}, {}, None)
    state.apply([Drain(9, 2.0), Drain(3, timedelta(seconds=1)), Avoid(5, 7), Avoid(4, 2**64 - 1), FreezeUntil(0)])
    assert list(state.drains().items()) == [(3, SECOND_NS), (9, 2 * SECOND_NS)]
    assert list(state.avoided().items()) == [(4, 2**64 - 1), (5, 7)]
    assert state.frozen_until_ns == 0
    state.drains().clear()
    state.apply([Drain(3, 5), DrainCancelled(9), Avoid(5, 6), Thaw()])
    assert (state.drains(), state.avoided()) == ({3: 5}, {4: 2**64 - 1, 5: 6})
    thawed = state.frozen_until_ns
    assert thawed is None


@pytest.mark.parametrize("kind", [Drain, Avoid, lambda node, at: FreezeUntil(at)])
@pytest.mark.parametrize("time", [-1, 2**64, float("nan"), -0.5, timedelta(seconds=-1)], ids=repr)
def test_an_event_with_a_time_that_is_none(kind: Any, time: Any) -> None:
    with pytest.raises(ValueError, match=r"deadline|until"):
        kind(3, time)


@pytest.mark.parametrize("count", [-1, 2**32, 2**64])
@pytest.mark.parametrize(("kind", "field"), [(DesiredReplicas, "count"), (ChainClass, "class_id")])
def test_an_event_with_a_number_of_too_many_bits(kind: Any, field: str, count: int) -> None:
    state = mesh({7: [1]})
    before = state.digest()
    with pytest.raises(ValueError, match=rf"events\[1\]: {kind.__name__}\.{field}: {count} is not in"):
        state.apply([HolderAdded(8, 1), kind(7, count)])
    assert state.digest() == before


@pytest.mark.parametrize("revision", [-1, 2**64])
def test_a_revision_that_is_none(revision: int) -> None:
    with pytest.raises(ValueError, match=r"events\[0\]: ChainRevision\.revision"):
        mesh({}).apply(ChainRevision(7, revision))


# Actions.


def test_what_a_wished_count_asks_for() -> None:
    state = told(7, DesiredReplicas(7, 4), ChainRevision(7, 5), Drain(9, 60.0), holders=(2, 1))
    (action,) = LocalScheduler(HERE).tick(state, 0).actions
    assert action == Placement(7, (1, 2, 9), None, arm=Arm.COUNT, revision=5)
    assert str(action) == "count place 7, excluding 1 2 9 at revision 5"
    state.apply(DesiredReplicas(7, 1))
    (action,) = LocalScheduler(HERE).tick(state, 0).actions
    assert action == Eviction(7, 1, None, None, None, None, None, Arm.COUNT, 5)
    assert str(action) == "count evict 7: 1 at revision 5"


def test_orders_are_carried_out() -> None:
    state = told(7, ForceEvict(7, 2), ForcePlace(7, 5))
    (action,) = LocalScheduler(HERE).tick(state, 0).actions
    assert action == Eviction(7, 2, None, 5, None, None, None, Arm.FORCED)
    assert str(action) == "forced evict 7: 2 -> 5"
    state = told(7, ForcePlace(7, 5))
    (action,) = LocalScheduler(HERE).tick(state, 0).actions
    assert action == Placement(7, (1, 2), 5, arm=Arm.FORCED)
    assert str(action) == "forced place 7 -> 5, excluding 1 2"


def test_orders_that_cannot_be_carried_out_are_counted() -> None:
    state = told(7, ClaimAcquired(7), ForceEvict(7, 2), ForcePlace(7, 5))
    decision = LocalScheduler(HERE).tick(state, 0)
    assert (decision.actions, decision.report.forced_refused) == ((), 2)


def test_place_first_says_what_the_move_is_about() -> None:
    config = SchedulerConfig(move_order=MoveOrder.PLACE_FIRST)
    state = told(7, ChainRevision(7, 2**64 - 1))
    decision = LocalScheduler(HERE, config, Fixed()).tick(state, 0)
    (action,) = decision.actions
    expected = Placement(7, (1, 2), BETTER, 1, 0.25, 0.75, 0.5, None, Arm.SCHEDULER, 2**64 - 1)
    assert action == expected
    assert decision.report.verdicts == {Verdict.EVICT: 1}
    assert decision.judgements[0].victim == action.victim


def test_actions_can_be_told_apart() -> None:
    state = mesh({7: [1], 8: [1, 2]})
    state.apply([DesiredReplicas(7, 2), DesiredReplicas(8, 1)])
    said: list[tuple[object, ...]] = []
    for action in LocalScheduler(HERE).tick(state, 0).actions:
        match action:
            case Eviction(chain, victim, target=None, arm=Arm.COUNT):
                said.append(("evict", chain, victim))
            case Placement(chain, exclude, target=None):
                said.append(("place", chain, exclude))
    assert said == [("place", 7, (1,)), ("evict", 8, 1)]


@pytest.mark.parametrize(
    ("action", "text"),
    [
        (Eviction(7, 3, None, 9, None, None, None, Arm.DRAIN, 0), "drain evict 7: 3 -> 9 at revision 0"),
        (Eviction(2**64 - 1, 0, 0.1, None, None, None, None), "scheduler evict 18446744073709551615: 0"),
        (Placement(7, (), None), "count place 7, excluding none"),
        (
            Placement(7, (1,), 9, 3, 0.1, 0.9, 0.8, 0.1, Arm.SCHEDULER, 1),
            "scheduler place 7 -> 9, excluding 1 at revision 1",
        ),
    ],
    ids=repr,
)
def test_any_action_has_a_text(action: Action, text: str) -> None:
    assert str(action) == text


@pytest.mark.parametrize("arm", [4, 255])
def test_an_action_of_an_arm_that_is_none_has_no_text(arm: Any) -> None:
    for action in (Eviction(7, 1, None, None, None, None, None, arm), Placement(7, (), None, arm=arm)):
        with pytest.raises(ValueError, match=f"arm: {arm}"):
            str(action)


def test_records_hold_every_kind() -> None:
    state = mesh({5: [1], 6: [1, 2], 7: [1, 2], 8: [1]})
    state.apply([DesiredReplicas(5, 2), ChainRevision(5, 9), Drain(3, 60.0), ForcePlace(6, 4), DesiredReplicas(8, 0)])
    decision = LocalScheduler(HERE, scorer=Fixed()).tick(state, 0)
    records = decision.to_records()
    assert records["chain"].tolist() == [5, 6, 7, 8]
    assert records["kind"].tolist() == [2, 2, 1, 1]
    assert records["arm"].tolist() == [Arm.COUNT, Arm.FORCED, Arm.SCHEDULER, Arm.COUNT]
    assert records["revision_known"].tolist() == [1, 0, 0, 0]
    assert records["revision"].tolist() == [9, 0, 0, 0]
    assert records["exclude_count"].tolist() == [2, 3, 0, 0]
    excluded = decision.excluded_to_numpy()
    assert excluded.tolist() == [1, 3, 1, 2, 3]
    assert str(excluded.dtype) == "uint64"
    assert excluded.flags.writeable
    # Each placement finds its own, also when others were left out.
    second = records[records["arm"] == Arm.FORCED][0]
    begin, count = int(second["exclude_begin"]), int(second["exclude_count"])
    assert tuple(excluded[begin : begin + count].tolist()) == (1, 2, 3)
    excluded[:] = 0
    assert decision.actions[1] == Placement(6, (1, 2, 3), 4, arm=Arm.FORCED)


def test_decisions_that_differ_in_what_they_exclude_are_different() -> None:
    decisions = []
    for avoided in (8, 9):
        state = told(7, DesiredReplicas(7, 3), Avoid(avoided, 60.0))
        decisions.append(LocalScheduler(HERE).tick(state, 0))
    one, other = decisions
    assert one.to_records().tobytes() == other.to_records().tobytes()
    assert one != other
    assert hash(one) != hash(other)


# Freeze and limits.


def test_nothing_is_emitted_while_all_is_frozen() -> None:
    state = told(7, FreezeUntil(60.0))
    scheduler = LocalScheduler(HERE, scorer=Fixed())
    decision = scheduler.tick(state, 0)
    assert (decision.actions, decision.report.verdicts) == ((), {Verdict.FROZEN: 1})
    assert decision.report.next_due_ns == 30 * SECOND_NS
    assert scheduler.explain(state, 7).sentence == "chain 7 stays where it is: everything is frozen"
    assert diff_scheduler(state, Fixed(), SchedulerConfig(), HERE, 0).report.verdicts == {Verdict.FROZEN: 1}
    state.apply(Thaw())
    assert len(scheduler.tick(state, 0).actions) == 1


def test_a_limit_is_named() -> None:
    state = mesh({7: [1], 8: [1]})
    scheduler = LocalScheduler(HERE, SchedulerConfig(max_moves_per_tick=1), Fixed())
    scheduler.tick(state, 0)
    explanation = scheduler.explain(state, 8)
    assert (explanation.verdict, explanation.limit) == (Verdict.TICK_LIMIT, 1)
    assert str(explanation) == "8 tick limit 1 -> 9: live 0.25, gain 0.50, limit 1"
    assert scheduler.explain(state, 7).limit is None


def test_warm_up() -> None:
    scores: dict[int, float] = {7: 0.25}
    scorer = scripted(score=lambda chain, node: scores.get(chain))
    scheduler = LocalScheduler(HERE, SchedulerConfig(warmup_coverage=1.0, warmup_max=10.0), scorer)
    state = mesh({7: [1], 8: [2]})
    assert scheduler.tick(state, 0).report.verdicts == {Verdict.WARMING_UP: 2}
    assert scheduler.tick(state, 10 * SECOND_NS).report.verdicts == {Verdict.NO_SCORE: 1, Verdict.EVICT: 1}


# Moves in flight.


def test_a_move_from_its_start_to_its_end() -> None:
    state = told(7, DesiredReplicas(7, 2))
    scheduler = LocalScheduler(HERE, TRACKED, Fixed())
    report = scheduler.tick(state, 0).report
    assert (report.in_flight, report.completed_moves) == (1, 0)
    explanation = scheduler.explain(state, 7)
    assert explanation.flight == Flight(1, BETTER, 0, 60 * SECOND_NS)
    chain = state.chain(7)
    assert chain is not None
    assert chain.in_flight
    state.apply(HolderRemoved(7, 1))
    (action,) = scheduler.tick(state, SECOND_NS).actions
    assert action == Placement(7, (2,), BETTER)
    explanation = scheduler.explain(state, 7)
    assert (explanation.verdict, str(explanation)) == (Verdict.IN_FLIGHT, "7 in flight -> 9")
    assert explanation.flight == Flight(None, BETTER, SECOND_NS, 61 * SECOND_NS)
    state.apply(HolderAdded(7, BETTER))
    scheduler.install(Fixed(0.9))
    report = scheduler.tick(state, 2 * SECOND_NS).report
    assert (report.in_flight, report.completed_moves) == (0, 1)
    assert scheduler.explain(state, 7).flight is None


def test_moves_that_fail_or_take_too_long() -> None:
    scheduler, state = LocalScheduler(HERE, TRACKED, Fixed()), mesh({7: [1], 8: [1]})
    scheduler.tick(state, 0)
    state.apply([MoveFailed(7), MoveFailed(99)])
    report = scheduler.tick(state, SECOND_NS).report
    assert (report.failed_moves, report.ignored_feedback, report.in_flight) == (1, 1, 1)
    # The pair backs off, so there is no home that it may go to.
    assert scheduler.explain(state, 7).verdict is Verdict.NO_ALTERNATIVE
    report = scheduler.tick(state, 60 * SECOND_NS).report
    assert (report.timed_out_moves, report.in_flight) == (1, 0)


def test_a_flight_that_never_times_out() -> None:
    scheduler, state = LocalScheduler(HERE, SchedulerConfig(move_timeout=2**64 - 1), Fixed()), mesh({7: [1]})
    scheduler.tick(state, 1)
    flight = scheduler.explain(state, 7).flight
    assert flight == Flight(1, BETTER, 1, None)


def test_a_chain_that_flaps_is_held() -> None:
    homes = iter([2, 1, 2, 1])
    scorer = scripted(best_alternative=lambda chain, exclude: (next(homes), 0.75))
    scheduler = LocalScheduler(HERE, SchedulerConfig(cooldown=0, flap_window=60.0), scorer)
    state = mesh({7: [1]})
    returned = 0
    for second in range(3):
        decision = scheduler.tick(state, second * SECOND_NS)
        returned += decision.report.returned_moves
        for action in decision.actions:
            assert isinstance(action, Eviction)
            assert action.target is not None
            state.apply([HolderRemoved(7, action.victim), HolderAdded(7, action.target)])
    assert returned == 1
    explanation = scheduler.explain(state, 7)
    assert (explanation.verdict, explanation.flap_hold_until_ns) == (Verdict.FLAP_HOLD, 61 * SECOND_NS)
    assert str(explanation) == "7 flap hold until 61s"


def test_sentences() -> None:
    scheduler, state = LocalScheduler(HERE, scorer=Fixed()), mesh({7: [1], 8: [1]})
    before = scheduler.explain(state, 7)
    assert before.sentence == "chain 7 stays where it is: nobody has scored its homes yet"
    state.apply(ClaimAcquired(8))
    scheduler.tick(state, 0)
    assert [scheduler.explain(state, chain).sentence for chain in (7, 8)] == [
        "chain 7 moves from node 1 to node 9: its score 0.25 is under the floor 0.50, and node 9 offers 0.75, and the "
        "gain 0.50 is over the gap 0.20",
        "chain 8 stays where it is: somebody holds an exclusive claim on it",
    ]


# Drains.


def test_a_drain_from_its_start_to_its_end() -> None:
    state = mesh({chain: [3] for chain in range(4)})
    state.apply([ClaimAcquired(1), Drain(3, 60.0)])
    scheduler = LocalScheduler(HERE, scorer=Fixed(0.9))
    assert scheduler.drain_status(state, 5) is None
    assert scheduler.drain_status(state, 3) == DrainStatus(
        3, 60 * SECOND_NS, 4, 0, 0, {1: Verdict.CLAIM_HELD}, at_risk=True
    )
    (action,) = scheduler.tick(state, 0).actions
    # Whoever is drained away asks for no gain.
    assert action == Eviction(0, 3, None, BETTER, 0.75, None, None, Arm.DRAIN)
    state.apply([HolderRemoved(0, 3), HolderAdded(0, BETTER)])
    status = scheduler.drain_status(state, 3)
    assert status is not None
    assert (status.left, status.moved, status.in_flight, status.at_risk) == (3, 1, 0, True)
    assert list(status.blocked) == [1]
    assert type(status.blocked[1]) is Verdict
    state.apply(DrainCancelled(3))
    assert scheduler.drain_status(state, 3) is None


def test_a_drain_in_flight() -> None:
    state = mesh({7: [3]})
    state.apply(Drain(3, 2**64 - 1))
    scheduler = LocalScheduler(HERE, TRACKED, Fixed(0.9))
    scheduler.tick(state, 0)
    assert scheduler.drain_status(state, 3) == DrainStatus(3, 2**64 - 1, 1, 0, 1, {}, at_risk=False)


# Transitions.


def test_transitions_tell_what_has_changed() -> None:
    state = mesh({7: [1]})
    scheduler = LocalScheduler(HERE, scorer=Fixed(0.9))
    assert scheduler.transitions() == ()
    scheduler.tick(state, 0)
    state.apply(FreezeUntil(2.0))
    scheduler.tick(state, SECOND_NS)
    scheduler.install(Fixed())
    scheduler.tick(state, 2 * SECOND_NS)
    expected = (
        Transition(0, 0, 7, None, Verdict.HEALTHY),
        Transition(1, SECOND_NS, None, None, Verdict.FROZEN),
        Transition(2, 2 * SECOND_NS, None, Verdict.FROZEN, None),
        Transition(3, 2 * SECOND_NS, 7, Verdict.HEALTHY, Verdict.EVICT),
    )
    assert scheduler.transitions() == expected
    for since in range(6):
        assert scheduler.transitions(since) == expected[since:]
    assert scheduler.transitions(2**64 - 1) == ()


def test_a_transition_of_the_last_chain_is_not_one_of_all() -> None:
    scheduler = LocalScheduler(HERE, scorer=Fixed(0.9))
    scheduler.tick(mesh({2**64 - 1: [1]}), 0)
    assert scheduler.transitions() == (Transition(0, 0, 2**64 - 1, None, Verdict.HEALTHY),)


@pytest.mark.parametrize("since", [-1, 2**64])
def test_a_sequence_that_is_none(since: int) -> None:
    with pytest.raises(ValueError, match="since"):
        LocalScheduler(HERE).transitions(since)


def test_the_ring_keeps_the_last() -> None:
    state = mesh({chain: [1] for chain in range(TRANSITION_RING_LENGTH + 100)})
    scheduler = LocalScheduler(HERE, scorer=Fixed(0.9))
    scheduler.tick(state, 0)
    kept = scheduler.transitions()
    assert len(kept) == TRANSITION_RING_LENGTH
    assert [kept[0].sequence, kept[-1].sequence] == [100, TRANSITION_RING_LENGTH + 99]
    # A reader that asks for more than there is sees what it has missed.
    assert scheduler.transitions(50)[0].sequence == 100
    state.apply(ChainTouched(7))
    scheduler.tick(state, 0)
    assert scheduler.transitions() == kept
