"""`ClassPolicy`, and how a scheduler keeps the policies of classes (Y1)."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from driftline import (
    ChainClass,
    ClassMode,
    ClassPolicy,
    ConfigError,
    Explanation,
    LocalScheduler,
    SchedulerConfig,
    ShortDurationWarning,
    TooManyError,
    Verdict,
)

from .support import HERE, SECOND_NS, Fixed, mesh

LAZY = ClassPolicy(mode=ClassMode.LAZY, critical_floor=0.2)


def test_what_is_not_set_is_none() -> None:
    policy = ClassPolicy()
    assert policy.mode is ClassMode.EAGER
    assert {name for name in dataclasses.asdict(policy) if getattr(policy, name) is not None} == {"mode"}


def test_durations_are_nanoseconds_from_then_on() -> None:
    for cooldown in (60.0, timedelta(minutes=1), 60 * SECOND_NS):
        assert ClassPolicy(cooldown=cooldown).cooldown == 60 * SECOND_NS
    assert ClassPolicy(cooldown=0).cooldown == 0
    with pytest.warns(ShortDurationWarning, match="cooldown=60") as warned:
        ClassPolicy(cooldown=60)
    assert warned[0].filename == __file__


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"score_floor": 1.5}, "score_floor"),
        ({"score_floor": float("nan")}, "score_floor"),
        ({"hysteresis_gap": -0.1}, "hysteresis_gap"),
        ({"cost_per_sec": float("inf")}, "cost_per_sec"),
        ({"cost_per_sec": -1.0}, "cost_per_sec"),
        ({"mode": ClassMode.LAZY, "critical_floor": 1.5}, "critical_floor"),
        ({"mode": ClassMode.LAZY, "critical_floor": float("nan")}, "critical_floor"),
        ({"mode": ClassMode.LAZY}, "critical_floor"),
        ({"critical_floor": 0.5}, "critical_floor"),
        ({"mode": ClassMode.PINNED, "critical_floor": 0.0}, "critical_floor"),
        ({"hysteresis_gap": 2, "score_floor": 2}, "score_floor"),
    ],
    ids=str,
)
def test_values_out_of_range(fields: dict[str, Any], at_fault: str) -> None:
    with pytest.raises(ConfigError, match=f"config field {at_fault}: ") as caught:
        ClassPolicy(**fields)
    assert caught.value.field == at_fault
    assert caught.value.value == pytest.approx(fields.get(at_fault), nan_ok=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("score_floor", "0.5"),
        ("score_floor", True),
        ("hysteresis_gap", [0.1]),
        ("cooldown", "60s"),
        ("cooldown", True),
        ("cost_per_sec", 1j),
        ("mode", "lazy"),
        ("mode", None),
        ("critical_floor", "0.2"),
    ],
)
def test_values_of_the_wrong_type(field: str, value: Any) -> None:
    with pytest.raises(TypeError, match=field):
        ClassPolicy(**{field: value})


@pytest.mark.parametrize("cooldown", [-1, 2**64, -0.5])
def test_a_cooldown_that_is_none(cooldown: float) -> None:
    with pytest.raises(ValueError, match="cooldown"):
        ClassPolicy(cooldown=cooldown)


def test_it_is_a_value() -> None:
    assert ClassPolicy(mode=ClassMode.LAZY, critical_floor=0.2) == LAZY
    assert hash(LAZY) == hash(ClassPolicy(mode=ClassMode.LAZY, critical_floor=0.2))
    assert LAZY.replace(critical_floor=0.1) != LAZY
    assert LAZY.replace(mode=ClassMode.EAGER, critical_floor=None) == ClassPolicy()
    with pytest.raises(ConfigError, match="critical_floor"):
        LAZY.replace(mode=ClassMode.EAGER)
    with pytest.raises(TypeError):
        LAZY.replace(floor=0.5)
    with pytest.raises(dataclasses.FrozenInstanceError):
        LAZY.mode = ClassMode.EAGER  # type: ignore[misc]
    with pytest.raises(TypeError):
        ClassPolicy(0.5)  # type: ignore[call-arg]


def test_a_scheduler_keeps_the_very_policies() -> None:
    scheduler = LocalScheduler(HERE)
    other = ClassPolicy(score_floor=0.123456789)
    assert scheduler.class_policy(5) is None
    assert scheduler.set_class_policy(5, LAZY) is None
    assert scheduler.class_policy(5) is LAZY
    assert scheduler.set_class_policy(5, other) is LAZY
    assert scheduler.class_policy(5) is other
    assert scheduler.class_policy(0) is scheduler.class_policy(2**32 - 1) is None
    assert scheduler.set_class_policy(5, None) is other
    assert scheduler.set_class_policy(5, None) is None
    assert scheduler.class_policy(5) is None


def explained(scheduler: LocalScheduler, chain: int, class_id: int | None = None) -> Explanation:
    state = mesh({chain: [1]})
    if class_id is not None:
        state.apply(ChainClass(chain, class_id))
    scheduler.tick(state, 0)
    return scheduler.explain(state, chain)


@pytest.mark.parametrize(
    ("policy", "verdict"),
    [
        (ClassPolicy(), Verdict.EVICT),
        (ClassPolicy(score_floor=0.25), Verdict.HEALTHY),
        (ClassPolicy(hysteresis_gap=0.5), Verdict.GAP_TOO_SMALL),
        (LAZY, Verdict.HEALTHY),
        (LAZY.replace(critical_floor=0.3), Verdict.EVICT),
        (ClassPolicy(mode=ClassMode.PINNED), Verdict.PINNED),
        (ClassPolicy(mode=ClassMode.PROPOSE_ONLY), Verdict.PROPOSE_ONLY),
    ],
    ids=repr,
)
def test_each_field_does_what_it_says(policy: ClassPolicy, verdict: Verdict) -> None:
    scheduler = LocalScheduler(HERE, scorer=Fixed())
    scheduler.set_class_policy(2**32 - 1, policy)
    assert explained(scheduler, 7, 2**32 - 1).verdict is verdict
    assert explained(scheduler, 8).verdict is Verdict.EVICT


def test_class_0_is_that_of_all_others() -> None:
    scheduler = LocalScheduler(HERE, scorer=Fixed())
    scheduler.set_class_policy(0, ClassPolicy(mode=ClassMode.PINNED))
    assert explained(scheduler, 7).verdict is Verdict.PINNED
    assert explained(scheduler, 7, 1).verdict is Verdict.EVICT


def test_a_policy_has_a_cost_rate_and_a_cooldown() -> None:
    scheduler = LocalScheduler(HERE, SchedulerConfig(cooldown=0), Fixed())
    scheduler.set_class_policy(3, ClassPolicy(cooldown=10.0))
    state = mesh({7: [1]})
    state.apply(ChainClass(7, 3))
    scheduler.tick(state, 0)
    scheduler.tick(state, SECOND_NS)
    explanation = scheduler.explain(state, 7)
    assert (explanation.verdict, explanation.cooldown_until_ns) == (Verdict.COOLDOWN, 10 * SECOND_NS)


def test_a_refused_policy_changes_nothing() -> None:
    scheduler = LocalScheduler(HERE, scorer=Fixed())
    scheduler.set_class_policy(0, LAZY)
    wrongs: list[Any] = [{}, "lazy", ClassMode.LAZY, ClassPolicy, SchedulerConfig()]
    for wrong in wrongs:
        with pytest.raises(TypeError, match="policy"):
            scheduler.set_class_policy(0, wrong)
    assert scheduler.class_policy(0) is LAZY


@pytest.mark.parametrize("class_id", [-1, 2**32, 2**64, 10**400], ids=["-1", "2**32", "2**64", "10**400"])
def test_a_class_out_of_range(class_id: int) -> None:
    scheduler = LocalScheduler(HERE)
    with pytest.raises(ValueError, match="class_id"):
        scheduler.set_class_policy(class_id, LAZY)
    with pytest.raises(ValueError, match="class_id"):
        scheduler.class_policy(class_id)


@pytest.mark.parametrize("class_id", [True, 1.0, "1", None, LAZY], ids=repr)
def test_what_is_no_class(class_id: Any) -> None:
    scheduler = LocalScheduler(HERE)
    with pytest.raises(TypeError, match="class_id"):
        scheduler.set_class_policy(class_id, LAZY)
    with pytest.raises(TypeError, match="class_id"):
        scheduler.class_policy(class_id)


def test_beyond_255_policies_there_is_no_room() -> None:
    scheduler = LocalScheduler(HERE)
    for class_id in range(255):
        scheduler.set_class_policy(class_id, LAZY)
    with pytest.raises(TooManyError, match="class policies") as caught:
        scheduler.set_class_policy(255, ClassPolicy())
    assert caught.value.limit == 255
    assert scheduler.class_policy(255) is None
    # What is there may be replaced, and what is taken away makes room.
    assert scheduler.set_class_policy(254, ClassPolicy()) is LAZY
    assert scheduler.set_class_policy(0, None) is LAZY
    assert scheduler.set_class_policy(255, LAZY) is None
