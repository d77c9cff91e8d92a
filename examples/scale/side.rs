//! What both sides can do, so that each step is written once and measured twice.

use std::sync::Arc;
use std::time::Duration;

use driftline::{ChainId, ClassPolicy, Event, NodeId, SchedulerConfig, Timestamp, VERDICT_COUNT};

use crate::inputs::{Inputs, scramble};
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

    /// Gives a class of chains a policy.
    fn set_class_policy(&mut self, class: u32, policy: ClassPolicy);
}

/// What a tick did. Both sides must have done the same, or their times say nothing about each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Chains that were sampled.
    pub rescored: u64,
    /// How often the placement index was asked.
    pub best_alternatives: u64,
    /// Actions that came out, and which: a sum over all of them.
    pub actions: u64,
    pub action_sum: u64,
    /// Moves in flight after it.
    pub in_flight: u64,
    /// Chains by the number of their verdict.
    pub verdicts: [u64; VERDICT_COUNT],
}

/// What an action adds to the sum.
pub fn action_term(chain: ChainId, victim: Option<NodeId>, target: Option<NodeId>) -> u64 {
    let number = |node: Option<NodeId>| node.map_or(u64::MAX, |node| node.0);
    scramble(chain.0 ^ scramble(number(victim) ^ scramble(number(target))))
}
