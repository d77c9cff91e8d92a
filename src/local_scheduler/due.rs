//! What is re-scored in this sample: what is due (S1), as far as the limit goes (L3).

use super::led::Flags;
use super::sampler::{Due, Mark, Sampler};
use crate::action::{SampleCause, TickReport};
use crate::config::SchedulerConfig;
use crate::error::Error;
use crate::id::Timestamp;
use crate::room;

impl Sampler {
    /// Lists the chains to re-score by ascending id. All that are due are counted by cause.
    pub(super) fn collect_due(
        &mut self,
        config: &SchedulerConfig,
        now: Timestamp,
        report: &mut TickReport,
    ) -> Result<(), Error> {
        let outcome = self.collect_due_or_fail(config, now, report);
        if outcome.is_err() {
            // Nobody was sampled.
            self.due.clear();
        }
        outcome
    }

    fn collect_due_or_fail(
        &mut self,
        config: &SchedulerConfig,
        now: Timestamp,
        report: &mut TickReport,
    ) -> Result<(), Error> {
        let limit = usize::try_from(config.max_scores_per_tick).unwrap_or(usize::MAX);
        self.list_due(config, now, limit > 0)?;
        for due in &self.due {
            match due.cause {
                SampleCause::New => report.new += 1,
                SampleCause::Dirty => report.dirty += 1,
                SampleCause::Backstop => report.backstop_due += 1,
            }
        }
        let led = &mut self.led;
        self.due.retain(|due| {
            // P2: the failure of its fingerprint was reported already.
            let sits_out = led.has(due.row, Flags::SITS_OUT);
            led.row_mut(due.row).flags.clear(Flags::SITS_OUT);
            !sits_out
        });
        let taken = if limit > 0 { self.longest_due(limit) } else { self.due.len() };
        self.defer(taken, now, report)?;
        self.due.sort_unstable_by_key(|due| due.chain);
        Ok(())
    }

    /// S1: what is new, dirty or due by the backstop.
    fn list_due(&mut self, config: &SchedulerConfig, now: Timestamp, is_limited: bool) -> Result<(), Error> {
        self.sweep_stale_marks(now);
        let interval_ns = config.decision_interval_ns;
        let Sampler { led, marks, backstops, due, .. } = self;
        due.clear();
        room::reserve(due, marks.len())?;
        for &Mark { since, row } in marks.iter() {
            let cause = if led.has(row, Flags::SAMPLED) { SampleCause::Dirty } else { SampleCause::New };
            // A backstop that came due before the mark is what the chain has waited for.
            let backstop = if is_limited { backstops.due(led, row, interval_ns) } else { None };
            let since = backstop.map_or(since, |backstop| backstop.min(since));
            due.push(Due { chain: led.snapshot.chain(row), since, row, cause });
        }
        backstops.each_overdue(led, interval_ns, now, |row| {
            if !led.has(row, Flags::DIRTY) {
                let since = if is_limited { backstops.due(led, row, interval_ns).unwrap_or(now) } else { now };
                room::reserve(due, 1)?;
                due.push(Due { chain: led.snapshot.chain(row), since, row, cause: SampleCause::Backstop });
            }
            Ok(())
        })
    }

    /// L3: puts those that are due for the longest time to the front, and says how many of them the limit allows.
    fn longest_due(&mut self, limit: usize) -> usize {
        let Sampler { led, due, .. } = self;
        let age = |due: &Due| (due.since, due.chain);
        // Each counts as one score at least, also where nobody holds the chain, so it is never more than `limit` chains that have to be in order.
        let mut front = due.as_mut_slice();
        if limit < front.len() {
            front = front.select_nth_unstable_by_key(limit, age).0;
        }
        front.sort_unstable_by_key(age);
        let mut scores = 0;
        let taken = front.iter().take_while(|due| {
            scores += led.snapshot.row_holders(due.row).len().max(1);
            scores <= limit
        });
        // One that is larger than the limit would else never have its turn.
        taken.count().max(1).min(due.len())
    }

    /// Leaves all but the first `taken` for later.
    fn defer(&mut self, taken: usize, now: Timestamp, report: &mut TickReport) -> Result<(), Error> {
        let Sampler { led, due, deferred, was_deferred, pending, .. } = self;
        let left = &due[taken..];
        room::reserve(was_deferred, left.len())?;
        // Those that waited and still do are judged already.
        let stay = left.iter().filter(|due| led.has(due.row, Flags::DEFERRED)).count();
        room::reserve(pending, left.len() + deferred.len() - 2 * stay)?;
        core::mem::swap(deferred, was_deferred);
        for &row in was_deferred.iter() {
            let flags = &mut led.row_mut(row).flags;
            // One whose row went to another chain since then is not deferred.
            if flags.has(Flags::DEFERRED) {
                flags.clear(Flags::DEFERRED);
                flags.set(Flags::WAS_DEFERRED);
            }
        }
        deferred.clear();
        deferred.extend(left.iter().map(|due| due.row));
        report.deferred = left.len() as u64;
        let oldest = left.iter().map(|due| due.since).min();
        report.deferred_age_ns = oldest.map_or(0, |since| now.since_ns(since));
        due.truncate(taken);
        for index in 0..self.deferred.len() {
            let row = self.deferred[index];
            let flags = &mut self.led.row_mut(row).flags;
            flags.set(Flags::DEFERRED);
            if flags.has(Flags::WAS_DEFERRED) {
                flags.clear(Flags::WAS_DEFERRED);
            } else {
                self.make_pending_reserved(row);
            }
        }
        self.judge_undeferred();
        Ok(())
    }

    /// Those that waited and do not any more get another verdict. The room was made before.
    fn judge_undeferred(&mut self) {
        for index in 0..self.was_deferred.len() {
            let row = self.was_deferred[index];
            let flags = &mut self.led.row_mut(row).flags;
            if flags.has(Flags::WAS_DEFERRED) {
                flags.clear(Flags::WAS_DEFERRED);
                self.make_pending_reserved(row);
            }
        }
        self.was_deferred.clear();
    }

    /// Without a scorer nobody waits for one.
    pub(super) fn defer_nobody(&mut self) -> Result<(), Error> {
        self.due.clear();
        self.defer(0, Timestamp(0), &mut TickReport::default())
    }

    /// Sweeps where something has happened that calls for it.
    pub(super) fn sweep_stale_marks(&mut self, now: Timestamp) {
        if self.marks_are_stale {
            self.sweep_marks(now);
        }
    }

    /// Forgets marks of rows that were re-scored or went away, and sends those whose attempt failed to the end of the
    /// line.
    pub(super) fn sweep_marks(&mut self, now: Timestamp) {
        self.marks_are_stale = false;
        let led = &mut self.led;
        self.marks.retain_mut(|mark| {
            let flags = &mut led.row_mut(mark.row).flags;
            let is_due = flags.has(Flags::IN_USE) && flags.has(Flags::DIRTY);
            if !is_due {
                flags.clear(Flags::MARKED);
            }
            if flags.has(Flags::REQUEUED) {
                flags.clear(Flags::REQUEUED);
                mark.since = now;
            }
            is_due
        });
    }
}
