//! One chain as the state holds it, and how the outside sees it.

use smallvec::SmallVec;

use super::MeshState;
use crate::id::{ChainId, NodeId, Timestamp};

/// A holder of a chain, and where the chain stands in that node's list of chains.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holder {
    pub(crate) node: u32,
    pub(crate) position: u32,
}

/// What the state knows of one chain.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) leader: NodeId,
    /// By ascending node id. Three replicas are the common case and cost no allocation.
    pub(crate) holders: SmallVec<[Holder; 3]>,
    /// Revision of the last `ChainTouched`, 0 if there was none.
    pub(crate) touched: u64,
    last_rebalance: Timestamp,
    /// Whether `last_rebalance` says anything. An option would take eight bytes for that.
    has_rebalanced: bool,
    pub(crate) claim_held: bool,
    /// Scratch of one call: holders that it will add, or whether it has named the chain.
    pub(crate) pending: u32,
}

impl Default for Chain {
    fn default() -> Self {
        Chain {
            leader: NodeId::NONE,
            holders: SmallVec::new(),
            touched: 0,
            last_rebalance: Timestamp(0),
            has_rebalanced: false,
            claim_held: false,
            pending: 0,
        }
    }
}

impl Chain {
    /// Whether there is anything to say of the chain; one without content does not exist.
    pub(crate) fn has_content(&self) -> bool {
        !self.holders.is_empty() || !self.leader.is_none() || self.claim_held || self.has_rebalanced
    }

    /// When the chain was last evicted from (E4).
    pub(crate) fn last_rebalance(&self) -> Option<Timestamp> {
        self.has_rebalanced.then_some(self.last_rebalance)
    }

    pub(crate) fn set_last_rebalance(&mut self, at: Option<Timestamp>) {
        self.has_rebalanced = at.is_some();
        self.last_rebalance = at.unwrap_or_default();
    }

    pub(crate) fn holds(&self, node: u32) -> bool {
        self.holders.iter().any(|holder| holder.node == node)
    }
}

/// What the state knows of one node.
#[derive(Debug, Default)]
pub(crate) struct Node {
    /// The chains that it holds, in no order that means anything.
    pub(crate) chains: alloc::vec::Vec<u32>,
    /// Scratch of one call: chains that it will add.
    pub(crate) pending: u32,
    /// Scratch of one call: the last chain that named it.
    pub(crate) mark: u32,
}

/// One chain of a [`MeshState`], to read.
#[derive(Clone, Copy, Debug)]
pub struct ChainView<'a> {
    pub(crate) state: &'a MeshState,
    pub(crate) slot: u32,
}

impl<'a> ChainView<'a> {
    /// The chain's id.
    #[must_use]
    pub fn id(&self) -> ChainId {
        ChainId(self.state.chains.id(self.slot))
    }

    /// Who leads the chain, if anybody does.
    #[must_use]
    pub fn leader(&self) -> Option<NodeId> {
        Some(self.chain().leader).filter(|leader| !leader.is_none())
    }

    /// The nodes that have the chain, by ascending id.
    pub fn holders(&self) -> impl ExactSizeIterator<Item = NodeId> + Clone + 'a {
        let state = self.state;
        self.chain().holders.iter().map(move |holder| NodeId(state.nodes.id(holder.node)))
    }

    /// How many nodes have the chain.
    #[must_use]
    pub fn holder_count(&self) -> usize {
        self.chain().holders.len()
    }

    /// Whether an exclusive claim is held on the chain (D4).
    #[must_use]
    pub fn claim_held(&self) -> bool {
        self.chain().claim_held
    }

    /// When the chain was last evicted from, unless that was forgotten since (E4).
    #[must_use]
    pub fn last_rebalance(&self) -> Option<Timestamp> {
        self.chain().last_rebalance()
    }

    /// Whether the scheduler of `node` may act on the chain: it leads it and somebody holds it.
    #[must_use]
    pub fn is_led_by(&self, node: NodeId) -> bool {
        let chain = self.chain();
        chain.leader == node && !node.is_none() && !chain.holders.is_empty()
    }

    pub(crate) fn chain(&self) -> &'a Chain {
        self.state.chains.value(self.slot)
    }
}
