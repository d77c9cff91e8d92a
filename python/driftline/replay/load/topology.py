"""Where the nodes are, how large they are, who is a client of whom, and how far apart everything is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from driftline.replay.generator import Draws, Integers

# cpu in millicores, memory and disk in MiB: small, medium and large nodes, and how many of a thousand are of each.
_SIZES = np.array([[16_000, 65_536, 245_760], [24_000, 98_304, 368_640], [32_000, 131_072, 491_520]])
_SIZE_LIMITS = (400, 750)
_NEAR_US = 4_000
_STEP_US = 28_000
_PAIR_NOISE_US = 8_001
_ACCESS_US = 3_001
# Paths to a node that are slow for a while: one for so many slices of a node, for how long, and how slow.
_NODE_SLICES_PER_EXCURSION = 600
_EXCURSION_SLICES_MIN, _EXCURSION_SLICES_MAX = 40, 120
_EXCURSION_PER_MILLE_MIN, _EXCURSION_PER_MILLE_MAX = 2_000, 5_000
_FAILING_PER_MILLE = 2_000


@dataclass(frozen=True, eq=False)
class Topology:
    """What does not change in a run."""

    zone_of_node: Integers  # (nodes,)
    rack_of_node: Integers  # (nodes,): counted through all zones
    capacity: Integers  # (nodes, 3): cpu in millicores, memory and disk in MiB
    client_per_mille: Integers  # (chains, zones): the share of each zone in the chain's clients
    zone_of_chain: Integers  # (chains,): where most of them are
    failing_rack: int


def make_topology(draws: Draws, node_count: int, chain_count: int, zone_count: int, racks_per_zone: int) -> Topology:
    """Racks as even as can be, one after the other, and zones likewise."""
    rack_count = zone_count * racks_per_zone
    rack_of_node = np.arange(node_count, dtype=np.int64) * rack_count // node_count
    size = np.searchsorted(_SIZE_LIMITS, draws.below(np.full(node_count, 1000)), side="right")
    failing_rack = int(draws.below([rack_count])[0])
    first, shift, kind = draws.below(np.tile([zone_count, zone_count - 1, 3], (chain_count, 1))).T
    second = (first + 1 + shift) % zone_count
    # The third zone is the next one that is neither.
    third = (second + 1) % zone_count
    third = np.where(third == first, (third + 1) % zone_count, third)
    weights = np.array([[1000, 0, 0], [700, 300, 0], [600, 250, 150]])[kind]
    clients = np.zeros((chain_count, zone_count), dtype=np.int64)
    for place, zone in enumerate((first, second, third)):
        np.add.at(clients, (np.arange(chain_count), zone), weights[:, place])
    return Topology(rack_of_node // racks_per_zone, rack_of_node, _SIZES[size], clients, first, failing_rack)


def make_rtts(draws: Draws, topology: Topology, slice_count: int, failing_slice: int) -> Integers:
    """The true round-trip times in microseconds between the clients of each zone and each node.

    Of shape (slices, zones, nodes). They are the same in both directions.
    """
    zone_count, node_count = topology.client_per_mille.shape[1], topology.zone_of_node.size
    zones = np.arange(zone_count)
    apart = np.abs(zones[:, None] - zones)
    noise = np.triu(draws.below(np.full((zone_count, zone_count), _PAIR_NOISE_US)), 1)
    between = _NEAR_US + _STEP_US * np.minimum(apart, zone_count - apart) + noise + noise.T
    base = between[:, topology.zone_of_node] + draws.below(np.full(node_count, _ACCESS_US))
    factor = np.full((slice_count, node_count), 1000, dtype=np.int64)
    for node, first, slices, per_mille in _draw_excursions(draws, node_count, slice_count).tolist():
        np.maximum(factor[first : first + slices, node], per_mille, out=factor[first : first + slices, node])
    fails = topology.rack_of_node == topology.failing_rack
    factor[failing_slice:, fails] = np.maximum(factor[failing_slice:, fails], _FAILING_PER_MILLE)
    rtts: Integers = base[None] * factor[:, None, :] // 1000
    return rtts


def _draw_excursions(draws: Draws, node_count: int, slice_count: int) -> Integers:
    count = node_count * slice_count // _NODE_SLICES_PER_EXCURSION
    length = _EXCURSION_SLICES_MAX - _EXCURSION_SLICES_MIN + 1
    factor = _EXCURSION_PER_MILLE_MAX - _EXCURSION_PER_MILLE_MIN + 1
    drawn = draws.below(np.tile([node_count, slice_count, length, factor], (count, 1)))
    excursions: Integers = drawn + np.array([0, 0, _EXCURSION_SLICES_MIN, _EXCURSION_PER_MILLE_MIN])
    return excursions
