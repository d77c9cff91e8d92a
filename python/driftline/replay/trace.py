"""A trace of round-trip times, stored as the rows that were measured anew in each slice of time."""

from __future__ import annotations

import operator
import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from driftline.replay.fold import fold
from driftline.replay.generator import generate
from driftline.replay.npy import read_matrix

REPLICAS = 3
NODES_MIN = REPLICAS + 2  # a client, its replicas and one node to move to
NODES_MAX = 4096
SLICES_MAX = 65536  # a slice number is 16 bits wide
# Nodes squared times slices: what a generated trace may cost in memory and patience.
VOLUME_MAX = 1_000_000_000

Rows = npt.NDArray[np.uint16]


class Trace:
    """Round-trip times between `node_count` nodes over `slice_count` slices of time.

    `rows` is uint16 of shape (R, 2): a slice and the node whose row was measured in it, sorted. `values` is uint16 of
    shape (R, node_count): the row itself, in hundredths (1 is 10 ms). A row that is not listed in a slice is unchanged;
    slice 0 lists all. Entry `j` of row `i` is the time from `i` to `j`; where `j` is `i` it means nothing.
    """

    def __init__(self, name: str, node_count: int, slice_count: int, rows: Rows, values: Rows) -> None:
        self.name = name
        self.node_count = node_count
        self.slice_count = slice_count
        self.rows = rows
        self.values = values
        # Where each slice begins in `rows`, and where the last one ends.
        self._starts = np.searchsorted(rows[:, 0], np.arange(slice_count + 1))

    def __repr__(self) -> str:
        counts = f"{self.node_count} nodes, {self.slice_count} slices, {len(self.rows)} rows"
        return f"<Trace {self.name!r}: {counts}>"

    @classmethod
    def generate(cls, seed: int, node_count: int, slice_count: int) -> Trace:
        """Make a trace out of a seed. Equal numbers give equal traces on every machine.

        `seed` is in 0 .. 2**64-1, `node_count` in 5 .. 4096, `slice_count` in 1 .. 65536, and
        `node_count**2 * slice_count` at most 1,000,000,000. ValueError names what is out of its range.
        """
        seed, node_count, slice_count = (operator.index(number) for number in (seed, node_count, slice_count))
        check_range("SEED", seed, 0, 2**64 - 1)
        check_range("N, the nodes,", node_count, NODES_MIN, NODES_MAX)
        check_range("T, the slices,", slice_count, 1, SLICES_MAX)
        volume = node_count * node_count * slice_count
        if volume > VOLUME_MAX:
            raise ValueError(f"N * N * T must be at most {VOLUME_MAX}, not {volume}")
        rows, values = generate(seed, node_count, slice_count)
        return cls(f"generated, seed {seed}", node_count, slice_count, rows, values)

    @classmethod
    def read(cls, ti_path: str | os.PathLike[str], cs_path: str | os.PathLike[str]) -> Trace:
        """Read a measured trace: `ti_path` is the NPY file of `rows`, `cs_path` that of `values`.

        ValueError says which file is wrong, and why; OSError is the system's.
        """
        rows, values = read_matrix(ti_path), read_matrix(cs_path)
        _check_shapes(os.fspath(ti_path), rows, os.fspath(cs_path), values)
        _check_order(os.fspath(ti_path), rows, values.shape[1])
        _check_start(os.fspath(ti_path), rows, values.shape[1])
        return cls(_common_name(ti_path, cs_path), values.shape[1], int(rows[-1, 0]) + 1, rows, values)

    def listed(self, slice_number: int) -> slice:
        """Where in `rows` and `values` the rows of one slice are."""
        return slice(int(self._starts[slice_number]), int(self._starts[slice_number + 1]))

    def fold(self) -> int:
        """64 bits that two traces share only if every row is equal: the fold of (slice, row, its values...)."""
        return fold(np.hstack([self.rows, self.values]))


def check_range(what: str, value: int, least: int, most: int) -> None:
    """Raise a ValueError that names `what` unless `value` lies in its range."""
    if not least <= value <= most:
        raise ValueError(f"{what} must be a whole number from {least} to {most}, not '{value}'")


def _common_name(ti_path: str | os.PathLike[str], cs_path: str | os.PathLike[str]) -> str:
    """What both file names begin with: a trace is one thing, though it lives in two files."""
    stems = [Path(ti_path).stem, Path(cs_path).stem]
    shared = os.path.commonprefix(stems)  # noqa: RUF071  # characters are what is meant
    return shared.rstrip("_-. ") or stems[1]


def _check_shapes(ti_path: str, rows: Rows, cs_path: str, values: Rows) -> None:
    if rows.shape[1] != 2:
        raise ValueError(f"{ti_path}: wrong shape: {rows.shape[1]} columns, 2 are needed (slice and row)")
    if not NODES_MIN <= values.shape[1] <= NODES_MAX:
        columns = f"{values.shape[1]} columns, one per node, from {NODES_MIN} to {NODES_MAX}"
        raise ValueError(f"{cs_path}: wrong shape: {columns}")
    if len(rows) != len(values):
        raise ValueError(f"{ti_path} lists {len(rows)} rows, but {cs_path} holds {len(values)}")
    if len(rows) == 0:
        raise ValueError(f"{ti_path}: lists no row at all")


def _check_order(path: str, rows: Rows, node_count: int) -> None:
    slices, nodes = rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64)
    unknown = nodes >= node_count
    back = np.diff(slices, prepend=0) < 0
    unsorted = (np.diff(slices, prepend=-1) == 0) & (np.diff(nodes, prepend=-1) <= 0)
    wrong = np.flatnonzero(unknown | back | unsorted)
    if wrong.size == 0:
        return
    entry = int(wrong[0])
    if unknown[entry]:
        raise ValueError(f"{path}: entry {entry}: row {nodes[entry]}, but there are {node_count} nodes")
    if back[entry]:
        raise ValueError(f"{path}: entry {entry}: slice {slices[entry]} comes after slice {slices[entry - 1]}")
    same = f"row {nodes[entry]} comes after row {nodes[entry - 1]} of the same slice"
    raise ValueError(f"{path}: entry {entry}: {same}")


def _check_start(path: str, rows: Rows, node_count: int) -> None:
    """A chain cannot be placed before its client has been heard of."""
    first = rows[rows[:, 0] == 0, 1]
    missing = np.setdiff1d(np.arange(node_count), first)
    if missing.size > 0:
        raise ValueError(f"{path}: slice 0 lacks row {missing[0]}: every row is needed there")
