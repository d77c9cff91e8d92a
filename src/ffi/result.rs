//! Result codes: 0 is success, hundreds name the cause. Codes are only ever added.

use libc::c_char;

use super::guard::{Failure, guard_value};
use super::types::{DRIFTLINE_NONE, driftline_error};
use crate::error::{CalibrationRefusal, Error, ScorerMethod};

/// What every function that can fail returns: 0 or the number of a cause.
pub type driftline_result = i32;

/// Success.
pub const DRIFTLINE_RESULT_OK: driftline_result = 0;
/// A pointer is NULL that must not be.
pub const DRIFTLINE_RESULT_NULL: driftline_result = 101;
/// The caller was compiled against another ABI.
pub const DRIFTLINE_RESULT_ABI: driftline_result = 102;
/// The handle is zero, stale, foreign, freed or of another kind.
pub const DRIFTLINE_RESULT_HANDLE: driftline_result = 103;
/// A `struct_size` or an element size is none that this library can read.
pub const DRIFTLINE_RESULT_STRUCT_SIZE: driftline_result = 104;
/// A field is set that must be zero.
pub const DRIFTLINE_RESULT_RESERVED: driftline_result = 105;
/// Another thread is inside the handle.
pub const DRIFTLINE_RESULT_BUSY: driftline_result = 106;
/// A callback called back into the handle that is calling it.
pub const DRIFTLINE_RESULT_REENTRANT: driftline_result = 107;
/// A panic left the handle unusable; only its `_free` works.
pub const DRIFTLINE_RESULT_POISONED: driftline_result = 108;
/// The output does not fit, or a count is larger than memory.
pub const DRIFTLINE_RESULT_CAPACITY: driftline_result = 109;
/// A pointer is not aligned for its type.
pub const DRIFTLINE_RESULT_ALIGNMENT: driftline_result = 110;
/// A config field is out of its range.
pub const DRIFTLINE_RESULT_CONFIG: driftline_result = 201;
/// The kind of an event is unknown, or its value is out of range.
pub const DRIFTLINE_RESULT_EVENT: driftline_result = 301;
/// The reserved id was passed as a node.
pub const DRIFTLINE_RESULT_ID: driftline_result = 302;
/// A chain, a holder, or a part of a scorer is listed twice.
pub const DRIFTLINE_RESULT_DUPLICATE: driftline_result = 303;
/// The chain is not led here.
pub const DRIFTLINE_RESULT_NOT_LED: driftline_result = 304;
/// Time went back.
pub const DRIFTLINE_RESULT_TIME: driftline_result = 305;
/// Memory could not be had; nothing was lost.
pub const DRIFTLINE_RESULT_NO_MEMORY: driftline_result = 306;
/// The chain does not exist.
pub const DRIFTLINE_RESULT_UNKNOWN_CHAIN: driftline_result = 307;
/// The arrays of a membership do not fit together.
pub const DRIFTLINE_RESULT_MEMBERSHIP: driftline_result = 308;
/// More than the library can number: ids, or class policies.
pub const DRIFTLINE_RESULT_TOO_MANY: driftline_result = 309;
/// The bytes are not what an export of a chain looks like.
pub const DRIFTLINE_RESULT_IMPORT: driftline_result = 310;
/// The class has no policy.
pub const DRIFTLINE_RESULT_NO_POLICY: driftline_result = 311;
/// Observed moves do not say what a second of migration costs.
pub const DRIFTLINE_RESULT_CALIBRATION: driftline_result = 312;
/// A report to an inventory says what cannot be; the message names field and value.
pub const DRIFTLINE_RESULT_INVENTORY: driftline_result = 313;
/// Nothing was reported of the node.
pub const DRIFTLINE_RESULT_UNKNOWN_NODE: driftline_result = 314;
/// The scorer failed; `scorer_code` has its own code.
pub const DRIFTLINE_RESULT_SCORER: driftline_result = 401;
/// There is no scorer where one was needed.
pub const DRIFTLINE_RESULT_NO_SCORER: driftline_result = 402;
/// A bug of ours; the handles of the call are poisoned.
pub const DRIFTLINE_RESULT_PANIC: driftline_result = 901;

