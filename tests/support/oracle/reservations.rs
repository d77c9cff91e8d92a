//! L1, L2: what is in flight, and what is too much.

use std::collections::BTreeMap;

use driftline::{NodeId, SchedulerConfig, Verdict};

use super::memory::OracleFlight;
use super::scheduler::Sabotage;

/// The moves in flight, all together and by node.
#[derive(Clone, Debug, Default)]
pub struct Reservations {
    pub in_flight: u64,
    from: BTreeMap<NodeId, u64>,
    to: BTreeMap<NodeId, u64>,
}

impl Reservations {
    pub fn add(&mut self, flight: &OracleFlight) {
        self.in_flight += 1;
        if let Some(victim) = flight.victim {
            *self.from.entry(victim).or_default() += 1;
        }
        if let Some(target) = flight.target {
            *self.to.entry(target).or_default() += 1;
        }
    }

    /// L2: the score of a home, lowered for each move that is in flight to it.
    pub fn effective(&self, target: NodeId, score: f32, penalty: f32) -> f32 {
        let moves = self.to.get(&target).copied().unwrap_or(0);
        if moves == 0 || penalty == 0.0 {
            return score;
        }
        let lowered = score - penalty * (moves as f32);
        if lowered > 0.0 { lowered } else { 0.0 }
    }

    pub fn is_full(&self, target: NodeId, config: &SchedulerConfig) -> bool {
        reached(self.to.get(&target), config.max_in_flight_per_target)
    }

    /// The first limit that keeps a move from beginning, but for the target's.
    pub fn limit(
        &self,
        new_moves: u64,
        victim: Option<NodeId>,
        config: &SchedulerConfig,
        sabotage: Sabotage,
    ) -> Option<Verdict> {
        let too_many = match sabotage {
            Sabotage::OneMoveTooMany => new_moves.saturating_sub(1),
            _ => new_moves,
        };
        if reached(Some(&too_many), config.max_moves_per_tick) {
            Some(Verdict::TickLimit)
        } else if reached(Some(&self.in_flight), config.max_in_flight) {
            Some(Verdict::ClusterLimit)
        } else if victim.is_some_and(|node| reached(self.from.get(&node), config.max_in_flight_per_source)) {
            Some(Verdict::SourceLimit)
        } else {
            None
        }
    }
}

/// Whether there are as many as there may be; 0 is no limit.
fn reached(count: Option<&u64>, limit: u64) -> bool {
    limit > 0 && count.copied().unwrap_or(0) >= limit
}

/// The configured limit that a verdict is about.
pub fn limit_of(verdict: Verdict, config: &SchedulerConfig) -> Option<u64> {
    match verdict {
        Verdict::TickLimit => Some(config.max_moves_per_tick),
        Verdict::ClusterLimit => Some(config.max_in_flight),
        Verdict::SourceLimit => Some(config.max_in_flight_per_source),
        Verdict::TargetLimit => Some(config.max_in_flight_per_target),
        _ => None,
    }
}
