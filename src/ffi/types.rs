//! The plain structs that cross the boundary, but for the answers. Only fixed-width integers, `float` and pointers; no
//! padding.

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
    /// At most so many scores are asked for in one tick; the rest stays due, longest due first. A chain that alone has more
    /// holders is scored alone. 0 is no limit; 0.
    pub max_scores_per_tick: u64,
    /// The longest that a refused chain waits before it is asked about again. 0 is no wait; 0.
    pub retry_backoff_ns: u64,
    /// 1: backstops are spread over the interval by chain id. 0: they are not; 0.
    pub backstop_spread: u32,
    /// Must be 0.
    pub reserved: u32,
}
sized_struct!(
    driftline_config,
    fingerprint_mode,
    score_floor,
    hysteresis_gap,
    cost_per_sec,
    cooldown_ns,
    decision_interval_ns,
    max_scores_per_tick,
    retry_backoff_ns,
    backstop_spread,
    reserved
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
/// A callback was interrupted and wants the call to end: it fails as under `DRIFTLINE_ON_SCORER_ERROR_ABORT`, whatever the
/// config says. For signals, deadlines and exceptions that must get through.
pub const DRIFTLINE_SCORER_INTERRUPTED: i32 = 2;

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
/// Callbacks get `ctx` first and return `DRIFTLINE_SCORER_OK`, `DRIFTLINE_SCORER_NO_OPINION`, `DRIFTLINE_SCORER_INTERRUPTED`, or a negative
/// code of their own. What is neither of the first two comes back in `driftline_error.scorer_code`. They must return: no longjmp, no exception, no end of the thread. They
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
