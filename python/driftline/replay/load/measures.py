"""What a run is judged by, taken slice by slice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from driftline.replay.load.demand import REPLICAS

if TYPE_CHECKING:
    from driftline.replay.generator import Integers
    from driftline.replay.load.cluster import Cluster
    from driftline.replay.load.trace import LoadTrace

RESOURCES = ("cpu", "memory", "disk")


class Measures:
    """The series of one run, an entry per slice. Everything is a whole number, so that equal runs have equal series."""

    def __init__(self, trace: LoadTrace) -> None:
        count = trace.slice_count
        self.latency_us: Integers = np.zeros((count, trace.chain_count), dtype=np.int64)
        self.over_nodes: Integers = np.zeros((count, len(RESOURCES)), dtype=np.int64)
        self.over_any: Integers = np.zeros(count, dtype=np.int64)
        self.greatest_per_mille: Integers = np.zeros((count, len(RESOURCES)), dtype=np.int64)
        self.missing_chains: Integers = np.zeros(count, dtype=np.int64)
        self.crowded_chains: Integers = np.zeros(count, dtype=np.int64)
        self.rack_replicas: Integers = np.zeros(count, dtype=np.int64)
        self.transfers: Integers = np.zeros(count, dtype=np.int64)
        zones = trace.topology.zone_of_node
        self._zones = (zones[:, None] == np.arange(trace.zone_count)).astype(np.int64)

    def take(self, cluster: Cluster) -> None:
        """Account for the present slice, in which all that was decided has begun."""
        now, trace = cluster.now, cluster.trace
        use, capacity = cluster.use(), trace.topology.capacity
        # What is gone has no load any more; a copy on its way there has come to nothing.
        over = (use > capacity) & cluster.is_alive[:, None]
        self.latency_us[now] = cluster.latencies_us(use[:, 0])
        self.over_nodes[now] = over.sum(axis=0)
        self.over_any[now] = over.any(axis=1).sum()
        self.greatest_per_mille[now] = (use * 1000 // capacity).max(axis=0)
        self.missing_chains[now] = (cluster.holders.sum(axis=1) < REPLICAS).sum()
        self.crowded_chains[now] = ((cluster.holders.astype(np.int64) @ self._zones) > 1).any(axis=1).sum()
        self.rack_replicas[now] = cluster.holders[:, trace.failing_nodes].sum()
        self.transfers[now] = len(cluster.transfers)
