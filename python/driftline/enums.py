"""The few words that driftline answers and is configured with."""

from __future__ import annotations

from enum import Enum, IntEnum

__all__ = [
    "Arm",
    "ClassMode",
    "FingerprintMode",
    "MoveOrder",
    "NodeHealth",
    "OnScorerError",
    "SampleCause",
    "Trend",
    "Verdict",
]


def _format(member: IntEnum, spec: str) -> str:
    wants_number = spec != "" and spec[-1] in "bcdeEfFgGnoxX%"
    return format(int(member), spec) if wants_number else format(str(member), spec)


class Verdict(IntEnum):
    """Why a chain moves or does not. Numbered once and for ever; the list only grows. `str()` says it in words."""

    NOT_SAMPLED = 0
    """No score has been asked for since the chain became led, or there is no scorer."""
    HEALTHY = 1
    """The worst holder is at or above the floor (D6)."""
    NO_SCORE = 2
    """No holder has a score, or the victim has no live one (D5, D7)."""
    COOLDOWN = 3
    """The chain was evicted from less than a cooldown ago (D3)."""
    CLAIM_HELD = 4
    """Somebody holds an exclusive claim on the chain (D4)."""
    RECOVERED = 5
    """The victim's live score is at or above the floor (D7)."""
    NO_ALTERNATIVE = 6
    """The scorer knows no better home (D8)."""
    GAP_TOO_SMALL = 7
    """The alternative is not better by more than the hysteresis gap (D9)."""
    COST_TOO_HIGH = 8
    """The move costs at least what it gains (D10)."""
    EVICT = 9
    """The victim should go (D11)."""
    SCORER_FAILED = 10
    """The scorer failed for this chain, which sits this pass out (P2)."""
    ALREADY_MOVED = 16
    """An arm that comes earlier has acted on the chain in the same pass (D2)."""
    LAST_HOLDER = 17
    """The move would leave the chain with too few holders (R5)."""
    FROZEN = 18
    """Nothing is emitted until a freeze is over (R6)."""
    IN_FLIGHT = 19
    """A move of the chain is under way (F1)."""
    RETRY_LATER = 20
    """Refused before for want of a better home, and nothing is new yet (L4)."""
    TICK_LIMIT = 21
    """The moves of this tick are used up (L1)."""
    CLUSTER_LIMIT = 22
    """Too many moves are in flight (L1)."""
    SOURCE_LIMIT = 23
    """Too many moves are in flight from the victim (L1)."""
    TARGET_LIMIT = 24
    """Too many moves are in flight to every home that would do (L1)."""
    FLAP_HOLD = 25
    """The chain has moved back and forth, or too often (O1)."""
    WARMING_UP = 26
    """Too few chains have a score yet (V2)."""
    PINNED = 27
    """The chain's class does not move (Y1)."""
    PROPOSE_ONLY = 28
    """The victim should go, but the chain's class only proposes (Y1)."""
    DEFERRED = 29
    """Due, but the scores of this tick were used up before its turn (L3)."""

    def __str__(self) -> str:
        """The verdict in words: `"gap too small"`."""
        return self.name.lower().replace("_", " ")

    def __format__(self, spec: str) -> str:
        """In words, too, unless a number is asked for, as with `"d"`."""
        return _format(self, spec)


class Arm(IntEnum):
    """Which part of the library asks for an action, in the order in which they act (R1). `str()` says it in words."""

    FORCED = 0
    """Somebody ordered it (R7)."""
    COUNT = 1
    """The number of holders is not the wished one, or the second half of a move is due (R2, R4)."""
    DRAIN = 2
    """A node is drained (N1)."""
    SCHEDULER = 3
    """A holder is bad and there is a better home (D11)."""

    def __str__(self) -> str:
        """The arm in words: `"drain"`."""
        return self.name.lower()

    def __format__(self, spec: str) -> str:
        """In words, too, unless a number is asked for, as with `"d"`."""
        return _format(self, spec)


class Trend(IntEnum):
    """Where the worst score of a chain is going. `str()` says it in words."""

    STABLE = 0
    """Within the dead band around the mean."""
    DEGRADING = 1
    """Below it."""
    IMPROVING = 2
    """Above it."""

    def __str__(self) -> str:
        """The trend in words: `"degrading"`."""
        return self.name.lower()

    def __format__(self, spec: str) -> str:
        """In words, too, unless a number is asked for, as with `"d"`."""
        return _format(self, spec)


class SampleCause(IntEnum):
    """Why a chain was sampled; the first of S1 that applies. `str()` says it in words."""

    NEW = 0
    """Not sampled since it became led."""
    DIRTY = 1
    """An input moved, its last decision was `RECOVERED`, the scorer is another one, or an earlier attempt failed."""
    BACKSTOP = 2
    """Its scores are a decision interval old (S3)."""

    def __str__(self) -> str:
        """The cause in words: `"backstop"`."""
        return self.name.lower()

    def __format__(self, spec: str) -> str:
        """In words, too, unless a number is asked for, as with `"d"`."""
        return _format(self, spec)


class OnScorerError(Enum):
    """What a failure of the scorer does (P2)."""

    ABORT = "abort"
    """The exception comes out of the call and nothing is emitted."""
    SKIP_CHAIN = "skip_chain"
    """The chain sits the tick out and stays due; the exception is in the report."""


class FingerprintMode(Enum):
    """How the scheduler learns that an input of the scores has moved (S2)."""

    POLL = "poll"
    """It asks the scorer's `node_fingerprint` in every tick."""
    PUSH = "push"
    """It never asks; `NodeTouched` and `ChainTouched` say what moved."""


class MoveOrder(Enum):
    """Which half of a move goes first (R4)."""

    EVICT_FIRST = "evict_first"
    """The victim leaves; then the chain is placed on the target."""
    PLACE_FIRST = "place_first"
    """The chain is placed on the target; the victim leaves when it is there. It is never short of a replica because of
    driftline. Where the target comes later than a `move_timeout` after it was asked for, the victim stays."""


class ClassMode(Enum):
    """How eagerly the chains of a class move (Y1)."""

    EAGER = "eager"
    """Whenever a move is worth it."""
    LAZY = "lazy"
    """Only when the worst holder is below the policy's `critical_floor`, whatever the floor is.

    No score is below 0, so with 0 the chains never move for a better score, but still for a drain.
    """
    PINNED = "pinned"
    """Never for a better score and never for a drain; the wished count is kept and orders are carried out."""
    PROPOSE_ONLY = "propose_only"
    """Moves for a better score and for a drain are decided and not emitted: the verdict is `PROPOSE_ONLY`.

    The wished count is kept and orders are carried out. For a dry run of everything there is `LocalScheduler.decide`.
    """


class NodeHealth(Enum):
    """Whether a node may have chains (I1)."""

    HEALTHY = "healthy"
    """It may."""
    CORDONED = "cordoned"
    """It may keep what it has and gets no more."""
    FAILED = "failed"
    """It is no home: what it has should go."""
