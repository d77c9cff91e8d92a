//! What both sides can do, so that each step is written once and measured twice.

use std::sync::Arc;
use std::time::Duration;

use driftline::{Event, SchedulerConfig, Timestamp, VERDICT_COUNT};

use crate::inputs::Inputs;
use crate::tables::Tables;

/// A state and the scheduler of the node that leads all of its chains.
pub trait Side {
    /// No step is begun again once it took this long altogether.
    const ENOUGH: Duration;

    /// An empty state, and a scheduler that asks these tables.
    fn new(tables: &Arc<Tables>, config: SchedulerConfig) -> Self;

    /// Takes over the membership.
    fn load(&mut self, inputs: &Inputs);

    /// One tick.
    fn tick(&mut self, now: Timestamp) -> Facts;

    /// One event by itself.
    fn apply(&mut self, event: Event);

    /// Goes on with another configuration.
    fn configure(&mut self, config: SchedulerConfig);
}

/// What a tick did. Both sides must have done the same, or their times say nothing about each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Chains that were sampled.
    pub rescored: u64,
    /// How often the placement index was asked.
    pub best_alternatives: u64,
    /// Chains by the number of their verdict.
    pub verdicts: [u64; VERDICT_COUNT],
}
