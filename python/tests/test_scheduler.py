"""The scheduler as a whole: passes, dry runs, explanations, and the decision function by itself."""

from __future__ import annotations

import copy
import pickle
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from driftline import (
    Chain,
    ChainTouched,
    ClaimAcquired,
    FingerprintMode,
    HolderAdded,
    LocalScheduler,
    MeshState,
    MigrationCost,
    MigrationEligible,
    SchedulerConfig,
    SnapshotScorer,
    Trend,
    Verdict,
    diff_scheduler,
)

from .support import HERE, SECOND_NS, Fixed, mesh, scripted

if TYPE_CHECKING:
    from collections.abc import Callable


def test_defaults() -> None:
    scheduler = LocalScheduler(HERE)
    assert scheduler.this_node == HERE
    assert scheduler.config == SchedulerConfig()
    assert scheduler.scorer is None
    assert scheduler.sampled() == ()
    assert "1" in repr(scheduler)
    by_keywords = LocalScheduler(this_node=HERE, config=SchedulerConfig(cooldown=0), scorer=Fixed())
    assert by_keywords.config.cooldown == 0


def test_properties_cannot_be_set() -> None:
    scheduler = LocalScheduler(HERE)
    for name in ("this_node", "config", "scorer", "registry"):
        with pytest.raises(AttributeError):
            setattr(scheduler, name, None)


def test_a_tick_observes_decides_and_commits() -> None:
    state = mesh({7: [1, 2]})
    scheduler = LocalScheduler(HERE, scorer=Fixed())
    decision = scheduler.tick(state, 5 * SECOND_NS)
    action = decision.actions[0]
    assert (action.chain, action.victim, action.victim_score) == (7, 1, 0.25)
    assert (action.target, action.target_score, action.gain, action.cost) == (9, 0.75, 0.5, None)
    report = decision.report
    assert (report.led, report.new, report.dirty, report.backstop_due, report.rescored) == (1, 1, 0, 0, 1)
    assert report.verdicts == {Verdict.EVICT: 1}
    assert report.next_due_ns == 35 * SECOND_NS
    chain = state.chain(7)
    assert chain is not None
    assert chain.last_rebalance_ns == 5 * SECOND_NS
    assert scheduler.tick(state, 5 * SECOND_NS).report.verdicts == {Verdict.COOLDOWN: 1}


@pytest.mark.parametrize("now", [30 * SECOND_NS, 30.0, timedelta(seconds=30), np.uint64(30 * SECOND_NS)], ids=repr)
def test_the_time_in_every_form(now: Any) -> None:
    state = mesh({7: [1]})
    scheduler = LocalScheduler(HERE, scorer=Fixed())
    scheduler.tick(state, now)
    chain = state.chain(7)
    assert chain is not None
    assert chain.last_rebalance_ns == 30 * SECOND_NS


def test_a_dry_run_says_what_the_tick_does_and_does_nothing() -> None:
    state = mesh({7: [1, 2], 8: [1]})
    scheduler = LocalScheduler(HERE, scorer=scripted())
    scheduler.sample(state, 0)
    before = state.digest()
    dry = [scheduler.decide(state, 0) for _ in range(3)]
    assert state.digest() == before
    assert dry[0] == dry[1] == dry[2]
    assert scheduler.tick(state, 0).actions == dry[0].actions
    assert state.digest() != before


def test_explanations() -> None:
    state = mesh({7: [1, 2]})
    scheduler = LocalScheduler(HERE, scorer=Fixed())
    first = scheduler.explain(state, 7)
    assert (first.verdict, first.since_ns, first.sampled_at_ns) == (Verdict.NOT_SAMPLED, None, None)
    scheduler.tick(state, SECOND_NS)
    second = scheduler.explain(state, 7)
    assert second.judgement.verdict is second.verdict is Verdict.EVICT
    assert (second.since_ns, second.sampled_at_ns) == (SECOND_NS, SECOND_NS)
    assert (second.score_floor, second.hysteresis_gap) == (0.5, float(np.float32(0.2)))
    assert second.cooldown_until_ns == 301 * SECOND_NS
    scheduler.tick(state, 2 * SECOND_NS)
    third = scheduler.explain(state, 7)
    assert (third.verdict, third.cooldown_until_ns) == (Verdict.COOLDOWN, 301 * SECOND_NS)
    assert str(third) == "7 cooldown until 301s"


def test_what_a_refused_chain_waits_for() -> None:
    state = mesh({7: [1]})
    config = SchedulerConfig(retry_backoff=10.0, fingerprint_mode=FingerprintMode.PUSH)
    scheduler = LocalScheduler(HERE, config, Fixed(0.25, None))
    scheduler.tick(state, 0)
    explanation = scheduler.explain(state, 7)
    assert (explanation.verdict, explanation.refusal, explanation.retry_at_ns) == (Verdict.NO_ALTERNATIVE, None, None)
    scheduler.tick(state, 1)
    explanation = scheduler.explain(state, 7)
    assert explanation.verdict is Verdict.RETRY_LATER
    assert explanation.refusal is Verdict.NO_ALTERNATIVE
    assert explanation.retry_at_ns == SECOND_NS


