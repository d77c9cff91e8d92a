"""The world that is measured: chains on nodes, some of which are bad homes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

REPLICAS = 3
NODES_MIN = REPLICAS + 2

_SEED = 1
_BAD_SCORE = 0.1
_NODES_PER_BAD_ONE = 100

Ids = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class World:
    """A membership in the form that `MeshState.load` takes, and a score per node. Equal numbers make equal worlds."""

    this_node: int  # leads every chain and holds none
    chains: Ids
    leaders: Ids
    offsets: Ids
    holders: Ids
    nodes: Ids
    scores: npt.NDArray[np.float32]

    @classmethod
    def make(cls, chain_count: int, node_count: int) -> World:
        """`node_count` is 5 or more. Of a hundred nodes one is a bad home; the others are all over the floor."""
        random = np.random.default_rng(_SEED)
        # Two steps of up to a third of the circle lead from one holder to the next: three different nodes.
        first = random.integers(node_count, size=chain_count)
        steps = random.integers(1, node_count // REPLICAS + 1, size=(chain_count, REPLICAS - 1))
        holders = (first[:, None] + np.hstack([np.zeros((chain_count, 1), dtype=np.int64), steps.cumsum(axis=1)])) % (
            node_count
        )
        holders.sort(axis=1)
        nodes = np.arange(node_count, dtype=np.uint64)
        scores = np.linspace(0.6, 0.9, node_count, dtype=np.float32)
        random.shuffle(scores)
        scores[_NODES_PER_BAD_ONE // 2 % node_count :: _NODES_PER_BAD_ONE] = _BAD_SCORE
        return cls(
            this_node=node_count,
            chains=np.arange(chain_count, dtype=np.uint64),
            leaders=np.full(chain_count, node_count, dtype=np.uint64),
            offsets=np.arange(0, REPLICAS * chain_count + 1, REPLICAS, dtype=np.uint64),
            holders=holders.ravel().astype(np.uint64),
            nodes=nodes,
            scores=scores,
        )
