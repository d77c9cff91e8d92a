"""The flat records of the extension, whose layouts it says itself, and what in them stands for "missing"."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

from . import _driftline
from .enums import Arm, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ARMS", "VERDICTS", "known", "known_node", "record"]

_STRUCT_CODES = {"u8": "Q", "u1": "B", "f4": "f"}

# A look into a dict is cheaper than a call of an enum.
ARMS = {arm.value: arm for arm in Arm}
VERDICTS = {verdict.value: verdict for verdict in Verdict}


def record(layout: Sequence[tuple[str, str]]) -> struct.Struct:
    """A record, field by field and without padding."""
    return struct.Struct("=" + "".join(_STRUCT_CODES[code] for _, code in layout))


def known(number: float) -> float | None:
    """A number of a record; NaN is none."""
    return None if math.isnan(number) else number


def known_node(node: int) -> int | None:
    """A node of a record; the reserved id is none."""
    return None if node == _driftline.NO_NODE else node
