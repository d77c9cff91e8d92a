"""Why one chain is where it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ._records import VERDICTS
from .decision import Judgement, judgement_of

if TYPE_CHECKING:
    from .enums import Verdict

__all__ = ["Explanation", "Flight", "explanation_of"]


@dataclass(frozen=True, slots=True)
class Flight:
    """A move that is under way (F1)."""

    victim: int | None
    """The holder to leave, if one is."""
    target: int | None
    """The node to hold the chain, if one was named."""
    since_ns: int
    """When its last action was emitted."""
    times_out_at_ns: int | None
    """When it counts as failed.

    `None` if that lies beyond all time, or while it waits for driftline itself to say the next thing.
    """


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one chain is where it is: verdict as of the last tick, operands, and since when. `str()` is one line."""

    judgement: Judgement
    """Verdict and operands."""
    since_ns: int | None
    """When the chain got this verdict; `None` if no tick has judged it yet."""
    sampled_at_ns: int | None
    """When its scores were sampled; `None` if they never were."""
    cooldown_until_ns: int | None
    """End of its cooldown; `None` if it is on none, or on one that ends beyond all time."""
    score_floor: float
    """The chain's floor that the verdict was judged by; the present one if no tick has judged the chain yet."""
    hysteresis_gap: float
    """The gap that it was judged by, likewise."""
    refusal: Verdict | None
    """Why the chain waits to be asked about again (L4); `None` unless the verdict is `RETRY_LATER`."""
    retry_at_ns: int | None
    """When that wait is over at the latest; `None` if there is none, or if it ends beyond all time."""
    limit: int | None
    """The limit that kept the chain where it is (L1); `None` unless the verdict is that of a limit."""
    flap_hold_until_ns: int | None
    """When the chain is let go after it has flapped (O1); `None` if it has not, or if that lies beyond all time."""
    flight: Flight | None
    """The move that is under way now (F1)."""
    text: str = field(repr=False, compare=False)
    """The explanation as the library prints it."""
    sentence: str = field(repr=False, compare=False)
    """The same as one sentence without an end mark, for somebody who is called at night."""

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from . import _display

        return _display.explanation_html(self)

    @property
    def chain(self) -> int:
        """The chain."""
        return self.judgement.chain

    @property
    def verdict(self) -> Verdict:
        """The verdict."""
        return self.judgement.verdict

    def __str__(self) -> str:
        """`text`."""
        return self.text


def explanation_of(parts: tuple[Any, ...]) -> Explanation:
    """The explanation in the parts that the extension returns."""
    judgement, times, floor, gap, refusal, limit, flight, text, sentence = parts
    since, sampled_at, cooldown_until, retry_at, flap_hold_until = times
    return Explanation(
        judgement_of(judgement),
        since,
        sampled_at,
        cooldown_until,
        floor,
        gap,
        None if refusal is None else VERDICTS[refusal],
        retry_at,
        limit,
        flap_hold_until,
        None if flight is None else Flight(*flight),
        text,
        sentence,
    )
