"""What is known in one slice: the latest row of every client."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


class Measurements:
    """The latest measurements. They change in place before each tick; a scorer keeps the object and reads it.

    `rtt_cs` is a read-only uint16 array of shape (node_count, node_count): entry [i][j] is the time from client `i` to
    node `j` in hundredths (1 is 10 ms). The diagonal means nothing. `slice` is the number of the present slice.
    """

    def __init__(self, node_count: int) -> None:
        self.node_count = node_count
        self.slice = 0
        self._rtt_cs = np.zeros((node_count, node_count), dtype=np.uint16)
        # A scorer that wrote here would change what the replay measures.
        self.rtt_cs: npt.NDArray[np.uint16] = self._rtt_cs.view()
        self.rtt_cs.flags.writeable = False

    def replace(self, slice_number: int, rows: npt.NDArray[np.uint16], values: npt.NDArray[np.uint16]) -> None:
        """Go on to a slice in which `rows` were measured anew. For the replay, not for scorers."""
        self.slice = slice_number
        self._rtt_cs[rows] = values
