//! What scenario files cannot say about scorers: panics, swapped registries, and what a failing one costs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use driftline::{
    Alternative, ChainId, Error, Event, LocalScheduler, MeshState, NodeId, OnScorerError, PlacementScorer,
    SchedulerConfig, ScorerError, ScorerMethod, ScorerResult, Timestamp, Verdict,
};

/// Panics for one chain, or answers a healthy score; counts how many pairs it was shown.
struct Fragile {
    panics_for: Option<ChainId>,
    fails: bool,
    shown: Arc<AtomicUsize>,
}

impl PlacementScorer for Fragile {
    fn score(&self, chain: ChainId, _: NodeId) -> ScorerResult<Option<f32>> {
        assert!(self.panics_for != Some(chain), "not this one");
        if self.fails { Err(ScorerError::new(-1)) } else { Ok(Some(0.9)) }
    }

    fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(None)
    }

    fn node_fingerprint(&self, _: NodeId) -> ScorerResult<Option<u64>> {
        Ok(Some(1))
    }

    fn score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        self.shown.fetch_add(pairs.len(), Ordering::Relaxed);
        for (index, (&(chain, node), out)) in pairs.iter().zip(out).enumerate() {
            *out = self.score(chain, node).map_err(|error| error.at_index(index))?;
        }
        Ok(())
    }
}

/// The same through the single form, as most scorers are written.
struct Single(Fragile);

impl PlacementScorer for Single {
    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.0.score(chain, node)
    }

    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        self.0.best_alternative(chain, exclude)
    }

    fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
        self.0.node_fingerprint(node)
    }
}

fn fragile() -> Fragile {
    Fragile { panics_for: None, fails: false, shown: Arc::default() }
}

fn world(chains: u64, on_scorer_error: OnScorerError) -> (MeshState, LocalScheduler) {
    let mut state = MeshState::new();
    let events = (0..chains).map(ChainId).flat_map(|chain| {
        let added = Event::HolderAdded { chain, node: NodeId(chain.0 % 50 + 10) };
        [added, Event::LeaderSet { chain, node: NodeId(1) }]
    });
    state.apply(&events.collect::<Vec<_>>()).expect("the events are valid");
    let config = SchedulerConfig { on_scorer_error, ..SchedulerConfig::default() };
    (state, LocalScheduler::new(NodeId(1), config).expect("the config is valid"))
}

#[test]
fn a_panic_aborts_like_an_error_and_names_the_chain() {
    let (mut state, mut scheduler) = world(10, OnScorerError::Abort);
    let scorer = Single(Fragile { panics_for: Some(ChainId(5)), ..fragile() });
    scheduler.registry_mut().install(Box::new(scorer));
    let error = scheduler.tick(&mut state, Timestamp(0)).expect_err("the scorer panics");
    let Error::Scorer { method, chain, node, source } = error else { panic!("{error}") };
    assert_eq!((method, chain, node), (ScorerMethod::Score, Some(ChainId(5)), Some(NodeId(15))));
    assert_eq!(source.code(), ScorerError::PANIC);
    assert!(source.to_string().contains("not this one"), "{source}");
    let sampled: Vec<u64> = scheduler.sampled().map(|(chain, _)| chain.0).collect();
    assert_eq!(sampled, [0, 1, 2, 3, 4], "what was already observed is kept");
}

#[test]
fn a_panic_is_skipped_like_an_error() {
    let (mut state, mut scheduler) = world(10, OnScorerError::SkipChain);
    let scorer = Single(Fragile { panics_for: Some(ChainId(5)), ..fragile() });
    scheduler.registry_mut().install(Box::new(scorer));
    let report = scheduler.tick(&mut state, Timestamp(0)).expect("it is skipped").report.clone();
    assert_eq!((report.rescored, report.failures.len(), report.calls.score), (9, 1, 10));
    assert_eq!((report.failures[0].chain, report.failures[0].node), (Some(ChainId(5)), Some(NodeId(15))));
    let explanation = scheduler.explain(&state, ChainId(5)).expect("it is led");
    assert_eq!(explanation.judgement.verdict, Verdict::ScorerFailed);
}

/// P4: a registry that was taken away or swapped does not make another scorer look like the old one.
#[test]
fn another_registry_is_another_scorer() {
    let (mut state, mut scheduler) = world(4, OnScorerError::Abort);
    scheduler.registry_mut().install(Box::new(fragile()));
    scheduler.tick(&mut state, Timestamp(0)).expect("the scorer answers");
    drop(std::mem::take(scheduler.registry_mut()));
    scheduler.registry_mut().install(Box::new(fragile()));
    let report = &scheduler.tick(&mut state, Timestamp(1)).expect("the scorer answers").report;
    assert_eq!((report.dirty, report.rescored), (4, 4));
}

