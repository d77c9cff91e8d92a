//! One chain as the state holds it, and how the outside sees it.

use smallvec::SmallVec;

use super::MeshState;
use super::memory::Memory;
use super::order::Order;
use super::said::Said;
use super::slots::Slots;
use crate::id::{ChainId, NodeId, Timestamp};

/// A holder of a chain, and where the chain stands in that node's list of chains.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holder {
    pub(crate) node: u32,
    pub(crate) position: u32,
}

/// What is true of a chain or not, and scratch. Kept apart from [`Chain`], which padding would make larger by eight bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ChainMarks {
    bits: u8,
    /// Scratch of one call: holders that it will add, as far as a byte can count, or whether it has named the chain.
    pub(crate) pending: u8,
}

/// One of the things that [`ChainMarks`] says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark(u8);

impl ChainMarks {
    /// The caller has told facts.
    pub(crate) const FACTS: Mark = Mark(1);
    /// Among them a revision.
    pub(crate) const REVISION: Mark = Mark(1 << 1);
    /// There is a memory of moves.
    pub(crate) const MEMORY: Mark = Mark(1 << 2);
    /// There are orders.
    pub(crate) const ORDER: Mark = Mark(1 << 3);
    /// Evictions were said that nobody tracks.
    pub(crate) const SAID: Mark = Mark(1 << 6);
    /// What is remembered came from another leader, whose clock may have been ahead, and no tick has looked at it yet.
    pub(crate) const IMPORTED: Mark = Mark(1 << 7);
    /// An exclusive claim is held (D4).
    pub(crate) const CLAIM: Mark = Mark(1 << 4);
    /// `last_rebalance` says something. An option would take eight bytes for that.
    pub(crate) const REBALANCED: Mark = Mark(1 << 5);

    /// What lies beside a chain, under its slot or its id.
    const BESIDE: Mark =
        Mark(Self::FACTS.0 | Self::REVISION.0 | Self::MEMORY.0 | Self::ORDER.0 | Self::SAID.0 | Self::IMPORTED.0);
    /// What a chain exists for. An order alone is about nothing.
    const CONTENT: Mark = Mark(Self::FACTS.0 | Self::MEMORY.0 | Self::CLAIM.0 | Self::REBALANCED.0);

    /// Whether one of these is so.
    pub(crate) fn has(self, mark: Mark) -> bool {
        self.bits & mark.0 != 0
    }

    /// Answers what was so before.
    pub(crate) fn put(&mut self, mark: Mark, is_so: bool) -> bool {
        let was_so = self.has(mark);
        if is_so {
            self.bits |= mark.0
        } else {
            self.bits &= !mark.0
        }
        was_so
    }

    pub(crate) fn has_something_beside(self) -> bool {
        self.has(ChainMarks::BESIDE)
    }

    /// Nothing lies beside the chain any more. Answers what did.
    pub(super) fn clear_beside(&mut self) -> ChainMarks {
        let before = *self;
        self.put(ChainMarks::BESIDE, false);
        before
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
    /// Says something where [`ChainMarks::REBALANCED`] does.
    last_rebalance: Timestamp,
}

impl Default for Chain {
    fn default() -> Self {
        Chain { leader: NodeId::NONE, holders: SmallVec::new(), touched: 0, last_rebalance: Timestamp(0) }
    }
}

impl Chain {
    pub(crate) fn holds(&self, node: u32) -> bool {
        self.holders.iter().any(|holder| holder.node == node)
    }
}

impl Slots<Chain, ChainMarks> {
    /// Whether there is anything to say of the chain; one without content does not exist.
    pub(crate) fn has_content(&self, slot: u32) -> bool {
        let chain = self.value(slot);
        !chain.holders.is_empty() || !chain.leader.is_none() || self.marks(slot).has(ChainMarks::CONTENT)
    }

    /// When the chain was last evicted from (E4).
    pub(crate) fn last_rebalance(&self, slot: u32) -> Option<Timestamp> {
        self.marks(slot).has(ChainMarks::REBALANCED).then_some(self.value(slot).last_rebalance)
    }

    pub(crate) fn set_last_rebalance(&mut self, slot: u32, at: Option<Timestamp>) {
        self.marks_mut(slot).put(ChainMarks::REBALANCED, at.is_some());
        self.value_mut(slot).last_rebalance = at.unwrap_or_default();
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
        self.marks().has(ChainMarks::CLAIM)
    }

    /// When the chain was last evicted from, unless that was forgotten since (E4).
    #[must_use]
    pub fn last_rebalance(&self) -> Option<Timestamp> {
        self.state.chains.last_rebalance(self.slot)
    }

    /// How many nodes should hold the chain, if that was told (B1).
    #[must_use]
    pub fn desired_replicas(&self) -> Option<u32> {
        self.state.desired_of(self.slot)
    }

    /// The latest revision of the chain that was told (R8).
    #[must_use]
    pub fn revision(&self) -> Option<u64> {
        self.state.revision_of(self.slot)
    }

    /// The class of the chain; 0 if it was never told (Y1).
    #[must_use]
    pub fn class(&self) -> u32 {
        self.told_class().unwrap_or(0)
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

    /// The class, if it was told.
    pub(crate) fn told_class(&self) -> Option<u32> {
        self.state.class_of(self.slot)
    }

    pub(crate) fn memory(&self) -> Option<&'a Memory> {
        if self.marks().has(ChainMarks::MEMORY) { self.state.memories.get(self.id()) } else { None }
    }

    /// Whom evictions have named that nobody tracks (F0).
    pub(crate) fn said(&self) -> Option<&'a Said> {
        if self.marks().has(ChainMarks::SAID) { self.state.said.get(self.id()) } else { None }
    }

    pub(crate) fn order(&self) -> Option<&'a Order> {
        if self.marks().has(ChainMarks::ORDER) { self.state.orders.get(self.id()) } else { None }
    }

    /// Whether a node holds the chain.
    pub(crate) fn is_held_by(&self, node: NodeId) -> bool {
        self.holders().any(|holder| holder == node)
    }

    /// Whether the scheduler of `node` may act on the chain: it leads it, and somebody holds it or should.
    #[must_use]
    pub fn is_led_by(&self, node: NodeId) -> bool {
        let chain = self.chain();
        chain.leader == node && !node.is_none() && (!chain.holders.is_empty() || self.is_wished_for())
    }

    /// Whether somebody should hold the chain (R2).
    fn is_wished_for(&self) -> bool {
        self.desired_replicas().is_some_and(|desired| desired > 0)
    }

    pub(crate) fn marks(&self) -> ChainMarks {
        self.state.chains.marks(self.slot)
    }

    pub(crate) fn chain(&self) -> &'a Chain {
        self.state.chains.value(self.slot)
    }
}
