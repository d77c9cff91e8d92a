"""Commands that run the scheduler: `tick sample samples decide diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driftline import Decision, diff_scheduler

from . import checks, checks_of_moves, moves, printing, tokens
from .tokens import MAX, LanguageError

if TYPE_CHECKING:
    from .arguments import Arguments
    from .stage import Play


def tick(play: Play, arguments: Arguments) -> list[str]:
    """Observes, decides, commits."""
    now_ns = arguments.time_ns()
    play.tables.asked.clear()
    before = checks_of_moves.in_flight(play)
    decision = play.scheduler.tick(play.state, now_ns)
    led = play.state.led_by(play.scheduler.this_node)
    explanations = [play.scheduler.explain(play.state, chain) for chain in led]
    checks.tick(play, decision, explanations)
    checks_of_moves.actions(play, decision, now_ns)
    checks_of_moves.tick(play, decision, explanations, before)
    play.report = decision.report
    return [
        *printing.sampled(play.scheduler),
        *map(printing.failure, decision.report.failures),
        *map(str, explanations),
        *moves.actions(decision),
        *printing.end_of_pass(decision.report),
    ]


def sample(play: Play, arguments: Arguments) -> list[str]:
    """Observes only."""
    return _sample_at(play, arguments.time_ns())


def samples(play: Play, arguments: Arguments) -> list[str]:
    """Observes several times and prints the last."""
    from_ns = tokens.duration_ns(arguments.value("from"))
    every_ns = tokens.duration_ns(arguments.value("every"))
    count = tokens.integer(arguments.value("count"))
    if count == 0:
        raise LanguageError("`samples` needs a count above zero")
    lines: list[str] = []
    for step in range(count):
        now_ns = from_ns + every_ns * step
        if now_ns > MAX:
            raise LanguageError("`samples` goes beyond all time")
        lines = _sample_at(play, now_ns)
    return lines


def _sample_at(play: Play, now_ns: int) -> list[str]:
    play.tables.asked.clear()
    report = play.scheduler.sample(play.state, now_ns)
    checks.sample(play, report)
    play.report = report
    return [
        *printing.sampled(play.scheduler),
        *map(printing.failure, report.failures),
        *printing.end_of_pass(report),
    ]


def decide(play: Play, arguments: Arguments) -> list[str]:
    """Decides on what was observed before."""
    now_ns = arguments.time_ns()
    play.tables.asked.clear()
    decision = play.scheduler.decide(play.state, now_ns)
    return [*map(printing.failure, decision.report.failures), *_decision(play, decision, now_ns)]


def diff(play: Play, arguments: Arguments) -> list[str]:
    """Decides without a scheduler."""
    now_ns = arguments.time_ns()
    already = tokens.listed(arguments.optional("already") or "", tokens.identity)
    play.tables.asked.clear()
    scheduler = play.scheduler
    decision = diff_scheduler(play.state, play.scorer(), scheduler.config, scheduler.this_node, now_ns, already)
    return _decision(play, decision, now_ns)


def _decision(play: Play, decision: Decision, now_ns: int) -> list[str]:
    evicting = checks.decision(play, decision)
    checks_of_moves.actions(play, decision, now_ns)
    report = decision.report
    return [
        *map(str, evicting),
        *moves.actions(decision),
        printing.verdicts(report),
        *printing.end_of_pass(report),
    ]
