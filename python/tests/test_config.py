"""`SchedulerConfig`: defaults, validation, and that it is a value."""

from __future__ import annotations

import dataclasses
import warnings
from datetime import timedelta
from enum import Enum
from typing import Any

import numpy as np
import pytest

from driftline import (
    ConfigError,
    FingerprintMode,
    LocalScheduler,
    MoveOrder,
    OnScorerError,
    SchedulerConfig,
    ShortDurationWarning,
    Verdict,
    _driftline,
    diff_scheduler,
)

from .support import HERE, SECOND_NS, Fixed, mesh


def test_defaults_are_those_of_the_specification() -> None:
    assert dataclasses.asdict(SchedulerConfig()) == {
        "score_floor": 0.5,
        "hysteresis_gap": 0.2,
        "cooldown": 300 * SECOND_NS,
        "decision_interval": 30 * SECOND_NS,
        "cost_per_sec": 0.1,
        "on_scorer_error": OnScorerError.ABORT,
        "fingerprint_mode": FingerprintMode.POLL,
        "max_scores_per_tick": 0,
        "backstop_spread": False,
        "retry_backoff": 0,
        "min_holders": 0,
        "move_order": MoveOrder.EVICT_FIRST,
        "pin_ttl": 60 * SECOND_NS,
        "move_timeout": 0,
        "max_moves_per_tick": 0,
        "max_in_flight": 0,
        "max_in_flight_per_source": 0,
        "max_in_flight_per_target": 0,
        "target_penalty": 0.0,
        "max_alternatives": 1,
        "flap_window": 0,
        "warmup_coverage": 0.0,
        "warmup_max": 300 * SECOND_NS,
    }


def as_said(config: SchedulerConfig) -> dict[str, Any]:
    """The fields as the library says them: choices by their value."""
    fields = dataclasses.asdict(config)
    return {name: value.value if isinstance(value, Enum) else value for name, value in fields.items()}


def test_defaults_and_production_are_those_of_the_library() -> None:
    assert as_said(SchedulerConfig()) == _driftline.default_config()
    assert as_said(SchedulerConfig.production()) == _driftline.production_config()


def test_production_is_safe_to_leave_running() -> None:
    config = SchedulerConfig.production()
    assert config == SchedulerConfig.production()
    assert config != SchedulerConfig()
    assert type(config) is SchedulerConfig
    assert config.on_scorer_error is OnScorerError.SKIP_CHAIN
    assert config.move_order is MoveOrder.EVICT_FIRST
    assert config.fingerprint_mode is FingerprintMode.POLL
    assert config.min_holders == 1
    numbers = [value for value in dataclasses.asdict(config).values() if isinstance(value, float)]
    assert numbers == [round(number, 3) for number in numbers], "as somebody would write them, not in 32 bits"
    for bound in ("move_timeout", "max_moves_per_tick", "max_in_flight", "max_in_flight_per_target", "flap_window"):
        assert getattr(config, bound) > 0, bound
    assert config.replace(cooldown=60.0).max_in_flight == config.max_in_flight
    assert LocalScheduler(HERE, config).config is config


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_in_flight", 1),
        ("max_in_flight_per_source", 2**64 - 1),
        ("max_in_flight_per_target", 1),
        ("target_penalty", 0.5),
    ],
)
def test_what_counts_moves_in_flight_needs_them_to_be_tracked(field: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=f"{field}: .* is not zero without move_timeout") as caught:
        SchedulerConfig(**{field: value})
    assert (caught.value.field, caught.value.value) == (field, value)
    assert getattr(SchedulerConfig(move_timeout=60.0, **{field: value}), field) == value
    with pytest.raises(ConfigError, match=field):
        SchedulerConfig(move_timeout=60.0, **{field: value}).replace(move_timeout=0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("score_floor", -0.1),
        ("score_floor", 1.1),
        ("score_floor", float("nan")),
        ("score_floor", float("inf")),
        ("score_floor", 1e300),
        ("hysteresis_gap", -0.1),
        ("hysteresis_gap", 2),
        ("hysteresis_gap", float("-inf")),
        ("decision_interval", 0),
        ("decision_interval", 0.0),
        ("decision_interval", timedelta(0)),
        ("cost_per_sec", -0.1),
        ("cost_per_sec", float("inf")),
        ("cost_per_sec", float("nan")),
        ("target_penalty", -0.1),
        ("target_penalty", 1.5),
        ("target_penalty", float("nan")),
        ("max_alternatives", 0),
        ("warmup_coverage", -0.5),
        ("warmup_coverage", 1.1),
        ("warmup_coverage", float("nan")),
    ],
)
def test_values_out_of_range(field: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=field) as caught:
        SchedulerConfig(**{field: value})
    assert caught.value.field == field
    if value == value and isinstance(value, float) and abs(value) < 2:
        assert caught.value.value == pytest.approx(value)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("score_floor", "0.5"),
        ("score_floor", None),
        ("score_floor", True),
        ("hysteresis_gap", 1j),
        ("cost_per_sec", [0.1]),
        ("cooldown", "300s"),
        ("cooldown", True),
        ("decision_interval", None),
        ("max_scores_per_tick", 1.5),
        ("max_scores_per_tick", True),
        ("max_scores_per_tick", None),
        ("on_scorer_error", "abort"),
        ("on_scorer_error", None),
        ("fingerprint_mode", OnScorerError.ABORT),
        ("fingerprint_mode", 1),
        ("backstop_spread", 1),
        ("backstop_spread", None),
        ("min_holders", 1.0),
        ("min_holders", True),
        ("move_order", "evict_first"),
        ("move_order", FingerprintMode.POLL),
        ("pin_ttl", "60s"),
        ("move_timeout", None),
        ("max_moves_per_tick", 1.5),
        ("max_in_flight", "1"),
        ("max_in_flight_per_source", None),
        ("max_in_flight_per_target", False),
        ("target_penalty", "0.1"),
        ("max_alternatives", 2.0),
        ("flap_window", [1]),
        ("warmup_coverage", None),
        ("warmup_max", True),
    ],
)
def test_values_of_the_wrong_type(field: str, value: Any) -> None:
    with pytest.raises(TypeError, match=field):
        SchedulerConfig(**{field: value})


