"""A scorer with migration cost: a small chain moves, a large one stays where it is.

Run it: `python examples/migration_cost.py`
"""

from datetime import timedelta

import driftline

SIZE_BYTES = {7: 2_000_000_000, 8: 900_000_000_000}
BANDWIDTH_BYTES_PER_S = 1_000_000_000


class ByLatency:
    """Node 3 is slow, node 9 is fast; moving takes as long as the data is large."""

    def score(self, chain: int, node: int) -> float:
        return 0.4 if node == 3 else 0.9

    def best_alternative(self, chain: int, exclude: tuple[int, ...]) -> driftline.Alternative:
        return driftline.Alternative(node=9, score=0.95)

    def migration_cost(self, chain: int, target: int) -> driftline.MigrationCost:
        return driftline.MigrationCost(
            state_transfer=SIZE_BYTES[chain] / BANDWIDTH_BYTES_PER_S,  # a float is seconds
            disruption=timedelta(milliseconds=200),
            reliability_factor=1.0,
        )


def main() -> None:
    """One tick over two chains that differ in nothing but their size."""
    config = driftline.SchedulerConfig(cost_per_sec=0.01)
    state = driftline.MeshState()
    state.load(chains=[7, 8], leaders=[1, 1], offsets=[0, 3, 6], holders=[1, 2, 3, 1, 2, 3])
    scheduler = driftline.LocalScheduler(1, config, ByLatency())
    scheduler.tick(state, now=0)
    for chain in state.chains():
        explanation = scheduler.explain(state, chain)
        match explanation.verdict:
            case driftline.Verdict.EVICT:
                print(f"moves: {explanation}")
            case driftline.Verdict.COST_TOO_HIGH:
                print(f"stays: {explanation}")


if __name__ == "__main__":
    main()
