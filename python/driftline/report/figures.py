"""The figures of the report, as plotly figures. Legends are not drawn here: the page has them as buttons."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from driftline.report import palette, series

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from driftline.report.palette import PolicyKey
    from driftline.report.series import Judged

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"
CHART_HEIGHT = 340
ROW_HEIGHT = 24
MOST_MOVED_LIMIT = 15


def plain(text: str) -> str:
    """User's text for plotly, which reads a subset of HTML in every string it draws."""
    return escape(text, quote=False)


def rounded(values: NDArray[np.float64], digits: int = 4) -> list[float | None]:
    """Numbers as JSON knows them: short, and `None` where there is none."""
    return [None if math.isnan(value) else round(value, digits) for value in values.tolist()]


def axis(title: str, **changes: Any) -> dict[str, Any]:
    """An axis as all figures have it, but for the changes."""
    common = {
        "title": {"text": title, "standoff": 8},
        "gridcolor": palette.GRID,
        "zeroline": False,
        "showline": True,
        "linecolor": palette.QUIET_INK,
        "ticks": "outside",
        "tickcolor": palette.QUIET_INK,
        "automargin": True,
    }
    return common | changes


def slice_axis(slice_count: int) -> dict[str, Any]:
    """Time, from the first to the last slice; a single slice gets room on both sides."""
    last = slice_count - 1
    room = max(last * 0.01, 0.5)
    # There is no half of a slice.
    ticks = {"tickvals": list(range(slice_count))} if slice_count <= 10 else {"nticks": 10}
    hover = {"unifiedhovertitle": {"text": "slice %{x}"}}
    return axis("time (slices)", range=[-room, last + room], tickformat=",~f", **ticks, **hover)


def count_axis(title: str, most: int, **changes: Any) -> dict[str, Any]:
    """An axis of whole numbers; there is no half of a move."""
    ticks = {"dtick": 1} if most <= 10 else {}
    return axis(title, tickformat=",~f", **ticks, **changes)


def figure(traces: list[Any], xaxis: dict[str, Any], yaxis: dict[str, Any], **changes: Any) -> go.Figure:
    """These traces on white, without a legend."""
    layout: dict[str, Any] = {
        # The default template would repeat seven kilobytes in each figure.
        "template": "none",
        "height": CHART_HEIGHT,
        "margin": {"l": 60, "r": 16, "t": 28, "b": 48},
        "font": {"family": FONT, "size": 13, "color": palette.INK},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "showlegend": False,
        "hovermode": "x unified",
        "hoverlabel": {"namelength": 40},
        "xaxis": xaxis,
        "yaxis": yaxis,
    }
    return go.Figure(data=traces, layout=layout | changes)


def cost(keys: Sequence[PolicyKey], window: int) -> go.Figure | None:
    """The moving mean of the fresh cost of each policy; `None` if nothing was measured afresh."""
    if not any(int(key.result.fresh_count_by_slice.sum()) for key in keys):
        return None
    slice_count = max(key.result.slice_count for key in keys)
    traces = [
        go.Scatter(
            x=list(range(key.result.slice_count)),
            y=rounded(series.fresh_mean_s(key.result, window)),
            name=plain(key.label),
            mode="lines+markers" if key.result.slice_count < series.FEW_SLICES else "lines",
            line={"color": key.style.colour, "dash": key.style.dash, "width": 2},
            marker={"symbol": key.style.symbol, "size": 6},
            connectgaps=True,
            hovertemplate="%{y:.3f} s",
        )
        for key in keys
    ]
    yaxis = axis("fresh cost, mean (s)", rangemode="tozero")
    return figure(traces, slice_axis(slice_count), yaxis)


def moves(keys: Sequence[PolicyKey]) -> go.Figure | None:
    """The running number of moves of each policy; `None` if there was none."""
    if not any(key.result.moves for key in keys):
        return None
    slice_count = max(key.result.slice_count for key in keys)
    traces = [
        go.Scatter(
            x=list(range(key.result.slice_count)),
            y=series.moves_so_far(key.result).tolist(),
            name=plain(key.label),
            mode="lines",
            line={"color": key.style.colour, "dash": key.style.dash, "width": 2, "shape": "hv"},
            hovertemplate="%{y:,d} moves",
        )
        for key in keys
    ]
    most = max(len(key.result.moves) for key in keys)
    yaxis = count_axis("moves since the start", most, rangemode="tozero")
    return figure(traces, slice_axis(slice_count), yaxis)


