//! The plain structs that cross the boundary. Only fixed-width integers, `float` and pointers; no padding.

use libc::{c_char, c_void};

use super::result::driftline_result;
use super::sized::sized_struct;

/// No node, no chain, no index, no time.
pub const DRIFTLINE_NONE: u64 = u64::MAX;

/// What went wrong: the optional last argument of every function that can fail.
///
/// The caller owns it and sets `struct_size`; zero the rest. It is written only when the call fails.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_error {
    /// `sizeof(driftline_error)`.
    pub struct_size: u32,
    /// The returned code.
    pub code: driftline_result,
    /// The element of the array at fault, or `DRIFTLINE_NONE`.
    pub index: u64,
    /// The chain at fault, or `DRIFTLINE_NONE`.
    pub chain: u64,
    /// The node at fault, or `DRIFTLINE_NONE`.
    pub node: u64,
    /// What the callback returned, when the code is `DRIFTLINE_RESULT_SCORER`; else 0.
    pub scorer_code: i32,
    /// `DRIFTLINE_METHOD_...` that failed, when the code is `DRIFTLINE_RESULT_SCORER`; else 0.
    pub method: u32,
    /// One line of UTF-8, NUL-terminated, cut where it is too long.
    pub message: [c_char; 184],
}
sized_struct!(driftline_error, index, chain, node, scorer_code, method, message);

impl Default for driftline_error {
    fn default() -> Self {
        driftline_error {
            struct_size: size_of::<Self>() as u32,
            code: 0,
            index: DRIFTLINE_NONE,
            chain: DRIFTLINE_NONE,
            node: DRIFTLINE_NONE,
            scorer_code: 0,
            method: 0,
            message: [0; 184],
        }
    }
}

/// A state: who holds what. A number; zero is no handle.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_state {
    /// Kind, slot and generation. Copy it, compare it, take it apart at your own risk.
    pub bits: u64,
}

/// A scheduler of one node. A number; zero is no handle.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_scheduler {
    /// Kind, slot and generation.
    pub bits: u64,
}

/// `on_scorer_error`: the call fails with the scorer's error and emits nothing (SPEC P2).
pub const DRIFTLINE_ON_SCORER_ERROR_ABORT: u32 = 0;
/// `on_scorer_error`: the chain sits the tick out and stays due (SPEC P2).
pub const DRIFTLINE_ON_SCORER_ERROR_SKIP_CHAIN: u32 = 1;
/// `fingerprint_mode`: ask the scorer's fingerprints in every tick (SPEC S6).
pub const DRIFTLINE_FINGERPRINT_POLL: u32 = 0;
/// `fingerprint_mode`: never ask; touches say what moved, the backstop is the net.
pub const DRIFTLINE_FINGERPRINT_PUSH: u32 = 1;

/// Configuration of a scheduler (SPEC A7). Fill it with `driftline_config_init`, then change what you want.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_config {
    /// `sizeof(driftline_config)`.
    pub struct_size: u32,
    /// `DRIFTLINE_ON_SCORER_ERROR_...`; abort.
    pub on_scorer_error: u32,
    /// `DRIFTLINE_FINGERPRINT_...`; poll.
    pub fingerprint_mode: u32,
    /// A holder below this score is a candidate for eviction. In [0, 1]; 0.5.
    pub score_floor: f32,
    /// An alternative must be better by more than this. In [0, 1]; 0.2.
    pub hysteresis_gap: f32,
    /// Score that one second of migration costs. Finite and at least zero; 0.1.
    pub cost_per_sec: f32,
    /// How long a chain is left alone after an eviction. Any; 300 s.
    pub cooldown_ns: u64,
    /// No score is older than this. Above zero; 30 s.
    pub decision_interval_ns: u64,
}
sized_struct!(
    driftline_config,
    fingerprint_mode,
    score_floor,
    hysteresis_gap,
    cost_per_sec,
    cooldown_ns,
    decision_interval_ns
);

/// `node` has the chain now. Uses `chain` and `node`.
pub const DRIFTLINE_EVENT_HOLDER_ADDED: u32 = 1;
/// `node` has the chain no longer. Uses `chain` and `node`.
pub const DRIFTLINE_EVENT_HOLDER_REMOVED: u32 = 2;
/// `node` leads the chain. Uses `chain` and `node`.
pub const DRIFTLINE_EVENT_LEADER_SET: u32 = 3;
/// Nobody leads the chain. Uses `chain`.
pub const DRIFTLINE_EVENT_LEADER_CLEARED: u32 = 4;
/// The chain is gone: holders, leader, claim and cooldown. Uses `chain`.
pub const DRIFTLINE_EVENT_CHAIN_REMOVED: u32 = 5;
/// Somebody holds an exclusive claim on the chain: no eviction until it is released. Uses `chain`.
pub const DRIFTLINE_EVENT_CLAIM_ACQUIRED: u32 = 6;
/// The claim is released. Uses `chain`.
pub const DRIFTLINE_EVENT_CLAIM_RELEASED: u32 = 7;
/// Something that scores depend on moved at this node. Uses `node`.
pub const DRIFTLINE_EVENT_NODE_TOUCHED: u32 = 8;
/// Something that scores depend on moved for this chain. Uses `chain`.
pub const DRIFTLINE_EVENT_CHAIN_TOUCHED: u32 = 9;

