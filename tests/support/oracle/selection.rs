//! L3: which of the due chains are scored now, and which are left for later.

use std::collections::BTreeMap;

use driftline::{ChainId, SampleCause, SchedulerConfig, Timestamp};

use super::answer::Report;
use super::backstop::backstop;
use super::polling::Polled;
use super::sampling::Led;
use super::scheduler::OracleScheduler;
use super::state::OracleState;

impl OracleScheduler {
    /// Takes chains from the front of the line while the sum of their holders is allowed, and marks the others.
    pub(super) fn select(
        &mut self,
        state: &OracleState,
        now: Timestamp,
        mut due: BTreeMap<ChainId, SampleCause>,
        polled: Option<&Polled>,
        report: &mut Report,
    ) -> BTreeMap<ChainId, SampleCause> {
        if let Some(polled) = polled {
            // P2: a chain whose fingerprint failed sits this sample out, and is not in the line.
            due.retain(|id, _| !polled.failed.contains(id));
        }
        let mut line: Vec<(Timestamp, ChainId)> = due.keys().map(|&id| (self.due_since(id, now), id)).collect();
        line.sort();
        let taken = self.front(state, &line);

        // The marks are of this sample alone.
        self.led.values_mut().for_each(|led| led.deferred = false);
        for &(since, id) in &line[taken..] {
            self.led.get_mut(&id).expect("a due chain is led").deferred = true;
            due.remove(&id);
            report.deferred += 1;
            report.deferred_age_ns = report.deferred_age_ns.max(now.0 - since.0);
        }
        due
    }

    /// How many chains at the front of the line are scored.
    fn front(&self, state: &OracleState, line: &[(Timestamp, ChainId)]) -> usize {
        if self.config.max_scores_per_tick == 0 {
            return line.len();
        }
        let mut scores = 0;
        for (place, (_, id)) in line.iter().enumerate() {
            // A chain that nobody holds takes its turn like any other.
            scores += (state.chains[id].holders.len() as u64).max(1);
            // Somebody must be first, or a chain that is too large would never be scored.
            if place > 0 && scores > self.config.max_scores_per_tick {
                return place;
            }
        }
        line.len()
    }

    /// Since when a chain has been due that is due now.
    fn due_since(&self, id: ChainId, now: Timestamp) -> Timestamp {
        let led = &self.led[&id];
        let backstop = led.backstop(id, &self.config).filter(|&due| due <= now);
        let waiting = [led.due_since, backstop];
        waiting.into_iter().flatten().min().expect("the chain is due")
    }
}

impl Led {
    /// The backstop of a chain that has one: of a new chain and one that failed there is none.
    pub(super) fn backstop(&self, id: ChainId, config: &SchedulerConfig) -> Option<Timestamp> {
        let last = self.last_sample.as_ref().filter(|_| !self.sample_failed)?;
        backstop(id, last.at, config)
    }
}
