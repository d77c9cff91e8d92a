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

/// `move_order`: the victim leaves, then the chain is placed on the target (SPEC R4).
pub const DRIFTLINE_MOVE_ORDER_EVICT_FIRST: u32 = 0;
/// `move_order`: the chain is placed on the target; the victim leaves when it is there, or stays where that is later
/// than a `move_timeout_ns` after it was asked for.
pub const DRIFTLINE_MOVE_ORDER_PLACE_FIRST: u32 = 1;

/// Configuration of a scheduler (SPEC A7). Fill it with `driftline_config_init` or `driftline_config_production`, which
/// says what it sets otherwise, then change what you want. Defaults stand beside the fields.
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
    /// At most so many scores are asked for in one tick; the rest stays due, longest due first. A chain that alone has
    /// more holders is scored alone. 0 is no limit; 0.
    pub max_scores_per_tick: u64,
    /// The longest that a refused chain waits before it is asked about again. 0 is no wait; 0. When fingerprints are
    /// polled, the wait grows only for a scorer with `node_fingerprint` or `node_fingerprints`: without them every node
    /// counts as changed, every chain is re-scored in each tick, and one that is stuck keeps `next_due_ns` at one
    /// second.
    pub retry_backoff_ns: u64,
    /// 1: backstops are spread over the interval by chain id. 0: they are not; 0.
    pub backstop_spread: u32,
    /// Must be 0.
    pub reserved: u32,
    /// No eviction leaves a chain with fewer holders than this. 0. Without a `move_timeout_ns` a holder whose eviction
    /// was said counts as gone until the cooldown is over.
    pub min_holders: u32,
    /// `DRIFTLINE_MOVE_ORDER_...`; evict first.
    pub move_order: u32,
    /// For how long the target that justified an eviction is the target of the placement that follows. 60 s.
    pub pin_ttl_ns: u64,
    /// How long a move may take before it counts as failed. 0 is no tracking: what still has to be done is said again
    /// in each tick; 0. The pace of a drain leaves this much time before the deadline.
    pub move_timeout_ns: u64,
    /// At most so many new moves in one tick. 0 is no limit, here and in the next three; 0. Chains whose moves have
    /// failed come after all others and begin at most a quarter of them, and at least one.
    pub max_moves_per_tick: u64,
    /// At most so many moves in flight. Needs a `move_timeout_ns`, as do the next two. Chains whose moves have failed
    /// have at most a quarter of them, and at least one.
    pub max_in_flight: u64,
    /// At most so many moves in flight away from one node.
    pub max_in_flight_per_source: u64,
    /// At most so many moves in flight to one node.
    pub max_in_flight_per_target: u64,
    /// By how much each move in flight to a node lowers its score as an alternative. In [0, 1]; 0. Needs a
    /// `move_timeout_ns`.
    pub target_penalty: f32,
    /// How many alternatives of a chain are considered before giving up. Above zero; 1, which asks `best_alternative`
    /// in place of `alternatives`.
    pub max_alternatives: u32,
    /// A chain that came back to a node which it had left within this time, or that moved three times in it, is left
    /// alone for as long, and its cooldown doubles, up to `DRIFTLINE_FLAP_COOLDOWN_MAX_NS`. 0 is off; 0.
    pub flap_window_ns: u64,
    /// For how long moves for better scores wait for `warmup_coverage` at most. 300 s.
    pub warmup_max_ns: u64,
    /// The share of led chains that must have a score before the first such move. In [0, 1]; 0 is off; 0.
    pub warmup_coverage: f32,
    /// Must be 0.
    pub reserved_2: u32,
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
    reserved,
    min_holders,
    move_order,
    pin_ttl_ns,
    move_timeout_ns,
    max_moves_per_tick,
    max_in_flight,
    max_in_flight_per_source,
    max_in_flight_per_target,
    target_penalty,
    max_alternatives,
    flap_window_ns,
    warmup_max_ns,
    warmup_coverage,
    reserved_2
);

/// `mode` of a class: its chains move whenever a move is worth it.
pub const DRIFTLINE_CLASS_MODE_EAGER: u32 = 0;
/// `mode` of a class: only when the worst holder is below `critical_floor`, whatever the floor is. A `critical_floor`
/// of 0, as in a zeroed struct, is never for a better score: no score is below it. Drains still move the chains.
pub const DRIFTLINE_CLASS_MODE_LAZY: u32 = 1;
/// `mode` of a class: never for a better score and never for a drain; the wished count is kept and orders are carried
/// out.
pub const DRIFTLINE_CLASS_MODE_PINNED: u32 = 2;
/// `mode` of a class: moves for a better score and for a drain are decided and not emitted; the wished count is kept
/// and orders are carried out. For a dry run of everything there is `driftline_scheduler_decide`.
pub const DRIFTLINE_CLASS_MODE_PROPOSE_ONLY: u32 = 3;

