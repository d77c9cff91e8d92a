"""Everything that a `MeshState` can be told, one class an event. Events are immutable and compare by value.

```python
state.apply([HolderAdded(chain=7, node=1), LeaderSet(chain=7, node=1), DesiredReplicas(chain=7, count=3)])
```

Times are those of the ticks, not durations: `now + 60.0` is in a minute. They are `int` nanoseconds, `float` seconds or
`timedelta` on the way in, and `int` nanoseconds from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import _driftline

if TYPE_CHECKING:
    from ._times import Time

__all__ = [
    "Avoid",
    "ChainClass",
    "ChainRemoved",
    "ChainRevision",
    "ChainTouched",
    "ClaimAcquired",
    "ClaimReleased",
    "DesiredReplicas",
    "Drain",
    "DrainCancelled",
    "Event",
    "ForceEvict",
    "ForcePlace",
    "FreezeUntil",
    "HolderAdded",
    "HolderRemoved",
    "LeaderCleared",
    "LeaderSet",
    "MoveFailed",
    "NodeTouched",
    "Thaw",
]


@dataclass(frozen=True, slots=True)
class HolderAdded:
    """`node` has the chain now."""

    chain: int
    node: int


@dataclass(frozen=True, slots=True)
class HolderRemoved:
    """`node` has the chain no longer."""

    chain: int
    node: int


@dataclass(frozen=True, slots=True)
class LeaderSet:
    """`node` leads the chain, and nobody else does."""

    chain: int
    node: int


@dataclass(frozen=True, slots=True)
class LeaderCleared:
    """Nobody leads the chain."""

    chain: int


@dataclass(frozen=True, slots=True)
class ChainRemoved:
    """The chain is gone, and all that was known of it: holders, leader, claim, cooldown, facts and moves (E4)."""

    chain: int


@dataclass(frozen=True, slots=True)
class ClaimAcquired:
    """Somebody has claimed the chain for themselves: it is not moved until the claim is released (D4).

    A move that is half done waits, too, and no other chain waits for it.
    """

    chain: int


@dataclass(frozen=True, slots=True)
class ClaimReleased:
    """The claim on the chain is gone."""

    chain: int


@dataclass(frozen=True, slots=True)
class NodeTouched:
    """Something that scores of `node` depend on may have moved (S2)."""

    node: int


@dataclass(frozen=True, slots=True)
class ChainTouched:
    """Something that scores of the chain depend on may have moved (S2)."""

    chain: int


@dataclass(frozen=True, slots=True)
class DesiredReplicas:
    """So many nodes should hold the chain (R2). Fewer, or none: somebody is placed; more: somebody is evicted.

    `count` is an `int` from 0 to 2**32 - 1.
    """

    chain: int
    count: int


@dataclass(frozen=True, slots=True)
class ChainRevision:
    """The chain's revision in your store, a number of yours from 0 to 2**64 - 1.

    Every action on the chain carries the latest one, so that whoever applies it can compare and swap (R8).
    """

    chain: int
    revision: int


@dataclass(frozen=True, slots=True)
class ChainClass:
    """The chain belongs to a class, whose `ClassPolicy` replaces parts of the config (Y1).

    `class_id` is an `int` from 0 to 2**32 - 1. A chain that was never given one is of class 0.
    """

    chain: int
    class_id: int


@dataclass(frozen=True, slots=True, init=False)
class Drain:
    """The node is to be empty by the deadline: never a target, and what it holds moves away (N1).

    The deadline is a time of the clock that ticks are given, such as `now + 3600.0`. Another one replaces it, and
    begins the pace anew. The pace is even, and such that the last move begins a `move_timeout` before the deadline;
    where less time than that is left, everything goes at once, as limits allow. Chains whose moves have failed go last.

    `LocalScheduler.drain_status` says how far it has come.

    Raises:
        TypeError, ValueError: the deadline is no time.
    """

    node: int
    deadline: int
    """In nanoseconds."""

    def __init__(self, node: int, deadline: Time) -> None:
        object.__setattr__(self, "node", node)
        object.__setattr__(self, "deadline", _driftline.to_ns(deadline, "deadline"))


@dataclass(frozen=True, slots=True)
class DrainCancelled:
    """The node stays. A drain that comes later begins with nothing."""

    node: int


@dataclass(frozen=True, slots=True, init=False)
class Avoid:
    """The node is no target until then; what it holds stays (N2). A later one replaces it, also with an earlier end.

    The end is a time of the clock that ticks are given, such as `now + 60.0`; one that is past is none.

    Raises:
        TypeError, ValueError: the end is no time.
    """

    node: int
    until: int
    """In nanoseconds."""

    def __init__(self, node: int, until: Time) -> None:
        object.__setattr__(self, "node", node)
        object.__setattr__(self, "until", _driftline.to_ns(until, "until"))


@dataclass(frozen=True, slots=True, init=False)
class FreezeUntil:
    """Nothing is emitted until then; sampling goes on (R6). A later one replaces it, also with an earlier end.

    The end is a time of the clock that ticks are given, such as `now + 60.0`. Orders that come meanwhile are refused,
    not kept.

    Raises:
        TypeError, ValueError: the end is no time.
    """

    until: int
    """In nanoseconds."""

    def __init__(self, until: Time) -> None:
        object.__setattr__(self, "until", _driftline.to_ns(until, "until"))


@dataclass(frozen=True, slots=True)
class Thaw:
    """A freeze is over now (R6)."""


@dataclass(frozen=True, slots=True)
class ForceEvict:
    """Somebody orders this holder away (R7).

    The next tick of the chain's leader does it, whatever floor, gap, cost and cooldown say, but never against a claim.
    Another order replaces it, and it is dropped when somebody else leads the chain. One that a limit holds back waits.

    What cannot be done is dropped, and counted as `forced_refused` without saying which chain it was: the victim is no
    holder, the chain is claimed or has a move in flight, fewer than `min_holders` would be left, everything is frozen,
    or, of a `ForcePlace`, the target holds the chain already, is drained or avoided. Order it again when that is over.
    """

    chain: int
    victim: int


@dataclass(frozen=True, slots=True)
class ForcePlace:
    """Somebody orders the chain to this node, likewise (R7). Together with `ForceEvict` it is one move."""

    chain: int
    target: int


@dataclass(frozen=True, slots=True)
class MoveFailed:
    """The move of the chain that is in flight has failed (F1).

    What it was tried with, mostly its target, waits for a minute, longer with each failure; meanwhile another home is
    tried. Where no move is in flight, or the library has yet to say its next half, this is ignored and counted as
    `ignored_feedback` (F3).

    A comparison of revisions that was lost is no failure of the target: say what is so now (`ChainRevision`, holders,
    leader) first; say this, too, only if that does not end the move and you do not want to wait for its `move_timeout`.
    """

    chain: int


Event = (
    HolderAdded
    | HolderRemoved
    | LeaderSet
    | LeaderCleared
    | ChainRemoved
    | ClaimAcquired
    | ClaimReleased
    | NodeTouched
    | ChainTouched
    | DesiredReplicas
    | ChainRevision
    | ChainClass
    | Drain
    | DrainCancelled
    | Avoid
    | FreezeUntil
    | Thaw
    | ForceEvict
    | ForcePlace
    | MoveFailed
)