@pytest.mark.parametrize("value", [-1, 2**64])
@pytest.mark.parametrize(
    "field",
    [
        "max_scores_per_tick",
        "max_moves_per_tick",
        "max_in_flight",
        "max_in_flight_per_source",
        "max_in_flight_per_target",
    ],
)
def test_a_limit_out_of_range(field: str, value: int) -> None:
    fields: dict[str, Any] = {field: value}
    with pytest.raises(ValueError, match=f"{field}: {value} is not in"):
        SchedulerConfig(**fields)


@pytest.mark.parametrize("value", [-1, 2**32, 2**64])
@pytest.mark.parametrize("field", ["min_holders", "max_alternatives"])
def test_a_number_of_too_many_bits(field: str, value: int) -> None:
    fields: dict[str, Any] = {field: value}
    with pytest.raises(ValueError, match=rf"{field}: {value} is not in 0 \.\. 2\*\*(32|64) - 1"):
        SchedulerConfig(**fields)


def test_the_first_field_at_fault_is_named() -> None:
    with pytest.raises(ConfigError) as caught:
        SchedulerConfig(cost_per_sec=-1, hysteresis_gap=2, score_floor=2)
    assert caught.value.field == "score_floor"


@pytest.mark.parametrize(
    "config",
    [
        SchedulerConfig(score_floor=0, hysteresis_gap=0, cooldown=0, decision_interval=1, cost_per_sec=0),
        SchedulerConfig(score_floor=1, hysteresis_gap=1, cooldown=2**64 - 1, decision_interval=2**64 - 1),
        SchedulerConfig(score_floor=-0.0, hysteresis_gap=-0.0, cost_per_sec=-0.0),
        SchedulerConfig(score_floor=np.float32(0.7), max_scores_per_tick=np.uint64(2**64 - 1)),  # type: ignore[arg-type]
        SchedulerConfig(score_floor=0.7, retry_backoff=timedelta(hours=1), backstop_spread=True),
        SchedulerConfig(min_holders=2**32 - 1, max_alternatives=2**32 - 1, max_moves_per_tick=2**64 - 1),
        SchedulerConfig(pin_ttl=0, flap_window=2**64 - 1, warmup_coverage=1, warmup_max=0),
        SchedulerConfig(move_timeout=2**64 - 1, target_penalty=1, max_in_flight=2**64 - 1, warmup_coverage=-0.0),
        SchedulerConfig(
            move_timeout=timedelta(minutes=1),
            max_in_flight_per_source=np.uint64(2**64 - 1),  # type: ignore[arg-type]
            max_in_flight_per_target=1,
            move_order=MoveOrder.PLACE_FIRST,
        ),
        SchedulerConfig.production(),
    ],
)
def test_the_edges_are_valid_and_a_scheduler_keeps_them(config: SchedulerConfig) -> None:
    scheduler = LocalScheduler(HERE, config)
    assert scheduler.config == config
    other = LocalScheduler(HERE)
    assert other.config == SchedulerConfig()
    other.configure(config)
    assert other.config == config