def most_moved(keys: Sequence[PolicyKey]) -> go.Figure | None:
    """How often each policy moved the chains that moved most; `None` if no chain moved."""
    chains = series.most_moved([key.result for key in keys], MOST_MOVED_LIMIT)
    if not chains:
        return None
    rows = [f"chain {chain}" for chain in chains]
    traces = []
    for key in keys:
        count = series.moves_per_chain(key.result)
        traces.append(
            go.Scatter(
                x=[count[chain] for chain in chains],
                y=rows,
                name=plain(key.label),
                mode="markers",
                marker={
                    "color": key.style.colour,
                    "symbol": key.style.symbol,
                    "size": 10,
                    "line": {"color": "#ffffff", "width": 0.5},
                },
                hovertemplate="%{x:,d} moves",
            )
        )
    most = max(max(trace.x) for trace in traces)
    # Room on the left, so that the mark of a policy that never moved a chain is not cut in half.
    xaxis = count_axis("moves of the chain", most, range=[-0.02 * most, 1.05 * most])
    yaxis = axis("", type="category", autorange="reversed", ticks="", categoryorder="array", categoryarray=rows)
    return figure(traces, xaxis, yaxis, height=90 + ROW_HEIGHT * len(rows), hovermode="y unified")


def verdicts(result: Judged) -> go.Figure | None:
    """The share of chains in each verdict over time, stacked; `None` if no verdict was recorded."""
    found = series.verdict_shares(result)
    if not found.shares:
        return None
    traces: list[Any] = []
    for verdict, values in found.shares.items():
        common = {
            "x": found.slices.tolist(),
            "y": rounded(values * 100, 2),
            "name": plain(str(verdict)),
            "hovertemplate": "%{y:.1f} %",
        }
        colour = palette.verdict_colour(verdict)
        if result.slice_count < series.FEW_SLICES:
            # An area has no width at its last slice; with few slices that would be missed.
            traces.append(go.Bar(**common, marker={"color": colour}))
        else:
            line = {"color": colour, "width": 0, "shape": "hv"}
            traces.append(go.Scatter(**common, mode="lines", stackgroup="verdicts", fillcolor=colour, line=line))
    yaxis = axis("share of chains (%)", range=[0, 100])
    return figure(traces, slice_axis(result.slice_count), yaxis, barmode="stack", bargap=0)


def history(slice_count: int) -> go.Figure:
    """The frame of the score history; the page fills in the chain that is chosen.

    The traces are, in order: worst score by trend number, the mean, the moves.
    """
    traces: list[Any] = [
        go.Scatter(
            x=[],
            y=[],
            name=trend.name,
            mode="markers",
            marker={"color": trend.colour, "symbol": trend.symbol, "size": 8},
            hovertemplate="slice %{x}: worst score %{y:.3f}",
        )
        for trend in palette.TRENDS
    ]
    traces.append(
        go.Scatter(
            x=[],
            y=[],
            name="EWMA",
            mode="lines",
            line={"color": palette.EWMA_COLOUR, "width": 2},
            hovertemplate="slice %{x}: EWMA %{y:.3f}",
        )
    )
    traces.append(
        go.Scatter(
            x=[],
            y=[],
            name="move",
            mode="lines+markers",
            line={"color": palette.PALE_MOVE_COLOUR, "width": 1, "dash": "dot"},
            # The page gives a size to the head of each line only.
            marker={"color": palette.MOVE_COLOUR, "symbol": "diamond", "size": [], "opacity": 1, "line": {"width": 0}},
            hovertemplate="%{text}",
            text=[],
        )
    )
    floor = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": series.SCORE_FLOOR,
        "y1": series.SCORE_FLOOR,
        "line": {"color": palette.FLOOR_COLOUR, "width": 1.5, "dash": "dash"},
    }
    yaxis = axis("worst score (0 to 1)", range=[-0.03, 1.1], tickvals=[0, 0.25, 0.5, 0.75, 1])
    return figure(traces, slice_axis(slice_count), yaxis, shapes=[floor], hovermode="closest", height=400)
