"""Arrays out of bytes. NumPy is imported when somebody asks for an array, not before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["array", "ids_from_bytes", "records"]


def ids_from_bytes(data: bytes) -> Any:
    """What a scorer's batch methods are given: an array of `uint64`, or a `memoryview` where NumPy is missing."""
    try:
        import numpy as np
    except ImportError:
        return memoryview(data).cast("Q")
    return np.frombuffer(data, np.uint64)


def array(data: bytes, code: str) -> NDArray[Any]:
    """An array of its own, writable, of the elements with this NumPy type code."""
    import numpy as np

    return np.frombuffer(data, code).copy()


def records(data: bytes, layout: Sequence[tuple[str, str]]) -> NDArray[np.void]:
    """A structured array of its own, writable."""
    import numpy as np

    return np.frombuffer(data, np.dtype(list(layout))).copy()
