"""Scorers over a table of one score per node, in Python: asked one by one, and in batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftline.bench.world import Ids, World


class SingleScorer:
    """Answers one question at a time, from a list: about the least that a scorer in Python can do."""

    def __init__(self, world: World) -> None:
        self._scores: list[float] = world.scores.tolist()
        self._by_score = sorted(range(len(self._scores)), key=lambda node: (-self._scores[node], node))

    def score(self, chain: int, node: int) -> float | None:  # noqa: ARG002
        """The node's score, whatever the chain."""
        return self._scores[node]

    def best_alternative(self, chain: int, exclude: Sequence[int]) -> tuple[int, float] | None:  # noqa: ARG002
        """The best node that is not excluded."""
        for node in self._by_score:
            if node not in exclude:
                return node, self._scores[node]
        return None


class BatchScorer(SingleScorer):
    """Answers many questions in one call, with NumPy."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._table = world.scores
        self._fingerprints = np.zeros(len(world.nodes), dtype=np.uint64)

    def score_many(self, chains: Ids, nodes: Ids) -> npt.NDArray[np.float32]:  # noqa: ARG002
        """`score` of many pairs."""
        return self._table[nodes]

    def live_score_many(self, chains: Ids, nodes: Ids) -> npt.NDArray[np.float32]:  # noqa: ARG002
        """The table is what is true right now."""
        return self._table[nodes]

    def node_fingerprints(self, nodes: Ids) -> Ids:
        """Nothing ever changes."""
        return self._fingerprints[nodes]
