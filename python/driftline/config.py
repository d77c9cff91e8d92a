"""What the operator decides: thresholds, times and policies."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import _driftline
from ._numbers import check_choice, check_number
from ._times import duration_ns
from .enums import FingerprintMode, MoveOrder, OnScorerError

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
            all. Under `FingerprintMode.POLL` the wait grows only for a scorer with `node_fingerprint` or
            `node_fingerprints`: without them every node counts as changed, every chain is scored anew in each tick, and
            while one is stuck `next_due_ns` is a second away.
        min_holders: No eviction leaves a chain with fewer holders. Below 2**32. Without a `move_timeout` a holder whose
            eviction was said counts as gone until the cooldown is over.
        move_order: Which half of a move goes first.
        pin_ttl: For how long the target that justified an eviction is that of the placement that follows.
        move_timeout: How long a move may take before it counts as failed. 0 is no tracking: what still has to be done
            is said again in each tick. The pace of a drain leaves this much time before the deadline.
        max_moves_per_tick: How many moves one tick begins. 0 is no limit, here and in the next three. Chains whose
            moves have failed come after all others and begin at most a quarter of them, and at least one.
        max_in_flight: How many moves may be in flight. Needs a `move_timeout`, as do the next three. Chains whose moves
            have failed have at most a quarter of them, and at least one.
        max_in_flight_per_source: How many of them away from one node.
        max_in_flight_per_target: How many of them to one node.
        target_penalty: By how much each move in flight to a node lowers its score as an alternative. In [0, 1].
        max_alternatives: How many alternatives of a chain are considered; above zero and below 2**32. With 1 the scorer
            is asked `best_alternative`, with more `alternatives`.
        flap_window: A chain that came back within this time to a node that it had left, or moved three times in it, is
            left alone for as long, and its cooldown doubles, up to two hours. 0 is off.
        warmup_coverage: The share of led chains that must have a score before the first move for a better score. In
            [0, 1]; 0 is off.
        warmup_max: For how long such moves wait for that at most.

    `SchedulerConfig()` changes nothing that is not asked for; `SchedulerConfig.production()` is what to run.

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
    min_holders: int
    """No eviction leaves a chain with fewer holders (R5)."""
    move_order: MoveOrder
    """Which half of a move goes first (R4)."""
    pin_ttl: int
    """For how long the target that justified an eviction is that of the placement that follows, in nanoseconds (R3)."""
    move_timeout: int
    """How long a move may take before it counts as failed, in nanoseconds (F1). 0 is no tracking (F0)."""
    max_moves_per_tick: int
    """How many moves one tick begins (L1). 0 is no limit."""
    max_in_flight: int
    """How many moves may be in flight (L1). 0 is no limit."""
    max_in_flight_per_source: int
    """How many of them away from one node (L1). 0 is no limit."""
    max_in_flight_per_target: int
    """How many of them to one node (L1). 0 is no limit."""
    target_penalty: float
    """By how much each move in flight to a node lowers its score as an alternative (L2). In [0, 1]."""
    max_alternatives: int
    """How many alternatives of a chain are considered (L2); above zero."""
    flap_window: int
    """Within this time moves back and forth count as flapping, in nanoseconds (O1). 0 is off."""
    warmup_coverage: float
    """The share of led chains that must have a score before the first move for a better one (V2). 0 is off."""
    warmup_max: int
    """For how long such moves wait for that at most, in nanoseconds (V2)."""

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
        min_holders: int = 0,
        move_order: MoveOrder = MoveOrder.EVICT_FIRST,
        pin_ttl: Time = 60_000_000_000,
        move_timeout: Time = 0,
        max_moves_per_tick: int = 0,
        max_in_flight: int = 0,
        max_in_flight_per_source: int = 0,
        max_in_flight_per_target: int = 0,
        target_penalty: float = 0.0,
        max_alternatives: int = 1,
        flap_window: Time = 0,
        warmup_coverage: float = 0.0,
        warmup_max: Time = 300_000_000_000,
    ) -> None:
        check_u64, check_u32 = _driftline.check_u64, _driftline.check_u32
        fields = {
            "score_floor": check_number("score_floor", score_floor),
            "hysteresis_gap": check_number("hysteresis_gap", hysteresis_gap),
            "cooldown": duration_ns("cooldown", cooldown),
            "decision_interval": duration_ns("decision_interval", decision_interval),
            "cost_per_sec": check_number("cost_per_sec", cost_per_sec),
            "on_scorer_error": check_choice("on_scorer_error", on_scorer_error, OnScorerError),
            "fingerprint_mode": check_choice("fingerprint_mode", fingerprint_mode, FingerprintMode),
            "max_scores_per_tick": check_u64(max_scores_per_tick, "max_scores_per_tick"),
            "backstop_spread": check_choice("backstop_spread", backstop_spread, bool),
            "retry_backoff": duration_ns("retry_backoff", retry_backoff),
            "min_holders": check_u32(min_holders, "min_holders"),
            "move_order": check_choice("move_order", move_order, MoveOrder),
            "pin_ttl": duration_ns("pin_ttl", pin_ttl),
            "move_timeout": duration_ns("move_timeout", move_timeout),
            "max_moves_per_tick": check_u64(max_moves_per_tick, "max_moves_per_tick"),
            "max_in_flight": check_u64(max_in_flight, "max_in_flight"),
            "max_in_flight_per_source": check_u64(max_in_flight_per_source, "max_in_flight_per_source"),
            "max_in_flight_per_target": check_u64(max_in_flight_per_target, "max_in_flight_per_target"),
            "target_penalty": check_number("target_penalty", target_penalty),
            "max_alternatives": check_u32(max_alternatives, "max_alternatives"),
            "flap_window": duration_ns("flap_window", flap_window),
            "warmup_coverage": check_number("warmup_coverage", warmup_coverage),
            "warmup_max": duration_ns("warmup_max", warmup_max),
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)
        _driftline.validate_config(self)

    @classmethod
    def production(cls) -> SchedulerConfig:
        """What to run: everything that makes it safe to leave running is on. Change it with `replace`.

        The table of fields in the main README has its values, and so has its `repr`. `move_order` is `EVICT_FIRST` and
        `min_holders` 1: a chain of two has one holder for the time of a move, and a chain of one never moves.

        >>> config = SchedulerConfig.production().replace(score_floor=0.6)
        >>> config.score_floor, config.min_holders
        (0.6, 1)
        """
        fields: dict[str, Any] = _driftline.production_config()
        choices = {"on_scorer_error": OnScorerError, "fingerprint_mode": FingerprintMode, "move_order": MoveOrder}
        return cls(**fields | {name: choice(fields[name]) for name, choice in choices.items()})

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
