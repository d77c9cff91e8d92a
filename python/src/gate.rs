//! Who may use an object now, and what the others are told.
//!
//! An object is used by one call at a time, or read by several. Whoever comes at the wrong moment gets an error and never
//! waits: `ReentrantError` if it is the very call that waits for an answer, `BusyError` if it is another thread.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};

use pyo3::prelude::*;

use crate::ending::{self, OpenCall};
use crate::errors;

thread_local! {
    /// The gates that this thread is inside of, by address; an address is only ever compared.
    static INSIDE: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Says that this thread is inside a gate, for as long as it lives.
struct Mark {
    gate: usize,
    _call: OpenCall,
}

impl Mark {
    fn new(gate: usize) -> Self {
        INSIDE.with_borrow_mut(|inside| inside.push(gate));
        Mark { gate, _call: OpenCall::new() }
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        INSIDE.with_borrow_mut(|inside| {
            // The innermost is the last, but for guards that are dropped out of order.
            if let Some(position) = inside.iter().rposition(|&gate| gate == self.gate) {
                inside.remove(position);
            }
        });
    }
}

/// A guard, and the mark of its gate. The lock is given back first.
pub(crate) struct Entered<G> {
    guard: G,
    _mark: Mark,
}

impl<G: Deref> Deref for Entered<G> {
    type Target = G::Target;

    fn deref(&self) -> &G::Target {
        &self.guard
    }
}

impl<G: DerefMut> DerefMut for Entered<G> {
    fn deref_mut(&mut self) -> &mut G::Target {
        &mut self.guard
    }
}

/// An object that many may read or one may write.
pub(crate) struct SharedGate<T> {
    lock: RwLock<T>,
    name: &'static str,
}

impl<T> SharedGate<T> {
    pub(crate) fn new(value: T, name: &'static str) -> Self {
        SharedGate { lock: RwLock::new(value), name }
    }

    pub(crate) fn read(&self, py: Python<'_>) -> PyResult<Entered<RwLockReadGuard<'_, T>>> {
        enter(py, self.lock.try_read(), std::ptr::from_ref(self).addr(), self.name)
    }

    pub(crate) fn write(&self, py: Python<'_>) -> PyResult<Entered<RwLockWriteGuard<'_, T>>> {
        enter(py, self.lock.try_write(), std::ptr::from_ref(self).addr(), self.name)
    }
}

/// An object that only one may use.
pub(crate) struct Gate<T> {
    lock: Mutex<T>,
    name: &'static str,
}

impl<T> Gate<T> {
    pub(crate) fn new(value: T, name: &'static str) -> Self {
        Gate { lock: Mutex::new(value), name }
    }

    pub(crate) fn enter(&self, py: Python<'_>) -> PyResult<Entered<MutexGuard<'_, T>>> {
        enter(py, self.lock.try_lock(), std::ptr::from_ref(self).addr(), self.name)
    }

    /// For the garbage collector, which may come at any moment: what is in use is not looked into.
    pub(crate) fn peek(&self) -> Option<MutexGuard<'_, T>> {
        self.lock.try_lock().ok()
    }
}

fn enter<G>(
    py: Python<'_>,
    attempt: Result<G, TryLockError<G>>,
    gate: usize,
    name: &'static str,
) -> PyResult<Entered<G>> {
    ending::check(py)?;
    match attempt {
        Ok(guard) => Ok(Entered { guard, _mark: Mark::new(gate) }),
        Err(TryLockError::Poisoned(_)) => Err(errors::poisoned(py, name)),
        Err(TryLockError::WouldBlock) => {
            let is_inside = INSIDE.with_borrow(|inside| inside.contains(&gate));
            Err(if is_inside { errors::reentrant(py, name) } else { errors::busy(py, name) })
        }
    }
}
