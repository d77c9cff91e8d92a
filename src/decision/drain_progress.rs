//! How far the drain of one node has come, and what its pace allows (N1).

use alloc::vec::Vec;

use crate::action::Verdict;
use crate::error::Error;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::room;
use crate::state::Drain;

/// What a tick leaves to the next.
#[derive(Debug, Default)]
pub(crate) struct DrainProgress {
    pub(crate) node: NodeId,
    /// Which of the drains that the node has seen this is.
    pub(crate) start: u64,
    deadline: Timestamp,
    /// Chains that the drain has moved away.
    pub(crate) moved: u64,
    /// When the pace was last kept.
    pub(crate) last_paced: Option<Timestamp>,
    /// When every chain was last asked for a home.
    pub(crate) looked_at: Option<Timestamp>,
    /// The chains that could not be moved when they were last tried, by ascending id.
    pub(crate) refused: Vec<(ChainId, Verdict)>,
    /// How many moves the last tick would have made but for limits.
    pub(crate) behind: u64,
    /// How many chains are left that are not on their way.
    pub(crate) left: u64,
    /// Whether evictions were said that nobody tracks, so that chains are left again when a cooldown is over (F0).
    pub(crate) has_said: bool,
    /// Whether the drain stood still in the last tick, so that nothing was counted.
    pub(crate) is_stale: bool,
    /// When chains that were refused a home were last asked again, and whether a node has moved since (L4).
    pub(crate) asked_again_at: Option<Timestamp>,
    pub(crate) homes_moved: bool,
}

impl DrainProgress {
    /// Becomes what the last tick has left of a drain, for this pass to change; in its own memory.
    pub(crate) fn follow(&mut self, before: &[DrainProgress], drain: &Drain, now: Timestamp) -> Result<(), Error> {
        let Drain { node, deadline, start } = *drain;
        self.refused.clear();
        let refused = core::mem::take(&mut self.refused);
        *self = DrainProgress { node, start, deadline, refused, ..DrainProgress::default() };
        let known = before.binary_search_by_key(&node, |progress| progress.node);
        // A drain that was cancelled and ordered again is another.
        let Some(before) = known.ok().map(|index| &before[index]).filter(|before| before.start == start) else {
            return Ok(());
        };
        room::reserve(&mut self.refused, before.refused.len())?;
        self.refused.extend_from_slice(&before.refused);
        (self.moved, self.left, self.behind, self.is_stale) =
            (before.moved, before.left, before.behind, before.is_stale);
        (self.last_paced, self.looked_at) = (before.last_paced, before.looked_at);
        self.has_said = before.has_said;
        (self.asked_again_at, self.homes_moved) = (before.asked_again_at, before.homes_moved);
        if before.deadline != deadline {
            self.begin_anew(now);
        }
        Ok(())
    }

    /// What is left has the time that is left from now on: time that has passed otherwise asks for no moves.
    pub(crate) fn begin_anew(&mut self, now: Timestamp) {
        self.last_paced = self.last_paced.map(|_| now);
    }

    /// What a chain was refused with when it was last tried.
    pub(crate) fn refusal(&self, chain: ChainId) -> Option<Verdict> {
        let found = self.refused.binary_search_by_key(&chain, |&(chain, _)| chain);
        found.ok().map(|index| self.refused[index].1)
    }

    /// When the pace asks for the next move; `None` if nobody is left, or the drain has not begun. After its end everybody who
    /// can move has been let go, and what holds the others back ends by itself or by an event; so do limits.
    pub(crate) fn next_move(&self, pace_end: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let last = self.last_paced.filter(|_| self.left > 0 && self.behind == 0 && now < pace_end)?;
        let step_ns = u128::from(pace_end.since_ns(last)).div_ceil(u128::from(self.left) + 1);
        let next = last.after_ns(u64::try_from(step_ns).unwrap_or(u64::MAX))?;
        Some(next.max(now))
    }

    /// How many moves the pace allows now.
    pub(crate) fn allowance(&self, pace_end: Timestamp, now: Timestamp) -> u64 {
        let Some(last) = self.last_paced else { return self.left.min(if now >= pace_end { u64::MAX } else { 1 }) };
        let (elapsed, remaining) = (now.since_ns(last), pace_end.since_ns(last));
        if now >= pace_end || remaining == 0 {
            return self.left;
        }
        let due = u128::from(elapsed) * (u128::from(self.left) + 1) / u128::from(remaining);
        self.left.min(u64::try_from(due).unwrap_or(u64::MAX))
    }
}

/// When the last move should go out, so that it can be done by the deadline.
pub(crate) fn pace_end(deadline: Timestamp, move_timeout_ns: u64) -> Timestamp {
    Timestamp(deadline.0.saturating_sub(move_timeout_ns))
}
