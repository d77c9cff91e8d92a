"""What a move costs, and what that is worth in score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import _driftline
from ._numbers import check_number

if TYPE_CHECKING:
    from ._times import Time

__all__ = ["MigrationCost", "MigrationCostModel"]


@dataclass(frozen=True, slots=True, init=False)
class MigrationCost:
    """What it would take to move one chain to one node (A6). Immutable.

    Durations may be given as `int` nanoseconds, `float` seconds or `timedelta`, and are `int` nanoseconds from then on.

    Raises:
        TypeError, ValueError: a duration is none.
    """

    state_transfer: int
    """Time to ship the state, in nanoseconds."""
    disruption: int
    """Time during which the chain serves worse or not at all, in nanoseconds."""
    reliability_factor: float
    """Weight of the whole. What is not finite and above zero counts as 1 (C1)."""

    def __init__(self, state_transfer: Time = 0, disruption: Time = 0, reliability_factor: float = 1.0) -> None:
        object.__setattr__(self, "state_transfer", _driftline.to_ns(state_transfer, "state_transfer"))
        object.__setattr__(self, "disruption", _driftline.to_ns(disruption, "disruption"))
        object.__setattr__(self, "reliability_factor", check_number("reliability_factor", reliability_factor))


@dataclass(frozen=True, slots=True)
class MigrationCostModel:
    """Translates a `MigrationCost` into the score that a move must gain to be worth it (A6).

    >>> MigrationCostModel(cost_per_sec=0.25).score_equivalent(MigrationCost(state_transfer=2.0))
    0.5
    """

    cost_per_sec: float
    """Score that one second costs; finite and at least zero."""

    def __post_init__(self) -> None:
        """Refuses what is no rate."""
        _driftline.check_cost_per_sec(check_number("cost_per_sec", self.cost_per_sec))

    def score_equivalent(self, cost: MigrationCost) -> float:
        """`cost_per_sec * seconds * weight`, computed in 32 bits as the scheduler does.

        Raises:
            TypeError: it is no `MigrationCost`.
        """
        return _driftline.score_equivalent(self.cost_per_sec, cost)
