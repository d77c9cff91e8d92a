//! What every function of the C ABI begins with: no panic leaves, and every failure is told the same way.

use core::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::result::{DRIFTLINE_RESULT_OK, DRIFTLINE_RESULT_PANIC, driftline_result};
use super::sized::{SizedOutput, check_output};
use super::types::{DRIFTLINE_NONE, driftline_error};

/// A line of text that fits into the caller's error struct. It never allocates: memory may be what is missing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message {
    bytes: [u8; MESSAGE_LENGTH],
    length: usize,
}

/// Room for the text and its NUL.
const MESSAGE_LENGTH: usize = 184;

impl Message {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl fmt::Write for Message {
    /// Takes what fits, in whole characters, and drops the rest.
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut length = text.len().min(MESSAGE_LENGTH - 1 - self.length);
        while !text.is_char_boundary(length) {
            length -= 1;
        }
        self.bytes[self.length..self.length + length].copy_from_slice(&text.as_bytes()[..length]);
        self.length += length;
        if length == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

/// Why a call is refused, before it is written into the caller's struct.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: driftline_result,
    pub(super) index: u64,
    pub(super) chain: u64,
    pub(super) node: u64,
    pub(super) scorer_code: i32,
    pub(super) method: u32,
    pub(super) message: Message,
}

impl Failure {
    pub(super) fn new(code: driftline_result, text: impl fmt::Display) -> Self {
        use fmt::Write as _;
        let mut message = Message { bytes: [0; MESSAGE_LENGTH], length: 0 };
        // Running out of room is no reason to say nothing.
        let _ = write!(message, "{text}");
        Failure {
            code,
            index: DRIFTLINE_NONE,
            chain: DRIFTLINE_NONE,
            node: DRIFTLINE_NONE,
            scorer_code: 0,
            method: 0,
            message,
        }
    }

    pub(super) fn at_index(self, index: usize) -> Self {
        Failure { index: index as u64, ..self }
    }
}

/// Runs the body of a function that can fail. `err` may be NULL; it is written only on failure.
pub(super) fn guard(err: *mut driftline_error, body: impl FnOnce() -> Result<(), Failure>) -> driftline_result {
    guard_with(err, || (), |()| body())
}

/// The same for a function that takes ownership of something: `prepare` runs first and whatever it made is dropped even
/// if `err` itself is refused.
pub(super) fn guard_with<P>(
    err: *mut driftline_error,
    prepare: impl FnOnce() -> P,
    body: impl FnOnce(P) -> Result<(), Failure>,
) -> driftline_result {
    let mut error = None;
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let prepared = prepare();
        error = check_output(err, "err")?;
        body(prepared)
    }));
    let failure = match outcome {
        Ok(Ok(())) => return DRIFTLINE_RESULT_OK,
        Ok(Err(failure)) => failure,
        Err(payload) => panicked(payload),
    };
    if let Some(output) = error {
        tell(&failure, output);
    }
    failure.code
}

/// Runs the body of a function that cannot fail; `fallback` is what a panic would return.
pub(super) fn guard_value<T: Copy>(fallback: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        panicked(payload);
        fallback
    })
}

fn tell(failure: &Failure, output: SizedOutput<driftline_error>) {
    let mut error = driftline_error::default();
    failure.fill(&mut error);
    output.write(error);
}

fn panicked(payload: Box<dyn core::any::Any + Send>) -> Failure {
    let text = match payload.downcast_ref::<&str>() {
        Some(text) => text,
        None => payload.downcast_ref::<String>().map_or("", String::as_str),
    };
    let failure = Failure::new(DRIFTLINE_RESULT_PANIC, format_args!("panic: {text}"));
    // Dropping a payload may panic again, and that must not leave either.
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        core::mem::forget(second);
    }
    failure
}
