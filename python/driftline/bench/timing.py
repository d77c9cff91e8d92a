"""Takes the time of calls."""

from __future__ import annotations

import gc
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """As timeit does it: what the collector finds belongs to the whole program, not to the call."""
    was_enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def seconds_of(call: Callable[[], object], loops: int = 1) -> float:
    """How long one call takes, as the mean of `loops` in a row."""
    with without_garbage_collection():
        start_ns = time.perf_counter_ns()
        for _ in range(loops):
            call()
        return (time.perf_counter_ns() - start_ns) / loops / 1e9


def least_seconds(repetitions: int, call: Callable[[], object], loops: int = 1) -> float:
    """The least of several measurements: whatever else the machine does can only make a call slower."""
    return min(seconds_of(call, loops) for _ in range(repetitions))
