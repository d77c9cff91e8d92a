//! Every input that is a fact about the cluster, in one enum.

use crate::id::{ChainId, NodeId, Timestamp};

/// A fact about the cluster, applied with [`MeshState::apply`](crate::MeshState::apply).
///
/// Events are idempotent: one that says what is already so changes nothing and marks nothing dirty (E1). They only
/// note what changed; the work happens in the tick (E3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Event {
    /// `node` has the chain now. The chain comes into being with the first event that names it so.
    HolderAdded {
        /// The chain.
        chain: ChainId,
        /// The node.
        node: NodeId,
    },
    /// `node` has the chain no longer.
    HolderRemoved {
        /// The chain.
        chain: ChainId,
        /// The node.
        node: NodeId,
    },
    /// `node` leads the chain; whoever led it before does not.
    LeaderSet {
        /// The chain.
        chain: ChainId,
        /// The node.
        node: NodeId,
    },
    /// Nobody leads the chain.
    LeaderCleared {
        /// The chain.
        chain: ChainId,
    },
    /// The chain is gone, and all that was known of it: holders, leader, claim, cooldown, facts and moves (E4).
    ChainRemoved {
        /// The chain.
        chain: ChainId,
    },
    /// Somebody holds an exclusive claim on the chain: no eviction until it is released (D4). A move that is half done waits,
    /// too, and no other chain waits for it.
    ClaimAcquired {
        /// The chain.
        chain: ChainId,
    },
    /// The claim is released.
    ClaimReleased {
        /// The chain.
        chain: ChainId,
    },
    /// Something that scores depend on moved at this node: every led chain that it holds is dirty (S2).
    NodeTouched {
        /// The node.
        node: NodeId,
    },
    /// Something that scores depend on moved for this chain: it is dirty (S2).
    ChainTouched {
        /// The chain.
        chain: ChainId,
    },
    /// So many nodes should hold the chain (B1). Fewer: somebody is placed; more: somebody is evicted (R2). A chain that has
    /// lost its last holder is placed, too.
    DesiredReplicas {
        /// The chain.
        chain: ChainId,
        /// How many.
        count: u32,
    },
    /// The chain's revision in the caller's store. Every action on the chain carries the latest one, so that whoever applies
    /// it can compare and swap (R8).
    ChainRevision {
        /// The chain.
        chain: ChainId,
        /// A number of the caller's.
        revision: u64,
    },
    /// The chain belongs to a class, whose policy replaces parts of the config (Y1). A chain that was never given one is of
    /// class 0.
    ChainClass {
        /// The chain.
        chain: ChainId,
        /// The class.
        class: u32,
    },
    /// The node is to be empty by the deadline: it is never a target, and what it holds moves away (N1).
    ///
    /// The pace is even, and such that the last move begins a [`move_timeout_ns`](crate::SchedulerConfig::move_timeout_ns)
    /// before the deadline. Where less time than that is left, everything goes at once, as limits allow. Another deadline
    /// begins the pace anew. Where moves of a chain have failed, the others go first.
    ///
    /// [`drain_status`](crate::LocalScheduler::drain_status) says what the drain makes of each chain: it is on its way, it is
    /// blocked and why, or, if neither, it waits for its turn. [`explain`](crate::LocalScheduler::explain) goes by scores on
    /// this node, too: a good home reads as healthy there, also while the drain waits or has no other home for the chain.
    Drain {
        /// The node.
        node: NodeId,
        /// When it should be empty: a time of the clock that ticks are given, not a duration.
        deadline: Timestamp,
    },
    /// The node stays. A drain that comes later begins with nothing.
    DrainCancelled {
        /// The node.
        node: NodeId,
    },
    /// The node is no target until then; what it holds stays (N2). A later one replaces it, also with an earlier end.
    Avoid {
        /// The node.
        node: NodeId,
        /// When it may be a target again: a time of the clock that ticks are given, not a duration. One that is past is none.
        until: Timestamp,
    },
    /// Nothing is emitted until then; sampling goes on (R6). A later one replaces it, also with an earlier end. Orders that
    /// come meanwhile are refused, not kept.
    FreezeUntil {
        /// When it is over: a time of the clock that ticks are given, not a duration.
        until: Timestamp,
    },
    /// A freeze is over now (R6).
    Thaw,
    /// Somebody orders this holder away: the next tick of the chain's leader does it, whatever floor, gap, cost and cooldown
    /// say, but never against a claim (R7).
    ///
    /// What cannot be done is dropped, and counted in [`forced_refused`](crate::TickReport::forced_refused) without saying
    /// which chain it was: the victim is no holder, the chain is claimed or has a move in flight, fewer than `min_holders`
    /// would be left, everything is frozen, or, of a [`ForcePlace`](Event::ForcePlace), the target holds the chain already, is
    /// drained or avoided. Order it again when that is over. An order that a limit holds back waits; another order of its kind
    /// replaces it, and it is dropped when somebody else leads the chain.
    ForceEvict {
        /// The chain.
        chain: ChainId,
        /// The holder to leave.
        victim: NodeId,
    },
    /// Somebody orders the chain to this node, likewise (R7). Together with [`ForceEvict`](Event::ForceEvict) it is one move.
    ForcePlace {
        /// The chain.
        chain: ChainId,
        /// The node that is to hold it.
        target: NodeId,
    },
    /// The move of the chain that is in flight has failed (F1). What it was tried with, mostly its target, waits for a minute,
    /// longer with each failure; meanwhile another home is tried. Where no move is in flight, or driftline has yet to say its
    /// next half, this is ignored and counted (F3).
    ///
    /// A comparison of revisions that was lost is no failure of the target. Tell what is so now ([`Event::ChainRevision`],
    /// holders, leader) first; say this, too, only if that does not end the move and you do not want to wait for its
    /// time-out.
    MoveFailed {
        /// The chain.
        chain: ChainId,
    },
}

