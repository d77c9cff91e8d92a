"""The table scorer: it answers what its tables say and logs every question."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from .tokens import Fails, Interrupts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from driftline import Alternative, MigrationCost

T = TypeVar("T")


class Form(Enum):
    """In which form the scorer of a scenario answers."""

    AS_WRITTEN = "as written"
    ARRAYS = "batches of arrays"
    LISTS = "batches of lists"


class TableError(Exception):
    """What the scorer raises where its tables say `fail(CODE)`."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the table says fail({code})")
        self.code = code


class TableInterrupt(BaseException):
    """What the scorer raises where its tables say `interrupt`. Like Ctrl-C it is no `Exception`."""


class Question(NamedTuple):
    """One question that the scorer was asked.

    After the chain of `best_alternative`, and the chain and limit of `alternatives`, the ids are the excluded.
    """

    method: str
    ids: tuple[int, ...]


def _given(answer: T | Fails | Interrupts | None) -> T | None:
    if isinstance(answer, Interrupts):
        raise TableInterrupt
    if isinstance(answer, Fails):
        raise TableError(answer.code)
    return answer


@dataclass
class Tables:
    """What the scorer answers from now on, and what it was asked since the last pass began."""

    scores: dict[tuple[int, int], float | Fails | Interrupts | None] = field(default_factory=dict)
    live_scores: dict[tuple[int, int], float | Fails | Interrupts | None] = field(default_factory=dict)
    alternatives: dict[int, Alternative | Fails | Interrupts | None] = field(default_factory=dict)
    indexes: dict[int, list[Alternative]] = field(default_factory=dict)
    fingerprints: dict[int, int | Fails | Interrupts | None] = field(default_factory=dict)
    chain_fingerprints: dict[int, int | Fails | Interrupts | None] = field(default_factory=dict)
    costs: dict[tuple[int, int], MigrationCost | Fails | Interrupts | None] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)

    def score(self, chain: int, node: int) -> float | None:
        self.asked.append(Question("score", (chain, node)))
        return _given(self.scores.get((chain, node)))

    def live_score(self, chain: int, node: int) -> float | None:
        self.asked.append(Question("live_score", (chain, node)))
        pair = (chain, node)
        return _given(self.live_scores[pair] if pair in self.live_scores else self.scores.get(pair))

    def best_alternative(self, chain: int, exclude: tuple[int, ...]) -> Alternative | None:
        self.asked.append(Question("best_alternative", (chain, *exclude)))
        return next(self._homes(chain, exclude), None)

    def alternatives_of(self, chain: int, exclude: tuple[int, ...], limit: int) -> Iterator[Alternative]:
        self.asked.append(Question("alternatives", (chain, limit, *exclude)))
        # More than was asked for: the library takes what it wants.
        return self._homes(chain, exclude)

    def _homes(self, chain: int, exclude: tuple[int, ...]) -> Iterator[Alternative]:
        if chain in self.indexes:
            return (home for home in self.indexes[chain] if home.node not in exclude)
        home = _given(self.alternatives.get(chain))
        return iter([] if home is None else [home])

    def node_fingerprint(self, node: int) -> int | None:
        self.asked.append(Question("node_fingerprint", (node,)))
        return _given(self.fingerprints.get(node))

    def chain_fingerprint(self, chain: int) -> int | None:
        self.asked.append(Question("chain_fingerprint", (chain,)))
        return _given(self.chain_fingerprints.get(chain, 0))

    def migration_cost(self, chain: int, target: int) -> MigrationCost | None:
        self.asked.append(Question("migration_cost", (chain, target)))
        return _given(self.costs.get((chain, target)))


@dataclass
class Options:
    """Which optional entries the scorer has."""

    batch: bool = False
    live: bool = True
    chain_fingerprints: bool = False


class _Single:
    """What the table scorer always has."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def score(self, chain: int, node: int) -> float | None:
        return self.tables.score(chain, node)

    def best_alternative(self, chain: int, exclude: tuple[int, ...]) -> Alternative | None:
        return self.tables.best_alternative(chain, exclude)

    def alternatives(self, chain: int, exclude: tuple[int, ...], limit: int) -> Iterable[Alternative]:
        return self.tables.alternatives_of(chain, exclude, limit)

    def node_fingerprint(self, node: int) -> int | None:
        return self.tables.node_fingerprint(node)

    def migration_cost(self, chain: int, target: int) -> MigrationCost | None:
        return self.tables.migration_cost(chain, target)


class _Live(_Single):
    def live_score(self, chain: int, node: int) -> float | None:
        return self.tables.live_score(chain, node)


class _ChainFingerprints(_Single):
    def chain_fingerprint(self, chain: int) -> int | None:
        return self.tables.chain_fingerprint(chain)


Ids = np.ndarray[Any, np.dtype[np.uint64]]


def _ids(array: Ids) -> list[int]:
    """The ids of a batch, which must have come as documented."""
    assert isinstance(array, np.ndarray)
    assert array.dtype == np.uint64
    assert array.ndim == 1
    assert not array.flags.writeable, "the ids of a batch are read-only"
    ids: list[int] = array.tolist()
    return ids


def _each(ask: Callable[[int, int], float | None], chains: Ids, nodes: Ids) -> list[float | None]:
    return [ask(chain, node) for chain, node in zip(_ids(chains), _ids(nodes), strict=True)]


class _Lists(_Single):
    """Batches that are answered with lists."""

    def score_many(self, chains: Ids, nodes: Ids) -> Iterable[float | None]:
        return _each(self.tables.score, chains, nodes)

    def node_fingerprints(self, nodes: Ids) -> Iterable[int | None]:
        return [self.tables.node_fingerprint(node) for node in _ids(nodes)]


class _LiveLists(_Live, _Lists):
    def live_score_many(self, chains: Ids, nodes: Ids) -> Iterable[float | None]:
        return _each(self.tables.live_score, chains, nodes)


def _array(scores: list[float | None]) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.array([np.nan if score is None else score for score in scores], dtype=np.float32)


class _Arrays(_Single):
    """Batches that are answered with arrays."""

    def score_many(self, chains: Ids, nodes: Ids) -> np.ndarray[Any, np.dtype[np.float32]]:
        return _array(_each(self.tables.score, chains, nodes))

    def node_fingerprints(self, nodes: Ids) -> Ids | tuple[Ids, np.ndarray[Any, np.dtype[np.bool_]]]:
        answers = [self.tables.node_fingerprint(node) for node in _ids(nodes)]
        values = np.array([answer or 0 for answer in answers], dtype=np.uint64)
        known = np.array([answer is not None for answer in answers], dtype=np.bool_)
        # Without a mask everything is known, so both forms have their turn.
        return values if known.all() else (values, known)


class _LiveArrays(_Live, _Arrays):
    def live_score_many(self, chains: Ids, nodes: Ids) -> np.ndarray[Any, np.dtype[np.float32]]:
        return _array(_each(self.tables.live_score, chains, nodes))


def scorer(tables: Tables, options: Options, form: Form) -> Any:
    """A scorer over these tables that has exactly the entries of `options`. Batches are forced on unless as written."""
    # The methods that a scorer has are looked up at install, so what it lacks must not be there at all.
    bases: list[type[_Single]] = []
    if form is Form.LISTS:
        bases.append(_LiveLists if options.live else _Lists)
    elif form is Form.ARRAYS or options.batch:
        bases.append(_LiveArrays if options.live else _Arrays)
    elif options.live:
        bases.append(_Live)
    if options.chain_fingerprints:
        bases.append(_ChainFingerprints)
    return type("TableScorer", tuple(bases) or (_Single,), {})(tables)
