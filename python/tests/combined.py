"""Scorers that are put together of any part, one of each kind, and tables to put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from driftline import (
    Alternative,
    Cached,
    Gate,
    Minimum,
    OverridePerChain,
    SmoothedScorer,
    WeightedSum,
)
from driftline._driftline import TableScorer

from .support import SECOND_NS, Fixed

if TYPE_CHECKING:
    from collections.abc import Callable

MINUTE_NS = 60 * SECOND_NS


class Table:
    """Scores nodes by a dictionary, the same for every chain."""

    def __init__(self, scores: dict[int, float | None]) -> None:
        self.scores = scores

    def score(self, chain: int, node: int) -> float | None:
        return self.scores.get(node)

    def best_alternative(self, chain: int, exclude: tuple[int, ...]) -> Alternative | None:
        free = [(-score, node) for node, score in self.scores.items() if node not in exclude and score is not None]
        return Alternative(min(free)[1], -min(free)[0]) if free else None


def table(scores: dict[int, float]) -> Any:
    """The same in Rust."""
    return TableScorer(list(scores), list(scores.values()))


#: One scorer of each kind around others: each is sound, whatever its parts.
KINDS: dict[str, Callable[[Any], Any]] = {
    "weighted_sum": lambda part: WeightedSum([(part, 2.0)]),
    "minimum": lambda part: Minimum([part]),
    "gate": lambda part: Gate(Fixed(1.0), part, threshold=0.5),
    "gated": lambda part: Gate(part, Fixed(0.25), threshold=0.0),
    "override_per_chain": lambda part: OverridePerChain(part, [(Fixed(), [1000])]),
    "overridden": lambda part: OverridePerChain(Fixed(), [(part, [7, 8])]),
    "cached": lambda part: Cached(part, capacity=100),
    "smoothed": lambda part: SmoothedScorer(part, half_life_ns=MINUTE_NS),
    "nested": lambda part: Cached(WeightedSum([(Minimum([part]), 1), (Minimum([part]), 3)]), capacity=100),
}

each_kind = pytest.mark.parametrize("make", KINDS.values(), ids=KINDS.keys())
