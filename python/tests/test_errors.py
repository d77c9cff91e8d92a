"""The exceptions of `driftline.errors`: what they are, what they say, and that they can be sent around."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any

import pytest

import driftline
from driftline import SchedulerConfig, errors

from .support import HERE, Fixed, label, mesh, scripted

if TYPE_CHECKING:
    from collections.abc import Callable

BASES: dict[str, tuple[type[BaseException], ...]] = {
    "ConfigError": (ValueError,),
    "ReservedNodeError": (ValueError,),
    "PartError": (driftline.ConfigError, ValueError),
    "InventoryError": (ValueError,),
    "MembershipError": (ValueError,),
    "DuplicateChainError": (driftline.MembershipError, ValueError),
    "DuplicateHolderError": (driftline.MembershipError, ValueError),
    "NotLedError": (LookupError,),
    "TimeReversedError": (ValueError,),
    "NoScorerError": (),
    "TooManyError": (),
    "ChainImportError": (ValueError,),
    "CalibrationError": (ValueError,),
    "OutOfMemoryError": (MemoryError,),
    "ReentrantError": (RuntimeError,),
    "BusyError": (RuntimeError,),
    "PoisonedError": (RuntimeError,),
}


def test_the_hierarchy() -> None:
    assert set(errors.__all__) == {"Error", *BASES}
    for name, bases in BASES.items():
        error = getattr(errors, name)
        assert error is getattr(driftline, name)
        assert {driftline.Error, *bases} < set(error.__mro__)
    assert driftline.Error.__bases__ == (Exception,)


def ticked() -> driftline.LocalScheduler:
    scheduler = driftline.LocalScheduler(HERE, scorer=Fixed())
    scheduler.tick(mesh({7: [1]}), 100)
    return scheduler


def too_many_policies() -> None:
    scheduler = driftline.LocalScheduler(HERE)
    for class_id in range(256):
        scheduler.set_class_policy(class_id, driftline.ClassPolicy())


def reenter() -> None:
    state = mesh({7: [1]})
    scheduler = driftline.LocalScheduler(HERE, scorer=scripted(score=lambda chain, node: scheduler.tick(state, 0)))
    scheduler.tick(state, 0)


#: What brings an error about, its class, its attributes, and words of its message.
CAUSES: dict[str, tuple[Callable[[], object], type[Exception], dict[str, Any], list[str]]] = {
    "config": (
        lambda: driftline.SchedulerConfig(score_floor=1.5),
        errors.ConfigError,
        {"field": "score_floor", "value": 1.5},
        ["score_floor", "1.5"],
    ),
    "config-integer": (
        lambda: driftline.SchedulerConfig(decision_interval=0),
        errors.ConfigError,
        {"field": "decision_interval", "value": 0},
        ["decision_interval", "0"],
    ),
    "reserved": (
        lambda: driftline.LocalScheduler(driftline.NO_NODE),
        errors.ReservedNodeError,
        {"index": None, "chain": None},
        ["18446744073709551615", "reserved"],
    ),
    "reserved-in-a-slice": (
        lambda: mesh({}).apply([driftline.ChainTouched(1), driftline.HolderAdded(7, driftline.NO_NODE)]),
        errors.ReservedNodeError,
        {"index": 1, "chain": 7},
        ["index 1", "reserved"],
    ),
    "membership": (
        lambda: mesh({}).load([7], [1], [0, 5], [1]),
        errors.MembershipError,
        {},
        ["index"],
    ),
    "duplicate-chain": (
        lambda: mesh({}).load([7, 7], [1, 1], [0, 0, 0], []),
        errors.DuplicateChainError,
        {"index": 1, "chain": 7},
        ["index 1", "chain 7", "twice"],
    ),
    "duplicate-holder": (
        lambda: mesh({}).load([7], [1], [0, 2], [3, 3]),
        errors.DuplicateHolderError,
        {"index": 1, "chain": 7, "node": 3},
        ["index 1", "node 3", "chain 7"],
    ),
    "not-led": (lambda: ticked().history(8), errors.NotLedError, {"chain": 8}, ["chain 8"]),
    "not-led-explain": (lambda: ticked().explain(mesh({}), 8), errors.NotLedError, {"chain": 8}, ["chain 8"]),
    "not-led-cells": (lambda: ticked().cells(8), errors.NotLedError, {"chain": 8}, ["chain 8"]),
    "time": (
        lambda: ticked().tick(mesh({7: [1]}), 99),
        errors.TimeReversedError,
        {"now_ns": 99, "last_ns": 100},
        ["99", "100"],
    ),
    "time-sample": (
        lambda: ticked().sample(mesh({7: [1]}), 0),
        errors.TimeReversedError,
        {"now_ns": 0, "last_ns": 100},
        ["0", "100"],
    ),
    "no-scorer": (lambda: driftline.LocalScheduler(HERE).uninstall(), errors.NoScorerError, {}, ["no scorer"]),
    "config-of-a-policy": (
        lambda: driftline.ClassPolicy(hysteresis_gap=1.5),
        errors.ConfigError,
        {"field": "hysteresis_gap", "value": 1.5},
        ["hysteresis_gap", "1.5"],
    ),
    "config-untracked": (
        lambda: driftline.SchedulerConfig(max_in_flight=5),
        errors.ConfigError,
        {"field": "max_in_flight", "value": 5},
        ["max_in_flight", "5", "zero without move_timeout"],
    ),
    "reserved-drain": (
        lambda: mesh({}).apply(driftline.Drain(driftline.NO_NODE, 0)),
        errors.ReservedNodeError,
        {"index": 0, "chain": None},
        ["index 0", "reserved"],
    ),
    "reserved-order": (
        lambda: mesh({}).apply([driftline.Thaw(), driftline.ForceEvict(7, driftline.NO_NODE)]),
        errors.ReservedNodeError,
        {"index": 1, "chain": 7},
        ["index 1", "reserved"],
    ),
    "too-many": (too_many_policies, errors.TooManyError, {"limit": 255}, ["class policies", "255"]),
    "import": (
        lambda: mesh({}).import_chain(b"DRFT"),
        errors.ChainImportError,
        {"reason": "truncated"},
        ["import", "truncated"],
    ),
    "calibration": (
        lambda: driftline.calibrate([]),
        errors.CalibrationError,
        {"reason": "too few", "index": None},
        ["0 moves", "12"],
    ),
    "calibration-of-a-move": (
        lambda: driftline.calibrate([driftline.ObservedMove(driftline.MigrationCost(1.0), float("nan"))]),
        errors.CalibrationError,
        {"reason": "not finite", "index": 0},
        ["index 0", "score_loss", "NaN"],
    ),
    "config-of-an-inventory": (
        lambda: driftline.InventoryConfig(fallback_size_bytes=-1e300),
        errors.ConfigError,
        {"field": "fallback_size_bytes", "value": -1e300},
        ["fallback_size_bytes", "finite and at least zero"],
    ),
    "part": (
        lambda: driftline.WeightedSum([(Fixed(), 1.0), (Fixed(), -0.5)]),
        errors.PartError,
        {"index": 1, "field": "weight", "value": -0.5},
        ["index 1", "weight", "-0.5"],
    ),
    "inventory": (
        lambda: driftline.InventoryScorer().report_bandwidths([driftline.Bandwidth(1, 2, -0.5)]),
        errors.InventoryError,
        {"index": 0, "node": 2, "chain": None, "field": "bytes_per_sec", "value": -0.5},
        ["index 0", "node 2", "bytes_per_sec", "-0.5"],
    ),
    "inventory-of-a-chain": (
        lambda: driftline.InventoryScorer().report_profiles([driftline.ChainProfile(chain=7, cpu_cores=-2)]),
        errors.InventoryError,
        {"index": 0, "node": None, "chain": 7, "field": "cpu_cores", "value": -2.0},
        ["index 0", "chain 7", "cpu_cores", "-2"],
    ),
    "reentrant": (reenter, errors.ReentrantError, {}, ["scorer"]),
}

cause = pytest.mark.parametrize(("act", "kind", "attributes", "words"), CAUSES.values(), ids=CAUSES.keys())


def raised_by(act: Callable[[], object]) -> driftline.Error:
    with pytest.raises(driftline.Error) as caught:
        act()
    return caught.value


@cause
def test_what_an_error_says(
    act: Callable[[], object], kind: type[Exception], attributes: dict[str, Any], words: list[str]
) -> None:
    error = raised_by(act)
    assert type(error) is kind
    assert {name: getattr(error, name) for name in attributes} == attributes
    for word in words:
        assert word in str(error)
    assert "Traceback" not in str(error)


@cause
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_errors_can_be_pickled(
    act: Callable[[], object], kind: type[Exception], attributes: dict[str, Any], words: list[str], protocol: int
) -> None:
    error = raised_by(act)
    for again in (pickle.loads(pickle.dumps(error, protocol)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert {name: getattr(again, name) for name in attributes} == attributes


@pytest.mark.parametrize("name", ["OutOfMemoryError", "BusyError", "PoisonedError", "Error"])
def test_errors_without_attributes_can_be_pickled(name: str) -> None:
    error = getattr(errors, name)("a message")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is type(error)
        assert str(again) == "a message"


def test_time_that_goes_back_changes_nothing() -> None:
    scheduler = ticked()
    state = mesh({7: [1]})
    before = state.digest()
    for act in (scheduler.tick, scheduler.sample):
        with pytest.raises(errors.TimeReversedError):
            act(state, 99)
    assert state.digest() == before
    assert len(scheduler.tick(state, 100).actions) == 1


@pytest.mark.parametrize("state", [None, 7, "state", mesh, object()], ids=label)
def test_what_is_no_state(state: Any) -> None:
    scheduler = driftline.LocalScheduler(HERE, scorer=Fixed())
    for act in (
        lambda: scheduler.tick(state, 0),
        lambda: scheduler.sample(state, 0),
        lambda: scheduler.decide(state, 0),
        lambda: scheduler.explain(state, 7),
        lambda: scheduler.drain_status(state, 7),
        lambda: driftline.diff_scheduler(state, Fixed(), driftline.SchedulerConfig(), HERE, 0),
    ):
        with pytest.raises(TypeError):
            act()


#: What each class is.
DIRECT_BASES: dict[type[Exception], tuple[type[Exception], ...]] = {
    errors.ConfigError: (errors.Error, ValueError),
    errors.PartError: (errors.ConfigError,),
    errors.InventoryError: (errors.Error, ValueError),
    errors.ReservedNodeError: (errors.Error, ValueError),
    errors.MembershipError: (errors.Error, ValueError),
    errors.NotLedError: (errors.Error, LookupError),
    errors.TimeReversedError: (errors.Error, ValueError),
    errors.NoScorerError: (errors.Error,),
    errors.TooManyError: (errors.Error,),
    errors.ChainImportError: (errors.Error, ValueError),
    errors.CalibrationError: (errors.Error, ValueError),
    errors.OutOfMemoryError: (errors.Error, MemoryError),
    errors.ReentrantError: (errors.Error, RuntimeError),
    errors.BusyError: (errors.Error, RuntimeError),
    errors.PoisonedError: (errors.Error, RuntimeError),
}


@pytest.mark.parametrize(("kind", "bases"), DIRECT_BASES.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_an_error_is_nothing_else(kind: type[Exception], bases: tuple[type[Exception], ...]) -> None:
    """A `KeyError` is a `LookupError`, too, but says so by its name."""
    assert kind.__bases__ == bases


def test_an_error_without_a_message_can_be_printed() -> None:
    for kind in (errors.Error, errors.BusyError, errors.NoScorerError):
        assert str(kind()) == ""


def test_an_error_says_its_message_alone() -> None:
    """What else it carries stands in its attributes."""
    assert str(errors.DuplicateHolderError("a message", 1, 7, 3)) == "a message"
    with pytest.raises(errors.ConfigError) as caught:
        SchedulerConfig(score_floor=1.5)
    assert str(caught.value) == caught.value.args[0]
