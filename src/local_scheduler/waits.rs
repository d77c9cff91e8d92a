//! Chains that were refused and are not asked about again until something is new (L4).

use hashbrown::HashMap;

use crate::action::Verdict;
use crate::config::RETRY_BACKOFF_FIRST_NS;
use crate::error::Error;
use crate::id::Timestamp;

/// A chain's last refusal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait {
    asked_at: Timestamp,
    /// Refusals in a row, with nothing new in between.
    refusals: u32,
    /// What it was refused with.
    pub(super) refusal: Verdict,
}

impl Wait {
    /// The wait of a chain that is refused now.
    pub(super) fn after(previous: Option<&Wait>, refusal: Verdict, now: Timestamp) -> Wait {
        let refusals = previous.map_or(0, |wait| wait.refusals).saturating_add(1);
        Wait { asked_at: now, refusals, refusal }
    }

    /// Whether the chain is still to be left alone.
    pub(super) fn holds(&self, retry_backoff_ns: u64, now: Timestamp) -> bool {
        now.since_ns(self.asked_at) < self.length_ns(retry_backoff_ns)
    }

    /// When the wait is over; `None` if that lies beyond all time.
    pub(super) fn end(&self, retry_backoff_ns: u64) -> Option<Timestamp> {
        self.asked_at.after_ns(self.length_ns(retry_backoff_ns))
    }

    fn length_ns(&self, retry_backoff_ns: u64) -> u64 {
        let doublings = self.refusals.saturating_sub(1);
        let factor = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
        RETRY_BACKOFF_FIRST_NS.saturating_mul(factor).min(retry_backoff_ns)
    }
}

/// The waits by row. Only ever looked up, so that its order reaches no output.
#[derive(Debug, Default)]
pub(super) struct Waits {
    by_row: HashMap<u32, Wait, foldhash::fast::FixedState>,
    were_cleared: bool,
}

impl Waits {
    pub(super) fn is_empty(&self) -> bool {
        self.by_row.is_empty()
    }

    pub(super) fn get(&self, row: u32) -> Option<&Wait> {
        // Most schedulers have none, and then this is asked for nothing.
        if self.by_row.is_empty() { None } else { self.by_row.get(&row) }
    }

    /// Makes room for so many more.
    pub(super) fn reserve(&mut self, additional: usize) -> Result<(), Error> {
        self.by_row.try_reserve(additional).map_err(|_| Error::OutOfMemory)
    }

    /// The room was made before.
    pub(super) fn set(&mut self, row: u32, wait: Wait) {
        self.by_row.insert(row, wait);
    }

    /// There is something new about the chain, or it is led no longer.
    pub(super) fn remove(&mut self, row: u32) {
        if !self.by_row.is_empty() {
            self.by_row.remove(&row);
        }
    }

    /// Whether a node has moved since the last tick.
    pub(super) fn were_cleared(&self) -> bool {
        self.were_cleared
    }

    /// A tick has seen that.
    pub(super) fn settle(&mut self) {
        self.were_cleared = false;
    }

    /// Room for as many waits; `None` if there is no memory.
    pub(super) fn room_for_same(&self) -> Option<Waits> {
        let mut room = Waits { were_cleared: self.were_cleared, ..Waits::default() };
        room.by_row.try_reserve(self.by_row.len()).ok()?;
        Some(room)
    }

    /// The rows have other numbers; a row that is gone has no wait. `room` is for as many.
    pub(super) fn renumber(&mut self, new_number: &[u32], room: Waits) {
        let old = core::mem::replace(self, room);
        self.by_row.extend(old.by_row.into_iter().map(|(row, wait)| (new_number[row as usize], wait)));
    }

    /// A node moved, which may be the home that somebody waits for.
    pub(super) fn clear(&mut self) {
        self.were_cleared = true;
        if !self.by_row.is_empty() {
            self.by_row.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_for_ever_waits_for_the_most() {
        let mut wait = Wait::after(None, Verdict::NoAlternative, Timestamp(0));
        for _ in 0..200 {
            wait = Wait::after(Some(&wait), Verdict::NoAlternative, Timestamp(0));
            assert!(wait.length_ns(u64::MAX) >= 2 * RETRY_BACKOFF_FIRST_NS, "{wait:?}");
        }
        assert_eq!(wait.length_ns(u64::MAX), u64::MAX);
        wait.refusals = u32::MAX;
        assert_eq!(Wait::after(Some(&wait), Verdict::NoAlternative, Timestamp(0)).length_ns(u64::MAX), u64::MAX);
    }
}
