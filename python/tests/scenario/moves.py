"""What is printed of moves: actions, their counts, drains and transitions of verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driftline import Arm, Eviction, Transition, Verdict

from .checks import ContradictionError, same
from .words import counts, joined, time

if TYPE_CHECKING:
    from driftline import Action, Decision, TickReport

    from .arguments import Arguments
    from .stage import Play


def word(verdict: Verdict) -> str:
    """The name of a verdict as one word."""
    return str(verdict).replace(" ", "_")


def actions(decision: Decision) -> list[str]:
    """One line per action, but for those of which the judgement says everything."""
    return [f"action {action}" for action in decision.actions if not _is_said(action)]


def _is_said(action: Action) -> bool:
    return isinstance(action, Eviction) and action.arm is Arm.SCHEDULER and action.revision is None


def counted(report: TickReport) -> list[str]:
    """The line `moves`, where there is anything to count."""
    found = {
        "in_flight": report.in_flight,
        "completed": report.completed_moves,
        "failed": report.failed_moves,
        "timed_out": report.timed_out_moves,
        "returned": report.returned_moves,
        "forced_refused": report.forced_refused,
        "ignored_feedback": report.ignored_feedback,
    }
    return [counts("moves", found)] if any(found.values()) else []


def drain_status(play: Play, arguments: Arguments) -> list[str]:
    """How far a drain has come."""
    node = arguments.node()
    status = play.scheduler.drain_status(play.state, node)
    if status is None:
        return [f"drain {node}: not draining"]
    same("node of a drain status", status.node, node)
    same("deadline of a drain and of its status", status.deadline_ns, play.state.drains().get(node))
    if list(status.blocked) != sorted(status.blocked):
        raise ContradictionError(f"contradiction: blocked chains are not ascending: {status.blocked}")
    blocked = joined(f"{chain} {word(verdict)}" for chain, verdict in status.blocked.items())
    risk = "at risk" if status.at_risk else "on time"
    numbers = f"left {status.left}, moved {status.moved}, in flight {status.in_flight}"
    return [f"drain {node}: {numbers}, blocked {blocked}, {risk}"]


def transitions(play: Play, arguments: Arguments) -> list[str]:
    """Those that were not printed yet."""
    fresh = play.scheduler.transitions(play.next_transition)
    everything = play.scheduler.transitions()
    same("fresh transitions and the end of all", fresh, everything[len(everything) - len(fresh) :])
    if fresh:
        play.next_transition = fresh[-1].sequence + 1
    return [*map(_transition, fresh)] or ["transitions none"]


def _transition(transition: Transition) -> str:
    before = [] if transition.before is None else [word(transition.before)]
    after = [] if transition.after is None else [word(transition.after)]
    chain = "all" if transition.chain is None else str(transition.chain)
    return " ".join([time(transition.at_ns), chain, *before, "->", *after])
