"""Numbers and names that every language shares: those of the C header are those of the Python enums."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import driftline
from driftline import FingerprintMode, OnScorerError, SampleCause, Trend, Verdict

if TYPE_CHECKING:
    from enum import Enum, IntEnum

HEADER = Path(__file__).resolve().parents[2] / "include" / "driftline.h"
DEFINITION = re.compile(r"^#define DRIFTLINE_(\w+) (\S+)$", re.MULTILINE)


def definitions(prefix: str) -> dict[str, str]:
    """The constants of the header whose names begin so, without that."""
    found = dict(DEFINITION.findall(HEADER.read_text(encoding="utf-8")))
    return {name.removeprefix(prefix): value for name, value in found.items() if name.startswith(prefix)}


@pytest.mark.parametrize(("enum", "prefix"), [(Verdict, "VERDICT_"), (SampleCause, "CAUSE_"), (Trend, "TREND_")])
def test_numbers_are_those_of_the_header(enum: type[IntEnum], prefix: str) -> None:
    numbers = {name: int(value) for name, value in definitions(prefix).items() if name != "COUNT"}
    assert numbers == {member.name: member.value for member in enum}
    assert list(enum) == sorted(enum)


@pytest.mark.parametrize(("enum", "prefix"), [(OnScorerError, "ON_SCORER_ERROR_"), (FingerprintMode, "FINGERPRINT_")])
def test_names_are_those_of_the_header(enum: type[Enum], prefix: str) -> None:
    assert set(definitions(prefix)) == {member.name for member in enum}


def test_methods_are_those_of_the_header() -> None:
    assert [name.lower() for name in definitions("METHOD_")] == list(driftline.ScorerCalls.__dataclass_fields__)


def test_constants_are_those_of_the_header() -> None:
    assert int(definitions("HISTORY_")["LENGTH"]) == driftline.HISTORY_LENGTH
    assert np.float32(definitions("HISTORY_")["SMOOTHING"]) == np.float32(driftline.HISTORY_SMOOTHING)
    assert np.float32(definitions("HISTORY_")["DEAD_BAND"]) == np.float32(driftline.HISTORY_DEAD_BAND)
    assert definitions("NONE") == {"": "UINT64_MAX"}
    assert driftline.NO_NODE == 2**64 - 1
    assert int(definitions("VERDICT_")["COUNT"]) > max(Verdict)


def test_names_in_words() -> None:
    assert [str(verdict) for verdict in Verdict] == [verdict.name.lower().replace("_", " ") for verdict in Verdict]
    assert str(Verdict.GAP_TOO_SMALL) == "gap too small"
    assert [str(trend) for trend in Trend] == ["stable", "degrading", "improving"]
    assert [str(cause) for cause in SampleCause] == ["new", "dirty", "backstop"]
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
