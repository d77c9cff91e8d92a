"""Times as they go in."""

from __future__ import annotations

import warnings
from datetime import timedelta
from typing import TypeAlias

from . import _driftline

Time: TypeAlias = int | float | timedelta
"""A time or a duration: an `int` is nanoseconds, a `float` seconds, a `timedelta` itself."""


class ShortDurationWarning(UserWarning):
    """An `int` that was meant as seconds, most likely: as nanoseconds it is less than a millisecond."""


_LEAST_LIKELY_NS = 1_000_000


def duration_ns(name: str, duration: Time) -> int:
    """The nanoseconds of a duration in a config. A cooldown of 60 ns is none, and replicas would move in every tick."""
    in_ns = _driftline.to_ns(duration, name)
    if 0 < in_ns < _LEAST_LIKELY_NS and not isinstance(duration, (float, timedelta)):
        message = f"{name}={duration} is {duration} nanoseconds; {duration} seconds are {name}={float(duration)}"
        warnings.warn(message, ShortDurationWarning, stacklevel=3)
    return in_ns


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
