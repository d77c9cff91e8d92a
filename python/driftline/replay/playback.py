"""A trace goes by, slice after slice, and replicas drift after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from driftline.replay.fold import fold
from driftline.replay.measurements import Measurements
from driftline.replay.placement import Move, Placement
from driftline.replay.policies import COOLDOWN_SLICES, POLICIES, GreedyPolicy, NeverPolicy, Policy
from driftline.replay.result import ReplayResult
from driftline.replay.scorer import RttScorer
from driftline.replay.trace import Trace, check_range

if TYPE_CHECKING:
    from driftline import PlacementScorer
    from driftline.replay.drift import DriftPolicy
    from driftline.replay.inventory import RttInventory

ScorerFactory = Callable[[Measurements], "PlacementScorer | RttInventory"]

COOLDOWN_SLICES_MAX = 1_000_000_000


class Costs:
    """What the clients paid, slice by slice."""

    def __init__(self, slice_count: int) -> None:
        self.by_slice = np.zeros(slice_count, dtype=np.int64)
        self.count_by_slice = np.zeros(slice_count, dtype=np.int64)
        self._values: list[npt.NDArray[np.uint16]] = []

    def record(self, slice_number: int, costs_cs: npt.NDArray[np.uint16]) -> None:
        """Add the samples of one slice."""
        self.by_slice[slice_number] = costs_cs.sum(dtype=np.int64)
        self.count_by_slice[slice_number] = costs_cs.size
        self._values.append(costs_cs.ravel())

    def values(self) -> npt.NDArray[np.uint16]:
        """All samples."""
        return np.concatenate([np.zeros(0, dtype=np.uint16), *self._values])


class Playback:
    """A replay that can be halted at any slice. It begins in slice 0, where replicas are placed and nothing moves."""

    def __init__(
        self,
        trace: Trace,
        policy: str = "drift",
        *,
        cooldown_slices: int = COOLDOWN_SLICES,
        smooth: float = 1.0,
        scorer: ScorerFactory | None = None,
        production: bool = False,
    ) -> None:
        if policy not in POLICIES:
            raise ValueError(f"policy must be never, greedy or drift, not {policy!r}")
        if scorer is not None and policy != "drift":
            raise ValueError(f"policy {policy!r} asks no scorer")
        if production and policy != "drift":
            raise ValueError(f"policy {policy!r} has no config")
        check_range("cooldown_slices", cooldown_slices, 0, COOLDOWN_SLICES_MAX)
        self.trace = trace
        self.measurements = Measurements(trace.node_count)
        self.moves: list[Move] = []
        self.pre, self.post, self.fresh = (Costs(trace.slice_count) for _ in range(3))
        self._advance_to(0)
        reference = RttScorer(self.measurements, smooth)
        self.scorer: object = reference if scorer is None else scorer(self.measurements)
        self._refresh = getattr(self.scorer, "refresh", None)
        self.placement = Placement(self.measurements.rtt_cs)
        self.drift: DriftPolicy | None = None
        self._policy: Policy = NeverPolicy()
        if policy == "greedy":
            self._policy = GreedyPolicy(reference, self.placement)
        elif policy == "drift":
            self._policy = self.drift = self._open_drift(cooldown_slices, production)

    def advance(self) -> None:
        """Play the next slice: measure, record, decide, move, record. Not after the last."""
        now = self.measurements.slice + 1
        listed = self._advance_to(now)
        if self._refresh is not None:
            self._refresh(listed.tolist())
        rtt_cs = self.measurements.rtt_cs
        self.pre.record(now, self.placement.costs_cs(rtt_cs))
        # A row that is measured now tells about a placement that was chosen before: the honest sample.
        self.fresh.record(now, self.placement.costs_cs(rtt_cs, listed))
        for move in self._policy.decide(now, listed):
            self.placement.move(move)
            self.moves.append(move)
        self.post.record(now, self.placement.costs_cs(rtt_cs))

    def _advance_to(self, slice_number: int) -> npt.NDArray[np.uint16]:
        listed = self.trace.listed(slice_number)
        rows = self.trace.rows[listed, 1]
        self.measurements.replace(slice_number, rows, self.trace.values[listed])
        return rows

    def _open_drift(self, cooldown_slices: int, production: bool) -> DriftPolicy:
        # Traces and the other policies are of use without a scheduler.
        from driftline.replay.drift import DriftPolicy
        from driftline.replay.inventory import RttInventory

        ear = self.scorer if isinstance(self.scorer, RttInventory) else None
        return DriftPolicy(
            self.placement,
            # The scheduler checks it, and names the method that is missing.
            self.scorer if ear is None else ear.inventory,  # type: ignore[arg-type]
            ear=ear,
            cooldown_slices=cooldown_slices,
            slice_count=self.trace.slice_count,
            production=production,
        )


def run(
    trace: Trace,
    policy: str = "drift",
    *,
    cooldown_slices: int = COOLDOWN_SLICES,
    smooth: float = 1.0,
    scorer: ScorerFactory | None = None,
    production: bool = False,
    label: str | None = None,
    progress: Callable[[int], object] | None = None,
) -> ReplayResult:
    """Replay a trace under a policy.

    Args:
        trace: What the clients measure.
        policy: "never": replicas stay where they are put at first. "greedy": they are always on the three best nodes.
            "drift": a scheduler decides, with floor 0.5 and gap 0.2.
        cooldown_slices: After a move a chain rests for so many slices, 0 .. 1,000,000,000. Of "drift" only.
        smooth: How far a new row moves a score of the reference scorer; over 0, up to 1, which is no smoothing.
        scorer: Makes another scorer out of the measurements; a class will do. Of "drift" only. If it has a method
            `refresh(rows)`, that is called after rows have been replaced and before the tick.
            `driftline.replay.inventory.RttInventory` makes the library's own.
        production: Decide with `SchedulerConfig.production()`. Its cooldown is `cooldown_slices`, too, and its other
            times are counted in slices of a tenth of its own one. Of "drift" only.
        label: The name of the result. By default it says what policy it was.
        progress: Called with the number of each slice that is done.

    Raises:
        ValueError: An argument is out of its range.
        Exception: Whatever the scorer raised, with a note that says what it was asked.
    """
    playback = Playback(
        trace, policy, cooldown_slices=cooldown_slices, smooth=smooth, scorer=scorer, production=production
    )
    for slice_number in range(1, trace.slice_count):
        playback.advance()
        if progress is not None:
            progress(slice_number)
    drift = playback.drift
    return ReplayResult(
        label=label if label is not None else label_of(policy, smooth, scorer, production),
        policy=policy,
        trace_name=trace.name,
        node_count=trace.node_count,
        slice_count=trace.slice_count,
        moves=tuple(playback.moves),
        pre_cs=int(playback.pre.by_slice.sum()),
        post_cs=int(playback.post.by_slice.sum()),
        fresh_cs=int(playback.fresh.by_slice.sum()),
        trace=fold(np.array(playback.moves, dtype=np.uint64)),
        score_calls=drift.score_calls if drift else 0,
        alternative_calls=drift.alternative_calls if drift else 0,
        invalid_scores=drift.invalid_scores if drift else 0,
        invalid_alternatives=drift.invalid_alternatives if drift else 0,
        pre_by_slice=playback.pre.by_slice,
        post_by_slice=playback.post.by_slice,
        fresh_by_slice=playback.fresh.by_slice,
        fresh_count_by_slice=playback.fresh.count_by_slice,
        pre_values=playback.pre.values(),
        post_values=playback.post.values(),
        fresh_values=playback.fresh.values(),
        verdicts_by_slice=drift.verdicts_by_slice() if drift else {},
        histories=drift.histories(playback.moves) if drift else {},
    )


def label_of(policy: str, smooth: float = 1.0, scorer: ScorerFactory | None = None, production: bool = False) -> str:
    """What a legend calls such a run."""
    ours = "driftline, production" if production else "driftline"
    if scorer is not None:
        module = getattr(scorer, "__module__", type(scorer).__module__)
        return f"{ours}, {module}:{getattr(scorer, '__qualname__', type(scorer).__qualname__)}"
    name = {"never": "never move", "greedy": "greedy", "drift": ours}[policy]
    # Where nothing is scored, nothing is smoothed.
    return name if smooth == 1.0 or policy == "never" else f"{name}, smoothed {smooth:g}"
