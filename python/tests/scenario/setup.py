"""Commands that set up the scheduler: `node config install uninstall scorer`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from driftline import FingerprintMode, LocalScheduler, OnScorerError

from . import tokens
from .stage import Play, Stage
from .tokens import LanguageError

if TYPE_CHECKING:
    from .arguments import Arguments

_ON_OFF = {"on": True, "off": False}
_POLICIES = {"abort": OnScorerError.ABORT, "skip_chain": OnScorerError.SKIP_CHAIN}
_MODES = {"poll": FingerprintMode.POLL, "push": FingerprintMode.PUSH}

_FIELDS = {
    "score_floor": tokens.number,
    "hysteresis_gap": tokens.number,
    "cooldown": tokens.duration_ns,
    "decision_interval": tokens.duration_ns,
    "cost_per_sec": tokens.number,
    "on_scorer_error": lambda token: tokens.choice(token, _POLICIES),
    "fingerprint_mode": lambda token: tokens.choice(token, _MODES),
    "max_scores_per_tick": tokens.integer,
    "backstop_spread": lambda token: tokens.choice(token, _ON_OFF),
    "retry_backoff": tokens.duration_ns,
}


def node(stage: Stage, arguments: Arguments) -> None:
    """Starts everything afresh."""
    stage.play = None
    stage.started = True
    play = Play(LocalScheduler(tokens.identity(arguments.word("the node"))), stage.form)
    install(play, arguments)
    stage.play = play


def config(play: Play, arguments: Arguments) -> list[str]:
    """Replaces fields of the config."""
    changes: dict[str, Any] = {}
    for key, value in arguments.pairs():
        if key not in _FIELDS:
            raise LanguageError(f"unknown argument {key}")
        changes[key] = _FIELDS[key](value)
    play.scheduler.configure(play.scheduler.config.replace(**changes))
    return []


def install(play: Play, arguments: Arguments) -> list[str]:
    """Installs another table scorer over the same tables."""
    play.scheduler.install(play.scorer())
    return []


def uninstall(play: Play, arguments: Arguments) -> list[str]:
    """Takes the scorer out."""
    play.scheduler.uninstall()
    return []


def scorer(play: Play, arguments: Arguments) -> list[str]:
    """Says which optional entries the scorer has, then installs it."""
    for key, value in arguments.pairs():
        if not hasattr(play.options, key):
            raise LanguageError(f"unknown argument {key}")
        setattr(play.options, key, tokens.choice(value, _ON_OFF))
    return install(play, arguments)
