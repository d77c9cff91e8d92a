"""`export_chain` and `import_chain`: what one leader remembers, for the next one (V1)."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
import pytest

from driftline import ChainImportError, ChainRemoved, LocalScheduler, MeshState, SchedulerConfig, Verdict

from .support import HERE, SECOND_NS, Fixed, mesh

CONFIG = SchedulerConfig(move_timeout=60.0, flap_window=60.0)


def exported() -> bytes:
    """What is remembered of chain 7 while a move of it is in flight."""
    state = mesh({7: [1, 2]})
    LocalScheduler(HERE, CONFIG, Fixed()).tick(state, SECOND_NS)
    data = state.export_chain(7)
    assert type(data) is bytes
    return data


def test_a_new_leader_remembers() -> None:
    state = mesh({7: [1, 2], 8: [1]}, leader=2)
    assert state.import_chain(exported()) == 7
    scheduler = LocalScheduler(2, CONFIG, Fixed())
    decision = scheduler.tick(state, 2 * SECOND_NS)
    assert [action.chain for action in decision.actions] == [8]
    explanation = scheduler.explain(state, 7)
    assert explanation.verdict is Verdict.IN_FLIGHT
    assert explanation.flight is not None
    assert explanation.flight.since_ns == SECOND_NS


def test_it_goes_round() -> None:
    data = exported()
    state = MeshState()
    assert state.import_chain(data) == 7
    assert state.export_chain(7) == data
    assert state.chains() == [7]
    state.apply(ChainRemoved(7))
    assert state.export_chain(7) is None


def test_a_chain_that_does_not_exist() -> None:
    assert mesh({7: [1]}).export_chain(8) is None


def test_a_chain_of_which_nothing_is_remembered() -> None:
    data = mesh({7: [1]}).export_chain(7)
    assert data is not None
    state = mesh({})
    assert state.import_chain(data) == 7
    assert 7 not in state


def test_what_was_remembered_before_is_replaced() -> None:
    nothing = mesh({7: [1]}).export_chain(7)
    assert nothing is not None
    state = mesh({7: [1, 2]})
    before = state.digest()
    state.import_chain(exported())
    assert state.digest() != before
    state.import_chain(nothing)
    assert state.digest() == before


@pytest.mark.parametrize(
    "form",
    [
        bytes,
        bytearray,
        memoryview,
        lambda data: array("B", data),
        lambda data: np.frombuffer(data, np.uint8),
        lambda data: np.repeat(np.frombuffer(data, np.uint8), 2)[::2],
    ],
    ids=["bytes", "bytearray", "memoryview", "array", "numpy", "strided"],
)
def test_any_buffer_of_bytes(form: Any) -> None:
    assert MeshState().import_chain(form(exported())) == 7


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        7,
        "DRFT",
        [1, 2, 3],
        np.zeros(4, np.uint64),
        np.zeros(4, np.float32),
        np.zeros((2, 2), np.uint8),
        memoryview(bytes(16)).cast("Q"),
        object(),
    ],
    ids=lambda wrong: type(wrong).__name__,
)
def test_what_is_no_bytes(wrong: Any) -> None:
    state = mesh({7: [1]})
    before = state.digest()
    with pytest.raises(TypeError, match="data: bytes are expected"):
        state.import_chain(wrong)
    assert state.digest() == before


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not an export"),
        (b"DRF", "not an export"),
        (b"PNG\x00" + bytes(100), "not an export"),
        (b"DRFT", "truncated"),
        (b"DRFT\xff\xff" + bytes(100), "unknown version"),
        (b"DRFT\x01\x00" + bytes(100), "damaged"),
    ],
    ids=repr,
)
def test_bytes_that_are_no_export(data: bytes, reason: str) -> None:
    with pytest.raises(ChainImportError, match=reason) as caught:
        MeshState().import_chain(data)
    assert caught.value.reason == reason


def test_no_damage_is_believed() -> None:
    """Every bit of an export, and every length that it could have been cut to."""
    data = exported()
    state = mesh({7: [1]})
    before = state.digest()
    for place in range(len(data)):
        for bit in (1, 128):
            damaged = bytearray(data)
            damaged[place] ^= bit
            with pytest.raises(ChainImportError):
                state.import_chain(damaged)
        with pytest.raises(ChainImportError):
            state.import_chain(data[:place])
    with pytest.raises(ChainImportError):
        state.import_chain(data + b"\0")
    assert state.digest() == before
