//! The oracle: SPEC's Part A and what the library has of Part B (L3, L4) a second time, written for clarity alone.
//!
//! It walks every chain, asks every holder and keeps its maps sorted. It shares plain data types with the library (ids,
//! events, configuration, verdict numbers) and none of its logic. The numbers in the comments are SPEC's rules.

mod answer;
mod backstop;
mod decision;
mod history;
mod polling;
mod questions;
mod sampling;
mod scheduler;
mod selection;
mod state;
mod waits;

pub use answer::{Decided, Explained, Failure, Judged, Move, Refusal, Report};
pub use history::OracleHistory;
pub use scheduler::{OracleScheduler, Sabotage};
pub use state::{OracleChain, OracleState};
