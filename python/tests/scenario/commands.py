"""Which command is whose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import driftline

from . import answers, configs, events, handover, inventory, moves, passes, printing, questions, setup
from .arguments import Arguments
from .tables import TableError, TableInterrupt
from .tokens import LanguageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .stage import Play, Stage

#: Commands outside of `begin` and `commit` that act on the play alone.
_COMMANDS: dict[str, Callable[[Play, Arguments], list[str]]] = {
    "load": events.load,
    "load-raw": events.load_raw,
    "config": configs.config,
    "policy": configs.policy,
    "install": setup.install,
    "uninstall": setup.uninstall,
    "scorer": setup.scorer,
    "score": answers.score,
    "live": answers.live,
    "fingerprint": answers.fingerprint,
    "chainprint": answers.chain_fingerprint,
    "alternative": answers.alternative,
    "alternatives": answers.alternatives,
    "cost": answers.cost,
    "inventory": inventory.inventory,
    "compose": inventory.compose,
    "report": inventory.report,
    "rtt": inventory.rtt,
    "bandwidth": inventory.bandwidth,
    "profile": inventory.profile,
    "forget": inventory.forget,
    "push": inventory.push,
    "axes": inventory.axes,
    "tick": passes.tick,
    "sample": passes.sample,
    "samples": passes.samples,
    "decide": passes.decide,
    "diff": passes.diff,
    "explain": questions.explain,
    "why": questions.why,
    "drain-status": moves.drain_status,
    "transitions": moves.transitions,
    "history": questions.history,
    "ewma": questions.ewma,
    "cells": questions.cells,
    "state": questions.state,
    "chains": questions.chains,
    "on": questions.on,
    "asked": questions.asked,
    "verdicts": questions.verdicts,
    "digest": questions.digest,
}


def execute(stage: Stage, line: str) -> list[str]:
    """Runs one command line and returns what it prints."""
    name, _, rest = line.partition(" ")
    arguments = Arguments(rest)
    try:
        lines = _dispatch(stage, name, arguments)
    except (driftline.Error, TableError, TableInterrupt) as error:
        lines = [printing.refusal(error)]
    arguments.finish()
    return lines


def _dispatch(stage: Stage, name: str, arguments: Arguments) -> list[str]:
    if name == "node" and stage.pending is None:
        setup.node(stage, arguments)
        return []
    play = stage.play
    if play is None:
        raise LanguageError(f"`node` must come {'after a refused `node`' if stage.started else 'first'}, not `{name}`")
    if name in events.EVENTS:
        return _happen(stage, play, events.EVENTS[name](arguments))
    if stage.pending is not None:
        return _within_slice(stage, play, name)
    match name:
        case "begin":
            stage.pending = []
        case "commit":
            raise LanguageError("`commit` without `begin`")
        case "digest-mark":
            stage.mark = play.state.digest()
        case "digest-check":
            return questions.digest_check(stage, play)
        case "export":
            return handover.export(stage, play, arguments)
        case "import":
            return handover.import_(stage, play, arguments)
        case _ if name in _COMMANDS:
            return _COMMANDS[name](play, arguments)
        case _:
            raise LanguageError(f"unknown command `{name}`")
    return []


def _happen(stage: Stage, play: Play, happened: list[driftline.Event]) -> list[str]:
    if stage.pending is None:
        play.apply(happened)
    else:
        stage.pending.extend(happened)
    return []


def _within_slice(stage: Stage, play: Play, name: str) -> list[str]:
    pending, stage.pending = stage.pending, None
    if name != "commit" or pending is None:
        raise LanguageError(f"`{name}` between begin and commit")
    play.apply(pending)
    return []
