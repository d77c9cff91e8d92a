//! Bytes on the heap, counted by an allocator of our own.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering::Relaxed};

use driftline::{FingerprintMode, HISTORY_LENGTH, SchedulerConfig, Timestamp};

use crate::everything;
use crate::fast::Driftline;
use crate::inputs::Inputs;
use crate::side::Side;
use crate::tables::Tables;

/// Counts the requested bytes of all threads while it is switched on; times are measured with it switched off.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static IS_COUNTING: AtomicBool = AtomicBool::new(false);
static BYTES: AtomicIsize = AtomicIsize::new(0);
static PEAK: AtomicIsize = AtomicIsize::new(0);

fn count(more: isize) {
    if IS_COUNTING.load(Relaxed) {
        let bytes = BYTES.fetch_add(more, Relaxed) + more;
        PEAK.fetch_max(bytes, Relaxed);
    }
}

// SAFETY: everything is left to the system's allocator; only numbers are kept beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        count(new_size as isize - layout.size() as isize);
        unsafe { System.realloc(pointer, layout, new_size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Bytes per chain.
pub struct Memory {
    /// Loaded, with a scheduler that has not ticked.
    pub before_first_sample: f64,
    /// Every history is full, and the last tick was an idle one.
    pub full_ring: f64,
    /// The most at any moment in between.
    pub peak: f64,
}

/// Fills every history of a new side and counts on the way. Only what is made here is counted.
pub fn measure(inputs: &Inputs, is_everything_on: bool) -> Memory {
    let tables = Arc::new(Tables::new(inputs.node_count));
    BYTES.store(0, Relaxed);
    PEAK.store(0, Relaxed);
    IS_COUNTING.store(true, Relaxed);
    let config = if is_everything_on { everything::config(FingerprintMode::Poll) } else { SchedulerConfig::default() };
    let mut side = Driftline::new(&tables, config);
    side.load(inputs);
    if is_everything_on {
        everything::switch_on(&mut side, inputs);
    }
    let before_first_sample = BYTES.load(Relaxed);
    let interval_ns = SchedulerConfig::default().decision_interval_ns;
    let mut now = 0;
    for _ in 0..=HISTORY_LENGTH {
        now += interval_ns;
        side.tick(Timestamp(now));
    }
    side.tick(Timestamp(now + 1));
    let (full_ring, peak) = (BYTES.load(Relaxed), PEAK.load(Relaxed));
    IS_COUNTING.store(false, Relaxed);
    drop(side);
    let per_chain = |bytes: isize| bytes as f64 / inputs.chains.len() as f64;
    Memory {
        before_first_sample: per_chain(before_first_sample),
        full_ring: per_chain(full_ring),
        peak: per_chain(peak),
    }
}
