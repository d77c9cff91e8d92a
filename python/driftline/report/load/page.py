"""The page of the load scenario: what its template is given, and the finished text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup
from plotly.offline import get_plotlyjs

from driftline.report import palette, series
from driftline.report.load import figures, wording
from driftline.report.load.figures import LoadKey
from driftline.report.page import SCORE_SCALE, Chart, Key, asset, template, to_json, verdict_chart
from driftline.report.wording import count, meanings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftline.replay.load import LoadResult


def render(results: Sequence[LoadResult]) -> str:
    """The report as HTML. Raises ValueError if there is no result."""
    if not results:
        raise ValueError("results is empty: there is nothing to report")
    keys = [LoadKey(*look, result) for look, result in zip(palette.looks_of(results), results, strict=True)]
    window = series.window_for(max(result.slice_count for result in results))
    judged = [key for key in keys if key.result.policy == "drift"]
    charts = _charts(keys, window)
    verdict_charts = [verdict_chart(number, key.label, key.result) for number, key in enumerate(judged)]
    axes_charts = [_axes_chart(number, key) for number, key in enumerate(judged)]
    shown = [chart for chart in [*charts.values(), *verdict_charts, *axes_charts] if chart.figure is not None]
    data = {
        "figures": {chart.id: chart.figure.to_plotly_json() for chart in shown if chart.figure is not None},
        "scoreScale": SCORE_SCALE,
        "histories": [],
    }
    names = ", ".join(dict.fromkeys(result.trace_name for result in results))
    return template("load.html").render(
        title=f"driftline replay: {names}",
        about=wording.about(results),
        headline=wording.headline(keys),
        rows=wording.rows(keys),
        one_trace=len({result.trace_name for result in results}) == 1,
        window=window,
        deadline=results[0].deadline_slice - results[0].failing_slice,
        charts=charts,
        verdict_charts=verdict_charts,
        axes_charts=axes_charts,
        meanings=meanings([key.result for key in judged]),
        data=to_json(data),
        style=Markup(asset("report.css")),
        script=Markup(asset("report.js")),
        plotly=Markup(get_plotlyjs()),
    )


def _charts(keys: Sequence[LoadKey], window: int) -> dict[str, Chart]:
    def legend(notes: Sequence[str]) -> list[Key]:
        return [
            Key(key.label, key.style.colour, "line" if key.style.dash == "solid" else "dashed", note, trace=trace)
            for trace, (key, note) in enumerate(zip(keys, notes, strict=True))
        ]

    results = [key.result for key in keys]
    return {
        "latency": Chart(
            "latency",
            f"Line chart: latency in milliseconds over time, moving mean over {window} slices, one line per policy",
            figures.latency(keys, window),
            legend([f"mean {wording.mean(result)}" for result in results]),
        ),
        "greatest_use": Chart(
            "greatest-use",
            "Line chart: the greatest use of a node in per cent over time, one line per policy",
            figures.greatest_use(keys),
            legend([f"most {100 * result.greatest_use():.0f} %" for result in results]),
        ),
        "above_capacity": Chart(
            "above-capacity",
            "Step chart: node-slices above capacity so far over time, one line per policy",
            figures.above_capacity(keys),
            legend([f"{result.over_node_slices():,}" for result in results]),
            "No node was ever above its capacity.",
        ),
        "moves": Chart(
            "moves",
            "Step chart: moves so far over time, one line per policy",
            figures.moves(keys),
            legend([count(len(result.moves), "move") for result in results]),
            "No policy moved anything in this run.",
        ),
        "rack": Chart(
            "rack",
            "Step chart: replicas on the failing rack over time, one line per policy",
            figures.rack(keys),
            legend([wording.rack(result) for result in results]),
            "Nothing ever stood on the rack that failed.",
        ),
    }


def _axes_chart(number: int, key: LoadKey) -> Chart:
    result = key.result
    names = list(result.axes_by_slice)
    legend = [Key(name, figures.axis_colour(place, name), "line", trace=place) for place, name in enumerate(names)]
    legend.append(Key("move", palette.MOVE_COLOUR, "glyph", glyph="\N{BLACK DIAMOND}", trace=len(names)))
    legend.append(Key(f"floor {series.SCORE_FLOOR:g}", palette.FLOOR_COLOUR, "dashed"))
    return Chart(
        f"axes-{number}",
        f"Line chart: the score of the worst home of chain {result.watched_chain} and its axes over time, {key.label}",
        figures.axes(result),
        legend,
        "No score was kept in this run.",
        f"{key.label}: chain {result.watched_chain}",
    )
