//! What random histories reached, and how often.

use std::collections::BTreeMap;
use std::fmt;

use crate::support::oracle::{Decided, Failure, OracleScheduler, Refusal, Report};

/// Counts by family ("verdict") and member ("healthy").
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    counts: BTreeMap<(&'static str, &'static str), u64>,
}

impl Coverage {
    pub fn count(&mut self, family: &'static str, member: &'static str) {
        self.add(family, member, 1);
    }

    fn add(&mut self, family: &'static str, member: &'static str, times: u64) {
        *self.counts.entry((family, member)).or_default() += times;
    }

    pub fn of(&self, family: &'static str, member: &'static str) -> u64 {
        self.counts.get(&(family, member)).copied().unwrap_or(0)
    }

    /// Takes over what another run reached.
    pub fn merge(&mut self, other: &Coverage) {
        for (&(family, member), &times) in &other.counts {
            self.add(family, member, times);
        }
    }

    pub fn count_verdicts(&mut self, family: &'static str, decided: &Decided) {
        for judged in &decided.judged {
            self.count(family, judged.verdict.name());
        }
    }

    /// What the last sample of the oracle did.
    pub fn count_sample(&mut self, report: &Report, oracle: &OracleScheduler) {
        self.add("chain", "clean", report.led - report.new - report.dirty - report.backstop_due);
        for &(chain, cause) in &oracle.rescored {
            self.count("cause", cause.name());
            let history = oracle.history(chain).expect("a chain that was re-scored is led");
            self.count("trend", history.trend.name());
            if history.samples.len() == 64 {
                self.count("history", "full");
            }
        }
    }

    pub fn count_report(&mut self, report: &Report) {
        for failure in &report.failures {
            self.count("skipped", failure.method.name());
        }
        self.add("invalid", "score", report.invalid_scores);
        self.add("invalid", "alternative", report.invalid_alternatives);
        self.count("next due", if report.next_due.is_some() { "some" } else { "none" });
    }

    pub fn count_refusal(&mut self, refusal: &Refusal) {
        match refusal {
            Refusal::Config { field, .. } => self.count("refused config", field),
            Refusal::Reserved { .. } => self.count("refused", "reserved node"),
            Refusal::DuplicateChain { .. } => self.count("refused", "duplicate chain"),
            Refusal::DuplicateHolder { .. } => self.count("refused", "duplicate holder"),
            Refusal::Membership { .. } => self.count("refused", "membership"),
            Refusal::TimeReversed { .. } => self.count("refused", "time reversed"),
            Refusal::NotLed { .. } => self.count("refused", "not led"),
            Refusal::Scorer(Failure { method, .. }) => self.count("aborted", method.name()),
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((family, member), times) in &self.counts {
            writeln!(f, "{family} {member}: {times}")?;
        }
        Ok(())
    }
}
