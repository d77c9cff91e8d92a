//! When the scheduler wants to be called next (T2).

use super::led::Flags;
use super::sampler::Sampler;
use crate::config::SchedulerConfig;
use crate::decision::{NextDue, Rules};
use crate::id::{NodeId, Timestamp};
use crate::scorer::SchedulerRegistry;
use crate::state::{ChainView, MeshState};

impl Sampler {
    /// When the first led chain is due for its backstop or for another attempt (T2). One that was deferred is due at
    /// once.
    pub(super) fn next_sample_due(
        &self,
        state: &MeshState,
        config: &SchedulerConfig,
        this_node: NodeId,
        next_due: &mut NextDue,
    ) {
        let caught_up = self.has_caught_up(state);
        let still_led = |row: u32| caught_up || self.view_of(state, row, this_node).is_some();
        if self.deferred.iter().any(|&row| self.led.has(row, Flags::DEFERRED) && still_led(row)) {
            next_due.consider(Some(self.sampled_at));
            if self.is_complete {
                // Everything else that was due then was served.
                return;
            }
        }
        let interval_ns = config.decision_interval_ns;
        let counts = |row: u32| !self.led.has(row, Flags::DEFERRED) && still_led(row);
        let served = self.is_complete.then_some(self.sampled_at);
        next_due.consider(self.backstops.first_due(&self.led, interval_ns, served, counts));
        if self.failed_count > 0 {
            let failed = self.marks.iter().filter(|mark| self.led.has(mark.row, Flags::FAILED) && counts(mark.row));
            next_due.consider(failed.map(|mark| mark.since).min().and_then(|since| since.after_ns(interval_ns)));
        }
    }

    /// The earliest of everything that waits, as things stand (T2).
    pub(super) fn next_due(&self, rules: &Rules<'_>, registry: &SchedulerRegistry, next_due: &mut NextDue) {
        let Rules { state, config, this_node, now, .. } = *rules;
        next_due.consider(self.agenda.first_ahead(rules, |_| true));
        for view in self.attended(state, this_node) {
            view.memory().into_iter().for_each(|memory| next_due.consider_moves(memory, config, now));
        }
        if registry.scorer().is_some() {
            self.next_sample_due(state, config, this_node, next_due);
            self.next_retry(config, now, next_due);
        }
    }

    /// The chains that need attention, as far as they are still led.
    pub(super) fn attended<'a>(
        &'a self,
        state: &'a MeshState,
        this_node: NodeId,
    ) -> impl Iterator<Item = ChainView<'a>> + 'a {
        self.attention.members().iter().filter_map(move |&(_, row)| self.view_of(state, row, this_node))
    }

    /// When the first wait of a chain that stands under the floor is over (L4).
    pub(super) fn next_retry(&self, config: &SchedulerConfig, now: Timestamp, next_due: &mut NextDue) {
        if self.waits.is_empty() {
            return;
        }
        for &(_, row) in self.under_floor.members() {
            let wait = self.waits.get(row).filter(|wait| wait.holds(config.retry_backoff_ns, now));
            if let Some(wait) = wait.filter(|_| !self.led.has(row, Flags::DEFERRED)) {
                next_due.consider(wait.end(config.retry_backoff_ns));
            }
        }
    }
}
