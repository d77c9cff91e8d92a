//! The plain structs in which the library answers: verdicts, reports, explanations, histories.

use super::sized::sized_struct;

/// The first 32 numbers of verdicts; a report counts each.
pub const DRIFTLINE_VERDICT_COUNT: usize = 32;
/// Not asked for scores since it became led, or there is no scorer.
pub const DRIFTLINE_VERDICT_NOT_SAMPLED: u32 = 0;
/// The worst holder is at or above the floor.
pub const DRIFTLINE_VERDICT_HEALTHY: u32 = 1;
/// No holder has a score, or the victim has no live one.
pub const DRIFTLINE_VERDICT_NO_SCORE: u32 = 2;
/// Evicted from less than a cooldown ago.
pub const DRIFTLINE_VERDICT_COOLDOWN: u32 = 3;
/// An exclusive claim is held.
pub const DRIFTLINE_VERDICT_CLAIM_HELD: u32 = 4;
/// The victim's live score is at or above the floor.
pub const DRIFTLINE_VERDICT_RECOVERED: u32 = 5;
/// The scorer knows no better home.
pub const DRIFTLINE_VERDICT_NO_ALTERNATIVE: u32 = 6;
/// The alternative is not better by more than the gap.
pub const DRIFTLINE_VERDICT_GAP_TOO_SMALL: u32 = 7;
/// The move costs at least what it gains.
pub const DRIFTLINE_VERDICT_COST_TOO_HIGH: u32 = 8;
/// The victim should go.
pub const DRIFTLINE_VERDICT_EVICT: u32 = 9;
/// The scorer failed for the chain, which sits this pass out.
pub const DRIFTLINE_VERDICT_SCORER_FAILED: u32 = 10;
/// Evicted from earlier in the same pass.
pub const DRIFTLINE_VERDICT_ALREADY_MOVED: u32 = 16;
/// Refused before for want of a better home, and nothing is new yet.
pub const DRIFTLINE_VERDICT_RETRY_LATER: u32 = 20;
/// Due, but the scores of this tick were used up before its turn.
pub const DRIFTLINE_VERDICT_DEFERRED: u32 = 29;

/// What a pass did (SPEC T2).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_report {
    /// `sizeof(driftline_report)`.
    pub struct_size: u32,
    /// 1: something waits, and `next_due_ns` says when the caller should tick next at the latest. 0: nothing does.
    pub next_due_known: u32,
    /// The earliest backstop, retry of a failed sample, end of a cooldown or end of a back-off, and at once if a chain
    /// was deferred; `DRIFTLINE_NONE` if nothing waits.
    pub next_due_ns: u64,
    /// Chains led here.
    pub led: u64,
    /// Of them, those due because they are new.
    pub fresh: u64,
    /// Those due because they are dirty, and not new.
    pub dirty: u64,
    /// Those due by the backstop alone.
    pub backstop_due: u64,
    /// Those that were in fact re-scored.
    pub rescored: u64,
    /// Scores that were asked for; a batch of n counts n, here and below.
    pub score_calls: u64,
    /// Live scores.
    pub live_score_calls: u64,
    /// Best alternatives.
    pub alternative_calls: u64,
    /// Fingerprints of nodes.
    pub node_fingerprint_calls: u64,
    /// Fingerprints of chains.
    pub chain_fingerprint_calls: u64,
    /// Migration costs.
    pub cost_calls: u64,
    /// Values that were not finite or out of range.
    pub invalid_scores: u64,
    /// Alternatives that were excluded or reserved.
    pub invalid_alternatives: u64,
    /// Failures of the scorer that `DRIFTLINE_ON_SCORER_ERROR_SKIP_CHAIN` skipped.
    pub scorer_errors: u64,
    /// Chains by verdict number; they add up to `led`.
    pub verdicts: [u64; 32],
    /// Chains that were due and are left for later, because `max_scores_per_tick` was used up.
    pub deferred: u64,
    /// For how long the first of them has been due; 0 if there is none.
    pub deferred_age_ns: u64,
}
sized_struct!(
    driftline_report,
    next_due_ns,
    led,
    fresh,
    dirty,
    backstop_due,
    rescored,
    score_calls,
    live_score_calls,
    alternative_calls,
    node_fingerprint_calls,
    chain_fingerprint_calls,
    cost_calls,
    invalid_scores,
    invalid_alternatives,
    scorer_errors,
    verdicts,
    deferred,
    deferred_age_ns
);

/// Not sampled since it became led.
pub const DRIFTLINE_CAUSE_NEW: u32 = 0;
/// An input moved.
pub const DRIFTLINE_CAUSE_DIRTY: u32 = 1;
/// Its scores were a decision interval old.
pub const DRIFTLINE_CAUSE_BACKSTOP: u32 = 2;

/// A chain that was re-scored, and why.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct driftline_sampled {
    /// The chain.
    pub chain: u64,
    /// `DRIFTLINE_CAUSE_...`.
    pub cause: u32,
    /// 0.
    pub reserved: u32,
}

/// The scorer's `score` or `score_many`.
pub const DRIFTLINE_METHOD_SCORE: u32 = 0;
/// `live_score` or `live_score_many`.
pub const DRIFTLINE_METHOD_LIVE_SCORE: u32 = 1;
/// `best_alternative` or `alternatives`.
pub const DRIFTLINE_METHOD_BEST_ALTERNATIVE: u32 = 2;
/// `node_fingerprint` or `node_fingerprints`.
pub const DRIFTLINE_METHOD_NODE_FINGERPRINT: u32 = 3;
/// `chain_fingerprint`.
pub const DRIFTLINE_METHOD_CHAIN_FINGERPRINT: u32 = 4;
/// `migration_cost`.
pub const DRIFTLINE_METHOD_MIGRATION_COST: u32 = 5;

