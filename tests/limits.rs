//! What scenario files cannot say about limits: a peak of chains that has gone, and two schedulers over one state.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use driftline::{
    Alternative, ChainId, Event, LocalScheduler, Membership, MeshState, NodeId, OnScorerError, PlacementScorer,
    SampleCause, SchedulerConfig, ScorerError, ScorerResult, Timestamp, Verdict,
};

const SECOND: u64 = 1_000_000_000;

/// Whatever was never set is a good home that never changes, and there is no better one.
#[derive(Default)]
struct Answers {
    /// A negative score fails.
    scores: BTreeMap<ChainId, f32>,
    fingerprints: BTreeMap<ChainId, u64>,
    alternative: Option<Alternative>,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Answers>>);

impl Shared {
    fn score_of(&self, chain: ChainId, score: f32) {
        self.0.lock().expect("nobody panicked").scores.insert(chain, score);
    }
}

impl PlacementScorer for Shared {
    fn score(&self, chain: ChainId, _: NodeId) -> ScorerResult<Option<f32>> {
        let answers = self.0.lock().expect("nobody panicked");
        match answers.scores.get(&chain) {
            Some(score) if *score < 0.0 => Err(ScorerError::new(-5)),
            Some(score) if score.is_nan() => Ok(None),
            score => Ok(Some(score.copied().unwrap_or(0.9))),
        }
    }

    fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(self.0.lock().expect("nobody panicked").alternative)
    }

    fn node_fingerprint(&self, _: NodeId) -> ScorerResult<Option<u64>> {
        Ok(Some(1))
    }

    fn has_chain_fingerprint(&self) -> bool {
        true
    }

    fn chain_fingerprint(&self, chain: ChainId) -> ScorerResult<Option<u64>> {
        let answers = self.0.lock().expect("nobody panicked");
        Ok(Some(answers.fingerprints.get(&chain).copied().unwrap_or(chain.0)))
    }
}

/// The first chain whose story is told; those of the peak have smaller ids, and so smaller rows and slots.
const FIRST: u64 = 1_000_000;
const STUCK: ChainId = ChainId(FIRST);
const FAILING: ChainId = ChainId(FIRST + 1);
const WITHOUT_SCORE: ChainId = ChainId(FIRST + 2);
const DEFERRED: ChainId = ChainId(FIRST + 3);
const CHANGED: ChainId = ChainId(FIRST + 4);
const TOUCHED: ChainId = ChainId(FIRST + 5);
const MOVED: ChainId = ChainId(FIRST + 6);
const MADE_AGAIN: ChainId = ChainId(FIRST + 7);
const CHAINS: u64 = 8;

fn node_of(chain: u64) -> NodeId {
    match ChainId(chain) {
        // The node must not be made again with its chain, for that would end all waits.
        MADE_AGAIN => NodeId(2_000_000 + STUCK.0),
        ChainId(peak) if peak < FIRST => NodeId(100 + peak),
        ChainId(told) => NodeId(2_000_000 + told),
    }
}

/// Everything about a chain of one holder that this scheduler leads.
fn made(chain: ChainId) -> [Event; 2] {
    [Event::HolderAdded { chain, node: node_of(chain.0) }, Event::LeaderSet { chain, node: NodeId(1) }]
}

