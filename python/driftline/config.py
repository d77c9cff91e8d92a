"""What the operator decides: thresholds, times and policies."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import _driftline
from ._numbers import check_number
from ._times import duration_ns
from .enums import FingerprintMode, OnScorerError

if TYPE_CHECKING:
    from ._times import Time

__all__ = ["SchedulerConfig"]


@dataclass(frozen=True, slots=True, init=False)
class SchedulerConfig:
    """A config of a scheduler (A7). Immutable; `replace` makes another one.

    Durations may be given as `int` nanoseconds, `float` seconds or `timedelta`, and are `int` nanoseconds from then on:
    a minute is `60.0` or `timedelta(minutes=1)`, and `60` is 60 ns, of which a `ShortDurationWarning` warns.

    Args:
        score_floor: A holder that scores less is a candidate for eviction. In [0, 1].
        hysteresis_gap: An alternative must be better by more than this. In [0, 1].
        cooldown: How long a chain is left alone after an eviction.
        decision_interval: No score is older than this; above zero.
        cost_per_sec: Score that one second of migration costs; finite and at least zero.
        on_scorer_error: What a failure of the scorer does.
        fingerprint_mode: Whether the scorer is asked what moved, or events say so.
        max_scores_per_tick: How many scores one tick asks for; the rest waits, longest due first. 0 is no limit.
        backstop_spread: Whether chains that were loaded together come due one after the other.
        retry_backoff: How long a chain without a better home is left alone at most while nothing is new. 0 is not at
            all.

    Raises:
        ConfigError: a field is out of its range.
        TypeError, ValueError: a field is of a wrong type, or a duration is none.

    >>> config = SchedulerConfig(score_floor=0.6, cooldown=60.0)
    >>> config.replace(cooldown=0).cooldown, config.cooldown
    (0, 60000000000)
    """

    score_floor: float
    """A holder that scores less is a candidate for eviction. In [0, 1]."""
    hysteresis_gap: float
    """An alternative must be better by more than this. In [0, 1]."""
    cooldown: int
    """How long a chain is left alone after an eviction, in nanoseconds."""
    decision_interval: int
    """No score is older than this, in nanoseconds; above zero."""
    cost_per_sec: float
    """Score that one second of migration costs; finite and at least zero."""
    on_scorer_error: OnScorerError
    """What a failure of the scorer does."""
    fingerprint_mode: FingerprintMode
    """Whether the scorer is asked what moved, or events say so."""
    max_scores_per_tick: int
    """How many scores one tick asks for; the rest waits, longest due first (L3). 0 is no limit."""
    backstop_spread: bool
    """Whether backstops are spread over the interval by chain id (L3)."""
    retry_backoff: int
    """How long a chain without a better home is left alone at most, in nanoseconds (L4). 0 is not at all."""

    def __init__(
        self,
        *,
        score_floor: float = 0.5,
        hysteresis_gap: float = 0.2,
        cooldown: Time = 300_000_000_000,
        decision_interval: Time = 30_000_000_000,
        cost_per_sec: float = 0.1,
        on_scorer_error: OnScorerError = OnScorerError.ABORT,
        fingerprint_mode: FingerprintMode = FingerprintMode.POLL,
        max_scores_per_tick: int = 0,
        backstop_spread: bool = False,
        retry_backoff: Time = 0,
    ) -> None:
        _check_choice("on_scorer_error", on_scorer_error, OnScorerError)
        _check_choice("fingerprint_mode", fingerprint_mode, FingerprintMode)
        _check_choice("backstop_spread", backstop_spread, bool)
        fields = {
            "score_floor": check_number("score_floor", score_floor),
            "hysteresis_gap": check_number("hysteresis_gap", hysteresis_gap),
            "cooldown": duration_ns("cooldown", cooldown),
            "decision_interval": duration_ns("decision_interval", decision_interval),
            "cost_per_sec": check_number("cost_per_sec", cost_per_sec),
            "on_scorer_error": on_scorer_error,
            "fingerprint_mode": fingerprint_mode,
            "max_scores_per_tick": _driftline.check_u64(max_scores_per_tick, "max_scores_per_tick"),
            "backstop_spread": backstop_spread,
            "retry_backoff": duration_ns("retry_backoff", retry_backoff),
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)
        _driftline.validate_config(self)

    def replace(self, **changes: Any) -> SchedulerConfig:
        """The same config with other values for the named fields.

        Raises:
            TypeError: there is no such field; else as for a new config.
        """
        return dataclasses.replace(self, **changes)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from . import _display

        return _display.config_html(self)


def _check_choice(field: str, value: object, kind: type) -> None:
    if not isinstance(value, kind):
        message = f"{field}: {kind.__name__} is expected, not {type(value).__name__}"
        raise TypeError(message)
