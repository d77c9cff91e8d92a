"""Numbers as they go in."""

from __future__ import annotations

__all__ = ["check_number"]


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
