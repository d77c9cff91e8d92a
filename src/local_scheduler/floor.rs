//! The chains whose worst cell is under the floor, by ascending id: all that a decision has to ask about.

use alloc::vec::Vec;

use super::led::{Flags, LedChains};
use crate::error::Error;
use crate::id::ChainId;

/// An ordered set that is changed in batches. Between [`settle`](Self::settle) and the next change it is exact.
#[derive(Debug, Default)]
pub(super) struct UnderFloor {
    members: Vec<(ChainId, u32)>,
    /// How many members at the front are in order; the rest was added since.
    settled: usize,
    has_leavers: bool,
}

impl UnderFloor {
    /// By ascending chain id.
    pub(super) fn members(&self) -> &[(ChainId, u32)] {
        &self.members
    }

    /// Makes room for so many more members.
    pub(super) fn reserve(&mut self, additional: usize) -> Result<(), Error> {
        self.members.try_reserve(additional).map_err(|_| Error::OutOfMemory)
    }

    /// Puts a row where its worst cell says.
    pub(super) fn update(&mut self, led: &mut LedChains, row: u32, score_floor: f32) -> Result<(), Error> {
        let is_under = led.snapshot.row_worst(row).is_some_and(|(_, score)| score < score_floor);
        if is_under == led.has(row, Flags::UNDER_FLOOR) {
            return Ok(());
        }
        if is_under {
            self.reserve(1)?;
            self.members.push((led.snapshot.chain(row), row));
            led.row_mut(row).flags.set(Flags::UNDER_FLOOR);
        } else {
            self.leave(led, row);
        }
        Ok(())
    }

    /// The row is no member any more.
    pub(super) fn leave(&mut self, led: &mut LedChains, row: u32) {
        if led.has(row, Flags::UNDER_FLOOR) {
            led.row_mut(row).flags.clear(Flags::UNDER_FLOOR);
            self.has_leavers = true;
        }
    }

    /// Makes the set exact again. Allocates nothing.
    pub(super) fn settle(&mut self, led: &LedChains) {
        if self.has_leavers {
            self.members.retain(|&(chain, row)| led.has(row, Flags::UNDER_FLOOR) && led.snapshot.chain(row) == chain);
        }
        if self.has_leavers || self.settled < self.members.len() {
            self.members.sort_unstable();
            // A row that left and came back stands here twice.
            self.members.dedup();
        }
        self.settled = self.members.len();
        self.has_leavers = false;
    }
}