/// `flags` of a class policy: `score_floor` is set.
pub const DRIFTLINE_CLASS_POLICY_SCORE_FLOOR: u32 = 1;
/// `flags` of a class policy: `hysteresis_gap` is set.
pub const DRIFTLINE_CLASS_POLICY_HYSTERESIS_GAP: u32 = 2;
/// `flags` of a class policy: `cooldown_ns` is set.
pub const DRIFTLINE_CLASS_POLICY_COOLDOWN: u32 = 4;
/// `flags` of a class policy: `cost_per_sec` is set.
pub const DRIFTLINE_CLASS_POLICY_COST_PER_SEC: u32 = 8;

/// What a class of chains does otherwise than the config (SPEC Y1). What is not set is as in the config, and must be 0
/// here.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_class_policy {
    /// `sizeof(driftline_class_policy)`.
    pub struct_size: u32,
    /// `DRIFTLINE_CLASS_POLICY_...`: which of the four are set.
    pub flags: u32,
    /// `DRIFTLINE_CLASS_MODE_...`; eager.
    pub mode: u32,
    /// In place of the config's.
    pub score_floor: f32,
    /// In place of the config's.
    pub hysteresis_gap: f32,
    /// In place of the config's.
    pub cost_per_sec: f32,
    /// In place of the config's.
    pub cooldown_ns: u64,
    /// In [0, 1]; 0 is never for a better score. Only with `DRIFTLINE_CLASS_MODE_LAZY`; else it must be 0.
    pub critical_floor: f32,
    /// Must be 0.
    pub reserved: u32,
}
sized_struct!(
    driftline_class_policy,
    mode,
    score_floor,
    hysteresis_gap,
    cost_per_sec,
    cooldown_ns,
    critical_floor,
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
/// The chain is gone, and all that was known of it: holders, leader, claim, cooldown, facts and moves. Uses `chain`.
pub const DRIFTLINE_EVENT_CHAIN_REMOVED: u32 = 5;
/// Somebody holds an exclusive claim on the chain: no eviction until it is released. A move that is half done waits,
/// too, and no other chain waits for it. Uses `chain`.
pub const DRIFTLINE_EVENT_CLAIM_ACQUIRED: u32 = 6;
/// The claim is released. Uses `chain`.
pub const DRIFTLINE_EVENT_CLAIM_RELEASED: u32 = 7;
/// Something that scores depend on moved at this node. Uses `node`.
pub const DRIFTLINE_EVENT_NODE_TOUCHED: u32 = 8;
/// Something that scores depend on moved for this chain. Uses `chain`.
pub const DRIFTLINE_EVENT_CHAIN_TOUCHED: u32 = 9;
/// So many nodes should hold the chain (SPEC B1), also after it has lost its last holder. Uses `chain`; `value` is the
/// count, which fits into 32 bits.
pub const DRIFTLINE_EVENT_DESIRED_REPLICAS: u32 = 10;
/// The chain's revision in the caller's store, which every action on it carries (SPEC R8). Uses `chain`; `value` is the
/// revision.
pub const DRIFTLINE_EVENT_CHAIN_REVISION: u32 = 11;
/// The chain belongs to a class (SPEC Y1). Uses `chain`; `value` is the class, which fits into 32 bits.
pub const DRIFTLINE_EVENT_CHAIN_CLASS: u32 = 12;
/// `node` is to be empty by a deadline and is no target any more (SPEC N1). Uses `node`; `value` is the deadline, a
/// time of the clock that ticks are given, not a duration.
///
/// The pace is even, and such that the last move begins a `move_timeout_ns` before the deadline; where less time than
/// that is left, everything goes at once, as limits allow. Another deadline begins the pace anew. Chains whose moves
/// have failed go last. `driftline_scheduler_drain_status` says what the drain makes of each chain: it is on its way,
/// it is blocked and why, or, if neither, it waits for its turn. `driftline_explain` goes by scores on this node, too:
/// a good home reads as healthy there, also while the drain waits or has no other home for the chain. Without a
/// `move_timeout_ns` a chain counts as moved when its eviction is said.
pub const DRIFTLINE_EVENT_DRAIN: u32 = 13;
/// `node` stays. A drain that comes later begins with nothing. Uses `node`.
pub const DRIFTLINE_EVENT_DRAIN_CANCELLED: u32 = 14;
/// `node` is no target until then; what it holds stays (SPEC N2). Uses `node`; `value` is the end, a time of the clock
/// that ticks are given, not a duration. One that is past is none.
pub const DRIFTLINE_EVENT_AVOID: u32 = 15;
/// Nothing is emitted until then; sampling goes on (SPEC R6). Orders that come meanwhile are refused, not kept. `value`
/// is the end, a time of the clock that ticks are given, not a duration.
pub const DRIFTLINE_EVENT_FREEZE_UNTIL: u32 = 16;
/// A freeze is over now. Uses nothing.
pub const DRIFTLINE_EVENT_THAW: u32 = 17;
/// Somebody orders the holder `node` away: the next tick of the chain's leader does it, whatever the scores, never
/// against a claim (SPEC R7). Uses `chain` and `node`.
///
/// What cannot be done is dropped, and counted in `forced_refused` without saying which chain it was: the victim is no
/// holder, the chain is claimed or has a move in flight, fewer than `min_holders` would be left, everything is frozen,
/// or, of a placement, the target holds the chain already, is drained or avoided. Order it again when that is over. An
/// order that a limit holds back waits; it is dropped when somebody else leads the chain.
pub const DRIFTLINE_EVENT_FORCE_EVICT: u32 = 18;
/// Somebody orders the chain to `node`, likewise. Together with `DRIFTLINE_EVENT_FORCE_EVICT` it is one move. Uses
/// `chain` and `node`.
pub const DRIFTLINE_EVENT_FORCE_PLACE: u32 = 19;
/// The move of the chain that is in flight has failed (SPEC F1). What it was tried with, mostly its target, waits for
/// `DRIFTLINE_MOVE_BACKOFF_FIRST_NS`, longer with each failure; meanwhile another home is tried. Where no move is in
/// flight, or the library has yet to say its next half, this is ignored and counted. Uses `chain`.
///
/// A comparison of revisions that was lost is no failure of the target: tell what is so now (revision, holders, leader)
/// first; say this, too, only if that does not end the move and you do not want to wait for its time-out.
pub const DRIFTLINE_EVENT_MOVE_FAILED: u32 = 20;

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
    /// A count, a class, a revision or a time.
    pub value: u64,
}