/// A fact about the cluster. A field that its kind does not use must be 0.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct driftline_event {
    /// `DRIFTLINE_EVENT_...`.
    pub kind: u32,
    /// Must be 0.
    pub flags: u32,
    /// The chain.
    pub chain: u64,
    /// The node.
    pub node: u64,
    /// Must be 0.
    pub value: u64,
}

/// `flags` of a chain: an exclusive claim is held.
pub const DRIFTLINE_CHAIN_CLAIM_HELD: u32 = 1;
/// `flags` of a chain: `last_rebalance_ns` is known.
pub const DRIFTLINE_CHAIN_REBALANCED: u32 = 2;

/// One chain of a state.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_chain {
    /// `sizeof(driftline_chain)`.
    pub struct_size: u32,
    /// `DRIFTLINE_CHAIN_...`.
    pub flags: u32,
    /// Who leads it; `DRIFTLINE_NONE` for nobody.
    pub leader: u64,
    /// When it was last evicted from; `DRIFTLINE_NONE` unless `DRIFTLINE_CHAIN_REBALANCED`.
    pub last_rebalance_ns: u64,
}
sized_struct!(driftline_chain, leader, last_rebalance_ns);

/// A callback answered, and wrote its answer.
pub const DRIFTLINE_SCORER_OK: i32 = 0;
/// A callback has no opinion, or the thing asked for does not exist; what it wrote is ignored.
pub const DRIFTLINE_SCORER_NO_OPINION: i32 = 1;

/// A question of a batch. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct driftline_pair {
    /// The chain.
    pub chain: u64,
    /// The node.
    pub node: u64,
}

/// A home that a chain could have instead. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct driftline_alternative {
    /// The node; must not be one of `exclude`.
    pub node: u64,
    /// Its score, in [0, 1].
    pub score: f32,
    /// Leave it 0.
    pub reserved: u32,
}

/// What a move would cost. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_migration_cost {
    /// Time to ship the state.
    pub state_transfer_ns: u64,
    /// Time during which the chain serves worse.
    pub disruption_ns: u64,
    /// Weight of the whole; pre-set to 1, and whatever is not finite and above zero counts as 1 (SPEC C1).
    pub reliability_factor: f32,
    /// Leave it 0.
    pub reserved: u32,
}