/// A scorer that is down is shown each chain once or twice, not a whole block for each of them.
#[test]
fn a_scorer_that_is_down_costs_no_more_than_one_that_answers() {
    let shown = Arc::new(AtomicUsize::new(0));
    let (mut state, mut scheduler) = world(20_000, OnScorerError::SkipChain);
    scheduler.registry_mut().install(Box::new(Fragile { fails: true, shown: Arc::clone(&shown), ..fragile() }));
    let report = &scheduler.tick(&mut state, Timestamp(0)).expect("it is skipped").report;
    assert_eq!((report.failures.len(), report.calls.score), (20_000, 20_000));
    let shown = shown.load(Ordering::Relaxed);
    assert!(shown < 30_000, "{shown} pairs were shown for 20,000 chains");
}

/// Interrupted at the first of a batch, and does not say where.
struct Interrupted {
    fingerprints: bool,
    shown: Arc<AtomicUsize>,
}

impl PlacementScorer for Interrupted {
    fn score(&self, _: ChainId, _: NodeId) -> ScorerResult<Option<f32>> {
        Ok(Some(0.9))
    }

    fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(None)
    }

    fn score_many(&self, pairs: &[(ChainId, NodeId)], _: &mut [Option<f32>]) -> ScorerResult<()> {
        self.shown.fetch_add(pairs.len(), Ordering::Relaxed);
        Err(ScorerError::new(7).interrupt())
    }

    fn node_fingerprints(&self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
        if self.fingerprints {
            self.shown.fetch_add(nodes.len(), Ordering::Relaxed);
            return Err(ScorerError::new(7).interrupt());
        }
        out.fill(Some(1));
        Ok(())
    }
}

/// Who survives failures asks a failed batch again, one by one. After an interruption nobody is asked again.
#[test]
fn an_interrupted_batch_ends_the_call_under_every_policy() {
    for policy in [OnScorerError::Abort, OnScorerError::SkipChain] {
        for fingerprints in [false, true] {
            let (mut state, mut scheduler) = world(100, policy);
            let shown = Arc::new(AtomicUsize::new(0));
            scheduler.registry_mut().install(Box::new(Fragile { shown: Arc::clone(&shown), ..fragile() }));
            scheduler.tick(&mut state, Timestamp(0)).expect("this scorer answers");
            shown.store(0, Ordering::Relaxed);
            scheduler.registry_mut().install(Box::new(Interrupted { fingerprints, shown: Arc::clone(&shown) }));
            let error = scheduler.tick(&mut state, Timestamp(1)).expect_err("the scorer is interrupted");
            let Error::Scorer { source, .. } = error else { panic!("{error}") };
            assert_eq!((source.code(), source.interrupts()), (7, true));
            assert_eq!(shown.load(Ordering::Relaxed), if fingerprints { 50 } else { 100 }, "{policy:?}");
        }
    }
}

/// An interruption is what the failure was, and wants the call to end besides.
#[test]
fn an_interruption_keeps_what_the_failure_says() {
    let failure = ScorerError::from_panic("stop".to_string()).at_index(3).interrupt();
    assert_eq!((failure.code(), failure.index(), failure.interrupts()), (ScorerError::PANIC, Some(3), true));
    assert!(failure.payload().is_some_and(|payload| payload.to_string().contains("stop")));
    assert!(ScorerError::out_of_memory().interrupt().lacks_memory());
}

/// Fails for some chains and nodes, and does not say which element of a batch it was.
struct Blind {
    chains: std::ops::Range<u64>,
    nodes: std::ops::Range<u64>,
    names_the_element: bool,
    shown: Arc<AtomicUsize>,
}

impl Blind {
    fn failure(&self, index: usize) -> ScorerError {
        let failure = ScorerError::new(-1);
        if self.names_the_element { failure.at_index(index) } else { failure }
    }
}

impl PlacementScorer for Blind {
    fn score(&self, _: ChainId, _: NodeId) -> ScorerResult<Option<f32>> {
        Ok(Some(0.9))
    }

    fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(None)
    }

    fn score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        self.shown.fetch_add(pairs.len(), Ordering::Relaxed);
        out.fill(Some(0.9));
        let failed = pairs.iter().position(|(chain, _)| self.chains.contains(&chain.0));
        failed.map_or(Ok(()), |index| Err(self.failure(index)))
    }

    fn node_fingerprints(&self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
        self.shown.fetch_add(nodes.len(), Ordering::Relaxed);
        out.fill(Some(1));
        let failed = nodes.iter().position(|node| self.nodes.contains(&node.0));
        failed.map_or(Ok(()), |index| Err(self.failure(index)))
    }
}

