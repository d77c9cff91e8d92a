"""What the sampler learned about one chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, overload

from .enums import Trend

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["HistorySample", "ScoreHistory"]


class HistorySample(NamedTuple):
    """One sample of a history."""

    at_ns: int
    """When it was taken."""
    worst_score: float
    """The worst score of the chain's holders then, in [0, 1]."""


class ScoreHistory(Sequence[HistorySample]):
    """The last samples of one chain's worst score, oldest first, with moving average and trend (A4).

    At most `HISTORY_LENGTH` samples. Immutable: a copy of what the scheduler knew when it was asked.
    """

    __slots__ = ("_ewma", "_scores", "_times", "_trend")

    def __init__(self, times: bytes, scores: bytes, ewma: float | None, trend: int) -> None:
        self._times = memoryview(times).cast("Q")
        self._scores = memoryview(scores).cast("f")
        self._ewma = ewma
        self._trend = Trend(trend)

    @property
    def ewma(self) -> float | None:
        """The moving average of the worst score; `None` before the first sample."""
        return self._ewma

    @property
    def trend(self) -> Trend:
        """Where the score is going; `STABLE` before the second sample."""
        return self._trend

    @property
    def current(self) -> HistorySample | None:
        """The newest sample."""
        return self[-1] if self else None

    def to_numpy(self) -> NDArray[np.void]:
        """A structured array with the fields `at_ns` (`uint64`) and `worst_score` (`float32`)."""
        import numpy as np

        samples = np.empty(len(self), [("at_ns", np.uint64), ("worst_score", np.float32)])
        samples["at_ns"] = self._times
        samples["worst_score"] = self._scores
        return samples

    def __reduce__(self) -> tuple[type[ScoreHistory], tuple[bytes, bytes, float | None, int]]:
        """How it is copied and pickled."""
        return ScoreHistory, (self._times.tobytes(), self._scores.tobytes(), self._ewma, self._trend.value)

    def __len__(self) -> int:
        """How many samples there are."""
        return len(self._times)

    @overload
    def __getitem__(self, index: int) -> HistorySample: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[HistorySample]: ...
    def __getitem__(self, index: int | slice) -> HistorySample | Sequence[HistorySample]:
        """A sample, or a tuple of samples."""
        if isinstance(index, slice):
            return tuple(map(HistorySample, self._times[index], self._scores[index]))
        return HistorySample(self._times[index], self._scores[index])

    def __eq__(self, other: object) -> bool:
        """Whether samples, average and trend are equal."""
        if not isinstance(other, ScoreHistory):
            return NotImplemented
        return self._parts() == other._parts()

    def __hash__(self) -> int:
        """Equal histories have equal hashes."""
        return hash(self._parts())

    def _parts(self) -> tuple[bytes, bytes, float | None, Trend]:
        return (self._times.tobytes(), self._scores.tobytes(), self._ewma, self._trend)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from . import _display

        return _display.history_html(self)

    def __repr__(self) -> str:
        """Length, average, trend and the newest sample."""
        return f"ScoreHistory(len={len(self)}, ewma={self._ewma}, trend={self._trend}, current={self.current})"
