//! What is said of all chains at once: that nothing is emitted (R6), or that too few have a score yet (V2).

use super::LocalScheduler;
use super::led::LedChains;
use super::transitions::Transitions;
use crate::action::{VERDICT_COUNT, Verdict};
use crate::id::Timestamp;
use crate::state::MeshState;

/// A verdict that stands before that of each chain, which is kept behind it.
#[derive(Debug, Default)]
pub(super) struct Standing {
    present: Option<(Verdict, Timestamp)>,
    /// When the last one ended: no chain has had its own verdict for longer.
    ended: Option<Timestamp>,
}

impl Standing {
    /// What is said of all chains, and since when.
    pub(super) fn present(&self) -> Option<(Verdict, Timestamp)> {
        self.present
    }

    /// Since when a chain has its own verdict.
    pub(super) fn since(&self, judged_since: Timestamp) -> Timestamp {
        self.ended.map_or(judged_since, |ended| ended.max(judged_since))
    }

    /// A tick has found that this is so. Notes what has begun and what has ended.
    pub(super) fn follow(&mut self, verdict: Option<Verdict>, now: Timestamp, transitions: &mut Transitions) {
        let before = self.present.map(|(verdict, _)| verdict);
        if before == verdict {
            return;
        }
        if before.is_some() {
            transitions.note_all(now, before, None);
            self.ended = Some(now);
        }
        if verdict.is_some() {
            transitions.note_all(now, None, verdict);
        }
        self.present = verdict.map(|verdict| (verdict, now));
    }

    /// Chains by the number of their verdict.
    pub(super) fn verdicts(&self, led: &LedChains) -> [u64; VERDICT_COUNT] {
        let Some((verdict, _)) = self.present else { return led.verdicts };
        let mut verdicts = [0; VERDICT_COUNT];
        verdicts[usize::from(verdict.number())] = led.count;
        verdicts
    }
}

/// Whether enough is known to move anything for a better score (V2).
#[derive(Debug, Default)]
pub(super) struct Warmup {
    pub(super) started: Option<Timestamp>,
    /// Over is over.
    pub(super) is_over: bool,
}

impl LocalScheduler {
    /// When the warm-up is over at the latest, which may be never; `None` if it is over.
    pub(super) fn warming_until(&self, state: &MeshState, now: Timestamp) -> Option<Option<Timestamp>> {
        let knows = self.sampler.knows(state);
        let coverage = self.config.warmup_coverage;
        if (self.warmup.is_over && knows) || coverage == 0.0 {
            return None;
        }
        let started = self.warmup.started.filter(|_| knows).unwrap_or(now);
        let has_lasted = now.since_ns(started) >= self.config.warmup_max_ns;
        let led = &self.sampler.led;
        let is_covered = knows && led.count > 0 && led.scored as f64 >= f64::from(coverage) * led.count as f64;
        (!has_lasted && !is_covered).then(|| started.after_ns(self.config.warmup_max_ns))
    }
}
