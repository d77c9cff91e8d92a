"""Numbers and sentences of the report of the load scenario, as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from driftline.report.wording import NONE, count, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftline.replay.load import LoadResult
    from driftline.report.load.figures import LoadKey


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One result in the summary: what the table shows, and the exact sums below it."""

    label: str
    colour: str
    dashed: bool
    trace_name: str
    moves: str
    mean: str
    p95: str
    above_capacity: str
    greatest_use: str
    missing: str
    rack: str
    best: bool
    sums: dict[str, int | None]


def rows(keys: Sequence[LoadKey]) -> list[LoadRow]:
    """One row for each result, in order."""
    best = _best(keys)
    return [
        LoadRow(
            label=key.label,
            colour=key.style.colour,
            dashed=key.style.dash != "solid",
            trace_name=key.result.trace_name,
            moves=f"{len(key.result.moves):,}",
            mean=mean(key.result),
            p95=f"{key.result.p95_ms():.1f} ms",
            above_capacity=f"{key.result.over_node_slices():,}",
            greatest_use=f"{100 * key.result.greatest_use():.0f} %",
            missing=f"{key.result.missing_chain_slices():,}",
            rack=rack(key.result).removeprefix("empty after "),
            best=key in best,
            sums=key.result.summary(),
        )
        for key in keys
    ]


def mean(result: LoadResult) -> str:
    """The mean latency."""
    return f"{result.mean_ms():.1f} ms"


def rack(result: LoadResult) -> str:
    """What became of the replicas on the failing rack."""
    if result.lost_replicas:
        return f"{result.lost_replicas:,} lost"
    slices = result.slices_until_empty()
    return NONE if slices is None else f"empty after {count(slices, 'slice')}"


def about(results: Sequence[LoadResult]) -> str:
    """What was replayed: the clusters, their sizes, and how many policies."""
    names = dict.fromkeys(
        f"{result.trace_name} \N{MIDDLE DOT} {count(result.node_count, 'node')} \N{MIDDLE DOT} "
        f"{count(result.chain_count, 'chain')} \N{MIDDLE DOT} {count(result.slice_count, 'slice')} of 30 seconds"
        for result in results
    )
    policies = f"{len(results)} policies" if len(results) > 1 else "1 policy"
    return f"Cluster: {'; '.join(names)} \N{MIDDLE DOT} {policies}"


def headline(keys: Sequence[LoadKey]) -> str:
    """The finding of the report in one sentence."""
    best = _best(keys)
    if not best:
        return " ".join(
            f"{key.label}: {count(len(key.result.moves), 'move')}, latency {mean(key.result)} on average."
            for key in keys
        )
    result = best[0].result
    verb = "has" if len(best) == 1 else "have"
    text = f"{' and '.join(key.label for key in best)} {verb} the lowest latency: {mean(result)} on average"
    never = next((key for key in keys if key.result.policy == "never"), None)
    if never is not None and never not in best:
        text += f", {percent(1 - result.mean_ms() / never.result.mean_ms())} below {never.label}"
    text += f", with {count(len(result.moves), 'move')}"
    return f"{text} and {count(result.over_node_slices(), 'node-slice')} above capacity."


def _best(keys: Sequence[LoadKey]) -> list[LoadKey]:
    """The policies of lowest latency; none if there is no choice, or if the clusters cannot be compared."""
    if len(keys) < 2 or len({_cluster(key.result) for key in keys}) > 1:
        return []
    # Fewer moves win a tie.
    ranks = [(int(key.result.latency_us.sum()), len(key.result.moves)) for key in keys]
    best = [key for key, rank in zip(keys, ranks, strict=True) if rank == min(ranks)]
    return best if len(best) < len(keys) else []


def _cluster(result: LoadResult) -> tuple[str, int, int, int]:
    return result.trace_name, result.node_count, result.chain_count, result.slice_count
