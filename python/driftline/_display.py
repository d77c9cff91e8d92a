"""How values look in a notebook: small pieces of HTML without styles of their own, so that they fit light and dark.

Nothing here needs an extra. Everything that came from a user is escaped.
"""

from __future__ import annotations

import dataclasses
import math
from enum import Enum
from html import escape
from typing import TYPE_CHECKING

from driftline.report import palette

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from driftline import (
        Action,
        Decision,
        DrainStatus,
        Eviction,
        Explanation,
        Flight,
        InventoryConfig,
        Placement,
        SchedulerConfig,
        ScoreAxes,
        ScoreHistory,
        ScorerFailure,
        ScoreSnapshot,
        TickReport,
        Verdict,
    )
    from driftline.replay import ReplayResult

__all__ = [
    "axes_html",
    "config_html",
    "decision_html",
    "drain_html",
    "explanation_html",
    "history_html",
    "replay_html",
    "report_html",
    "snapshot_html",
]

# A notebook is no place for a million rows.
ROWS_MAX = 20
_NONE = "\N{EN DASH}"
_NS_PER_S = 10**9
_DURATIONS = frozenset(
    {
        "cooldown",
        "decision_interval",
        "retry_backoff",
        "pin_ttl",
        "move_timeout",
        "flap_window",
        "warmup_max",
        "rtt_half",
        "load_half_life",
        "rtt_half_life",
        "fallback_disruption",
    }
)
# What a report says only when it is there: it is seldom, or of moves that are tracked.
_RARE = (
    "invalid_scores",
    "invalid_alternatives",
    "in_flight",
    "completed_moves",
    "failed_moves",
    "timed_out_moves",
    "returned_moves",
    "forced_refused",
    "ignored_feedback",
)
_WIDTH, _HEIGHT, _MARGIN = 260, 56, 5


def decision_html(decision: Decision) -> str:
    """The actions of a decision, and how many chains have each verdict."""
    from driftline import Eviction, Placement

    report = decision.report
    evictions = [action for action in decision.actions if isinstance(action, Eviction)]
    placements = [action for action in decision.actions if isinstance(action, Placement)]
    counts = [_count(len(evictions), "eviction")]
    counts += [_count(len(placements), "placement")] if placements else []
    head = ", ".join([*counts, _count(report.led, "led chain")])
    return _block("Decision", head, _evictions(evictions), _placements(placements), _verdicts(report.verdicts))


def report_html(report: TickReport) -> str:
    """What a pass did: what was due, the verdicts, the calls, and every failure."""
    facts = {
        "led": f"{report.led:,}",
        "new": f"{report.new:,}",
        "dirty": f"{report.dirty:,}",
        "backstop due": f"{report.backstop_due:,}",
        "re-scored": f"{report.rescored:,}",
        "deferred": f"{report.deferred:,}",
    }
    if report.deferred:
        facts["deferred for"] = _seconds(report.deferred_age_ns)
    rare = {name: getattr(report, name) for name in _RARE}
    facts |= {name.replace("_", " "): f"{number:,}" for name, number in rare.items() if number}
    facts["next due at"] = _seconds(report.next_due_ns)
    calls = {
        field.name: f"{getattr(report.calls, field.name):,}"
        for field in dataclasses.fields(report.calls)
        if getattr(report.calls, field.name)
    }
    return _block(
        "TickReport",
        f"{_count(report.led, 'led chain')}, {report.rescored:,} re-scored",
        _facts(facts),
        _verdicts(report.verdicts),
        _facts(calls, "scorer was asked") if calls else "",
        _failures(report.failures),
    )


