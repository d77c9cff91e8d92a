"""What driftline asks for: evictions and placements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from . import _driftline
from ._records import ARMS, known, known_node, record
from ._reprs import brief
from .enums import Arm

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Action", "Eviction", "Placement", "actions_of"]

_ACTION = record(_driftline.ACTION_LAYOUT)


@dataclass(frozen=True, slots=True, repr=False)
class Eviction:
    """Take the chain away from a holder. Whoever carries it out says so with events. `str()` is one line."""

    chain: int
    """The chain."""
    victim: int
    """The holder to leave."""
    victim_score: float | None
    """The victim's live score; `None` where the arm does not ask for it."""
    target: int | None
    """The home that the chain is to have instead; `None` where it is to have one holder less.

    `Arm.SCHEDULER` always names one. With a wished count (`DesiredReplicas`) leave it alone: when the victim is gone, a
    `Placement` on it follows. Without one under `MoveOrder.EVICT_FIRST` this eviction is the whole move: put the chain
    on the target, too, or it has one replica less from then on. Under `MoveOrder.PLACE_FIRST` the placement came
    before, with a wished count or without.
    """
    target_score: float | None
    """Its score, lowered by the penalty for moves that are in flight to it (L2)."""
    gain: float | None
    """`target_score - victim_score`, in 32 bits."""
    cost: float | None
    """What the move costs, in score; `None` when the scorer named no cost."""
    arm: Arm = Arm.SCHEDULER
    """Which part of the library asks for it."""
    revision: int | None = None
    """The latest revision of the chain that you have told (R8)."""

    def __repr__(self) -> str:
        """The fields, without those that hold their default."""
        return brief(self)

    def __str__(self) -> str:
        """The action as the library prints it: `scheduler evict 7: 3 -> 9 at revision 5`."""
        return _driftline.eviction_text(self.chain, self.victim, self.target, self.arm, self.revision)


@dataclass(frozen=True, slots=True, repr=False)
class Placement:
    """Give the chain to one more node (R2). Whoever carries it out says so with events. `str()` is one line."""

    chain: int
    """The chain."""
    exclude: tuple[int, ...]
    """The nodes that it must not be, by ascending id.

    Holders, nodes that are drained or avoided, and targets that have just failed.
    """
    target: int | None
    """The node to place it on; `None` leaves the choice among all others to you."""
    victim: int | None = None
    """The holder that will be evicted once the target has come (R4); `None` where the chain is to have one more."""
    victim_score: float | None = None
    """The victim's live score; `None` where the arm does not ask for it, as are the numbers that follow."""
    target_score: float | None = None
    """The target's score, lowered by the penalty for moves that are in flight to it (L2)."""
    gain: float | None = None
    """`target_score - victim_score`, in 32 bits."""
    cost: float | None = None
    """What the move costs, in score; `None` also when the scorer named no cost."""
    arm: Arm = Arm.COUNT
    """Which part of the library asks for it."""
    revision: int | None = None
    """The latest revision of the chain that you have told (R8)."""

    def __repr__(self) -> str:
        """The fields, without those that hold their default."""
        return brief(self)

    def __str__(self) -> str:
        """The action as the library prints it: `count place 7 -> 9, excluding 1 2`."""
        return _driftline.placement_text(self.chain, self.exclude, self.target, self.arm, self.revision)


Action: TypeAlias = Eviction | Placement
"""What is to be done: tell them apart with `match` or `isinstance`."""


def actions_of(data: bytes, excluded: bytes) -> Iterator[Action]:
    """The actions in the records of the extension."""
    nodes = memoryview(excluded).cast("Q")
    for parts in _ACTION.iter_unpack(data):
        yield _action_of(parts, nodes)


def _action_of(parts: tuple[Any, ...], nodes: memoryview[int]) -> Action:
    chain, victim, victim_score, target, target_score, gain, cost, kind, arm, is_told, revision, begin, count = parts
    target, arm, revision = known_node(target), ARMS[arm], revision if is_told else None
    victim_score, target_score, gain, cost = map(known, (victim_score, target_score, gain, cost))
    if kind == _driftline.EVICT:
        return Eviction(chain, victim, victim_score, target, target_score, gain, cost, arm, revision)
    exclude, victim = tuple(nodes[begin : begin + count]), known_node(victim)
    return Placement(chain, exclude, target, victim, victim_score, target_score, gain, cost, arm, revision)
