"""A control loop without a scorer of one's own: an inventory is fed, and what is decided is carried out.

Six nodes in three zones and thirty chains. Node 1 gets busy after ten minutes, and node 2 fails after forty.

Run it: `python examples/inventory.py`
"""

from collections.abc import Sequence

import driftline

NODES = range(1, 7)
CHAINS = range(30)
CLIENT = 100

inventory = driftline.InventoryScorer()
state = driftline.MeshState()
scheduler = driftline.LocalScheduler(1, driftline.SchedulerConfig.production(), inventory)


def tell(events: Sequence[driftline.Event]) -> None:
    """Says what has happened to both that have to know."""
    state.apply(events)
    inventory.follow(events)


def measure(now: float, busy: set[int], failed: set[int]) -> None:
    """What a monitoring system would report."""
    for node in NODES:
        inventory.report_nodes(
            now,
            driftline.NodeInventory(
                node=node,
                cpu_capacity_cores=16,
                cpu_use_cores=15.5 if node in busy else 4.0,
                zone=(node + 1) // 2,
                health=driftline.NodeHealth.FAILED if node in failed else driftline.NodeHealth.HEALTHY,
            ),
        )


def carry_out(action: driftline.Action) -> None:
    """Puts a replica where it should be, at once."""
    match action:
        case driftline.Eviction(chain, victim):
            tell([driftline.HolderRemoved(chain, victim)])
        case driftline.Placement(chain, exclude, target):
            # Without a target the choice is ours, among all that is not excluded.
            best = inventory.best_alternative(chain, exclude) if target is None else (target, 1.0)
            if best is not None:
                tell([driftline.HolderAdded(chain, best[0])])


inventory.report_rtts(0.0, [driftline.Rtt(CLIENT, node, 0.010 + 0.002 * node) for node in NODES])
inventory.report_profiles(
    driftline.ChainProfile(chain=chain, cpu_cores=0.25, size_bytes=1e8, clients=[driftline.Client(CLIENT)])
    for chain in CHAINS
)
for chain in CHAINS:
    holders = [1 + chain % 2, 3 + chain % 2, 5 + chain % 2]
    tell([driftline.HolderAdded(chain, node) for node in holders])
    tell([driftline.LeaderSet(chain, 1), driftline.DesiredReplicas(chain, 3)])

moves = 0
for minute in range(60):
    now = minute * 60.0
    measure(now, busy={1} if 10 <= minute < 40 else set(), failed={2} if minute >= 40 else set())
    for action in scheduler.tick(state, now).actions:
        carry_out(action)
        moves += isinstance(action, driftline.Eviction)
    if minute in (9, 29, 59):
        held = ", ".join(f"{node}: {len(state.chains_on(node))}" for node in NODES)
        print(f"minute {minute:2}: {moves:2} moves, chains by node {held}")
