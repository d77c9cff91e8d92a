//! Memory is bounded by what exists, never by what ever existed (E4).

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use driftline::{
    Alternative, ChainId, Event, LocalScheduler, MeshState, NodeId, PlacementScorer, SchedulerConfig, ScorerResult,
    Timestamp,
};

static HEAP_BYTES: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: everything is left to the system's allocator; only numbers are kept beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HEAP_BYTES.fetch_add(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HEAP_BYTES.fetch_sub(layout.size(), Ordering::Relaxed);
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
        heap_bytes.push(HEAP_BYTES.load(Ordering::Relaxed));
    }
    let (settled, last) = (heap_bytes[20], heap_bytes[299]);
    assert!(last <= settled + settled / 8, "{settled} bytes after 20 waves, {last} after 300");
}
