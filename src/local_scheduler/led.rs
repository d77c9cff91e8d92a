//! The chains led here, in dense rows beside their cells in the snapshot.

use alloc::vec::Vec;

use crate::action::{VERDICT_COUNT, Verdict};
use crate::error::Error;
use crate::history::ScoreHistory;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::room;
use crate::snapshot::ScoreSnapshot;

/// No row: the end of a list, or a chain that is not led here.
pub(super) const NO_ROW: u32 = u32::MAX;

/// Facts about a row that are true or not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags(u16);

impl Flags {
    /// The row has a chain.
    pub(super) const IN_USE: Flags = Flags(1);
    /// The chain was sampled since it became led.
    pub(super) const SAMPLED: Flags = Flags(1 << 1);
    /// It is due until it is re-scored (S2).
    pub(super) const DIRTY: Flags = Flags(1 << 2);
    /// The row stands in the list of rows to look at for being new or dirty.
    pub(super) const MARKED: Flags = Flags(1 << 3);
    /// The row stands in the list of rows to judge in the next tick.
    pub(super) const PENDING: Flags = Flags(1 << 4);
    /// Its last attempt to sample failed and was skipped (P2).
    pub(super) const FAILED: Flags = Flags(1 << 5);
    /// The chain's fingerprint failed in this very sample, which it therefore sits out (P2).
    pub(super) const SITS_OUT: Flags = Flags(1 << 6);
    /// It was last sampled in `Push` mode, so that its fingerprints at that sample are unknown.
    pub(super) const PUSHED: Flags = Flags(1 << 7);
    /// Its worst cell is under the floor.
    pub(super) const UNDER_FLOOR: Flags = Flags(1 << 8);
    /// A tick has judged it.
    pub(super) const JUDGED: Flags = Flags(1 << 9);
    /// It is linked among the backstops.
    pub(super) const IN_CADENCE: Flags = Flags(1 << 10);
    /// Its attempt in this very sample failed, so that it goes to the end of the line (L3).
    pub(super) const REQUEUED: Flags = Flags(1 << 11);
    /// It was due at the last sample and had to wait (L3).
    pub(super) const DEFERRED: Flags = Flags(1 << 12);
    /// It had to wait at the sample before, while the present one finds out who waits.
    pub(super) const WAS_DEFERRED: Flags = Flags(1 << 13);
    /// Something other than its scores may keep the chain where it is: a claim, its moves, its class (D3, D4, O1, Y1).
    pub(super) const HELD_BACK: Flags = Flags(1 << 14);
    /// It has to be looked at in each tick, whatever its scores.
    pub(super) const NEEDS_ATTENTION: Flags = Flags(1 << 15);

    pub(super) fn has(self, flag: Flags) -> bool {
        self.0 & flag.0 != 0
    }

    pub(super) fn set(&mut self, flag: Flags) {
        self.0 |= flag.0;
    }

    pub(super) fn put(&mut self, flag: Flags, is_so: bool) {
        if is_so { self.set(flag) } else { self.clear(flag) }
    }

    pub(super) fn clear(&mut self, flag: Flags) {
        self.0 &= !flag.0;
    }
}

/// What the scheduler keeps of one led chain, beside its cells.
#[derive(Debug)]
pub(super) struct Led {
    /// The chain's slot in the state; the next free row while the row is not in use.
    pub(super) slot: u32,
    pub(super) flags: Flags,
    /// The standing verdict: that of the last tick that judged the chain.
    pub(super) verdict: Verdict,
    pub(super) last_sampled: Timestamp,
    /// Neighbours among the backstops.
    pub(super) newer: u32,
    pub(super) older: u32,
    /// Since when the verdict stands.
    pub(super) since: Timestamp,
    pub(super) history: ScoreHistory,
}

/// All led chains, their cells and how many stand in which verdict.
#[derive(Debug)]
pub(super) struct LedChains {
    rows: Vec<Led>,
    first_free: u32,
    pub(super) count: u64,
    pub(super) snapshot: ScoreSnapshot,
    /// Led chains of which somebody has a score (V2).
    pub(super) scored: u64,
    /// Led chains by standing verdict; they add up to `count`.
    pub(super) verdicts: [u64; VERDICT_COUNT],
}

impl Default for LedChains {
    fn default() -> Self {
        LedChains {
            rows: Vec::new(),
            first_free: NO_ROW,
            count: 0,
            snapshot: ScoreSnapshot::default(),
            scored: 0,
            verdicts: [0; VERDICT_COUNT],
        }
    }
}

impl LedChains {
    pub(super) fn row(&self, row: u32) -> &Led {
        &self.rows[row as usize]
    }

    pub(super) fn row_mut(&mut self, row: u32) -> &mut Led {
        &mut self.rows[row as usize]
    }

    pub(super) fn has(&self, row: u32, flag: Flags) -> bool {
        self.rows[row as usize].flags.has(flag)
    }

    /// Number of rows, in use or not.
    pub(super) fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// How many rows wait for a chain.
    pub(super) fn free_count(&self) -> usize {
        self.rows.len() - self.count as usize
    }

