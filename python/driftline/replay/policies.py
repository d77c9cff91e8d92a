"""When a replica moves: never, or always. The policies that need no scheduler, and what all have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from driftline.replay.placement import Move, Placement
from driftline.replay.trace import REPLICAS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftline.replay.scorer import RttScorer

POLICIES = ("never", "greedy", "drift")
# For so long a chain rests after a move, if nothing else is said.
COOLDOWN_SLICES = 10


class Policy(Protocol):
    """Decides once per slice, after its new rows have been taken in."""

    def decide(self, slice_number: int, listed: npt.NDArray[np.uint16]) -> Sequence[Move]:
        """The moves of this slice, by ascending chain. `listed` are the rows that were measured anew."""
        ...


class NeverPolicy:
    """Replicas stay where they are put at first."""

    def decide(self, slice_number: int, listed: npt.NDArray[np.uint16]) -> Sequence[Move]:  # noqa: ARG002
        """No move, ever."""
        return ()


class GreedyPolicy:
    """Replicas are always on the three best nodes: what chasing every sample costs."""

    def __init__(self, scorer: RttScorer, placement: Placement) -> None:
        self._scorer = scorer
        self._placement = placement

    def decide(self, slice_number: int, listed: npt.NDArray[np.uint16]) -> Sequence[Move]:
        """Move whatever is not among the three best. A chain's best nodes change only with its client's row."""
        moves = []
        for chain, best in zip(listed.tolist(), self._best(listed).tolist(), strict=True):
            holders = self._placement.holders[chain].tolist()
            evicted = [node for node in holders if node not in best]
            targets = sorted(node for node in best if node not in holders)
            for victim, target in zip(evicted, targets, strict=True):
                moves.append(Move(slice_number, chain, victim, target))
        return moves

    def _best(self, chains: npt.NDArray[np.uint16]) -> npt.NDArray[np.int64]:
        scores = self._scorer.values[chains]
        each = np.arange(len(chains))
        scores[each, chains] = -1.0
        is_other = np.ones(scores.shape, dtype=np.bool_)
        is_other[each[:, None], self._placement.holders[chains]] = False
        # Of equals a holder stays, then the lower id wins: a move must gain something. The sort is stable.
        order = np.lexsort((is_other, -scores), axis=-1)
        return order[:, :REPLICAS]
