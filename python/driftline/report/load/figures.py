"""The figures of the load scenario, as plotly figures. Legends are not drawn here: the page has them as buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from driftline.report import palette, series
from driftline.report.figures import axis, count_axis, figure, plain, rounded, slice_axis

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from driftline.replay.load import LoadResult
    from driftline.report.palette import Style

_US_PER_MS = 1000


class LoadKey(NamedTuple):
    """What legends say of one result, and how its lines look."""

    label: str
    style: Style
    result: LoadResult


# What the score is made of is drawn thin, the score itself strong; the names are those of the result.
_AXIS_STYLES = (palette.STYLES[1], palette.STYLES[2], palette.STYLES[4], palette.STYLES[5])
_SCORE_COLOUR = palette.BLUE


def latency(keys: Sequence[LoadKey], window: int) -> go.Figure:
    """The moving mean of what the clients of all chains saw, in milliseconds."""

    def mean_ms(result: LoadResult) -> list[float | None]:
        sums = result.latency_us.sum(axis=1)
        counts = np.full(result.slice_count, result.chain_count, dtype=np.int64)
        # Sums in the moving mean count hundredths of a second; here they are microseconds.
        means = series.moving_mean_s(sums, counts, window) / series.SECONDS_PER_CS / _US_PER_MS
        return rounded(means, 3)

    return _lines(keys, mean_ms, "latency, mean (ms)", "%{y:.1f} ms")


def greatest_use(keys: Sequence[LoadKey]) -> go.Figure:
    """How much of anything the fullest node has to bear, in per cent."""
    made = _lines(
        keys, lambda result: rounded(result.greatest_per_mille.max(axis=1) / 10, 1), "greatest use (%)", "%{y:.0f} %"
    )
    made.add_hline(y=100, line={"color": palette.FLOOR_COLOUR, "width": 1.5, "dash": "dash"})
    return made


def above_capacity(keys: Sequence[LoadKey]) -> go.Figure | None:
    """How many slices nodes have been above a capacity so far, summed over nodes; `None` if none was."""
    if not any(key.result.over_any.any() for key in keys):
        return None
    return _counts(keys, lambda result: np.cumsum(result.over_any), "node-slices above capacity", "%{y:,d}")


def moves(keys: Sequence[LoadKey]) -> go.Figure | None:
    """The running number of moves; `None` if there was none."""
    if not any(key.result.moves for key in keys):
        return None

    def so_far(result: LoadResult) -> NDArray[np.int64]:
        slices = np.array([move.slice for move in result.moves], dtype=np.int64)
        return np.cumsum(np.bincount(slices, minlength=result.slice_count))

    return _counts(keys, so_far, "moves since the start", "%{y:,d} moves")


def rack(keys: Sequence[LoadKey]) -> go.Figure | None:
    """The replicas on the failing rack; `None` if it had none when it began to fail."""
    if not any(key.result.rack_replicas.any() for key in keys):
        return None
    return _counts(keys, lambda result: result.rack_replicas, "replicas on the failing rack", "%{y:,d} replicas")


def axes(result: LoadResult) -> go.Figure | None:
    """The score of the watched chain's worst holder, and what it is made of; `None` if nothing was watched."""
    if not result.axes_by_slice:
        return None
    slices = list(range(result.slice_count))
    traces: list[Any] = []
    for number, (name, values) in enumerate(result.axes_by_slice.items()):
        if name == "score":
            line: dict[str, Any] = {"color": _SCORE_COLOUR, "width": 3}
        else:
            style = _AXIS_STYLES[number % len(_AXIS_STYLES)]
            line = {"color": style.colour, "width": 1.5, "dash": "dot" if style.dash == "dot" else "solid"}
        traces.append(
            go.Scatter(
                x=slices,
                y=rounded(values),
                name=plain(name),
                mode="lines",
                line=line,
                hovertemplate="%{y:.3f}",
            )
        )
    moved = [move for move in result.moves if move.chain == result.watched_chain]
    traces.append(
        go.Scatter(
            x=[move.slice for move in moved],
            y=[1.05] * len(moved),
            name="move",
            mode="markers",
            marker={"color": palette.MOVE_COLOUR, "symbol": "diamond", "size": 9},
            text=[f"to node {move.target}" for move in moved],
            hovertemplate="%{text}",
        )
    )
    yaxis = axis("score and axes (0 to 1)", range=[-0.03, 1.1], tickvals=[0, 0.25, 0.5, 0.75, 1])
    made = figure(traces, slice_axis(result.slice_count), yaxis, height=400)
    made.add_hline(y=series.SCORE_FLOOR, line={"color": palette.FLOOR_COLOUR, "width": 1.5, "dash": "dash"})
    _mark_rack(made, result)
    return made


def axis_colour(number: int, name: str) -> str:
    """The colour of an axis in that figure, by its place."""
    return _SCORE_COLOUR if name == "score" else _AXIS_STYLES[number % len(_AXIS_STYLES)].colour


def _lines(
    keys: Sequence[LoadKey], values: Callable[[LoadResult], list[float | None]], title: str, hover: str
) -> go.Figure:
    traces = [
        go.Scatter(
            x=list(range(key.result.slice_count)),
            y=values(key.result),
            name=plain(key.label),
            mode="lines+markers" if key.result.slice_count < series.FEW_SLICES else "lines",
            line={"color": key.style.colour, "dash": key.style.dash, "width": 2},
            marker={"symbol": key.style.symbol, "size": 6},
            hovertemplate=hover,
        )
        for key in keys
    ]
    slice_count = max(key.result.slice_count for key in keys)
    made = figure(traces, slice_axis(slice_count), axis(title, rangemode="tozero"))
    _mark_rack(made, keys[0].result)
    return made


def _counts(
    keys: Sequence[LoadKey], values: Callable[[LoadResult], NDArray[np.int64]], title: str, hover: str
) -> go.Figure:
    """A step for each change: there is no half of anything that is counted."""
    found = [values(key.result) for key in keys]
    traces = [
        go.Scatter(
            x=list(range(key.result.slice_count)),
            y=counts.tolist(),
            name=plain(key.label),
            mode="lines",
            line={"color": key.style.colour, "dash": key.style.dash, "width": 2, "shape": "hv"},
            hovertemplate=hover,
        )
        for key, counts in zip(keys, found, strict=True)
    ]
    slice_count = max(key.result.slice_count for key in keys)
    most = max(int(counts.max()) for counts in found)
    made = figure(traces, slice_axis(slice_count), count_axis(title, most, rangemode="tozero"))
    _mark_rack(made, keys[0].result)
    return made


def _mark_rack(made: go.Figure, result: LoadResult) -> None:
    """When the rack begins to fail, and when it is gone."""
    for slice_number, text in ((result.failing_slice, "rack fails"), (result.deadline_slice, "rack gone")):
        if slice_number < result.slice_count:
            made.add_vline(
                x=slice_number,
                line={"color": palette.QUIET_INK, "width": 1, "dash": "dot"},
                annotation={"text": text, "font": {"size": 11, "color": palette.QUIET_INK}, "yanchor": "bottom"},
                annotation_position="top right" if text == "rack gone" else "top left",
            )
