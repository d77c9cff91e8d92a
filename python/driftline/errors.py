"""Everything that can go wrong. Each error names the thing at fault, in its message and in attributes.

What a scorer raises is not among them: it comes out of the call as itself.
"""

from __future__ import annotations

__all__ = [
    "BusyError",
    "CalibrationError",
    "ChainImportError",
    "ConfigError",
    "DuplicateChainError",
    "DuplicateHolderError",
    "Error",
    "InventoryError",
    "MembershipError",
    "NoScorerError",
    "NotLedError",
    "OutOfMemoryError",
    "PartError",
    "PoisonedError",
    "ReentrantError",
    "ReservedNodeError",
    "TimeReversedError",
    "TooManyError",
]


class Error(Exception):
    """The base of all errors of driftline. Whatever raised one has left everything as it was."""

    def __str__(self) -> str:
        """The message; what else an error carries stands in its attributes."""
        return str(self.args[0]) if self.args else ""


class ConfigError(Error, ValueError):
    """A field of a config or of a policy is out of its range (G1)."""

    field: str
    """Its name."""
    value: float | int | None
    """What it was."""

    def __init__(self, message: str, field: str, value: float | int | None) -> None:
        super().__init__(message, field, value)
        self.field = field
        self.value = value


class PartError(ConfigError):
    """One of the parts of a scorer that is put together from several was refused."""

    index: int
    """Where it stands among the parts; `field` and `value` say what is wrong with it."""

    def __init__(self, message: str, index: int, field: str, value: float | int | None) -> None:
        Error.__init__(self, message, index, field, value)
        self.index = index
        self.field = field
        self.value = value


class InventoryError(Error, ValueError):
    """A report to an inventory says what cannot be (I1)."""

    index: int
    """Where it stands among the reports."""
    node: int | None
    """The node that it was said of, if there was one."""
    chain: int | None
    """The chain that it was said of, if there was one."""
    field: str
    """The field at fault."""
    value: float
    """What it was."""

    def __init__(self, message: str, index: int, node: int | None, chain: int | None, field: str, value: float) -> None:
        super().__init__(message, index, node, chain, field, value)
        self.index = index
        self.node = node
        self.chain = chain
        self.field = field
        self.value = value


class ReservedNodeError(Error, ValueError):
    """A node id is `NO_NODE`, which is reserved for "none"."""

    index: int | None
    """Where it stands among the events, holders or reports, if it came in a list."""
    chain: int | None
    """The chain that it was meant for, if there was one."""

    def __init__(self, message: str, index: int | None, chain: int | None) -> None:
        super().__init__(message, index, chain)
        self.index = index
        self.chain = chain


class MembershipError(Error, ValueError):
    """The arrays of a membership do not fit together (E2)."""

    index: int
    """The first element at fault."""

    def __init__(self, message: str, index: int) -> None:
        super().__init__(message, index)
        self.index = index


class DuplicateChainError(MembershipError):
    """A membership lists a chain twice (E2), or an `OverridePerChain` does."""

    chain: int
    """The chain; `index` is its second place among the chains."""

    def __init__(self, message: str, index: int, chain: int) -> None:
        Error.__init__(self, message, index, chain)
        self.index = index
        self.chain = chain


class DuplicateHolderError(MembershipError):
    """A membership lists a node twice as holder of one chain (E2)."""

    chain: int
    """The chain."""
    node: int
    """The node; `index` is its second place among the holders."""

    def __init__(self, message: str, index: int, chain: int, node: int) -> None:
        Error.__init__(self, message, index, chain, node)
        self.index = index
        self.chain = chain
        self.node = node


class NotLedError(Error, LookupError):
    """The scheduler does not lead this chain."""

    chain: int
    """The chain."""

    def __init__(self, message: str, chain: int) -> None:
        super().__init__(message, chain)
        self.chain = chain


class TimeReversedError(Error, ValueError):
    """A time is earlier than one that the scheduler or inventory has seen (T1)."""

    now_ns: int
    """The time that was given."""
    last_ns: int
    """The latest that was seen."""

    def __init__(self, message: str, now_ns: int, last_ns: int) -> None:
        super().__init__(message, now_ns, last_ns)
        self.now_ns = now_ns
        self.last_ns = last_ns


class NoScorerError(Error):
    """No scorer is installed."""


class TooManyError(Error):
    """There is no room for one more: a state holds 4,294,967,294 chains and as many nodes, a scheduler 255 policies."""

    limit: int
    """How many there may be."""

    def __init__(self, message: str, limit: int) -> None:
        super().__init__(message, limit)
        self.limit = limit


class ChainImportError(Error, ValueError):
    """Bytes that were to be imported are not what `MeshState.export_chain` returns (V1)."""

    reason: str
    """What is wrong: `"not an export"`, `"unknown version"`, `"truncated"` or `"damaged"`."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message, reason)
        self.reason = reason


class CalibrationError(Error, ValueError):
    """Observed moves do not say what a second of migration costs (I2)."""

    reason: str
    """`"not finite"`, `"too few"`, `"inconsistent"`, `"contains zero"`, `"negative"` or `"imprecise"`."""
    index: int | None
    """The move at fault, if it is one alone."""

    def __init__(self, message: str, reason: str, index: int | None) -> None:
        super().__init__(message, reason, index)
        self.reason = reason
        self.index = index


class OutOfMemoryError(Error, MemoryError):
    """The library could not get the memory that it needed."""


class ReentrantError(Error, RuntimeError):
    """A scorer used the scheduler or state whose call it is answering (P3)."""


class BusyError(Error, RuntimeError):
    """Another thread is using the object now. Nobody waits: try again, or use a lock."""


class PoisonedError(Error, RuntimeError):
    """An internal fault left the object unusable. That is a bug of driftline."""
