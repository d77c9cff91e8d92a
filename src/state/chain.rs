//! One chain as the state holds it, and how the outside sees it.

use smallvec::SmallVec;

use super::MeshState;
use super::facts::{Facts, Order};
use super::memory::Memory;
use crate::id::{ChainId, NodeId, Timestamp};

/// A holder of a chain, and where the chain stands in that node's list of chains.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holder {
    pub(crate) node: u32,
    pub(crate) position: u32,
}

/// What the state has beside a chain, each under its id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extras(u8);

impl Extras {
    /// Facts that the caller has told.
    pub(crate) const FACTS: Extras = Extras(1);
    /// A memory of moves.
    pub(crate) const MEMORY: Extras = Extras(1 << 1);
    /// Orders.
    pub(crate) const ORDER: Extras = Extras(1 << 2);

    pub(crate) fn has(self, extra: Extras) -> bool {
        self.0 & extra.0 != 0
    }

    pub(crate) fn put(&mut self, extra: Extras, is_so: bool) {
        if is_so { self.0 |= extra.0 } else { self.0 &= !extra.0 }
    }

    pub(crate) fn is_empty(self) -> bool {
        self == Extras::default()
    }

    /// Whether the chain exists for what is beside it. An order alone is about nothing.
    fn is_content(self) -> bool {
        self.has(Extras::FACTS) || self.has(Extras::MEMORY)
    }
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
    pub(crate) extras: Extras,
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
            extras: Extras::default(),
            pending: 0,
        }
    }
}

impl Chain {
    /// Whether there is anything to say of the chain; one without content does not exist.
    pub(crate) fn has_content(&self) -> bool {
        let is_known = !self.holders.is_empty() || !self.leader.is_none();
        is_known || self.claim_held || self.has_rebalanced || self.extras.is_content()
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

    /// How many nodes should hold the chain, if that was told (B1).
    #[must_use]
    pub fn desired_replicas(&self) -> Option<u32> {
        self.facts().desired
    }

    /// The latest revision of the chain that was told (R8).
    #[must_use]
    pub fn revision(&self) -> Option<u64> {
        self.facts().revision
    }

    /// The class of the chain; 0 if it was never told (Y1).
    #[must_use]
    pub fn class(&self) -> u32 {
        self.facts().class.unwrap_or(0)
    }

    /// Whether a move of the chain is in flight (F1).
    #[must_use]
    pub fn is_in_flight(&self) -> bool {
        self.memory().is_some_and(|memory| memory.flight.is_some())
    }

    /// The holder that is ordered away and has not been considered yet (R7).
    #[must_use]
    pub fn pending_eviction(&self) -> Option<NodeId> {
        self.order().and_then(|order| order.victim).map(|(victim, _)| victim)
    }

    /// The node that the chain is ordered to, likewise (R7).
    #[must_use]
    pub fn pending_placement(&self) -> Option<NodeId> {
        self.order().and_then(|order| order.target).map(|(target, _)| target)
    }

    pub(crate) fn facts(&self) -> Facts {
        let has_facts = self.chain().extras.has(Extras::FACTS);
        if has_facts { self.state.facts.get(self.id()).copied().unwrap_or_default() } else { Facts::default() }
    }

    pub(crate) fn memory(&self) -> Option<&'a Memory> {
        if self.chain().extras.has(Extras::MEMORY) { self.state.memories.get(self.id()) } else { None }
    }

    pub(crate) fn order(&self) -> Option<&'a Order> {
        if self.chain().extras.has(Extras::ORDER) { self.state.orders.get(self.id()) } else { None }
    }

    /// Whether a node holds the chain.
    pub(crate) fn is_held_by(&self, node: NodeId) -> bool {
        self.holders().any(|holder| holder == node)
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
