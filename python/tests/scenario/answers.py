"""Commands that say what the table scorer answers from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from driftline import Alternative, MigrationCost

from . import tokens
from .tokens import Fails, Interrupts, LanguageError

if TYPE_CHECKING:
    from .arguments import Arguments
    from .stage import Play


def score(play: Play, arguments: Arguments) -> list[str]:
    """What `score` answers."""
    chain = arguments.chain()
    for node, value in arguments.pairs():
        play.tables.scores[chain, tokens.identity(node)] = tokens.answer(value, tokens.number)
    return []


def live(play: Play, arguments: Arguments) -> list[str]:
    """What `live_score` answers."""
    chain = arguments.chain()
    for node, value in arguments.pairs():
        pair = (chain, tokens.identity(node))
        if value == "unset":
            play.tables.live_scores.pop(pair, None)
        else:
            play.tables.live_scores[pair] = tokens.answer(value, tokens.number)
    return []


def fingerprint(play: Play, arguments: Arguments) -> list[str]:
    """What `node_fingerprint` answers."""
    for node, value in arguments.pairs():
        play.tables.fingerprints[tokens.identity(node)] = tokens.answer(value, tokens.integer)
    return []


def chain_fingerprint(play: Play, arguments: Arguments) -> list[str]:
    """What `chain_fingerprint` answers."""
    for chain, value in arguments.pairs():
        play.tables.chain_fingerprints[tokens.identity(chain)] = tokens.answer(value, tokens.integer)
    return []


def alternative(play: Play, arguments: Arguments) -> list[str]:
    """What `best_alternative` answers."""
    chain = arguments.chain()
    word = arguments.optional_word()
    answer: Alternative | Fails | Interrupts | None
    if word is None:
        answer = Alternative(arguments.node(), tokens.number(arguments.value("score")))
    else:
        answer = tokens.answer(word, _no_value)
    play.tables.alternatives[chain] = answer
    play.tables.indexes.pop(chain, None)
    return []


def alternatives(play: Play, arguments: Arguments) -> list[str]:
    """An index of homes, best first: what is excluded is left out."""
    chain = arguments.chain()
    homes = [Alternative(tokens.identity(node), tokens.number(score)) for node, score in arguments.pairs()]
    play.tables.indexes[chain] = homes
    return []


def cost(play: Play, arguments: Arguments) -> list[str]:
    """What `migration_cost` answers."""
    pair = (arguments.chain(), arguments.node())
    word = arguments.optional_word()
    answer: MigrationCost | Fails | Interrupts | None
    if word is None:
        answer = MigrationCost(
            _duration_ns(arguments.optional("transfer")),
            _duration_ns(arguments.optional("disruption")),
            _factor(arguments.optional("reliability")),
        )
    else:
        answer = tokens.answer(word, _no_value)
    play.tables.costs[pair] = answer
    return []


def _no_value(word: str) -> NoReturn:
    raise LanguageError(f"`{word}` is neither none, fail(CODE) nor interrupt")


def _duration_ns(token: str | None) -> int:
    return 0 if token is None else tokens.duration_ns(token)


def _factor(token: str | None) -> float:
    return 1.0 if token is None else tokens.number(token)
