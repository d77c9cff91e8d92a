"""The reference scorer of the load scenario: what the clients would see is what counts, as far as reports tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from driftline.replay.load.cluster import BUSY_MAX_PER_MILLE, MIB_PER_SLICE
from driftline.replay.load.demand import REPLICAS
from driftline.replay.load.reports import Health, Observations
from driftline.replay.load.trace import SLICE_NS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from driftline import Event, MigrationCost
    from driftline.replay.generator import Integers
    from driftline.replay.load.reports import Reports
    from driftline.replay.load.trace import LoadTrace

# A home of which the clients see this latency scores one half.
HALF_SCORE_US = 200_000.0
# A node takes another chain only if so much of it is in use then.
FULL_PER_MILLE = 900.0

# An enum is slow to look up where every score needs it.
_HEALTHY, _FAILED = int(Health.HEALTHY), int(Health.FAILED)

_Ids = npt.NDArray[np.uint64]
_Floats = npt.NDArray[np.float64]


class LatencyScorer:
    """Scores a node for a chain by the latency `k` that its clients are expected to see: `200 ms / (200 ms + k)`.

    That is their round-trip time, times `1 / (1 - use)`, where the use of a node that has not got the chain is what it
    would be with it. No home scores 0. With `smooth` under 1 each report moves what is believed by `smooth` of the
    difference.
    """

    def __init__(self, trace: LoadTrace, smooth: float = 1.0) -> None:
        """`smooth` is over 0 and up to 1, which is no smoothing. ValueError otherwise."""
        if not 0.0 < smooth <= 1.0:
            raise ValueError(f"smooth must be a number over 0 and up to 1, not '{smooth}'")
        self._smooth = smooth
        self.observations = Observations(trace)
        self._capacity = trace.topology.capacity.astype(np.float64)
        self._clients = trace.topology.client_per_mille.astype(np.float64) / 1000.0
        self._zones = trace.topology.zone_of_node
        # Cpu in millicores, memory and disk in MiB of one replica, as reported last.
        self._demand: _Floats = np.zeros((trace.chain_count, 3))
        self._demand[:, 1] = trace.demand.memory_mib
        self._demand[:, 2] = trace.demand.disk_mib
        self._use_per_mille: _Floats = np.zeros(self._capacity.shape)
        self._rtt_us: _Floats = np.zeros((trace.zone_count, trace.node_count))
        self._weighted_us: _Floats = np.zeros((trace.chain_count, trace.node_count))
        self._generations = np.zeros(trace.node_count, dtype=np.uint64)
        self._holds = np.zeros((trace.chain_count, trace.node_count), dtype=np.bool_)
        self._draining: set[int] = set()
        self.scorer = self

    def load(self, chains: Integers, leaders: Integers, offsets: Integers, holders: Integers) -> None:  # noqa: ARG002
        """Who holds what at the start."""
        for chain, begin, end in zip(chains.tolist(), offsets.tolist(), offsets[1:].tolist(), strict=False):
            self._holds[chain, holders[begin:end]] = True

    def follow(self, events: Sequence[Event]) -> None:
        """Who has come and gone, and who is to go."""
        from driftline import Drain, HolderAdded, HolderRemoved

        for event in events:
            match event:
                case HolderAdded(chain, node):
                    self._holds[chain, node] = True
                case HolderRemoved(chain, node):
                    self._holds[chain, node] = False
                case Drain(node):
                    self._draining.add(node)

    def report(self, reports: Reports) -> None:
        """Take in what was measured."""
        self.observations.take(reports)
        nodes, rtts = reports.nodes, reports.rtt_nodes
        use = reports.use * 1000.0 / self._capacity[nodes]
        self._use_per_mille[nodes] = self._blended(self._use_per_mille[nodes], use, reports.slice)
        self._rtt_us[:, rtts] = self._blended(self._rtt_us[:, rtts], reports.rtt_us.T.astype(np.float64), reports.slice)
        # Zone after zone: a product of matrices may add in another order on another machine.
        self._weighted_us[:, rtts] = 0.0
        for zone in range(self._rtt_us.shape[0]):
            self._weighted_us[:, rtts] += self._clients[:, zone, None] * self._rtt_us[zone, rtts]
        self._demand[reports.chains, 0] = reports.cpu_millicores
        self._generations[nodes] += np.uint64(1)
        self._generations[rtts] += np.uint64(1)

    def _blended(self, before: _Floats, new: _Floats, slice_number: int) -> _Floats:
        # Without smoothing the report is taken as it is: E + (s - E) may differ from s in its last bit.
        if self._smooth == 1.0 or slice_number == 0:
            return new
        return before + self._smooth * (new - before)

    def score(self, chain: int, node: int) -> float | None:
        """How good a home `node` is for `chain`, in 0 .. 1."""
        return float(self._scores(np.array([chain]), np.array([node]), self._holds[chain, [node]])[0])

    def score_many(self, chains: _Ids, nodes: _Ids) -> npt.NDArray[np.float64]:
        """`score` of many pairs at once."""
        return self._scores(chains.astype(np.int64), nodes.astype(np.int64), self._holds[chains, nodes])

    live_score_many = score_many

    def node_fingerprints(self, nodes: _Ids) -> npt.NDArray[np.uint64]:
        """How often each node was heard of."""
        return self._generations[nodes]

    def alternatives(self, chain: int, exclude: Sequence[int], limit: int) -> list[tuple[int, float]]:
        """The best homes that are not excluded, in no zone with a holder that stays; of equals the lower id first."""
        nobody = np.zeros((1, self._zones.size), dtype=np.bool_)
        row = self._scores_at(np.array([[chain]]), slice(None), nobody, self._use_per_mille)[0]
        row[list(exclude)] = 0.0
        holders = np.flatnonzero(self._holds[chain])
        stay = holders[holders != self._leaving(chain, holders)]
        row[(self._zones == self._zones[stay, None]).any(axis=0)] = 0.0
        best = np.argsort(-row, kind="stable")[:limit]
        return [(int(node), float(row[node])) for node in best if row[node] > 0.0]

    def best_alternative(self, chain: int, exclude: Sequence[int]) -> tuple[int, float] | None:
        """The first of them."""
        return next(iter(self.alternatives(chain, exclude, 1)), None)

    def migration_cost(self, chain: int, target: int) -> MigrationCost:  # noqa: ARG002
        """The time of the transfer; it disturbs nobody."""
        from driftline import MigrationCost

        return MigrationCost(int(self._demand[chain, 2]) * SLICE_NS // MIB_PER_SLICE, 0)

    def axes(self, chain: int, node: int) -> Mapping[str, float | None]:
        """The idle part of the node, and how near it is without its queue."""
        rtt_us = float(self._weighted_us[chain, node])
        return {
            "headroom": max(0.0, 1.0 - float(self._use_per_mille[node, 0]) / 1000.0),
            "proximity": HALF_SCORE_US / (HALF_SCORE_US + rtt_us),
            "score": self.score(chain, node),
        }

    def scores_of(self, chains: Integers, holders: npt.NDArray[np.bool_], coming: Integers) -> _Floats:
        """The score of every node for each of these chains, (chains, nodes), as are their `holders`.

        `coming` is use that no report can show yet, (nodes, 3): cpu in millicores, memory and disk in MiB.
        """
        use = self._use_per_mille + coming * 1000.0 / self._capacity
        return self._scores_at(chains[:, None], slice(None), holders, use)

    def _leaving(self, chain: int, holders: Integers) -> int:
        """Whose place an alternative would take: a node that is drained, else the worst; -1 while one is missing."""
        if len(holders) < REPLICAS:
            return -1
        drained = (node for node in holders.tolist() if node in self._draining)
        chains = np.full(len(holders), chain)
        worst = self._scores(chains, holders, np.ones(len(holders), dtype=np.bool_)).argmin()
        return next(drained, int(holders[worst]))

    def _scores(self, chains: Integers, nodes: Integers, holds: npt.NDArray[np.bool_]) -> _Floats:
        return self._scores_at(chains, nodes, holds, self._use_per_mille)

    def _scores_at(
        self,
        chains: Integers,
        nodes: Integers | slice,
        holds: npt.NDArray[np.bool_],
        use_per_mille: _Floats,
    ) -> _Floats:
        """Of pairs, or of some chains and all nodes."""
        use, capacity, health = use_per_mille[nodes], self._capacity[nodes], self.observations.health[nodes]
        more = self._demand[chains] * 1000.0 / capacity
        cpu_per_mille = use[..., 0] + np.where(holds, 0.0, more[..., 0])
        rtt_us = (
            self._weighted_us[chains[..., 0], nodes] if isinstance(nodes, slice) else self._weighted_us[chains, nodes]
        )
        latency_us = rtt_us * 1000.0 / (1000.0 - np.minimum(cpu_per_mille, float(BUSY_MAX_PER_MILLE)))
        scores: _Floats = HALF_SCORE_US / (HALF_SCORE_US + latency_us)
        is_full = (use + more > FULL_PER_MILLE).any(axis=-1)
        is_home = np.where(holds, health != _FAILED, (health == _HEALTHY) & ~is_full)
        return np.where(is_home, scores, 0.0)
