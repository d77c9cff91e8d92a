//! Memory is bounded by what exists, never by what ever existed (E4), and what has its room asks for no more (H3).

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use driftline::{
    Alternative, BoxedScorer, ChainId, Event, HISTORY_LENGTH, LocalScheduler, MeshState, NodeId, PlacementScorer,
    SchedulerConfig, ScoreHistory, ScorerResult, Timestamp,
};

thread_local! {
    /// Of this thread, so that the tests do not count each other.
    static HEAP_BYTES: Cell<usize> = const { Cell::new(0) };
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: everything is left to the system's allocator; only numbers are kept beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = HEAP_BYTES.try_with(|bytes| bytes.set(bytes.get().wrapping_add(layout.size())));
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let _ = HEAP_BYTES.try_with(|bytes| bytes.set(bytes.get().wrapping_sub(layout.size())));
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Everything is a bad home, so that every chain is evicted from and remembers it.
struct Everything;

impl PlacementScorer for Everything {
    fn score(&self, _: ChainId, _: NodeId) -> ScorerResult<Option<f32>> {
        Ok(Some(0.1))
    }

    fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(Some(Alternative { node: NodeId(0), score: 0.9 }))
    }

    fn node_fingerprint(&self, _: NodeId) -> ScorerResult<Option<u64>> {
        Ok(Some(0))
    }
}

const CHAINS: u64 = 2_000;

/// Creates chains with ids and nodes that never were before, ticks, and removes them again.
fn wave(number: u64, state: &mut MeshState, scheduler: &mut LocalScheduler) {
    let chains = (number * CHAINS + 1..).map(ChainId).take(CHAINS as usize);
    let mut events = Vec::new();
    for chain in chains.clone() {
        for node in [chain.0 * 3, chain.0 * 3 + 1, chain.0 * 3 + 2].map(NodeId) {
            events.push(Event::HolderAdded { chain, node });
            events.push(Event::NodeTouched { node });
        }
        events.push(Event::LeaderSet { chain, node: NodeId(1) });
        events.push(Event::ChainTouched { chain });
    }
    state.apply(&events).expect("the events are valid");
    let decision = scheduler.tick(state, Timestamp(number)).expect("the scorer answers");
    assert_eq!(decision.actions.len() as u64, CHAINS);
    let removals: Vec<Event> = chains.map(|chain| Event::ChainRemoved { chain }).collect();
    state.apply(&removals).expect("the events are valid");
    assert_eq!(state.chain_count(), 0);
}

#[test]
fn chains_and_nodes_that_are_gone_give_their_memory_back() {
    let mut state = MeshState::new();
    let mut scheduler = LocalScheduler::new(NodeId(1), SchedulerConfig::default()).expect("the config is valid");
    scheduler.registry_mut().install(Box::new(Everything));
    let mut heap_bytes = Vec::new();
    for number in 0..300 {
        wave(number, &mut state, &mut scheduler);
        heap_bytes.push(HEAP_BYTES.get());
    }
    let (settled, last) = (heap_bytes[20], heap_bytes[299]);
    assert!(last <= settled + settled / 8, "{settled} bytes after 20 waves, {last} after 300");
}

#[test]
fn a_history_never_allocates_again_once_its_ring_is_full() {
    let mut history = ScoreHistory::default();
    let mut record = |at| history.record(Timestamp(at), 0.5).expect("there is memory");
    (0..HISTORY_LENGTH as u64).for_each(&mut record);
    let before = ALLOCATIONS.get();
    (1_000..2_000).for_each(&mut record);
    assert_eq!(ALLOCATIONS.get(), before);
    assert_eq!(history.len(), HISTORY_LENGTH);
}

/// The same, and no better home anywhere: every chain is stuck under the floor.
struct Stuck;

impl PlacementScorer for Stuck {
    fn score(&self, _: ChainId, _: NodeId) -> ScorerResult<Option<f32>> {
        Ok(Some(0.1))
    }

    fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(None)
    }

    fn node_fingerprint(&self, _: NodeId) -> ScorerResult<Option<u64>> {
        Ok(Some(0))
    }
}

#[test]
fn a_tick_in_which_nothing_is_due_allocates_nothing() {
    for scorer in [Box::new(Everything) as BoxedScorer, Box::new(Stuck)] {
        tick_idly(scorer);
    }
}

fn tick_idly(scorer: BoxedScorer) {
    let mut state = MeshState::new();
    let mut scheduler = LocalScheduler::new(NodeId(1), SchedulerConfig::default()).expect("the config is valid");
    scheduler.registry_mut().install(scorer);
    let chains = (0..500).map(ChainId);
    let events = chains.flat_map(|chain| {
        let holders = [chain.0 % 7 + 10, chain.0 % 5 + 20].map(|node| Event::HolderAdded { chain, node: NodeId(node) });
        holders.into_iter().chain([Event::LeaderSet { chain, node: NodeId(1) }])
    });
    state.apply(&events.collect::<Vec<_>>()).expect("the events are valid");
    // The first tick evicts everywhere, the second sees the cooldowns; from then on there is nothing new.
    for now in 0..3 {
        scheduler.tick(&mut state, Timestamp(now)).expect("the scorer answers");
    }
    let before = ALLOCATIONS.get();
    for now in 3..100 {
        let decision = scheduler.tick(&mut state, Timestamp(now)).expect("the scorer answers");
        assert_eq!((decision.report.rescored, decision.actions.len()), (0, 0));
    }
    assert_eq!(ALLOCATIONS.get(), before);
}
