"""`driftline replay`: policies beside each other on one trace."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from driftline.cli import terminal
from driftline.cli.failure import Failure, ScorerFailure
from driftline.cli.scorers import load_scorer
from driftline.cli.source import check_writable, open_trace, unwritable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from driftline.replay import ReplayResult, ScorerFactory, Trace

_SMOOTH_OF_ALL = 0.3

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


@dataclass(frozen=True)
class Plan:
    """One run that is wanted."""

    policy: str
    smooth: float = 1.0
    scorer: str | None = None
    production: bool = False

    def label(self) -> str | None:
        """What the run is called, where it is not called by its policy."""
        if self.scorer is None:
            return None
        return ", ".join(["driftline", *(["production"] if self.production else []), self.scorer])


def plan(options: argparse.Namespace) -> list[Plan]:
    """The runs that the options ask for, each once, in the order in which they are named."""
    smooth = 1.0 if options.smooth is None else options.smooth
    plans: dict[Plan, None] = {}
    for policy in options.policy or ["drift"]:
        if policy == "all":
            smoothed = _SMOOTH_OF_ALL if options.smooth is None else options.smooth
            everything = [Plan("never"), Plan("greedy"), Plan("drift"), Plan("drift", smoothed)]
            plans.update(dict.fromkeys(everything))
        else:
            plans[Plan(policy, 1.0 if policy == "never" else smooth)] = None
    for scorer in options.scorer or []:
        plans[Plan("drift", scorer=scorer)] = None
    if not options.production:
        return list(plans)
    drift = [plan for plan in plans if plan.policy == "drift"]
    # Where no run of ours is wanted yet, production is the one.
    return [*plans, *(replace(plan, production=True) for plan in drift or [Plan("drift", smooth)])]


def command(options: argparse.Namespace) -> None:
    """Run what is wanted, then show and write it."""
    if options.report is not None:
        _require_report()
    with terminal.reserved_output(options.json):
        results = _run_all(options)
    if options.moves is not None:
        _write_moves(options.moves, results)
    if options.report is not None:
        _write_report(options.report, results)
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
    results = []
    steps = trace.slice_count - 1
    with terminal.progress("replay", total=len(plans) * steps) as advance:
        for index, wanted in enumerate(plans):
            shown = _shifted(advance, index * steps)
            results.append(_run(trace, wanted, factories.get(wanted), options, shown))
    return results


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


def _shifted(advance: Callable[[int], None], before: int) -> Callable[[int], None]:
    return lambda done: advance(before + done)


def _require_report() -> None:
    from driftline import report

    try:
        report.require()
    except ImportError as error:
        raise Failure(f"--report: {error}") from error


def _write_report(path: str, results: Sequence[ReplayResult]) -> None:
    from driftline import report

    try:
        report.write(path, results)
    except OSError as error:
        raise unwritable(path, error) from error


def _write_moves(path: str, results: Sequence[ReplayResult]) -> None:
    several = len(results) > 1
    try:
        with open(path, "w", newline="", encoding="utf-8") as file:  # noqa: PTH123  # as in check_writable
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*(["label"] if several else []), "t", "chain", "evicted", "target"])
            for result in results:
                label = [result.label] if several else []
                writer.writerows([*label, *move] for move in result.moves)
    except OSError as error:
        raise unwritable(path, error) from error


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
        _print_invalid(console, result)
    for path in written:
        console.print(f"Written: {path}", markup=False, soft_wrap=True)


def _print_invalid(console: Console, result: ReplayResult) -> None:
    """Say what a scorer answered that counts for nothing; a mistake in one looks like a quiet run otherwise."""
    for count, what in (
        (result.invalid_scores, "scores that are NaN, infinite or out of [0, 1]"),
        (result.invalid_alternatives, "alternatives that are holders already or no node"),
    ):
        if count:
            console.print(f"Beware: '{result.label}' gave {count:,} {what}.", markup=False, style="bold")


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
