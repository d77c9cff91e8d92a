//! An allocator that counts, and refuses when it is asked to. Each thread has numbers of its own, so that tests do not meet.

// Each test that has it uses a part of it.
#![allow(dead_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static HEAP_BYTES: Cell<usize> = const { Cell::new(0) };
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    /// How many allocations still succeed; `None`: all.
    static REMAINING: Cell<Option<u64>> = const { Cell::new(None) };
}

struct Reluctant;

impl Reluctant {
    fn refuses() -> bool {
        let refuse = |remaining: &Cell<Option<u64>>| match remaining.get() {
            None => false,
            Some(left) => {
                remaining.set(Some(left.saturating_sub(1)));
                left == 0
            }
        };
        REMAINING.try_with(refuse).unwrap_or(false)
    }
}

// SAFETY: everything is left to the system's allocator, or refused with NULL as the trait allows.
unsafe impl GlobalAlloc for Reluctant {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        if Reluctant::refuses() {
            return std::ptr::null_mut();
        }
        let _ = HEAP_BYTES.try_with(|bytes| bytes.set(bytes.get().wrapping_add(layout.size())));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let _ = HEAP_BYTES.try_with(|bytes| bytes.set(bytes.get().wrapping_sub(layout.size())));
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Reluctant = Reluctant;

/// How many bytes this thread has allocated and not given back.
pub fn heap_bytes() -> usize {
    HEAP_BYTES.get()
}

/// How much more there is than before. What another thread has allocated may be freed on this one.
pub fn heap_bytes_since(before: usize) -> usize {
    heap_bytes().wrapping_sub(before)
}

/// How often this thread has asked for memory.
pub fn allocations() -> u64 {
    ALLOCATIONS.get()
}

/// What comes of a call that gets so many allocations and no more.
pub fn with_allocations<T>(allocations: u64, call: impl FnOnce() -> T) -> T {
    REMAINING.set(Some(allocations));
    let outcome = call();
    REMAINING.set(None);
    outcome
}
