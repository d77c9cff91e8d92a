//! Rows that a decision has to ask about, by ascending chain: those whose worst cell is under their floor, and those that need
//! attention whatever their scores.

use alloc::vec::Vec;

use super::led::{Flags, LedChains, NO_ROW};
use crate::error::Error;
use crate::id::ChainId;
use crate::room;

/// An ordered set that is changed in batches. Between [`settle`](Self::settle) and the next change it is exact.
#[derive(Debug)]
pub(super) struct Members {
    /// What marks a row that is a member.
    flag: Flags,
    members: Vec<(ChainId, u32)>,
    /// How many members at the front are in order; the rest was added since.
    settled: usize,
    has_leavers: bool,
}

impl Members {
    /// Nobody; `flag` is the set's own.
    pub(super) fn new(flag: Flags) -> Self {
        Members { flag, members: Vec::new(), settled: 0, has_leavers: false }
    }

    /// By ascending chain id.
    pub(super) fn members(&self) -> &[(ChainId, u32)] {
        &self.members
    }

    /// Makes room for so many more members.
    pub(super) fn reserve(&mut self, additional: usize) -> Result<(), Error> {
        room::reserve(&mut self.members, additional)
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

    /// Makes a row a member, or none.
    pub(super) fn put(&mut self, led: &mut LedChains, row: u32, is_member: bool) -> Result<(), Error> {
        if is_member == led.has(row, self.flag) {
            return Ok(());
        }
        if is_member {
            self.reserve(1)?;
            self.members.push((led.snapshot.chain(row), row));
            led.row_mut(row).flags.set(self.flag);
        } else {
            self.leave(led, row);
        }
        Ok(())
    }

    /// The row is no member any more.
    pub(super) fn leave(&mut self, led: &mut LedChains, row: u32) {
        if led.has(row, self.flag) {
            led.row_mut(row).flags.clear(self.flag);
            self.has_leavers = true;
        }
    }

    /// Makes the set exact again. Allocates nothing.
    pub(super) fn settle(&mut self, led: &LedChains) {
        if self.has_leavers {
            let flag = self.flag;
            self.members.retain(|&(chain, row)| led.has(row, flag) && led.snapshot.chain(row) == chain);
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
