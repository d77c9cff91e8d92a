"""Who holds what, who leads it, what is claimed and what was moved: a fold over events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from . import _arrays, _driftline
from ._reprs import brief
from .errors import Error

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from .events import Event

__all__ = ["Chain", "MeshState", "MigrationEligible"]


@dataclass(frozen=True, slots=True, repr=False)
class Chain:
    """What the state knows of one chain. A copy: it does not change with the state."""

    id: int
    """The chain."""
    leader: int | None
    """Who leads it."""
    holders: tuple[int, ...]
    """Who has it, by ascending id."""
    claim_held: bool
    """Whether somebody has claimed it for themselves (D4)."""
    last_rebalance_ns: int | None
    """When it was last evicted from, as long as that is remembered (E4)."""
    desired_replicas: int | None = None
    """How many nodes should hold it, if that was told (R2)."""
    revision: int | None = None
    """Its latest revision that was told (R8)."""
    class_id: int = 0
    """Its class; 0 if it was never told (Y1)."""
    in_flight: bool = False
    """Whether a move of it is in flight (F1)."""
    pending_eviction: int | None = None
    """The holder that is ordered away and has not been considered yet (R7)."""
    pending_placement: int | None = None
    """The node that it is ordered to, likewise (R7)."""

    def __repr__(self) -> str:
        """The fields, without those that hold their default."""
        return brief(self)


class MeshState:
    """The placement as the caller has told it, and the cooldowns that ticks have started (A1).

    Feed it with `load` and `apply`; both are all or nothing. One state may serve several schedulers. A chain exists
    while it has a holder, a leader, a claim, a remembered rebalance, a wished count, a class, a revision or remembered
    moves.

    One call writes at a time, several may read; who comes at the wrong moment gets `BusyError`, or `ReentrantError`
    from inside a scorer. `load`, and `apply` of many events, let other threads run.

    >>> state = MeshState()
    >>> state.load(chains=[7], leaders=[1], offsets=[0, 3], holders=[1, 2, 3])
    >>> state.chain(7)
    Chain(id=7, leader=1, holders=(1, 2, 3), claim_held=False, last_rebalance_ns=None)
    """

    __slots__ = ("__weakref__", "_core")

    def __init__(self) -> None:
        self._core = _driftline.State()

    def load(
        self,
        chains: Sequence[int] | NDArray[Any],
        leaders: Sequence[int | None] | NDArray[Any],
        offsets: Sequence[int] | NDArray[Any],
        holders: Sequence[int] | NDArray[Any],
    ) -> None:
        """Makes the membership this one (E2).

        The holders of chain `i` are `holders[offsets[i]:offsets[i + 1]]`, in any order. Each argument is a
        one-dimensional array of any integer type, or a sequence of `int`. Chains that are not listed are gone; those
        that are keep claim, cooldown, facts and moves. What is equal to the present is not marked dirty. The arrays are
        copied.

        Args:
            chains: The chains; no id twice.
            leaders: Who leads each; `NO_NODE` or, in a sequence, `None` for nobody.
            offsets: Where the holders of each chain begin, and at the end where they all end: one more than chains.
            holders: The holders, chain after chain; no node twice in one chain.

        Raises:
            MembershipError: the arrays do not fit together; its subclasses name what is listed twice.
            ReservedNodeError: a holder is `NO_NODE`.
            TypeError, ValueError: an argument holds no ids. The state is as it was after every error.
        """
        self._core.load(chains, leaders, offsets, holders)

    def apply(self, events: Event | Iterable[Event]) -> None:
        """Takes in what has happened, in order: all of it or, after an error, nothing.

        Events are idempotent: adding a present holder or removing an absent one changes nothing (E1).

        Raises:
            ReservedNodeError: a node is `NO_NODE`; `index` says in which event.
            TypeError, ValueError: an element is no event, or holds no ids or counts.
        """
        self._core.apply(events if hasattr(events, "__iter__") else (events,))

    def digest(self) -> int:
        """64 bits that depend on the logical content only (E5). Walks all of it."""
        return self._core.digest()

    def chain(self, chain: int) -> Chain | None:
        """What is known of a chain, or `None` if it does not exist."""
        parts = self._core.chain(chain)
        return None if parts is None else Chain(int(chain), *parts)

    def chains(self) -> list[int]:
        """The chains that exist, by ascending id. Walks all of them."""
        return self._core.chains()

    def chains_on(self, node: int) -> list[int]:
        """The chains that a node holds, by ascending id. Costs what it returns."""
        return self._core.chains_on(node)

    def led_by(self, node: int) -> list[int]:
        """The chains that a node leads and that have a holder or should have one, by ascending id. Walks all chains."""
        return self._core.led_by(node)

    def drains(self) -> dict[int, int]:
        """The nodes that are drained, by ascending id, and their deadlines in nanoseconds (N1)."""
        return dict(self._core.drains())

    def avoided(self) -> dict[int, int]:
        """The nodes that are avoided, by ascending id, and until when in nanoseconds (N2).

        One whose time is over stands here until the next tick.
        """
        return dict(self._core.avoided())

    @property
    def frozen_until_ns(self) -> int | None:
        """When the freeze is over, if there is one (R6). One that is over stands here until the next tick."""
        return self._core.frozen_until()

    def export_chain(self, chain: int) -> bytes | None:
        """What is remembered of a chain, for whoever leads it next; `None` if it does not exist (V1).

        Its cooldown, its moves and the one in flight, its back-offs; not the facts that events tell. The bytes are the
        same on every platform and in every language, and carry a version and a checksum.

        The times in it are those of this leader's ticks, so all leaders, and this one after a restart, need one origin:
        that of `time.time()`, or of a clock of the cluster; not `time.monotonic()`.
        """
        return self._core.export_chain(chain)

    def import_chain(self, data: bytes | bytearray | memoryview) -> int:
        """Takes in what another leader has exported, in place of what is remembered of that chain; returns which (V1).

        `data` are `bytes`, or any buffer of them in one dimension, such as an array of `uint8`. They are copied. Times
        that lie ahead of the next tick's count as that tick's.

        Raises:
            ChainImportError: they are no export, or a damaged one. The state is as it was.
            TypeError: they are no bytes.
        """
        return self._core.import_chain(data)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The membership as arrays, such that `load(**arrays)` makes the same one."""
        names = ("chains", "leaders", "offsets", "holders")
        return {name: _arrays.array(data, "u8") for name, data in zip(names, self._core.membership(), strict=True)}

    def __reduce__(self) -> NoReturn:
        """A state is neither copied nor pickled: make another one, load `to_arrays()`, and import what is exported."""
        message = "a MeshState cannot be copied or pickled; load its to_arrays() into another one"
        raise TypeError(message)

    def __len__(self) -> int:
        """How many chains exist."""
        return self._core.chain_count()

    def __contains__(self, chain: int) -> bool:
        """Whether a chain exists."""
        return self._core.chain(chain) is not None

    def __repr__(self) -> str:
        """How many chains exist. Never an error: a traceback may want to show a state that is in use."""
        try:
            return f"MeshState({len(self):,} chains)"
        except Error:
            return "MeshState(in use)"


class MigrationEligible:
    """Proof that no claim was held on a chain when it was checked (D4). `check` is the only way to get one."""

    __slots__ = ("_chain",)

    _chain: int

    def __init__(self) -> None:
        message = "a MigrationEligible is made by MigrationEligible.check(chain)"
        raise TypeError(message)

    @classmethod
    def check(cls, chain: Chain) -> MigrationEligible | None:
        """The proof, or `None` while a claim is held on the chain."""
        if chain.claim_held:
            return None
        proof = object.__new__(cls)
        proof._chain = chain.id
        return proof

    @property
    def chain(self) -> int:
        """The chain that was checked."""
        return self._chain

    def __repr__(self) -> str:
        """The chain."""
        return f"MigrationEligible(chain={self._chain})"
