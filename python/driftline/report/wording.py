"""Numbers and sentences of the report, as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from driftline import Verdict
from driftline.report import palette

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftline.replay import ReplayResult
    from driftline.report.palette import PolicyKey
    from driftline.report.series import Judged

NONE = "\N{EN DASH}"
KINDS = ("fresh", "pre", "post")

_GLYPHS = {
    "circle": "\N{BLACK CIRCLE}",
    "circle-open": "\N{WHITE CIRCLE}",
    "square": "\N{BLACK SQUARE}",
    "diamond": "\N{BLACK DIAMOND}",
    "diamond-open": "\N{WHITE DIAMOND}",
    "triangle-up": "\N{BLACK UP-POINTING TRIANGLE}",
    "triangle-up-open": "\N{WHITE UP-POINTING TRIANGLE}",
    "cross": "\N{HEAVY GREEK CROSS}",
    "star": "\N{BLACK STAR}",
    "x": "\N{HEAVY MULTIPLICATION X}",
}


# What each verdict says of a chain: "the chain ..."
_MEANINGS = {
    Verdict.NOT_SAMPLED: "has not been scored yet",
    Verdict.HEALTHY: "has no holder under the floor",
    Verdict.NO_SCORE: "has no holder that the scorer has an opinion about",
    Verdict.COOLDOWN: "has moved less than a cooldown ago",
    Verdict.CLAIM_HELD: "is claimed by somebody, who alone may move it",
    Verdict.RECOVERED: "was under the floor when it was sampled, and is not when asked again",
    Verdict.NO_ALTERNATIVE: "has no other home",
    Verdict.GAP_TOO_SMALL: "has another home that is not better by more than the gap",
    Verdict.COST_TOO_HIGH: "has a better home that is not worth the move",
    Verdict.EVICT: "should leave its worst holder",
    Verdict.SCORER_FAILED: "sits the tick out, because the scorer failed",
    Verdict.ALREADY_MOVED: "was acted upon earlier in the same tick",
    Verdict.LAST_HOLDER: "would be left with too few holders",
    Verdict.FROZEN: "waits for the end of a freeze, as all do",
    Verdict.IN_FLIGHT: "is being moved",
    Verdict.RETRY_LATER: "was refused before for want of a better home, and nothing is new",
    Verdict.TICK_LIMIT: "should move, but the moves of the tick were used up",
    Verdict.CLUSTER_LIMIT: "should move, but too many moves are in flight",
    Verdict.SOURCE_LIMIT: "should move, but too many moves leave its worst holder",
    Verdict.TARGET_LIMIT: "should move, but too many moves go to every home that would do",
    Verdict.FLAP_HOLD: "has moved back and forth, or too often, and is left alone",
    Verdict.WARMING_UP: "waits until enough chains have a score, as all do",
    Verdict.PINNED: "is of a class that does not move",
    Verdict.PROPOSE_ONLY: "should move, but is of a class that only proposes",
    Verdict.DEFERRED: "is due to be scored, but the scores of the tick were used up",
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """A verdict of the report in words."""

    name: str
    colour: str
    text: str


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One result in the summary: what the table shows, and the exact sums below it."""

    label: str
    colour: str
    dashed: bool
    trace_name: str
    moves: str
    costs: dict[str, tuple[str, str]]
    best: bool
    score_calls: str
    alternative_calls: str
    sums: dict[str, int]


def glyph(symbol: str) -> str:
    """The character that looks like a symbol of plotly."""
    return _GLYPHS[symbol]


def count(number: int, noun: str) -> str:
    """`1 move`, `4,459 moves`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def percent(share: float) -> str:
    """A share of 0 to 1 in percent; what is there but rounds to nothing is not called nothing."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    return f"{share * 100:.1f} %"


def _has(result: ReplayResult, kind: str) -> bool:
    return result.values(kind).size > 0


def mean(result: ReplayResult, kind: str) -> str:
    """The mean cost of a kind in seconds, or a dash where nothing was recorded."""
    return f"{result.mean_s(kind):.4f} s" if _has(result, kind) else NONE


