"""Measured traces come from files, and a damaged file is told apart from a good one in one clear line."""

from __future__ import annotations

import random
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest

from driftline.replay import Trace

from .world import oracle, write_trace

if TYPE_CHECKING:
    from pathlib import Path

RECORDS = oracle.generate(3, 6, 12)
HEADER = "{'descr': '<u2', 'fortran_order': False, 'shape': (1, 2), }"


class Files:
    """A good pair of files, and what becomes of it if one is replaced."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ti, self.cs = write_trace(folder, RECORDS, "good")

    def refused(self, ti: Path, cs: Path, *words: str) -> None:
        with pytest.raises(ValueError, match=r".") as caught:
            Trace.read(ti, cs)
        message = str(caught.value)
        assert "\n" not in message
        assert [word for word in words if word not in message] == [], message

    def bad_ti(self, data: bytes, *words: str) -> None:
        path = self.folder / "bad_ti.npy"
        path.write_bytes(data)
        self.refused(path, self.cs, str(path), *words)

    def bad_cs(self, data: bytes, *words: str) -> None:
        path = self.folder / "bad_cs.npy"
        path.write_bytes(data)
        self.refused(self.ti, path, str(path), *words)

    def bad_records(self, records: list[tuple[int, int, list[int]]], *words: str) -> None:
        ti, cs = write_trace(self.folder, records, "bad")
        self.refused(ti, cs, str(ti), *words)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def npy(header: str, data: bytes, length: int | None = None, magic: bytes = b"\x93NUMPY\x01\x00") -> bytes:
    text = header.encode("latin-1")
    return magic + struct.pack("<H", len(text) if length is None else length) + text + data


def test_a_good_pair(files: Files) -> None:
    trace = Trace.read(files.ti, str(files.cs))
    assert trace.rows.tolist() == [[t, i] for t, i, _ in RECORDS]
    assert trace.values.tolist() == [row for _, _, row in RECORDS]
    assert (trace.name, trace.node_count, trace.slice_count) == ("good", 6, RECORDS[-1][0] + 1)


def test_what_numpy_writes_is_read(files: Files) -> None:
    ti, cs = files.folder / "a.npy", files.folder / "b.npy"
    np.save(ti, np.load(files.ti))
    np.save(cs, np.load(files.cs))
    trace = Trace.read(ti, cs)
    assert trace.values.tolist() == [row for _, _, row in RECORDS]
    assert trace.name == "b"


def test_missing_files_are_the_systems_errors(files: Files) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        Trace.read(files.folder / "none.npy", files.cs)
    assert caught.value.filename == str(files.folder / "none.npy")
    with pytest.raises(IsADirectoryError):
        Trace.read(files.ti, files.folder)
    with pytest.raises(FileNotFoundError):
        Trace.read(files.ti, "")


def test_not_npy(files: Files) -> None:
    good_ti, good_cs = files.ti.read_bytes(), files.cs.read_bytes()
    files.bad_ti(b"t,i\n0,0\n and some more text to be long enough", "not an NPY file")
    files.bad_ti(b"\x94" + good_ti[1:], "not an NPY file")
    files.bad_cs(good_cs[:6] + b"\x02\x00" + good_cs[8:], "NPY version 2.0: only 1.0 is read")
    files.bad_cs(good_cs[:6] + b"\x01\x01" + good_cs[8:], "NPY version 1.1")


def test_truncated(files: Files) -> None:
    data = files.ti.read_bytes()
    for length in range(128):
        files.bad_ti(data[:length], "truncated: the file ends inside its NPY header")
    for length in (128, 129, 130, len(data) - 2, len(data) - 1):
        files.bad_ti(data[:length], "truncated: the file ends inside its data")


def test_too_long(files: Files) -> None:
    files.bad_ti(files.ti.read_bytes() + b"\x00", "data goes on behind the shape")
    files.bad_cs(files.cs.read_bytes() * 2, "data goes on")


def test_header_lengths_are_not_trusted(files: Files) -> None:
    data = files.cs.read_bytes()
    for length in (0, 1, 50, 117, 119, 5000, 65535):
        files.bad_cs(data[:8] + struct.pack("<H", length) + data[10:])
    good = "{'descr': '<u2', 'fortran_order': False, 'shape': (%s), }"
    for shape in ("4294967296, 4294967296", "18446744073709551615, 2", "9" * 300 + ", 6", "268435456, 3"):
        files.bad_cs(npy(good % shape, b"\x00" * 64), "wrong shape", "more than 1 GiB")
    files.bad_cs(npy(good % "89478485, 6", b"\x00" * 64), "truncated")
    for bits in (32, 64, 128):
        files.bad_cs(npy(good % f"{2**bits + len(RECORDS)}, 6", data[128:]), "more than 1 GiB")


@pytest.mark.parametrize("descr", [">u2", "|u1", "<i2", "<f8", "<u4", "|O"])
def test_wrong_dtype(files: Files, descr: str) -> None:
    files.bad_ti(npy(HEADER.replace("<u2", descr), b"\x00" * 4), f"wrong dtype '{descr}'", "'<u2', is needed")


def test_wrong_order_and_shape(files: Files) -> None:
    files.bad_ti(npy(HEADER.replace("False", "True"), b"\x00" * 4), "wrong order")
    for shape, count in (("()", "0 dimensions"), ("(2,)", "1 dimension,"), ("(1, 2, 1)", "3 dimensions")):
        files.bad_ti(npy(HEADER.replace("(1, 2)", shape), b"\x00" * 4), "wrong shape", count)
    for shape, size in (("(2, 1)", 4), ("(1, 3)", 6), ("(0, 0)", 0)):
        files.bad_ti(npy(HEADER.replace("(1, 2)", shape), b"\x00" * size), "wrong shape", "2 are needed")
    for columns in (4, 4097):
        path = files.folder / "columns.npy"
        oracle.write_npy(path, [[0] * columns] * len(RECORDS))
        files.refused(files.ti, path, str(path), f"{columns} columns", "5 to 4096")


@pytest.mark.parametrize(
    "header",
    [
        *("", "{", "}", "{}", "()", "{'descr'}", "{'descr':}", "{'descr': '<u2'}", "{" + "'" * 40, " " * 65535),
        *(HEADER[:-1], HEADER + "}", HEADER + " x", "{'more': 1, " + HEADER[1:], "(" * 3000),
        *(HEADER.replace(":", "="), HEADER.replace("False", "false"), HEADER.replace("False", "0")),
        *(HEADER.replace("'<u2'", old) for old in ("<u2", "'<u2", "'nonsense'", "'2147483648i'", "3", "''")),
        *(HEADER.replace("(1, 2)", old) for old in ("[1, 2]", "(1 2)", "(1, -2)", "(1, 2", "(, 2)", "(1.0, 2)")),
        *(HEADER.replace("(1, 2)", "(1, 2L)"), HEADER.replace("shape", "shapes"), HEADER.replace(", }", ",, }")),
        "{'" + "a" * 60000 + "': 1}",
    ],
    ids=lambda header: repr(header[:60]),
)
def test_damaged_headers(files: Files, header: str) -> None:
    files.bad_ti(npy(header, b"\x00" * 4), "NPY header")


def test_inconsistent_rows(files: Files) -> None:
    ti, _ = write_trace(files.folder, RECORDS[:-1], "short")
    files.refused(ti, files.cs, f"{ti} lists {len(RECORDS) - 1} rows, but {files.cs} holds {len(RECORDS)}")
    values = [7] * 6
    start = [(0, i, values) for i in range(6)]
    files.bad_records([*start, (1, 6, values)], "entry 6: row 6, but there are 6 nodes")
    files.bad_records([*start, (1, 65535, values)], "row 65535")
    files.bad_records([*start, (2, 1, values), (1, 1, values)], "entry 7: slice 1 comes after slice 2")
    files.bad_records([*start, (1, 2, values), (1, 1, values)], "row 1 comes after row 2 of the same slice")
    files.bad_records([*start, (1, 2, values), (1, 2, values)], "row 2 comes after row 2")
    files.bad_records(start[::-1], "entry 1: row 4 comes after row 5")
    for missing in range(6):
        rest = [record for record in start if record[1] != missing]
        files.bad_records(rest, f"slice 0 lacks row {missing}: every row is needed there")
        files.bad_records([*rest, (1, missing, values)], f"slice 0 lacks row {missing}")
    files.bad_records([(1, i, values) for i in range(6)], "slice 0 lacks row 0")
    files.refused(files.cs, files.ti, f"{files.cs}: wrong shape: 6 columns, 2 are needed")


def test_no_rows_at_all(files: Files) -> None:
    empty = "{'descr': '<u2', 'fortran_order': False, 'shape': (0, %d), }"
    ti, cs = files.folder / "no_ti.npy", files.folder / "no_cs.npy"
    ti.write_bytes(npy(empty % 2, b""))
    cs.write_bytes(npy(empty % 6, b""))
    files.refused(ti, cs, f"{ti}: lists no row at all")


def test_any_damage_is_a_value_error_or_harmless(files: Files) -> None:
    dice = random.Random(1)
    path = files.folder / "fuzz.npy"
    outcomes = set()
    for whole, other_first in ((files.ti.read_bytes(), False), (files.cs.read_bytes(), True)):
        for _ in range(400):
            data = bytearray(whole)
            for _ in range(dice.choice((1, 1, 2, 5))):
                data[dice.randrange(len(data))] = dice.choice((0, 255, 39, 40, 123, dice.randrange(256)))
            path.write_bytes(data)
            try:
                Trace.read(*((files.ti, path) if other_first else (path, files.cs)))
                outcomes.add("read")
            except ValueError as error:
                outcomes.add("refused")
                assert ".npy" in str(error)  # noqa: PT017  # both outcomes are right
                assert "\n" not in str(error)  # noqa: PT017
    assert outcomes == {"read", "refused"}