/// The scorer: how good each home is. The only way out of the library.
///
/// Zero the struct, set `struct_size` and what you have; optional entries that stay NULL get the defaults of SPEC A2. The
/// struct is copied, `ctx` is kept until `drop` is called.
///
/// Callbacks get `ctx` first and return `DRIFTLINE_SCORER_OK`, `DRIFTLINE_SCORER_NO_OPINION`, or a negative code of their
/// own, which comes back in `driftline_error.scorer_code`. They must return: no longjmp, no exception, no end of the thread. They
/// are called one at a time for each scheduler, on the thread that called the library, and only while that call lasts; pointers that they get are valid
/// until they return. Scores are pre-set to "no opinion", fingerprints to 0, which is an answer.
///
/// Nothing that they return is trusted: NaN and infinities are no opinion, scores outside [0, 1] are clamped, and both
/// are counted in the report (SPEC P1).
///
/// From inside a callback every call on the scheduler that is calling is refused as `DRIFTLINE_RESULT_REENTRANT`. The state
/// may be read from inside `driftline_scheduler_sample`, `driftline_scheduler_decide` and `driftline_diff_scheduler`; from
/// inside `driftline_scheduler_tick` any call on the state is refused. Other handles may be used.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct driftline_scorer {
    /// `sizeof(driftline_scorer)`.
    pub struct_size: u32,
    /// Must be 0.
    pub flags: u32,
    /// Yours; handed to every callback.
    pub ctx: *mut c_void,
    /// Called exactly once for each installation, when that is over: replaced, uninstalled, freed with its scheduler, or
    /// refused. Whoever installs one `ctx` more than once counts them. May be NULL. The call that drops has left its
    /// handles by then; those of calls around it are still entered.
    pub drop: Option<unsafe extern "C" fn(ctx: *mut c_void)>,
    /// How good a home `node` is for `chain`, in [0, 1]. Required. May be cached by you.
    pub score: Option<unsafe extern "C" fn(ctx: *mut c_void, chain: u64, node: u64, out: *mut f32) -> i32>,
    /// The best home that the chain could have; `exclude` is its holders, ascending. Required.
    pub best_alternative: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            chain: u64,
            exclude: *const u64,
            exclude_count: usize,
            out: *mut driftline_alternative,
        ) -> i32,
    >,
    /// What is true right now, never cached. NULL: `score`.
    pub live_score: Option<unsafe extern "C" fn(ctx: *mut c_void, chain: u64, node: u64, out: *mut f32) -> i32>,
    /// A change counter of all that scores depend on at `node`. NULL: no opinion, which counts as always changed.
    pub node_fingerprint: Option<unsafe extern "C" fn(ctx: *mut c_void, node: u64, out: *mut u64) -> i32>,
    /// The same for what belongs to the chain. NULL: never asked, never changes.
    pub chain_fingerprint: Option<unsafe extern "C" fn(ctx: *mut c_void, chain: u64, out: *mut u64) -> i32>,
    /// What it would cost to move the chain to `target`. NULL or no opinion: free.
    pub migration_cost: Option<
        unsafe extern "C" fn(ctx: *mut c_void, chain: u64, target: u64, out: *mut driftline_migration_cost) -> i32,
    >,
    /// `score` for `count` pairs in one call. `out` is pre-set to NaN, which here is "no opinion". NULL: `score` in a loop.
    pub score_many: Option<
        unsafe extern "C" fn(ctx: *mut c_void, pairs: *const driftline_pair, count: usize, out: *mut f32) -> i32,
    >,
    /// `live_score` for `count` pairs, as `score_many`. NULL: `live_score` in a loop. Not called by this version.
    pub live_score_many: Option<
        unsafe extern "C" fn(ctx: *mut c_void, pairs: *const driftline_pair, count: usize, out: *mut f32) -> i32,
    >,
    /// `node_fingerprint` for `count` nodes. `known` is pre-set to 0, "no opinion"; write 1 beside each counter. NULL:
    /// `node_fingerprint` in a loop.
    pub node_fingerprints: Option<
        unsafe extern "C" fn(ctx: *mut c_void, nodes: *const u64, count: usize, out: *mut u64, known: *mut u8) -> i32,
    >,
    /// Up to `capacity` alternatives, best first; `*count` is pre-set to 0. NULL: `best_alternative`. Not called by this
    /// version.
    pub alternatives: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            chain: u64,
            exclude: *const u64,
            exclude_count: usize,
            out: *mut driftline_alternative,
            capacity: usize,
            count: *mut usize,
        ) -> i32,
    >,
}
sized_struct!(
    driftline_scorer,
    live_score,
    node_fingerprint,
    chain_fingerprint,
    migration_cost,
    score_many,
    live_score_many,
    node_fingerprints,
    alternatives
);

/// `kind` of an action: take the chain away from `victim`; `target` is the home that justifies it.
pub const DRIFTLINE_ACTION_EVICT: u32 = 1;
/// `flags` of an action: the scorer named a cost. Without it `cost` is 0.
pub const DRIFTLINE_ACTION_FLAG_COST: u32 = 1;

/// What the caller is asked to do.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct driftline_action {
    /// `DRIFTLINE_ACTION_...`.
    pub kind: u32,
    /// `DRIFTLINE_ACTION_FLAG_...`.
    pub flags: u32,
    /// The chain.
    pub chain: u64,
    /// The holder to leave.
    pub victim: u64,
    /// The better home.
    pub target: u64,
    /// The victim's live score.
    pub victim_score: f32,
    /// The target's score.
    pub target_score: f32,
    /// `target_score - victim_score`.
    pub gain: f32,
    /// What the move costs, in score.
    pub cost: f32,
}

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

/// What a pass did (SPEC T2).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_report {
    /// `sizeof(driftline_report)`.
    pub struct_size: u32,
    /// 1: something waits, and `next_due_ns` says when the caller should tick next at the latest. 0: nothing does.
    pub next_due_known: u32,
    /// The earliest backstop, retry of a failed sample or end of a cooldown; `DRIFTLINE_NONE` if nothing waits.
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
    verdicts
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
    /// `DRIFTLINE_EXPLANATION_...`: which times are known.
    pub flags: u32,
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
    flags
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
/// How far from the mean a sample is still stable (SPEC H2); a `float` in the arithmetic.
pub const DRIFTLINE_HISTORY_DEAD_BAND: f32 = 0.02;

// cbindgen reads literals only, so these are written twice; the compiler keeps them equal.
const _: () = {
    assert!(DRIFTLINE_VERDICT_COUNT == crate::VERDICT_COUNT);
    assert!(DRIFTLINE_HISTORY_LENGTH == crate::HISTORY_LENGTH);
    assert!(DRIFTLINE_HISTORY_SMOOTHING == crate::HISTORY_SMOOTHING);
    assert!(DRIFTLINE_HISTORY_DEAD_BAND == crate::HISTORY_DEAD_BAND);
};
