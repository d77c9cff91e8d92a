//! The chains whose worst cell is under the floor, by ascending id: all that a decision has to ask about.

use alloc::vec::Vec;

use super::led::{Flags, LedChains, NO_ROW};
use crate::error::Error;
use crate::id::ChainId;
use crate::room;

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
        room::reserve(&mut self.members, additional)
    }

    /// Makes room for all that another floor adds.
    pub(super) fn reserve_for(&mut self, led: &LedChains, score_floor: f32) -> Result<(), Error> {
        let is_new = |&row: &u32| !led.has(row, Flags::UNDER_FLOOR) && is_under(led, row, score_floor);
        self.reserve(led.in_use().filter(is_new).count())
    }

    /// Puts every row where another floor says. The room was made before.
    pub(super) fn rebuild(&mut self, led: &mut LedChains, score_floor: f32) -> Result<(), Error> {
        for row in 0..led.row_count() as u32 {
            if led.has(row, Flags::IN_USE) {
                self.update(led, row, score_floor)?;
            }
        }
        self.settle(led);
        Ok(())
    }

    /// The rows have other numbers; those that are gone are no members.
    pub(super) fn renumber(&mut self, new_number: &[u32]) {
        self.members.retain_mut(|(_, row)| {
            *row = new_number[*row as usize];
            *row != NO_ROW
        });
        self.give_back();
        self.settled = 0;
    }

    /// Gives back what a burst has left of room.
    pub(super) fn give_back(&mut self) {
        room::give_back(&mut self.members);
    }

    /// Puts a row where its worst cell says.
    pub(super) fn update(&mut self, led: &mut LedChains, row: u32, score_floor: f32) -> Result<(), Error> {
        let is_under = is_under(led, row, score_floor);
        self.put(led, row, is_under)
    }

    /// The same for who knows already where the worst cell is.
    pub(super) fn put(&mut self, led: &mut LedChains, row: u32, is_under: bool) -> Result<(), Error> {
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

/// Whether the worst cell of a row is under a floor.
fn is_under(led: &LedChains, row: u32, score_floor: f32) -> bool {
    led.snapshot.row_worst(row).is_some_and(|(_, score)| score < score_floor)
}
