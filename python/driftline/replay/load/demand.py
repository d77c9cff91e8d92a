"""What the chains ask of their homes, slice by slice: a skewed share each, which drifts, and sometimes a crowd.

The demand is that of one replica; every holder serves the same. Shapes are drawn first, without a unit; then all are
scaled at once, so that the sum stays under what the cluster can carry without the rack that will fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from driftline.replay.generator import Draws, Integers

REPLICAS = 3
SLICES_PER_DAY = 2_880  # of 30 seconds
# The greatest sum of all demands, of the capacity that is left without the failing rack.
CPU_LOAD_PER_MILLE = 645
MEMORY_LOAD_PER_MILLE = 550
DISK_LOAD_PER_MILLE = 500
# No replica asks for more than this part of the smallest node, so that there is always a node with room for it.
LARGEST_PART = 4

# A few chains are much larger than most: the share for each draw below 1000, as (upper limit, share) pairs.
_SHARES = ((350, 1), (600, 2), (750, 3), (870, 5), (950, 8), (985, 13), (1000, 21))
_WAVE_PER_MILLE = 700
_WALK_PER_MILLE = 500
_STEP_PER_MILLE = 20
# One crowd comes for so many slices of a chain.
_CHAIN_SLICES_PER_CROWD = 1_800
_CROWD_SLICES_MIN, _CROWD_SLICES_MAX = 20, 60
_CROWD_PER_MILLE_MIN, _CROWD_PER_MILLE_MAX = 3_000, 6_000


@dataclass(frozen=True, eq=False)
class Demand:
    """What one replica of each chain needs."""

    cpu_millicores: Integers  # (slices, chains)
    memory_mib: Integers  # (chains,)
    disk_mib: Integers  # (chains,): the size of the chain
    crowds: Integers  # (crowds, 4): chain, first slice, slices, factor per mille


def make_demand(draws: Draws, zone_of_chain: Integers, zone_count: int, slice_count: int, room: Integers) -> Demand:
    """`room` is what there is without the failing rack and in the smallest node: (2, 3) of cpu, memory and disk."""
    chain_count = zone_of_chain.size
    table = np.repeat([share for _, share in _SHARES], np.diff([0, *(limit for limit, _ in _SHARES)]))
    bounds = np.tile([1000, 1000, 1000, 500, 500, 500], (chain_count, 1))
    drawn = draws.below(bounds)
    own = table[drawn[:, :3]] * (750 + drawn[:, 3:])
    # Who computes much mostly remembers and stores much, too.
    memory, disk = own[:, 0] + own[:, 1], own[:, 0] + own[:, 2]
    wave = _waves(zone_count, slice_count)[:, zone_of_chain]
    walk = _walks(draws, chain_count, slice_count)
    crowds = _draw_crowds(draws, chain_count, slice_count)
    # A share is counted in thousandths, so that small chains are not rounded away by the three factors per mille.
    shape = own[:, 0] * wave // 1000 * walk // 1000 * _crowd_factors(crowds, chain_count, slice_count) // 1000
    total, smallest = room[0], room[1] // LARGEST_PART
    return Demand(
        cpu_millicores=_scaled(shape, int(total[0]) * CPU_LOAD_PER_MILLE // 1000, int(smallest[0])),
        memory_mib=_scaled(memory[None], int(total[1]) * MEMORY_LOAD_PER_MILLE // 1000, int(smallest[1]))[0],
        disk_mib=_scaled(disk[None], int(total[2]) * DISK_LOAD_PER_MILLE // 1000, int(smallest[2]))[0],
        crowds=crowds,
    )


def _waves(zone_count: int, slice_count: int) -> Integers:
    """The time of day in each zone, per mille: an arch up and an arch down, a zone after the other."""
    half = SLICES_PER_DAY // 2
    zones = np.arange(zone_count) * SLICES_PER_DAY // zone_count
    place = (np.arange(slice_count)[:, None] + zones) % SLICES_PER_DAY
    within = place % half
    arch = 4 * _WAVE_PER_MILLE * within * (half - within) // (half * half)
    waves: Integers = 1000 + np.where(place < half, arch, -arch)
    return waves


def _walks(draws: Draws, chain_count: int, slice_count: int) -> Integers:
    """A random walk for each chain, per mille, kept within its bounds."""
    walks = np.full((slice_count, chain_count), 1000, dtype=np.int64)
    bounds = np.full(chain_count, 2 * _STEP_PER_MILLE + 1)
    for now in range(1, slice_count):
        stepped = walks[now - 1] + draws.below(bounds) - _STEP_PER_MILLE
        walks[now] = np.clip(stepped, 1000 - _WALK_PER_MILLE, 1000 + _WALK_PER_MILLE)
    return walks


def _draw_crowds(draws: Draws, chain_count: int, slice_count: int) -> Integers:
    count = chain_count * slice_count // _CHAIN_SLICES_PER_CROWD
    length = _CROWD_SLICES_MAX - _CROWD_SLICES_MIN + 1
    factor = _CROWD_PER_MILLE_MAX - _CROWD_PER_MILLE_MIN + 1
    drawn = draws.below(np.tile([chain_count, slice_count, length, factor], (count, 1)))
    crowds: Integers = drawn + np.array([0, 0, _CROWD_SLICES_MIN, _CROWD_PER_MILLE_MIN])
    return crowds


def _crowd_factors(crowds: Integers, chain_count: int, slice_count: int) -> Integers:
    factors = np.full((slice_count, chain_count), 1000, dtype=np.int64)
    for chain, first, slices, factor in crowds.tolist():
        # Of two crowds at once the greater counts.
        np.maximum(factors[first : first + slices, chain], factor, out=factors[first : first + slices, chain])
    return factors


def _scaled(shape: Integers, sum_max: int, each_max: int) -> Integers:
    """Scale so that no row, three replicas of each chain, sums to more than `sum_max`, and nobody asks for too much."""
    peak = max(1, REPLICAS * int(shape.sum(axis=1).max()))
    scaled: Integers = np.clip(shape * sum_max // peak, 1, max(1, each_max))
    return scaled