impl Event {
    /// The node that the event names, if its kind names one.
    #[must_use]
    pub const fn node(&self) -> Option<NodeId> {
        match *self {
            Event::HolderAdded { node, .. }
            | Event::HolderRemoved { node, .. }
            | Event::LeaderSet { node, .. }
            | Event::NodeTouched { node }
            | Event::Drain { node, .. }
            | Event::DrainCancelled { node }
            | Event::Avoid { node, .. } => Some(node),
            Event::ForceEvict { victim: node, .. } | Event::ForcePlace { target: node, .. } => Some(node),
            Event::LeaderCleared { .. }
            | Event::ChainRemoved { .. }
            | Event::ClaimAcquired { .. }
            | Event::ClaimReleased { .. }
            | Event::ChainTouched { .. }
            | Event::DesiredReplicas { .. }
            | Event::ChainRevision { .. }
            | Event::ChainClass { .. }
            | Event::FreezeUntil { .. }
            | Event::Thaw
            | Event::MoveFailed { .. } => None,
        }
    }

    /// The chain that the event names, if its kind names one.
    #[must_use]
    pub const fn chain(&self) -> Option<ChainId> {
        match *self {
            Event::HolderAdded { chain, .. }
            | Event::HolderRemoved { chain, .. }
            | Event::LeaderSet { chain, .. }
            | Event::LeaderCleared { chain }
            | Event::ChainRemoved { chain }
            | Event::ClaimAcquired { chain }
            | Event::ClaimReleased { chain }
            | Event::ChainTouched { chain }
            | Event::DesiredReplicas { chain, .. }
            | Event::ChainRevision { chain, .. }
            | Event::ChainClass { chain, .. }
            | Event::ForceEvict { chain, .. }
            | Event::ForcePlace { chain, .. }
            | Event::MoveFailed { chain } => Some(chain),
            Event::NodeTouched { .. }
            | Event::Drain { .. }
            | Event::DrainCancelled { .. }
            | Event::Avoid { .. }
            | Event::FreezeUntil { .. }
            | Event::Thaw => None,
        }
    }
}
