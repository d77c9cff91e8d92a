"""What is known in one slice: reports of use and health, round-trip times, and profiles of chains."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from driftline.replay.load.trace import SLICE_NS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from driftline import Event, PlacementScorer
    from driftline.replay.generator import Integers
    from driftline.replay.load.cluster import Cluster
    from driftline.replay.load.trace import LoadTrace

# A chain tells anew what it needs every so many slices, one after the other.
PROFILE_SLICES = 10


class Health(IntEnum):
    """What a report says of a node. The numbers are those of the library."""

    HEALTHY = 0
    CORDONED = 1  # keeps what it has and gets no more
    FAILED = 2  # no home at all


@dataclass(frozen=True, eq=False)
class Reports:
    """What was reported in one slice. Each array of nodes or chains is ascending."""

    slice: int
    now_ns: int
    nodes: Integers  # whose use is reported
    use: Integers  # (nodes, 3): cpu in millicores, memory and disk in MiB; never above the capacity
    health: Integers  # (nodes,): numbers of `Health`
    rtt_nodes: Integers  # to which nodes round-trip times were measured
    rtt_us: Integers  # (rtt_nodes, zones): from the clients of each zone
    chains: Integers  # whose profile is reported
    cpu_millicores: Integers  # (chains,): what one replica needs now


class Feed(Protocol):
    """A scorer and the ear that it listens with. Made out of a `LoadTrace`, of whose future it must know nothing."""

    @property
    def scorer(self) -> PlacementScorer:
        """What the scheduler asks."""
        ...

    def load(self, chains: Integers, leaders: Integers, offsets: Integers, holders: Integers) -> None:
        """Who holds what at the start, in the form of `MeshState.load`."""
        ...

    def follow(self, events: Sequence[Event]) -> None:
        """What the state was told since."""
        ...

    def report(self, reports: Reports) -> None:
        """What was measured in this slice, before the tick."""
        ...

    def axes(self, chain: int, node: int) -> Mapping[str, float | None]:
        """What the score of a home is made of, by name; the score itself is "score"."""
        ...


class Observations:
    """The latest of everything that was reported. It changes in place before each decision."""

    def __init__(self, trace: LoadTrace) -> None:
        self.slice = 0
        self.use = np.zeros_like(trace.topology.capacity)
        self.health = np.zeros(trace.node_count, dtype=np.int64)
        self.rtt_us = np.zeros((trace.zone_count, trace.node_count), dtype=np.int64)
        self.cpu_millicores = np.zeros(trace.chain_count, dtype=np.int64)

    def take(self, reports: Reports) -> None:
        """Keep what is new."""
        self.slice = reports.slice
        self.use[reports.nodes] = reports.use
        self.health[reports.nodes] = reports.health
        self.rtt_us[:, reports.rtt_nodes] = reports.rtt_us.T
        self.cpu_millicores[reports.chains] = reports.cpu_millicores


def measure(trace: LoadTrace, cluster: Cluster, use: Integers) -> Reports:
    """What is reported in the present slice of a cluster whose nodes bear `use`."""
    now, plan = cluster.now, trace.plan
    listed, rtts = trace.use_listed(now), trace.rtt_listed(now)
    nodes = plan.use_rows[listed, 1]
    # Nobody can use more than there is: what is overloaded looks full, however much is asked of it.
    bearable = np.minimum(use[nodes], trace.topology.capacity[nodes])
    noisy = np.minimum(bearable * plan.use_per_mille[listed] // 1000, trace.topology.capacity[nodes])
    health = np.full(trace.node_count, Health.HEALTHY, dtype=np.int64)
    if now >= trace.failing_slice:
        health[trace.failing_nodes] = Health.CORDONED
    health[~cluster.is_alive] = Health.FAILED
    chains = np.arange(trace.chain_count)
    if now > 0:
        chains = chains[now % PROFILE_SLICES :: PROFILE_SLICES]
    cpu = trace.demand.cpu_millicores[now, chains]
    return Reports(
        now, now * SLICE_NS, nodes, noisy, health[nodes], plan.rtt_rows[rtts, 1], plan.rtt_us[rtts], chains, cpu
    )


def offsets_of(holders: npt.NDArray[np.bool_]) -> tuple[Integers, Integers]:
    """Offsets and holders of all chains, as `MeshState.load` wants them."""
    offsets = np.concatenate([[0], np.cumsum(holders.sum(axis=1))])
    return offsets.astype(np.int64), np.nonzero(holders)[1].astype(np.int64)
