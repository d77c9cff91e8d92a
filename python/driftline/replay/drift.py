"""The policy of driftline, through its public interface: events in, a tick per slice, evictions out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from driftline import (
    ChainTouched,
    Event,
    Eviction,
    FingerprintMode,
    HolderAdded,
    HolderRemoved,
    LocalScheduler,
    MeshState,
    OnScorerError,
    SchedulerConfig,
    TickReport,
    Verdict,
)
from driftline.replay.placement import Move, Placement
from driftline.replay.policies import COOLDOWN_SLICES
from driftline.replay.result import ChainHistory
from driftline.replay.trace import REPLICAS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftline import PlacementScorer
    from driftline.replay.inventory import RttInventory

SCORE_FLOOR = 0.5
HYSTERESIS_GAP = 0.2
# Any length would do, as long as the cooldown is counted in it.
_SLICE_NS = 1_000_000_000
# Production's own cooldown is as long as the default of a replay; its other times are counted in the same slices.
_PRODUCTION_SLICE_NS = SchedulerConfig.production().cooldown // COOLDOWN_SLICES
_NEVER_NS = 2**64 - 1


def _config(cooldown_slices: int, slice_ns: int, production: bool) -> SchedulerConfig:
    plain = SchedulerConfig(hysteresis_gap=HYSTERESIS_GAP)
    return (SchedulerConfig.production() if production else plain).replace(
        score_floor=SCORE_FLOOR,
        cooldown=min(cooldown_slices * slice_ns, _NEVER_NS),
        # A score depends on nothing but the row of its chain's client, and we say when that changes.
        fingerprint_mode=FingerprintMode.PUSH,
        decision_interval=_NEVER_NS,
        # Whoever tries a scorer wants to hear of its mistakes.
        on_scorer_error=OnScorerError.ABORT,
    )


class DriftPolicy:
    """Lets a scheduler decide, carries its evictions out and keeps what it reported.

    The scheduler sits beside the nodes: it leads every chain and holds none.
    """

    def __init__(
        self,
        placement: Placement,
        scorer: PlacementScorer,
        *,
        ear: RttInventory | None = None,
        cooldown_slices: int,
        slice_count: int,
        production: bool = False,
    ) -> None:
        node_count = len(placement.holders)
        self.slice_ns = _PRODUCTION_SLICE_NS if production else _SLICE_NS
        config = _config(cooldown_slices, self.slice_ns, production)
        self.state = MeshState()
        self.scheduler = LocalScheduler(node_count, config, scorer)
        self.score_calls = 0
        self.alternative_calls = 0
        self.invalid_scores = 0
        self.invalid_alternatives = 0
        self._verdicts: dict[Verdict, npt.NDArray[np.int64]] = {}
        self._slice_count = slice_count
        self._samples: list[list[tuple[int, float, float, int]]] = [[] for _ in range(node_count)]
        chains = np.arange(node_count, dtype=np.uint64)
        offsets = np.arange(0, node_count * REPLICAS + 1, REPLICAS, dtype=np.uint64)
        leaders = np.full(node_count, node_count, dtype=np.uint64)
        holders = placement.holders.ravel().astype(np.uint64)
        self.state.load(chains, leaders, offsets, holders)
        self._ear = ear
        if ear is not None:
            ear.load(chains, leaders, offsets, holders)
            ear.touch(self.state)
        # Slice 0 is seen but not acted on: a sample is the half of a tick that decides nothing.
        self._count(self.scheduler.sample(self.state, 0))
        self._keep_samples(0)

    def decide(self, slice_number: int, listed: npt.NDArray[np.uint16]) -> Sequence[Move]:
        """Tick once. The alternative that justified an eviction takes the victim's place at once.

        Nobody orders, drains or wishes for a count here, so there is nothing else to carry out.
        """
        if self._ear is None:
            self.state.apply([ChainTouched(chain) for chain in listed.tolist()])
        else:
            self._ear.touch(self.state)
        decision = self.scheduler.tick(self.state, slice_number * self.slice_ns)
        self._count(decision.report)
        self._keep_samples(slice_number)
        for verdict, count in decision.report.verdicts.items():
            counts = self._verdicts.setdefault(verdict, np.zeros(self._slice_count, dtype=np.int64))
            counts[slice_number] = count
        moves = []
        events: list[Event] = []
        for action in decision.actions:
            assert isinstance(action, Eviction)
            assert action.target is not None
            events += [HolderRemoved(action.chain, action.victim), HolderAdded(action.chain, action.target)]
            moves.append(Move(slice_number, action.chain, action.victim, action.target))
        self.state.apply(events)
        if self._ear is not None:
            self._ear.follow(events)
        return moves

    def verdicts_by_slice(self) -> dict[Verdict, npt.NDArray[np.int64]]:
        """How many chains were in each verdict, per slice; only verdicts that occurred, by number."""
        return {verdict: self._verdicts[verdict] for verdict in sorted(self._verdicts)}

    def histories(self, moves: Sequence[Move]) -> dict[int, ChainHistory]:
        """What each chain's history said over the whole run, though the scheduler keeps only the last 64 samples."""
        moves_of: list[list[Move]] = [[] for _ in self._samples]
        for move in moves:
            moves_of[move.chain].append(move)
        return {
            chain: ChainHistory.from_samples(samples, tuple(moves_of[chain]))
            for chain, samples in enumerate(self._samples)
        }

    def _count(self, report: TickReport) -> None:
        self.score_calls += report.calls.score + report.calls.live_score
        self.alternative_calls += report.calls.best_alternative
        self.invalid_scores += report.invalid_scores
        self.invalid_alternatives += report.invalid_alternatives

    def _keep_samples(self, slice_number: int) -> None:
        for sampled in self.scheduler.sampled():
            history = self.scheduler.history(sampled.chain)
            current = history.current
            # Where nobody had an opinion the history was left alone.
            if current is None or history.ewma is None or current.at_ns != slice_number * self.slice_ns:
                continue
            sample = (slice_number, current.worst_score, history.ewma, int(history.trend))
            self._samples[sampled.chain].append(sample)
