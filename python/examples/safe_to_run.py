"""A control loop that is safe to leave running: production config, revisions, a move that fails, and a drain.

Run it: `python examples/safe_to_run.py`
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import driftline

HERE = 1
NODES = {1, 2, 3, 4, 5, 6}
NS_PER_S = 10**9


class Store:
    """Where the replicas really are. Each chain has a revision, which grows with every change."""

    def __init__(self) -> None:
        self.holders = {7: {1, 2, 3}, 8: {1, 2, 4}, 9: {1, 2, 5}}
        self.revision = dict.fromkeys(self.holders, 1)
        self.full = {6}  # Nobody knows yet that this node's disk is full.

    def facts(self, chain: int) -> Iterator[driftline.Event]:
        """What is so now, whoever has done it. What is known already changes nothing."""
        yield driftline.LeaderSet(chain, HERE)
        yield from (driftline.HolderAdded(chain, node) for node in self.holders[chain])
        yield from (driftline.HolderRemoved(chain, node) for node in NODES - self.holders[chain])
        yield driftline.DesiredReplicas(chain, 3)
        yield driftline.ChainRevision(chain, self.revision[chain])

    def carry_out(self, action: driftline.Action) -> list[driftline.Event]:
        """Compares and swaps: what was decided on another revision than the present one is not done (R8).

        That is no failure: who was too late says what is so. `MoveFailed` is for what was tried, and makes its target
        wait.
        """
        chain = action.chain
        if action.revision != self.revision[chain]:
            return list(self.facts(chain))
        match action:
            case driftline.Eviction(victim=victim):
                self.holders[chain].remove(victim)
            case driftline.Placement(exclude=exclude, target=target):
                # Without a target the choice is ours, among all that is not excluded.
                node = target if target is not None else min({4, 5, 6} - set(exclude))
                if node in self.full:
                    return [driftline.MoveFailed(chain)]
                self.holders[chain].add(node)
        self.revision[chain] += 1
        return list(self.facts(chain))


class Latency:
    """Nodes by how fast they answer, whichever the chain."""

    def __init__(self) -> None:
        self.by_node = {1: 0.9, 2: 0.9, 3: 0.2, 4: 0.7, 5: 0.8, 6: 0.95}

    def score(self, chain: int, node: int) -> float:
        return self.by_node[node]

    def alternatives(self, chain: int, exclude: Sequence[int], limit: int) -> list[tuple[int, float]]:
        free = [(node, score) for node, score in self.by_node.items() if node not in exclude]
        return sorted(free, key=lambda home: -home[1])[:limit]

    def best_alternative(self, chain: int, exclude: Sequence[int]) -> tuple[int, float] | None:
        return next(iter(self.alternatives(chain, exclude, 1)), None)


class Loop:
    """Ticks, carries out, and says what became of it."""

    def __init__(self) -> None:
        # In earnest the time is one that all leaders share, such as `time.time_ns()`.
        self.store, self.state, self.now_ns = Store(), driftline.MeshState(), 0
        # A failing scorer is skipped, moves are tracked and limited, nothing flaps. `replace` changes what has to be.
        config = driftline.SchedulerConfig.production()
        self.scheduler = driftline.LocalScheduler(HERE, config, Latency())
        for chain in self.store.holders:
            self.state.apply(self.store.facts(chain))

    def tick(self) -> None:
        """One turn of the loop."""
        decision = self.scheduler.tick(self.state, self.now_ns)
        happened: list[driftline.Event] = []
        for action in decision.actions:
            print(f"{clock(self.now_ns)}  {action}")
            happened += self.store.carry_out(action)
        for event in happened:
            if isinstance(event, driftline.MoveFailed):
                print(f"       the move of chain {event.chain} failed")
        self.state.apply(happened)
        # After events at once, else when something is due. A real loop sleeps until one of both.
        next_due_ns = decision.report.next_due_ns
        self.now_ns = self.now_ns + NS_PER_S if happened or next_due_ns is None else next_due_ns

    def run_until(self, end_ns: int) -> None:
        """Goes on until then."""
        while self.now_ns < end_ns:
            self.tick()

    def say_why(self, chain: int) -> None:
        """What to tell somebody who is called at night."""
        print(f"       {self.scheduler.explain(self.state, chain).sentence}.")

    def say_how_far(self, node: int) -> None:
        """How the drain of a node goes."""
        status = self.scheduler.drain_status(self.state, node)
        assert status is not None
        blocked = ", ".join(f"chain {chain} is blocked: {verdict}" for chain, verdict in status.blocked.items())
        risk = "at risk" if status.at_risk else "on time"
        print(
            f"{clock(self.now_ns)}  node {node}: moved {status.moved}, left {status.left}, {risk}. {blocked}".rstrip()
        )


def clock(time_ns: int) -> str:
    """Minutes and seconds."""
    return "{:02}:{:02}".format(*divmod(time_ns // NS_PER_S, 60))


def main() -> None:
    """A slow node, a full one, and one that has to go."""
    loop = Loop()
    for _ in range(4):
        loop.tick()
        loop.say_why(7)

    print("\nNode 2 has to be empty in an hour, and somebody is at work on chain 9.")
    deadline_ns = loop.now_ns + driftline.to_ns(timedelta(hours=1))
    loop.state.apply([driftline.Drain(2, deadline_ns), driftline.ClaimAcquired(9)])
    loop.run_until(deadline_ns // 2)
    loop.say_how_far(2)
    loop.state.apply(driftline.ClaimReleased(9))
    loop.run_until(deadline_ns)
    loop.say_how_far(2)

    print("\nWhat the hour was like for chain 9:")
    for change in loop.scheduler.transitions():
        if change.chain == 9:
            print(f"{clock(change.at_ns)}  {change.before or 'new'} -> {change.after}")


if __name__ == "__main__":
    main()
