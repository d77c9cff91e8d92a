"""The page around the figures: what its template is given, and the finished text."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from driftline.report import figures, palette, series, wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from driftline.replay import ChainHistory, ReplayResult
    from driftline.report.palette import PolicyKey
    from driftline.report.series import Judged

# Scores are shown to three digits; four of them keep the file small and the lines smooth.
SCORE_SCALE = 10_000


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend: a button that shows and hides traces of its chart."""

    label: str
    colour: str
    mark: str
    note: str = ""
    glyph: str = ""
    trace: int | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """One figure of the page with its legend; without a figure the page says `empty` instead."""

    id: str
    label: str
    figure: go.Figure | None
    keys: list[Key] = field(default_factory=list)
    empty: str = ""
    heading: str = ""


def render(results: Sequence[ReplayResult]) -> str:
    """The report as HTML. Raises ValueError if there is no result."""
    if not results:
        raise ValueError("results is empty: there is nothing to report")
    keys = palette.policy_keys(results)
    window = series.window_for(max(result.slice_count for result in results))
    drift = [key for key in keys if key.result.policy == "drift"]
    judged = [key for key in keys if key.result.histories]
    charts = _policy_charts(keys, window)
    verdict_charts = [verdict_chart(number, key.label, key.result) for number, key in enumerate(drift)]
    history = _history_chart(judged)
    shown = [chart for chart in [*charts.values(), *verdict_charts, history] if chart.figure is not None]
    data = {
        "figures": {chart.id: chart.figure.to_plotly_json() for chart in shown if chart.figure is not None},
        "scoreScale": SCORE_SCALE,
        "histories": [_history_data(key) for key in judged],
    }
    return template("report.html").render(
        title=f"driftline replay: {wording.trace_names(results)}",
        about=wording.about(results),
        headline=wording.headline(keys),
        rows=wording.summary_rows(keys),
        one_trace=len({result.trace_name for result in results}) == 1,
        window=window,
        charts=charts,
        verdict_charts=verdict_charts,
        history=history,
        meanings=wording.meanings([key.result for key in drift]),
        judged=[key.label for key in judged],
        slices=max(result.slice_count for result in results),
        most_moved_limit=figures.MOST_MOVED_LIMIT,
        data=to_json(data),
        style=Markup(asset("report.css")),
        script=Markup(asset("report.js")),
        plotly=Markup(get_plotlyjs()),
    )


def template(name: str) -> jinja2.Template:
    """A template of the package, with all that is in it made harmless."""
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(asset),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)


def asset(name: str) -> str:
    """The text of a file beside the templates."""
    return (files("driftline.report") / "templates" / name).read_text(encoding="utf-8")


def to_json(data: Any) -> Markup:
    """JSON that cannot end the script element that holds it, whatever a label says."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _policy_charts(keys: list[PolicyKey], window: int) -> dict[str, Chart]:
    def legend(notes: Sequence[str], mark: str = "line") -> list[Key]:
        return [
            Key(
                key.label,
                key.style.colour,
                "dashed" if mark == "line" and key.style.dash != "solid" else mark,
                note,
                trace=trace,
            )
            for trace, (key, note) in enumerate(zip(keys, notes, strict=True))
        ]

    means = [wording.mean(key.result, "fresh") for key in keys]
    counts = [wording.count(len(key.result.moves), "move") for key in keys]
    return {
        "cost": Chart(
            "cost",
            f"Line chart: fresh cost in seconds over time, moving mean over {window} slices, one line per policy",
            figures.cost(keys, window),
            legend([f"mean {mean}" for mean in means]),
            "Nothing was measured afresh in this run, so there is no cost to show.",
        ),
        "moves": Chart(
            "moves",
            "Step chart: moves so far over time, one line per policy",
            figures.moves(keys),
            legend(counts),
            "No policy moved anything in this run.",
        ),
        "most_moved": Chart(
            "most-moved",
            "Dot chart: moves of the chains that moved most, one mark per policy",
            figures.most_moved(keys),
            [
                Key(key.label, key.style.colour, "glyph", glyph=wording.glyph(key.style.symbol), trace=trace)
                for trace, key in enumerate(keys)
            ],
            "No policy moved any chain in this run.",
        ),
    }


def verdict_chart(number: int, label: str, result: Judged) -> Chart:
    """The shares of verdicts of one result; charts of one page have different numbers."""
    figure = figures.verdicts(result)
    legend = [
        Key(
            str(verdict),
            palette.verdict_colour(verdict),
            "area",
            wording.percent(series.mean_share(result, verdict)),
            trace=trace,
        )
        for trace, verdict in enumerate(series.verdict_shares(result).shares)
    ]
    return Chart(
        f"verdicts-{number}",
        f"Stacked area chart: share of chains in each verdict over time, {label}",
        figure,
        legend,
        "No chain was judged in this run.",
        label,
    )


def _history_chart(judged: list[PolicyKey]) -> Chart:
    figure = figures.history(max(key.result.slice_count for key in judged)) if judged else None
    legend = [
        Key(f"worst score, {trend.name}", trend.colour, "glyph", glyph=trend.glyph, trace=number)
        for number, trend in enumerate(palette.TRENDS)
    ]
    mean_trace = len(legend)
    legend.append(Key("EWMA", palette.EWMA_COLOUR, "line", trace=mean_trace))
    legend.append(Key("move", palette.MOVE_COLOUR, "glyph", glyph="\N{BLACK DIAMOND}", trace=mean_trace + 1))
    legend.append(Key(f"floor {series.SCORE_FLOOR:g}", palette.FLOOR_COLOUR, "dashed"))
    return Chart("history", "Scatter chart: worst score of one chain over time", figure, legend)


def _history_data(key: PolicyKey) -> dict[str, Any]:
    """All chains of one result for the selector, most moved first, ties to the lower id."""
    histories = sorted(key.result.histories.items(), key=lambda item: (-len(item[1].moves), item[0]))
    return {"policy": key.label, "chains": [_chain_data(chain, history) for chain, history in histories]}


def _chain_data(chain: int, history: ChainHistory) -> dict[str, Any]:
    def scaled(values: Any) -> list[int]:
        return [round(value * SCORE_SCALE) for value in values.tolist()]

    return {
        # Ids reach 2**64, a number of the browser only 2**53.
        "chain": str(chain),
        "slices": history.slices.tolist(),
        "worst": scaled(history.worst_score),
        "ewma": scaled(history.ewma),
        "trend": "".join(str(int(trend)) for trend in history.trend),
        "moves": [[move.slice, str(move.evicted), str(move.target)] for move in history.moves],
    }
