"""The cluster as it is: who holds what, what is on its way, and how much of each node that takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from driftline.replay.load.demand import REPLICAS
from driftline.replay.load.trace import SLICE_NS
from driftline.replay.placement import ImpossibleMoveError

if TYPE_CHECKING:
    from driftline.replay.generator import Integers
    from driftline.replay.load.trace import LoadTrace

# One transfer takes two gigabits a second. Transfers do not slow each other down, but they cost cpu on both sides.
MIB_PER_SEC = 238
MIB_PER_SLICE = MIB_PER_SEC * SLICE_NS // 1_000_000_000
TRANSFER_CPU_MILLICORES = 500
# What clients see of a chain that nobody holds any more.
OUTAGE_US = 5_000_000
# From here on a queue does not get longer in our account: twenty times the idle time.
BUSY_MAX_PER_MILLE = 950


class LoadMove(NamedTuple):
    """One replica began its way from node `evicted` to node `target`; `evicted` is `None` where it had been lost."""

    slice: int
    chain: int
    evicted: int | None
    target: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """A copy on its way. It serves from slice `ends` on; until then both nodes work for it."""

    chain: int
    source: int
    target: int
    victim: int | None
    ends: int


def inflated(rtt_us: Integers, use_per_mille: Integers) -> Integers:
    """What a client sees of a node: its round-trip time, times `1 / (1 - use)` for the queue at the node."""
    seen: Integers = rtt_us * 1000 // (1000 - np.minimum(use_per_mille, BUSY_MAX_PER_MILLE))
    return seen


class Cluster:
    """The replicas of all chains in one run. The policies move them; time goes on with `advance`."""

    def __init__(self, trace: LoadTrace, holders: npt.NDArray[np.bool_]) -> None:
        self.trace = trace
        self.now = 0
        self.holders = holders  # (chains, nodes)
        self.is_alive = np.ones(trace.node_count, dtype=np.bool_)
        self.transfers: list[Transfer] = []
        self.moves: list[LoadMove] = []
        # Replicas that went down with their node and have not been replaced.
        self._lost: dict[int, list[int]] = {}

    def use(self) -> Integers:
        """What the nodes have to bear now, (nodes, 3): cpu in millicores, memory and disk in MiB.

        It may be more than they have. A copy that is on its way has its memory and disk already.
        """
        demand = self.trace.demand
        each = np.stack([demand.cpu_millicores[self.now], demand.memory_mib, demand.disk_mib], axis=1)
        use: Integers = self.holders.T.astype(np.int64) @ each
        for transfer in self.transfers:
            use[transfer.source, 0] += TRANSFER_CPU_MILLICORES
            use[transfer.target] += (TRANSFER_CPU_MILLICORES, *each[transfer.chain, 1:].tolist())
        return use

    def latencies_us(self, cpu_use: Integers) -> Integers:
        """What the clients of each chain see now: the mean over its holders, rounded down."""
        rtt_us = self.trace.weighted_rtt_us(self.trace.rtt_us[self.now])
        seen = inflated(rtt_us, cpu_use * 1000 // self.trace.topology.capacity[:, 0])
        count = self.holders.sum(axis=1)
        sums = np.where(self.holders, seen, 0).sum(axis=1)
        return np.where(count > 0, sums // np.maximum(count, 1), OUTAGE_US)

    def holders_of(self, chain: int) -> list[int]:
        """The nodes that hold a chain, by ascending id."""
        found: list[int] = np.flatnonzero(self.holders[chain]).tolist()
        return found

    def targets_of(self, chain: int) -> list[int]:
        """The nodes that copies of a chain are on their way to."""
        return [transfer.target for transfer in self.transfers if transfer.chain == chain]

    def busy_chains(self) -> set[int]:
        """The chains with a copy on its way."""
        return {transfer.chain for transfer in self.transfers}

    def move(self, chain: int, victim: int | None, target: int, *, evicts: bool) -> None:
        """Begin to copy a chain from `victim`, or where a replica is missing from any holder, to `target`.

        With `evicts` the victim is taken out when the copy has come; else whoever began the move does that.
        ImpossibleMoveError if the cluster does not allow it.
        """
        holders = self.holders_of(chain)
        last = self.trace.node_count - 1
        reason = None
        if not 0 <= target <= last:
            reason = f"there are only nodes 0 to {last}"
        elif not self.is_alive[target]:
            reason = "the node is gone"
        elif target in holders:
            reason = "it is there already"
        elif target in self.targets_of(chain):
            reason = "it is on its way there"
        elif victim is not None and victim not in holders:
            reason = f"it is not on node {victim}, which it should leave"
        elif not holders:
            reason = "nobody has it any more"
        if reason is not None:
            raise ImpossibleMoveError(f"chain {chain} cannot go to node {target}: {reason}")
        source = holders[0] if victim is None else victim
        slices = -(-int(self.trace.demand.disk_mib[chain]) // MIB_PER_SLICE)
        self.transfers.append(Transfer(chain, source, target, victim if evicts else None, self.now + slices))
        self.moves.append(LoadMove(self.now, chain, victim, target))

    def evict(self, chain: int, victim: int) -> None:
        """Take a replica away at once. ImpossibleMoveError if it is not there."""
        if not 0 <= victim < self.trace.node_count or not self.holders[chain, victim]:
            raise ImpossibleMoveError(f"chain {chain} cannot leave node {victim}: it is not there")
        self.holders[chain, victim] = False

    def advance(self) -> list[Transfer]:
        """Go on to the next slice, and return the transfers that are done in it, in the order in which they began."""
        self.now += 1
        done = [transfer for transfer in self.transfers if transfer.ends <= self.now]
        self.transfers = [transfer for transfer in self.transfers if transfer.ends > self.now]
        for transfer in done:
            self.holders[transfer.chain, transfer.target] = True
            if transfer.victim is not None:
                self.holders[transfer.chain, transfer.victim] = False
        return done

    def fail(self, nodes: Integers) -> tuple[list[tuple[int, int]], list[Transfer]]:
        """These nodes are gone: return the replicas that are lost, (chain, node), and the transfers that break off."""
        self.is_alive[nodes] = False
        gone = set(nodes.tolist())
        lost = [(int(chain), int(nodes[column])) for chain, column in np.argwhere(self.holders[:, nodes])]
        self.holders[:, nodes] = False
        broken = [transfer for transfer in self.transfers if {transfer.source, transfer.target} & gone]
        self.transfers = [transfer for transfer in self.transfers if transfer not in broken]
        return lost, broken


def place(trace: LoadTrace) -> npt.NDArray[np.bool_]:
    """Where the replicas are at first: where an operator puts them who sees the truth of slice 0, and no further.

    Chain after chain, in three zones, on the node of each zone that is nearest to the clients, but never so that more
    than 70 % of anything is in use, as long as there is another node.
    """
    demand, capacity = trace.demand, trace.topology.capacity
    rtt_us = trace.weighted_rtt_us(trace.rtt_us[0])
    use = np.zeros_like(capacity)
    holders = np.zeros((trace.chain_count, trace.node_count), dtype=np.bool_)
    zones = trace.topology.zone_of_node
    for chain in range(trace.chain_count):
        each = np.array([demand.cpu_millicores[0, chain], demand.memory_mib[chain], demand.disk_mib[chain]])
        share = (use + each) * 1000 // capacity
        is_full = (share > 700).any(axis=1)
        order = np.lexsort((rtt_us[chain], is_full))
        _, first = np.unique(zones[order], return_index=True)
        chosen = order[np.sort(first)[:REPLICAS]]
        use[chosen] += each
        holders[chain, chosen] = True
    return holders
