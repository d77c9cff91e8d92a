"""A scorer of ten lines: nodes by how busy they are.

Run it: `python examples/ten_lines.py`
"""

import driftline

busy = {1: 0.2, 2: 0.3, 3: 0.9, 4: 0.1}


class IdleFirst:
    """The less busy a node, the better a home it is."""

    def score(self, chain: int, node: int) -> float:
        return 1 - busy[node]

    def best_alternative(self, chain: int, exclude: tuple[int, ...]) -> tuple[int, float] | None:
        free = [(1 - load, node) for node, load in busy.items() if node not in exclude]
        return (max(free)[1], max(free)[0]) if free else None


def main() -> None:
    """One tick over one chain."""
    state = driftline.MeshState()
    state.load(chains=[7], leaders=[1], offsets=[0, 3], holders=[1, 2, 3])
    scheduler = driftline.LocalScheduler(1, scorer=IdleFirst())
    decision = scheduler.tick(state, now=0.0)
    for action in decision.actions:
        match action:
            case driftline.Eviction(chain, victim, target=int(target), gain=float(gain)):
                print(f"chain {chain}: {victim} -> {target}, gain {gain:.2f}")
                # Carry it out, then say so.
                state.apply([driftline.HolderRemoved(chain, victim), driftline.HolderAdded(chain, target)])
    print(scheduler.explain(state, 7))
    scheduler.tick(state, now=30.0)
    print(scheduler.explain(state, 7))


if __name__ == "__main__":
    main()
