"""What comes out of a pass: actions, verdicts, and the report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import _arrays, _driftline
from ._records import VERDICTS, known, known_node, record
from .action import actions_of
from .scorer import Alternative

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from .action import Action
    from .enums import SampleCause, Verdict

__all__ = ["Decision", "Judgement", "Sampled", "ScorerCalls", "ScorerFailure", "TickReport"]

_ACTIONS_SHOWN = 3

_JUDGEMENT = record(_driftline.JUDGEMENT_LAYOUT)
_REPORT = record([*_driftline.REPORT_LAYOUT, *[("verdict", "u8")] * _driftline.VERDICT_COUNT])


@dataclass(frozen=True, slots=True)
class Judgement:
    """One chain's verdict and what it was judged by. What was not asked is `None`; `str()` is one line."""

    chain: int
    """The chain."""
    verdict: Verdict
    """The verdict."""
    victim: int | None = None
    """The worst holder (D5)."""
    sampled_score: float | None = None
    """The score that made it the worst."""
    live_score: float | None = None
    """Its live score (D7)."""
    alternative: Alternative | None = None
    """The best alternative, its score lowered by the penalty for moves in flight to it (D8, L2)."""
    gain: float | None = None
    """Alternative minus live victim (D9)."""
    cost: float | None = None
    """What the move would cost, in score; also `None` when the scorer named no cost (D10)."""

    def __str__(self) -> str:
        """The judgement as the library prints it: `7 evict 3 -> 9: live 0.40, gain 0.55, cost none`."""
        return _driftline.judgement_text(
            self.chain,
            self.verdict,
            self.victim,
            self.sampled_score,
            self.live_score,
            self.alternative,
            self.gain,
            self.cost,
        )


@dataclass(frozen=True, slots=True)
class Sampled:
    """A chain that was re-scored, and the first reason of S1 that applied."""

    chain: int
    """The chain."""
    cause: SampleCause
    """Why."""


@dataclass(frozen=True, slots=True)
class ScorerCalls:
    """How often each scorer method was asked in one pass. A batch of `n` counts `n`."""

    score: int
    live_score: int
    best_alternative: int
    node_fingerprint: int
    chain_fingerprint: int
    migration_cost: int


@dataclass(frozen=True, slots=True, eq=False)
class ScorerFailure:
    """A failure of the scorer that `OnScorerError.SKIP_CHAIN` survived (P2)."""

    method: str
    """The method that failed, in its single form: `"score"`."""
    chain: int | None
    """The chain that sits this pass out; `None` where a node's fingerprint failed."""
    node: int | None
    """The node that was asked about, if there was one."""
    exception: Exception
    """What the scorer raised."""


@dataclass(frozen=True, slots=True)
class TickReport:
    """What a pass did (T2)."""

    led: int
    """Chains led here."""
    new: int
    """Of them, those due because they are new (S1)."""
    dirty: int
    """Those due because they are dirty, and not new."""
    backstop_due: int
    """Those due by the backstop alone."""
    rescored: int
    """Those that were in fact re-scored; fewer than were due when the scorer failed."""
    deferred: int
    """Those that were due and are left for later, because `max_scores_per_tick` was used up (L3)."""
    deferred_age_ns: int
    """For how long the first of them has been due; 0 if there is none."""
    calls: ScorerCalls
    """Calls of each scorer method."""
    invalid_scores: int
    """Values that were not finite or out of range (P1)."""
    invalid_alternatives: int
    """Alternatives that were excluded or reserved (P1)."""
    failures: tuple[ScorerFailure, ...]
    """Failures that were skipped (P2), in the order in which they happened."""
    verdicts: dict[Verdict, int] = field(hash=False)
    """Chains by verdict, without those that nobody has, by ascending number. They add up to `led`."""
    next_due_ns: int | None
    """When to tick next at the latest; `None` if nothing is waiting."""
    in_flight: int
    """Moves of led chains that are in flight after the pass (F1)."""
    completed_moves: int
    """Moves that the pass found done."""
    failed_moves: int
    """Moves that somebody said have failed."""
    timed_out_moves: int
    """Moves that took longer than `move_timeout`."""
    returned_moves: int
    """Moves back to a node that the chain had left less than a `flap_window` before (O1)."""
    forced_refused: int
    """Orders that could not be carried out, or that came during a freeze (R7). They are gone."""
    ignored_feedback: int
    """Feedback since the last tick that referred to no move in flight, or to a half not yet said (F3)."""

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from . import _display

        return _display.report_html(self)