def explanation_html(explanation: Explanation) -> str:
    """Why a chain is where it is: the verdict and the numbers that led to it."""
    judgement = explanation.judgement
    alternative = judgement.alternative
    facts = {
        "since": _seconds(explanation.since_ns),
        "sampled at": _seconds(explanation.sampled_at_ns),
        "victim": _id(judgement.victim),
        "sampled score": _score(judgement.sampled_score),
        "live score": _score(judgement.live_score),
        "floor": _score(explanation.score_floor),
        "alternative": _NONE if alternative is None else f"{alternative.node} ({_score(alternative.score)})",
        "gain": _score(judgement.gain),
        "gap": _score(explanation.hysteresis_gap),
        "cost": _score(judgement.cost),
    }
    if explanation.cooldown_until_ns is not None:
        facts["cooldown until"] = _seconds(explanation.cooldown_until_ns)
    if explanation.refusal is not None:
        facts["refused as"] = str(explanation.refusal)
        facts["asked again at"] = _seconds(explanation.retry_at_ns)
    if explanation.limit is not None:
        facts["limit"] = f"{explanation.limit:,}"
    if explanation.flap_hold_until_ns is not None:
        facts["held until"] = _seconds(explanation.flap_hold_until_ns)
    if explanation.flight is not None:
        facts["in flight"] = _flight(explanation.flight)
    sentence = f"<div>{escape(explanation.sentence)}.</div>"
    return _block(f"Chain {judgement.chain}", str(judgement.verdict), sentence, _facts(facts))


def drain_html(status: DrainStatus) -> str:
    """How far a drain has come, and what keeps chains from leaving."""
    facts = {
        "deadline": _seconds(status.deadline_ns),
        "left": f"{status.left:,}",
        "moved": f"{status.moved:,}",
        "in flight": f"{status.in_flight:,}",
    }
    rows = [[str(chain), str(verdict)] for chain, verdict in status.blocked.items()]
    blocked = _table(["blocked chain", "by"], rows, len(rows)) if rows else ""
    head = "at risk" if status.at_risk else "on time"
    return _block(f"Drain of node {status.node}", head, _facts(facts), blocked)


def history_html(history: ScoreHistory) -> str:
    """The worst score over time as a small picture, the mean, and the trend."""
    if len(history) == 0:
        return _block("ScoreHistory", "no sample yet")
    head = f"EWMA {_score(history.ewma)}, {history.trend}, {_count(len(history), 'sample')}"
    times, scores = zip(*history, strict=True)
    low, high = min(scores), max(scores)
    below = f"{_seconds(times[0])} to {_seconds(times[-1])}, worst score {_score(low)} to {_score(high)}"
    below += "; bottom 0, top 1, dashed EWMA"
    return _block("ScoreHistory", head, _sparkline(history), f"<div><small>{escape(below)}</small></div>")


def snapshot_html(snapshot: ScoreSnapshot) -> str:
    """The chains with the lowest scores come first: they are the ones to look at."""
    rows = []
    for chain in _worst_chains(snapshot):
        worst = snapshot.worst(chain)
        node, score = (_NONE, _NONE) if worst is None else (str(worst[0]), _score(worst[1]))
        cells = ", ".join(f"{node}: {_score(score)}" for node, score in snapshot.cells(chain).items())
        rows.append([str(chain), node, score, cells or "no opinion"])
    table = _table(["chain", "worst holder", "worst score", "score by node"], rows, len(snapshot)) if rows else ""
    return _block("ScoreSnapshot", _count(len(snapshot), "chain"), table)


def _worst_chains(snapshot: ScoreSnapshot) -> list[int]:
    """As many chains as are shown, lowest score first; those without a score come last."""
    # Millions of cells are sorted in the array, and only the first are looked at.
    cells = snapshot.to_arrays()
    by_score = cells["chain"][cells["score"].argsort(kind="stable")]
    chains: dict[int, None] = {}
    for chain in by_score:
        chains[int(chain)] = None
        if len(chains) == ROWS_MAX:
            return list(chains)
    return list(chains | dict.fromkeys(snapshot.chains()))[:ROWS_MAX]