    /// The rows in use, in no order that means anything.
    pub(super) fn in_use(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.rows.len() as u32).filter(|&row| self.has(row, Flags::IN_USE))
    }

    /// The rows of a list that is linked through [`Led::newer`], from this one on.
    pub(super) fn linked_from(&self, first: u32) -> impl Iterator<Item = u32> + '_ {
        let mut next = first;
        core::iter::from_fn(move || {
            let row = next;
            if row == NO_ROW {
                return None;
            }
            next = self.row(row).newer;
            Some(row)
        })
    }

    /// Makes these the holders of a row and says whether they were others before.
    pub(super) fn set_holders(
        &mut self,
        row: u32,
        holders: impl ExactSizeIterator<Item = NodeId> + Clone,
    ) -> Result<bool, Error> {
        let had_score = self.snapshot.has_score(row);
        let changed = self.snapshot.set_holders(row, holders)?;
        if changed {
            self.count_score(row, had_score);
        }
        Ok(changed)
    }

    /// Replaces the cells of a row as a whole (S4).
    pub(super) fn replace_cells(&mut self, row: u32, scores: &[Option<f32>]) {
        let had_score = self.snapshot.has_score(row);
        self.snapshot.replace_cells(row, scores);
        self.count_score(row, had_score);
    }

    fn count_score(&mut self, row: u32, had_score: bool) {
        match (had_score, self.snapshot.has_score(row)) {
            (false, true) => self.scored += 1,
            (true, false) => self.scored -= 1,
            _ => {}
        }
    }

    /// The row of a chain, if it was led at the last sample.
    pub(super) fn find(&self, chain: ChainId) -> Option<u32> {
        self.snapshot.row_of(chain)
    }

    /// Makes room for so many more rows.
    pub(super) fn reserve(&mut self, additional: usize) -> Result<(), Error> {
        room::reserve(&mut self.rows, additional)?;
        self.snapshot.reserve(additional)
    }

    /// A row for a chain that is led from now on: new, and judged by nobody.
    pub(super) fn insert(&mut self, chain: ChainId, slot: u32) -> Result<u32, Error> {
        let row = self.first_free;
        let row = if row == NO_ROW { self.rows.len() as u32 } else { row };
        room::reserve(&mut self.rows, 1)?;
        self.snapshot.insert(row, chain)?;
        if row == self.first_free {
            self.first_free = self.rows[row as usize].slot;
        } else {
            self.rows.push(Led {
                slot: NO_ROW,
                flags: Flags::default(),
                verdict: Verdict::NotSampled,
                last_sampled: Timestamp(0),
                newer: NO_ROW,
                older: NO_ROW,
                since: Timestamp(0),
                history: ScoreHistory::default(),
            });
        }
        let led = &mut self.rows[row as usize];
        led.slot = slot;
        led.flags.set(Flags::IN_USE);
        led.verdict = Verdict::NotSampled;
        self.count += 1;
        self.verdicts[usize::from(Verdict::NotSampled.number())] += 1;
        Ok(row)
    }

    /// The chain is led no longer: cells, history and cadence are gone (S7). It must be out of the backstops already.
    pub(super) fn remove(&mut self, row: u32) {
        self.scored -= u64::from(self.snapshot.has_score(row));
        self.snapshot.remove(row);
        let led = &mut self.rows[row as usize];
        self.verdicts[usize::from(led.verdict.number())] -= 1;
        self.count -= 1;
        // The row may still stand in these two lists, and must not be listed twice when it is used again.
        let (marked, pending) = (led.flags.has(Flags::MARKED), led.flags.has(Flags::PENDING));
        led.flags = Flags::default();
        if marked {
            led.flags.set(Flags::MARKED);
        }
        if pending {
            led.flags.set(Flags::PENDING);
        }
        led.history = ScoreHistory::default();
        led.slot = self.first_free;
        self.first_free = row;
    }

    /// Whether most rows have no chain, as after a peak.
    pub(super) fn is_sparse(&self) -> bool {
        room::is_sparse(self.rows.len(), self.count as usize)
    }

    /// Gives the memory of rows without a chain back and renumbers the others in their order. Answers the new number of
    /// each, [`NO_ROW`] for one that is gone. `None`: there was no memory to do it with, and nothing has changed.
    pub(super) fn close_gaps(&mut self) -> Option<Vec<u32>> {
        let count = self.count as usize;
        let (mut new_number, mut rows) = (Vec::new(), Vec::new());
        room::reserve(&mut new_number, self.rows.len()).ok()?;
        room::reserve(&mut rows, count).ok()?;
        let mut next = 0;
        for row in &self.rows {
            let stays = row.flags.has(Flags::IN_USE);
            new_number.push(if stays { next } else { NO_ROW });
            next += u32::from(stays);
        }
        self.snapshot.close_gaps(&new_number, NO_ROW, count).ok()?;
        rows.extend(self.rows.drain(..).filter(|row| row.flags.has(Flags::IN_USE)));
        self.rows = rows;
        self.first_free = NO_ROW;
        Some(new_number)
    }

    /// Gives a chain another standing verdict.
    pub(super) fn set_verdict(&mut self, row: u32, verdict: Verdict, now: Timestamp) {
        let led = &mut self.rows[row as usize];
        if led.verdict == verdict && led.flags.has(Flags::JUDGED) {
            return;
        }
        self.verdicts[usize::from(led.verdict.number())] -= 1;
        self.verdicts[usize::from(verdict.number())] += 1;
        led.verdict = verdict;
        led.since = now;
        led.flags.set(Flags::JUDGED);
    }
}
