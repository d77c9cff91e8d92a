//! What is allocated: nothing in a tick in which nothing moved, and elsewhere nothing that may not be refused.

use driftline::{
    Alternative, BoxedScorer, Cached, ChainId, Error, Event, Gate, LocalScheduler, MeshState, Minimum, NodeId,
    OverridePerChain, PlacementScorer, SchedulerConfig, ScorerError, ScorerResult, SmoothedScorer, Timestamp,
    WeightedSum,
};

use crate::allocator::{allocations, with_allocations};

struct Steady;

impl PlacementScorer for Steady {
    fn score(&self, _: ChainId, _: NodeId) -> ScorerResult<Option<f32>> {
        Ok(Some(0.9))
    }

    fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(Some(Alternative { node: NodeId(0), score: 0.9 }))
    }

    fn alternatives(&self, _: ChainId, _: &[NodeId], limit: usize, out: &mut Vec<Alternative>) -> ScorerResult<()> {
        let count = limit.min(100);
        out.try_reserve(count).map_err(|_| ScorerError::out_of_memory())?;
        out.extend((0..count as u64).map(|node| Alternative { node: NodeId(node), score: 0.9 }));
        Ok(())
    }

    fn has_chain_fingerprint(&self) -> bool {
        true
    }

    fn node_fingerprint(&self, _: NodeId) -> ScorerResult<Option<u64>> {
        Ok(Some(1))
    }
}

/// One of each kind.
fn scorers() -> Vec<BoxedScorer> {
    let part = || Box::new(Steady) as BoxedScorer;
    vec![
        Box::new(WeightedSum::new(vec![(part(), 1.0), (part(), 2.0)]).expect("it is valid")),
        Box::new(Minimum::new(vec![part(), part()]).expect("it is valid")),
        Box::new(Gate::new(part(), part(), 0.5).expect("it is valid")),
        Box::new(OverridePerChain::new(part(), vec![(part(), vec![ChainId(5)])]).expect("it is valid")),
        Box::new(Cached::new(part(), 10).expect("it is valid")),
        Box::new(SmoothedScorer::new(part(), 1000).expect("it is valid")),
    ]
}

#[test]
fn an_idle_tick_allocates_nothing() {
    for scorer in scorers() {
        let mut state = MeshState::new();
        let events = (0..200).map(ChainId).flat_map(|chain| {
            let added = Event::HolderAdded { chain, node: NodeId(chain.0 % 40) };
            [added, Event::LeaderSet { chain, node: NodeId(1) }]
        });
        state.apply(&events.collect::<Vec<_>>()).expect("the events are valid");
        let mut scheduler = LocalScheduler::new(NodeId(1), SchedulerConfig::default()).expect("the config is valid");
        scheduler.registry_mut().install(scorer);
        for now in 0..3 {
            scheduler.tick(&mut state, Timestamp(now)).expect("it answers");
        }
        let before = allocations();
        for now in 3..10 {
            scheduler.tick(&mut state, Timestamp(now)).expect("it answers");
        }
        assert_eq!(allocations() - before, 0);
    }
}

/// Runs `call` with one more allocation each time until it succeeds, and says how many it took.
fn until_it_succeeds<T>(mut call: impl FnMut() -> Result<T, bool>) -> u64 {
    for allocations in 0..10_000 {
        match with_allocations(allocations, &mut call) {
            Ok(_) => return allocations,
            Err(lacks_memory) => assert!(lacks_memory, "with {allocations} allocations"),
        }
    }
    panic!("it never succeeds");
}

#[test]
fn an_allocation_that_fails_is_an_error() {
    let pairs: Vec<(ChainId, NodeId)> =
        (0..100).flat_map(|chain| (0..3).map(move |node| (ChainId(chain), NodeId(chain % 40 + node)))).collect();
    let exclude = [NodeId(3), NodeId(4)];
    let mut total = 0;
    for scorer in scorers() {
        scorer.begin(Timestamp(5));
        let (mut out, mut fingerprints) = (vec![None; pairs.len()], [None; 2]);
        total += until_it_succeeds(|| {
            out.fill(None);
            scorer.score_many(&pairs, &mut out).map_err(|error| error.lacks_memory())
        });
        assert!(out.iter().all(|&score| score == Some(0.9)));
        total += until_it_succeeds(|| {
            out.fill(None);
            scorer.live_score_many(&pairs, &mut out).map_err(|error| error.lacks_memory())
        });
        assert!(out.iter().all(|&score| score == Some(0.9)));
        total += until_it_succeeds(|| {
            let mut found = Vec::new();
            scorer.alternatives(ChainId(1), &exclude, 40, &mut found).map_err(|error| error.lacks_memory())
        });
        total +=
            until_it_succeeds(|| scorer.best_alternative(ChainId(1), &exclude).map_err(|error| error.lacks_memory()));
        total += until_it_succeeds(|| {
            scorer.node_fingerprints(&exclude, &mut fingerprints).map_err(|error| error.lacks_memory())
        });
        // What grows with pairs that nobody has asked about before.
        let mut chain = 1000;
        total += until_it_succeeds(|| {
            chain += 1;
            scorer.begin(Timestamp(chain));
            scorer.score(ChainId(chain), NodeId(chain)).map_err(|error| error.lacks_memory())
        });
    }
    assert!(total > 60, "{total} allocations were refused in turn");
}

#[test]
fn a_constructor_without_memory_says_so() {
    let part = || Box::new(Steady) as BoxedScorer;
    let refused = |error: Error| matches!(error, Error::OutOfMemory);
    let parts = |count| (0..count).map(|_| part()).collect::<Vec<_>>();
    let mut made: Vec<Vec<BoxedScorer>> = (0..20).map(|_| parts(3)).collect();
    let allocations = until_it_succeeds(|| Minimum::new(made.pop().expect("there are enough")).map_err(refused));
    assert!(allocations > 0);
    let mut made: Vec<Vec<_>> = (0..20).map(|_| parts(3).into_iter().map(|part| (part, 1.0)).collect()).collect();
    let allocations = until_it_succeeds(|| WeightedSum::new(made.pop().expect("there are enough")).map_err(refused));
    assert!(allocations > 1);
    let mut made: Vec<_> = (0..20).map(|_| (part(), vec![(part(), vec![ChainId(1), ChainId(2)])])).collect();
    let allocations = until_it_succeeds(|| {
        let (default, own) = made.pop().expect("there are enough");
        OverridePerChain::new(default, own).map_err(refused)
    });
    assert!(allocations > 1);
}
