//! The C ABI: convert, call, convert. No logic lives here.
//!
//! The rules of the boundary, each kept in one place:
//!
//! - Every function begins with `guard`: a panic of ours becomes `DRIFTLINE_RESULT_PANIC`, never an unwinding into C.
//! - Handles are numbers, looked up in the table of `handle`. Zero, stale, foreign and freed ones are refused; no
//!   freed memory is ever read. Entering never waits: from another thread it is `BUSY`, from a callback `REENTRANT`.
//! - Outputs are written only on success, so every pointer and size is checked before anything is done.
//! - Structs grow at the end and carry their size (`sized`); arrays of structs come with their element size.
//! - Numbers from C never become a Rust enum without a check.
//!
//! All `unsafe` of the crate is here, and every block says why it is sound. What no check can see is the caller's duty:
//! a pointer that is not NULL must point to as many elements as its count says, for as long as the call lasts.
#![allow(unsafe_code)]
#![allow(non_camel_case_types)]
// A failure carries its text in place: when memory is missing, a box for it is missing, too.
#![allow(clippy::result_large_err)]

mod action_types;
mod answers;
mod any_scorer;
mod ask;
mod calibrate;
mod config;
mod diff;
mod guard;
mod handle;
mod inventory;
mod inventory_read;
mod inventory_types;
mod parts;
mod questions;
mod result;
mod scheduler;
mod scorer;
mod scorer_types;
mod sized;
mod state;
#[cfg(feature = "testing")]
mod testing;
mod text;
mod types;
mod version;

pub use action_types::*;
pub use answers::*;
pub use any_scorer::*;
pub use ask::*;
pub use calibrate::*;
pub use config::*;
pub use diff::*;
pub use inventory::*;
pub use inventory_types::*;
pub use questions::*;
pub use result::*;
pub use scheduler::*;
pub use scorer_types::*;
pub use state::*;
#[cfg(feature = "testing")]
pub use testing::*;
pub use text::*;
pub use types::*;
pub use version::*;
