"""`driftline replay`: policies beside each other on one trace."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from driftline.cli import load, terminal
from driftline.cli.failure import Failure, ScorerFailure
from driftline.cli.runs import plan, require_report, run_all, write_moves, write_report
from driftline.cli.scorers import load_scorer
from driftline.cli.source import check_writable, open_trace

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from driftline.cli.runs import Plan
    from driftline.replay import ReplayResult, ScorerFactory, Trace

_HEADINGS = (
    "policy",
    "moves",
    "fresh\nmean s",
    "vs\nnever",
    "fresh\np95 s",
    "pre\nmean s",
    "post\nmean s",
    "score\ncalls",
)
# Pre and post.
_DISPENSABLE = (5, 6)
_WIDTH_OF_ALL = 76
_HOW_TO_READ = (
    "Judge by fresh, the round-trip times measured after the replicas had been put where they are: a good policy has "
    "a low fresh mean and gets it with few moves; pre and post reward a policy for the very samples that it chose by."
)


def command(options: argparse.Namespace) -> None:
    """Run what is wanted, then show and write it."""
    if options.scenario == "load":
        load.command(options)
        return
    if options.report is not None:
        require_report()
    with terminal.reserved_output(options.json):
        results = _run_all(options)
    if options.moves is not None:
        write_moves(options.moves, results)
    if options.report is not None:
        write_report(options.report, results)
    if options.json:
        _print_json(results)
    else:
        _print_table(results, [path for path in (options.moves, options.report) if path is not None])


def _run_all(options: argparse.Namespace) -> list[ReplayResult]:
    plans = plan(options)
    factories = {plan: load_scorer(plan.scorer) for plan in plans if plan.scorer is not None}
    trace = open_trace(options)
    check_writable(options.moves)
    check_writable(options.report)
    return run_all(
        plans,
        trace.slice_count - 1,
        lambda wanted, progress: _run(trace, wanted, factories.get(wanted), options, progress),
    )


def _run(
    trace: Trace,
    wanted: Plan,
    scorer: ScorerFactory | None,
    options: argparse.Namespace,
    progress: Callable[[int], object],
) -> ReplayResult:
    from driftline.replay import ImpossibleMoveError, run

    try:
        return run(
            trace,
            wanted.policy,
            cooldown_slices=options.cooldown,
            smooth=wanted.smooth,
            scorer=scorer,
            production=wanted.production,
            label=wanted.label(),
            progress=progress,
        )
    except Failure:
        raise
    except ImpossibleMoveError as error:
        raise Failure(f"the scorer {wanted.scorer} named a home that is none: {error}") from error
    except Exception as error:
        if wanted.scorer is None:
            raise
        raise ScorerFailure(wanted.scorer, error) from error


def _print_json(results: Sequence[ReplayResult]) -> None:
    for result in results:
        of_trace = {
            "node_count": result.node_count,
            "slice_count": result.slice_count,
            "trace_name": result.trace_name,
        }
        invalid = {"invalid_scores": result.invalid_scores, "invalid_alternatives": result.invalid_alternatives}
        print(json.dumps({"label": result.label, "policy": result.policy, **result.summary(), **invalid, **of_trace}))


def _print_table(results: Sequence[ReplayResult], written: Sequence[str]) -> None:
    console = terminal.console()
    # All runs are of the same trace.
    first = results[0]
    title = f"{first.trace_name}: {first.node_count} nodes, {first.slice_count} slices"
    console.print(title, style="bold", markup=False)
    console.print()
    # A narrow terminal shows whole labels rather than what one should not judge by.
    shown = [place for place in range(len(_HEADINGS)) if console.width >= _WIDTH_OF_ALL or place not in _DISPENSABLE]
    table = terminal.make_table([_HEADINGS[place] for place in shown])
    base = next((result.mean_s("fresh") for result in results if result.policy == "never"), None)
    for result in results:
        cells = _cells(result, base)
        table.add_row(*(cells[place] for place in shown))
    console.print(table)
    console.print()
    console.print(_HOW_TO_READ, width=min(console.width, 100))
    for result in results:
        terminal.print_invalid(console, result.label, result.invalid_scores, result.invalid_alternatives)
    for path in written:
        console.print(f"Written: {path}", markup=False, soft_wrap=True)


def _cells(result: ReplayResult, base: float | None) -> list[str]:
    from rich.markup import escape

    fresh = result.mean_s("fresh")
    if result.policy == "never" or base is None or math.isnan(fresh) or not base > 0.0:
        difference = "-"
    else:
        difference = f"{100 * (fresh / base - 1):+.1f} %"
    return [
        escape(result.label),
        f"{len(result.moves):,}",
        _seconds(fresh, 4),
        difference,
        _seconds(result.p95_s("fresh"), 2),
        _seconds(result.mean_s("pre"), 4),
        _seconds(result.mean_s("post"), 4),
        f"{result.score_calls:,}" if result.policy == "drift" else "-",
    ]


def _seconds(value: float, digits: int) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"