def p95(result: ReplayResult, kind: str) -> str:
    """The 95th percentile of a kind in seconds, or a dash where nothing was recorded."""
    return f"{result.p95_s(kind):.2f} s" if _has(result, kind) else NONE


def _asked(result: ReplayResult, calls: int) -> str:
    """How often a scorer was asked; a dash for a policy that has none to ask."""
    return f"{calls:,}" if result.policy == "drift" else NONE


def trace_names(results: Sequence[ReplayResult]) -> str:
    """The names of all traces, each once, in the order of the results."""
    return ", ".join(dict.fromkeys(result.trace_name for result in results))


def about(results: Sequence[ReplayResult]) -> str:
    """What was replayed: the trace, its size, and how many policies."""
    sizes = {(result.trace_name, result.node_count, result.slice_count) for result in results}
    policies = f"{len(results)} policies" if len(results) > 1 else "1 policy"
    if len(sizes) > 1:
        return f"Traces: {trace_names(results)} \N{MIDDLE DOT} {policies}"
    ((name, node_count, slice_count),) = sizes
    parts = [
        f"Trace: {name}",
        count(node_count, "node"),
        count(node_count, "chain"),
        count(slice_count, "slice"),
        policies,
    ]
    return " \N{MIDDLE DOT} ".join(parts)


def _best(keys: Sequence[PolicyKey]) -> list[PolicyKey]:
    """The policies of lowest fresh cost; none if there is no choice, or if the traces cannot be compared."""
    measured = [key for key in keys if _has(key.result, "fresh")]
    if len(measured) < 2 or len({key.result.trace_name for key in measured}) > 1:
        return []
    # Each policy of a trace has the same number of samples, so sums compare exactly. Fewer moves win a tie.
    ranks = [(key.result.fresh_cs, len(key.result.moves)) for key in measured]
    best = [key for key, rank in zip(measured, ranks, strict=True) if rank == min(ranks)]
    return best if len(best) < len(measured) else []


def headline(keys: Sequence[PolicyKey]) -> str:
    """The finding of the report in one sentence."""
    best = _best(keys)
    if not best:
        sentences = []
        for key in keys:
            cost = (
                f"fresh cost {mean(key.result, 'fresh')} on average" if _has(key.result, "fresh") else "no fresh cost"
            )
            sentences.append(f"{key.label}: {count(len(key.result.moves), 'move')}, {cost}.")
        return " ".join(sentences)
    result = best[0].result
    names = " and ".join(key.label for key in best)
    verb = "has" if len(best) == 1 else "have"
    text = f"{names} {verb} the lowest fresh cost: {mean(result, 'fresh')} on average"
    never = next((key for key in keys if key.result.policy == "never" and key.result.fresh_cs), None)
    if never is not None and never not in best:
        saved = 1 - result.fresh_cs / never.result.fresh_cs
        text += f", {percent(saved)} below {never.label}"
    return f"{text}, with {count(len(result.moves), 'move')}."


def meanings(results: Sequence[Judged]) -> list[Meaning]:
    """What each verdict means that occurs in these results, in the order of the legends."""
    found = {verdict for result in results for verdict, counts in result.verdicts_by_slice.items() if counts.any()}
    return [Meaning(str(verdict), palette.verdict_colour(verdict), _MEANINGS[verdict]) for verdict in sorted(found)]


def summary_rows(keys: Sequence[PolicyKey]) -> list[SummaryRow]:
    """One row for each result, in order."""
    best = _best(keys)
    return [
        SummaryRow(
            label=key.label,
            colour=key.style.colour,
            dashed=key.style.dash != "solid",
            trace_name=key.result.trace_name,
            moves=f"{len(key.result.moves):,}",
            costs={kind: (mean(key.result, kind), p95(key.result, kind)) for kind in KINDS},
            best=key in best,
            score_calls=_asked(key.result, key.result.score_calls),
            alternative_calls=_asked(key.result, key.result.alternative_calls),
            sums=key.result.summary(),
        )
        for key in keys
    ]
