"""The scenario goes by, slice after slice, and a policy does about it what it can."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from driftline.replay.fold import fold
from driftline.replay.load.cluster import Cluster, LoadMove, Transfer, place
from driftline.replay.load.measures import Measures
from driftline.replay.load.policies import GreedyPolicy, LoadPolicy, NeverPolicy
from driftline.replay.load.reference import LatencyScorer
from driftline.replay.load.reports import Feed, measure
from driftline.replay.load.result import LoadResult
from driftline.replay.load.trace import LoadTrace
from driftline.replay.policies import POLICIES

if TYPE_CHECKING:
    from driftline.replay.load.drift import DriftPolicy

FeedFactory = Callable[[LoadTrace], Feed]


class LoadPlayback:
    """A replay that can be halted at any slice. It begins before slice 0."""

    def __init__(
        self,
        trace: LoadTrace,
        policy: str = "drift",
        *,
        smooth: float = 1.0,
        scorer: FeedFactory | None = None,
        watched_chain: int | None = None,
    ) -> None:
        if policy not in POLICIES:
            raise ValueError(f"policy must be never, greedy or drift, not {policy!r}")
        if scorer is not None and policy != "drift":
            raise ValueError(f"policy {policy!r} asks no scorer")
        self.trace = trace
        self.watched_chain = _most_crowded(trace) if watched_chain is None else watched_chain
        if not 0 <= self.watched_chain < trace.chain_count:
            raise ValueError(f"watched_chain must be from 0 to {trace.chain_count - 1}, not {watched_chain}")
        self.cluster = Cluster(trace, place(trace))
        self.measures = Measures(trace)
        self.axes: list[dict[str, float | None]] = []
        self.lost_replicas = 0
        self.slices_done = 0
        self.drift: DriftPolicy | None = None
        self._policy: LoadPolicy = NeverPolicy()
        if policy == "greedy":
            self._policy = GreedyPolicy(LatencyScorer(trace, smooth), self.cluster)
        elif policy == "drift":
            feed: Feed = LatencyScorer(trace, smooth) if scorer is None else scorer(trace)
            self._policy = self.drift = self._open_drift(feed)

    def advance(self) -> None:
        """Play the next slice: what happens, what is measured, what is decided, what it came to. Not after the last."""
        cluster, trace = self.cluster, self.trace
        done: list[Transfer] = cluster.advance() if self.slices_done > 0 else []
        lost: list[tuple[int, int]] = []
        broken: list[Transfer] = []
        if cluster.now == trace.deadline_slice:
            lost, broken = cluster.fail(trace.failing_nodes)
            self.lost_replicas = len(lost)
        self._policy.happened(done, lost, broken)
        self._policy.decide(measure(trace, cluster, cluster.use()))
        self.measures.take(cluster)
        if self.drift is not None:
            self.axes.append(self._worst_axes(self.drift.feed))
        self.slices_done += 1

    def _worst_axes(self, feed: Feed) -> dict[str, float | None]:
        """Those of the watched chain's holder with the least score; of equals the lower id."""
        found = [dict(feed.axes(self.watched_chain, node)) for node in self.cluster.holders_of(self.watched_chain)]
        scored = [axes for axes in found if axes["score"] is not None]
        return min(scored, key=lambda axes: axes["score"] or 0.0, default={})

    def _open_drift(self, feed: Feed) -> DriftPolicy:
        # Traces and the other policies are of use without a scheduler.
        from driftline.replay.load.drift import DriftPolicy

        return DriftPolicy(self.cluster, feed)


