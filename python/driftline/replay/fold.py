"""The fold that stands for a sequence of numbers: equal folds mean, for all practical purposes, equal sequences."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_FACTOR = 1_000_003
_MASK = (1 << 64) - 1
# Long enough that the loop over blocks costs nothing, short enough that a block stays in the cache.
_BLOCK_LENGTH = 16_384


def fold(values: npt.ArrayLike, start: int = 0) -> int:
    """Return `start` with every value folded in, in order: `h = (h * 1000003 + value + 1) mod 2**64`.

    `values` are integers in 0 .. 2**64-1; an array of several dimensions is taken row by row.
    """
    flat = (values if isinstance(values, np.ndarray) else np.asarray(values, dtype=np.uint64)).ravel()
    total = start & _MASK
    powers = np.full(min(_BLOCK_LENGTH, flat.size) + 1, _FACTOR, dtype=np.uint64)
    powers[0] = 1
    powers = np.cumprod(powers)
    for first in range(0, flat.size, _BLOCK_LENGTH):
        block = flat[first : first + _BLOCK_LENGTH].astype(np.uint64)
        # The same polynomial, written out: every term at once, in arithmetic that wraps as the rule says.
        terms = int(((block + np.uint64(1)) * powers[: block.size][::-1]).sum(dtype=np.uint64))
        total = (total * int(powers[block.size]) + terms) & _MASK
    return total
