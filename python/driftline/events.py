"""Everything that a `MeshState` can be told, one class an event. Events are immutable and compare by value.

```python
state.apply([HolderAdded(chain=7, node=1), LeaderSet(chain=7, node=1)])
```
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ChainRemoved",
    "ChainTouched",
    "ClaimAcquired",
    "ClaimReleased",
    "Event",
    "HolderAdded",
    "HolderRemoved",
    "LeaderCleared",
    "LeaderSet",
    "NodeTouched",
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
    """The chain is gone, with its cooldown and its claim."""

    chain: int


@dataclass(frozen=True, slots=True)
class ClaimAcquired:
    """Somebody has claimed the chain for themselves: it is not moved until the claim is released (D4)."""

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
)