/// A failure of the scorer that was skipped.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct driftline_failure {
    /// `DRIFTLINE_METHOD_...`.
    pub method: u32,
    /// What the callback returned.
    pub scorer_code: i32,
    /// The chain that sat the pass out; `DRIFTLINE_NONE` where a node's fingerprint failed.
    pub chain: u64,
    /// The node that was asked about; `DRIFTLINE_NONE` if there was none.
    pub node: u64,
}

/// `flags` of an explanation: `since_ns` is known.
pub const DRIFTLINE_EXPLANATION_SINCE: u32 = 1;
/// `flags` of an explanation: `sampled_at_ns` is known.
pub const DRIFTLINE_EXPLANATION_SAMPLED_AT: u32 = 2;
/// `flags` of an explanation: `cooldown_until_ns` is known.
pub const DRIFTLINE_EXPLANATION_COOLDOWN_UNTIL: u32 = 4;

/// `flags` of an explanation: `refusal` is known.
pub const DRIFTLINE_EXPLANATION_REFUSAL: u32 = 8;
/// `flags` of an explanation: `retry_at_ns` is known.
pub const DRIFTLINE_EXPLANATION_RETRY_AT: u32 = 16;

/// Why a chain is where it is. Ids and times that are not known are `DRIFTLINE_NONE`, scores NaN.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_explanation {
    /// `sizeof(driftline_explanation)`.
    pub struct_size: u32,
    /// `DRIFTLINE_VERDICT_...`, as of the last tick.
    pub verdict: u32,
    /// The chain.
    pub chain: u64,
    /// The worst holder.
    pub victim: u64,
    /// The best alternative.
    pub alternative: u64,
    /// When the chain got this verdict.
    pub since_ns: u64,
    /// When its scores were sampled.
    pub sampled_at_ns: u64,
    /// When its cooldown ends.
    pub cooldown_until_ns: u64,
    /// The score that made the victim the worst.
    pub sampled_score: f32,
    /// The victim's live score.
    pub live_score: f32,
    /// The floor.
    pub score_floor: f32,
    /// The alternative's score.
    pub alternative_score: f32,
    /// Alternative minus live victim.
    pub gain: f32,
    /// The gap.
    pub hysteresis_gap: f32,
    /// What the move would cost, in score.
    pub cost: f32,
    /// `DRIFTLINE_EXPLANATION_...`: which of the times and the refusal are known.
    pub flags: u32,
    /// When the wait of a chain that retries later is over at the latest.
    pub retry_at_ns: u64,
    /// Why it waits: the `DRIFTLINE_VERDICT_...` that it was refused with; 0 where that is not known.
    pub refusal: u32,
    /// 0.
    pub reserved: u32,
}
sized_struct!(
    driftline_explanation,
    chain,
    victim,
    alternative,
    since_ns,
    sampled_at_ns,
    cooldown_until_ns,
    sampled_score,
    live_score,
    score_floor,
    alternative_score,
    gain,
    hysteresis_gap,
    cost,
    flags,
    retry_at_ns,
    refusal,
    reserved
);

/// One sample of a history.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct driftline_sample {
    /// When it was taken.
    pub at_ns: u64,
    /// The worst score of the chain's holders then.
    pub worst_score: f32,
    /// 0.
    pub reserved: u32,
}

/// The sampled score of one holder.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct driftline_cell {
    /// The holder.
    pub node: u64,
    /// Its score.
    pub score: f32,
    /// 0.
    pub reserved: u32,
}

/// Within the dead band around the mean.
pub const DRIFTLINE_TREND_STABLE: u32 = 0;
/// Below it.
pub const DRIFTLINE_TREND_DEGRADING: u32 = 1;
/// Above it.
pub const DRIFTLINE_TREND_IMPROVING: u32 = 2;
/// How many samples a history keeps (SPEC A4).
pub const DRIFTLINE_HISTORY_LENGTH: usize = 64;
/// Weight of the newest sample in the moving average (SPEC H2); a `float` in the arithmetic.
pub const DRIFTLINE_HISTORY_SMOOTHING: f32 = 0.3;
/// The first wait of a chain that was refused, in nanoseconds (SPEC L4).
pub const DRIFTLINE_RETRY_BACKOFF_FIRST_NS: u64 = 1000000000;
/// How far from the mean a sample is still stable (SPEC H2); a `float` in the arithmetic.
pub const DRIFTLINE_HISTORY_DEAD_BAND: f32 = 0.02;

// cbindgen reads literals only, so these are written twice; the compiler keeps them equal.
const _: () = {
    assert!(DRIFTLINE_VERDICT_COUNT == crate::VERDICT_COUNT);
    assert!(DRIFTLINE_HISTORY_LENGTH == crate::HISTORY_LENGTH);
    assert!(DRIFTLINE_RETRY_BACKOFF_FIRST_NS == crate::RETRY_BACKOFF_FIRST_NS);
    assert!(DRIFTLINE_HISTORY_SMOOTHING == crate::HISTORY_SMOOTHING);
    assert!(DRIFTLINE_HISTORY_DEAD_BAND == crate::HISTORY_DEAD_BAND);
};
