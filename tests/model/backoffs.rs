//! Who a chain's moves failed with lately (F1), as the book has it.

use std::fmt;

use driftline::{MOVE_BACKOFF_FIRST_NS, MOVE_BACKOFF_MAX_NS, NodeId, Timestamp};

use super::cast::NODES;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Backoff {
    failures: u32,
    failed_at: Timestamp,
}

impl Backoff {
    fn length_ns(self) -> u64 {
        match self.failures {
            0 => 0,
            failures => MOVE_BACKOFF_FIRST_NS.saturating_mul(1 << (failures - 1).min(32)).min(MOVE_BACKOFF_MAX_NS),
        }
    }
}

/// By target, or victim where there is none or where it has come; the first is for placements that name nobody.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Backoffs([Backoff; NODES.len() + 1]);

impl fmt::Debug for Backoffs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().enumerate().filter(|(_, backoff)| backoff.failures > 0)).finish()
    }
}

impl Backoffs {
    fn of(&mut self, key: Option<NodeId>) -> &mut Backoff {
        &mut self.0[key.map_or(0, |node| node.0 as usize)]
    }

    pub fn hold(mut self, key: Option<NodeId>, now: Timestamp) -> bool {
        let backoff = *self.of(key);
        now.since_ns(backoff.failed_at) < backoff.length_ns()
    }

    pub fn fail(&mut self, key: Option<NodeId>, now: Timestamp) {
        let backoff = self.of(key);
        *backoff = Backoff { failures: backoff.failures + 1, failed_at: now };
    }

    pub fn succeed(&mut self, key: Option<NodeId>) {
        *self.of(key) = Backoff::default();
    }

    /// The next time at which one is over.
    pub fn first_end(&self, now: Timestamp) -> Option<Timestamp> {
        let ends = self.0.iter().filter_map(|backoff| backoff.failed_at.after_ns(backoff.length_ns()));
        ends.filter(|&end| end > now).min()
    }

    /// Whether moves have failed, as long as that is remembered.
    pub fn are_there(&self) -> bool {
        self.0.iter().any(|backoff| backoff.failures > 0)
    }

    /// The same for one node.
    pub fn is_remembered(mut self, key: Option<NodeId>) -> bool {
        self.of(key).failures > 0
    }

    /// No failure lies ahead of this.
    pub fn clamp(&mut self, now: Timestamp) {
        self.0.iter_mut().for_each(|backoff| backoff.failed_at = backoff.failed_at.min(now));
    }

    /// An hour after its end a failure counts no more.
    pub fn forget(&mut self, now: Timestamp) {
        for backoff in &mut self.0 {
            if now.since_ns(backoff.failed_at) >= backoff.length_ns().saturating_add(MOVE_BACKOFF_MAX_NS) {
                *backoff = Backoff::default();
            }
        }
    }
}
