"""`driftline bench`: figures of this machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from driftline.cli import terminal
from driftline.cli.failure import Failure

if TYPE_CHECKING:
    import argparse

    from driftline.bench import Report

_QUESTIONS = (("due_batch", "score_many"), ("due_single", "score"), ("due_rust", "rust"))


def command(options: argparse.Namespace) -> None:
    """Measure and show."""
    from driftline import bench
    from driftline.bench.suite import STEPS

    with terminal.progress("bench", total=STEPS) as advance:
        try:
            report = bench.run(options.chains, options.nodes, advance)
        except bench.DifferentDecisions as error:
            raise Failure(f"bench: {error}") from error
    if options.json:
        print(json.dumps(_to_json(report)))
    else:
        _print(report)


def _to_json(report: Report) -> dict[str, object]:
    return {
        "chains": report.chains,
        "nodes": report.nodes,
        "due": report.due,
        "evictions": report.evictions,
        "library": report.library,
        "python": report.python,
        "figures": {
            figure.key: {"seconds": figure.seconds, "naive_seconds": figure.naive_seconds, "ratio": figure.ratio}
            for figure in report.figures
        },
        "seconds_per_question": {name: report.seconds_per_question(key) for key, name in _QUESTIONS},
    }


def _print(report: Report) -> None:
    from driftline import __version__

    console = terminal.console()
    console.print(f"{report.chains:,} chains with three holders each, on {report.nodes:,} nodes", style="bold")
    console.print(f"driftline {__version__}, Python {report.python}")
    console.print()
    table = terminal.make_table(["measured", "driftline", "plain loop", "ratio"])
    for figure in report.figures:
        naive, ratio = figure.naive_seconds, figure.ratio
        table.add_row(
            figure.title,
            terminal.duration(figure.seconds),
            "-" if naive is None else terminal.duration(naive),
            "-" if ratio is None else f"{_ratio(ratio)} x",
        )
    console.print(table)
    console.print()
    batch, single, rust = (terminal.duration(report.seconds_per_question(key)) for key, _ in _QUESTIONS)
    console.print(
        f"A due tick takes {batch} for each score that it asks of a scorer in Python in a batch, {single} one by one, "
        f"and {rust} of one in Rust. The plain loop walks every chain in Python and asks every holder, in every tick; "
        f"both sides decided the same {report.evictions:,} moves. Each time is the least of several.",
        width=min(console.width, 100),
    )


def _ratio(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio < 10 else f"{ratio:,.0f}"
