"""What a replay found out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from driftline import Verdict
    from driftline.replay.placement import Move

_CS_PER_SECOND = 100.0


@dataclass(frozen=True, eq=False, repr=False)
class ChainHistory:
    """The history of one chain over a whole run: an entry per sample, and its moves."""

    slices: npt.NDArray[np.int64]
    worst_score: npt.NDArray[np.float32]
    ewma: npt.NDArray[np.float32]
    trend: npt.NDArray[np.uint8]  # numbers of `driftline.Trend`
    moves: tuple[Move, ...]

    def __repr__(self) -> str:
        return f"<ChainHistory: {self.slices.size} samples, {len(self.moves)} moves>"

    @classmethod
    def from_samples(cls, samples: Sequence[tuple[int, float, float, int]], moves: tuple[Move, ...]) -> ChainHistory:
        """Each sample is (slice, worst score, mean, trend)."""
        slices, worst, ewma, trend = zip(*samples, strict=True) if samples else ((), (), (), ())
        return cls(
            np.array(slices, dtype=np.int64),
            np.array(worst, dtype=np.float32),
            np.array(ewma, dtype=np.float32),
            np.array(trend, dtype=np.uint8),
            moves,
        )


@dataclass(frozen=True, eq=False, repr=False)
class ReplayResult:
    """The moves of one run and what its clients paid.

    Costs are round-trip times from each chain's client to its holders, in hundredths (1 is 10 ms): *pre* before the
    moves of each slice, *post* after them, *fresh* of the rows that were just measured, before the moves. Judge by
    fresh: the others reward a policy for the very sample that it chose by.
    """

    label: str
    policy: str
    trace_name: str
    node_count: int
    slice_count: int
    moves: tuple[Move, ...]
    pre_cs: int
    post_cs: int
    fresh_cs: int
    trace: int  # the fold of all moves: equal folds mean equal moves
    score_calls: int  # live ones among them; 0 for policies without a scheduler
    alternative_calls: int
    invalid_scores: int  # of the scorer: not finite, or out of [0, 1]
    invalid_alternatives: int  # of the scorer: current holders, or no node
    pre_by_slice: npt.NDArray[np.int64]
    post_by_slice: npt.NDArray[np.int64]
    fresh_by_slice: npt.NDArray[np.int64]
    fresh_count_by_slice: npt.NDArray[np.int64]
    pre_values: npt.NDArray[np.uint16]
    post_values: npt.NDArray[np.uint16]
    fresh_values: npt.NDArray[np.uint16]
    verdicts_by_slice: Mapping[Verdict, npt.NDArray[np.int64]] = field(default_factory=dict)
    histories: Mapping[int, ChainHistory] = field(default_factory=dict)

    def __repr__(self) -> str:
        figures = f"{len(self.moves)} moves, fresh mean {self.mean_s('fresh'):.4f} s"
        return f"<ReplayResult {self.label!r} on {self.trace_name!r}: {figures}>"

    def values(self, kind: str) -> npt.NDArray[np.uint16]:
        """All samples of one kind of cost, "pre", "post" or "fresh", in hundredths. ValueError for any other kind."""
        if kind not in {"pre", "post", "fresh"}:
            raise ValueError(f"a kind of cost is 'pre', 'post' or 'fresh', not {kind!r}")
        values: npt.NDArray[np.uint16] = getattr(self, f"{kind}_values")
        return values

    def mean_s(self, kind: str) -> float:
        """The mean cost in seconds; NaN if there is no sample."""
        values = self.values(kind)
        return float(values.sum(dtype=np.int64)) / values.size / _CS_PER_SECOND if values.size else math.nan

    def p95_s(self, kind: str) -> float:
        """The smallest cost in seconds that at least 95 % of the samples do not exceed; NaN if there is no sample."""
        values = self.values(kind)
        if values.size == 0:
            return math.nan
        rank = -(-values.size * 95 // 100) - 1
        return float(np.partition(values, rank)[rank]) / _CS_PER_SECOND

    def summary(self) -> dict[str, int]:
        """The numbers that two runs, in whatever language, share only if they did the same."""
        return {
            "moves": len(self.moves),
            "pre_cs": self.pre_cs,
            "post_cs": self.post_cs,
            "fresh_cs": self.fresh_cs,
            "trace": self.trace,
            "score_calls": self.score_calls,
            "alternative_calls": self.alternative_calls,
        }

    def _repr_html_(self) -> str:
        from driftline._display import replay_html

        return replay_html(self)
