//! L4: a chain that was refused is left alone for a while.

use std::collections::{BTreeMap, BTreeSet};

use driftline::{NodeId, SchedulerConfig, Timestamp, Verdict};

use super::answer::Judged;
use super::decision::end;
use super::sampling::Led;
use super::scheduler::OracleScheduler;
use super::state::OracleState;

/// Until when a chain is left alone. How long that is depends on the present configuration.
#[derive(Clone, Copy, Debug)]
pub struct Wait {
    /// When the chain was refused last.
    asked_at: Timestamp,
    /// How often it was refused with nothing new in between.
    pub refusals: u64,
    /// What it was refused with last.
    pub refusal: Verdict,
}

impl Wait {
    /// One second, doubled for each further refusal, up to what is configured.
    fn length_ns(&self, config: &SchedulerConfig) -> u64 {
        let mut length_ns: u64 = 1_000_000_000;
        for _ in 1..self.refusals {
            length_ns = length_ns.saturating_mul(2);
            if length_ns >= config.retry_backoff_ns {
                break;
            }
        }
        length_ns.min(config.retry_backoff_ns)
    }

    pub fn holds(&self, now: Timestamp, config: &SchedulerConfig) -> bool {
        // A length of zero, which is back-off switched off, never holds.
        now.0 - self.asked_at.0 < self.length_ns(config)
    }

    pub fn end(&self, config: &SchedulerConfig) -> Option<Timestamp> {
        end(self.asked_at, self.length_ns(config))
    }
}

impl Led {
    /// What a verdict that was committed does to the wait.
    pub(super) fn wait_after(&self, judged: &Judged, now: Timestamp, config: &SchedulerConfig) -> Option<Wait> {
        match judged.verdict {
            Verdict::NoAlternative | Verdict::GapTooSmall | Verdict::CostTooHigh => {
                let before = self.wait.map_or(0, |wait| wait.refusals);
                let wait = Wait { asked_at: now, refusals: before.saturating_add(1), refusal: judged.verdict };
                Some(wait).filter(|_| config.retry_backoff_ns > 0)
            }
            // Somebody looked, and that was not the answer.
            Verdict::NoScore | Verdict::Healthy | Verdict::ScorerFailed => None,
            _ if judged.live_score.is_some() => None,
            _ => self.wait,
        }
    }
}

impl OracleScheduler {
    /// A touch of any node is news, of one that holds nothing here as well: it may be a better home.
    pub(super) fn notice_touches(&mut self, state: &OracleState) {
        if state.node_touched.values().any(|&touch| touch > self.touches_seen) {
            self.forget_waits();
        }
        self.touches_seen = state.touches;
    }

    /// A node is remembered only while it holds a chain that is led here.
    pub(super) fn forget_polls(&mut self, state: &OracleState) {
        let holders = self.holders(state);
        self.last_polls.retain(|node, _| holders.contains(node));
    }

    /// What nodes answered is news unless each said what it said before.
    pub(super) fn notice_answers(&mut self, answers: &BTreeMap<NodeId, Option<u64>>) {
        let mut is_news = false;
        for (&node, &value) in answers {
            let before = self.last_polls.insert(node, value);
            is_news |= value.is_none() || before != Some(value);
        }
        if is_news {
            self.forget_waits();
        }
    }

    fn forget_waits(&mut self) {
        self.node_moved = true;
        self.led.values_mut().for_each(|led| led.wait = None);
        self.of_state.drains.nodes.values_mut().for_each(|drained| drained.has_news = true);
    }

    /// Everybody who holds a chain that is led here.
    pub(super) fn holders(&self, state: &OracleState) -> BTreeSet<NodeId> {
        self.led.keys().flat_map(|id| state.chains[id].holders.iter().copied()).collect()
    }
}
