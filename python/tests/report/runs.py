"""Replays that several tests look at, each run once."""

from __future__ import annotations

from functools import cache

from driftline.replay import ReplayResult, Trace, run


@cache
def trace(node_count: int = 24, slice_count: int = 120) -> Trace:
    return Trace.generate(42, node_count, slice_count)


@cache
def never() -> ReplayResult:
    return run(trace(), "never")


@cache
def greedy() -> ReplayResult:
    return run(trace(), "greedy")


@cache
def drift() -> ReplayResult:
    return run(trace())


@cache
def smoothed() -> ReplayResult:
    return run(trace(), smooth=0.3)


def all_policies() -> list[ReplayResult]:
    return [never(), greedy(), drift(), smoothed()]


@cache
def single_slice(policy: str) -> ReplayResult:
    """Nothing is measured afresh, moved or judged in the first slice."""
    return run(trace(8, 1), policy)


@cache
def few_slices() -> ReplayResult:
    return run(trace(8, 8), cooldown_slices=2)


@cache
def production() -> ReplayResult:
    return run(trace(), production=True)
