"""What a scorer is: the one thing that the user writes."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, SupportsFloat, SupportsIndex, runtime_checkable

if TYPE_CHECKING:
    from .snapshot import ScoreSnapshot

__all__ = ["Alternative", "PlacementScorer", "SnapshotScorer"]


class Alternative(NamedTuple):
    """A home that a chain could have instead, and how good it is. Equal to the plain pair `(node, score)`."""

    node: int
    """The node."""
    score: float
    """Its score for the chain, in [0, 1]."""


@runtime_checkable
class PlacementScorer(Protocol):
    """Says how good each home is. Write one; a scheduler asks it.

    Any object with these two methods is one; inheriting is not needed, but makes Python say what is missing. A score is
    a number in [0, 1], higher is a better home, `None` is "no opinion". Nothing that a scorer returns is trusted: NaN
    and infinities are no opinion, other numbers are clamped, and both are counted in the report (P1).

    These methods are used if they are there. They are looked up once, when the scorer is installed:

    - `live_score(chain, node)`: what is true right now, never cached. Else `score` is asked.
    - `node_fingerprint(node)`: a change counter of all that scores of the node depend on, an `int` of 64 bits; `None`
      is "cannot say", which counts as always changed, and is what a scorer without the method says.
    - `chain_fingerprint(chain)`: the same for what belongs to the chain. Else it never changes.
    - `migration_cost(chain, target)`: a `MigrationCost`; `None` is free, and so is all where the method is missing.
    - `begin(now)`: told the time of the call in nanoseconds, once at its beginning and before anything is asked. Where
      it raises, the call ends with that, whatever the policy. Whoever wraps another scorer passes it on.
    - `alternatives(chain, exclude, limit)`: an iterable of alternatives, best first, of which up to `limit` are read.
      Asked in place of `best_alternative` where the config's `max_alternatives` is above 1. Else `best_alternative` is
      asked again and again, with what it has answered excluded.
    - `score_many(chains, nodes)`, `live_score_many(chains, nodes)`, `node_fingerprints(nodes)`: many answers at once.
      Else the single form is asked for each. A decision asks for live scores one at a time, so write `live_score`, too.

    The batch methods get read-only arrays of `uint64` (a `memoryview` of format `"Q"` where NumPy is missing). Scores
    come back as an array of `float32` or `float64`, in which NaN is no opinion, or as a sequence of `float` and
    `None`; fingerprints as an array of `uint64` or `int64`, as a pair of that and an array of `bool` that says which
    are known, or as a sequence of `int` and `None`. One such call costs little more than one call of the single form,
    so write them when chains are many. They must give the answers of the single forms.

    An exception comes out of `tick` as itself, with a note that says what was asked; nothing is emitted then (P2).
    Under `OnScorerError.SKIP_CHAIN` an `Exception` is kept in the report instead; what is none, such as
    `KeyboardInterrupt`, comes out always.

    A scorer is called on the thread that ticks, one question at a time. It must not use the scheduler or state whose
    call it answers: that raises `ReentrantError` (P3).

    >>> class ByLoad:
    ...     load = {1: 0.2, 2: 0.9, 3: 0.4}
    ...
    ...     def score(self, chain, node):
    ...         return 1 - self.load[node]
    ...
    ...     def best_alternative(self, chain, exclude):
    ...         free = [node for node in self.load if node not in exclude]
    ...         return max(((node, self.score(chain, node)) for node in free), key=lambda pair: pair[1], default=None)
    >>> isinstance(ByLoad(), PlacementScorer)
    True
    """

    @abstractmethod
    def score(self, chain: int, node: int, /) -> SupportsFloat | None:
        """How good a home `node` is for `chain`, in [0, 1]; `None` is "no opinion"."""
        raise NotImplementedError

    @abstractmethod
    def best_alternative(self, chain: int, exclude: tuple[int, ...], /) -> tuple[SupportsIndex, SupportsFloat] | None:
        """The best home that `chain` could have and has not, with its score; `None` if there is none.

        `exclude` is its current holders, and whatever else is no home for it now: nodes that are drained or avoided,
        and targets that have just failed; by ascending id. One of them is no answer and is counted as invalid (P1).
        """
        raise NotImplementedError


class SnapshotScorer:
    """Answers `score` from a snapshot and passes everything else on to a live scorer.

    What `diff_scheduler` needs to judge by what was sampled. `live_score` bypasses the snapshot.
    """

    def __init__(self, snapshot: ScoreSnapshot, live: PlacementScorer) -> None:
        self._snapshot = snapshot
        self._live = live

    def score(self, chain: int, node: int, /) -> float | None:
        """The sampled score."""
        return self._snapshot.score(chain, node)

    def best_alternative(self, chain: int, exclude: tuple[int, ...], /) -> tuple[SupportsIndex, SupportsFloat] | None:
        """The live scorer's."""
        return self._live.best_alternative(chain, exclude)

    def __getattr__(self, name: str) -> Any:
        """The live scorer's other methods. Its `score_many` is not among them: scores come from the snapshot."""
        if name.startswith("_") or name == "score_many":
            raise AttributeError(name)
        method = getattr(self._live, name, None)
        if method is None and name == "live_score" and getattr(self._live, "live_score_many", None) is None:
            # Where there is no live score the score is live, but not the one from the snapshot.
            return self._live.score
        if method is None:
            raise AttributeError(name)
        return method
