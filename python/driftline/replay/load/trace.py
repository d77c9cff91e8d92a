"""The scenario as it would go by without anybody: demand, distances, the failing rack, and when what is measured."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from driftline.replay.fold import fold
from driftline.replay.generator import Draws
from driftline.replay.load.demand import REPLICAS, Demand, make_demand
from driftline.replay.load.topology import Topology, make_rtts, make_topology
from driftline.replay.trace import check_range

if TYPE_CHECKING:
    from driftline.replay.generator import Integers

SLICE_NS = 30_000_000_000
DEADLINE_SLICES = 40
ZONES_MIN, ZONES_MAX = REPLICAS + 1, 16
RACKS_MAX = 64
NODES_MAX = 4096
CHAINS_MAX = 200_000
SLICES_MAX = 65_536
# Chains times nodes, and what is kept for each slice: what a run may cost in memory and patience.
PAIRS_MAX = 4_000_000
VOLUME_MAX = 10_000_000

# Reports come every so many slices; each node's own gaps vary.
_USE_GAP_MIN, _USE_GAP_MAX = 1, 3
_RTT_GAP_MIN, _RTT_GAP_MAX = 3, 8
_USE_NOISE_PER_MILLE = 30
_JITTER_PER_MILLE = 101
_STALLS_PER_MILLE = 60
_STALL_FACTOR_MIN, _STALL_FACTOR_MAX = 2, 6


@dataclass(frozen=True, eq=False)
class Plan:
    """Who reports when, and what the report makes of the truth."""

    use_rows: Integers  # (rows, 2): slice and node, sorted
    use_per_mille: Integers  # (rows, 3): what is reported of the true use of cpu, memory and disk
    rtt_rows: Integers  # (rows, 2): slice and node, sorted
    rtt_us: Integers  # (rows, zones): what is reported of the round-trip times between each zone and the node


class LoadTrace:
    """A cluster over `slice_count` slices of 30 seconds: what happens to it, whatever is done about it."""

    def __init__(self, seed: int, topology: Topology, demand: Demand, rtt_us: Integers, plan: Plan) -> None:
        self.name = f"generated load, seed {seed}"
        self.topology = topology
        self.demand = demand
        self.rtt_us = rtt_us
        self.plan = plan
        self.slice_count, self.chain_count = demand.cpu_millicores.shape
        self.zone_count, self.node_count = rtt_us.shape[1:]
        # From here on the rack is not to be trusted; by the deadline it is gone.
        self.failing_slice = failing_slice_of(self.slice_count)
        self.deadline_slice = self.failing_slice + DEADLINE_SLICES
        self.failing_nodes = np.flatnonzero(topology.rack_of_node == topology.failing_rack)
        self._use_starts = np.searchsorted(plan.use_rows[:, 0], np.arange(self.slice_count + 1))
        self._rtt_starts = np.searchsorted(plan.rtt_rows[:, 0], np.arange(self.slice_count + 1))

    def __repr__(self) -> str:
        counts = f"{self.node_count} nodes, {self.chain_count} chains, {self.slice_count} slices"
        return f"<LoadTrace {self.name!r}: {counts}>"

    @classmethod
    def generate(
        cls,
        seed: int = 42,
        node_count: int = 60,
        chain_count: int = 600,
        slice_count: int = 480,
        *,
        zone_count: int = 5,
        racks_per_zone: int = 4,
    ) -> LoadTrace:
        """Make a scenario out of a seed. Equal numbers give equal scenarios on every machine.

        Args:
            seed: 0 .. 2**64-1.
            node_count: From one for each rack to 4096.
            chain_count: 1 .. 200,000, and `chain_count * node_count` at most 4,000,000.
            slice_count: 1 .. 65536, and `slice_count` times chains, and times nodes and zones, at most 10,000,000.
            zone_count: 4 .. 16.
            racks_per_zone: 1 .. 64.

        Raises:
            ValueError: An argument is out of its range.
        """
        seed, node_count, chain_count, slice_count, zone_count, racks_per_zone = (
            operator.index(number)
            for number in (seed, node_count, chain_count, slice_count, zone_count, racks_per_zone)
        )
        check_numbers(seed, node_count, chain_count, slice_count, zone_count, racks_per_zone)
        draws = Draws(seed)
        topology = make_topology(draws, node_count, chain_count, zone_count, racks_per_zone)
        stays = topology.rack_of_node != topology.failing_rack
        room = np.array([topology.capacity[stays].sum(axis=0), topology.capacity.min(axis=0)])
        demand = make_demand(draws, topology.zone_of_chain, zone_count, slice_count, room)
        rtt_us = make_rtts(draws, topology, slice_count, failing_slice_of(slice_count))
        return cls(seed, topology, demand, rtt_us, _make_plan(draws, rtt_us))

    def use_listed(self, slice_number: int) -> slice:
        """Where in the plan the reports of use of one slice are."""
        return slice(int(self._use_starts[slice_number]), int(self._use_starts[slice_number + 1]))

    def rtt_listed(self, slice_number: int) -> slice:
        """Where in the plan the round-trip times that are measured in one slice are."""
        return slice(int(self._rtt_starts[slice_number]), int(self._rtt_starts[slice_number + 1]))

    def weighted_rtt_us(self, rtt_us: Integers) -> Integers:
        """What the clients of each chain see of each node, (chains, nodes), out of times by zone, (zones, nodes)."""
        weighted: Integers = self.topology.client_per_mille @ rtt_us // 1000
        return weighted

    def fold(self) -> int:
        """64 bits that two scenarios share only if all of their numbers are equal."""
        topology, demand, plan = self.topology, self.demand, self.plan
        total = fold([self.topology.failing_rack])
        for numbers in (
            *(topology.zone_of_node, topology.rack_of_node, topology.capacity, topology.client_per_mille),
            *(demand.cpu_millicores, demand.memory_mib, demand.disk_mib, demand.crowds),
            *(self.rtt_us, plan.use_rows, plan.use_per_mille, plan.rtt_rows, plan.rtt_us),
        ):
            total = fold(numbers, total)
        return total


def failing_slice_of(slice_count: int) -> int:
    """When the rack begins to fail: half-way."""
    return slice_count // 2


def check_numbers(
    seed: int, node_count: int, chain_count: int, slice_count: int, zone_count: int = 5, racks_per_zone: int = 4
) -> None:
    """Raise a ValueError that names the first number that is out of its range."""
    check_range("SEED", seed, 0, 2**64 - 1)
    check_range("the zones", zone_count, ZONES_MIN, ZONES_MAX)
    check_range("the racks of a zone", racks_per_zone, 1, RACKS_MAX)
    check_range("the nodes", node_count, zone_count * racks_per_zone, NODES_MAX)
    check_range("the chains", chain_count, 1, CHAINS_MAX)
    check_range("the slices", slice_count, 1, SLICES_MAX)
    if chain_count * node_count > PAIRS_MAX:
        raise ValueError(f"chains * nodes must be at most {PAIRS_MAX}, not {chain_count * node_count}")
    volume = slice_count * max(chain_count, node_count * zone_count)
    if volume > VOLUME_MAX:
        raise ValueError(f"slices * chains, and slices * nodes * zones, must be at most {VOLUME_MAX}, not {volume}")


def _make_plan(draws: Draws, rtt_us: Integers) -> Plan:
    slice_count, zone_count, node_count = rtt_us.shape
    use_rows = _rows(draws, node_count, slice_count, _USE_GAP_MIN, _USE_GAP_MAX)
    use_noise = draws.below(np.full((len(use_rows), 3), 2 * _USE_NOISE_PER_MILLE + 1)) - _USE_NOISE_PER_MILLE
    rtt_rows = _rows(draws, node_count, slice_count, _RTT_GAP_MIN, _RTT_GAP_MAX)
    shape = (len(rtt_rows), zone_count)
    jitter = draws.below(np.full(shape, _JITTER_PER_MILLE))
    stalls = draws.below(np.full(shape, 1000)) < _STALLS_PER_MILLE
    factor = draws.below(np.full(shape, _STALL_FACTOR_MAX - _STALL_FACTOR_MIN + 1)) + _STALL_FACTOR_MIN
    true_us = rtt_us[rtt_rows[:, 0], :, rtt_rows[:, 1]]
    # A stall hits one measurement; what lasts is an excursion, and part of the truth.
    measured = true_us * (1000 + jitter) // 1000 * np.where(stalls, factor, 1)
    return Plan(use_rows, 1000 + use_noise, rtt_rows, measured)


def _rows(draws: Draws, node_count: int, slice_count: int, least: int, most: int) -> Integers:
    """All (slice, node), sorted. Slice 0 lists every node; then the gaps make them spread out."""
    per_node = (slice_count - 1) // least
    gaps = draws.below(np.full((node_count, per_node), most - least + 1)) + least
    if per_node > 0:
        # The first gap is anything up to the longest, or all would stay due together.
        gaps[:, 0] = draws.below(np.full(node_count, most)) + 1
    slices = np.concatenate([np.zeros((node_count, 1), dtype=np.int64), np.cumsum(gaps, axis=1)], axis=1)
    nodes = np.broadcast_to(np.arange(node_count)[:, None], slices.shape)
    within = slices < slice_count
    rows = np.stack([slices[within], nodes[within]], axis=1)
    return rows[np.lexsort((rows[:, 1], rows[:, 0]))]
