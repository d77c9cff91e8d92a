//! N1: what a scheduler remembers of the nodes that are drained, and what it says of them.

use std::collections::BTreeMap;

use driftline::{ChainId, ClassMode, NodeId, SchedulerConfig, Timestamp, Verdict};

use super::answer::Drained;
use super::class::{Classes, bounds};
use super::memory::Memory;
use super::state::{OracleChain, OracleState};

#[derive(Clone, Debug, Default)]
pub struct Drains {
    pub nodes: BTreeMap<NodeId, DrainedNode>,
}

#[derive(Clone, Debug, Default)]
pub struct DrainedNode {
    pub moved: u64,
    /// When it was last on pace.
    pub last_paced: Option<Timestamp>,
    /// When every chain was last asked for.
    pub looked_at: Option<Timestamp>,
    /// F0: the chains that are not tracked and were asked to go, and when.
    pub sent: BTreeMap<ChainId, Timestamp>,
    /// The chains that could not be moved, and why.
    pub refused: BTreeMap<ChainId, Verdict>,
    /// How many chains were there after the last tick that were not on their way.
    pub left: u64,
    /// How many limits kept back in the last tick.
    pub behind: u64,
}

impl Drains {
    /// Exactly the nodes that are drained are remembered.
    pub fn catch_up(&mut self, state: &OracleState) {
        self.nodes.retain(|node, _| state.drains.contains_key(node));
        for &node in state.drains.keys() {
            self.nodes.entry(node).or_default();
        }
    }

    /// Only of a node that is still drained.
    pub fn count_moved(&mut self, node: NodeId) {
        if let Some(drained) = self.nodes.get_mut(&node) {
            drained.moved += 1;
        }
    }
}

impl DrainedNode {
    /// Whether the chain is on its way from the node, as far as anybody knows.
    pub fn is_leaving(&self, id: ChainId, memory: &Memory, node: NodeId, now: Timestamp, cooldown_ns: u64) -> bool {
        let is_flying = memory.flight.is_some_and(|flight| flight.victim == Some(node));
        let is_owed = memory.owed.is_some_and(|owed| owed.victim == node);
        let sent_ns = self.sent.get(&id).map(|at| now.0.saturating_sub(at.0));
        is_flying || is_owed || sent_ns.is_some_and(|sent_ns| sent_ns < cooldown_ns)
    }
}

fn is_flying_from(chain: &OracleChain, node: NodeId) -> bool {
    chain.memory.flight.is_some_and(|flight| flight.victim == Some(node))
}

/// By when the node should be empty, so that the last move has the time to be done.
pub fn pace_end(deadline: Timestamp, config: &SchedulerConfig) -> Timestamp {
    Timestamp(deadline.0.saturating_sub(config.move_timeout_ns))
}

/// What keeps a drain from a chain without anybody being asked.
pub fn blocked(chain: &OracleChain, config: &SchedulerConfig, classes: &Classes) -> Option<Verdict> {
    let holders = chain.holders.len() as u64;
    let place_first = config.move_order == driftline::MoveOrder::PlaceFirst;
    let left = if place_first { holders } else { holders - 1 };
    let is_short = chain.desired.is_some_and(|desired| holders < u64::from(desired));
    match bounds(chain, config, classes).mode {
        _ if chain.claim_held => Some(Verdict::ClaimHeld),
        ClassMode::Pinned => Some(Verdict::Pinned),
        ClassMode::ProposeOnly => Some(Verdict::ProposeOnly),
        _ if left < u64::from(config.min_holders) || is_short => Some(Verdict::LastHolder),
        _ => None,
    }
}

/// `drain_status`: `None` if the node is not drained.
pub fn status(
    state: &OracleState,
    led: &[ChainId],
    node: NodeId,
    drains: &Drains,
    config: &SchedulerConfig,
    classes: &Classes,
    last_tick: Option<Timestamp>,
) -> Option<Drained> {
    let deadline = *state.drains.get(&node)?;
    let remembered = drains.nodes.get(&node).cloned().unwrap_or_default();
    let held: Vec<_> = led.iter().filter(|id| state.chains[id].holders.contains(&node)).copied().collect();
    let mut blocked_chains = Vec::new();
    for &id in &held {
        let chain = &state.chains[&id];
        if chain.memory.is_moving() {
            continue;
        }
        let verdict = blocked(chain, config, classes).or(remembered.refused.get(&id).copied());
        blocked_chains.extend(verdict.map(|verdict| (id, verdict)));
    }
    let is_limit = |verdict: &Verdict| {
        matches!(verdict, Verdict::TickLimit | Verdict::ClusterLimit | Verdict::SourceLimit | Verdict::TargetLimit)
    };
    let is_late = last_tick.is_some_and(|now| now >= deadline);
    let is_stuck = blocked_chains.iter().any(|(_, verdict)| !is_limit(verdict));
    Some(Drained {
        node,
        deadline,
        left: held.len() as u64,
        moved: remembered.moved,
        in_flight: held.iter().filter(|id| is_flying_from(&state.chains[id], node)).count() as u64,
        blocked: blocked_chains,
        at_risk: !held.is_empty() && (is_late || is_stuck || remembered.behind > 0),
    })
}