def replay_html(result: ReplayResult) -> str:
    """The moves of a replay and what its clients paid."""
    kinds = ("fresh", "pre", "post")
    rows = [[kind, _cost(result.mean_s(kind), 4), _cost(result.p95_s(kind), 2)] for kind in kinds]
    about = f"{result.trace_name}: {_count(result.node_count, 'node')}, {_count(result.slice_count, 'slice')}"
    facts = {
        "moves": f"{len(result.moves):,}",
        "scores asked": f"{result.score_calls:,}",
        "alternatives asked": f"{result.alternative_calls:,}",
        "fold of the moves": str(result.trace),
    }
    costs = _table(["cost", "mean", "p95"], rows, len(rows))
    return _block("ReplayResult", result.label, f"<div>{escape(about)}</div>", costs, _facts(facts))


def axes_html(axes: ScoreAxes) -> str:
    """What a home is worth, axis by axis."""
    names = ("headroom", "proximity", "zone_spread", "colocation")
    facts = {name.replace("_", " "): _score(getattr(axes, name)) for name in names}
    head = f"score {_score(axes.score)}" if axes.is_home else "no home"
    return _block("ScoreAxes", head, _facts(facts))


def config_html(config: SchedulerConfig | InventoryConfig) -> str:
    """Every field; what differs from the default is bold and says what the default is."""
    default = type(config)()
    rows = []
    changed = 0
    for field in dataclasses.fields(config):
        value = _setting(field.name, getattr(config, field.name))
        usual = _setting(field.name, getattr(default, field.name))
        if value == usual:
            rows.append(f"<tr>{_left(field.name)}{_cell(value)}<td></td></tr>")
            continue
        changed += 1
        rows.append(f"<tr>{_left(field.name)}<td><b>{escape(value)}</b></td>{_cell(f'default {usual}')}</tr>")
    head = f"{_count(changed, 'field')} changed" if changed else "all defaults"
    return _block(type(config).__name__, head, f"<table><tbody>{''.join(rows)}</tbody></table>")


def _setting(name: str, value: object) -> str:
    if name in _DURATIONS and isinstance(value, int):
        return _seconds(value)
    if value is None:
        return _NONE
    if isinstance(value, Enum):
        return str(value.value)
    return f"{value:,}" if type(value) is int else str(value)


def _block(name: str, head: str, *parts: str) -> str:
    return f"<div><div><b>{escape(name)}</b> {escape(head)}</div>{''.join(parts)}</div>"


def _cell(text: str) -> str:
    return f"<td>{escape(text)}</td>"


def _left(text: str) -> str:
    return f'<th scope="row" style="text-align: left">{escape(text)}</th>'


def _facts(facts: Mapping[str, str], heading: str = "") -> str:
    caption = f'<caption style="text-align: left">{escape(heading)}</caption>' if heading else ""
    rows = "".join(f"<tr>{_left(name)}{_cell(value)}</tr>" for name, value in facts.items())
    return f"<table>{caption}<tbody>{rows}</tbody></table>"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]], total: int) -> str:
    """A table of at most `ROWS_MAX` rows that says how many of `total` are missing."""
    shown = list(rows)[:ROWS_MAX]
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in shown)
    more = f"<div><small>and {total - len(shown):,} more</small></div>" if total > len(shown) else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _evictions(evictions: Sequence[Eviction]) -> str:
    headings = ["chain", "victim", "victim score", "target", "target score", "gain", "cost"]
    rows = [
        [
            str(eviction.chain),
            str(eviction.victim),
            _score(eviction.victim_score),
            _id(eviction.target),
            _score(eviction.target_score),
            _score(eviction.gain),
            _score(eviction.cost),
        ]
        for eviction in evictions[:ROWS_MAX]
    ]
    return _actions(headings, rows, evictions)


def _placements(placements: Sequence[Placement]) -> str:
    rows = [
        [str(placement.chain), _id(placement.target), ", ".join(map(str, placement.exclude)) or _NONE]
        for placement in placements[:ROWS_MAX]
    ]
    return _actions(["chain", "placed on", "excluded"], rows, placements)