/// `flags` of a chain: an exclusive claim is held.
pub const DRIFTLINE_CHAIN_CLAIM_HELD: u32 = 1;
/// `flags` of a chain: `last_rebalance_ns` is known.
pub const DRIFTLINE_CHAIN_REBALANCED: u32 = 2;
/// `flags` of a chain: `desired_replicas` was told.
pub const DRIFTLINE_CHAIN_DESIRED: u32 = 4;
/// `flags` of a chain: `revision` was told.
pub const DRIFTLINE_CHAIN_REVISION: u32 = 8;
/// `flags` of a chain: a move of it is in flight.
pub const DRIFTLINE_CHAIN_IN_FLIGHT: u32 = 16;
/// `flags` of a chain: the holder `pending_eviction` is ordered away.
pub const DRIFTLINE_CHAIN_PENDING_EVICTION: u32 = 32;
/// `flags` of a chain: it is ordered to the node `pending_placement`.
pub const DRIFTLINE_CHAIN_PENDING_PLACEMENT: u32 = 64;

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
    /// How many nodes should hold it; 0 unless `DRIFTLINE_CHAIN_DESIRED`.
    pub desired_replicas: u32,
    /// Its class; 0 if it was never given one.
    pub class_id: u32,
    /// Its latest revision; `DRIFTLINE_NONE` unless `DRIFTLINE_CHAIN_REVISION`.
    pub revision: u64,
    /// The holder that is ordered away and has not been considered yet; `DRIFTLINE_NONE` if there is none.
    pub pending_eviction: u64,
    /// The node that the chain is ordered to, likewise.
    pub pending_placement: u64,
}
sized_struct!(
    driftline_chain,
    leader,
    last_rebalance_ns,
    desired_replicas,
    class_id,
    revision,
    pending_eviction,
    pending_placement
);

/// A node with a time: until when it is avoided, or when it should be empty.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct driftline_node_time {
    /// The node.
    pub node: u64,
    /// The time.
    pub at_ns: u64,
}

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
    /// or refused. Whoever installs one `ctx` more than once counts them. May be NULL. The call that drops has left its
    /// handles by then; those of calls around it are still entered.
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