/// Every code with its name, by ascending code.
const NAMES: [(driftline_result, &core::ffi::CStr); 28] = [
    (DRIFTLINE_RESULT_OK, c"OK"),
    (DRIFTLINE_RESULT_NULL, c"NULL"),
    (DRIFTLINE_RESULT_ABI, c"ABI"),
    (DRIFTLINE_RESULT_HANDLE, c"HANDLE"),
    (DRIFTLINE_RESULT_STRUCT_SIZE, c"STRUCT_SIZE"),
    (DRIFTLINE_RESULT_RESERVED, c"RESERVED"),
    (DRIFTLINE_RESULT_BUSY, c"BUSY"),
    (DRIFTLINE_RESULT_REENTRANT, c"REENTRANT"),
    (DRIFTLINE_RESULT_POISONED, c"POISONED"),
    (DRIFTLINE_RESULT_CAPACITY, c"CAPACITY"),
    (DRIFTLINE_RESULT_ALIGNMENT, c"ALIGNMENT"),
    (DRIFTLINE_RESULT_CONFIG, c"CONFIG"),
    (DRIFTLINE_RESULT_EVENT, c"EVENT"),
    (DRIFTLINE_RESULT_ID, c"ID"),
    (DRIFTLINE_RESULT_DUPLICATE, c"DUPLICATE"),
    (DRIFTLINE_RESULT_NOT_LED, c"NOT_LED"),
    (DRIFTLINE_RESULT_TIME, c"TIME"),
    (DRIFTLINE_RESULT_NO_MEMORY, c"NO_MEMORY"),
    (DRIFTLINE_RESULT_UNKNOWN_CHAIN, c"UNKNOWN_CHAIN"),
    (DRIFTLINE_RESULT_MEMBERSHIP, c"MEMBERSHIP"),
    (DRIFTLINE_RESULT_TOO_MANY, c"TOO_MANY"),
    (DRIFTLINE_RESULT_IMPORT, c"IMPORT"),
    (DRIFTLINE_RESULT_NO_POLICY, c"NO_POLICY"),
    (DRIFTLINE_RESULT_CALIBRATION, c"CALIBRATION"),
    (DRIFTLINE_RESULT_INVENTORY, c"INVENTORY"),
    (DRIFTLINE_RESULT_UNKNOWN_NODE, c"UNKNOWN_NODE"),
    (DRIFTLINE_RESULT_SCORER, c"SCORER"),
    (DRIFTLINE_RESULT_NO_SCORER, c"NO_SCORER"),
];

/// The name of a result code without its prefix, such as "HANDLE"; "UNKNOWN" for a number that is no code.
///
/// Never NULL. The text is static. May be called by any thread at any time.
#[unsafe(no_mangle)]
pub extern "C" fn driftline_result_name(code: driftline_result) -> *const c_char {
    guard_value(c"UNKNOWN".as_ptr(), || {
        if code == DRIFTLINE_RESULT_PANIC {
            return c"PANIC".as_ptr();
        }
        let found = NAMES.iter().find(|(known, _)| *known == code);
        found.map_or(c"UNKNOWN", |(_, name)| name).as_ptr()
    })
}

/// The number of a scorer method in errors and failures.
pub(super) fn method_number(method: ScorerMethod) -> u32 {
    ScorerMethod::ALL.iter().position(|&known| known == method).unwrap_or(0) as u32
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let mut failure = Failure::new(DRIFTLINE_RESULT_PANIC, &error);
        // No catch-all: a new error has to choose its code.
        failure.code = match error {
            Error::Config { .. } => DRIFTLINE_RESULT_CONFIG,
            Error::Part { index, .. } => {
                failure.index = index as u64;
                DRIFTLINE_RESULT_CONFIG
            }
            Error::ReservedNode { index, chain } => {
                failure.index = index.map_or(DRIFTLINE_NONE, |index| index as u64);
                failure.chain = chain.map_or(DRIFTLINE_NONE, |chain| chain.0);
                DRIFTLINE_RESULT_ID
            }
            Error::DuplicateChain { index, chain } => {
                failure.index = index as u64;
                failure.chain = chain.0;
                DRIFTLINE_RESULT_DUPLICATE
            }
            Error::DuplicateHolder { index, chain, node } => {
                failure.index = index as u64;
                failure.chain = chain.0;
                failure.node = node.0;
                DRIFTLINE_RESULT_DUPLICATE
            }
            Error::Membership { index, .. } => {
                failure.index = index as u64;
                DRIFTLINE_RESULT_MEMBERSHIP
            }
            Error::NotLed { chain } => {
                failure.chain = chain.0;
                DRIFTLINE_RESULT_NOT_LED
            }
            Error::TimeReversed { .. } => DRIFTLINE_RESULT_TIME,
            Error::OutOfMemory => DRIFTLINE_RESULT_NO_MEMORY,
            Error::TooMany { .. } => DRIFTLINE_RESULT_TOO_MANY,
            Error::Import { .. } => DRIFTLINE_RESULT_IMPORT,
            Error::Calibration { reason } => {
                if let CalibrationRefusal::NotFinite { index, .. } = reason {
                    failure.index = index as u64;
                }
                DRIFTLINE_RESULT_CALIBRATION
            }
            Error::Inventory { index, node, chain, .. } => {
                failure.index = index as u64;
                failure.node = node.map_or(DRIFTLINE_NONE, |node| node.0);
                failure.chain = chain.map_or(DRIFTLINE_NONE, |chain| chain.0);
                DRIFTLINE_RESULT_INVENTORY
            }
            Error::NoScorer => DRIFTLINE_RESULT_NO_SCORER,
            Error::Scorer { method, chain, node, source } => {
                failure.chain = chain.map_or(DRIFTLINE_NONE, |chain| chain.0);
                failure.node = node.map_or(DRIFTLINE_NONE, |node| node.0);
                failure.method = method_number(method);
                failure.scorer_code = source.code();
                DRIFTLINE_RESULT_SCORER
            }
        };
        failure
    }
}

impl Failure {
    /// Fills the caller's error struct, all but its size.
    pub(super) fn fill(&self, error: &mut driftline_error) {
        error.code = self.code;
        error.index = self.index;
        error.chain = self.chain;
        error.node = self.node;
        error.scorer_code = self.scorer_code;
        error.method = self.method;
        error.message = [0; 184];
        for (to, &from) in error.message.iter_mut().zip(self.message.bytes()) {
            *to = from as c_char;
        }
    }
}