def test_push_asks_nothing_and_believes_touches() -> None:
    state = mesh({7: [1], 8: [2]})
    scheduler = LocalScheduler(HERE, SchedulerConfig(fingerprint_mode=FingerprintMode.PUSH), Fixed(0.9))
    scheduler.tick(state, 0)
    idle = scheduler.tick(state, 1).report
    assert (idle.rescored, sum(getattr(idle.calls, name) for name in idle.calls.__slots__)) == (0, 0)
    state.apply(ChainTouched(8))
    assert scheduler.tick(state, 2).report.dirty == 1
    assert [sampled.chain for sampled in scheduler.sampled()] == [8]


def test_a_limit_leaves_the_rest_for_later() -> None:
    state = mesh({chain: [1, 2] for chain in range(5)})
    scheduler = LocalScheduler(HERE, SchedulerConfig(max_scores_per_tick=4), scripted(score=lambda chain, node: 0.9))
    report = scheduler.tick(state, 0).report
    assert (report.rescored, report.deferred, report.deferred_age_ns) == (2, 3, 0)
    assert report.verdicts == {Verdict.HEALTHY: 2, Verdict.DEFERRED: 3}
    report = scheduler.tick(state, 1).report
    assert (report.rescored, report.deferred, report.deferred_age_ns) == (2, 1, 1)


def test_a_history_of_a_chain_that_gets_worse() -> None:
    scores = iter([0.9, 0.5, 0.95])
    scorer = scripted(score=lambda chain, node: next(scores), node_fingerprint=lambda node: None)
    scheduler = LocalScheduler(HERE, scorer=scorer)
    state = mesh({7: [1]})
    trends = []
    for now in range(3):
        scheduler.sample(state, now)
        trends.append(scheduler.history(7).trend)
    assert trends == [Trend.STABLE, Trend.DEGRADING, Trend.IMPROVING]


def test_diff_scheduler_is_pure() -> None:
    state = mesh({7: [1, 2], 8: [1], 9: [2]})
    before = state.digest()
    one = diff_scheduler(state, Fixed(), SchedulerConfig(), HERE, 0)
    other = diff_scheduler(state, Fixed(), SchedulerConfig(), HERE, 0)
    assert one == other
    assert [action.chain for action in one.actions] == [7, 8, 9]
    assert len(one.judgements) == 3
    assert state.digest() == before


@pytest.mark.parametrize("already", [[8], (8,), np.array([8, 8]), np.array([8, 99], dtype=np.uint8)])
def test_diff_scheduler_skips_what_has_moved(already: Any) -> None:
    state = mesh({7: [1], 8: [1]})
    decision = diff_scheduler(state, Fixed(), SchedulerConfig(), HERE, 0, already_evicted=already)
    assert [action.chain for action in decision.actions] == [7]
    assert decision.report.verdicts == {Verdict.EVICT: 1, Verdict.ALREADY_MOVED: 1}


def test_diff_scheduler_over_a_snapshot_is_the_dry_run() -> None:
    state = mesh({7: [1, 2], 8: [1]})
    asked: list[tuple[str, int]] = []

    def score(chain: int, node: int) -> float:
        asked.append(("score", chain))
        return 0.25

    def live_score(chain: int, node: int) -> float:
        asked.append(("live_score", chain))
        return 0.25

    scorer = scripted(score=score, live_score=live_score)
    scheduler = LocalScheduler(HERE, scorer=scorer)
    scheduler.sample(state, 0)
    asked.clear()
    by_hand = diff_scheduler(state, SnapshotScorer(scheduler.snapshot(), scorer), scheduler.config, HERE, 0)
    assert asked == [("live_score", 7), ("live_score", 8)]
    assert by_hand.actions == scheduler.decide(state, 0).actions


def test_a_snapshot_scorer_of_a_scorer_in_batches() -> None:
    """The batch of the live scorer must not get in front of the snapshot."""
    scorer = scripted(score_many=lambda chains, nodes: np.zeros(len(nodes)))
    scheduler = LocalScheduler(HERE, scorer=scripted(score=lambda chain, node: 0.9))
    state = mesh({7: [1]})
    scheduler.sample(state, 0)
    decision = diff_scheduler(state, SnapshotScorer(scheduler.snapshot(), scorer), SchedulerConfig(), HERE, 0)
    assert decision.report.verdicts == {Verdict.HEALTHY: 1}


