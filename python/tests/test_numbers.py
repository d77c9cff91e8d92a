"""Numbers and names that every language shares: those of the C header are those of the Python enums."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest

import driftline
from driftline import (
    Action,
    Arm,
    ClassMode,
    Event,
    FingerprintMode,
    MoveOrder,
    NodeHealth,
    OnScorerError,
    SampleCause,
    Trend,
    Verdict,
    _driftline,
)

if TYPE_CHECKING:
    from enum import Enum, IntEnum

HEADER = Path(__file__).resolve().parents[2] / "include" / "driftline.h"
DEFINITION = re.compile(r"^#define DRIFTLINE_(\w+) (\S+)$", re.MULTILINE)


def definitions(prefix: str) -> dict[str, str]:
    """The constants of the header whose names begin so, without that."""
    found = dict(DEFINITION.findall(HEADER.read_text(encoding="utf-8")))
    return {name.removeprefix(prefix): value for name, value in found.items() if name.startswith(prefix)}


@pytest.mark.parametrize(
    ("enum", "prefix"), [(Verdict, "VERDICT_"), (SampleCause, "CAUSE_"), (Trend, "TREND_"), (Arm, "ARM_")]
)
def test_numbers_are_those_of_the_header(enum: type[IntEnum], prefix: str) -> None:
    # They are no verdicts; an arm is called so.
    others = {"COUNT", "NONE"} if enum is Verdict else set()
    numbers = {name: int(value) for name, value in definitions(prefix).items() if name not in others}
    assert numbers == {member.name: member.value for member in enum}
    assert list(enum) == sorted(enum)


@pytest.mark.parametrize(
    ("enum", "prefix"),
    [
        (OnScorerError, "ON_SCORER_ERROR_"),
        (FingerprintMode, "FINGERPRINT_"),
        (MoveOrder, "MOVE_ORDER_"),
        (ClassMode, "CLASS_MODE_"),
        (NodeHealth, "NODE_HEALTH_"),
    ],
)
def test_names_are_those_of_the_header(enum: type[Enum], prefix: str) -> None:
    assert list(definitions(prefix)) == [member.name for member in enum]
    assert [member.value for member in enum] == [member.name.lower() for member in enum]


def test_events_are_those_of_the_header() -> None:
    def shouted(kind: type) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).upper()

    assert set(definitions("EVENT_")) == {shouted(kind) for kind in get_args(Event)}


def test_actions_are_those_of_the_header() -> None:
    kinds = {name: int(value) for name, value in definitions("ACTION_").items() if not name.startswith("FLAG_")}
    assert kinds == {"EVICT": _driftline.EVICT, "PLACE": _driftline.PLACE}
    assert len(get_args(Action)) == len(kinds)


def test_words_are_those_of_the_library() -> None:
    assert [(verdict.value, str(verdict)) for verdict in Verdict] == _driftline.VERDICTS
    assert [(arm.value, str(arm)) for arm in Arm] == _driftline.ARMS
    assert _driftline.NO_VERDICT not in set(Verdict)


def test_methods_are_those_of_the_header() -> None:
    # Nobody counts how often a scorer is told the time.
    asked = [name.lower() for name in definitions("METHOD_") if name != "BEGIN"]
    assert asked == list(driftline.ScorerCalls.__dataclass_fields__)


def test_constants_are_those_of_the_header() -> None:
    assert int(definitions("HISTORY_")["LENGTH"]) == driftline.HISTORY_LENGTH
    assert np.float32(definitions("HISTORY_")["SMOOTHING"]) == np.float32(driftline.HISTORY_SMOOTHING)
    assert np.float32(definitions("HISTORY_")["DEAD_BAND"]) == np.float32(driftline.HISTORY_DEAD_BAND)
    assert definitions("NONE") == {"": "UINT64_MAX"}
    assert driftline.NO_NODE == 2**64 - 1
    for name in (
        "RETRY_BACKOFF_FIRST_NS",
        "MOVE_BACKOFF_FIRST_NS",
        "MOVE_BACKOFF_MAX_NS",
        "FLAP_MEMORY",
        "FLAP_COOLDOWN_MAX_NS",
        "TRANSITION_RING_LENGTH",
    ):
        assert int(definitions(name)[""]) == getattr(driftline, name), name
    assert int(definitions("VERDICT_")["COUNT"]) > max(Verdict)


def test_names_in_words() -> None:
    assert [str(verdict) for verdict in Verdict] == [verdict.name.lower().replace("_", " ") for verdict in Verdict]
    assert str(Verdict.GAP_TOO_SMALL) == "gap too small"
    assert [str(trend) for trend in Trend] == ["stable", "degrading", "improving"]
    assert [str(cause) for cause in SampleCause] == ["new", "dirty", "backstop"]
    assert [str(arm) for arm in Arm] == ["forced", "count", "drain", "scheduler"]
    assert f"{Arm.DRAIN}, {Arm.DRAIN:>6}, {Arm.DRAIN:d}" == "drain,  drain, 2"
    assert f"{Verdict.EVICT}" == "evict"
    assert Verdict(9) is Verdict.EVICT
    assert [int(verdict) for verdict in Verdict][9] == Verdict.EVICT
    with pytest.raises(ValueError, match="11"):
        Verdict(11)


def test_the_version_is_that_of_the_library() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", driftline.__version__)
    assert driftline.__version__ in driftline.build_info()


def test_every_public_name_is_there() -> None:
    assert sorted(driftline.__all__, key=str) == sorted(set(driftline.__all__), key=str)
    for name in driftline.__all__:
        assert hasattr(driftline, name), name
