//! N1: what a scheduler remembers of the nodes that are drained, and what it says of them.

use std::collections::{BTreeMap, BTreeSet};

use driftline::{ChainId, ClassMode, NodeId, SchedulerConfig, Timestamp, Verdict};

use super::answer::Drained;
use super::class::{Classes, bounds};
use super::flap::{self, Window};
use super::said::{holders_without, is_one_too_many, said};
use super::state::{OracleChain, OracleState};

#[derive(Clone, Debug, Default)]
pub struct Drains {
    pub nodes: BTreeMap<NodeId, DrainedNode>,
}

#[derive(Clone, Debug, Default)]
pub struct DrainedNode {
    /// Which of all drains it is.
    pub number: u64,
    /// As of the last tick.
    pub deadline: Option<Timestamp>,
    pub moved: u64,
    /// When it was last on pace.
    pub last_paced: Option<Timestamp>,
    /// When every chain was last asked for.
    pub looked_at: Option<Timestamp>,
    /// The chains that could not be moved, and why.
    pub refused: BTreeMap<ChainId, Verdict>,
    /// L4: when those were last asked for again that nobody has a home for, and whether there is news since.
    pub asked_again_at: Option<Timestamp>,
    pub has_news: bool,
    /// How many chains were there after the last tick that were not on their way.
    pub left: u64,
    /// How many limits kept back in the last tick.
    pub behind: u64,
}

impl Drains {
    /// Exactly the drains that are under way are remembered. One that was cancelled and ordered again is another.
    pub fn catch_up(&mut self, state: &OracleState) {
        self.nodes.retain(|node, drained| state.drain_numbers.get(node) == Some(&drained.number));
        for (&node, &number) in &state.drain_numbers {
            self.nodes.entry(node).or_insert_with(|| DrainedNode { number, ..DrainedNode::default() });
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
    /// Once in an interval everybody is looked at, whatever the pace.
    pub fn is_full_look(&self, now: Timestamp, config: &SchedulerConfig) -> bool {
        self.looked_at.is_none_or(|at| now.0.saturating_sub(at.0) >= config.decision_interval_ns)
    }

    /// L4: whether it is time to ask again for the chains that nobody has a home for.
    pub fn asks_again(&self, now: Timestamp, config: &SchedulerConfig) -> bool {
        let has_waited = |at: Timestamp| now.0.saturating_sub(at.0) >= config.retry_backoff_ns;
        self.has_news || self.asked_again_at.is_none_or(has_waited)
    }
}

fn is_flying_from(chain: &OracleChain, node: NodeId) -> bool {
    chain.memory.flight.is_some_and(|flight| flight.victim == Some(node))
}

/// By when the node should be empty, so that the last move has the time to be done.
pub fn pace_end(deadline: Timestamp, config: &SchedulerConfig) -> Timestamp {
    Timestamp(deadline.0.saturating_sub(config.move_timeout_ns))
}

/// What keeps the drain of a node from a chain without the scorer being asked. `said`: who was asked to go.
pub fn blocked(
    chain: &OracleChain,
    node: NodeId,
    said: &BTreeSet<NodeId>,
    config: &SchedulerConfig,
    classes: &Classes,
) -> Option<Verdict> {
    let holders = holders_without(chain, said, Some(node));
    let place_first = config.move_order == driftline::MoveOrder::PlaceFirst;
    let left = if place_first { holders } else { holders.saturating_sub(1) };
    let is_short = chain.desired.is_some_and(|desired| holders < u64::from(desired));
    match bounds(chain, config, classes).mode {
        _ if chain.claim_held => Some(Verdict::ClaimHeld),
        ClassMode::Pinned => Some(Verdict::Pinned),
        ClassMode::ProposeOnly => Some(Verdict::ProposeOnly),
        _ if left < u64::from(config.min_holders) || is_short => Some(Verdict::LastHolder),
        _ if is_one_too_many(said, node) => Some(Verdict::LastHolder),
        _ => None,
    }
}

/// `drain_status`: `None` if the node is not drained.
pub fn status(
    state: &OracleState,
    led: &[ChainId],
    node: NodeId,
    drains: &Drains,
    (config, classes): (&SchedulerConfig, &Classes),
    last_tick: Option<Timestamp>,
    window: Window,
) -> Option<Drained> {
    let deadline = *state.drains.get(&node)?;
    let mut drains = drains.clone();
    drains.catch_up(state);
    let remembered = &drains.nodes[&node];
    let held: Vec<_> = led.iter().filter(|id| state.chains[id].holders.contains(&node)).copied().collect();
    let mut blocked_chains = Vec::new();
    for &id in &held {
        let chain = &state.chains[&id];
        if chain.memory.is_moving() {
            continue;
        }
        // As of the last tick: what would be over by now is not known.
        let said = last_tick.map(|now| {
            let mut memory = chain.memory.clone();
            flap::forget(&mut memory, now, window);
            said(&memory, &bounds(chain, config, classes), config, window, now)
        });
        let verdict =
            blocked(chain, node, &said.unwrap_or_default(), config, classes).or(remembered.refused.get(&id).copied());
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
