"""Plots of what driftline saw and did, with matplotlib: `pip install 'driftline[plot]'`.

Each function draws on the Axes that it is given, or on those of a new figure, and returns them; showing and saving are
the caller's. What has nothing to show is drawn as an empty plot that says so.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from driftline.report import palette, series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from driftline import Decision, LocalScheduler, ScoreHistory, TickReport, Verdict
    from driftline.replay import ChainHistory, ReplayResult

__all__ = ["cost", "history", "verdicts"]

NS_PER_S = 1e9
_SIZE_INCHES = (9.0, 4.5)
_LEGEND_WIDTH = 28  # characters
_DASHES = {"solid": "-", "dash": "--", "dot": ":"}


def history(
    source: LocalScheduler | ScoreHistory | ChainHistory | ReplayResult,
    chain: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Plot the worst score of a chain over time: samples by trend, the mean (EWMA), the floor, the moves.

    Args:
        source: A scheduler (its last 64 samples, over seconds), a `ScoreHistory` of one, a `ChainHistory` of a replay
            (the whole run, over slices), or a whole `ReplayResult`.
        chain: The chain. A scheduler and a result need it; for a history it only goes into the title.
        ax: Where to draw; `None` makes a figure.

    Raises:
        NotLedError: The scheduler does not lead the chain.
        ValueError: The chain is missing, or the result has no history of it.
        TypeError: The source is something else.
        ImportError: matplotlib is missing.
    """
    samples = _samples(source, chain)
    ax, is_ours = _axes(ax)
    ax.set_title("Score history" if chain is None else f"Score history of chain {chain}")
    ax.set_xlabel(f"time ({samples.time_unit})")
    ax.set_ylabel("worst score (0 to 1)")
    ax.set_ylim(-0.03, 1.12)
    ax.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0])
    if len(samples.times) == 0:
        return _say_empty(ax, "No sample yet")
    for number, trend in enumerate(palette.TRENDS):
        chosen = samples.trends == number
        if chosen.any():
            ax.plot(
                samples.times[chosen],
                samples.worst[chosen],
                linestyle="none",
                marker=trend.marker,
                markersize=5,
                color=trend.colour,
                label=f"worst score, {trend.name}",
                zorder=3,
            )
    ax.plot(samples.times, samples.ewma, color=palette.EWMA_COLOUR, linewidth=1.6, label="EWMA")
    if samples.floor is not None:
        label = f"floor {samples.floor:g}"
        ax.axhline(samples.floor, color=palette.FLOOR_COLOUR, linewidth=1.2, linestyle="--", label=label, zorder=1)
    if len(samples.moves):
        ax.vlines(samples.moves, 0, 1.05, colors=palette.PALE_MOVE_COLOUR, linewidth=0.8, linestyles=":", zorder=1)
        heads = [1.05] * len(samples.moves)
        ax.plot(samples.moves, heads, "D", markersize=5, color=palette.MOVE_COLOUR, label="move")
    return _finish(ax, is_ours)


def cost(results: ReplayResult | Sequence[ReplayResult], ax: Axes | None = None) -> Axes:
    """Plot the fresh cost of one or several replays over time: a moving mean, in seconds over slices.

    Args:
        results: One result or several; each is one line.
        ax: Where to draw; `None` makes a figure.

    Raises:
        TypeError: It is something else.
        ImportError: matplotlib is missing.
    """
    import numpy as np

    from driftline.replay import ReplayResult

    several = [results] if isinstance(results, ReplayResult) else list(results)
    for result in several:
        if not isinstance(result, ReplayResult):
            raise TypeError(f"results: a ReplayResult or several are expected, not {type(result).__name__}")
    ax, is_ours = _axes(ax)
    keys = palette.policy_keys(several)
    ax.set_xlabel("time (slices)")
    ax.set_ylabel("fresh cost, mean (s)")
    window = series.window_for(max((key.result.slice_count for key in keys), default=1))
    ax.set_title("Fresh cost of each slice" if window == 1 else f"Fresh cost, mean of the last {window} slices")
    drawn = False
    for key in keys:
        means = series.fresh_mean_s(key.result, window)
        slices = np.flatnonzero(~np.isnan(means))
        if len(slices) == 0:
            continue
        drawn = True
        few = key.result.slice_count < series.FEW_SLICES
        ax.plot(
            slices,
            means[slices],
            color=key.style.colour,
            linestyle=_DASHES[key.style.dash],
            linewidth=1.6,
            marker="o" if few else None,
            markersize=4,
            label=_plain(key.label),
        )
    if not drawn:
        return _say_empty(ax, "Nothing was measured afresh" if keys else "No result")
    ax.set_ylim(bottom=0)
    return _finish(ax, is_ours)


def verdicts(source: Decision | TickReport | ReplayResult, ax: Axes | None = None) -> Axes:
    """Plot the verdicts: bars with the number of chains for one tick, shares in percent over slices for a replay.

    Args:
        source: A decision, its report, or the result of a replay under the policy "drift".
        ax: Where to draw; `None` makes a figure.

    Raises:
        TypeError: It is something else.
        ImportError: matplotlib is missing.
    """
    from driftline import Decision, TickReport
    from driftline.replay import ReplayResult

    if isinstance(source, ReplayResult):
        return _verdict_shares(source, *_axes(ax))
    report = source.report if isinstance(source, Decision) else source
    if not isinstance(report, TickReport):
        message = f"source: a Decision, a TickReport or a ReplayResult is expected, not {type(source).__name__}"
        raise TypeError(message)
    return _verdict_counts(report.verdicts, _axes(ax)[0])