/// What each of the told chains says after each tick, once the peak is gone.
fn told_after_a_peak(peak: u64, backstop_spread: bool) -> Vec<String> {
    let ids = || (1..=peak).chain(FIRST..FIRST + CHAINS);
    let mut state = MeshState::new();
    let config = SchedulerConfig {
        on_scorer_error: OnScorerError::SkipChain,
        // So long that no turn of the peak comes while it is there.
        decision_interval_ns: 1_000_000_000 * SECOND,
        retry_backoff_ns: 600 * SECOND,
        backstop_spread,
        ..SchedulerConfig::default()
    };
    let mut scheduler = LocalScheduler::new(NodeId(1), config).expect("the config is valid");
    let scorer = Shared::default();
    scheduler.registry_mut().install(Box::new(scorer.clone()));
    let chains: Vec<ChainId> = ids().map(ChainId).collect();
    let leaders = vec![NodeId(1); chains.len()];
    let holder_offsets: Vec<u64> = (0..=chains.len() as u64).collect();
    let holders: Vec<NodeId> = ids().map(node_of).collect();
    let membership =
        Membership { chains: &chains, leaders: &leaders, holder_offsets: &holder_offsets, holders: &holders };
    state.load(&membership).expect("it is valid");
    state.apply(&[Event::HolderAdded { chain: MOVED, node: node_of(STUCK.0) }]).expect("it is valid");

    // One waits for the second time, one has failed, one had its last score, one was deferred.
    scorer.score_of(STUCK, 0.1);
    scheduler.tick(&mut state, Timestamp(0)).expect("failures are skipped");
    scorer.score_of(FAILING, -1.0);
    state.apply(&[Event::ChainTouched { chain: FAILING }]).expect("it is valid");
    scheduler.tick(&mut state, Timestamp(SECOND)).expect("failures are skipped");
    scheduler.configure(SchedulerConfig { max_scores_per_tick: 2, ..config }).expect("it is valid");
    scorer.score_of(WITHOUT_SCORE, f32::NAN);
    state.apply(&[WITHOUT_SCORE, DEFERRED].map(|chain| Event::ChainTouched { chain })).expect("it is valid");
    let report = scheduler.sample(&state, Timestamp(2 * SECOND)).expect("failures are skipped");
    assert_eq!((report.rescored, report.deferred), (1, 1));

    // The peak goes, with news of others before and after it.
    state.apply(&[TOUCHED, MADE_AGAIN].map(|chain| Event::ChainTouched { chain })).expect("it is valid");
    state.apply(&[Event::ChainRemoved { chain: MADE_AGAIN }]).expect("it is valid");
    let gone: Vec<Event> = (1..=peak).map(|chain| Event::ChainRemoved { chain: ChainId(chain) }).collect();
    state.apply(&gone).expect("it is valid");
    state.apply(&[Event::HolderRemoved { chain: MOVED, node: node_of(STUCK.0) }]).expect("it is valid");

    // A tick makes the state close its gaps, whosever it is.
    let mut other = LocalScheduler::new(NodeId(2), config).expect("the config is valid");
    other.tick(&mut state, Timestamp(0)).expect("it leads nothing");
    // Its slot is gone, and the touch must not be.
    state.apply(&made(MADE_AGAIN)).expect("it is valid");

    // A dry run does not know the new slots yet.
    let dry_run = scheduler.decide(&state, Timestamp(2 * SECOND)).expect("failures are skipped");
    let mut told = vec![format!("{dry_run:?}")];
    for now in [2, 2, 3, 7, 8, 900, 300_000_000, 1_010_000_000, 2_100_000_000] {
        if now == 8 {
            scorer.0.lock().expect("nobody panicked").fingerprints.insert(CHANGED, 1);
            let node = node_of(DEFERRED.0);
            state.apply(&[Event::NodeTouched { node }]).expect("it is valid");
            assert_eq!(state.chains_on(node), [DEFERRED]);
        }
        let report = scheduler.tick(&mut state, Timestamp(now * SECOND)).expect("failures are skipped").report.clone();
        told.push(format!("{report:?}"));
        told.push(format!("{:?}", scheduler.sampled().collect::<Vec<_>>()));
        for chain in state.chains() {
            let explanation = scheduler.explain(&state, chain).expect("it is led");
            let holders: Option<Vec<NodeId>> = state.chain(chain).map(|view| view.holders().collect());
            told.push(format!("{now}: {explanation:?} {holders:?}"));
        }
    }
    told
}

/// E4: what a peak has left is given back, and nobody can tell.
#[test]
fn a_peak_that_is_gone_leaves_no_trace() {
    for backstop_spread in [false, true] {
        let (without, with) = (told_after_a_peak(0, backstop_spread), told_after_a_peak(10_000, backstop_spread));
        for (without, with) in without.iter().zip(&with) {
            assert_eq!(without, with, "spread {backstop_spread}");
        }
    }
}

