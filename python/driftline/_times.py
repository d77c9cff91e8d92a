"""Times as they go in."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeAlias

from . import _driftline

Time: TypeAlias = int | float | timedelta
"""A time or a duration: an `int` is nanoseconds, a `float` seconds, a `timedelta` itself."""


def to_ns(time: Time) -> int:
    """Converts a time or a duration to nanoseconds, as every function here does with the times that it is given.

    An `int` is nanoseconds, a `float` is seconds and is rounded to the nearest nanosecond, a `timedelta` is exact.

    Raises:
        TypeError: it is none of these.
        ValueError: it is NaN, infinite, negative, or above 2**64 - 1 ns.

    >>> to_ns(30.0) == to_ns(timedelta(seconds=30)) == to_ns(30_000_000_000)
    True
    """
    return _driftline.to_ns(time)
