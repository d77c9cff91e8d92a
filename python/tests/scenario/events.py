"""Commands that tell the state what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from driftline import (
    NO_NODE,
    Avoid,
    ChainClass,
    ChainRemoved,
    ChainRevision,
    ChainTouched,
    ClaimAcquired,
    ClaimReleased,
    DesiredReplicas,
    Drain,
    DrainCancelled,
    Event,
    ForceEvict,
    ForcePlace,
    FreezeUntil,
    HolderAdded,
    HolderRemoved,
    LeaderCleared,
    LeaderSet,
    MoveFailed,
    NodeTouched,
    Thaw,
)

from . import tokens
from .tables import Form
from .tokens import LanguageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .arguments import Arguments
    from .stage import Play


def _of_holders(event: Callable[[int, int], Event]) -> Callable[[Arguments], list[Event]]:
    def read(arguments: Arguments) -> list[Event]:
        chain = arguments.chain()
        return [event(chain, node) for node in tokens.listed(arguments.value("nodes"), tokens.identity)]

    return read


def _of_chain(event: Callable[[int], Event]) -> Callable[[Arguments], list[Event]]:
    return lambda arguments: [event(arguments.chain())]


def _touch(arguments: Arguments) -> list[Event]:
    node = arguments.optional("node")
    return [ChainTouched(arguments.chain()) if node is None else NodeTouched(tokens.identity(node))]


#: The events that a command stands for.
EVENTS: dict[str, Callable[[Arguments], list[Event]]] = {
    "add": _of_holders(HolderAdded),
    "remove": _of_holders(HolderRemoved),
    "lead": lambda arguments: [LeaderSet(arguments.chain(), arguments.node())],
    "unlead": _of_chain(LeaderCleared),
    "delete": _of_chain(ChainRemoved),
    "claim": _of_chain(ClaimAcquired),
    "release": _of_chain(ClaimReleased),
    "touch": _touch,
    "desire": lambda arguments: [DesiredReplicas(arguments.chain(), tokens.small_integer(arguments.value("count")))],
    "revision": lambda arguments: [ChainRevision(arguments.chain(), tokens.integer(arguments.value("value")))],
    "class": lambda arguments: [ChainClass(arguments.chain(), tokens.small_integer(arguments.value("class")))],
    "drain": lambda arguments: [Drain(arguments.node(), tokens.duration_ns(arguments.value("deadline")))],
    "undrain": lambda arguments: [DrainCancelled(arguments.node())],
    "avoid": lambda arguments: [Avoid(arguments.node(), tokens.duration_ns(arguments.value("until")))],
    "freeze": lambda arguments: [FreezeUntil(tokens.duration_ns(arguments.value("until")))],
    "thaw": lambda arguments: [Thaw()],
    "force-evict": lambda arguments: [ForceEvict(arguments.chain(), arguments.node())],
    "force-place": lambda arguments: [ForcePlace(arguments.chain(), arguments.node())],
    "fail": _of_chain(MoveFailed),
}


def load(play: Play, arguments: Arguments) -> list[str]:
    """`load C:L:A,B ..`"""
    chains: list[int] = []
    leaders: list[int | None] = []
    offsets, holders = [0], list[int]()
    for word in arguments.words():
        parts = word.split(":")
        if len(parts) != 3:
            raise LanguageError(f"`{word}` is not chain:leader:holders")
        chains.append(tokens.identity(parts[0]))
        leaders.append(tokens.leader(parts[1]))
        holders.extend(tokens.listed(parts[2], tokens.identity))
        offsets.append(len(holders))
    _load(play, chains, leaders, offsets, holders)
    return []


def load_raw(play: Play, arguments: Arguments) -> list[str]:
    """`load-raw chains=.. leaders=.. offsets=.. holders=..`"""
    chains = tokens.listed(arguments.value("chains"), tokens.identity)
    leaders = tokens.listed(arguments.value("leaders"), tokens.leader)
    offsets = tokens.listed(arguments.value("offsets"), tokens.integer)
    holders = tokens.listed(arguments.value("holders"), tokens.identity)
    # Not every language can say arrays of other lengths.
    if len(leaders) != len(chains) or len(offsets) != len(chains) + 1:
        raise LanguageError("there must be as many leaders as chains, and one offset more")
    if offsets[-1] != len(holders):
        raise LanguageError("the last offset must be the number of holders")
    _load(play, chains, leaders, offsets, holders)
    return []


def _load(play: Play, chains: list[int], leaders: list[int | None], offsets: list[int], holders: list[int]) -> None:
    """Loads lists or, where the scorer answers with arrays, arrays: the membership is the same."""
    if play.form is Form.ARRAYS:
        numbers = [NO_NODE if leader is None else leader for leader in leaders]
        play.load(*(np.array(ids, dtype=np.uint64) for ids in (chains, numbers, offsets, holders)))
    else:
        play.load(chains, leaders, offsets, holders)