fn blind() -> Blind {
    Blind { chains: 0..0, nodes: 0..0, names_the_element: false, shown: Arc::default() }
}

/// Of two chains, too, only the one at fault is blamed.
#[test]
fn a_batch_that_fails_as_a_whole_is_asked_again_to_find_the_chain_at_fault() {
    for at_fault in 0..2 {
        let (mut state, mut scheduler) = world(2, OnScorerError::SkipChain);
        let scorer = Blind { chains: at_fault..at_fault + 1, ..blind() };
        scheduler.registry_mut().install(Box::new(scorer));
        let report = &scheduler.tick(&mut state, Timestamp(0)).expect("it is skipped").report;
        let failed: Vec<_> = report.failures.iter().map(|failure| failure.chain).collect();
        assert_eq!((failed, report.rescored), (vec![Some(ChainId(at_fault))], 1));
    }
}

#[test]
fn a_batch_that_fails_as_a_whole_is_asked_again_once() {
    for chains in [0..50, 49..50] {
        let shown = Arc::new(AtomicUsize::new(0));
        let (mut state, mut scheduler) = world(50, OnScorerError::SkipChain);
        let scorer = Blind { chains: chains.clone(), shown: Arc::clone(&shown), ..blind() };
        scheduler.registry_mut().install(Box::new(scorer));
        let report = &scheduler.tick(&mut state, Timestamp(0)).expect("it is skipped").report;
        assert_eq!(report.failures.len() as u64, chains.end - chains.start);
        // The nodes, all chains in one batch, and each chain by itself.
        assert_eq!(shown.load(Ordering::Relaxed), 50 + 50 + 50);
    }
}

/// A node is named if it alone was asked about, whether the scorer says so or not.
#[test]
fn a_fingerprint_that_failed_alone_is_named() {
    for (nodes, named) in [(1, Some(NodeId(10))), (2, None)] {
        let (mut state, mut scheduler) = world(nodes, OnScorerError::Abort);
        scheduler.registry_mut().install(Box::new(Blind { nodes: 10..12, ..blind() }));
        let error = scheduler.tick(&mut state, Timestamp(0)).expect_err("the scorer fails");
        let Error::Scorer { method, node, .. } = error else { panic!("{error}") };
        assert_eq!((method, node), (ScorerMethod::NodeFingerprint, named));
    }
}

/// A scorer that is down is shown each node once or twice, not all that are left for each of them.
#[test]
fn fingerprints_that_fail_cost_no_more_than_those_that_do_not() {
    let shown = Arc::new(AtomicUsize::new(0));
    let (mut state, mut scheduler) = world(50, OnScorerError::SkipChain);
    let scorer = Blind { nodes: 10..60, names_the_element: true, shown: Arc::clone(&shown), ..blind() };
    scheduler.registry_mut().install(Box::new(scorer));
    let report = &scheduler.tick(&mut state, Timestamp(0)).expect("it is skipped").report;
    assert_eq!((report.failures.len(), report.calls.node_fingerprint), (50, 50));
    // All nodes once, then one or two at a time; and the chains.
    let shown = shown.load(Ordering::Relaxed) - 50;
    assert!(shown < 200, "{shown} nodes were shown where there are 50");
}

/// There is no memory for its questions.
struct Starved(Arc<AtomicUsize>);

impl PlacementScorer for Starved {
    fn score(&self, _: ChainId, _: NodeId) -> ScorerResult<Option<f32>> {
        Err(ScorerError::out_of_memory())
    }

    fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Err(ScorerError::out_of_memory())
    }

    fn score_many(&self, pairs: &[(ChainId, NodeId)], _: &mut [Option<f32>]) -> ScorerResult<()> {
        self.0.fetch_add(pairs.len(), Ordering::Relaxed);
        Err(ScorerError::out_of_memory())
    }
}

/// Without memory nobody is asked again, and it is no failure of the scorer that could be skipped.
#[test]
fn a_batch_without_memory_ends_the_call_under_every_policy() {
    for policy in [OnScorerError::Abort, OnScorerError::SkipChain] {
        let (mut state, mut scheduler) = world(100, policy);
        let shown = Arc::new(AtomicUsize::new(0));
        scheduler.registry_mut().install(Box::new(Starved(Arc::clone(&shown))));
        let error = scheduler.tick(&mut state, Timestamp(0)).expect_err("there is no memory");
        assert!(matches!(error, Error::OutOfMemory), "{error}");
        assert_eq!(shown.load(Ordering::Relaxed), 100, "{policy:?}");
    }
}
