//! Every input that is a fact about the cluster, in one enum.

use crate::id::{ChainId, NodeId};

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
    /// The chain is gone: its holders, its leader, its claim and its cooldown with it (E4).
    ChainRemoved {
        /// The chain.
        chain: ChainId,
    },
    /// Somebody holds an exclusive claim on the chain: no eviction until it is released (D4).
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
}

impl Event {
    /// The node that the event names, if its kind names one.
    #[must_use]
    pub const fn node(&self) -> Option<NodeId> {
        match *self {
            Event::HolderAdded { node, .. }
            | Event::HolderRemoved { node, .. }
            | Event::LeaderSet { node, .. }
            | Event::NodeTouched { node } => Some(node),
            Event::LeaderCleared { .. }
            | Event::ChainRemoved { .. }
            | Event::ClaimAcquired { .. }
            | Event::ClaimReleased { .. }
            | Event::ChainTouched { .. } => None,
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
            | Event::ChainTouched { chain } => Some(chain),
            Event::NodeTouched { .. } => None,
        }
    }
}
