//! The oracle: SPEC's Parts A and B a second time, written for clarity alone.
//!
//! It walks every chain, asks every holder and keeps its maps sorted. It shares plain data types with the library (ids,
//! events, configuration, verdict numbers) and none of its logic. The numbers in the comments are SPEC's rules.

mod alternatives;
mod answer;
mod arms;
mod back_off;
mod backstop;
mod class;
mod config;
mod decision;
mod drains;
mod due;
mod explain;
mod flap;
mod flights;
mod history;
mod memory;
mod pass;
mod polling;
mod questions;
mod reservations;
mod said;
mod sampling;
mod scheduler;
mod selection;
mod standing;
mod state;
mod waits;
mod warmup;

pub use answer::{
    Changed, Decided, Drained, Explained, Failure, Flying, Judged, Kind, Numbers, OracleAction, Refusal, Report,
};
pub use history::OracleHistory;
pub use memory::{Exported, Memory, OracleFlight, Stage};
pub use scheduler::{OracleScheduler, Sabotage};
pub use state::{OracleChain, OracleState};
