"""What actions must hold whatever the story: whom they may be about, and that no limit is exceeded."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from driftline import Placement

from .checks import ContradictionError, same

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftline import Action, Decision, Explanation, Flight, SchedulerConfig

    from .stage import Play


def in_flight(play: Play) -> set[int]:
    """The led chains that are in flight by the state."""
    chains = map(play.state.chain, play.state.led_by(play.scheduler.this_node))
    return {chain.id for chain in chains if chain is not None and chain.in_flight}


def actions(play: Play, decision: Decision, now_ns: int) -> None:
    """Of any pass: what its actions are about, by the state as it is."""
    found = decision.actions
    _ascend("actions", [action.chain for action in found])
    until_ns = play.state.frozen_until_ns
    if until_ns is not None and now_ns < until_ns:
        same("actions while all is frozen", found, ())
    for action in found:
        _one_action(play, action, now_ns)


def _one_action(play: Play, action: Action, now_ns: int) -> None:
    chain = play.state.chain(action.chain)
    is_led = (
        chain is not None and chain.leader == play.scheduler.this_node and (chain.holders or chain.desired_replicas)
    )
    if chain is None or not is_led or chain.claim_held:
        raise ContradictionError(f"contradiction: {action!r} is about a chain that is claimed or not led here")
    same("revision of an action and of its chain", action.revision, chain.revision)
    if action.victim is not None and action.victim not in chain.holders:
        raise ContradictionError(f"contradiction: the victim of {action!r} is no holder")
    if not isinstance(action, Placement):
        return
    _ascend(f"excluded nodes of {action!r}", action.exclude)
    avoided = [node for node, until_ns in play.state.avoided().items() if now_ns < until_ns]
    missing = {*chain.holders, *play.state.drains(), *avoided} - set(action.exclude)
    same(f"nodes that {action!r} should exclude", missing, set())
    if action.target in action.exclude:
        raise ContradictionError(f"contradiction: {action!r} excludes its target")


def tick(play: Play, decision: Decision, explanations: list[Explanation], before: set[int]) -> None:
    """Of a tick: what is in flight after it, and that no limit was exceeded by what it began."""
    flights = {explanation.chain: explanation.flight for explanation in explanations if explanation.flight is not None}
    after = in_flight(play)
    same("chains in flight by the state and by their explanations", after, set(flights))
    same("moves in flight of the report and of the state", decision.report.in_flight, len(after))
    new = {action.chain for action in decision.actions} - before
    config = limits(play)
    _at_most("new moves", len(new), config.max_moves_per_tick)
    if new:
        _at_most("moves in flight", len(after), config.max_in_flight)
    for chain in new & set(flights):
        _one_flight(flights[chain], list(flights.values()), config)


def limits(play: Play) -> SchedulerConfig:
    """What no tick may exceed."""
    return play.scheduler.config


def _one_flight(flight: Flight, flights: list[Flight], config: SchedulerConfig) -> None:
    if flight.victim is not None:
        from_it = sum(other.victim == flight.victim for other in flights)
        _at_most("moves in flight from one node", from_it, config.max_in_flight_per_source)
    if flight.target is not None:
        to_it = sum(other.target == flight.target for other in flights)
        _at_most("moves in flight to one node", to_it, config.max_in_flight_per_target)


def _at_most(what: str, count: int, limit: int) -> None:
    """Where 0 is no limit."""
    if limit and count > limit:
        raise ContradictionError(f"contradiction: {count} {what}, but the limit is {limit}")


def _ascend(what: str, ids: Sequence[int]) -> None:
    if any(earlier >= later for earlier, later in pairwise(ids)):
        raise ContradictionError(f"contradiction: {what} are not ascending: {ids}")
