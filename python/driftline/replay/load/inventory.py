"""The library's own scorer in the load scenario: it is told what is reported, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driftline import ChainProfile, Client, InventoryConfig, InventoryScorer, NodeHealth, NodeInventory, SchedulerConfig
from driftline.replay.load.cluster import MIB_PER_SEC
from driftline.replay.load.reports import Health

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from driftline import Event, PlacementScorer
    from driftline.replay.generator import Integers
    from driftline.replay.load.reports import Reports
    from driftline.replay.load.trace import LoadTrace

_BYTES_PER_MIB = 2.0**20
_MILLICORES_PER_CORE = 1000.0
_NS_PER_US = 1000
_HEALTH = {
    Health.HEALTHY: NodeHealth.HEALTHY,
    Health.CORDONED: NodeHealth.CORDONED,
    Health.FAILED: NodeHealth.FAILED,
}


# From here on a queue is more than half as long again as at rest, and who leaves late loads a full node even more.
COMFORTABLE_USE = 0.4


class InventoryFeed:
    """An `InventoryScorer` that begins to leave nodes early, told of gaps as production has them, and what is reported.

    Clients of a zone have a node id of their own, behind those of the nodes. Replicas of a chain are in different
    zones.
    """

    def __init__(self, trace: LoadTrace, config: InventoryConfig | None = None) -> None:
        gap = SchedulerConfig.production().hysteresis_gap
        ours = InventoryConfig(hysteresis_gap=gap, comfortable_use=COMFORTABLE_USE)
        self.inventory = InventoryScorer(ours if config is None else config)
        self._trace = trace

    @property
    def scorer(self) -> PlacementScorer:
        """What the scheduler asks."""
        return self.inventory

    def load(self, chains: Integers, leaders: Integers, offsets: Integers, holders: Integers) -> None:
        """Who holds what at the start."""
        self.inventory.load(chains, leaders, offsets, holders)

    def follow(self, events: Sequence[Event]) -> None:
        """What the state was told since."""
        self.inventory.follow(events)

    def report(self, reports: Reports) -> None:
        """Use and health, round-trip times, and what chains need."""
        zones = range(self._trace.zone_count)
        self.inventory.report_nodes(reports.now_ns, [self._node(reports, place) for place in range(len(reports.nodes))])
        self.inventory.report_rtts(
            reports.now_ns,
            from_nodes=[self._trace.node_count + zone for _ in reports.rtt_nodes for zone in zones],
            to_nodes=[node for node in reports.rtt_nodes.tolist() for _ in zones],
            rtts_ns=(reports.rtt_us.ravel() * _NS_PER_US).tolist(),
        )
        needs = zip(reports.chains.tolist(), reports.cpu_millicores.tolist(), strict=True)
        self.inventory.report_profiles([self._profile(chain, cpu_millicores) for chain, cpu_millicores in needs])

    def axes(self, chain: int, node: int) -> Mapping[str, float | None]:
        """The axes of the scorer that have an opinion at all here."""
        axes = self.inventory.axes(chain, node)
        if axes is None:
            return {"score": None}
        return {
            "headroom": axes.headroom,
            "proximity": axes.proximity,
            "zone spread": axes.zone_spread,
            "score": axes.score,
        }

    def _node(self, reports: Reports, place: int) -> NodeInventory:
        node, use = int(reports.nodes[place]), reports.use[place].tolist()
        capacity = self._trace.topology.capacity[node].tolist()
        return NodeInventory(
            node=node,
            cpu_capacity_cores=capacity[0] / _MILLICORES_PER_CORE,
            cpu_use_cores=use[0] / _MILLICORES_PER_CORE,
            memory_capacity_bytes=capacity[1] * _BYTES_PER_MIB,
            memory_use_bytes=use[1] * _BYTES_PER_MIB,
            disk_capacity_bytes=capacity[2] * _BYTES_PER_MIB,
            disk_use_bytes=use[2] * _BYTES_PER_MIB,
            bandwidth_bytes_per_sec=MIB_PER_SEC * _BYTES_PER_MIB,
            zone=int(self._trace.topology.zone_of_node[node]),
            health=_HEALTH[Health(int(reports.health[place]))],
        )

    def _profile(self, chain: int, cpu_millicores: int) -> ChainProfile:
        shares = self._trace.topology.client_per_mille[chain].tolist()
        first = self._trace.node_count
        return ChainProfile(
            chain=chain,
            size_bytes=int(self._trace.demand.disk_mib[chain]) * _BYTES_PER_MIB,
            cpu_cores=cpu_millicores / _MILLICORES_PER_CORE,
            memory_bytes=int(self._trace.demand.memory_mib[chain]) * _BYTES_PER_MIB,
            clients=[Client(first + zone, share / 1000.0) for zone, share in enumerate(shares) if share > 0],
            zone_anti_affinity=True,
        )
