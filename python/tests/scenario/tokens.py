"""Tokens: ids, times, numbers, answers of the scorer."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MAX = 2**64 - 1

_UNITS_NS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
ON_OFF = {"on": True, "off": False}
_SPECIAL_NUMBERS = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}


class LanguageError(Exception):
    """Something that is not of the language."""


@dataclass(frozen=True, slots=True)
class Fails:
    """The answer of a scorer that fails with this code."""

    code: int


@dataclass(frozen=True, slots=True)
class Interrupts:
    """The answer of a scorer that is interrupted and wants the call to end."""


def integer(token: str) -> int:
    """A decimal `u64`."""
    # `int` takes signs, underscores and foreign digits; the language does not.
    if re.fullmatch(r"[0-9]+", token) is None:
        raise LanguageError(f"`{token}` is not a decimal number")
    value = int(token)
    if value > MAX:
        raise LanguageError(f"`{token}` does not fit into 64 bits")
    return value


def small_integer(token: str) -> int:
    """A decimal `u32`."""
    value = integer(token)
    if value >= 2**32:
        raise LanguageError(f"`{token}` does not fit into 32 bits")
    return value


def identity(token: str) -> int:
    """The id of a node or a chain."""
    names = {"max": MAX, "max-1": MAX - 1}
    return names[token] if token in names else integer(token)


def leader(token: str) -> int | None:
    """The id of a leader, or `-` for nobody."""
    return None if token == "-" else identity(token)


def listed(token: str, element: Callable[[str], T]) -> list[T]:
    """The elements of a list; an empty token is an empty list."""
    return [element(part) for part in token.split(",")] if token else []


def duration_ns(token: str) -> int:
    """A time or a duration in nanoseconds."""
    if token in ("0", "max"):
        return MAX if token == "max" else 0
    match = re.fullmatch(r"([0-9]*)(.*)", token, re.DOTALL)
    unit_ns = _UNITS_NS.get(match[2]) if match else None
    if match is None or unit_ns is None:
        raise LanguageError(f"`{token}` is not a time: it needs a number and one of {' '.join(_UNITS_NS)}")
    time_ns = integer(match[1]) * unit_ns
    if time_ns > MAX:
        raise LanguageError(f"`{token}` does not fit into 64 bits of nanoseconds")
    return time_ns


def number(token: str) -> float:
    """A number, as the nearest `f32`."""
    return ctypes.c_float(amount(token)).value


def amount(token: str) -> float:
    """A number, as the nearest `f64`."""
    if token in _SPECIAL_NUMBERS:
        return _SPECIAL_NUMBERS[token]
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", token) is None:
        raise LanguageError(f"`{token}` is not a number")
    return float(token)


def answer(token: str, value: Callable[[str], T]) -> T | Fails | Interrupts | None:
    """An answer of the scorer: `none`, `fail(CODE)`, `interrupt`, or a value."""
    if token == "none":
        return None
    if token == "interrupt":
        return Interrupts()
    if not (token.startswith("fail(") and token.endswith(")")):
        return value(token)
    code = token[len("fail(") : -1]
    if re.fullmatch(r"-[0-9]{1,10}", code) is None or not -(2**31) <= int(code) < 0:
        raise LanguageError(f"`{code}` is not a negative 32-bit code")
    return Fails(int(code))


def choice(token: str, words: dict[str, T]) -> T:
    """One of a few words."""
    if token not in words:
        raise LanguageError(f"`{token}` is none of {' '.join(words)}")
    return words[token]
