//! The end of the interpreter, which must not meet a thread in the middle of a call.
//!
//! CPython before 3.14 ends a daemon thread the moment that it wants the interpreter back, by unwinding its stack. That
//! cannot pass the frames of this library and would end the process. So when the interpreter is about to end, calls on
//! other threads are interrupted at their next question, and waited for.

use std::process;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use pyo3::exceptions::PySystemExit;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// Who ends the interpreter. That thread goes on as ever.
static ENDING: PyOnceLock<ThreadId> = PyOnceLock::new();
/// Looked at before the lock: a question has no time for it.
static IS_ENDING: AtomicBool = AtomicBool::new(false);
/// The process in which calls are counted.
static IMPORTED_IN: PyOnceLock<u32> = PyOnceLock::new();
/// Calls that are entered, on whichever thread.
static OPEN_CALLS: AtomicUsize = AtomicUsize::new(0);

/// A scorer that does not come back for so long has the process on its conscience.
const PATIENCE: Duration = Duration::from_secs(5);

/// A call that is entered, for as long as it lives.
pub(crate) struct OpenCall(());

impl OpenCall {
    pub(crate) fn new() -> Self {
        OPEN_CALLS.fetch_add(1, Ordering::Relaxed);
        OpenCall(())
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        OPEN_CALLS.fetch_sub(1, Ordering::Release);
    }
}

/// Remembers where calls are counted.
pub(crate) fn begin(py: Python<'_>) {
    IMPORTED_IN.get_or_init(py, process::id);
}

/// Ends the thread, if the interpreter is being ended by another one.
pub(crate) fn check(py: Python<'_>) -> PyResult<()> {
    if !IS_ENDING.load(Ordering::Relaxed) || ENDING.get(py) == Some(&thread::current().id()) {
        return Ok(());
    }
    Err(PySystemExit::new_err("the interpreter is ending"))
}

/// Interrupts the calls of other threads and waits for them. Registered with `atexit`.
#[pyfunction]
pub(crate) fn end_calls(py: Python<'_>) {
    if ENDING.set(py, thread::current().id()).is_err() || IMPORTED_IN.get(py) != Some(&process::id()) {
        // In a fork nothing is left of the calls of other threads but their number.
        return;
    }
    IS_ENDING.store(true, Ordering::Relaxed);
    py.detach(|| {
        let begun = Instant::now();
        while OPEN_CALLS.load(Ordering::Acquire) > 0 && begun.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(1));
        }
    });
}
