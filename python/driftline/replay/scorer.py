"""The reference scorer of the replay: near is good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftline.replay.measurements import Measurements

# A node at this round-trip time scores one half.
HALF_SCORE_CS = 25.0

_Ids = npt.NDArray[np.uint64]


class RttScorer:
    """Scores node `n` for chain `c` by the time `k` from the chain's client to it: `25 / (25 + k)`.

    With `smooth` under 1 a score follows its measurements slowly: each new row moves it by `smooth` of the difference.
    """

    def __init__(self, measurements: Measurements, smooth: float = 1.0) -> None:
        """`smooth` is over 0 and up to 1, which is no smoothing. ValueError otherwise."""
        if not 0.0 < smooth <= 1.0:
            raise ValueError(f"smooth must be a number over 0 and up to 1, not '{smooth}'")
        self._measurements = measurements
        self._smooth = smooth
        self.values = HALF_SCORE_CS / (HALF_SCORE_CS + measurements.rtt_cs.astype(np.float64))

    def refresh(self, rows: Sequence[int] | npt.NDArray[np.uint16]) -> None:
        """Take in the rows that were measured anew."""
        scores = HALF_SCORE_CS / (HALF_SCORE_CS + self._measurements.rtt_cs[rows].astype(np.float64))
        # Without smoothing the score is taken as it is: E + (s - E) may differ from s in its last bit.
        if self._smooth != 1.0:
            before = self.values[rows]
            scores = before + self._smooth * (scores - before)
        self.values[rows] = scores

    def score(self, chain: int, node: int) -> float | None:
        """How good a home `node` is for `chain`, in 0 .. 1."""
        return float(self.values[chain, node])

    def score_many(self, chains: _Ids, nodes: _Ids) -> npt.NDArray[np.float32]:
        """`score` of many pairs at once."""
        return self.values[chains, nodes].astype(np.float32)

    live_score_many = score_many

    def best_alternative(self, chain: int, exclude: Sequence[int]) -> tuple[int, float] | None:
        """The best node that is neither the client nor excluded; of equals the lower id."""
        row = self.values[chain].copy()
        # No score is negative, so these lose against every other node.
        row[chain] = -1.0
        row[list(exclude)] = -1.0
        best = int(row.argmax())
        return (best, float(row[best])) if row[best] >= 0.0 else None

    def alternatives(self, chain: int, exclude: Sequence[int], limit: int) -> list[tuple[int, float]]:
        """The best nodes that are neither the client nor excluded, best first; of equals the lower id first."""
        row = self.values[chain].copy()
        row[chain] = -1.0
        row[list(exclude)] = -1.0
        # A stable sort gives ties to the lower id.
        best = np.argsort(-row, kind="stable")[:limit]
        return [(int(node), float(row[node])) for node in best if row[node] >= 0.0]
