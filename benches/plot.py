#!/usr/bin/env python3
"""Draws tick time against chains from a scale.json, driftline and the naive oracle. Needs matplotlib.

    benches/plot.py target/bench/scale.json target/bench/scale.png
"""

import json
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402  The backend has to be chosen first.
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator  # noqa: E402

PANELS = (("idle_poll", "nothing moved"), ("one_node_moved", "one node moved"), ("all_due", "every chain due"))
FAST, FAST_TOO, NAIVE, INK, GRID = "#0b6e99", "#4fb0d8", "#b0643c", "#333333", "#e6e6e6"


def short_count(chains, _position=None):
    """1k, 10k, 1M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if chains >= size:
            return f"{chains / size:g}{letter}"
    return f"{chains:g}"


def short_time(ns, _position=None):
    """1 µs, 1 ms, 1 s."""
    for size, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if ns >= size:
            return f"{ns / size:.3g} {unit}"
    return f"{ns:.3g} ns"


def rounded_time(ns):
    """Two digits: the third changes from run to run."""
    return short_time(float(f"{ns:.2g}"))


def draw_line(axes, lines, field, color, style="-", drop=0):
    """One line with the time at its end, which may have to go below that of another line."""
    points = [(line["chains"], line[field]) for line in lines if line[field] is not None]
    if not points:
        return
    chains, times = zip(*points)
    axes.plot(chains, times, color=color, linestyle=style, linewidth=2, marker="o", markersize=4.5, clip_on=False,
              zorder=3)
    axes.annotate(rounded_time(times[-1]), (chains[-1], times[-1]), xytext=(7, -drop), textcoords="offset points",
                  va="center", color=color, fontsize=9, annotation_clip=False)


def name_line(axes, lines, field, name, color, below=False):
    """The name stands above or below the middle of the line, in its colour; no legend to look up."""
    middle = lines[len(lines) // 2]
    if middle[field] is not None:
        axes.annotate(name, (middle["chains"], middle[field]), xytext=(-6, -7 if below else 7),
                      textcoords="offset points", color=color, fontsize=10, fontweight="bold", ha="right",
                      va="top" if below else "bottom")


def dress(axes, title):
    """A light grid and nothing that is not data."""
    axes.set_title(title, loc="left", fontsize=11, color=INK, pad=12)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(short_count))
    axes.yaxis.set_major_formatter(FuncFormatter(short_time))
    axes.yaxis.set_major_locator(LogLocator(base=10, numticks=12))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(color=GRID, linewidth=0.8)
    axes.tick_params(length=0, labelsize=9, labelcolor=INK)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)


def main():
    """Three panels with one scale, so that heights can be compared."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, target = map(pathlib.Path, sys.argv[1:])
    lines = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
    figure, panels = pyplot.subplots(1, len(PANELS), figsize=(10.5, 4.2), sharey=True)
    for axes, (step, title) in zip(panels, PANELS):
        of_step = sorted((line for line in lines if line["step"] == step), key=lambda line: line["chains"])
        dress(axes, title)
        draw_line(axes, of_step, "naive_ns", NAIVE)
        if step == PANELS[0][0]:
            # The two are hardly apart, which is what is to be seen.
            everything_on = [line for line in lines if line["step"] == f"{step}_everything_on"]
            draw_line(axes, sorted(everything_on, key=lambda line: line["chains"]), "ns", FAST_TOO, "--", drop=-6)
            name_line(axes, everything_on, "ns", "everything on", FAST_TOO)
        draw_line(axes, of_step, "ns", FAST, drop=6 if step == PANELS[0][0] else 0)
        if step == PANELS[0][0]:
            name_line(axes, of_step, "naive_ns", "naive", NAIVE)
            name_line(axes, of_step, "ns", "driftline", FAST, below=True)
    # Room for the name below the lowest line.
    panels[0].set_ylim(bottom=panels[0].get_ylim()[0] / 3)
    panels[1].set_xlabel("chains", fontsize=10, color=INK)
    panels[0].set_ylabel("time of one tick", fontsize=10, color=INK)
    figure.tight_layout(w_pad=4)
    figure.savefig(target, dpi=150, facecolor="white")


if __name__ == "__main__":
    main()
