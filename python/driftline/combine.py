"""Scorers that are put together from others: yours, an `InventoryScorer`, or one of these again.

What they have in common: a part without an opinion does not count, scores outside of [0, 1] are clamped, and **zero is
a veto**: a part says 0 of what is no home at all, and no other part can make it one. Fingerprints are made of those of
all parts, and the cost of a move is that of the first part that has one.

```python
scorer = WeightedSum([(inventory, 2.0), (MyPolicy(), 1.0)])
scheduler.install(Gate(MaintenanceWindows(), scorer, threshold=0.5))
```

A scheduler asks them without coming back to Python, but for parts that are written in it; what those raise comes out
as itself. **One call at a time**: the call of a scheduler, or a question of yours, uses such a scorer and those among
its parts from its beginning to its end. Another thread that comes meanwhile, with another scheduler or without, gets a
`BusyError` before anything has happened, and a part that uses the scorer that is asking it gets a `ReentrantError`
(P3). Nobody waits: use a lock of yours, or make one scorer for each scheduler. An `InventoryScorer` may be a part of
many.
"""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING, Any, final

from . import _driftline
from ._native import NativeScorer
from ._numbers import check_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from .scorer import PlacementScorer

__all__ = ["Cached", "Gate", "Minimum", "OverridePerChain", "SmoothedScorer", "WeightedSum"]


@final
class WeightedSum(NativeScorer):
    """Several scorers, each with its weight: the sum of weight times score over the sum of the weights.

    Only parts with an opinion count, so that one which is silent about a node neither lifts nor lowers it. A part that
    says 0 is a veto. Alternatives are exact: the best of all nodes that at least one part names, ties to the lower
    node. Parts have to name their best first; those with a method `alternatives` are a good deal faster.

    Args:
        parts: Pairs of a scorer and its weight, which is finite and above 0. Only the ratios of the weights matter.

    Raises:
        PartError: a weight is not finite and above 0; `index` says which.
        ConfigError: there is no part.
        TypeError: a part is no pair, or its scorer is none.

    >>> class Constant:
    ...     def __init__(self, value):
    ...         self.value = value
    ...
    ...     def score(self, chain, node):
    ...         return self.value
    ...
    ...     def best_alternative(self, chain, exclude):
    ...         return next(((node, self.value) for node in (1, 2) if node not in exclude), None)
    >>> scorer = WeightedSum([(Constant(1.0), 2), (Constant(0.25), 1)])
    >>> scorer.score(7, 1), scorer.best_alternative(7, (1,))
    (0.75, Alternative(node=2, score=0.75))
    """

    __slots__ = ("_parts",)

    def __init__(self, parts: Iterable[tuple[PlacementScorer, float]]) -> None:
        pairs = tuple(_pair(f"parts[{index}]", part, "weight") for index, part in enumerate(parts))
        weights = [check_number(f"parts[{index}]: weight", weight) for index, (_, weight) in enumerate(pairs)]
        scorers = [scorer for scorer, _ in pairs]
        self._core = _driftline.weighted_sum(scorers, weights)
        self._parts = tuple(zip(scorers, weights, strict=True))

    @property
    def parts(self) -> tuple[tuple[PlacementScorer, float], ...]:
        """The scorers and their weights."""
        return self._parts

    def __repr__(self) -> str:
        """The parts, those that are written in Python by their class."""
        return f"WeightedSum([{', '.join(f'({_said(scorer)}, {weight})' for scorer, weight in self._parts)}])"


@final
class Minimum(NativeScorer):
    """The lowest score that a part gives: a home is as good as its worst side.

    All else is as with a `WeightedSum`.

    Args:
        parts: The scorers.

    Raises:
        ConfigError: there is no part.
        TypeError: a part is no scorer.
    """

    __slots__ = ("_parts",)

    def __init__(self, parts: Iterable[PlacementScorer]) -> None:
        self._parts = tuple(parts)
        self._core = _driftline.minimum(list(self._parts))

    @property
    def parts(self) -> tuple[PlacementScorer, ...]:
        """The scorers."""
        return self._parts

    def __repr__(self) -> str:
        """The parts, those that are written in Python by their class."""
        return f"Minimum([{', '.join(map(_said, self._parts))}])"


@final
class Gate(NativeScorer):
    """A scorer whose homes have to get through another one first.

    Where the gate scores below the threshold, or 0, the home is 0 and no alternative; where it has no opinion, or one
    at or above the threshold, the answer is that of the inner scorer.

    Args:
        gate: Says who gets through.
        inner: Says how good they are.
        threshold: The least score of the gate, in [0, 1].

    Raises:
        ConfigError: the threshold is not in [0, 1].
        TypeError: one of them is no scorer.
    """

    __slots__ = ("_gate", "_inner", "_threshold")

    def __init__(self, gate: PlacementScorer, inner: PlacementScorer, threshold: float) -> None:
        self._threshold = check_number("threshold", threshold)
        self._core = _driftline.gate(gate, inner, self._threshold)
        self._gate = gate
        self._inner = inner

    @property
    def gate(self) -> PlacementScorer:
        """Who says who gets through."""
        return self._gate

    @property
    def inner(self) -> PlacementScorer:
        """Who says how good they are."""
        return self._inner

    @property
    def threshold(self) -> float:
        """The least score of the gate."""
        return self._threshold

    def __repr__(self) -> str:
        """The parts, those that are written in Python by their class."""
        return f"Gate({_said(self._gate)}, {_said(self._inner)}, threshold={self._threshold})"


