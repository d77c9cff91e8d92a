"""When a replica moves: never, or always. The policies that need no scheduler, and what all have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from driftline.replay.load.demand import REPLICAS
from driftline.replay.load.reports import Health

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftline.replay.generator import Integers
    from driftline.replay.load.cluster import Cluster, Transfer
    from driftline.replay.load.reference import LatencyScorer
    from driftline.replay.load.reports import Reports


class LoadPolicy(Protocol):
    """Acts once per slice, after what has happened was told and what is known was reported."""

    def happened(self, done: Sequence[Transfer], lost: Sequence[tuple[int, int]], broken: Sequence[Transfer]) -> None:
        """Copies that have come, replicas that went down, (chain, node), and copies that came to nothing with them."""
        ...

    def decide(self, reports: Reports) -> None:
        """Begin the moves of this slice."""
        ...


class NeverPolicy:
    """Replicas stay where they are put at first; what is lost is lost."""

    def happened(self, done: Sequence[Transfer], lost: Sequence[tuple[int, int]], broken: Sequence[Transfer]) -> None:
        """Nothing to keep."""

    def decide(self, reports: Reports) -> None:
        """No move, ever."""


class GreedyPolicy:
    """Replicas are always on their way to the three best nodes in three zones: what chasing every report costs.

    It is no fool: what it has ordered itself and no report can show yet is taken into account, chain after chain.
    """

    def __init__(self, scorer: LatencyScorer, cluster: Cluster) -> None:
        self._scorer = scorer
        self._cluster = cluster
        self._zones = cluster.trace.topology.zone_of_node
        self._zone_ids = np.arange(cluster.trace.zone_count)

    def happened(self, done: Sequence[Transfer], lost: Sequence[tuple[int, int]], broken: Sequence[Transfer]) -> None:
        """The cluster says where everything is."""

    def decide(self, reports: Reports) -> None:
        """Move whatever is not among the three best, unless the chain is on its way already."""
        self._scorer.report(reports)
        cluster, coming = self._cluster, self._coming()
        free = np.flatnonzero(cluster.holders.any(axis=1))
        free = np.setdiff1d(free, np.array(sorted(cluster.busy_chains()), dtype=np.int64))
        # Most chains are where they should be; only the others are looked at again, one by one.
        for chain in free[(self._wanted(free, coming) != cluster.holders[free]).any(axis=1)].tolist():
            wanted, holds = self._wanted(np.array([chain]), coming)[0], cluster.holders[chain]
            evicted = np.flatnonzero(holds & ~wanted).tolist()
            targets = np.flatnonzero(wanted & ~holds).tolist()
            missing = REPLICAS - int(holds.sum())
            for victim, target in zip([*[None] * missing, *evicted], targets, strict=False):
                cluster.move(chain, victim, target, evicts=True)
                coming[target] += self._demand(chain)

    def _coming(self) -> Integers:
        """The use that copies on their way will bring."""
        coming = np.zeros_like(self._cluster.trace.topology.capacity)
        for transfer in self._cluster.transfers:
            coming[transfer.target] += self._demand(transfer.chain)
        return coming

    def _demand(self, chain: int) -> Integers:
        demand = self._cluster.trace.demand
        cpu_millicores = self._scorer.observations.cpu_millicores[chain]
        return np.array([cpu_millicores, demand.memory_mib[chain], demand.disk_mib[chain]])

    def _wanted(self, chains: Integers, coming: Integers) -> npt.NDArray[np.bool_]:
        """Which nodes should hold each of these chains: the best of each zone, of the three best zones."""
        holders = self._cluster.holders[chains]
        scores = self._scorer.scores_of(chains, holders, coming)
        # A rack that fails is left at once, like everything that looks worse than something else.
        scores[:, self._scorer.observations.health != Health.HEALTHY] = 0.0
        # Of equals a holder stays, then the lower id wins: a move must gain something. The sort is stable.
        order = np.lexsort((~holders, -scores), axis=-1)
        ranked = self._zones[order]
        # The rank of the best node of each zone.
        firsts = (ranked[:, :, None] == self._zone_ids).argmax(axis=1)
        each = np.arange(len(chains))[:, None]
        best = order[each, np.sort(firsts, axis=1)[:, :REPLICAS]]
        wanted = np.zeros_like(holders)
        wanted[each, best] = scores[each, best] > 0.0
        return wanted
