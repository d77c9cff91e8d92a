"""`MeshState.load`: every form of array, and that what is refused changes nothing."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
import pytest

from driftline import (
    NO_NODE,
    ClaimAcquired,
    DuplicateChainError,
    DuplicateHolderError,
    MembershipError,
    MeshState,
    ReservedNodeError,
)

from .support import mesh

CHAINS, LEADERS, OFFSETS, HOLDERS = [7, 8, 9], [1, 2, 1], [0, 2, 2, 5], [1, 2, 3, 4, 5]


def expected() -> int:
    state = mesh({7: [1, 2], 9: [3, 4, 5]})
    state.load(CHAINS, LEADERS, OFFSETS, HOLDERS)
    return state.digest()


def assert_loaded(state: MeshState) -> None:
    assert state.digest() == expected()
    assert state.chains() == CHAINS
    held = [chain and chain.holders for chain in map(state.chain, CHAINS)]
    assert held == [(1, 2), (), (3, 4, 5)]
    assert [chain and chain.leader for chain in map(state.chain, CHAINS)] == LEADERS


def loaded(*arrays: Any) -> MeshState:
    state = MeshState()
    state.load(*arrays)
    return state


@pytest.mark.parametrize(
    "dtype", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.intp, np.uintp]
)
def test_every_integer_array(dtype: Any) -> None:
    assert_loaded(loaded(*(np.array(ids, dtype=dtype) for ids in (CHAINS, LEADERS, OFFSETS, HOLDERS))))


@pytest.mark.parametrize("code", ["c_long", "c_longlong", "c_ulong", "c_ulonglong"])
def test_every_name_of_64_bits(code: str) -> None:
    dtype = {"c_long": "l", "c_longlong": "q", "c_ulong": "L", "c_ulonglong": "Q"}[code]
    assert_loaded(loaded(*(np.array(ids, dtype=dtype) for ids in (CHAINS, LEADERS, OFFSETS, HOLDERS))))


@pytest.mark.parametrize("form", [list, tuple, lambda ids: array("Q", ids), lambda ids: memoryview(array("q", ids))])
def test_other_sequences(form: Any) -> None:
    assert_loaded(loaded(*map(form, (CHAINS, LEADERS, OFFSETS, HOLDERS))))


def test_a_range_and_mixed_forms() -> None:
    assert_loaded(loaded(range(7, 10), np.array(LEADERS), tuple(OFFSETS), [np.uint8(node) for node in HOLDERS]))


def every_second(ids: list[int]) -> Any:
    spread = np.full(2 * len(ids), 99, dtype=np.uint64)
    spread[::2] = ids
    return spread[::2]


def backwards(ids: list[int]) -> Any:
    return np.array(ids[::-1], dtype=np.int64)[::-1]


def a_column(ids: list[int]) -> Any:
    return np.array([[node, 99] for node in ids], dtype=np.uint32)[:, 0]


def read_only(ids: list[int]) -> Any:
    numbers = np.array(ids, dtype=np.uint64)
    numbers.flags.writeable = False
    return numbers


def of_records(ids: list[int]) -> Any:
    """A column of packed records: its elements do not lie where integers of their size should."""
    records = np.zeros(len(ids), dtype=[("flag", "u1"), ("id", "u8")])
    records["id"] = ids
    return records["id"]


def of_objects(ids: list[int]) -> Any:
    return np.array(ids, dtype=object)


@pytest.mark.parametrize("form", [every_second, backwards, a_column, read_only, of_records, of_objects])
def test_arrays_in_any_layout(form: Any) -> None:
    assert_loaded(loaded(*map(form, (CHAINS, LEADERS, OFFSETS, HOLDERS))))


@pytest.mark.parametrize("dtype", [np.int16, np.uint32, np.int64, np.uint64])
def test_byte_swapped_arrays_are_never_misread(dtype: Any) -> None:
    swapped = np.array(CHAINS, dtype=np.dtype(dtype).newbyteorder())
    state = MeshState()
    try:
        state.load(swapped, LEADERS, OFFSETS, HOLDERS)
    except TypeError as error:
        assert "chains" in str(error)  # noqa: PT017 - both outcomes are fine, but no third
        assert len(state) == 0
    else:
        assert_loaded(state)


def test_nobody_leads() -> None:
    by_none = loaded([7, 8], [None, 1], [0, 1, 2], [1, 1])
    by_number = loaded([7, 8], np.array([NO_NODE, 1], dtype=np.uint64), [0, 1, 2], [1, 1])
    chain = by_none.chain(7)
    assert chain is not None
    assert chain.leader is None
    assert by_none.led_by(1) == [8]
    assert by_none.digest() == by_number.digest()


def test_nothing_at_all() -> None:
    state = mesh({7: [1]})
    state.load([], [], [0], [])
    assert len(state) == 0
    empty = np.array([], dtype=np.uint64)
    state.load(empty, empty, np.array([0]), empty)
    assert state.digest() == MeshState().digest()


NAMES = ["chains", "leaders", "offsets", "holders"]

WRONG_TYPES: dict[str, Any] = {
    "float64": lambda ids: np.array(ids, dtype=np.float64),
    "float32": lambda ids: np.array(ids, dtype=np.float32),
    "bool": lambda ids: np.array(ids, dtype=np.bool_),
    "complex": lambda ids: np.array(ids, dtype=np.complex128),
    "datetime": lambda ids: np.array(ids, dtype="datetime64[s]"),
    "text": lambda ids: np.array(list(map(str, ids))),
    "objects": lambda ids: np.array(list(map(float, ids)), dtype=object),
    "floats": lambda ids: list(map(float, ids)),
    "bools": lambda ids: [True] * len(ids),
    "texts": lambda ids: list(map(str, ids)),
    "string": lambda ids: "".join(map(str, ids)),
    "bytes": bytes,
    "no-dimension": lambda ids: np.array(7, dtype=np.uint64),
    "set": set,
    "dict": dict.fromkeys,
    "number": lambda ids: 7,
    "none": lambda ids: None,
}


@pytest.mark.parametrize("position", range(4), ids=NAMES)
@pytest.mark.parametrize("wrong", WRONG_TYPES.values(), ids=WRONG_TYPES.keys())
def test_arrays_of_the_wrong_type(position: int, wrong: Any) -> None:
    arrays: list[Any] = [CHAINS, LEADERS, OFFSETS, HOLDERS]
    arrays[position] = wrong(arrays[position])
    refused(TypeError, arrays, NAMES[position])


@pytest.mark.parametrize("position", range(4), ids=NAMES)
@pytest.mark.parametrize(
    "wrong",
    [
        lambda ids: np.array([ids], dtype=np.uint64),
        lambda ids: np.array([ids, ids], dtype=np.uint64),
        lambda ids: np.array([*ids[:-1], -1], dtype=np.int64),
        lambda ids: [*ids[:-1], -1],
        lambda ids: [*ids[:-1], 2**64],
    ],
    ids=["one-row", "two-rows", "negative-array", "negative", "too-large"],
)
def test_arrays_of_the_wrong_shape_or_range(position: int, wrong: Any) -> None:
    arrays: list[Any] = [CHAINS, LEADERS, OFFSETS, HOLDERS]
    arrays[position] = wrong(arrays[position])
    refused(ValueError, arrays, NAMES[position])


def refused(error: type[Exception], arrays: list[Any], name: str) -> None:
    """Loading these fails, the error names the array, and the state is as it was."""
    state = mesh({7: [1], 70: [2]})
    state.apply(ClaimAcquired(7))
    before = state.digest()
    with pytest.raises(error, match=name):
        state.load(*arrays)
    assert state.digest() == before
    assert state.chains() == [7, 70]


def test_the_index_of_a_number_out_of_range_is_named() -> None:
    with pytest.raises(ValueError, match=r"holders\[2\]"):
        MeshState().load([7], [1], [0, 3], np.array([1, 2, -3]))
    with pytest.raises(TypeError, match=r"leaders\[1\]"):
        MeshState().load([7, 8], [1, "2"], [0, 0, 0], [])  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"chains\[1\]"):
        MeshState().load([7, None], [1, 1], [0, 0, 0], [])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "arrays",
    [
        ([7, 8], [1], [0, 0, 0], []),
        ([7], [1, 1], [0, 0], []),
        ([7], [1], [0], []),
        ([7], [1], [], []),
        ([7], [1], [0, 2], [1]),
        ([7], [1], [0, 1], [1, 2]),
        ([7], [1], [1, 1], [1]),
        ([7, 8], [1, 1], [0, 2, 1], [1]),
        ([], [], [], []),
    ],
    ids=lambda arrays: "-".join(map(str, arrays)),
)
def test_arrays_that_do_not_fit_together(arrays: Any) -> None:
    forms: list[Any] = [list, lambda ids: np.array(ids, dtype=np.uint64)]
    for form in forms:
        state = mesh({70: [1]})
        before = state.digest()
        with pytest.raises(MembershipError) as caught:
            state.load(*[form(ids) for ids in arrays])
        assert isinstance(caught.value.index, int)
        assert state.digest() == before


def test_a_chain_twice() -> None:
    state = mesh({70: [1]})
    before = state.digest()
    with pytest.raises(DuplicateChainError) as caught:
        state.load([7, 8, 7], [1, 1, 1], [0, 1, 2, 3], [1, 2, 3])
    assert (caught.value.index, caught.value.chain) == (2, 7)
    assert state.digest() == before


def test_a_holder_twice() -> None:
    state = mesh({70: [1]})
    before = state.digest()
    with pytest.raises(DuplicateHolderError) as caught:
        state.load([7, 8], [1, 1], [0, 1, 4], [1, 3, 2, 3])
    assert (caught.value.index, caught.value.chain, caught.value.node) == (3, 8, 3)
    assert state.digest() == before


def test_a_reserved_holder() -> None:
    with pytest.raises(ReservedNodeError) as caught:
        MeshState().load([7], [1], [0, 2], np.array([1, NO_NODE], dtype=np.uint64))
    assert (caught.value.index, caught.value.chain) == (1, 7)


def test_none_is_a_leader_only() -> None:
    with pytest.raises(TypeError, match="holders"):
        MeshState().load([7], [1], [0, 1], [None])  # type: ignore[list-item]


def test_what_is_not_loaded_is_gone_and_what_stays_keeps_its_claim() -> None:
    state = mesh({7: [1], 8: [1]})
    state.apply(ClaimAcquired(7))
    state.load([7], [1], [0, 1], [1])
    assert state.chains() == [7]
    chain = state.chain(7)
    assert chain is not None
    assert chain.claim_held


def test_arrays_are_not_kept() -> None:
    holders = np.array(HOLDERS, dtype=np.uint64)
    state = loaded(CHAINS, LEADERS, OFFSETS, holders)
    holders[:] = 77
    assert_loaded(state)
    holders.resize(1, refcheck=True)


def test_to_arrays_is_what_was_loaded() -> None:
    state = loaded([9, 7, 8], [1, 3, NO_NODE], [0, 2, 2, 3], [5, 4, 6])
    arrays = state.to_arrays()
    assert list(arrays) == NAMES
    assert {name: numbers.dtype for name, numbers in arrays.items()} == dict.fromkeys(arrays, np.dtype(np.uint64))
    again = MeshState()
    again.load(**arrays)
    assert again.digest() == state.digest()
    assert arrays["chains"].tolist() == [7, 8, 9]
    assert arrays["leaders"].tolist() == [3, NO_NODE, 1]
    assert arrays["offsets"].tolist() == [0, 0, 1, 3]
    assert arrays["holders"].tolist() == [6, 4, 5]
    arrays["holders"][:] = 1
    assert state.to_arrays()["holders"].tolist() == [6, 4, 5]


def test_to_arrays_of_nothing() -> None:
    arrays = MeshState().to_arrays()
    assert [numbers.tolist() for numbers in arrays.values()] == [[], [], [0], []]


class Endless:
    """Can be read from, but has no length: it may never come to its end."""

    def __getitem__(self, index: int) -> int:
        if index >= 3:
            raise IndexError
        return index + 7


@pytest.mark.parametrize("wrong", [bytearray(b"789"), b"789", "789", Endless()], ids=lambda wrong: type(wrong).__name__)
def test_what_looks_like_a_sequence_of_ids_and_is_none(wrong: Any) -> None:
    state = MeshState()
    with pytest.raises(TypeError, match="chains: an array or a sequence of int is expected"):
        state.load(wrong, [1, 1, 1], [0, 0, 0, 0], [])
    assert len(state) == 0
