"""Commands that configure: `config policy`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from driftline import ClassMode, ClassPolicy, FingerprintMode, MoveOrder, OnScorerError, SchedulerConfig

from . import tokens
from .tokens import LanguageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .arguments import Arguments
    from .stage import Play


def _one_of(
    kind: type[OnScorerError] | type[FingerprintMode] | type[MoveOrder] | type[ClassMode],
) -> Callable[..., Any]:
    words: dict[str, Any] = {member.value: member for member in kind}
    return lambda token: tokens.choice(token, words)


_POLICY_FIELDS: dict[str, Callable[[str], Any]] = {
    "score_floor": tokens.number,
    "hysteresis_gap": tokens.number,
    "cooldown": tokens.duration_ns,
    "cost_per_sec": tokens.number,
    "mode": _one_of(ClassMode),
    "critical_floor": tokens.number,
}

_CONFIG_FIELDS: dict[str, Callable[[str], Any]] = {
    "score_floor": tokens.number,
    "hysteresis_gap": tokens.number,
    "cooldown": tokens.duration_ns,
    "decision_interval": tokens.duration_ns,
    "cost_per_sec": tokens.number,
    "on_scorer_error": _one_of(OnScorerError),
    "fingerprint_mode": _one_of(FingerprintMode),
    "max_scores_per_tick": tokens.integer,
    "backstop_spread": lambda token: tokens.choice(token, tokens.ON_OFF),
    "retry_backoff": tokens.duration_ns,
    "min_holders": tokens.small_integer,
    "move_order": _one_of(MoveOrder),
    "pin_ttl": tokens.duration_ns,
    "move_timeout": tokens.duration_ns,
    "max_moves_per_tick": tokens.integer,
    "max_in_flight": tokens.integer,
    "max_in_flight_per_source": tokens.integer,
    "max_in_flight_per_target": tokens.integer,
    "target_penalty": tokens.number,
    "max_alternatives": tokens.small_integer,
    "flap_window": tokens.duration_ns,
    "warmup_coverage": tokens.number,
    "warmup_max": tokens.duration_ns,
}


def config(play: Play, arguments: Arguments) -> list[str]:
    """Replaces fields of the config, or of the production config."""
    word = arguments.optional_word()
    if word is None:
        base, pairs = play.scheduler.config, arguments.pairs()
    else:
        base = tokens.choice(word, {"production": SchedulerConfig.production()})
        pairs = arguments.pairs_if_any()
    play.scheduler.configure(base.replace(**_read(pairs, _CONFIG_FIELDS)))
    return []


def policy(play: Play, arguments: Arguments) -> list[str]:
    """Gives a class a policy, or takes it away."""
    class_id = tokens.small_integer(arguments.value("class"))
    word = arguments.optional_word()
    if word is not None:
        play.scheduler.set_class_policy(class_id, tokens.choice(word, {"none": None}))
        return []
    fields = _read(arguments.pairs(), _POLICY_FIELDS)
    if ("critical_floor" in fields) is not (fields.get("mode") is ClassMode.LAZY):
        raise LanguageError("critical_floor goes with mode=lazy")
    given = ClassPolicy(**fields)
    play.scheduler.set_class_policy(class_id, given)
    return []


def _read(pairs: list[tuple[str, str]], fields: dict[str, Callable[[str], Any]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key, value in pairs:
        if key not in fields:
            raise LanguageError(f"unknown argument {key}")
        read[key] = fields[key](value)
    return read
