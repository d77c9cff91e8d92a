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
/// Acted upon earlier in the same pass, by another arm.
pub const DRIFTLINE_VERDICT_ALREADY_MOVED: u32 = 16;
/// The move would leave the chain with too few holders.
pub const DRIFTLINE_VERDICT_LAST_HOLDER: u32 = 17;
/// Nothing is emitted until a freeze is over.
pub const DRIFTLINE_VERDICT_FROZEN: u32 = 18;
/// A move of the chain is under way.
pub const DRIFTLINE_VERDICT_IN_FLIGHT: u32 = 19;
/// Refused before for want of a better home, and nothing is new yet.
pub const DRIFTLINE_VERDICT_RETRY_LATER: u32 = 20;
/// The moves of this tick are used up.
pub const DRIFTLINE_VERDICT_TICK_LIMIT: u32 = 21;
/// Too many moves are in flight.
pub const DRIFTLINE_VERDICT_CLUSTER_LIMIT: u32 = 22;
/// Too many moves are in flight from the victim.
pub const DRIFTLINE_VERDICT_SOURCE_LIMIT: u32 = 23;
/// Too many moves are in flight to every home that would do.
pub const DRIFTLINE_VERDICT_TARGET_LIMIT: u32 = 24;
/// The chain has moved back and forth, or too often.
pub const DRIFTLINE_VERDICT_FLAP_HOLD: u32 = 25;
/// Too few chains have a score yet.
pub const DRIFTLINE_VERDICT_WARMING_UP: u32 = 26;
/// The chain's class does not move.
pub const DRIFTLINE_VERDICT_PINNED: u32 = 27;
/// The victim should go, but the chain's class only proposes.
pub const DRIFTLINE_VERDICT_PROPOSE_ONLY: u32 = 28;
/// Due, but the scores of this tick were used up before its turn.
pub const DRIFTLINE_VERDICT_DEFERRED: u32 = 29;
/// No verdict, in a transition.
pub const DRIFTLINE_VERDICT_NONE: u32 = u32::MAX;

/// What a pass did (SPEC T2).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_report {
    /// `sizeof(driftline_report)`.
    pub struct_size: u32,
    /// 1: something waits, and `next_due_ns` says when the caller should tick next at the latest. 0: nothing does.
    pub next_due_known: u32,
    /// The earliest backstop, retry of a failed sample, end of a cooldown, back-off, hold, freeze or warm-up, timeout
    /// of a move or next move of a drain, and at once if a chain was deferred; `DRIFTLINE_NONE` if nothing waits.
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
    /// Questions for the best alternative, or for several.
    pub alternative_calls: u64,
    /// Fingerprints of nodes.
    pub node_fingerprint_calls: u64,
    /// Fingerprints of chains.
    pub chain_fingerprint_calls: u64,
    /// Migration costs.
    pub cost_calls: u64,
    /// Values that were not finite or out of range.
    pub invalid_scores: u64,
    /// Alternatives that were excluded, reserved or named twice.
    pub invalid_alternatives: u64,
    /// Failures of the scorer that `DRIFTLINE_ON_SCORER_ERROR_SKIP_CHAIN` skipped.
    pub scorer_errors: u64,
    /// Chains by verdict number; they add up to `led`.
    pub verdicts: [u64; 32],
    /// Chains that were due and are left for later, because `max_scores_per_tick` was used up.
    pub deferred: u64,
    /// For how long the first of them has been due; 0 if there is none.
    pub deferred_age_ns: u64,
    /// Moves of led chains that are in flight after the pass. A sample leaves this and the rest 0.
    pub in_flight: u64,
    /// Moves that the pass found done.
    pub completed_moves: u64,
    /// Moves that somebody said have failed.
    pub failed_moves: u64,
    /// Moves that took longer than `move_timeout_ns`.
    pub timed_out_moves: u64,
    /// Moves back to a node that the chain had left less than a `flap_window_ns` before.
    pub returned_moves: u64,
    /// Orders that could not be carried out.
    pub forced_refused: u64,
    /// Feedback since the last tick that referred to no move in flight.
    pub ignored_feedback: u64,
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
    deferred_age_ns,
    in_flight,
    completed_moves,
    failed_moves,
    timed_out_moves,
    returned_moves,
    forced_refused,
    ignored_feedback
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
/// `begin`, which tells a scorer that the library holds what time it is.
pub const DRIFTLINE_METHOD_BEGIN: u32 = 6;

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
/// `flags` of an explanation: `limit` is known.
pub const DRIFTLINE_EXPLANATION_LIMIT: u32 = 32;
/// `flags` of an explanation: `flap_hold_until_ns` is known.
pub const DRIFTLINE_EXPLANATION_FLAP_HOLD_UNTIL: u32 = 64;
/// `flags` of an explanation: a move is under way, and `flight_since_ns` is known.
pub const DRIFTLINE_EXPLANATION_FLIGHT: u32 = 128;
/// `flags` of an explanation: `flight_times_out_at_ns` is known, too.
pub const DRIFTLINE_EXPLANATION_FLIGHT_TIMES_OUT_AT: u32 = 256;

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
    /// The floor of the chain.
    pub score_floor: f32,
    /// The alternative's score, lowered by the penalty for moves in flight to it.
    pub alternative_score: f32,
    /// Alternative minus live victim.
    pub gain: f32,
    /// The gap of the chain.
    pub hysteresis_gap: f32,
    /// What the move would cost, in score.
    pub cost: f32,
    /// `DRIFTLINE_EXPLANATION_...`: which of the times, the refusal, the limit and the move are known.
    pub flags: u32,
    /// When the wait of a chain that retries later is over at the latest.
    pub retry_at_ns: u64,
    /// Why it waits: the `DRIFTLINE_VERDICT_...` that it was refused with; 0 where that is not known.
    pub refusal: u32,
    /// 0.
    pub reserved: u32,
    /// The limit of the config that keeps the chain where it is; 0 where that is not known.
    pub limit: u64,
    /// When the chain is let go after it has flapped.
    pub flap_hold_until_ns: u64,
    /// The holder that the move under way leaves, if it leaves one.
    pub flight_victim: u64,
    /// The node that it goes to, if one was named.
    pub flight_target: u64,
    /// When its last action was emitted.
    pub flight_since_ns: u64,
    /// When it counts as failed. Not known if that lies beyond all time, or while the library itself has to say the
    /// next thing.
    pub flight_times_out_at_ns: u64,
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
    reserved,
    limit,
    flap_hold_until_ns,
    flight_victim,
    flight_target,
    flight_since_ns,
    flight_times_out_at_ns
);

