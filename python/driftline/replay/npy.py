"""Reads the NPY files of a measured trace, and says in one line what is wrong with one that it cannot read."""

from __future__ import annotations

import io
import math
import os
import warnings
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

_MAGIC = b"\x93NUMPY"
_PRELUDE_BYTES = 10  # magic, version and the length of the header
# One GiB of values: far above any trace, far below what could hurt the machine.
_VALUES_MAX = 1 << 29
_BLOCK_BYTES = 1 << 20

_Header = tuple[tuple[int, ...], bool, np.dtype[np.generic]]


def _read_header(path: str, file: BinaryIO) -> _Header:
    prelude = file.read(_PRELUDE_BYTES)
    if len(prelude) < _PRELUDE_BYTES:
        raise ValueError(f"{path}: truncated: the file ends inside its NPY header")
    if not prelude.startswith(_MAGIC):
        raise ValueError(f"{path}: not an NPY file")
    if prelude[6:8] != b"\x01\x00":
        raise ValueError(f"{path}: NPY version {prelude[6]}.{prelude[7]}: only 1.0 is read")
    length = int.from_bytes(prelude[8:], "little")
    text = file.read(length)
    if len(text) < length:
        raise ValueError(f"{path}: truncated: the file ends inside its NPY header")
    return _parse_header(path, prelude[8:] + text)


def _parse_header(path: str, text: bytes) -> _Header:
    """`text` starts with the length of the header."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            shape, columns_first, dtype = np.lib.format.read_array_header_1_0(io.BytesIO(text))
    except Exception as error:  # the parser lets through whatever Python's own one raises
        raise ValueError(f"{path}: damaged NPY header: it is not what NumPy writes") from error
    if any(length < 0 for length in shape):
        raise ValueError(f"{path}: damaged NPY header: the shape is not made of whole numbers")
    return shape, columns_first, dtype


def _check_header(path: str, header: _Header) -> tuple[int, int]:
    shape, columns_first, dtype = header
    if dtype != np.dtype("<u2"):
        raise ValueError(f"{path}: wrong dtype '{dtype.str}': little-endian uint16, '<u2', is needed")
    if columns_first:
        raise ValueError(f"{path}: wrong order: columns come first, rows are needed first")
    if len(shape) != 2:
        raise ValueError(f"{path}: wrong shape: {len(shape)} dimension{'s' * (len(shape) != 1)}, 2 are needed")
    if math.prod(shape) > _VALUES_MAX:
        raise ValueError(f"{path}: wrong shape: ({shape[0]}, {shape[1]}) would need more than 1 GiB")
    return shape[0], shape[1]


def _read_bytes(path: str, file: BinaryIO, count: int) -> bytearray:
    """Grows with what the file really holds: a header that lies costs nothing."""
    data = bytearray()
    while len(data) < count:
        block = file.read(min(_BLOCK_BYTES, count - len(data)))
        if not block:
            raise ValueError(f"{path}: truncated: the file ends inside its data")
        data += block
    return data


def read_matrix(path: str | os.PathLike[str]) -> npt.NDArray[np.uint16]:
    """Read a two-dimensional array of little-endian uint16 from an NPY 1.0 file.

    ValueError names the file and what is wrong with it; OSError is the system's.
    """
    name = os.fspath(path)
    with open(name, "rb") as file:  # noqa: PTH123  # an empty name must not become the present directory
        rows, columns = _check_header(name, _read_header(name, file))
        data = _read_bytes(name, file, rows * columns * 2)
        if file.read(1):
            raise ValueError(f"{name}: data goes on behind the shape ({rows}, {columns})")
    return np.frombuffer(data, dtype="<u2").astype(np.uint16, copy=False).reshape(rows, columns)
