//! The chains in the order of their turns within the interval (L3).

use alloc::vec::Vec;

use super::led::{Flags, LedChains, NO_ROW};
use super::spread::{due_after, first_place, phase_ns, place_of};
use crate::error::Error;
use crate::id::Timestamp;
use crate::room;

/// A turn never moves, whenever the chain is sampled, so each chain has a fixed place on a wheel that turns once an
/// interval. Places are kept in buckets, linked through the rows; whoever looks into a bucket asks each row when it is due.
#[derive(Debug)]
pub(super) struct Wheel {
    /// First row of each bucket; a power of two of them.
    buckets: Vec<u32>,
    row_count: usize,
    /// No chain on the wheel is due at this time or before; `None` if that is not known.
    pub(super) served_until: Option<Timestamp>,
}

/// A bucket holds about this many rows at most.
const ROWS_PER_BUCKET: usize = 4;

impl Wheel {
    /// An empty wheel with room for so many rows.
    pub(super) fn with_room_for(row_count: usize) -> Result<Self, Error> {
        let mut wheel = Wheel { buckets: Vec::new(), row_count: 0, served_until: None };
        wheel.buckets.try_reserve_exact(bucket_count(row_count)).map_err(|_| Error::OutOfMemory)?;
        wheel.buckets.resize(bucket_count(row_count), NO_ROW);
        Ok(wheel)
    }

    /// Makes room for one more row.
    pub(super) fn reserve(&mut self, led: &mut LedChains) -> Result<(), Error> {
        if self.row_count < self.buckets.len() * ROWS_PER_BUCKET {
            return Ok(());
        }
        self.rebuild(led, self.row_count + 1)
    }

    /// The same rows on a wheel with room for so many. After an error nothing has changed.
    fn rebuild(&mut self, led: &mut LedChains, row_count: usize) -> Result<(), Error> {
        let mut rebuilt = Wheel::with_room_for(row_count)?;
        rebuilt.served_until = self.served_until;
        for bucket in 0..self.buckets.len() {
            let mut next = self.buckets[bucket];
            while next != NO_ROW {
                let row = next;
                next = led.row(row).newer;
                rebuilt.link(led, row);
            }
        }
        *self = rebuilt;
        Ok(())
    }

    /// Gives back the buckets that a peak has left. Where there is no memory to do it with, they stay.
    pub(super) fn give_back(&mut self, led: &mut LedChains) {
        if room::is_sparse(self.buckets.len(), bucket_count(self.row_count)) {
            let _stays_as_it_is = self.rebuild(led, self.row_count);
        }
    }

    /// The rows have other numbers.
    pub(super) fn renumber(&mut self, renumbered: impl Fn(u32) -> u32) {
        for first in &mut self.buckets {
            *first = renumbered(*first);
        }
    }

    /// Puts a row on its place. The room was made before.
    pub(super) fn link(&mut self, led: &mut LedChains, row: u32) {
        let bucket = self.bucket_of(led, row);
        let first = core::mem::replace(&mut self.buckets[bucket], row);
        let entry = led.row_mut(row);
        (entry.newer, entry.older) = (first, NO_ROW);
        entry.flags.set(Flags::IN_CADENCE);
        if first != NO_ROW {
            led.row_mut(first).older = row;
        }
        self.row_count += 1;
    }

    /// Takes a row off.
    pub(super) fn unlink(&mut self, led: &mut LedChains, row: u32) {
        let entry = led.row_mut(row);
        entry.flags.clear(Flags::IN_CADENCE);
        let (newer, older) = (entry.newer, entry.older);
        match older {
            NO_ROW => {
                let bucket = self.bucket_of(led, row);
                self.buckets[bucket] = newer;
            }
            _ => led.row_mut(older).newer = newer,
        }
        if newer != NO_ROW {
            led.row_mut(newer).older = older;
        }
        self.row_count -= 1;
    }

    /// The rows that are due at `now`, in no order that means anything. Looks only where the wheel has turned since it
    /// was last served.
    pub(super) fn overdue<'a>(
        &'a self,
        led: &'a LedChains,
        interval_ns: u64,
        now: Timestamp,
    ) -> impl Iterator<Item = u32> + 'a {
        let is_due = move |row: &u32| due(led, *row, interval_ns).is_some_and(|due| due <= now);
        self.buckets_passed(interval_ns, now).flat_map(move |bucket| self.rows_of(led, bucket)).filter(is_due)
    }

    /// The buckets that have places between the last service and `now`, each once.
    fn buckets_passed(&self, interval_ns: u64, now: Timestamp) -> impl Iterator<Item = usize> + use<> {
        let total = self.buckets.len();
        let bucket_at = |place: u128| (place >> self.place_bits()) as usize;
        let (first, count) = match self.served_until {
            Some(until) if until >= now => (0, 0),
            Some(until) if now.0 - until.0 < interval_ns => {
                // The phases from the one after the last service to that of now, both included.
                let after = (until.0 % interval_ns + 1) % interval_ns;
                let to = now.0 % interval_ns;
                let first = bucket_at(first_place(after, interval_ns));
                let last = bucket_at(first_place(to + 1, interval_ns) - 1);
                let count = if after <= to { last + 1 - first } else { total - first + last + 1 };
                (first, count.min(total))
            }
            _ => (0, total),
        };
        (first..first + count).map(move |bucket| bucket % total)
    }

    /// When the first of the rows that count is due.
    pub(super) fn first_due(
        &self,
        led: &LedChains,
        interval_ns: u64,
        served: Option<Timestamp>,
        counts: impl Fn(u32) -> bool,
    ) -> Option<Timestamp> {
        let served = served.filter(|_| self.served_until == served);
        let first_of = |bucket: usize, from: u64| {
            let phase_of = |row| phase_ns(place_of(led.snapshot.chain(row)), interval_ns);
            let rows = self.rows_of(led, bucket).filter(|&row| phase_of(row) >= from && counts(row));
            rows.filter_map(|row| due(led, row, interval_ns)).min()
        };
        let total = self.buckets.len();
        let Some(served) = served else {
            return (0..total).filter_map(|bucket| first_of(bucket, 0)).min();
        };
        // Nobody was due when the wheel was served, so the first whose turn comes after that is the first of all. The
        // bucket in which the turn begins is looked at twice: what lies behind the hand comes last.
        let hand = served.0 % interval_ns;
        let from = (hand + 1) % interval_ns;
        let start = (first_place(from, interval_ns) >> self.place_bits()) as usize;
        let others = (start + 1..start + total).map(|bucket| (bucket % total, 0));
        let mut turns = core::iter::once((start, from)).chain(others).chain([(start, 0)]);
        turns.find_map(|(bucket, from)| first_of(bucket, from))
    }

    fn rows_of<'a>(&self, led: &'a LedChains, bucket: usize) -> impl Iterator<Item = u32> + use<'a> {
        led.linked_from(self.buckets[bucket])
    }

    fn bucket_of(&self, led: &LedChains, row: u32) -> usize {
        (u128::from(place_of(led.snapshot.chain(row))) >> self.place_bits()) as usize
    }

    /// How many low bits of a place tell nothing of its bucket.
    fn place_bits(&self) -> u32 {
        64 - self.buckets.len().ilog2()
    }
}

fn bucket_count(row_count: usize) -> usize {
    (row_count / ROWS_PER_BUCKET + 1).next_power_of_two()
}

/// When a row that was sampled has its turn.
pub(super) fn due(led: &LedChains, row: u32, interval_ns: u64) -> Option<Timestamp> {
    due_after(led.row(row).last_sampled, place_of(led.snapshot.chain(row)), interval_ns)
}
