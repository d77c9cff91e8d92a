"""What a scenario does not print but must hold: the numbers of a pass agree with each other and with the log."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from driftline import (
    NO_NODE,
    Action,
    Arm,
    Decision,
    Eviction,
    Explanation,
    Judgement,
    Placement,
    ScorerCalls,
    TickReport,
    Verdict,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .stage import Play


class ContradictionError(AssertionError):
    """driftline says two things that cannot both be true."""


def same(what: str, left: object, right: object) -> None:
    """Both must be equal."""
    if left != right:
        raise ContradictionError(f"contradiction: {what}: {left!r} and {right!r}")


def tick(play: Play, decision: Decision, explanations: list[Explanation]) -> None:
    """What holds after a tick."""
    report = decision.report
    sample(play, report)
    counted = Counter(explanation.judgement.verdict for explanation in explanations)
    same("verdict counts of the report and of the explanations", report.verdicts, dict(sorted(counted.items())))
    same("order of the verdict counts", list(report.verdicts), sorted(report.verdicts))
    # A chain on cooldown or with a claim says that first, so there may be fewer.
    if counted[Verdict.DEFERRED] > report.deferred:
        raise ContradictionError(f"contradiction: {counted[Verdict.DEFERRED]} say deferred, but {report.deferred} are")
    explained = {explanation.judgement.chain: explanation.judgement for explanation in explanations}
    for judgement in decision.judgements:
        same("judgement and explanation", judgement, explained.get(judgement.chain))
    _actions(decision, [judgement for judgement in explained.values() if judgement.verdict is Verdict.EVICT])


def sample(play: Play, report: TickReport) -> None:
    """What holds after a sample."""
    _report_adds_up(play, report)
    chains = [sampled.chain for sampled in play.scheduler.sampled()]
    same("re-scored chains of the report and as listed", report.rescored, len(chains))
    same("re-scored chains and their order", chains, sorted(set(chains)))
    if report.failures:
        return
    due = report.new + report.dirty + report.backstop_due
    same("due chains of a pass without failures", due, report.rescored + report.deferred)
    limit = play.scheduler.config.max_scores_per_tick
    if limit == 0:
        same("deferred chains without a limit", report.deferred, 0)
    elif report.calls.score > limit and report.rescored > 1:
        # L3: a chain that alone is too large is scored alone.
        raise ContradictionError(f"contradiction: {report.calls.score} scores, but the limit is {limit}")


def decision(play: Play, decided: Decision) -> list[Judgement]:
    """What holds after a decision that samples nothing. Returns the judgements of the scheduler's actions."""
    _report_adds_up(play, decided.report)
    same("deferred chains of a pass that samples nothing", decided.report.deferred, 0)
    evicting = [judgement for judgement in decided.judgements if judgement.verdict is Verdict.EVICT]
    _actions(decided, evicting)
    return evicting


def _report_adds_up(play: Play, report: TickReport) -> None:
    led = len(play.state.led_by(play.scheduler.this_node))
    same("led chains of the report and of the state", report.led, led)
    same("sum of the verdict counts and led chains", sum(report.verdicts.values()), led)
    if report.deferred == 0:
        same("age of what is deferred, where nothing is", report.deferred_age_ns, 0)
    if not play.is_table:
        # An inventory logs nothing, and what is put together asks as it likes.
        return
    seen = Counter(question.method for question in play.tables.asked)
    # However many it answers, it counts as one.
    seen["best_alternative"] += seen.pop("alternatives", 0)
    reported = Counter({field.name: getattr(report.calls, field.name) for field in fields(ScorerCalls)})
    if not play.options.live:
        # The scorer is asked `score` where the library counts `live_score`.
        reported["score"] += reported.pop("live_score")
    same("calls of the report and as the scorer saw them", +reported, +seen)


def _actions(decided: Decision, evicting: list[Judgement]) -> None:
    """The scheduler's actions are these judgements, number by number (D11, D12), and the records are the actions."""
    ours = [_of_action(action) for action in decided.actions if action.arm is Arm.SCHEDULER]
    same("the scheduler's actions and `evict` judgements", ours, list(map(_of_judgement, evicting)))
    records = decided.to_records()
    excluded = decided.excluded_to_numpy()
    read = [
        _of_record(dict(zip(records.dtype.names or (), record, strict=True)), excluded) for record in records.tolist()
    ]
    same("actions and records", list(decided.actions), read)


def _of_action(action: Action) -> tuple[object, ...]:
    alternative = (action.target, action.target_score)
    return action.chain, action.victim, action.victim_score, alternative, action.gain, action.cost


def _of_judgement(judged: Judgement) -> tuple[object, ...]:
    return judged.chain, judged.victim, judged.live_score, judged.alternative, judged.gain, judged.cost


def _of_record(record: dict[str, Any], excluded: NDArray[np.uint64]) -> Action:
    """The action that a record stands for."""
    begin, count = record.pop("exclude_begin"), record.pop("exclude_count")
    kind, is_told, revision = record.pop("kind"), record.pop("revision_known"), record.pop("revision")
    arm = Arm(record.pop("arm"))
    fields: dict[str, Any] = {
        name: None if value != value or value == NO_NODE else value for name, value in record.items()
    }
    fields |= {"chain": record["chain"], "arm": arm, "revision": revision if is_told else None}
    if kind == 1:
        same("excluded nodes of an eviction", count, 0)
        return Eviction(**fields)
    same("kind of an action that is no eviction", kind, 2)
    return Placement(exclude=tuple(excluded[begin : begin + count].tolist()), **fields)


def _known(value: float) -> float | None:
    return None if value != value or value == NO_NODE else value
