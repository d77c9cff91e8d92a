"""Numbers and choices as they go in."""

from __future__ import annotations

from typing import TypeVar

__all__ = ["check_choice", "check_number"]

_T = TypeVar("_T")


def check_number(name: str, value: object) -> float:
    """A `float`, or an error that says which argument is none. `True` and `"0.5"` are none.

    Raises:
        TypeError: it is no number.
        ValueError: it is an `int` that no `float` can hold.
    """
    if isinstance(value, (bool, str, bytes)) or not hasattr(value, "__float__"):
        message = f"{name}: a number is expected, not {type(value).__name__}"
        raise TypeError(message)
    try:
        return float(value)
    except OverflowError:
        message = f"{name}: the number is too large"
        raise ValueError(message) from None


def check_choice(name: str, value: _T, kind: type[_T]) -> _T:
    """The value, or a `TypeError` that says which argument is none of this kind."""
    if not isinstance(value, kind):
        message = f"{name}: {kind.__name__} is expected, not {type(value).__name__}"
        raise TypeError(message)
    return value
