"""driftline says **which replica should live somewhere else**, and only when the move is worth it.

You tell a `MeshState` who holds which chain and who leads it. A scorer that you write says how good each home is. Once
per tick a `LocalScheduler` answers with the few moves that are worth making. It does no I/O, reads no clock and
starts no thread: the same inputs give the same answers, bit for bit, here as in Rust and C.

```python
import driftline

class Latency:
    def score(self, chain, node):
        return 0.4 if node == 3 else 0.9        # in earnest: what you measured
    def best_alternative(self, chain, exclude):
        return (9, 0.95)

state = driftline.MeshState()
state.load(chains=[7], leaders=[1], offsets=[0, 3], holders=[1, 2, 3])
scheduler = driftline.LocalScheduler(1, scorer=Latency())
for action in scheduler.tick(state, now=0.0).actions:
    print(action)                               # scheduler evict 7: 3 -> 9
```

Times that go in are `int` nanoseconds, `float` seconds or `timedelta` (`to_ns`); times that come out are `int`
nanoseconds. They count from any origin; whoever hands chains over needs one that all leaders share, such as that of
`time.time()`. Ids are `int` from 0 to 2**64 - 1.

Marks such as (S3) or (D7) number the rules of the design; the sentence before a mark says the rule, and there is
nothing to look up. `driftline.replay`, `driftline.plot` and `driftline.report` are modules of their own.
"""

from __future__ import annotations

import atexit

from . import _driftline
from ._driftline import (
    FLAP_COOLDOWN_MAX_NS,
    FLAP_MEMORY,
    HISTORY_DEAD_BAND,
    HISTORY_LENGTH,
    HISTORY_SMOOTHING,
    MOVE_BACKOFF_FIRST_NS,
    MOVE_BACKOFF_MAX_NS,
    NO_NODE,
    RETRY_BACKOFF_FIRST_NS,
    TRANSITION_RING_LENGTH,
    __version__,
    build_info,
)
from ._times import ShortDurationWarning, Time, to_ns
from .action import Action, Eviction, Placement
from .calibration import Calibration, ObservedMove, calibrate
from .combine import Cached, Gate, Minimum, OverridePerChain, SmoothedScorer, WeightedSum
from .config import SchedulerConfig
from .cost import MigrationCost, MigrationCostModel
from .decision import Decision, Judgement, Sampled, ScorerCalls, ScorerFailure, TickReport
from .enums import Arm, ClassMode, FingerprintMode, MoveOrder, NodeHealth, OnScorerError, SampleCause, Trend, Verdict
from .errors import (
    BusyError,
    CalibrationError,
    ChainImportError,
    ConfigError,
    DuplicateChainError,
    DuplicateHolderError,
    Error,
    InventoryError,
    MembershipError,
    NoScorerError,
    NotLedError,
    OutOfMemoryError,
    PartError,
    PoisonedError,
    ReentrantError,
    ReservedNodeError,
    TimeReversedError,
    TooManyError,
)
from .events import (
    Avoid,
    ChainClass,
    ChainRemoved,
    ChainRevision,
    ChainTouched,
    ClaimAcquired,
    ClaimReleased,
    DesiredReplicas,
    Drain,
    DrainCancelled,
    Event,
    ForceEvict,
    ForcePlace,
    FreezeUntil,
    HolderAdded,
    HolderRemoved,
    LeaderCleared,
    LeaderSet,
    MoveFailed,
    NodeTouched,
    Thaw,
)
from .explanation import Explanation, Flight
from .facts import Bandwidth, ChainProfile, Client, NodeInventory, Rtt
from .history import HistorySample, ScoreHistory
from .inventory import InventoryConfig, InventoryScorer, ScoreAxes
from .policy import ClassPolicy
from .progress import DrainStatus, Transition
from .scheduler import LocalScheduler, SchedulerRegistry, diff_scheduler
from .scorer import Alternative, PlacementScorer, SnapshotScorer
from .snapshot import ScoreSnapshot
from .state import Chain, MeshState, MigrationEligible

# What runs later than this, such as a daemon thread, must not be in the middle of a call when the interpreter ends.
atexit.register(_driftline.end_calls)

__all__ = [
    "FLAP_COOLDOWN_MAX_NS",
    "FLAP_MEMORY",
    "HISTORY_DEAD_BAND",
    "HISTORY_LENGTH",
    "HISTORY_SMOOTHING",
    "MOVE_BACKOFF_FIRST_NS",
    "MOVE_BACKOFF_MAX_NS",
    "NO_NODE",
    "RETRY_BACKOFF_FIRST_NS",
    "TRANSITION_RING_LENGTH",
    "Action",
    "Alternative",
    "Arm",
    "Avoid",
    "Bandwidth",
    "BusyError",
    "Cached",
    "Calibration",
    "CalibrationError",
    "Chain",
    "ChainClass",
    "ChainImportError",
    "ChainProfile",
    "ChainRemoved",
    "ChainRevision",
    "ChainTouched",
    "ClaimAcquired",
    "ClaimReleased",
    "ClassMode",
    "ClassPolicy",
    "Client",
    "ConfigError",
    "Decision",
    "DesiredReplicas",
    "Drain",
    "DrainCancelled",
    "DrainStatus",
    "DuplicateChainError",
    "DuplicateHolderError",
    "Error",
    "Event",
    "Eviction",
    "Explanation",
    "FingerprintMode",
    "Flight",
    "ForceEvict",
    "ForcePlace",
    "FreezeUntil",
    "Gate",
    "HistorySample",
    "HolderAdded",
    "HolderRemoved",
    "InventoryConfig",
    "InventoryError",
    "InventoryScorer",
    "Judgement",
    "LeaderCleared",
    "LeaderSet",
    "LocalScheduler",
    "MembershipError",
    "MeshState",
    "MigrationCost",
    "MigrationCostModel",
    "MigrationEligible",
    "Minimum",
    "MoveFailed",
    "MoveOrder",
    "NoScorerError",
    "NodeHealth",
    "NodeInventory",
    "NodeTouched",
    "NotLedError",
    "ObservedMove",
    "OnScorerError",
    "OutOfMemoryError",
    "OverridePerChain",
    "PartError",
    "Placement",
    "PlacementScorer",
    "PoisonedError",
    "ReentrantError",
    "ReservedNodeError",
    "Rtt",
    "SampleCause",
    "Sampled",
    "SchedulerConfig",
    "SchedulerRegistry",
    "ScoreAxes",
    "ScoreHistory",
    "ScoreSnapshot",
    "ScorerCalls",
    "ScorerFailure",
    "ShortDurationWarning",
    "SmoothedScorer",
    "SnapshotScorer",
    "Thaw",
    "TickReport",
    "Time",
    "TimeReversedError",
    "TooManyError",
    "Transition",
    "Trend",
    "Verdict",
    "WeightedSum",
    "__version__",
    "build_info",
    "calibrate",
    "diff_scheduler",
    "to_ns",
]