def test_it_is_a_value() -> None:
    config = SchedulerConfig(cooldown=1.0)
    assert config == SchedulerConfig(cooldown=SECOND_NS)
    assert config != SchedulerConfig()
    assert hash(config) == hash(SchedulerConfig(cooldown=SECOND_NS))
    assert f"cooldown={SECOND_NS}" in repr(config)
    assert isinstance(config.cooldown, int)
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.cooldown = 0  # type: ignore[misc]
    with pytest.raises((AttributeError, TypeError)):
        config.floor = 0.5  # type: ignore[attr-defined]
    assert not hasattr(config, "__dict__")


def test_fields_are_named() -> None:
    with pytest.raises(TypeError):
        SchedulerConfig(0.5)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="floor"):
        SchedulerConfig(floor=0.5)  # type: ignore[call-arg]


def test_replace() -> None:
    config = SchedulerConfig(score_floor=0.75)
    changed = config.replace(cooldown=timedelta(minutes=1), on_scorer_error=OnScorerError.SKIP_CHAIN)
    assert changed == SchedulerConfig(score_floor=0.75, cooldown=60.0, on_scorer_error=OnScorerError.SKIP_CHAIN)
    assert config == SchedulerConfig(score_floor=0.75)
    assert config.replace() == config
    with pytest.raises(ConfigError):
        config.replace(decision_interval=0)
    with pytest.raises(TypeError):
        config.replace(floor=0.5)


def test_a_refused_config_changes_nothing() -> None:
    scheduler = LocalScheduler(HERE, SchedulerConfig(score_floor=0.75))
    wrongs: list[Any] = [None, {}, 0.5, "config", SchedulerConfig]
    for wrong in wrongs:
        with pytest.raises(TypeError):
            scheduler.configure(wrong)
        if wrong is not None:
            with pytest.raises(TypeError):
                LocalScheduler(HERE, wrong)
        with pytest.raises(TypeError):
            diff_scheduler(mesh({}), Fixed(), wrong, HERE, 0)
    assert scheduler.config == SchedulerConfig(score_floor=0.75)


def test_a_config_takes_effect_at_the_next_tick() -> None:
    state = mesh({7: [1]})
    scheduler = LocalScheduler(HERE, SchedulerConfig(score_floor=0.1), Fixed(0.25))
    assert scheduler.tick(state, 0).actions == ()
    scheduler.configure(scheduler.config.replace(score_floor=0.5, cooldown=0))
    assert scheduler.tick(state, 0).report.verdicts == {Verdict.EVICT: 1}
    assert scheduler.tick(state, 0).report.verdicts == {Verdict.EVICT: 1}


@pytest.mark.parametrize(
    "field", ["score_floor", "hysteresis_gap", "cost_per_sec", "target_penalty", "warmup_coverage"]
)
def test_a_number_that_is_no_float(field: str) -> None:
    too_large: Any = 10**400
    with pytest.raises(ValueError, match=field):
        SchedulerConfig(**{field: too_large})


@pytest.mark.parametrize(
    "field",
    ["cooldown", "decision_interval", "retry_backoff", "pin_ttl", "move_timeout", "flap_window", "warmup_max"],
)
def test_an_int_that_was_meant_as_seconds_is_warned_of(field: str) -> None:
    meant_as_seconds: dict[str, Any] = {field: 60}
    with pytest.warns(
        ShortDurationWarning, match=f"{field}=60 is 60 nanoseconds; 60 seconds are {field}=60.0"
    ) as all_of_them:
        config = SchedulerConfig(**meant_as_seconds)
    assert getattr(config, field) == 60
    assert all_of_them[0].filename == __file__, "the warning points to who made the config"
    with warnings.catch_warnings():
        warnings.simplefilter("error", ShortDurationWarning)
        for unmistakable in (1_000_000, 60.0, 0.0001, timedelta(microseconds=60)):
            fields: dict[str, Any] = {field: unmistakable}
            SchedulerConfig(**fields)
        SchedulerConfig(cooldown=0, retry_backoff=0)
