"""What operators watch: how far a drain has come, and which verdicts have changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import _driftline
from ._records import VERDICTS, record

if TYPE_CHECKING:
    from .enums import Verdict

__all__ = ["DrainStatus", "Transition", "drain_status_of", "transitions_of"]

_TRANSITION = record(_driftline.TRANSITION_LAYOUT)


@dataclass(frozen=True, slots=True)
class DrainStatus:
    """How far a node that is drained has come (N1). Of the chains that are led here.

    This is what the drain makes of them: they are in flight, or blocked, or wait for their turn.
    `LocalScheduler.explain` goes by scores on such a node, too: a chain that waits, or that is blocked by
    `NO_ALTERNATIVE`, `LAST_HOLDER` or `PROPOSE_ONLY`, may read as `HEALTHY` there.
    """

    node: int
    """The node."""
    deadline_ns: int
    """When it should be empty."""
    left: int
    """The chains that it still holds, those in flight included."""
    moved: int
    """The chains that the drain has moved away; without a `move_timeout` those that it has asked to move."""
    in_flight: int
    """The chains that are on their way from it."""
    blocked: dict[int, Verdict] = field(hash=False)
    """The chains that the drain could not move, by ascending id, and why."""
    at_risk: bool
    """Whether it will not be empty in time unless something changes.

    The deadline has passed, somebody is blocked by what does not pass by itself, or limits keep the drain behind its
    pace.
    """

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from . import _display

        return _display.drain_html(self)


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of a standing verdict (W3)."""

    sequence: int
    """Counts from 0, so that a reader notices what it has missed."""
    at_ns: int
    """The tick that changed it."""
    chain: int | None
    """The chain; `None` is all chains at once, which freeze and warm-up are about."""
    before: Verdict | None
    """The verdict before; `None` if there was none."""
    after: Verdict | None
    """The verdict from then on; `None` where each chain has its own again."""


def drain_status_of(node: int, parts: tuple[Any, ...]) -> DrainStatus:
    """The status in the parts that the extension returns."""
    deadline_ns, left, moved, in_flight, blocked, at_risk = parts
    verdicts = {chain: VERDICTS[verdict] for chain, verdict in blocked}
    return DrainStatus(node, deadline_ns, left, moved, in_flight, verdicts, at_risk)


def transitions_of(data: bytes) -> tuple[Transition, ...]:
    """The transitions in the records of the extension."""
    # The number of no verdict is none of theirs.
    return tuple(
        Transition(sequence, at_ns, chain if is_one else None, VERDICTS.get(before), VERDICTS.get(after))
        for sequence, at_ns, is_one, chain, before, after in _TRANSITION.iter_unpack(data)
    )
