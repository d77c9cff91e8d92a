"""Times and durations on their way in: `to_ns` and everything that takes one."""

from __future__ import annotations

import math
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline import (
    Avoid,
    Drain,
    FreezeUntil,
    LocalScheduler,
    MeshState,
    MigrationCost,
    SchedulerConfig,
    diff_scheduler,
    to_ns,
)

from .support import Fixed, label

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_NS = 2**64 - 1


def scheduler() -> LocalScheduler:
    return LocalScheduler(1, scorer=Fixed())


#: Everything that takes a time or a duration.
TAKERS: dict[str, Callable[[Any], object]] = {
    "to_ns": to_ns,
    "tick": lambda time: scheduler().tick(MeshState(), time),
    "decide": lambda time: scheduler().decide(MeshState(), time),
    "sample": lambda time: scheduler().sample(MeshState(), time),
    "diff_scheduler": lambda time: diff_scheduler(MeshState(), Fixed(), SchedulerConfig(), 1, time),
    "cooldown": lambda time: SchedulerConfig(cooldown=time),
    "decision_interval": lambda time: SchedulerConfig(decision_interval=time),
    "retry_backoff": lambda time: SchedulerConfig(retry_backoff=time),
    "pin_ttl": lambda time: SchedulerConfig(pin_ttl=time),
    "move_timeout": lambda time: SchedulerConfig(move_timeout=time),
    "flap_window": lambda time: SchedulerConfig(flap_window=time),
    "warmup_max": lambda time: SchedulerConfig(warmup_max=time),
    "drain": lambda time: Drain(3, time),
    "avoid": lambda time: Avoid(3, time),
    "freeze_until": FreezeUntil,
    "state_transfer": lambda time: MigrationCost(state_transfer=time),
    "disruption": lambda time: MigrationCost(disruption=time),
}

taker = pytest.mark.parametrize("take", TAKERS.values(), ids=TAKERS.keys())


@pytest.mark.parametrize(
    ("time", "expected_ns"),
    [
        (0, 0),
        (30, 30),
        (MAX_NS, MAX_NS),
        (np.int8(30), 30),
        (np.uint64(MAX_NS), MAX_NS),
        (0.0, 0),
        (-0.0, 0),
        (30.0, 30_000_000_000),
        (1.6e-9, 2),
        (0.4e-9, 0),
        (0.1 + 0.2, 300_000_000),
        (1e10, 10**19),
        (np.float64(0.25), 250_000_000),
        (np.float32(0.25), 250_000_000),
        (timedelta(0), 0),
        (pd.Timedelta(nanoseconds=1_500), 1_500),
        (timedelta(seconds=30), 30_000_000_000),
        (timedelta(microseconds=1), 1_000),
        (timedelta(days=200_000, microseconds=1), 200_000 * 86_400 * 10**9 + 1_000),
    ],
    ids=label,
)
def test_forms_of_time(time: Any, expected_ns: int) -> None:
    assert to_ns(time) == expected_ns
    assert type(to_ns(time)) is int


@given(st.floats(min_value=0, max_value=1.8e10))
def test_seconds_are_rounded_to_the_nearest_nanosecond(seconds: float) -> None:
    assert abs(Fraction(seconds) * 10**9 - to_ns(seconds)) <= Fraction(1, 2)


@given(st.integers(min_value=0, max_value=MAX_NS // 1_000))
def test_a_timedelta_is_exact(microseconds: int) -> None:
    assert to_ns(timedelta(microseconds=microseconds)) == microseconds * 1_000


@taker
@pytest.mark.parametrize(
    "time", [True, np.True_, "30", b"30", None, 1j, [30], Decimal(30), np.timedelta64(30, "s"), object()], ids=label
)
def test_what_is_no_time(take: Callable[[Any], object], time: Any) -> None:
    with pytest.raises(TypeError):
        take(time)


@taker
@pytest.mark.parametrize(
    "time",
    [
        -1,
        np.int64(-1),
        2**64,
        10**400,
        -1.0,
        float("nan"),
        float("inf"),
        float("-inf"),
        1e300,
        2.0**64 / 1e9,
        timedelta(microseconds=-1),
        timedelta.max,
    ],
    ids=label,
)
def test_times_out_of_range(take: Callable[[Any], object], time: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        take(time)


@taker
def test_every_form_is_taken_everywhere(take: Callable[[Any], object]) -> None:
    for time in (1, np.uint32(1), 1.0, np.float64(1.0), timedelta(seconds=1)):
        take(time)


@pytest.mark.parametrize("field", ["cooldown", "decision_interval", "retry_backoff"])
def test_an_error_names_the_field(field: str) -> None:
    wrongs: list[Any] = [-1, "30", float("nan")]
    for time in wrongs:
        with pytest.raises((TypeError, ValueError), match=field):
            SchedulerConfig(**{field: time})


def test_forms_mean_the_same() -> None:
    by_number, by_seconds, by_timedelta = 30_000_000_000, 30.0, timedelta(seconds=30)
    assert SchedulerConfig(cooldown=by_number) == SchedulerConfig(cooldown=by_seconds)
    assert SchedulerConfig(cooldown=by_number) == SchedulerConfig(cooldown=by_timedelta)
    assert SchedulerConfig(cooldown=by_timedelta).cooldown == by_number
    assert MigrationCost(by_seconds, by_timedelta) == MigrationCost(by_number, by_number)


@pytest.mark.parametrize("field", ["state_transfer", "disruption"])
def test_an_error_names_the_part_of_the_cost(field: str) -> None:
    wrongs: list[Any] = [-1, "30", float("nan")]
    for time in wrongs:
        with pytest.raises((TypeError, ValueError), match=f"^{field}: "):
            MigrationCost(**{field: time})


def test_seconds_of_every_magnitude_are_rounded() -> None:
    """The smallest are nothing at all, and ties go to the even number."""
    for power in (2.0**exponent for exponent in range(-1074, 34)):
        for seconds in (power, math.nextafter(power, math.inf), 1.5 * power):
            assert to_ns(seconds) == round(Fraction(seconds) * 10**9), seconds
