"""What was seen: the scores of all holders at the last sample."""

from __future__ import annotations

import operator
from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from . import _arrays, _driftline

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ScoreSnapshot"]


class ScoreSnapshot:
    """The scores of the holders of every led chain, as they were sampled (S4).

    A holder without an opinion has no cell. Immutable: a copy of what the scheduler knew when it was asked. Its length
    is the number of chains.
    """

    __slots__ = ("_chains", "_nodes", "_offsets", "_scores")

    def __init__(self, chains: bytes, offsets: bytes, nodes: bytes, scores: bytes) -> None:
        self._chains = memoryview(chains).cast("Q")
        self._offsets = memoryview(offsets).cast("Q")
        self._nodes = memoryview(nodes).cast("Q")
        self._scores = memoryview(scores).cast("f")

    def chains(self) -> list[int]:
        """The chains that were led at the last sample, by ascending id."""
        return self._chains.tolist()

    def cells(self, chain: int) -> dict[int, float]:
        """The scores of a chain's holders by ascending node; empty if the chain was not led at the last sample."""
        cells = self._cells(_driftline.check_u64(chain, "chain"))
        return dict(zip(self._nodes[cells], self._scores[cells], strict=True))

    def score(self, chain: int, node: int) -> float | None:
        """The sampled score of one holder."""
        cells = self._cells(_driftline.check_u64(chain, "chain"))
        node = _driftline.check_u64(node, "node")
        place = bisect_left(self._nodes, node, cells.start, cells.stop)
        return self._scores[place] if place < cells.stop and self._nodes[place] == node else None

    def worst(self, chain: int) -> tuple[int, float] | None:
        """The worst holder as sampled, and its score; ties go to the lowest node."""
        cells = self.cells(chain)
        return min(cells.items(), key=lambda cell: (cell[1], cell[0])) if cells else None

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Every cell as three columns: `chain` and `node` (`uint64`), `score` (`float32`), ascending.

        A `DataFrame` of pandas or polars takes it as it is.
        """
        import numpy as np

        lengths = np.diff(np.asarray(self._offsets)).astype(np.int64)
        return {
            "chain": np.repeat(np.asarray(self._chains), lengths),
            "node": _arrays.array(self._nodes.tobytes(), "u8"),
            "score": _arrays.array(self._scores.tobytes(), "f4"),
        }

    def _cells(self, chain: int) -> slice:
        """Where the cells of a chain lie."""
        place = bisect_left(self._chains, chain)
        if place == len(self._chains) or self._chains[place] != chain:
            return slice(0, 0)
        return slice(self._offsets[place], self._offsets[place + 1])

    def __eq__(self, other: object) -> bool:
        """Whether the same chains were led and every cell is equal."""
        if not isinstance(other, ScoreSnapshot):
            return NotImplemented
        return self._parts() == other._parts()

    def __hash__(self) -> int:
        """Equal snapshots have equal hashes."""
        return hash(self._parts())

    def __reduce__(self) -> tuple[type[ScoreSnapshot], tuple[bytes, ...]]:
        """How it is copied and pickled."""
        return ScoreSnapshot, self._parts()

    def _parts(self) -> tuple[bytes, ...]:
        return tuple(part.tobytes() for part in (self._chains, self._offsets, self._nodes, self._scores))

    def __len__(self) -> int:
        """How many chains there are."""
        return len(self._chains)

    def __contains__(self, chain: object) -> bool:
        """Whether a chain was led at the last sample."""
        if not hasattr(chain, "__index__"):
            return False
        chain = operator.index(chain)
        place = bisect_left(self._chains, chain)
        return place < len(self._chains) and self._chains[place] == chain

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from . import _display

        return _display.snapshot_html(self)

    def __repr__(self) -> str:
        """How much was seen."""
        return f"ScoreSnapshot({len(self._chains):,} chains, {len(self._nodes):,} cells)"
