//! F0, R5: without tracking nobody sees an eviction that was asked for until it is done. Until then its victim is as good as gone.

use std::collections::BTreeSet;

use driftline::{ChainId, NodeId, SchedulerConfig, Timestamp};

use super::class::Bounds;
use super::flap::{self, Window};
use super::memory::Memory;
use super::pass::Pass;
use super::state::OracleChain;

/// How many are remembered.
const KEPT: usize = 8;

/// D3. Times may lie anywhere, so the difference must not wrap (T4).
pub fn is_on_cooldown(memory: &Memory, bounds: &Bounds, window: Window, now: Timestamp) -> bool {
    let cooldown_ns = flap::cooldown_ns(memory, bounds.cooldown_ns, window);
    memory.last_rebalance.is_some_and(|last| now.0.saturating_sub(last.0) < cooldown_ns)
}

/// Who was asked to go, for as long as the chain's cooldown lasts.
pub fn said(
    memory: &Memory,
    bounds: &Bounds,
    config: &SchedulerConfig,
    window: Window,
    now: Timestamp,
) -> BTreeSet<NodeId> {
    let is_tracking = config.move_timeout_ns > 0;
    if is_tracking || !is_on_cooldown(memory, bounds, window, now) {
        return BTreeSet::new();
    }
    memory.said.iter().copied().collect()
}

/// How many holders a chain has if whoever was asked to go has gone, for the question whether `victim` may go.
pub fn holders_without(chain: &OracleChain, said: &BTreeSet<NodeId>, victim: Option<NodeId>) -> u64 {
    // Whoever goes is counted once, however often it is said.
    let others = said.iter().filter(|&&other| Some(other) != victim && chain.holders.contains(&other)).count();
    (chain.holders.len() - others) as u64
}

/// Whether so many were asked to go that nobody could remember one more.
pub fn is_one_too_many(said: &BTreeSet<NodeId>, victim: NodeId) -> bool {
    said.len() >= KEPT && !said.contains(&victim)
}

impl Memory {
    /// An eviction is asked for, perhaps once more.
    pub fn say(&mut self, victim: NodeId, at: Timestamp) {
        self.last_rebalance = Some(at);
        if self.said.contains(&victim) {
            return;
        }
        self.said.push(victim);
        if self.said.len() > KEPT {
            self.said.remove(0);
        }
    }
}

impl Pass<'_> {
    /// Who was asked to go.
    pub(super) fn said(&self, id: ChainId) -> BTreeSet<NodeId> {
        let (config, now) = (self.inputs.config, self.inputs.now);
        said(self.memory(id), &self.bounds(id), config, self.window(), now)
    }

    /// How many holders count when `victim` is to go, or somebody who is not named yet.
    pub(super) fn holders_without(&self, id: ChainId, victim: Option<NodeId>) -> u64 {
        holders_without(self.chain(id), &self.said(id), victim)
    }
}
