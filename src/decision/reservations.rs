//! How many moves are under way, from where and to where (F1, L1, L2).

use hashbrown::HashMap;

use crate::action::Verdict;
use crate::config::SchedulerConfig;
use crate::error::Error;
use crate::id::NodeId;
use crate::room;

/// Moves in flight by node. Only ever looked up, so that its order reaches no output.
type ByNode = HashMap<NodeId, u64, foldhash::fast::FixedState>;

/// What is under way in one pass: what went on from before, and what the pass itself lets go.
#[derive(Debug, Default)]
pub(crate) struct Reservations {
    pub(crate) in_flight: u64,
    /// New moves of this pass.
    new_moves: u64,
    /// How many of either are of chains whose moves have failed (F1).
    failing_in_flight: u64,
    failing_new_moves: u64,
    from: ByNode,
    to: ByNode,
}

impl Reservations {
    pub(crate) fn clear(&mut self) {
        (self.in_flight, self.new_moves) = (0, 0);
        (self.failing_in_flight, self.failing_new_moves) = (0, 0);
        for nodes in [&mut self.from, &mut self.to] {
            if !nodes.is_empty() {
                nodes.clear();
            }
            if nodes.capacity() > room::KEPT {
                *nodes = ByNode::default();
            }
        }
    }

    /// A move that begins in this pass.
    pub(crate) fn begin(&mut self, has_failed: bool) {
        self.new_moves += 1;
        self.failing_new_moves += u64::from(has_failed);
    }

    /// A move that is in flight; `has_failed` says whether moves of its chain have.
    pub(crate) fn add(
        &mut self,
        victim: Option<NodeId>,
        target: Option<NodeId>,
        has_failed: bool,
    ) -> Result<(), Error> {
        for (nodes, node) in [(&mut self.from, victim), (&mut self.to, target)] {
            if let Some(node) = node {
                nodes.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
                *nodes.entry(node).or_insert(0) += 1;
            }
        }
        self.in_flight += 1;
        self.failing_in_flight += u64::from(has_failed);
        Ok(())
    }

    fn to(&self, target: NodeId) -> u64 {
        if self.to.is_empty() { 0 } else { self.to.get(&target).copied().unwrap_or(0) }
    }

    /// L2: the score of a node as an alternative.
    pub(crate) fn lowered(&self, node: NodeId, score: f32, config: &SchedulerConfig) -> f32 {
        let in_flight = self.to(node);
        if in_flight == 0 || config.target_penalty == 0.0 {
            return score;
        }
        let lowered = score - config.target_penalty * in_flight as f32;
        if lowered > 0.0 { lowered } else { 0.0 }
    }

    /// L1: whether one more move to the node is too many.
    pub(crate) fn is_full(&self, target: NodeId, config: &SchedulerConfig) -> bool {
        config.max_in_flight_per_target > 0 && self.to(target) >= config.max_in_flight_per_target
    }

    /// L1: the limit that one more move from this node, to whichever other, would exceed.
    pub(crate) fn refusal(&self, victim: Option<NodeId>, config: &SchedulerConfig) -> Option<Verdict> {
        let from = victim.and_then(|victim| self.from.get(&victim)).copied().unwrap_or(0);
        if is_reached(config.max_moves_per_tick, self.new_moves) {
            Some(Verdict::TickLimit)
        } else if is_reached(config.max_in_flight, self.in_flight) {
            Some(Verdict::ClusterLimit)
        } else if victim.is_some() && is_reached(config.max_in_flight_per_source, from) {
            Some(Verdict::SourceLimit)
        } else {
            None
        }
    }

    /// F1: chains whose moves have failed take no more than a part of what there is, so that nobody waits for them.
    pub(crate) fn failing_refusal(&self, config: &SchedulerConfig) -> Option<Verdict> {
        let share = |limit: u64| if limit == 0 { 0 } else { (limit / FAILING_SHARE).max(1) };
        if is_reached(share(config.max_moves_per_tick), self.failing_new_moves) {
            Some(Verdict::TickLimit)
        } else if is_reached(share(config.max_in_flight), self.failing_in_flight) {
            Some(Verdict::ClusterLimit)
        } else {
            None
        }
    }
}

/// One part in so many.
const FAILING_SHARE: u64 = 4;

fn is_reached(limit: u64, count: u64) -> bool {
    limit > 0 && count >= limit
}

/// The value of the limit that a verdict is about (W2).
pub(crate) fn limit_of(verdict: Verdict, config: &SchedulerConfig) -> Option<u64> {
    match verdict {
        Verdict::TickLimit => Some(config.max_moves_per_tick),
        Verdict::ClusterLimit => Some(config.max_in_flight),
        Verdict::SourceLimit => Some(config.max_in_flight_per_source),
        Verdict::TargetLimit => Some(config.max_in_flight_per_target),
        _ => None,
    }
}
