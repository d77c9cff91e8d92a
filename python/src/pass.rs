//! One call into the core, and the exceptions that its scorers raise.
//!
//! They are kept for each thread and not for each scorer: one call may ask several scorers written in Python, and such a
//! scorer may make calls of its own.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::panic;

use driftline::ScorerError;
use pyo3::prelude::*;

/// After so many questions in a row a pending signal is looked for: a scorer that runs no Python code sees none itself.
const QUESTIONS_PER_SIGNAL_CHECK: usize = 256;

thread_local! {
    /// The calls that this thread is in the middle of, the innermost last.
    static OPEN: RefCell<Vec<Pass>> = const { RefCell::new(Vec::new()) };
}

#[derive(Default)]
struct Pass {
    raised: Raised,
    questions: usize,
}

/// The exceptions of a call. The core carries the numbers of them only: what it keeps for long, such as the failures of the
/// last tick, would be out of the garbage collector's sight.
#[derive(Default)]
pub(crate) struct Raised {
    exceptions: Vec<PyErr>,
    /// The exception of a `begin`, which can tell the core nothing but that it panics.
    at_begin: Option<usize>,
}

impl Raised {
    /// The exception that a failure stands for; its code counts from -1 downwards.
    pub(crate) fn of(&self, error: &ScorerError) -> Option<&PyErr> {
        let number = usize::try_from(-(i64::from(error.code()) + 1)).ok();
        let is_panic = error.code() == ScorerError::PANIC;
        self.exceptions.get(if is_panic { self.at_begin? } else { number? })
    }
}

/// A call into the core, for as long as it lives. Belongs to its thread.
pub(crate) struct OpenPass {
    is_open: bool,
    _of_this_thread: PhantomData<*const ()>,
}

impl OpenPass {
    pub(crate) fn new() -> Self {
        OPEN.with_borrow_mut(|open| open.push(Pass::default()));
        OpenPass { is_open: true, _of_this_thread: PhantomData }
    }

    /// Ends the call and says what was raised in it.
    pub(crate) fn close(mut self) -> Raised {
        self.take().map(|pass| pass.raised).unwrap_or_default()
    }

    /// What comes of an exception that is dropped, such as another call, must find the list free.
    fn take(&mut self) -> Option<Pass> {
        if std::mem::take(&mut self.is_open) { OPEN.with_borrow_mut(Vec::pop) } else { None }
    }
}

impl Drop for OpenPass {
    fn drop(&mut self) {
        drop(self.take());
    }
}

/// Keeps an exception until the call ends; returns the code under which the core knows it.
pub(crate) fn keep(error: PyErr) -> i32 {
    let mut error = Some(error);
    OPEN.with_borrow_mut(|open| match open.last_mut() {
        Some(pass) => {
            pass.raised.exceptions.extend(error.take());
            -(pass.raised.exceptions.len() as i32)
        }
        None => -1,
    })
}

/// Keeps the exception of a `begin` and ends the call: without a panic it would go on without the time.
pub(crate) fn fail_at_begin(error: PyErr) -> ! {
    keep(error);
    OPEN.with_borrow_mut(|open| {
        if let Some(pass) = open.last_mut() {
            pass.raised.at_begin = pass.raised.exceptions.len().checked_sub(1);
        }
    });
    // Unlike a panic that is begun here, this one is not printed.
    panic::resume_unwind(Box::new("begin has failed"))
}

/// Counts a question; says whether it is time to look for signals.
pub(crate) fn is_signal_check_due() -> bool {
    OPEN.with_borrow_mut(|open| {
        let Some(pass) = open.last_mut() else { return true };
        pass.questions = (pass.questions + 1) % QUESTIONS_PER_SIGNAL_CHECK;
        pass.questions == 0
    })
}

/// How the core would call it if the `begin` that has panicked was stopped by an exception.
pub(crate) fn failure_of_begin() -> Option<ScorerError> {
    let has_failed = OPEN.with_borrow(|open| open.last().is_some_and(|pass| pass.raised.at_begin.is_some()));
    has_failed.then(|| ScorerError::new(ScorerError::PANIC))
}
