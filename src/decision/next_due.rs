//! When something that waits is to be looked at again (T2).

use crate::config::SchedulerConfig;
use crate::id::Timestamp;
use crate::state::Memory;

/// The earliest of the times that something waits for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NextDue(Option<Timestamp>);

impl NextDue {
    /// A time that lies beyond the last representable one never comes (T4).
    pub(crate) fn consider(&mut self, at: Option<Timestamp>) {
        self.0 = match (self.0, at) {
            (Some(earliest), Some(at)) => Some(earliest.min(at)),
            (earliest, at) => earliest.or(at),
        };
    }

    /// The same for what counts only as long as it lies ahead.
    pub(crate) fn consider_after(&mut self, now: Timestamp, at: Option<Timestamp>) {
        self.consider(at.filter(|&at| at > now));
    }

    /// What waits because the chain was moved, or is (F1, O1).
    pub(crate) fn consider_moves(&mut self, memory: &Memory, config: &SchedulerConfig, now: Timestamp) {
        if let Some(flight) = memory.flight {
            self.consider(flight.times_out_at(config.move_timeout_ns));
        }
        for backoff in memory.backoffs.as_slice() {
            self.consider_after(now, backoff.until());
        }
        self.consider_after(now, memory.held_until(config.flap_window_ns, now));
    }

    pub(crate) fn earliest(self) -> Option<Timestamp> {
        self.0
    }
}
