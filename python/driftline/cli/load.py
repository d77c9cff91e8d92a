"""`driftline replay --scenario load`: policies beside each other on one cluster."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from driftline.cli import terminal
from driftline.cli.failure import Failure, ScorerFailure
from driftline.cli.runs import plan, require_report, run_all, write_moves, write_report
from driftline.cli.scorers import load_feed
from driftline.cli.source import check_writable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from driftline.cli.runs import Plan
    from driftline.replay.load import FeedFactory, LoadResult, LoadTrace

_HEADINGS = (
    "policy",
    "moves",
    "latency\nmean ms",
    "vs\nnever",
    "latency\np95 ms",
    "above\ncapacity",
    "greatest\nuse",
    "under 3\nreplicas",
    "rack\nempty",
)
# The 95th percentile, and the greatest use.
_DISPENSABLE = (4, 6)
_WIDTH_OF_ALL = 98
_HOW_TO_READ = (
    "Latency is what clients see, queues included. Above capacity: slices, summed over nodes, in which a node had to "
    "bear more than it has. Under 3 replicas: likewise of chains. Rack empty: slices from its first trouble until it "
    "held nothing any more; lost is what was still there when it went down, {deadline} slices after."
)


def command(options: argparse.Namespace) -> None:
    """Run what is wanted, then show and write it."""
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


def _run_all(options: argparse.Namespace) -> list[LoadResult]:
    from driftline.replay.load import LoadTrace

    plans = plan(options)
    factories = {plan: load_feed(plan.scorer) for plan in plans if plan.scorer is not None}
    check_writable(options.moves)
    check_writable(options.report)
    trace = LoadTrace.generate(options.seed, options.nodes, options.chains, options.slices)
    return run_all(plans, trace.slice_count, lambda wanted, progress: _run(trace, wanted, factories, progress))


def _run(
    trace: LoadTrace, wanted: Plan, factories: dict[Plan, FeedFactory], progress: Callable[[int], object]
) -> LoadResult:
    from driftline.replay import ImpossibleMoveError
    from driftline.replay.load import run

    try:
        return run(
            trace,
            wanted.policy,
            smooth=wanted.smooth,
            scorer=factories.get(wanted),
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


def _print_json(results: Sequence[LoadResult]) -> None:
    for result in results:
        of_trace = {
            "node_count": result.node_count,
            "chain_count": result.chain_count,
            "slice_count": result.slice_count,
            "trace_name": result.trace_name,
        }
        invalid = {"invalid_scores": result.invalid_scores, "invalid_alternatives": result.invalid_alternatives}
        print(json.dumps({"label": result.label, "policy": result.policy, **result.summary(), **invalid, **of_trace}))


def _print_table(results: Sequence[LoadResult], written: Sequence[str]) -> None:
    console = terminal.console()
    # All runs are of the same cluster.
    first = results[0]
    sizes = f"{first.node_count} nodes, {first.chain_count:,} chains, {first.slice_count} slices"
    console.print(f"{first.trace_name}: {sizes}", style="bold", markup=False)
    console.print()
    # A narrow terminal shows whole labels rather than what can be missed.
    shown = [place for place in range(len(_HEADINGS)) if console.width >= _WIDTH_OF_ALL or place not in _DISPENSABLE]
    table = terminal.make_table([_HEADINGS[place] for place in shown])
    base = next((result.mean_ms() for result in results if result.policy == "never"), None)
    for result in results:
        cells = _cells(result, base)
        table.add_row(*(cells[place] for place in shown))
    console.print(table)
    console.print()
    text = _HOW_TO_READ.format(deadline=first.deadline_slice - first.failing_slice)
    console.print(text, width=min(console.width, 100))
    for result in results:
        terminal.print_invalid(console, result.label, result.invalid_scores, result.invalid_alternatives)
    for path in written:
        console.print(f"Written: {path}", markup=False, soft_wrap=True)


def _cells(result: LoadResult, base: float | None) -> list[str]:
    from rich.markup import escape

    mean = result.mean_ms()
    difference = "-" if result.policy == "never" or base is None else f"{100 * (mean / base - 1):+.1f} %"
    return [
        escape(result.label),
        f"{len(result.moves):,}",
        f"{mean:.1f}",
        difference,
        f"{result.p95_ms():.1f}",
        f"{result.over_node_slices():,}",
        f"{100 * result.greatest_use():.0f} %",
        f"{result.missing_chain_slices():,}",
        rack_left(result),
    ]


def rack_left(result: LoadResult) -> str:
    """What became of the replicas on the failing rack."""
    if result.lost_replicas:
        return f"{result.lost_replicas} lost"
    slices = result.slices_until_empty()
    return "no" if slices is None else f"{slices}"
