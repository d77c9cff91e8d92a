"""What all scenarios of `driftline replay` share: which runs are wanted, and what is written of them."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from driftline.cli import terminal
from driftline.cli.failure import Failure
from driftline.cli.source import unwritable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from driftline.replay import ReplayResult
    from driftline.replay.load import LoadResult

_SMOOTH_OF_ALL = 0.3

_Result = TypeVar("_Result")


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


def run_all(
    plans: Sequence[Plan], steps: int, run: Callable[[Plan, Callable[[int], object]], _Result]
) -> list[_Result]:
    """Run one after the other, each of so many steps, behind one bar."""
    results = []
    with terminal.progress("replay", total=len(plans) * steps) as advance:
        for index, wanted in enumerate(plans):
            results.append(run(wanted, _shifted(advance, index * steps)))
    return results


def _shifted(advance: Callable[[int], None], before: int) -> Callable[[int], None]:
    return lambda done: advance(before + done)


def require_report() -> None:
    """Failure where a package that reports stand on is missing."""
    from driftline import report

    try:
        report.require()
    except ImportError as error:
        raise Failure(f"--report: {error}") from error


def write_report(path: str, results: Sequence[ReplayResult] | Sequence[LoadResult]) -> None:
    """Write the report of these runs. Failure says why the file cannot be written."""
    from driftline import report

    try:
        report.write(path, results)
    except OSError as error:
        raise unwritable(path, error) from error


def write_moves(path: str, results: Sequence[ReplayResult] | Sequence[LoadResult]) -> None:
    """Write all moves as CSV. Failure says why the file cannot be written."""
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
