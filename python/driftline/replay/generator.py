"""Makes a trace out of a seed: integers only, so that equal numbers give equal traces on every machine.

Every random number is an output of SplitMix64, and the n-th output depends on nothing but the seed and n. A measured
row takes a fixed count of them, so the place of each row in the sequence is known before a single one is drawn, and
many rows are made by a few array operations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

_GAMMA = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
# Rows are made in groups of about so many draws: the arrays of one group fit into a processor's cache.
_DRAWS_PER_GROUP = 200_000

_PATTERN_NODES = 99  # the measured network, whose proportions other sizes keep
_CLUSTER_SIZES = (4, 6, 3, 42, 44)
_INTER_CS = np.array(
    [[0, 27, 35, 22, 34], [27, 0, 36, 21, 29], [35, 36, 0, 18, 24], [22, 21, 18, 0, 15], [34, 29, 24, 15, 0]]
)
_COST_CS_MAX = 9050
_SLOW_FACTORS = {11: 8, 9: 3, 44: 3}
_SLOW_BIAS_PER_MILLE = 250


def _step_table(*steps: tuple[int, int]) -> Integers:
    """The value for each draw below 1000, from (upper limit, value) pairs."""
    limits = np.array([limit for limit, _ in steps])
    values = np.array([value for _, value in steps])
    return values[np.searchsorted(limits, np.arange(1000), side="right")]


def _stall_table() -> Integers:
    """The stall in hundredths for each draw below 10000: linear between the knots, rounded down."""
    knots = "0:4 50:6 100:10 200:16 300:22 400:26 500:30 600:33 700:36 800:39 850:42 875:47 900:56 925:66 950:77 970:87"
    knots += " 980:93 990:126 995:169 999:400 1000:4500"
    pairs: Integers = np.array([[int(part) for part in knot.split(":")] for knot in knots.split()])
    places, values = pairs[:, 0] * 10, pairs[:, 1]
    draws = np.arange(10_000)
    right = np.maximum(np.searchsorted(places, draws, side="left"), 1)
    left = right - 1
    rise: Integers = (values[right] - values[left]) * (draws - places[left]) // (places[right] - places[left])
    stalls: Integers = values[left] + rise
    return stalls


_ACCESS_CS = _step_table((500, 0), (750, 1), (900, 3), (1000, 6))
_JITTER_CS = _step_table((750, 0), (920, 1), (980, 2), (1000, 3))
_GAP_SLICES = _step_table((5, 3), (135, 4), (755, 5), (940, 6), (970, 7), (983, 8), (990, 10), (1000, 14))
_STALL_CS = _stall_table()


class Draws:
    """The sequence of random numbers, read at any place."""

    def __init__(self, seed: int) -> None:
        self._seed = seed & _MASK
        self.position = 0  # how many draws `below` has taken

    def at(self, positions: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
        """The upper 32 bits of the outputs at `positions`, counted from 0."""
        z = (positions + np.uint64(1)) * np.uint64(_GAMMA) + np.uint64(self._seed)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return (z ^ (z >> np.uint64(31))) >> np.uint64(32)

    def below(self, bounds: npt.ArrayLike) -> Integers:
        """The next draws, in order, one below each of `bounds`; of the same shape."""
        wanted = np.asarray(bounds, dtype=np.uint64)
        positions = np.arange(self.position, self.position + wanted.size, dtype=np.uint64).reshape(wanted.shape)
        self.position += wanted.size
        return scaled(self.at(positions), wanted)


def scaled(draws: npt.NDArray[np.uint64], bound: int | npt.NDArray[np.uint64]) -> Integers:
    """32-bit draws brought below a bound."""
    return ((draws * np.asarray(bound, dtype=np.uint64)) >> np.uint64(32)).astype(np.int64)


@dataclass(frozen=True)
class _Nodes:
    cluster: Integers
    x: Integers
    y: Integers
    access_cs: Integers
    source_bias_per_mille: Integers
    destination_bias_per_mille: Integers
    slow_factor: Integers


@dataclass(frozen=True)
class _Links:
    base_cs: Integers  # (N, N)
    stall_per_mille: Integers  # (N, N), from the row's node to the column's
    slow_factor: Integers  # (N, N), the greater of the two


def _make_nodes(draws: Draws, node_count: int) -> _Nodes:
    of_position = np.repeat(np.arange(len(_CLUSTER_SIZES)), _CLUSTER_SIZES)
    cluster = of_position[np.arange(node_count) * _PATTERN_NODES // node_count]
    lasts = np.arange(node_count - 1, 0, -1)
    for i, j in zip(lasts.tolist(), draws.below(lasts + 1).tolist(), strict=True):
        cluster[i], cluster[j] = cluster[j], cluster[i]
    x, y, access, source, destination = draws.below(np.tile([6, 6, 1000, 221, 281], (node_count, 1))).T
    slow = np.array([_SLOW_FACTORS.get(node % _PATTERN_NODES, 1) for node in range(node_count)])
    extra = np.where(slow > 1, _SLOW_BIAS_PER_MILLE, 0)
    return _Nodes(cluster, x, y, _ACCESS_CS[access], source - 110 + extra, destination - 140 + extra, slow)


def _make_links(draws: Draws, nodes: _Nodes) -> _Links:
    count = nodes.x.size
    base = np.zeros((count, count), dtype=np.int64)
    stall = np.zeros((count, count), dtype=np.int64)
    for i in range(count - 1):
        others = slice(i + 1, count)
        # Both are drawn even where only one is used, so that the sequence does not depend on clusters.
        base_noise, stall_noise = draws.below(np.tile([13, 301], (count - 1 - i, 1))).T
        access = nodes.access_cs[i] + nodes.access_cs[others]
        near = np.abs(nodes.x[i] - nodes.x[others]) + np.abs(nodes.y[i] - nodes.y[others]) + access
        far = np.maximum(_INTER_CS[nodes.cluster[i], nodes.cluster[others]] + access - 2 + base_noise - 6, 0)
        distance = np.where(nodes.cluster[i] == nodes.cluster[others], near, far)
        common = 325 + 7 * distance + stall_noise - 150
        source, destination = nodes.source_bias_per_mille, nodes.destination_bias_per_mille
        base[i, others] = base[others, i] = distance
        stall[i, others] = common + source[i] + destination[others]
        stall[others, i] = common + source[others] + destination[i]
    slow = np.maximum(nodes.slow_factor[:, None], nodes.slow_factor[None, :])
    return _Links(base, np.clip(stall, 50, 950), slow)


def _row_starts(draws: Draws, node_count: int, row_count: int) -> npt.NDArray[np.uint64]:
    """Where in the sequence each row begins: two draws per other node, one for the gap, one more in slice 0."""
    order = np.arange(row_count, dtype=np.uint64)
    more = np.minimum(order, np.uint64(node_count))
    return np.uint64(draws.position) + order * np.uint64(2 * (node_count - 1) + 1) + more


def _plan(draws: Draws, nodes: _Nodes, slice_count: int) -> npt.NDArray[np.uint16]:
    """All (slice, row) of the trace, in order. What is measured has no influence on when."""
    node_count = nodes.x.size
    # No gap is under 3, and only the first may be shortened: a row fits at most so often.
    starts = _row_starts(draws, node_count, node_count * (slice_count // 3 + 2))
    gap_draws = draws.at(starts + np.uint64(2 * (node_count - 1)))
    gaps = _GAP_SLICES[scaled(gap_draws, 1000)]
    gaps_slices = iter(gaps.tolist())
    stretch = np.where(nodes.slow_factor == 8, 5, 1).tolist()
    due: list[list[int]] = [[] for _ in range(slice_count)]
    due[0] = list(range(node_count))
    spread_draws = draws.at(starts[:node_count] + np.uint64(2 * (node_count - 1) + 1))
    spread = scaled(spread_draws, (gaps[:node_count] * stretch).astype(np.uint64)).tolist()
    planned = []
    for now, rows in enumerate(due):
        for row in sorted(rows):
            planned.append((now, row))
            gap = next(gaps_slices) * stretch[row]
            # After the first slice the rows spread out, or all would stay due together.
            then = 1 + spread[row] if now == 0 else now + gap
            if then < slice_count:
                due[then].append(row)
    return np.array(planned, dtype=np.uint16)


def _measure(draws: Draws, links: _Links, rows: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint16]:
    """The values of all `rows`, which are given in order."""
    node_count = links.base_cs.shape[0]
    starts = _row_starts(draws, node_count, rows.size)
    values = np.zeros((rows.size, node_count), dtype=np.uint16)
    steps = np.arange(2 * (node_count - 1), dtype=np.uint64)
    is_other = ~np.eye(node_count, dtype=np.bool_)
    for first in range(0, rows.size, max(1, _DRAWS_PER_GROUP // steps.size)):
        group = slice(first, first + max(1, _DRAWS_PER_GROUP // steps.size))
        mask = is_other[rows[group]]
        drawn = draws.at(starts[group, None] + steps)
        what, how_much = drawn[:, 0::2].ravel(), drawn[:, 1::2].ravel()
        stalls = scaled(what, 1000) < links.stall_per_mille[rows[group]][mask]
        stall = links.slow_factor[rows[group]][mask] * _STALL_CS[scaled(how_much, 10_000)]
        more = np.where(stalls, stall, _JITTER_CS[scaled(how_much, 1000)])
        values[group][mask] = np.minimum(links.base_cs[rows[group]][mask] + more, _COST_CS_MAX)
    return values


def generate(seed: int, node_count: int, slice_count: int) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint16]]:
    """Return the rows, (slice, row) each, and their values in hundredths. Ranges are the caller's to check."""
    draws = Draws(seed)
    nodes = _make_nodes(draws, node_count)
    links = _make_links(draws, nodes)
    rows = _plan(draws, nodes, slice_count)
    return rows, _measure(draws, links, rows[:, 1])
