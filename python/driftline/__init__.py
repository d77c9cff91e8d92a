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
    print(action)
```

Times that go in are `int` nanoseconds, `float` seconds or `timedelta` (`to_ns`); times that come out are `int`
nanoseconds. Ids are `int` from 0 to 2**64 - 1.

Marks such as (S3) or (D7) in these docs are numbers of rules in driftline's specification. `driftline.replay`,
`driftline.plot` and `driftline.report` are modules of their own.
"""

from __future__ import annotations

import atexit

from . import _driftline
from ._driftline import (
    HISTORY_DEAD_BAND,
    HISTORY_LENGTH,
    HISTORY_SMOOTHING,
    NO_NODE,
    RETRY_BACKOFF_FIRST_NS,
    __version__,
    build_info,
)
from ._times import ShortDurationWarning, Time, to_ns
from .config import SchedulerConfig
from .cost import MigrationCost, MigrationCostModel
from .decision import Decision, Eviction, Explanation, Judgement, Sampled, ScorerCalls, ScorerFailure, TickReport
from .enums import FingerprintMode, OnScorerError, SampleCause, Trend, Verdict
from .errors import (
    BusyError,
    ConfigError,
    DuplicateChainError,
    DuplicateHolderError,
    Error,
    MembershipError,
    NoScorerError,
    NotLedError,
    OutOfMemoryError,
    PoisonedError,
    ReentrantError,
    ReservedNodeError,
    TimeReversedError,
    TooManyError,
)
from .events import (
    ChainRemoved,
    ChainTouched,
    ClaimAcquired,
    ClaimReleased,
    Event,
    HolderAdded,
    HolderRemoved,
    LeaderCleared,
    LeaderSet,
    NodeTouched,
)
from .history import HistorySample, ScoreHistory
from .scheduler import LocalScheduler, SchedulerRegistry, diff_scheduler
from .scorer import Alternative, PlacementScorer, SnapshotScorer
from .snapshot import ScoreSnapshot
from .state import Chain, MeshState, MigrationEligible

# What runs later than this, such as a daemon thread, must not be in the middle of a call when the interpreter ends.
atexit.register(_driftline.end_calls)

__all__ = [
    "HISTORY_DEAD_BAND",
    "HISTORY_LENGTH",
    "HISTORY_SMOOTHING",
    "NO_NODE",
    "RETRY_BACKOFF_FIRST_NS",
    "Alternative",
    "BusyError",
    "Chain",
    "ChainRemoved",
    "ChainTouched",
    "ClaimAcquired",
    "ClaimReleased",
    "ConfigError",
    "Decision",
    "DuplicateChainError",
    "DuplicateHolderError",
    "Error",
    "Event",
    "Eviction",
    "Explanation",
    "FingerprintMode",
    "HistorySample",
    "HolderAdded",
    "HolderRemoved",
    "Judgement",
    "LeaderCleared",
    "LeaderSet",
    "LocalScheduler",
    "MembershipError",
    "MeshState",
    "MigrationCost",
    "MigrationCostModel",
    "MigrationEligible",
    "NoScorerError",
    "NodeTouched",
    "NotLedError",
    "OnScorerError",
    "OutOfMemoryError",
    "PlacementScorer",
    "PoisonedError",
    "ReentrantError",
    "ReservedNodeError",
    "SampleCause",
    "Sampled",
    "SchedulerConfig",
    "SchedulerRegistry",
    "ScoreHistory",
    "ScoreSnapshot",
    "ScorerCalls",
    "ScorerFailure",
    "ShortDurationWarning",
    "SnapshotScorer",
    "TickReport",
    "Time",
    "TimeReversedError",
    "TooManyError",
    "Trend",
    "Verdict",
    "__version__",
    "build_info",
    "diff_scheduler",
    "to_ns",
]
