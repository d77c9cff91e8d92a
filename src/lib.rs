//! driftline decides when a replica should live somewhere else, and only when the move is worth it.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;

mod action;
mod asker;
mod claim;
mod config;
mod cost;
mod decision;
mod error;
mod event;
#[cfg(feature = "capi")]
#[doc(hidden)]
pub mod ffi;
mod history;
mod holder_nodes;
mod id;
mod local_scheduler;
mod scorer;
mod snapshot;
mod state;
mod text;

pub use action::{
    Action, Decision, Eviction, Explanation, Judgement, SampleCause, ScorerCalls, ScorerFailure, TickReport,
    VERDICT_COUNT, Verdict,
};
pub use claim::MigrationEligible;
pub use config::{
    FingerprintMode, HISTORY_DEAD_BAND, HISTORY_LENGTH, HISTORY_SMOOTHING, OnScorerError, SchedulerConfig,
};
pub use cost::{MigrationCost, MigrationCostModel};
pub use decision::diff_scheduler;
pub use error::{ConfigValue, Error, ScorerError, ScorerMethod};
pub use event::Event;
pub use history::{HistorySample, ScoreHistory, Trend};
pub use id::{ChainId, NodeId, Timestamp};
pub use local_scheduler::LocalScheduler;
pub use scorer::{Alternative, BoxedScorer, PlacementScorer, SchedulerRegistry, ScorerResult};
pub use snapshot::{ScoreSnapshot, SnapshotScorer};
pub use state::{ChainView, Membership, MeshState};
