"""What a replay of the load scenario found out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from driftline import Verdict
    from driftline.replay.generator import Integers
    from driftline.replay.load.cluster import LoadMove

_US_PER_MS = 1000.0


@dataclass(frozen=True, eq=False, repr=False)
class LoadResult:
    """The moves of one run and what its clients and nodes had to bear.

    Latencies are what the clients of a chain see, the mean over its holders: the round-trip time, times `1 / (1 - use)`
    of the node. Series have an entry per slice.
    """

    label: str
    policy: str
    trace_name: str
    node_count: int
    chain_count: int
    slice_count: int
    failing_slice: int
    deadline_slice: int
    moves: tuple[LoadMove, ...]
    trace: int  # the fold of all moves: equal folds mean equal moves
    score_calls: int  # live ones among them; 0 for policies without a scheduler
    alternative_calls: int
    invalid_scores: int  # of the scorer: not finite, or out of [0, 1]
    invalid_alternatives: int  # of the scorer: current holders, or no node
    latency_us: Integers  # (slices, chains)
    over_nodes: Integers  # (slices, 3): nodes that bear more than they have, of cpu, memory and disk
    over_any: Integers  # (slices,): nodes that bear more than they have of anything
    greatest_per_mille: Integers  # (slices, 3): the greatest use of a node, of cpu, memory and disk
    missing_chains: Integers  # (slices,): chains with fewer than three live replicas
    crowded_chains: Integers  # (slices,): chains with two replicas in one zone
    rack_replicas: Integers  # (slices,): replicas on the failing rack
    transfers: Integers  # (slices,): copies on their way
    lost_replicas: int  # that were still on the rack when it went down
    verdicts_by_slice: Mapping[Verdict, npt.NDArray[np.int64]] = field(default_factory=dict)
    watched_chain: int | None = None
    # Of the watched chain's worst holder, by name and with "score" as the last; NaN where there is no opinion.
    axes_by_slice: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict)

    def __repr__(self) -> str:
        figures = f"{len(self.moves)} moves, latency mean {self.mean_ms():.1f} ms"
        return f"<LoadResult {self.label!r} on {self.trace_name!r}: {figures}>"

    def mean_ms(self) -> float:
        """The mean over all slices and chains of what the clients saw, in milliseconds."""
        return int(self.latency_us.sum()) / self.latency_us.size / _US_PER_MS

    def p95_ms(self) -> float:
        """What at least 95 % of the slices of all chains did not exceed, in milliseconds."""
        values = self.latency_us.ravel()
        rank = -(-values.size * 95 // 100) - 1
        return float(np.partition(values, rank)[rank]) / _US_PER_MS

    def over_node_slices(self) -> int:
        """How many slices, summed over nodes, a node bore more than it had of anything."""
        return int(self.over_any.sum())

    def missing_chain_slices(self) -> int:
        """How many slices, summed over chains, a chain had fewer than three live replicas."""
        return int(self.missing_chains.sum())

    def crowded_chain_slices(self) -> int:
        """How many slices, summed over chains, a chain had two replicas in one zone."""
        return int(self.crowded_chains.sum())

    def slices_until_empty(self) -> int | None:
        """How long after it began to fail the rack held nothing any more; `None` if something was lost with it."""
        if self.lost_replicas:
            return None
        empty = np.flatnonzero(self.rack_replicas[self.failing_slice :] == 0)
        return int(empty[0]) if empty.size else None

    def greatest_use(self) -> float:
        """The greatest share of anything that a node had to bear; 1 is all that it has."""
        return int(self.greatest_per_mille.max()) / 1000.0

    def summary(self) -> dict[str, int | None]:
        """The numbers that two runs share only if they did the same."""
        return {
            "moves": len(self.moves),
            "latency_us": int(self.latency_us.sum()),
            "p95_us": round(self.p95_ms() * _US_PER_MS),
            "over_node_slices": self.over_node_slices(),
            "missing_chain_slices": self.missing_chain_slices(),
            "crowded_chain_slices": self.crowded_chain_slices(),
            "slices_until_empty": self.slices_until_empty(),
            "lost_replicas": self.lost_replicas,
            "greatest_per_mille": int(self.greatest_per_mille.max()),
            "trace": self.trace,
            "score_calls": self.score_calls,
            "alternative_calls": self.alternative_calls,
        }
