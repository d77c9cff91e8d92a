//! What random histories reached, and how often.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use driftline::{ChainId, SampleCause, Verdict};

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
        self.add("chain", "deferred", report.deferred);
        let (limit, config) = (oracle.config.max_scores_per_tick, &oracle.config);
        if limit > 0 && report.calls.score > limit {
            self.count("chain", "larger than the limit");
        }
        if oracle.node_moved {
            self.count("waits", "ended by a node");
        }
        for &(chain, cause) in &oracle.rescored {
            self.count("cause", cause.name());
            if config.backstop_spread && cause == SampleCause::Backstop {
                self.count("cause", "spread backstop");
            }
            let history = oracle.history(chain).expect("a chain that was re-scored is led");
            self.count("trend", history.trend.name());
            if history.samples.len() == 64 {
                self.count("history", "full");
            }
        }
    }

    /// The chains that two samples in a row left for later (L3).
    pub fn count_deferred_again(&mut self, before: &BTreeSet<ChainId>, oracle: &OracleScheduler) {
        self.add("chain", "deferred again", oracle.deferred().intersection(before).count() as u64);
    }

    /// What the last tick of the oracle left waiting (L4).
    pub fn count_waits(&mut self, decided: &Decided, oracle: &OracleScheduler) {
        for judged in decided.judged.iter().filter(|judged| judged.verdict == Verdict::RetryLater) {
            match oracle.refusals(judged.chain) {
                1 => self.count("wait", "first"),
                2 => self.count("wait", "second"),
                _ => self.count("wait", "longer"),
            }
        }
    }

    /// What the last tick of the oracle did to moves.
    pub fn count_moves(&mut self, decided: &Decided, oracle: &OracleScheduler) {
        for action in &decided.actions {
            self.count(if action.is_placement() { "place" } else { "evict" }, action.arm.name());
            if action.revision.is_some() {
                self.count("action", "with a revision");
            }
        }
        let report = &decided.report;
        self.add("moves", "in flight", report.in_flight);
        self.add("moves", "completed", report.completed_moves);
        self.add("moves", "failed", report.failed_moves);
        self.add("moves", "timed out", report.timed_out_moves);
        self.add("moves", "returned", report.returned_moves);
        self.add("moves", "forced and refused", report.forced_refused);
        self.add("moves", "ignored feedback", report.ignored_feedback);
        for &note in &oracle.notes {
            let (family, member) = note.split_once(": ").expect("a note names its family");
            self.count(family, member);
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
            Refusal::Import => self.count("refused", "import"),
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
