//! What a pass came to, as flat records: bytes that Python reads one by one when asked, or NumPy as a whole.
//!
//! Each record says its own layout, so that the Python side repeats none of it.

use driftline::{Action, Decision, Judgement, TickReport, VERDICT_COUNT};

/// "No node" where a node may be missing.
const NO_NODE: u64 = u64::MAX;

/// A record's fields: name and NumPy type code, in order, without padding.
pub(crate) type Layout = &'static [(&'static str, &'static str)];

macro_rules! code {
    (u64) => {
        "u8"
    };
    (u8) => {
        "u1"
    };
    (f32) => {
        "f4"
    };
}

/// A record with a layout of its own, written field by field in the machine's byte order.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:tt),* $(,)? }) => {
        $(#[$doc])*
        pub(crate) struct $name { $(pub(crate) $field: $type),* }

        impl $name {
            pub(crate) const LAYOUT: Layout = &[$((stringify!($field), code!($type))),*];

            pub(crate) fn write(&self, out: &mut Vec<u8>) {
                $(out.extend_from_slice(&self.$field.to_ne_bytes());)*
            }
        }
    };
}

record! {
    /// An eviction. A cost of NaN is none.
    EvictionRecord {
        chain: u64,
        victim: u64,
        victim_score: f32,
        target: u64,
        target_score: f32,
        gain: f32,
        cost: f32,
    }
}

record! {
    /// A judgement. Numbers that are missing are NaN, nodes that are missing the reserved id.
    JudgementRecord {
        chain: u64,
        verdict: u8,
        victim: u64,
        sampled_score: f32,
        live_score: f32,
        alternative: u64,
        alternative_score: f32,
        gain: f32,
        cost: f32,
    }
}

record! {
    /// The numbers of a report; the verdict counts follow.
    ReportRecord {
        led: u64,
        new: u64,
        dirty: u64,
        backstop_due: u64,
        rescored: u64,
        deferred: u64,
        deferred_age_ns: u64,
        score: u64,
        live_score: u64,
        best_alternative: u64,
        node_fingerprint: u64,
        chain_fingerprint: u64,
        migration_cost: u64,
        invalid_scores: u64,
        invalid_alternatives: u64,
        next_due_known: u64,
        next_due_ns: u64,
    }
}

/// Missing numbers are NaN: a score, gain or cost that was kept never is.
fn or_nan(value: Option<f32>) -> f32 {
    value.unwrap_or(f32::NAN)
}

pub(crate) fn judgement(judgement: &Judgement) -> JudgementRecord {
    let alternative = judgement.alternative;
    JudgementRecord {
        chain: judgement.chain.0,
        verdict: judgement.verdict.number(),
        victim: judgement.victim.map_or(NO_NODE, |node| node.0),
        sampled_score: or_nan(judgement.sampled_score),
        live_score: or_nan(judgement.live_score),
        alternative: alternative.map_or(NO_NODE, |alternative| alternative.node.0),
        alternative_score: or_nan(alternative.map(|alternative| alternative.score)),
        gain: or_nan(judgement.gain),
        cost: or_nan(judgement.cost),
    }
}

pub(crate) fn judgements(decision: &Decision) -> Vec<u8> {
    let mut out = Vec::new();
    for each in &decision.judgements {
        judgement(each).write(&mut out);
    }
    out
}

pub(crate) fn actions(decision: &Decision) -> Vec<u8> {
    let mut out = Vec::new();
    for action in &decision.actions {
        // There is no other kind yet; one that this file does not know must not be taken for an eviction.
        if let Action::Evict(eviction) = action {
            let record = EvictionRecord {
                chain: eviction.chain.0,
                victim: eviction.victim.0,
                victim_score: eviction.victim_score,
                target: eviction.target.0,
                target_score: eviction.target_score,
                gain: eviction.gain,
                cost: or_nan(eviction.cost),
            };
            record.write(&mut out);
        }
    }
    out
}

pub(crate) fn report(report: &TickReport) -> Vec<u8> {
    let mut out = Vec::with_capacity((ReportRecord::LAYOUT.len() + VERDICT_COUNT) * size_of::<u64>());
    let record = ReportRecord {
        led: report.led,
        new: report.new,
        dirty: report.dirty,
        backstop_due: report.backstop_due,
        rescored: report.rescored,
        deferred: report.deferred,
        deferred_age_ns: report.deferred_age_ns,
        score: report.calls.score,
        live_score: report.calls.live_score,
        best_alternative: report.calls.best_alternative,
        node_fingerprint: report.calls.node_fingerprint,
        chain_fingerprint: report.calls.chain_fingerprint,
        migration_cost: report.calls.migration_cost,
        invalid_scores: report.invalid_scores,
        invalid_alternatives: report.invalid_alternatives,
        next_due_known: u64::from(report.next_due.is_some()),
        next_due_ns: report.next_due.unwrap_or_default().0,
    };
    record.write(&mut out);
    out.extend_from_slice(bytemuck::cast_slice(&report.verdicts));
    out
}
