//! What walks reached, and how often.

use std::collections::BTreeMap;
use std::fmt;

use driftline::{Action, Verdict};

use super::cast::CHAINS;

/// What walks are made for; the verdicts come on top.
pub const EXPECTED: [&str; 43] = [
    "forced evict",
    "forced place",
    "count evict, too many",
    "count evict, second half",
    "count place",
    "count place with a target",
    "drain evict",
    "drain place",
    "scheduler evict",
    "scheduler place",
    "completed",
    "failed",
    "timed out",
    "returned",
    "order refused",
    "order left standing",
    "failure told",
    "feedback ignored",
    "in flight after a tick",
    "tick aborted",
    "changed",
    "changed, old",
    "changed, with a gap",
    "led",
    "led, old",
    "handed over",
    "handed over in flight",
    "started anew",
    "started anew in flight",
    "carried out",
    "saved by its revision",
    "the revision is another",
    "the chain is claimed",
    "the chain is gone",
    "there is no home",
    "two leaders act on one revision",
    "second half too old",
    "eviction untracked",
    "first holder placed",
    "evict beside what was said",
    "led, orders dropped",
    "tick",
    "calm round",
];

/// Counts by what happened.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    counts: BTreeMap<&'static str, u64>,
    verdicts: BTreeMap<&'static str, u64>,
}

impl Coverage {
    pub fn count(&mut self, what: &'static str) {
        self.add(what, 1);
    }

    pub fn add(&mut self, what: &'static str, times: u64) {
        if times > 0 {
            *self.counts.entry(what).or_default() += times;
        }
    }

    pub fn of(&self, what: &str) -> u64 {
        self.counts.get(what).or_else(|| self.verdicts.get(what)).copied().unwrap_or(0)
    }

    /// Those of a report.
    pub fn count_verdicts(&mut self, verdicts: &[u64]) {
        for verdict in Verdict::ALL {
            let times = verdicts[usize::from(verdict.number())];
            if times > 0 {
                *self.verdicts.entry(verdict.name()).or_default() += times;
            }
        }
    }

    pub fn count_action(&mut self, action: &Action) {
        use driftline::Arm::{Count, Drain, Forced, Scheduler};
        self.count(match (action, action.arm()) {
            (Action::Evict(_), Forced) => "forced evict",
            (Action::Evict(eviction), Count) if eviction.target.is_some() => "count evict, second half",
            (Action::Evict(_), Count) => "count evict, too many",
            (Action::Evict(_), Drain) => "drain evict",
            (Action::Evict(_), Scheduler) => "scheduler evict",
            (_, Forced) => "forced place",
            (_, Count) if action.target().is_some() => "count place with a target",
            (_, Count) => "count place",
            (_, Drain) => "drain place",
            (_, Scheduler) => "scheduler place",
            _ => "other action",
        });
    }

    /// Takes over what another walk reached.
    pub fn merge(&mut self, other: &Coverage) {
        for (mine, others) in [(&mut self.counts, &other.counts), (&mut self.verdicts, &other.verdicts)] {
            others.iter().for_each(|(what, times)| *mine.entry(what).or_default() += times);
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} chains, three control planes", CHAINS.len())?;
        self.counts.iter().try_for_each(|(what, times)| writeln!(f, "{times:10} {what}"))?;
        self.verdicts.iter().try_for_each(|(what, times)| writeln!(f, "{times:10} verdict {what}"))
    }
}
