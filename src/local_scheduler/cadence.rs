//! When each chain was last sampled, oldest first: what is due by the backstop stands at the front (S3).

use super::led::{Flags, LedChains, NO_ROW};

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
    /// Puts a row at the end: nobody was sampled later.
    pub(super) fn link(&mut self, led: &mut LedChains, row: u32) {
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

    /// Takes out a row that is linked.
    pub(super) fn unlink(&mut self, led: &mut LedChains, row: u32) {
        let entry = led.row_mut(row);
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

    /// The rows have other numbers.
    pub(super) fn renumber(&mut self, renumbered: impl Fn(u32) -> u32) {
        (self.oldest, self.newest) = (renumbered(self.oldest), renumbered(self.newest));
    }

    /// The rows from the longest ago to the most recently sampled.
    pub(super) fn oldest_first<'a>(&self, led: &'a LedChains) -> impl Iterator<Item = u32> + 'a {
        led.linked_from(self.oldest)
    }
}
