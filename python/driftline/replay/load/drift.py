"""The policy of driftline as one would run it: the config of production, moves that take time, feedback by events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from driftline import (
    DesiredReplicas,
    Drain,
    Event,
    Eviction,
    HolderAdded,
    HolderRemoved,
    LocalScheduler,
    MeshState,
    MoveFailed,
    MoveOrder,
    OnScorerError,
    Placement,
    SchedulerConfig,
    TickReport,
    Verdict,
)
from driftline.replay.load.demand import REPLICAS
from driftline.replay.load.reports import offsets_of
from driftline.replay.load.trace import SLICE_NS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftline.replay.load.cluster import Cluster, Transfer
    from driftline.replay.load.reports import Feed, Reports

# A second of transfer costs so much score: half a minute of it is worth a gain of 0.03.
COST_PER_SEC = 0.001


def load_config() -> SchedulerConfig:
    """What the scenario is decided with: production, but that the new replica comes before the old one goes."""
    return SchedulerConfig.production().replace(
        move_order=MoveOrder.PLACE_FIRST,
        cost_per_sec=COST_PER_SEC,
        # Whoever tries a scorer wants to hear of its mistakes.
        on_scorer_error=OnScorerError.ABORT,
    )


class DriftPolicy:
    """Lets a scheduler decide, carries its actions out and keeps what it reported.

    The scheduler sits beside the nodes: it leads every chain and holds none. When the rack begins to fail, its operator
    drains it.
    """

    def __init__(self, cluster: Cluster, feed: Feed, config: SchedulerConfig | None = None) -> None:
        trace = cluster.trace
        # The ids behind the nodes are those of the clients, a zone each; the next one is free.
        leader = trace.node_count + trace.zone_count
        self._cluster = cluster
        self.feed = feed
        self.state = MeshState()
        self.scheduler = LocalScheduler(leader, load_config() if config is None else config, feed.scorer)
        self.score_calls = 0
        self.alternative_calls = 0
        self.invalid_scores = 0
        self.invalid_alternatives = 0
        self._verdicts: dict[Verdict, npt.NDArray[np.int64]] = {}
        chains = np.arange(trace.chain_count, dtype=np.int64)
        offsets, holders = offsets_of(cluster.holders)
        leaders = np.full(trace.chain_count, leader, dtype=np.int64)
        self.state.load(chains, leaders, offsets, holders)
        feed.load(chains, leaders, offsets, holders)
        self._tell([DesiredReplicas(chain, REPLICAS) for chain in range(trace.chain_count)])

    def happened(self, done: Sequence[Transfer], lost: Sequence[tuple[int, int]], broken: Sequence[Transfer]) -> None:
        """Say so with events, and what the operator does about the rack."""
        trace = self._cluster.trace
        self._tell(
            [
                *(HolderAdded(transfer.chain, transfer.target) for transfer in done),
                *(HolderRemoved(chain, node) for chain, node in lost),
                *(MoveFailed(transfer.chain) for transfer in broken),
            ]
        )
        if self._cluster.now == trace.failing_slice:
            self._tell([Drain(node, trace.deadline_slice * SLICE_NS) for node in trace.failing_nodes.tolist()])

    def decide(self, reports: Reports) -> None:
        """Tick once and carry out what is asked for."""
        self.feed.report(reports)
        decision = self.scheduler.tick(self.state, reports.now_ns)
        self._count(reports.slice, decision.report)
        for action in decision.actions:
            match action:
                case Placement():
                    self._place(action)
                case Eviction(chain, victim):
                    self._cluster.evict(chain, victim)
                    self._tell([HolderRemoved(chain, victim)])

    def verdicts_by_slice(self) -> dict[Verdict, npt.NDArray[np.int64]]:
        """How many chains were in each verdict, per slice; only verdicts that occurred, by number."""
        return {verdict: self._verdicts[verdict] for verdict in sorted(self._verdicts)}

    def _place(self, action: Placement) -> None:
        target = action.target
        if target is None:
            # The choice is ours, and the scorer knows best.
            best = self.feed.scorer.best_alternative(action.chain, action.exclude)
            target = None if best is None else int(best[0])
        if target is None or not self._cluster.holders_of(action.chain):
            # There is nowhere to copy it to, or nothing left to copy.
            self._tell([MoveFailed(action.chain)])
            return
        self._cluster.move(action.chain, action.victim, target, evicts=False)

    def _tell(self, events: Sequence[Event]) -> None:
        self.state.apply(events)
        self.feed.follow(events)

    def _count(self, slice_number: int, report: TickReport) -> None:
        self.score_calls += report.calls.score + report.calls.live_score
        self.alternative_calls += report.calls.best_alternative
        self.invalid_scores += report.invalid_scores
        self.invalid_alternatives += report.invalid_alternatives
        for verdict, count in report.verdicts.items():
            empty = np.zeros(self._cluster.trace.slice_count, dtype=np.int64)
            self._verdicts.setdefault(verdict, empty)[slice_number] = count
