"""A vectorised scorer: 100,000 chains on 1,000 nodes, scored by NumPy in blocks.

The single forms stay, for the few questions that come alone: a victim is always scored anew before it is evicted.

Run it: `python examples/vectorised.py`
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

import driftline

CHAINS = 100_000
NODES = 1_000


class Load:
    """Nodes by their load, of which a counter says when it has changed."""

    def __init__(self) -> None:
        self.load = np.linspace(0.0, 0.4, NODES)
        self.version = np.zeros(NODES, np.uint64)

    def set_load(self, node: int, load: float) -> None:
        """Whatever scores depend on must move the fingerprint, too."""
        self.load[node] = load
        self.version[node] += 1

    def score(self, chain: int, node: int) -> float:
        return 1 - float(self.load[node])

    def score_many(self, chains: NDArray[np.uint64], nodes: NDArray[np.uint64]) -> NDArray[Any]:
        return 1 - self.load[nodes]

    def node_fingerprints(self, nodes: NDArray[np.uint64]) -> NDArray[np.uint64]:
        return self.version[nodes]

    def best_alternative(self, chain: int, exclude: tuple[int, ...]) -> driftline.Alternative | None:
        # The nodes are few and mostly quiet, so the best is soon found.
        node = next(int(node) for node in np.argsort(self.load, kind="stable") if node not in exclude)
        return driftline.Alternative(node, self.score(chain, node))


def main() -> None:
    """A node gets slow, and the chains on it move away: those that gain most by it, one tick after the other."""
    generator = np.random.default_rng(1)
    first = generator.integers(0, NODES - 2, CHAINS, dtype=np.uint64)
    state = driftline.MeshState()
    state.load(
        chains=np.arange(CHAINS),
        leaders=np.zeros(CHAINS, np.uint64),
        offsets=np.arange(CHAINS + 1) * 3,
        holders=np.stack([first, first + 1, first + 2], axis=1).reshape(-1),
    )
    scorer = Load()
    scheduler = driftline.LocalScheduler(0, scorer=scorer)
    for second, (node, load) in enumerate([(0, 0.0), (500, 0.9), (501, 0.55)]):
        scorer.set_load(node, load)
        decision = scheduler.tick(state, now=float(second))
        report = decision.report
        print(f"second {second}: {report.rescored} of {report.led} chains scored, {len(decision.actions)} should move")
        moves = decision.to_records()
        if len(moves):
            print(f"  away from {np.unique(moves['victim'])}, gain {moves['gain'].mean():.2f} on average")


if __name__ == "__main__":
    main()