/// A node that comes back when its slot went to another one may have been touched before, so its chains are re-scored
/// (S9, E4).
#[test]
fn a_touch_is_not_lost_with_the_slot_that_remembered_it() {
    let mut state = MeshState::new();
    let mut scheduler = LocalScheduler::new(NodeId(1), SchedulerConfig::default()).expect("the config is valid");
    scheduler.registry_mut().install(Box::new(Shared::default()));
    let all: Vec<Event> =
        (FIRST..FIRST + 7_000).map(ChainId).filter(|&chain| chain != MADE_AGAIN).flat_map(made).collect();
    state.apply(&all).expect("it is valid");
    let (chain, node) = (TOUCHED, NodeId(7));
    state.apply(&[Event::HolderAdded { chain, node }]).expect("it is valid");
    scheduler.tick(&mut state, Timestamp(0)).expect("the scorer answers");
    state.apply(&[Event::NodeTouched { node }, Event::HolderRemoved { chain, node }]).expect("it is valid");
    // One that comes back at once is first in the line for its own slot, which nobody else may have then.
    let back = ChainId(FIRST);
    state.apply(&[Event::ChainRemoved { chain: back }]).expect("it is valid");
    state.apply(&made(back)).expect("it is valid");
    // So many empty slots are not spared, and so few do not make the state close its gaps.
    let gone: Vec<Event> =
        (FIRST + 5_000..FIRST + 7_000).map(|chain| Event::ChainRemoved { chain: ChainId(chain) }).collect();
    state.apply(&gone).expect("it is valid");
    state.apply(&made(ChainId(FIRST + 8_000))).expect("it is valid");
    assert!(state.chain(back).is_some());
    state.apply(&[Event::HolderAdded { chain, node }]).expect("it is valid");
    scheduler.tick(&mut state, Timestamp(1)).expect("the scorer answers");
    let sampled: Vec<(ChainId, SampleCause)> = scheduler.sampled().collect();
    assert_eq!(sampled, [(chain, SampleCause::Dirty), (ChainId(FIRST + 8_000), SampleCause::New)]);
}

/// A cooldown that somebody else has started says nothing new: the wait goes on behind it (L4).
#[test]
fn a_wait_outlives_the_cooldown_of_another_scheduler() {
    let config = SchedulerConfig { retry_backoff_ns: 600 * SECOND, cooldown_ns: SECOND, ..SchedulerConfig::default() };
    let (chain, node) = (ChainId(7), NodeId(1));
    let mut state = MeshState::new();
    state.apply(&[Event::HolderAdded { chain, node }, Event::LeaderSet { chain, node }]).expect("it is valid");
    let (mut waiting, mut other) = (
        LocalScheduler::new(node, config).expect("the config is valid"),
        LocalScheduler::new(node, config).expect("the config is valid"),
    );
    let scorer = Shared::default();
    scorer.score_of(chain, 0.1);
    waiting.registry_mut().install(Box::new(scorer.clone()));
    other.registry_mut().install(Box::new(scorer.clone()));
    let mut verdict_at = |scheduler: &mut LocalScheduler, now: u64| {
        scheduler.tick(&mut state, Timestamp(now * SECOND)).expect("the scorer answers");
        scheduler.explain(&state, chain).expect("it is led").judgement.verdict
    };
    assert_eq!(verdict_at(&mut waiting, 0), Verdict::NoAlternative);
    assert_eq!(verdict_at(&mut waiting, 1), Verdict::NoAlternative);
    scorer.0.lock().expect("nobody panicked").alternative = Some(Alternative { node: NodeId(9), score: 0.9 });
    assert_eq!(verdict_at(&mut other, 1), Verdict::Evict);
    assert_eq!(verdict_at(&mut waiting, 1), Verdict::Cooldown);
    assert_eq!(verdict_at(&mut waiting, 2), Verdict::RetryLater);
    assert_eq!(verdict_at(&mut waiting, 3), Verdict::Evict);
}