def _report_of(data: bytes, failures: Sequence[tuple[str, int | None, int | None, Exception]]) -> TickReport:
    numbers = _REPORT.unpack(data)
    of = dict(zip((name for name, _ in _driftline.REPORT_LAYOUT), numbers, strict=False))
    counts = numbers[len(_driftline.REPORT_LAYOUT) :]
    is_due, due_ns = of.pop("next_due_known"), of.pop("next_due_ns")
    calls = ScorerCalls(**{name: of.pop(name) for name in ScorerCalls.__slots__})
    return TickReport(
        **of,
        calls=calls,
        failures=tuple(ScorerFailure(*failure) for failure in failures),
        verdicts={VERDICTS[number]: count for number, count in enumerate(counts) if count},
        next_due_ns=due_ns if is_due else None,
    )


def judgement_of(data: bytes) -> Judgement:
    """The judgement in a record of the extension."""
    return _judgement_of(_JUDGEMENT.unpack(data))


def _judgement_of(parts: tuple[Any, ...]) -> Judgement:
    chain, verdict, victim, sampled, live, node, score, gain, cost = parts
    return Judgement(
        chain,
        VERDICTS[verdict],
        known_node(victim),
        known(sampled),
        known(live),
        None if known_node(node) is None else Alternative(node, score),
        known(gain),
        known(cost),
    )


def report_of(parts: tuple[Any, ...]) -> TickReport:
    """The report in the parts that the extension returns."""
    return _report_of(*parts)


class Decision:
    """What a pass decided. Immutable.

    Its values are built when they are asked for, so an idle tick costs next to nothing.
    A tick's decision stays what it is when the scheduler goes on.
    """

    __slots__ = (
        "__weakref__",
        "_actions",
        "_actions_data",
        "_excluded_data",
        "_judgements",
        "_judgements_data",
        "_report",
        "_report_data",
    )

    def __init__(self, parts: tuple[Any, ...]) -> None:
        self._actions_data, self._excluded_data, self._judgements_data, *self._report_data = parts
        self._actions: tuple[Action, ...] | None = None
        self._judgements: tuple[Judgement, ...] | None = None
        self._report: TickReport | None = None

    @property
    def actions(self) -> tuple[Action, ...]:
        """Evictions and placements: at most one per chain, by ascending chain id (D12)."""
        if self._actions is None:
            self._actions = tuple(actions_of(self._actions_data, self._excluded_data))
        return self._actions

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """The chains that were judged by their numbers, by ascending chain id.

        Of a tick these are the chains under the floor, of `diff_scheduler` all led chains.
        """
        if self._judgements is None:
            self._judgements = tuple(map(_judgement_of, _JUDGEMENT.iter_unpack(self._judgements_data)))
        return self._judgements

    @property
    def report(self) -> TickReport:
        """What the pass did."""
        if self._report is None:
            self._report = _report_of(*self._report_data)
        return self._report

    def to_records(self) -> NDArray[np.void]:
        """The actions as a structured array. Missing numbers are NaN, missing nodes `NO_NODE`.

        Its fields are those of `Eviction`; `kind`, 1 for an eviction and 2 for a placement; `revision_known`, 0 where
        `revision` means nothing; and where in `excluded_to_numpy()` the nodes stand that a placement excludes:
        `exclude_count` of them, from `exclude_begin`.
        """
        return _arrays.records(self._actions_data, _driftline.ACTION_LAYOUT)

    def excluded_to_numpy(self) -> NDArray[np.uint64]:
        """The nodes that the placements exclude, those of one placement after those of the one before."""
        return _arrays.array(self._excluded_data, "u8")

    def judgements_to_records(self) -> NDArray[np.void]:
        """The judgements as a structured array. Missing numbers are NaN, missing nodes `NO_NODE`."""
        return _arrays.records(self._judgements_data, _driftline.JUDGEMENT_LAYOUT)

    def __eq__(self, other: object) -> bool:
        """Whether actions, judgements and numbers are equal, byte for byte, and the failures are the same objects."""
        if not isinstance(other, Decision):
            return NotImplemented
        return self._parts() == other._parts()

    def __hash__(self) -> int:
        """Equal decisions have equal hashes."""
        return hash((self._actions_data, self._excluded_data, self._judgements_data, self._report_data[0]))

    def _parts(self) -> tuple[object, ...]:
        return self._actions_data, self._excluded_data, self._judgements_data, self._report_data

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from . import _display

        return _display.decision_html(self)

    def __repr__(self) -> str:
        """The first actions, and how many chains have each verdict."""
        verdicts = ", ".join(f"{verdict}: {count}" for verdict, count in self.report.verdicts.items())
        shown = [repr(action) for action in self.actions[:_ACTIONS_SHOWN]]
        if len(self.actions) > _ACTIONS_SHOWN:
            shown.append(f"{len(self.actions) - _ACTIONS_SHOWN:,} more")
        return f"Decision(actions=[{', '.join(shown)}], verdicts={{{verdicts}}})"