def _actions(headings: list[str], rows: list[list[str]], actions: Sequence[Action]) -> str:
    """A table of actions; who asks, and the revision, where that is not the same for all."""
    from driftline import Arm

    if not actions:
        return ""
    if any(action.arm is not Arm.SCHEDULER for action in actions):
        headings.append("arm")
        for row, action in zip(rows, actions, strict=False):
            row.append(str(action.arm))
    if any(action.revision is not None for action in actions):
        headings.append("revision")
        for row, action in zip(rows, actions, strict=False):
            row.append(_id(action.revision))
    return _table(headings, rows, len(actions))


def _flight(flight: Flight) -> str:
    text = f"from {_id(flight.victim)} to {_id(flight.target)} since {_seconds(flight.since_ns)}"
    return text if flight.times_out_at_ns is None else f"{text}, times out at {_seconds(flight.times_out_at_ns)}"


def _failures(failures: Sequence[ScorerFailure]) -> str:
    if not failures:
        return ""
    rows = [
        [
            failure.method,
            _id(failure.chain),
            _id(failure.node),
            f"{type(failure.exception).__name__}: {failure.exception}",
        ]
        for failure in failures[:ROWS_MAX]
    ]
    return _table(["failed", "chain", "node", "exception"], rows, len(failures))


def _verdicts(counts: Mapping[Verdict, int]) -> str:
    """A line for each verdict, with its colour."""
    if not counts:
        return ""
    rows = []
    for verdict, count in counts.items():
        swatch = (
            f'<span style="display: inline-block; width: 0.8em; height: 0.8em; border: 1px solid currentColor; '
            f'background: {palette.verdict_colour(verdict)}"></span>'
        )
        name = f'<th scope="row" style="text-align: left">{swatch} {escape(str(verdict))}</th>'
        rows.append(f"<tr>{name}{_cell(f'{count:,}')}</tr>")
    return f"<table><tbody>{''.join(rows)}</tbody></table>"


def _sparkline(history: ScoreHistory) -> str:
    """The samples as a line from 0 at the bottom to 1 at the top; the newest is a dot in the colour of the trend."""
    times, scores = zip(*history, strict=True)
    first, span = times[0], times[-1] - times[0]
    width, height = _WIDTH - 2 * _MARGIN, _HEIGHT - 2 * _MARGIN

    def place(at_ns: int, score: float) -> tuple[float, float]:
        x = (at_ns - first) / span if span else 1.0
        return _MARGIN + width * x, _MARGIN + height * (1 - score)

    points = [place(at_ns, score) for at_ns, score in history]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    _, mean_y = place(0, history.ewma if history.ewma is not None else scores[-1])
    label = f"Worst score, {len(points)} samples, newest {_score(scores[-1])}, {history.trend}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'role="img" aria-label="{escape(label)}"><title>{escape(label)}</title>'
        f'<rect x="0.5" y="0.5" width="{_WIDTH - 1}" height="{_HEIGHT - 1}" fill="none" stroke="currentColor" '
        f'stroke-opacity="0.25"/>'
        f'<line x1="{_MARGIN}" x2="{_WIDTH - _MARGIN}" y1="{mean_y:.1f}" y2="{mean_y:.1f}" '
        f'stroke="currentColor" stroke-opacity="0.6" stroke-dasharray="3 3"/>'
        f'<polyline points="{line}" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{palette.TRENDS[history.trend].colour}"/></svg>'
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _id(number: int | None) -> str:
    return _NONE if number is None else str(number)


def _score(score: float | None) -> str:
    return _NONE if score is None else f"{score:.3f}"


def _cost(cost_s: float, digits: int) -> str:
    return _NONE if math.isnan(cost_s) else f"{cost_s:.{digits}f} s"


def _seconds(time_ns: int | None) -> str:
    """Nanoseconds as seconds, exact and as short as that allows."""
    if time_ns is None:
        return _NONE
    whole, rest = divmod(time_ns, _NS_PER_S)
    return f"{whole:,}.{rest:09d}".rstrip("0").rstrip(".") + " s"
