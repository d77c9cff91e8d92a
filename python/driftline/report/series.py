"""What the charts show, computed from replay results: moving means, running counts, shares."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from driftline import Verdict
    from driftline.replay import ReplayResult

SECONDS_PER_CS = 0.01
SCORE_FLOOR = 0.5  # of the replay scenario
FEW_SLICES = 30  # with fewer, a line alone is hard to see


def window_for(slice_count: int) -> int:
    """How many slices a moving mean covers: a round number near one twentieth of the run, at least 1.

    A row is measured about every five slices, so that a shorter window would see few of the chains.
    """
    limit = max(slice_count // 20, min(5, slice_count // 4))
    return max((window for window in (1, 2, 5, 10, 20, 50, 100, 200, 500) if window <= limit), default=1)


def moving_mean_s(sums_cs: NDArray[np.int64], counts: NDArray[np.int64], window: int) -> NDArray[np.float64]:
    """Mean in seconds over the last `window` slices, each sample with equal weight; NaN where there was no sample."""
    import numpy as np

    def trailing(values: NDArray[np.int64]) -> NDArray[np.int64]:
        running = np.concatenate(([0], np.cumsum(np.asarray(values, dtype=np.int64))))
        first = np.maximum(np.arange(len(values)) + 1 - window, 0)
        return np.asarray(running[1:] - running[first], dtype=np.int64)

    total_cs, count = trailing(sums_cs), trailing(counts)
    means = np.full(len(count), np.nan)
    np.divide(total_cs * SECONDS_PER_CS, count, out=means, where=count > 0)
    return means


def fresh_mean_s(result: ReplayResult, window: int) -> NDArray[np.float64]:
    """The moving mean of the fresh cost, in seconds, one value for each slice."""
    return moving_mean_s(result.fresh_by_slice, result.fresh_count_by_slice, window)


def moves_so_far(result: ReplayResult) -> NDArray[np.int64]:
    """How many moves there were up to and including each slice."""
    import numpy as np

    slices = np.array([move.slice for move in result.moves], dtype=np.int64)
    return np.cumsum(np.bincount(slices, minlength=result.slice_count)).astype(np.int64)


def moves_per_chain(result: ReplayResult) -> Counter[int]:
    """How often each chain moved; a chain that never moved is missing."""
    return Counter(move.chain for move in result.moves)


def most_moved(results: Sequence[ReplayResult], limit: int) -> list[int]:
    """Up to `limit` chains, most moved first, ties to the lower id.

    The policy that is being judged decides the order, if it moved anything; otherwise all of them together.
    """
    drift = [result for result in results if result.policy == "drift" and result.moves]
    totals: Counter[int] = Counter()
    for result in drift or results:
        totals.update(moves_per_chain(result))
    return sorted(totals, key=lambda chain: (-totals[chain], chain))[:limit]


class Judged(Protocol):
    """A result whose chains were judged, of any scenario."""

    @property
    def slice_count(self) -> int:
        """How long it was."""
        ...

    @property
    def verdicts_by_slice(self) -> Mapping[Verdict, NDArray[np.int64]]:
        """How many chains were in each verdict."""
        ...


@dataclass(frozen=True, slots=True)
class VerdictShares:
    """The share of chains in each verdict, 0 to 1, for each of `slices`; only verdicts that occur, ascending."""

    slices: NDArray[np.int64]
    shares: dict[Verdict, NDArray[np.float64]]


def verdict_shares(result: Judged) -> VerdictShares:
    """The shares of the verdicts in every slice in which something was decided."""
    import numpy as np

    counts = {verdict: np.asarray(values) for verdict, values in sorted(result.verdicts_by_slice.items())}
    total = sum(counts.values(), np.zeros(result.slice_count, dtype=np.int64))
    slices = np.flatnonzero(total)
    shares = {verdict: values[slices] / total[slices] for verdict, values in counts.items() if values.any()}
    return VerdictShares(slices.astype(np.int64), shares)


def mean_share(result: Judged, verdict: Verdict) -> float:
    """The share of all judgements of the run that came to this verdict, 0 to 1."""
    total = sum(int(values.sum()) for values in result.verdicts_by_slice.values())
    return int(result.verdicts_by_slice[verdict].sum()) / total if total else 0.0