/// A change of a standing verdict (SPEC W3).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_transition {
    /// Counts from 0, so that a reader notices what it has missed.
    pub sequence: u64,
    /// The tick that changed it.
    pub at_ns: u64,
    /// The chain; `DRIFTLINE_NONE` is all chains at once, which freeze and warm-up are about.
    pub chain: u64,
    /// The `DRIFTLINE_VERDICT_...` before; `DRIFTLINE_VERDICT_NONE` if there was none.
    pub from: u32,
    /// The one from then on; `DRIFTLINE_VERDICT_NONE` where each chain has its own again.
    pub to: u32,
}

/// How far a node that is drained has come (SPEC N1).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_drain_status {
    /// `sizeof(driftline_drain_status)`.
    pub struct_size: u32,
    /// 1: the node is drained. 0: it is not; the rest is 0 then, and the deadline `DRIFTLINE_NONE`.
    pub draining: u32,
    /// When it should be empty.
    pub deadline_ns: u64,
    /// The chains led here that it still holds, those in flight included.
    pub left: u64,
    /// The chains led here that the drain has moved away.
    pub moved: u64,
    /// The chains led here that are on their way from it.
    pub in_flight: u64,
    /// 1: it will not be empty in time unless something changes.
    pub at_risk: u32,
    /// 0.
    pub reserved: u32,
}
sized_struct!(driftline_drain_status, deadline_ns, left, moved, in_flight, at_risk, reserved);

/// A chain that a drain could not move, and why.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_blocked {
    /// The chain.
    pub chain: u64,
    /// `DRIFTLINE_VERDICT_...`.
    pub verdict: u32,
    /// 0.
    pub reserved: u32,
}

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
/// The first back-off of a chain and a target whose move failed, in nanoseconds; each further failure doubles it (SPEC
/// F1).
pub const DRIFTLINE_MOVE_BACKOFF_FIRST_NS: u64 = 60000000000;
/// The longest such back-off.
pub const DRIFTLINE_MOVE_BACKOFF_MAX_NS: u64 = 3600000000000;
/// How many moves of a chain are remembered (SPEC O1).
pub const DRIFTLINE_FLAP_MEMORY: usize = 8;
/// The longest cooldown that flapping leads to, in nanoseconds.
pub const DRIFTLINE_FLAP_COOLDOWN_MAX_NS: u64 = 7200000000000;
/// How many transitions of verdicts a scheduler remembers (SPEC W3).
pub const DRIFTLINE_TRANSITION_RING_LENGTH: usize = 1024;
/// How far from the mean a sample is still stable (SPEC H2); a `float` in the arithmetic.
pub const DRIFTLINE_HISTORY_DEAD_BAND: f32 = 0.02;

// cbindgen reads literals only, so these are written twice; the compiler keeps them equal.
const _: () = {
    assert!(DRIFTLINE_VERDICT_COUNT == crate::VERDICT_COUNT);
    assert!(DRIFTLINE_HISTORY_LENGTH == crate::HISTORY_LENGTH);
    assert!(DRIFTLINE_RETRY_BACKOFF_FIRST_NS == crate::RETRY_BACKOFF_FIRST_NS);
    assert!(DRIFTLINE_MOVE_BACKOFF_FIRST_NS == crate::MOVE_BACKOFF_FIRST_NS);
    assert!(DRIFTLINE_MOVE_BACKOFF_MAX_NS == crate::MOVE_BACKOFF_MAX_NS);
    assert!(DRIFTLINE_FLAP_MEMORY == crate::FLAP_MEMORY);
    assert!(DRIFTLINE_FLAP_COOLDOWN_MAX_NS == crate::FLAP_COOLDOWN_MAX_NS);
    assert!(DRIFTLINE_TRANSITION_RING_LENGTH == crate::TRANSITION_RING_LENGTH);
    assert!(DRIFTLINE_HISTORY_SMOOTHING == crate::HISTORY_SMOOTHING);
    assert!(DRIFTLINE_HISTORY_DEAD_BAND == crate::HISTORY_DEAD_BAND);
};
