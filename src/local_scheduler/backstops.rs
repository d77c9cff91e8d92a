//! Which chains are due because their scores are old (S3).

use alloc::vec::Vec;

use super::cadence::Cadence;
use super::led::{Flags, LedChains, NO_ROW};
use super::wheel::{self, Wheel};
use crate::config::SchedulerConfig;
use crate::error::Error;
use crate::id::Timestamp;
use crate::room;

/// The rows whose last attempt was a sample, in the order in which they come due.
#[derive(Debug)]
pub(super) enum Backstops {
    /// An interval after the sample, so in the order of the samples.
    Queue(Cadence),
    /// At the chain's turn within the interval (L3).
    Spread(Wheel),
}

impl Default for Backstops {
    fn default() -> Self {
        Backstops::Queue(Cadence::default())
    }
}

impl Backstops {
    /// Without rows.
    pub(super) fn new(config: &SchedulerConfig) -> Result<Self, Error> {
        if config.backstop_spread { Ok(Backstops::Spread(Wheel::with_room_for(0)?)) } else { Ok(Backstops::default()) }
    }

    /// The same rows in the order that `config` wants. After an error nothing has changed.
    pub(super) fn rebuild(&mut self, led: &mut LedChains, config: &SchedulerConfig) -> Result<(), Error> {
        let row_count = led.row_count() as u32;
        if config.backstop_spread {
            let mut wheel = Wheel::with_room_for(led.count as usize)?;
            for row in 0..row_count {
                if led.has(row, Flags::IN_CADENCE) {
                    wheel.link(led, row);
                }
            }
            *self = Backstops::Spread(wheel);
        } else {
            let mut rows = Vec::new();
            room::reserve(&mut rows, led.count as usize)?;
            rows.extend((0..row_count).filter(|&row| led.has(row, Flags::IN_CADENCE)));
            rows.sort_unstable_by_key(|&row| (led.row(row).last_sampled, row));
            let mut cadence = Cadence::default();
            for row in rows {
                cadence.link(led, row);
            }
            *self = Backstops::Queue(cadence);
        }
        Ok(())
    }

    /// The rows have other numbers, and none that has a backstop is gone.
    pub(super) fn renumber(&mut self, led: &mut LedChains, new_number: &[u32]) {
        let renumbered = |row: u32| if row == NO_ROW { NO_ROW } else { new_number[row as usize] };
        for row in 0..led.row_count() as u32 {
            let entry = led.row_mut(row);
            if entry.flags.has(Flags::IN_CADENCE) {
                (entry.newer, entry.older) = (renumbered(entry.newer), renumbered(entry.older));
            }
        }
        match self {
            Backstops::Queue(cadence) => cadence.renumber(renumbered),
            Backstops::Spread(wheel) => {
                wheel.renumber(renumbered);
                wheel.give_back(led);
            }
        }
    }

    /// The interval has changed, so nobody knows who is due.
    pub(super) fn interval_changed(&mut self) {
        if let Backstops::Spread(wheel) = self {
            wheel.served_until = None;
        }
    }

    /// Makes room for one more row.
    pub(super) fn reserve(&mut self, led: &mut LedChains) -> Result<(), Error> {
        match self {
            Backstops::Queue(_) => Ok(()),
            Backstops::Spread(wheel) => wheel.reserve(led),
        }
    }

    /// The chain was sampled now. The room was made before.
    pub(super) fn sampled(&mut self, led: &mut LedChains, row: u32, now: Timestamp) {
        let is_linked = led.has(row, Flags::IN_CADENCE);
        led.row_mut(row).last_sampled = now;
        match self {
            Backstops::Queue(cadence) => {
                if is_linked {
                    cadence.unlink(led, row);
                }
                cadence.link(led, row);
            }
            Backstops::Spread(wheel) if !is_linked => wheel.link(led, row),
            Backstops::Spread(_) => {}
        }
    }

    /// The chain has no backstop: it is led no longer, or its last attempt failed and it is due anyway.
    pub(super) fn remove(&mut self, led: &mut LedChains, row: u32) {
        if led.has(row, Flags::IN_CADENCE) {
            match self {
                Backstops::Queue(cadence) => cadence.unlink(led, row),
                Backstops::Spread(wheel) => wheel.unlink(led, row),
            }
        }
    }

    /// When a row is due; `None` for one that has no backstop, or whose time lies beyond all time.
    pub(super) fn due(&self, led: &LedChains, row: u32, interval_ns: u64) -> Option<Timestamp> {
        if !led.has(row, Flags::IN_CADENCE) {
            return None;
        }
        match self {
            Backstops::Queue(_) => led.row(row).last_sampled.after_ns(interval_ns),
            Backstops::Spread(_) => wheel::due(led, row, interval_ns),
        }
    }

    /// Hands every row that is due at `now` to `take`, until that fails.
    pub(super) fn each_overdue(
        &self,
        led: &LedChains,
        interval_ns: u64,
        now: Timestamp,
        mut take: impl FnMut(u32) -> Result<(), Error>,
    ) -> Result<(), Error> {
        match self {
            Backstops::Queue(cadence) => {
                let is_due = |&row: &u32| now.since_ns(led.row(row).last_sampled) >= interval_ns;
                cadence.oldest_first(led).take_while(is_due).try_for_each(take)
            }
            Backstops::Spread(wheel) => wheel.overdue(led, interval_ns, now).try_for_each(&mut take),
        }
    }

    /// All that was due at `now` was served, or all that was due before `left`, the first that was not.
    pub(super) fn served(&mut self, now: Timestamp, left: Option<Timestamp>) {
        if let Backstops::Spread(wheel) = self {
            wheel.served_until = Some(left.map_or(now, |left| Timestamp(left.0.saturating_sub(1)).min(now)));
        }
    }

    /// When the first of the rows that count is due, whose backstops were served last at `served`.
    pub(super) fn first_due(
        &self,
        led: &LedChains,
        interval_ns: u64,
        served: Option<Timestamp>,
        counts: impl Fn(u32) -> bool,
    ) -> Option<Timestamp> {
        match self {
            Backstops::Queue(cadence) => {
                let first = cadence.oldest_first(led).find(|&row| counts(row));
                first.and_then(|row| led.row(row).last_sampled.after_ns(interval_ns))
            }
            Backstops::Spread(wheel) => wheel.first_due(led, interval_ns, served, counts),
        }
    }
}