/// `kind` of an action: take the chain away from `victim`; `target` is the home that it is to have instead.
pub const DRIFTLINE_ACTION_EVICT: u32 = 1;
/// `kind` of an action: give the chain to one more node, `target` if one is named, and none of `exclude` else.
pub const DRIFTLINE_ACTION_PLACE: u32 = 2;
/// `arm` of an action: somebody ordered it (SPEC R7).
pub const DRIFTLINE_ARM_FORCED: u32 = 0;
/// `arm` of an action: the number of holders is not the wished one, or the second half of a move is due (SPEC R2, R4).
pub const DRIFTLINE_ARM_COUNT: u32 = 1;
/// `arm` of an action: a node is drained (SPEC N1).
pub const DRIFTLINE_ARM_DRAIN: u32 = 2;
/// `arm` of an action: a holder is bad and there is a better home (SPEC D11).
pub const DRIFTLINE_ARM_SCHEDULER: u32 = 3;
/// `flags` of an action: `cost` is known, because the scorer named one.
pub const DRIFTLINE_ACTION_FLAG_COST: u32 = 1;
/// `flags` of an action: `victim` is known.
pub const DRIFTLINE_ACTION_FLAG_VICTIM: u32 = 2;
/// `flags` of an action: `target` is known.
pub const DRIFTLINE_ACTION_FLAG_TARGET: u32 = 4;
/// `flags` of an action: `victim_score` is known.
pub const DRIFTLINE_ACTION_FLAG_VICTIM_SCORE: u32 = 8;
/// `flags` of an action: `target_score` is known.
pub const DRIFTLINE_ACTION_FLAG_TARGET_SCORE: u32 = 16;
/// `flags` of an action: `gain` is known.
pub const DRIFTLINE_ACTION_FLAG_GAIN: u32 = 32;
/// `flags` of an action: `revision` is known.
pub const DRIFTLINE_ACTION_FLAG_REVISION: u32 = 64;

/// What the caller is asked to do. Whoever carries it out compares `revision` with the chain's present one, where there
/// is one: two leaders that overlap cannot both act on one state then (SPEC R8).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_action {
    /// `DRIFTLINE_ACTION_...`.
    pub kind: u32,
    /// `DRIFTLINE_ACTION_FLAG_...`: what is known.
    pub flags: u32,
    /// The chain.
    pub chain: u64,
    /// The holder to leave. Of a placement the one that will be evicted once the chain is on the target, and the
    /// numbers are those of that move; `DRIFTLINE_NONE` where the chain is to have one holder more.
    pub victim: u64,
    /// The node that is to hold the chain; `DRIFTLINE_NONE` where an eviction leaves one holder less, or a placement
    /// leaves the choice to the caller.
    ///
    /// Of an eviction: with a wished count (`DRIFTLINE_EVENT_DESIRED_REPLICAS`) leave it alone, because a placement on
    /// it follows when the victim is gone. Without one the eviction is the whole move under
    /// `DRIFTLINE_MOVE_ORDER_EVICT_FIRST`: put the chain there, too, or it has one replica less from then on. Under
    /// `DRIFTLINE_MOVE_ORDER_PLACE_FIRST` the placement came before, with a wished count or without.
    pub target: u64,
    /// The victim's live score; NaN if it is not known, as the next two.
    pub victim_score: f32,
    /// The target's score, lowered by the penalty for moves in flight to it.
    pub target_score: f32,
    /// `target_score - victim_score`.
    pub gain: f32,
    /// What the move costs, in score; 0 if it is not known.
    pub cost: f32,
    /// `DRIFTLINE_ARM_...`: which part of the library asks for it.
    pub arm: u32,
    /// 0.
    pub reserved: u32,
    /// The latest revision of the chain that was told; `DRIFTLINE_NONE` if none was.
    pub revision: u64,
    /// The nodes that a placement must not be, ascending: holders, nodes that are drained or avoided, and targets that
    /// have just failed. Valid as long as the action is; NULL when there are none, and from `driftline_diff_scheduler`.
    pub exclude: *const u64,
    /// How many they are.
    pub exclude_count: u64,
}

impl Default for driftline_action {
    /// An action that says nothing. What an older caller does not know is as here.
    fn default() -> Self {
        driftline_action {
            kind: 0,
            flags: 0,
            chain: DRIFTLINE_NONE,
            victim: DRIFTLINE_NONE,
            target: DRIFTLINE_NONE,
            victim_score: f32::NAN,
            target_score: f32::NAN,
            gain: f32::NAN,
            cost: 0.0,
            arm: DRIFTLINE_ARM_SCHEDULER,
            reserved: 0,
            revision: DRIFTLINE_NONE,
            exclude: core::ptr::null(),
            exclude_count: 0,
        }
    }
}
