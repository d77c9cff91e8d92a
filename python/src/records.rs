//! What a pass came to, as flat records: bytes that Python reads one by one when asked, or NumPy as a whole.
//!
//! Each record says its own layout, so that the Python side repeats none of it.

use driftline::{Action, Decision, Judgement, NodeId, TickReport, Transition, VERDICT_COUNT, Verdict};

/// "No node" where a node may be missing.
const NO_NODE: u64 = NodeId::NONE.0;
/// "No verdict" where a verdict may be missing.
pub(crate) const NO_VERDICT: u8 = u8::MAX;
/// The kinds of actions, by their numbers in the C ABI.
pub(crate) const EVICT: u8 = 1;
pub(crate) const PLACE: u8 = 2;

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
    /// An action. Numbers that are missing are NaN, nodes that are missing the reserved id, a revision that is missing 0.
    /// What a placement excludes is a part of the array of all excluded nodes.
    ActionRecord {
        chain: u64,
        victim: u64,
        victim_score: f32,
        target: u64,
        target_score: f32,
        gain: f32,
        cost: f32,
        kind: u8,
        arm: u8,
        revision_known: u8,
        revision: u64,
        exclude_begin: u64,
        exclude_count: u64,
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
        in_flight: u64,
        completed_moves: u64,
        failed_moves: u64,
        timed_out_moves: u64,
        returned_moves: u64,
        forced_refused: u64,
        ignored_feedback: u64,
    }
}

record! {
    /// A transition. One of all chains has none, a verdict that is missing is `NO_VERDICT`.
    TransitionRecord {
        sequence: u64,
        at_ns: u64,
        chain_known: u8,
        chain: u64,
        before: u8,
        after: u8,
    }
}

/// Missing numbers are NaN: a score, gain or cost that was kept never is.
fn or_nan(value: Option<f32>) -> f32 {
    value.unwrap_or(f32::NAN)
}

/// Missing nodes are the reserved id.
fn or_no_node(node: Option<NodeId>) -> u64 {
    node.map_or(NO_NODE, |node| node.0)
}

pub(crate) fn judgement(judgement: &Judgement) -> JudgementRecord {
    let alternative = judgement.alternative;
    JudgementRecord {
        chain: judgement.chain.0,
        verdict: judgement.verdict.number(),
        victim: or_no_node(judgement.victim),
        sampled_score: or_nan(judgement.sampled_score),
        live_score: or_nan(judgement.live_score),
        alternative: or_no_node(alternative.map(|alternative| alternative.node)),
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

/// The actions, and the nodes that their placements exclude, one after the other.
pub(crate) fn actions(decision: &Decision) -> (Vec<u8>, Vec<u64>) {
    let (mut out, mut excluded) = (Vec::new(), Vec::new());
    for action in &decision.actions {
        // There is no third kind yet; one that this file does not know must not be taken for another.
        if let Some(record) = action_record(action, excluded.len() as u64) {
            record.write(&mut out);
        }
        if let Action::Place(placement) = action {
            excluded.extend(placement.exclude.iter().map(|node| node.0));
        }
    }
    (out, excluded)
}

fn action_record(action: &Action, exclude_begin: u64) -> Option<ActionRecord> {
    let bare = ActionRecord {
        chain: action.chain().0,
        victim: NO_NODE,
        victim_score: f32::NAN,
        target: or_no_node(action.target()),
        target_score: f32::NAN,
        gain: f32::NAN,
        cost: f32::NAN,
        kind: PLACE,
        arm: action.arm() as u8,
        revision_known: action.revision().is_some().into(),
        revision: action.revision().unwrap_or_default(),
        exclude_begin,
        exclude_count: 0,
    };
    match action {
        Action::Evict(eviction) => Some(ActionRecord {
            kind: EVICT,
            victim: eviction.victim.0,
            victim_score: or_nan(eviction.victim_score),
            target_score: or_nan(eviction.target_score),
            gain: or_nan(eviction.gain),
            cost: or_nan(eviction.cost),
            ..bare
        }),
        Action::Place(placement) => Some(ActionRecord {
            victim: or_no_node(placement.victim),
            victim_score: or_nan(placement.victim_score),
            target_score: or_nan(placement.target_score),
            gain: or_nan(placement.gain),
            cost: or_nan(placement.cost),
            exclude_count: placement.exclude.len() as u64,
            ..bare
        }),
        _ => None,
    }
}

pub(crate) fn transitions(transitions: impl Iterator<Item = Transition>) -> Vec<u8> {
    let or_none = |verdict: Option<Verdict>| verdict.map_or(NO_VERDICT, Verdict::number);
    let mut out = Vec::new();
    for each in transitions {
        let record = TransitionRecord {
            sequence: each.sequence,
            at_ns: each.at.0,
            chain_known: each.chain.is_some().into(),
            chain: each.chain.unwrap_or_default().0,
            before: or_none(each.from),
            after: or_none(each.to),
        };
        record.write(&mut out);
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
        in_flight: report.in_flight,
        completed_moves: report.completed_moves,
        failed_moves: report.failed_moves,
        timed_out_moves: report.timed_out_moves,
        returned_moves: report.returned_moves,
        forced_refused: report.forced_refused,
        ignored_feedback: report.ignored_feedback,
    };
    record.write(&mut out);
    out.extend_from_slice(bytemuck::cast_slice(&report.verdicts));
    out
}
