//! What the caller is asked to do.

use super::types::DRIFTLINE_NONE;

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
