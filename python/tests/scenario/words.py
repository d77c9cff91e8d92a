"""Words, numbers and times as output lines have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def joined(words: Iterable[object]) -> str:
    """The words separated by blanks, or `none`."""
    return " ".join(map(str, words)) or "none"


def counts(title: str, numbers: dict[str, int]) -> str:
    """`title a=1 b=2` without what is zero."""
    return f"{title} {joined(f'{name}={count}' for name, count in numbers.items() if count)}"


def time(time_ns: int | None) -> str:
    """An integer and the largest unit that divides the time, or `never`."""
    if time_ns is None:
        return "never"
    units = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
    unit = next(unit for unit, unit_ns in units.items() if time_ns % unit_ns == 0)
    return f"{time_ns // units[unit]}{unit}"
