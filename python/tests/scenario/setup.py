"""Commands that set up the scheduler: `node install uninstall scorer`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driftline import LocalScheduler

from . import tokens
from .stage import Play, Stage
from .tokens import LanguageError

if TYPE_CHECKING:
    from .arguments import Arguments


def node(stage: Stage, arguments: Arguments) -> None:
    """Starts everything afresh."""
    stage.play = None
    stage.started = True
    play = Play(LocalScheduler(tokens.identity(arguments.word("the node"))), stage.form)
    install(play, arguments)
    stage.play = play


def install(play: Play, arguments: Arguments) -> list[str]:
    """Installs another table scorer over the same tables."""
    play.scheduler.install(play.scorer())
    play.is_table = True
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
        setattr(play.options, key, tokens.choice(value, tokens.ON_OFF))
    return install(play, arguments)
