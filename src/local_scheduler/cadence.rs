//! When each chain was last sampled, oldest first: what is due by the backstop stands at the front (S3).

use super::led::{Flags, LedChains, NO_ROW};
use crate::id::Timestamp;

/// A list through the rows. Samples are taken at times that never go back, so the newest belongs at the end and the
/// list is ordered without ever being sorted.
#[derive(Debug)]
pub(super) struct Cadence {
    oldest: u32,
    newest: u32,
}

impl Default for Cadence {
    fn default() -> Self {
        Cadence { oldest: NO_ROW, newest: NO_ROW }
    }
}

impl Cadence {
    /// The chain was sampled now.
    pub(super) fn sampled(&mut self, led: &mut LedChains, row: u32, now: Timestamp) {
        led.row_mut(row).last_sampled = now;
        self.remove(led, row);
        let newest = self.newest;
        let entry = led.row_mut(row);
        entry.older = newest;
        entry.newer = NO_ROW;
        entry.flags.set(Flags::IN_CADENCE);
        match newest {
            NO_ROW => self.oldest = row,
            _ => led.row_mut(newest).newer = row,
        }
        self.newest = row;
    }

    /// The chain has no cadence: it is led no longer, or its last attempt failed and it is due anyway.
    pub(super) fn remove(&mut self, led: &mut LedChains, row: u32) {
        let entry = led.row_mut(row);
        if !entry.flags.has(Flags::IN_CADENCE) {
            return;
        }
        entry.flags.clear(Flags::IN_CADENCE);
        let (newer, older) = (entry.newer, entry.older);
        match newer {
            NO_ROW => self.newest = older,
            _ => led.row_mut(newer).older = older,
        }
        match older {
            NO_ROW => self.oldest = newer,
            _ => led.row_mut(older).newer = newer,
        }
    }

    /// The rows from the longest ago to the most recently sampled.
    pub(super) fn oldest_first<'a>(&self, led: &'a LedChains) -> impl Iterator<Item = u32> + 'a {
        let mut next = self.oldest;
        core::iter::from_fn(move || {
            let row = next;
            if row == NO_ROW {
                return None;
            }
            next = led.row(row).newer;
            Some(row)
        })
    }
}