def _verdict_shares(result: ReplayResult, ax: Axes, is_ours: bool) -> Axes:
    import numpy as np

    ax.set_title(_plain(f"Verdicts, {result.label}"), wrap=True)
    ax.set_xlabel("time (slices)")
    ax.set_ylabel("share of chains (%)")
    ax.set_ylim(0, 100)
    found = series.verdict_shares(result)
    if not found.shares:
        text = "No chain was judged" if result.policy == "drift" else "No verdict: only driftline gives one"
        return _say_empty(ax, text)
    # Each slice is as wide as any other, the last one too.
    edges = np.append(found.slices, found.slices[-1] + 1)
    percent = [100 * np.append(shares, shares[-1]) for shares in found.shares.values()]
    colours = [palette.verdict_colour(verdict) for verdict in found.shares]
    labels = [str(verdict) for verdict in found.shares]
    ax.stackplot(edges, percent, colors=colours, labels=labels, step="post", linewidth=0)
    ax.set_xlim(float(edges[0]), float(edges[-1]))
    return _finish(ax, is_ours)


def _verdict_counts(counts: Mapping[Verdict, int], ax: Axes) -> Axes:
    from matplotlib.ticker import MaxNLocator

    ax.set_title("Verdicts of the tick")
    ax.set_xlabel("chains (number)")
    if not counts:
        return _say_empty(ax, "No led chain was judged")
    names = [str(verdict) for verdict in counts]
    colours = [palette.verdict_colour(verdict) for verdict in counts]
    bars = ax.barh(names, list(counts.values()), color=colours, edgecolor=palette.QUIET_INK, linewidth=0.6)
    ax.bar_label(bars, labels=[f"{count:,}" for count in counts.values()], padding=4)
    ax.set_ylabel("verdict")
    ax.margins(x=0.12)
    ax.invert_yaxis()
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return _style(ax)


@dataclass(frozen=True, slots=True)
class _Samples:
    """What `history` draws, wherever it came from."""

    time_unit: str
    times: NDArray[Any]
    worst: NDArray[np.float32]
    ewma: NDArray[np.float32]
    trends: NDArray[np.uint8]
    moves: NDArray[np.int64]
    floor: float | None


def _samples(source: Any, chain: int | None) -> _Samples:
    from driftline import LocalScheduler, ScoreHistory
    from driftline.replay import ChainHistory, ReplayResult

    if isinstance(source, ChainHistory):
        return _of_replay(source)
    if isinstance(source, ScoreHistory):
        return _of_ring(source, None)
    if not isinstance(source, (LocalScheduler, ReplayResult)):
        raise TypeError(f"source: a scheduler, a history or a ReplayResult is expected, not {type(source).__name__}")
    if chain is None:
        raise ValueError(f"chain is missing: a {type(source).__name__} has many of them")
    if isinstance(source, ReplayResult):
        if chain not in source.histories:
            raise ValueError(f"chain {chain}: the result {source.label!r} has no history of it")
        return _of_replay(source.histories[chain])
    return _of_ring(source.history(chain), source.config.score_floor)


def _of_replay(history: ChainHistory) -> _Samples:
    import numpy as np

    moves = np.array([move.slice for move in history.moves], dtype=np.int64)
    return _Samples(
        "slices", history.slices, history.worst_score, history.ewma, history.trend, moves, series.SCORE_FLOOR
    )


def _of_ring(history: ScoreHistory, floor: float | None) -> _Samples:
    """The mean of each sample is told again from the samples: a ring keeps only the last one.

    Once the ring has dropped samples the mean starts anew with its oldest one, and has caught up a dozen samples on.
    """
    import numpy as np

    from driftline import HISTORY_DEAD_BAND, HISTORY_SMOOTHING

    samples = history.to_numpy()
    worst = samples["worst_score"]
    smoothing, dead_band = np.float32(HISTORY_SMOOTHING), np.float32(HISTORY_DEAD_BAND)
    ewma = worst.copy()
    trends = np.zeros(len(worst), dtype=np.uint8)
    for index in range(1, len(worst)):
        mean, score = ewma[index - 1], worst[index]
        if score < mean - dead_band:
            trends[index] = 1
        elif score > mean + dead_band:
            trends[index] = 2
        ewma[index] = smoothing * score + (np.float32(1) - smoothing) * mean
    no_moves = np.zeros(0, dtype=np.int64)
    return _Samples("s", samples["at_ns"] / NS_PER_S, worst, ewma, trends, no_moves, floor)


def _axes(ax: Axes | None) -> tuple[Axes, bool]:
    """The Axes to draw on, and whether their figure is ours to lay out."""
    if ax is not None:
        return ax, False
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError("plots need matplotlib: pip install 'driftline[plot]'", name="matplotlib") from error
    _, new = pyplot.subplots(figsize=_SIZE_INCHES, layout="constrained")
    return new, True


def _plain(text: str) -> str:
    """User's text for matplotlib, which reads formulas between dollar signs and hides what begins with a line."""
    text = text.replace("$", r"\$")
    return f" {text}" if text.startswith("_") else text


def _say_empty(ax: Axes, text: str) -> Axes:
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color=palette.QUIET_INK)
    ax.set_xticks([])
    ax.set_yticks([])
    return ax


def _style(ax: Axes) -> Axes:
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="both", color=palette.GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    return ax


def _finish(ax: Axes, is_ours: bool) -> Axes:
    handles, labels = ax.get_legend_handles_labels()
    labels = [textwrap.fill(label, _LEGEND_WIDTH, drop_whitespace=False) for label in labels]
    if is_ours:
        # Beside the plot, where it covers nothing.
        ax.legend(handles, labels, loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0, frameon=False)
    else:
        # What lies beside Axes of the caller is the caller's.
        ax.legend(handles, labels, loc="best", framealpha=0.85, fontsize="small")
    return _style(ax)
