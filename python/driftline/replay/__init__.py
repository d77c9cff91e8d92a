"""The replay scenario: a trace of round-trip times goes by, and a policy moves replicas after it.

Every node is the client of one chain; each chain has three replicas, none on its client. A low round-trip time from
client to replica is a good home. At the end stand the costs that the clients paid and the moves that it took.

`driftline.replay.load` is another scenario: nodes with capacities, load that drifts, and a rack that fails.

    >>> from driftline import replay
    >>> trace = replay.Trace.generate(seed=42, node_count=24, slice_count=120)
    >>> result = replay.run(trace)
    >>> len(result.moves), round(result.mean_s("fresh"), 4)
    (198, 0.2638)
"""

from driftline.replay.fold import fold
from driftline.replay.measurements import Measurements
from driftline.replay.placement import ImpossibleMoveError, Move
from driftline.replay.playback import Playback, ScorerFactory, run
from driftline.replay.result import ChainHistory, ReplayResult
from driftline.replay.scorer import RttScorer
from driftline.replay.trace import Trace

__all__ = [
    "ChainHistory",
    "ImpossibleMoveError",
    "Measurements",
    "Move",
    "Playback",
    "ReplayResult",
    "RttScorer",
    "ScorerFactory",
    "Trace",
    "fold",
    "run",
]
