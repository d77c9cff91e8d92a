"""A replay can be decided with the config that is made for production."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest

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
    Verdict,
)
from driftline.replay import Measurements, Move, Playback, RttScorer, Trace, run
from driftline.replay.drift import DriftPolicy

from .test_scorers import Plain, measured

if TYPE_CHECKING:
    from collections.abc import Sequence

PRODUCTION = SchedulerConfig.production()
SLICE_NS = PRODUCTION.cooldown // 10


def moves_by_hand(trace: Trace, smooth: float) -> list[Move]:
    """The same loop once more, with the config written out."""
    config = PRODUCTION.replace(
        fingerprint_mode=FingerprintMode.PUSH,
        decision_interval=2**64 - 1,
        on_scorer_error=OnScorerError.ABORT,
    )
    playback = Playback(trace, "never")
    scorer = RttScorer(playback.measurements, smooth)
    scheduler, state = LocalScheduler(10_000, config, scorer), MeshState()
    count = trace.node_count
    state.load(range(count), [10_000] * count, range(0, 3 * count + 1, 3), playback.placement.holders.ravel())
    scheduler.sample(state, 0)
    moves = []
    for now in range(1, trace.slice_count):
        playback.advance()
        rows = trace.rows[trace.listed(now), 1]
        scorer.refresh(rows)
        state.apply([ChainTouched(int(row)) for row in rows])
        events: list[Event] = []
        for action in scheduler.tick(state, now * SLICE_NS).actions:
            assert isinstance(action, Eviction)
            assert action.target is not None
            moves.append(Move(now, action.chain, action.victim, action.target))
            events += [HolderRemoved(action.chain, action.victim), HolderAdded(action.chain, action.target)]
        state.apply(events)
    return moves


@pytest.mark.parametrize("smooth", [1.0, 0.3])
@pytest.mark.parametrize("numbers", [(42, 24, 120), (7, 60, 200)])
def test_it_decides_as_production_does(numbers: tuple[int, int, int], smooth: float) -> None:
    trace = Trace.generate(*numbers)
    result = run(trace, smooth=smooth, production=True)
    assert list(result.moves) == moves_by_hand(trace, smooth)
    assert result.moves != run(trace, smooth=smooth).moves
    assert max(Counter(move.slice for move in result.moves).values()) <= PRODUCTION.max_moves_per_tick


def test_what_belongs_to_the_replay_is_kept() -> None:
    drift = Playback(Trace.generate(42, 24, 3), cooldown_slices=7, production=True).drift
    assert drift is not None
    config = drift.scheduler.config
    assert (config.score_floor, config.cooldown) == (0.5, 7 * SLICE_NS)
    kept = {"cooldown", "fingerprint_mode", "decision_interval", "on_scorer_error"}
    assert config.replace(**{name: getattr(PRODUCTION, name) for name in kept}) == PRODUCTION


def test_without_it_nothing_has_changed() -> None:
    trace = Trace.generate(42, 24, 120)
    drift = Playback(trace).drift
    assert drift is not None
    assert (
        drift.scheduler.config.replace(cooldown=300.0, fingerprint_mode=FingerprintMode.POLL, decision_interval=30.0)
        == SchedulerConfig()
    )
    assert run(trace, production=False).summary() == run(trace).summary()


def test_verdicts_that_only_it_gives() -> None:
    result = run(Trace.generate(42, 24, 120), production=True)
    assert Verdict.FLAP_HOLD in result.verdicts_by_slice
    assert sum(result.verdicts_by_slice.values()).tolist() == [0] + [24] * 119  # type: ignore[union-attr]  # of arrays


def test_it_warms_up() -> None:
    class Silent(Plain):
        def score(self, chain: int, node: int) -> float:
            return float("nan")

    warm = -(-PRODUCTION.warmup_max // SLICE_NS)
    counts = run(Trace.generate(42, 24, warm + 5), scorer=Silent, production=True).verdicts_by_slice
    assert counts[Verdict.WARMING_UP].tolist() == [0, *[24] * (warm - 1), *[0] * 5]
    assert counts[Verdict.NO_SCORE].tolist() == [*[0] * warm, *[24] * 5]


def test_a_cooldown_beyond_all_time_is_one_that_never_ends() -> None:
    result = run(Trace.generate(42, 24, 120), cooldown_slices=10**9, production=True)
    assert max(Counter(move.chain for move in result.moves).values()) == 1


def test_labels() -> None:
    trace = Trace.generate(42, 24, 3)
    assert run(trace, production=True).label == "driftline, production"
    assert run(trace, smooth=0.3, production=True).label == "driftline, production, smoothed 0.3"
    assert run(trace, scorer=Plain, production=True).label == f"driftline, production, {Plain.__module__}:Plain"
    assert run(trace, production=True, label="mine").label == "mine"
    assert run(trace, production=True).policy == "drift"


@pytest.mark.parametrize("policy", ["never", "greedy"])
def test_other_policies_have_no_config(policy: str) -> None:
    with pytest.raises(ValueError, match=f"policy '{policy}' has no config"):
        run(Trace.generate(42, 24, 3), policy, production=True)


def test_what_a_scorer_raises_comes_out_all_the_same() -> None:
    """Production skips chains whose scorer fails; whoever tries one wants to know."""

    class Broken(Plain):
        def score(self, chain: int, node: int) -> float:
            raise KeyError("lost")

    with pytest.raises(KeyError, match="lost"):
        run(Trace.generate(42, 24, 3), scorer=Broken, production=True)


def test_a_scorer_that_knows_one_home_at_a_time_does_as_well() -> None:
    trace = Trace.generate(42, 24, 120)
    by_one, by_several = (run(trace, scorer=scorer, production=True) for scorer in (Plain, RttScorer))
    assert by_one.moves == by_several.moves
    assert by_one.summary() == by_several.summary()


def test_several_homes_of_the_reference_scorer() -> None:
    scorer = RttScorer(measured([[9, 0, 25, 75, 0], *([[0] * 5] * 4)]))
    assert scorer.alternatives(0, (), 9) == [(1, 1.0), (4, 1.0), (2, 0.5), (3, 0.25)]
    assert scorer.alternatives(0, (1,), 2) == [(4, 1.0), (2, 0.5)]
    assert scorer.alternatives(0, (1, 2, 3, 4), 2) == []
    assert scorer.alternatives(0, (), 0) == []


def test_they_are_those_of_the_best_one_again_and_again() -> None:
    dice = np.random.default_rng(5)
    scorer = RttScorer(measured(dice.choice([0, 5, 25, 26, 75], (12, 12)).tolist()))

    def one_by_one(chain: int, exclude: Sequence[int]) -> list[tuple[int, float]]:
        found: list[tuple[int, float]] = []
        while (best := scorer.best_alternative(chain, [*exclude, *(node for node, _ in found)])) is not None:
            found.append(best)
        return found

    for chain in range(12):
        exclude = dice.choice(12, 3, replace=False).tolist()
        assert scorer.alternatives(chain, exclude, 12) == one_by_one(chain, exclude)


def test_the_policy_takes_a_scorer_of_any_kind() -> None:
    measurements = Measurements(6)
    placement = Playback(Trace.generate(1, 6, 2), "never").placement
    policy = DriftPolicy(placement, RttScorer(measurements), cooldown_slices=1, slice_count=2, production=True)
    assert policy.slice_ns == SLICE_NS