def test_eligibility_can_only_be_checked() -> None:
    state = mesh({7: [1]})
    chain = state.chain(7)
    assert chain is not None
    eligible = MigrationEligible.check(chain)
    assert eligible is not None
    assert eligible.chain == 7
    state.apply(ClaimAcquired(7))
    claimed = state.chain(7)
    assert claimed is not None
    assert MigrationEligible.check(claimed) is None
    for arguments in ((), (7,), (chain,)):
        with pytest.raises(TypeError):
            MigrationEligible(*arguments)
    with pytest.raises((TypeError, AttributeError)):
        MigrationEligible.check(None)  # type: ignore[arg-type]


def test_two_schedulers_share_a_state() -> None:
    state = mesh({7: [1]})
    state.load([7, 8], [1, 2], [0, 1, 2], [1, 2])
    one, two = LocalScheduler(1, scorer=Fixed()), LocalScheduler(2, scorer=Fixed())
    assert [action.chain for action in one.tick(state, 0).actions] == [7]
    assert [action.chain for action in two.tick(state, 0).actions] == [8]


def test_a_scheduler_follows_from_state_to_state() -> None:
    scheduler = LocalScheduler(HERE, scorer=Fixed(0.9))
    one, other = mesh({7: [1]}), mesh({8: [1]})
    assert scheduler.tick(one, 0).report.led == 1
    assert scheduler.tick(other, 0).report.new == 1
    assert [sampled.chain for sampled in scheduler.sampled()] == [8]


def test_classes_can_be_extended() -> None:
    class Named(MeshState):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Counting(LocalScheduler):
        def tick(self, state: MeshState, now: Any) -> Any:
            self.ticks = getattr(self, "ticks", 0) + 1
            return super().tick(state, now)

    state = Named("mine")
    state.apply(HolderAdded(7, 1))
    scheduler = Counting(HERE, scorer=Fixed())
    scheduler.tick(state, 0)
    assert (state.name, len(state), scheduler.ticks) == ("mine", 1, 1)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
@pytest.mark.parametrize("make", [MeshState, lambda: LocalScheduler(HERE)], ids=["MeshState", "LocalScheduler"])
def test_what_changes_is_not_copied(make: Callable[[], Any], copied: Callable[[Any], object]) -> None:
    original = make()
    with pytest.raises(TypeError, match=f"a {type(original).__name__} cannot be copied or pickled"):
        copied(original)


def test_a_scheduler_prints_its_node_and_what_kind_of_scorer_it_has() -> None:
    class Unprintable(Fixed):
        def __repr__(self) -> str:
            raise LookupError

    assert repr(LocalScheduler(HERE)) == "LocalScheduler(this_node=1, no scorer)"
    assert repr(LocalScheduler(HERE, scorer=Unprintable())) == "LocalScheduler(this_node=1, scorer Unprintable)"


def test_a_chain_that_nobody_leads_is_in_the_state() -> None:
    state = MeshState()
    state.apply(HolderAdded(7, 2))
    assert 7 in state
    assert 8 not in state


def test_what_was_asked_by_a_number_of_numpy_is_answered_in_int() -> None:
    chain = mesh({7: [1]}).chain(np.uint64(7))  # type: ignore[arg-type]
    assert chain == Chain(7, 1, (1,), False, None)
    assert type(chain.id) is int


def test_a_snapshot_scorer_passes_on_what_it_has_no_answer_to() -> None:
    live = scripted(migration_cost=lambda chain, target: MigrationCost(60.0), node_fingerprint=lambda node: node)
    scheduler, state = LocalScheduler(HERE, scorer=live), mesh({7: [1]})
    scheduler.sample(state, 0)
    scorer: Any = SnapshotScorer(scheduler.snapshot(), live)
    assert scorer.node_fingerprint(5) == 5
    decision = diff_scheduler(state, scorer, SchedulerConfig(), HERE, 0)
    assert decision.report.verdicts == {Verdict.COST_TOO_HIGH: 1}


def test_a_snapshot_scorer_can_be_copied_and_keeps_its_own_names() -> None:
    live: Any = Fixed()
    live._secret = 5
    scheduler, state = LocalScheduler(HERE, scorer=live), mesh({7: [1]})
    scheduler.sample(state, 0)
    scorer = copy.copy(SnapshotScorer(scheduler.snapshot(), live))
    assert scorer.score(7, 1) == 0.25
    assert not hasattr(scorer, "_secret")


def test_a_snapshot_scorer_says_which_homes_are_excluded() -> None:
    asked: list[tuple[int, ...]] = []

    def best_alternative(chain: int, exclude: tuple[int, ...]) -> None:
        asked.append(exclude)

    live = scripted(best_alternative=best_alternative)
    scheduler, state = LocalScheduler(HERE, scorer=live), mesh({7: [1, 2]})
    scheduler.sample(state, 0)
    diff_scheduler(state, SnapshotScorer(scheduler.snapshot(), live), SchedulerConfig(), HERE, 0)
    assert asked == [(1, 2)]
