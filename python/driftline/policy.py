"""What the chains of a class do otherwise than the config."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import _driftline
from ._numbers import check_choice, check_number
from ._times import duration_ns
from .enums import ClassMode
from .errors import ConfigError

if TYPE_CHECKING:
    from ._times import Time

__all__ = ["ClassPolicy"]


@dataclass(frozen=True, slots=True, init=False)
class ClassPolicy:
    """What the chains of a class do otherwise than the config (Y1). What is `None` is as in the config. Immutable.

    `ChainClass` events say which class a chain is of, `LocalScheduler.set_class_policy` gives a class its policy. The
    duration may be given as `int` nanoseconds, `float` seconds or `timedelta`, and is `int` nanoseconds from then on.

    Args:
        score_floor: In place of the config's, in [0, 1].
        hysteresis_gap: In place of the config's, in [0, 1].
        cooldown: In place of the config's.
        cost_per_sec: In place of the config's; finite and at least zero.
        mode: How eagerly the chains move.
        critical_floor: With `ClassMode.LAZY`, and only then: the score below which the worst holder must be, in [0, 1].
            It must be given; in C and Go it is 0 where it is left out, under which no score is.

    Raises:
        ConfigError: a field is out of its range, or `critical_floor` is missing or there without `ClassMode.LAZY`.
        TypeError, ValueError: a field is of a wrong type, or the duration is none.

    >>> ClassPolicy(mode=ClassMode.LAZY, critical_floor=0.2).replace(cooldown=3600.0).cooldown
    3600000000000
    """

    score_floor: float | None
    """In place of the config's, in [0, 1]."""
    hysteresis_gap: float | None
    """In place of the config's, in [0, 1]."""
    cooldown: int | None
    """In place of the config's, in nanoseconds."""
    cost_per_sec: float | None
    """In place of the config's; finite and at least zero."""
    mode: ClassMode
    """How eagerly the chains move."""
    critical_floor: float | None
    """The score below which the worst holder must be; with `ClassMode.LAZY` alone. In [0, 1]."""

    def __init__(
        self,
        *,
        score_floor: float | None = None,
        hysteresis_gap: float | None = None,
        cooldown: Time | None = None,
        cost_per_sec: float | None = None,
        mode: ClassMode = ClassMode.EAGER,
        critical_floor: float | None = None,
    ) -> None:
        fields = {
            "score_floor": _number("score_floor", score_floor),
            "hysteresis_gap": _number("hysteresis_gap", hysteresis_gap),
            "cooldown": None if cooldown is None else duration_ns("cooldown", cooldown),
            "cost_per_sec": _number("cost_per_sec", cost_per_sec),
            "mode": check_choice("mode", mode, ClassMode),
            "critical_floor": _number("critical_floor", critical_floor),
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)
        if (self.critical_floor is None) is (mode is ClassMode.LAZY):
            given = "it is missing" if self.critical_floor is None else f"{self.critical_floor} is too much"
            message = f"config field critical_floor: {given}: there is one exactly with ClassMode.LAZY"
            raise ConfigError(message, "critical_floor", self.critical_floor)
        _driftline.validate_policy(self)

    def replace(self, **changes: Any) -> ClassPolicy:
        """The same policy with other values for the named fields.

        Raises:
            TypeError: there is no such field; else as for a new policy.
        """
        return dataclasses.replace(self, **changes)


def _number(name: str, value: float | None) -> float | None:
    return None if value is None else check_number(name, value)
