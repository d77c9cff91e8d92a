"""What all scorers of the library's own have in common: they answer without running Python code of their own."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING, Any, NoReturn

from .cost import MigrationCost
from .scorer import Alternative

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from . import _driftline
    from ._times import Time

__all__ = ["NativeScorer"]


class NativeScorer:
    """A scorer of the library's own. A scheduler knows it and asks it without coming back to Python.

    Asked directly it answers what a scheduler would take: scores are clamped to [0, 1], what is not finite is no
    opinion, and homes that are excluded or repeated are left out.
    """

    __slots__ = ("__weakref__", "_core")

    _core: _driftline.Native

    def __init_subclass__(cls) -> None:
        """A subclass would not be asked: its scheduler goes to the core."""
        if NativeScorer not in cls.__bases__:
            name = cls.__bases__[0].__name__
            message = f"{name} has no subclasses: write a scorer that has one, or combine it with another"
            raise TypeError(message)

    def begin(self, now: Time) -> None:
        """Says what time it is, as a scheduler does at the beginning of each call.

        Only a `SmoothedScorer` goes by time, and a `Cached` by the calls that begin.
        """
        self._core.begin(now)

    def score(self, chain: int, node: int) -> float | None:
        """How good a home `node` is for `chain`, in [0, 1]; `None` is "no opinion"."""
        return self._core.score(chain, node)

    def live_score(self, chain: int, node: int) -> float | None:
        """What is true right now, never remembered."""
        return self._core.live_score(chain, node)

    def best_alternative(self, chain: int, exclude: Iterable[int] | NDArray[Any]) -> Alternative | None:
        """The best home that `chain` could have and that is not excluded; `None` if there is none."""
        found = self._core.best_alternative(chain, _sequence(exclude))
        return None if found is None else Alternative(*found)

    def alternatives(self, chain: int, exclude: Iterable[int] | NDArray[Any], limit: int) -> tuple[Alternative, ...]:
        """Up to `limit` such homes, best first, ties by ascending id."""
        return tuple(Alternative(*found) for found in self._core.alternatives(chain, _sequence(exclude), limit))

    def node_fingerprint(self, node: int) -> int | None:
        """A counter that moves with all that scores of the node depend on; `None` is "cannot say"."""
        return self._core.node_fingerprint(node)

    def chain_fingerprint(self, chain: int) -> int | None:
        """The same for what belongs to the chain."""
        return self._core.chain_fingerprint(chain)

    def migration_cost(self, chain: int, target: int) -> MigrationCost | None:
        """What it would cost to move `chain` to `target`; `None` is free."""
        cost = self._core.migration_cost(chain, target)
        return None if cost is None else MigrationCost(*cost)

    def __reduce__(self) -> NoReturn:
        """A scorer is neither copied nor pickled: others may share it, and be told by it."""
        message = f"{type(self).__name__} cannot be copied or pickled"
        raise TypeError(message)


def _sequence(exclude: Iterable[int] | NDArray[Any]) -> Sequence[int] | NDArray[Any]:
    """The order of a set means nothing, and nothing here depends on it."""
    return tuple(exclude) if isinstance(exclude, Set) else exclude  # type: ignore[return-value]