@final
class OverridePerChain(NativeScorer):
    """Some chains have a scorer of their own; all others have the default one.

    A chain is asked about where it belongs, and the answer is that scorer's as it is.

    Args:
        default: The scorer of all chains that are not listed.
        overrides: Pairs of a scorer and its chains, as an array of any integer type, a sequence or a set of `int`.

    Raises:
        DuplicateChainError: a chain is listed twice; `index` counts through all lists, one after the other.
        TypeError, ValueError: an override is no pair, its scorer is none, or its chains are no ids.
    """

    __slots__ = ("_default", "_overrides")

    def __init__(
        self,
        default: PlacementScorer,
        overrides: Iterable[tuple[PlacementScorer, Sequence[int] | Set[int] | NDArray[Any]]],
    ) -> None:
        pairs = [_pair(f"overrides[{index}]", part, "chains") for index, part in enumerate(overrides)]
        self._overrides = tuple(scorer for scorer, _ in pairs)
        # In a fixed order, so that an error names the same chain each time.
        chains = [sorted(chains) if isinstance(chains, Set) else chains for _, chains in pairs]
        self._core = _driftline.override_per_chain(default, list(self._overrides), chains)
        self._default = default

    @property
    def default(self) -> PlacementScorer:
        """The scorer of all chains that are not listed."""
        return self._default

    @property
    def overrides(self) -> tuple[PlacementScorer, ...]:
        """The scorers of those that are."""
        return self._overrides

    def __repr__(self) -> str:
        """The parts, those that are written in Python by their class."""
        return f"OverridePerChain({_said(self._default)}, [{', '.join(map(_said, self._overrides))}])"


@final
class Cached(NativeScorer):
    """A scorer whose scores are remembered while their inputs stay the same.

    `score` is asked of the inner scorer when the fingerprint of node or chain has moved, or when it has none; live
    scores, alternatives and costs always are. Fingerprints are asked for once in each call of a scheduler, so this is
    for scorers with fingerprints that are cheap and scores that are not.

    Args:
        inner: The scorer.
        capacity: How many scores are remembered, above 0 and below 2**32 - 1. When it is full the older half is
            forgotten.

    Raises:
        ConfigError: the capacity is out of its range.
        TypeError, ValueError: it is no scorer, or the capacity no `int`.
    """

    __slots__ = ("_capacity", "_inner")

    def __init__(self, inner: PlacementScorer, capacity: int) -> None:
        self._capacity = _driftline.check_u64(capacity, "capacity")
        self._core = _driftline.cached(inner, self._capacity)
        self._inner = inner

    @property
    def inner(self) -> PlacementScorer:
        """The scorer."""
        return self._inner

    @property
    def capacity(self) -> int:
        """How many scores are remembered."""
        return self._capacity

    def __repr__(self) -> str:
        """The scorer, if it is written in Python by its class, and the capacity."""
        return f"Cached({_said(self._inner)}, capacity={self._capacity})"


@final
class SmoothedScorer(NativeScorer):
    """A scorer whose scores follow slowly, so that a moment does not decide.

    An exponentially weighted mean of each score of the inner scorer, in the time that passes between observations
    rather than in their number: `score` and `live_score` answer it, and alternatives are put in its order. The time is
    that of the last call of a scheduler, or of `begin`; before there is one, answers are the inner scorer's. Zero,
    which is no home, and no opinion are answered at once.

    Asking observes, so a question of yours does, too. The fingerprints are the inner scorer's: they say when a score
    jumps, and the way of the mean from there is seen at each backstop, so the decision interval should be well below
    the half-life. A value that comes after a long rest is believed at once.

    Args:
        inner: The scorer.
        half_life_ns: After this time, in nanoseconds, half of a change has arrived in the mean; above 0.

    Raises:
        ConfigError: the half-life is 0.
        TypeError, ValueError: it is no scorer, or the half-life no `int`.

    >>> class Gauge:
    ...     value = 0.75
    ...
    ...     def score(self, chain, node):
    ...         return self.value
    ...
    ...     def best_alternative(self, chain, exclude):
    ...         return None
    >>> gauge = Gauge()
    >>> scorer = SmoothedScorer(gauge, half_life_ns=60_000_000_000)
    >>> scorer.begin(0.0)
    >>> scorer.score(7, 1)
    0.75
    >>> gauge.value = 0.25
    >>> scorer.begin(60.0)
    >>> scorer.score(7, 1)
    0.5
    """

    __slots__ = ("_half_life_ns", "_inner")

    def __init__(self, inner: PlacementScorer, half_life_ns: int) -> None:
        self._half_life_ns = _driftline.check_u64(half_life_ns, "half_life_ns")
        self._core = _driftline.smoothed(inner, self._half_life_ns)
        self._inner = inner

    @property
    def inner(self) -> PlacementScorer:
        """The scorer."""
        return self._inner

    @property
    def half_life_ns(self) -> int:
        """After this time half of a change has arrived in the mean."""
        return self._half_life_ns

    def __repr__(self) -> str:
        """The scorer, if it is written in Python by its class, and the half-life."""
        return f"SmoothedScorer({_said(self._inner)}, half_life_ns={self._half_life_ns})"


def _said(scorer: PlacementScorer) -> str:
    """A repr that runs no code of the user's, and so never fails and never goes round in a circle."""
    return repr(scorer) if isinstance(scorer, NativeScorer) else type(scorer).__name__


def _pair(name: str, part: tuple[Any, Any], what: str) -> tuple[Any, Any]:
    if not isinstance(part, tuple) or len(part) != 2:
        message = f"{name}: a pair (scorer, {what}) is expected, not {type(part).__name__}"
        raise TypeError(message)
    return part
