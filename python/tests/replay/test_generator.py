"""The generator makes the traces that the rules describe."""

from __future__ import annotations

import numpy as np
import pytest

from driftline.replay import Trace, fold

from .world import oracle


@pytest.mark.parametrize(
    ("numbers", "row_count", "record_fold"),
    [((42, 24, 120), 540, 0x22F482DF321B570), ((1, 99, 688), 12890, 0xC20E219DCAAB31D7)],
)
def test_check_values(numbers: tuple[int, int, int], row_count: int, record_fold: int) -> None:
    trace = Trace.generate(*numbers)
    assert (len(trace.rows), trace.fold()) == (row_count, record_fold)
    assert trace.rows.dtype == trace.values.dtype == np.uint16
    assert trace.rows.shape == (row_count, 2)
    assert trace.values.shape == (row_count, numbers[1])
    assert (trace.name, trace.node_count, trace.slice_count) == (f"generated, seed {numbers[0]}", *numbers[1:])


@pytest.mark.parametrize(
    "numbers",
    [(0, 5, 1), (0, 5, 2), (2**64 - 1, 5, 50), (3, 250, 3), (7, 99, 40), (8, 130, 40), (9, 6, 2000), (10, 101, 30)],
)
def test_every_row_is_that_of_the_oracle(numbers: tuple[int, int, int]) -> None:
    trace = Trace.generate(*numbers)
    records = [(t, i, row) for (t, i), row in zip(trace.rows.tolist(), trace.values.tolist(), strict=True)]
    assert records == oracle.generate(*numbers)


def test_numbers_of_numpy_are_numbers() -> None:
    trace = Trace.generate(np.uint64(2**64 - 1), np.int32(6), np.uint8(9))  # type: ignore[arg-type]  # that is the point
    assert trace.fold() == Trace.generate(2**64 - 1, 6, 9).fold()
    with pytest.raises(TypeError):
        Trace.generate(1.5, 6, 9)  # type: ignore[arg-type]  # that is the point


def test_the_largest_traces_are_whole() -> None:
    trace = Trace.generate(9, 5, 65536)
    assert trace.rows[-1, 0] > 65500
    assert set(trace.rows[:, 1].tolist()) == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((-1, 24, 120), "SEED must be a whole number from 0 to 18446744073709551615, not '-1'"),
        ((2**64, 24, 120), "SEED"),
        ((1, 4, 120), "N, the nodes, must be a whole number from 5 to 4096, not '4'"),
        ((1, 4097, 1), "N, the nodes,"),
        ((1, 24, 0), "T, the slices, must be a whole number from 1 to 65536, not '0'"),
        ((1, 24, 65537), "T, the slices,"),
        ((1, 4096, 60), "N \\* N \\* T must be at most 1000000000, not 1006632960"),
    ],
)
def test_ranges(numbers: tuple[int, int, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Trace.generate(*numbers)


def test_the_fold_does_not_depend_on_how_it_is_cut() -> None:
    values = np.random.default_rng(5).integers(0, 2**64 - 1, size=40_000, dtype=np.uint64, endpoint=True)
    expected = oracle.fold(values.tolist())
    assert fold(values) == expected
    assert fold(values[20_000:], fold(values[:20_000])) == expected
    assert fold(values.reshape(200, 200)) == expected
    assert fold([]) == 0
    assert fold([2**64 - 1, 0], 7) == oracle.fold([2**64 - 1, 0], 7)
