//! How far the nodes that are drained have come, for whoever waits for them (N1).

use alloc::vec::Vec;

use super::LocalScheduler;
use crate::action::{DrainStatus, Verdict};
use crate::decision::{DrainProgress, NextDue, Rules, blocked_by, pace_end};
use crate::error::Error;
use crate::id::{NodeId, Timestamp};
use crate::state::{ChainView, Drain, MeshState, Said};

impl LocalScheduler {
    /// How far a node that is drained has come, as of the last tick and by what the state says now (N1). `None` if it is not
    /// drained. Costs as much as the node holds.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`].
    pub fn drain_status(&self, state: &MeshState, node: NodeId) -> Result<Option<DrainStatus>, Error> {
        let Some(drain) = state.closures.drain_of(node) else { return Ok(None) };
        let deadline = drain.deadline;
        let mut status =
            DrainStatus { node, deadline, left: 0, moved: 0, in_flight: 0, blocked: Vec::new(), at_risk: false };
        let progress = self.progress_of(state, &drain);
        let last_tick = self.committed_at(state);
        let rules = self.rules(state, last_tick.unwrap_or_default());
        let slot = state.nodes.find_live(node.0);
        for &chain in slot.map_or(&[][..], |slot| &state.nodes.value(slot).chains) {
            let view = state.view(chain);
            if !view.is_led_by(self.this_node) {
                continue;
            }
            status.left += 1;
            let memory = view.memory();
            let said = last_tick.map_or_else(Said::default, |_| rules.said(&view));
            if memory.is_some_and(|memory| memory.flight.is_some() || memory.owed.is_some()) {
                let victim = memory.and_then(|memory| memory.flight).and_then(|flight| flight.victim);
                status.in_flight += u64::from(victim == Some(node));
            } else if let Some(verdict) = blocked_now(&rules, &view, &drain, &said, progress) {
                status.blocked.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
                status.blocked.push((view.id(), verdict));
            }
        }
        status.blocked.sort_unstable_by_key(|&(chain, _)| chain);
        status.moved = progress.map_or(0, |progress| progress.moved);
        let is_late = last_tick.is_some_and(|last| last >= deadline);
        let is_behind = progress.is_some_and(|progress| progress.behind > 0);
        let is_stuck = status.blocked.iter().any(|&(_, verdict)| !is_limit(verdict));
        status.at_risk = status.left > 0 && (is_late || is_behind || is_stuck);
        Ok(Some(status))
    }

    fn progress_of(&self, state: &MeshState, drain: &Drain) -> Option<&DrainProgress> {
        let found = self.drains.binary_search_by_key(&drain.node, |progress| progress.node);
        let progress = found.ok().filter(|_| self.sampler.knows(state)).map(|index| &self.drains[index]);
        progress.filter(|progress| progress.start == drain.start)
    }

    /// When the next move of a drain is due, as things stand.
    pub(super) fn consider_drains(&self, state: &MeshState, now: Timestamp, next_due: &mut NextDue) {
        if state.closures.is_frozen(now) {
            return;
        }
        for progress in &self.drains {
            let drain = state.closures.drain_of(progress.node).filter(|drain| drain.start == progress.start);
            let end = drain.map(|drain| pace_end(drain.deadline, self.config.move_timeout_ns));
            next_due.consider(end.and_then(|end| progress.next_move(end, now)));
        }
    }
}

/// What keeps a chain on the node, as things stand or as it was when the drain last tried.
fn blocked_now(
    rules: &Rules<'_>,
    chain: &ChainView<'_>,
    drain: &Drain,
    said: &Said,
    progress: Option<&DrainProgress>,
) -> Option<Verdict> {
    let blocked = blocked_by(rules, chain, drain.node, said);
    blocked.or_else(|| progress.and_then(|progress| progress.refusal(chain.id())))
}

fn is_limit(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::TickLimit | Verdict::ClusterLimit | Verdict::SourceLimit | Verdict::TargetLimit)
}
