"""Commands that hand over what is remembered of a chain: `export import` (V1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import tokens
from .tokens import LanguageError

if TYPE_CHECKING:
    from .arguments import Arguments
    from .stage import Play, Stage


def export(stage: Stage, play: Play, arguments: Arguments) -> list[str]:
    """Remembers the bytes."""
    exported = play.state.export_chain(arguments.chain())
    if exported is None:
        return ["error no such chain"]
    stage.exported = exported
    return []


def import_(stage: Stage, play: Play, arguments: Arguments) -> list[str]:
    """Takes in what was remembered, or a damaged copy of it."""
    if stage.exported is None:
        raise LanguageError("`import` without `export`")
    data = bytearray(stage.exported)
    word = arguments.optional_word()
    if word is not None:
        data[len(data) // 2] ^= tokens.choice(word, {"damaged": 1})
    play.state.import_chain(data)
    return []
