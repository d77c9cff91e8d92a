"""Where the replicas of every chain are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from driftline.replay.trace import REPLICAS


class Move(NamedTuple):
    """One replica of a chain went from node `evicted` to node `target`."""

    slice: int
    chain: int
    evicted: int
    target: int


class ImpossibleMoveError(ValueError):
    """A move that the placement does not allow."""


class Placement:
    """Three holders per chain. At first the three nodes that are nearest to its client, but never the client."""

    def __init__(self, rtt_cs: npt.NDArray[np.uint16]) -> None:
        node_count = len(rtt_cs)
        distance = rtt_cs.astype(np.int64)
        np.fill_diagonal(distance, np.iinfo(np.int64).max)
        # A stable sort gives ties to the lower id.
        nearest = np.argsort(distance, axis=1, kind="stable")[:, :REPLICAS]
        self.holders: npt.NDArray[np.int64] = np.sort(nearest, axis=1)
        self._clients = np.arange(node_count)[:, None]

    def move(self, move: Move) -> None:
        """Put the target in the place of the evicted. ImpossibleMoveError if the placement does not allow it."""
        holders = self.holders[move.chain]
        evicted = holders == move.evicted
        last = len(self.holders) - 1
        reason = None
        if not 0 <= move.target <= last:
            reason = f"there are only nodes 0 to {last}"
        elif move.target == move.chain:
            reason = "its own client is there"
        elif (holders == move.target).any():
            reason = "it is there already"
        elif not evicted.any():
            reason = f"it is not on node {move.evicted}, which it should leave"
        if reason is not None:
            raise ImpossibleMoveError(f"chain {move.chain} cannot go to node {move.target}: {reason}")
        holders[evicted] = move.target
        holders.sort()

    def costs_cs(
        self, rtt_cs: npt.NDArray[np.uint16], chains: npt.NDArray[np.uint16] | None = None
    ) -> npt.NDArray[np.uint16]:
        """What the clients of `chains` (default: of all) pay now: one value per holder."""
        if chains is None:
            return rtt_cs[self._clients, self.holders]
        return rtt_cs[chains[:, None], self.holders[chains]]
