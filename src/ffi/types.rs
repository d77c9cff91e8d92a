//! The plain structs that cross the boundary, but for those of scorers, actions, inventories and answers. Only
//! fixed-width integers, `float`, `double` and pointers; no padding.

use libc::c_char;

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