def run(
    trace: LoadTrace,
    policy: str = "drift",
    *,
    smooth: float = 1.0,
    scorer: FeedFactory | None = None,
    watched_chain: int | None = None,
    label: str | None = None,
    progress: Callable[[int], object] | None = None,
) -> LoadResult:
    """Replay the load scenario under a policy.

    Args:
        trace: What happens to the cluster.
        policy: "never": replicas stay where they are put at first. "greedy": they are always on their way to the three
            best nodes. "drift": a scheduler decides, with `SchedulerConfig.production()` and `MoveOrder.PLACE_FIRST`.
        smooth: How far a report moves what the reference scorer believes; over 0, up to 1, which is no smoothing.
        scorer: Makes another scorer and its ear out of the trace. Of "drift" only.
        watched_chain: The chain whose score is kept with its axes; by default the one that the greatest crowd comes to.
        label: The name of the result. By default it says what policy it was.
        progress: Called with the number of each slice that is done.

    Raises:
        ValueError: An argument is out of its range.
        ImpossibleMoveError: The scorer named a home that is none.
        Exception: Whatever the scorer raised, with a note that says what it was asked.
    """
    playback = LoadPlayback(trace, policy, smooth=smooth, scorer=scorer, watched_chain=watched_chain)
    for slice_number in range(trace.slice_count):
        playback.advance()
        if progress is not None:
            progress(slice_number)
    drift, measures, moves = playback.drift, playback.measures, playback.cluster.moves
    return LoadResult(
        label=label if label is not None else label_of(policy, smooth, scorer),
        policy=policy,
        trace_name=trace.name,
        node_count=trace.node_count,
        chain_count=trace.chain_count,
        slice_count=trace.slice_count,
        failing_slice=trace.failing_slice,
        deadline_slice=trace.deadline_slice,
        moves=tuple(moves),
        trace=fold_of(moves, trace.node_count),
        score_calls=drift.score_calls if drift else 0,
        alternative_calls=drift.alternative_calls if drift else 0,
        invalid_scores=drift.invalid_scores if drift else 0,
        invalid_alternatives=drift.invalid_alternatives if drift else 0,
        latency_us=measures.latency_us,
        over_nodes=measures.over_nodes,
        over_any=measures.over_any,
        greatest_per_mille=measures.greatest_per_mille,
        missing_chains=measures.missing_chains,
        crowded_chains=measures.crowded_chains,
        rack_replicas=measures.rack_replicas,
        transfers=measures.transfers,
        lost_replicas=playback.lost_replicas,
        verdicts_by_slice=drift.verdicts_by_slice() if drift else {},
        watched_chain=playback.watched_chain if drift else None,
        axes_by_slice=_series_of(playback.axes),
    )


def fold_of(moves: list[LoadMove], node_count: int) -> int:
    """The fold of all moves; where a replica had been lost, `node_count` stands for the node that it left."""
    numbers = [
        (slice_number, chain, node_count if evicted is None else evicted, target)
        for slice_number, chain, evicted, target in moves
    ]
    return fold(np.array(numbers, dtype=np.uint64))


def label_of(policy: str, smooth: float = 1.0, scorer: FeedFactory | None = None) -> str:
    """What a legend calls such a run."""
    if scorer is not None:
        module = getattr(scorer, "__module__", type(scorer).__module__)
        return f"driftline, {module}:{getattr(scorer, '__qualname__', type(scorer).__qualname__)}"
    name = {"never": "never move", "greedy": "greedy", "drift": "driftline"}[policy]
    # Where nothing is scored, nothing is smoothed.
    return name if smooth == 1.0 or policy == "never" else f"{name}, smoothed {smooth:g}"


def _most_crowded(trace: LoadTrace) -> int:
    crowds = trace.demand.crowds
    if not len(crowds):
        return 0
    # What counts is what the crowd comes to, not how many times the usual it is.
    peaks = trace.demand.cpu_millicores.max(axis=0)[crowds[:, 0]]
    return int(crowds[int(peaks.argmax()), 0])


def _series_of(axes: list[dict[str, float | None]]) -> dict[str, npt.NDArray[np.float64]]:
    names = dict.fromkeys(name for found in axes for name in found)
    values = {name: [found.get(name) for found in axes] for name in names}
    return {
        name: np.array([np.nan if value is None else value for value in values[name]], dtype=np.float64)
        for name in [*(name for name in names if name != "score"), *(name for name in names if name == "score")]
    }
