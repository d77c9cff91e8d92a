//! The scorer of the caller's, and what it is asked and answers.

use libc::c_void;

use super::sized::sized_struct;

/// A callback answered, and wrote its answer.
pub const DRIFTLINE_SCORER_OK: i32 = 0;
/// A callback has no opinion, or the thing asked for does not exist; what it wrote is ignored.
pub const DRIFTLINE_SCORER_NO_OPINION: i32 = 1;
/// A callback was interrupted and wants the call to end: it fails as under `DRIFTLINE_ON_SCORER_ERROR_ABORT`, whatever
/// the config says. For signals, deadlines and exceptions that must get through.
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
/// Zero the struct, set `struct_size` and what you have; optional entries that stay NULL do what is said beside them.
/// The struct is copied, `ctx` is kept until `drop` is called.
///
/// Callbacks get `ctx` first and return `DRIFTLINE_SCORER_OK`, `DRIFTLINE_SCORER_NO_OPINION`,
/// `DRIFTLINE_SCORER_INTERRUPTED`, or a negative code of their own. What is neither of the first two comes back in
/// `driftline_error.scorer_code`. They must return: no longjmp, no exception, no end of the thread. They are called one
/// at a time for each scheduler, on the thread that called the library, and only while that call lasts; pointers that
/// they get are valid until they return. Scores are pre-set to "no opinion", fingerprints to 0, which is an answer.
///
/// Nothing that they return is trusted: NaN and infinities are no opinion, scores outside [0, 1] are clamped, and both
/// are counted in the report (SPEC P1).
///
/// From inside a callback every call on the scheduler that is calling is refused as `DRIFTLINE_RESULT_REENTRANT`. The
/// state may be read from inside `driftline_scheduler_sample`, `driftline_scheduler_decide` and
/// `driftline_diff_scheduler`; from inside `driftline_scheduler_tick` any call on the state is refused. Other handles
/// may be used.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct driftline_scorer {
    /// `sizeof(driftline_scorer)`.
    pub struct_size: u32,
    /// Must be 0.
    pub flags: u32,
    /// Yours; handed to every callback.
    pub ctx: *mut c_void,
    /// Called exactly once for each installation, when that is over: replaced, uninstalled, freed with its scheduler,
    /// or refused; and exactly once for each `driftline_any_scorer` that was made of it or refused, when that is over:
    /// freed, or freed, replaced or uninstalled with what has taken it over. Whoever hands one `ctx` over more than
    /// once counts them. May be NULL. The call that drops has left its handles by then; those of calls around it are
    /// still entered.
    pub drop: Option<unsafe extern "C" fn(ctx: *mut c_void)>,
    /// How good a home `node` is for `chain`, in [0, 1]. Required. May be cached by you.
    pub score: Option<unsafe extern "C" fn(ctx: *mut c_void, chain: u64, node: u64, out: *mut f32) -> i32>,
    /// The best home that the chain could have and has not. `exclude` is its holders, and whatever else is no home for
    /// it now: nodes that are drained or avoided, and targets that have just failed; ascending. Required.
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
    /// `score` for `count` pairs in one call. `out` is pre-set to NaN, which here is "no opinion". NULL: `score` in a
    /// loop.
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
    /// Up to `capacity` alternatives, best first; `*count` is pre-set to 0. Called in place of `best_alternative` when
    /// `max_alternatives` is above 1. When there are many, it may be called again with a larger capacity. NULL:
    /// `best_alternative` again and again, with what it has answered among `exclude`.
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

/// A scorer that the library holds: your callbacks, an inventory, or several of these put together. A number; zero is
/// no handle.
///
/// You own it, until it becomes a part of another one or is installed: from then on the handle is stale. Every call
/// that takes one has it alone, and calls its callbacks on the thread that called.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_any_scorer {
    /// Kind, slot and generation.
    pub bits: u64,
}

/// A part of a weighted sum.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_weighted_scorer {
    /// The part; it is taken over.
    pub scorer: driftline_any_scorer,
    /// How much it weighs; only ratios matter. Finite, above zero.
    pub weight: f32,
    /// Must be 0.
    pub reserved: u32,
}

/// The scorer of some chains.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_chain_override {
    /// The scorer; it is taken over.
    pub scorer: driftline_any_scorer,
    /// Its chains; no chain twice, here or in another override. Only read during the call; NULL is fine where there are
    /// none.
    pub chains: *const u64,
    /// How many they are.
    pub chain_count: u64,
}
