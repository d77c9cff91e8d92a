"""What a second of migration costs, from moves that were carried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import _driftline
from ._numbers import check_choice, check_number
from .cost import MigrationCost

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Calibration", "ObservedMove", "calibrate"]


@dataclass(frozen=True, slots=True)
class ObservedMove:
    """One move that was carried out: what it took, and what was lost over it (I2). Immutable.

    Raises:
        TypeError: `cost` is no `MigrationCost`, or `score_loss` no number.
    """

    cost: MigrationCost
    """What it took, measured, and the weight of the chain. A move without any duration says nothing and is left out."""
    score_loss: float
    """The score that was lost over the move, in the unit in which moves are judged. It may be noisy, and negative."""

    def __post_init__(self) -> None:
        """Refuses what is no cost and no number."""
        check_choice("cost", self.cost, MigrationCost)
        object.__setattr__(self, "score_loss", check_number("score_loss", self.score_loss))


@dataclass(frozen=True, slots=True)
class Calibration:
    """What `calibrate` found (I2)."""

    cost_per_sec: float
    """Score that one second of transfer or disruption costs, for `SchedulerConfig`. Above zero."""
    low: float
    """Lower end of the 95 % interval. Above zero."""
    high: float
    """Upper end of the 95 % interval. It is no farther from `low` than `cost_per_sec` is from zero."""
    observations: int
    """How many moves took any time; those are all that count."""
    outliers: int
    """How many of them are so far from the rest that they had no say. At most half."""


def calibrate(moves: Iterable[ObservedMove]) -> Calibration:
    """Finds the `cost_per_sec` at which `MigrationCostModel` says what moves really cost (I2).

    Moves that do not belong to the rest, such as those that met an incident, do no harm, also where all of them lost
    more than they should have, as long as they are clearly fewer than half and clearly apart. The order of the moves
    does not matter, and the same moves give the same bits on every platform.

    It keeps nothing and may be called from any thread.

    Args:
        moves: Those that were observed; noise should lie evenly on both sides.

    Raises:
        CalibrationError: these moves say nothing. Its `reason` says why, and its message has the numbers.
        TypeError: `moves` is no iterable of `ObservedMove`.
        OutOfMemoryError: there is no memory for so many.

    >>> moves = [ObservedMove(MigrationCost(float(seconds)), 0.25 * seconds) for seconds in range(1, 21)]
    >>> moves[5] = ObservedMove(MigrationCost(6.0), 7.5)  # met an incident
    >>> calibrate(moves)
    Calibration(cost_per_sec=0.25, low=0.25, high=0.25, observations=20, outliers=1)
    """
    return Calibration(*_driftline.calibrate(moves))
