"""Two scorers on the same trace of round-trip times: the newest measurement against the median of the last few.

Run it: `python examples/compare_scorers.py`, or one of them under the command line, which adds a report:
`driftline replay --scorer compare_scorers:MedianOfLast --policy all --report report.html`
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from driftline import replay


class Newest(replay.RttScorer):
    """Believes the newest measurement: `25 / (25 + k)`, as the built-in scorer does."""


class MedianOfLast(replay.RttScorer):
    """Believes the median of the last five measurements of each pair, so that one outlier moves nothing."""

    def __init__(self, measurements: replay.Measurements) -> None:
        super().__init__(measurements)
        self.rtt = measurements.rtt_cs
        self.seen: list[list[NDArray[np.uint16]]] = [[row.copy()] for row in self.rtt]

    def refresh(self, rows: Sequence[int] | NDArray[np.uint16]) -> None:
        """Called after the rows of these clients were measured anew."""
        for row in rows:
            self.seen[row] = [*self.seen[row], self.rtt[row].copy()][-5:]
            self.values[row] = 25 / (25 + np.median(self.seen[row], axis=0))


def main() -> None:
    """Replays a generated trace under both and prints what came of it."""
    trace = replay.Trace.generate(seed=42, node_count=24, slice_count=120)
    for scorer in (Newest, MedianOfLast):
        result = replay.run(trace, scorer=scorer, label=scorer.__name__)
        print(f"{result.label:<14} {len(result.moves):>4} moves, fresh mean {result.mean_s('fresh'):.4f} s")


if __name__ == "__main__":
    main()
