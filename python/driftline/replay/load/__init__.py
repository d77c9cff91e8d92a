"""The load scenario: nodes with capacities, chains whose demand drifts, and a rack that fails half-way.

Sixty nodes of three sizes stand in five zones of four racks each; 600 chains have three replicas, in three zones. What
is drawn is drawn with SplitMix64 and counted in whole numbers, so that equal seeds give equal runs on every machine.

- *Demand.* A few chains are much larger than most. The cpu that a replica needs follows the time of day in the zone
  where most of its clients are, does a random walk, and is 3 to 6 times as much while a crowd comes (20 to 60 slices of
  30 seconds). The sum stays under 65 % of what the cluster has without the rack that will fail, and no replica needs
  more than a quarter of the smallest node: there is always a way to leave every node within its capacity.
- *Distance.* Clients are in one to three zones. A round-trip time grows with the distance of zones; now and then a
  node's path is slow for 40 to 120 slices.
- *Reports.* Use comes every 1 to 3 slices of a node, some per cent off and never above the capacity; round-trip times
  every 3 to 8, jittered, some of them stalled; what chains need every 10.
- *The failing rack.* From half-way on its nodes are twice as far, reports call them cordoned, and the operator drains
  them with a deadline 40 slices later. Then they are gone, and what is still there is lost.
- *Moves.* A copy takes as long as its size does at two gigabits a second, and half a core of both nodes. The old
  replica serves until the new one has come.
- *Costs.* The clients of a chain see the mean over its holders of the round-trip time, times `1 / (1 - use)` of the
  node, at most twentyfold. What stands above a capacity is counted in node-slices, what has fewer than three replicas
  in chain-slices.

Policies are "never", "greedy", which is always on its way to the three best nodes, and "drift", a scheduler with
`SchedulerConfig.production()` and `MoveOrder.PLACE_FIRST`. It asks `LatencyScorer`, or whatever a `Feed` brings.

    >>> from driftline.replay import load
    >>> trace = load.LoadTrace.generate(seed=1, node_count=30, chain_count=120, slice_count=100)
    >>> result = load.run(trace, smooth=0.3)
    >>> len(result.moves), result.slices_until_empty(), result.over_node_slices()
    (95, 21, 0)
"""

from driftline.replay.load.cluster import Cluster, LoadMove, Transfer
from driftline.replay.load.demand import Demand
from driftline.replay.load.playback import FeedFactory, LoadPlayback, run
from driftline.replay.load.reference import LatencyScorer
from driftline.replay.load.reports import Feed, Health, Observations, Reports
from driftline.replay.load.result import LoadResult
from driftline.replay.load.topology import Topology
from driftline.replay.load.trace import LoadTrace

__all__ = [
    "Cluster",
    "Demand",
    "Feed",
    "FeedFactory",
    "Health",
    "LatencyScorer",
    "LoadMove",
    "LoadPlayback",
    "LoadResult",
    "LoadTrace",
    "Observations",
    "Reports",
    "Topology",
    "Transfer",
    "run",
]
