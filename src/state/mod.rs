//! Who holds what, who leads it, what is claimed and what was moved: a fold over events (A1).

mod apply;
mod chain;
mod closed;
mod digest;
mod facts;
mod fill;
mod handover;
mod load;
mod memory;
mod order;
mod said;
mod slots;

use alloc::sync::Arc;
use alloc::vec::Vec;

pub use chain::ChainView;
pub use load::Membership;

pub(crate) use chain::ChainMarks;
pub(crate) use closed::Drain;
pub(crate) use memory::{Memory, Owed, PastMove, Pin, Stage, Tracked};
pub(crate) use order::Order;
pub(crate) use said::Said;
pub(crate) use slots::NO_SLOT;

use crate::by_chain::ByChain;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::room;
use apply::Batch;
use chain::{Chain, Holder, Node};
use closed::Closures;
use facts::Facts;
use slots::Slots;

/// The placement as the caller has told it, and the cooldowns that ticks have started.
///
/// Feed it with [`load`](Self::load) and [`apply`](Self::apply); both are all or nothing. Scores are not part of it:
/// they are local observations of a scheduler (S10). One state may serve several schedulers, which borrow it for the
/// length of a call.
///
/// A chain exists while it has a holder, a leader, a claim, a remembered rebalance, a wished count, a class, a revision or
/// remembered moves. An event costs the same whatever other chains exist.
///
/// ```
/// use driftline::{ChainId, Event, MeshState, NodeId};
///
/// # fn main() -> Result<(), driftline::Error> {
/// let mut state = MeshState::new();
/// state.apply(&[
///     Event::HolderAdded { chain: ChainId(7), node: NodeId(3) },
///     Event::HolderAdded { chain: ChainId(7), node: NodeId(1) },
///     Event::LeaderSet { chain: ChainId(7), node: NodeId(1) },
/// ])?;
/// let chain = state.chain(ChainId(7)).expect("it was just made");
/// assert_eq!(chain.holders().collect::<Vec<_>>(), [NodeId(1), NodeId(3)]);
/// assert_eq!(state.led_by(NodeId(1)), [ChainId(7)]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct MeshState {
    pub(crate) chains: Slots<Chain, ChainMarks>,
    pub(crate) nodes: Slots<Node, ()>,
    facts: Facts,
    pub(crate) memories: ByChain<Memory>,
    pub(crate) orders: ByChain<Order>,
    pub(crate) said: ByChain<Said>,
    pub(crate) closures: Closures,
    /// Feedback that referred to no move in flight (F3).
    pub(crate) ignored_feedback: u64,
    /// Counts notes. Readers remember the value up to which they have caught up.
    revision: u64,
    /// The revision of the last touch of a node, whichever.
    node_touched: u64,
    /// Counts how often the chains were renumbered.
    layout: u64,
    /// Tells two states apart; it is only ever compared.
    identity: Arc<()>,
    batch: Batch,
}

impl Default for MeshState {
    fn default() -> Self {
        MeshState::new()
    }
}

impl MeshState {
    /// A state without chains.
    #[must_use]
    pub fn new() -> Self {
        MeshState {
            chains: Slots::new("chains"),
            nodes: Slots::new("nodes"),
            facts: Facts::default(),
            memories: ByChain::default(),
            orders: ByChain::default(),
            said: ByChain::default(),
            closures: Closures::default(),
            ignored_feedback: 0,
            revision: 0,
            node_touched: 0,
            layout: 0,
            identity: Arc::new(()),
            batch: Batch::default(),
        }
    }

    /// The chain, if it exists.
    #[must_use]
    pub fn chain(&self, chain: ChainId) -> Option<ChainView<'_>> {
        let slot = self.chains.find_live(chain.0)?;
        Some(ChainView { state: self, slot })
    }

    /// How many chains exist.
    #[must_use]
    pub fn chain_count(&self) -> usize {
        self.chains.live_count()
    }

    /// The chains that exist, by ascending id. Walks all of them.
    #[must_use]
    pub fn chains(&self) -> Vec<ChainId> {
        self.sorted_ids(self.chains.live())
    }

    /// The chains that `node` leads and that somebody holds or should, by ascending id. Walks all chains.
    #[must_use]
    pub fn led_by(&self, node: NodeId) -> Vec<ChainId> {
        self.sorted_ids(self.chains.live().filter(|&slot| self.view(slot).is_led_by(node)))
    }

    /// The chains that `node` holds, by ascending id. Costs what it returns.
    #[must_use]
    pub fn chains_on(&self, node: NodeId) -> Vec<ChainId> {
        let slot = self.nodes.find_live(node.0);
        self.sorted_ids(slot.into_iter().flat_map(|slot| self.nodes.value(slot).chains.iter().copied()))
    }

    /// The nodes that are drained, by ascending id, with their deadlines (N1).
    #[must_use]
    pub fn drains(&self) -> &[(NodeId, Timestamp)] {
        self.closures.drains.entries()
    }

    /// The nodes that are avoided, by ascending id, and until when (N2). One whose time is over stands here until the next
    /// tick.
    #[must_use]
    pub fn avoided(&self) -> &[(NodeId, Timestamp)] {
        self.closures.avoided.entries()
    }

    /// When the freeze is over, if there is one (R6). One that is over stands here until the next tick.
    #[must_use]
    pub fn frozen_until(&self) -> Option<Timestamp> {
        self.closures.frozen_until
    }

    /// [`led_by`](Self::led_by) for those who want to hear when memory is missing.
    pub(crate) fn try_led_by(&self, node: NodeId) -> Result<Vec<ChainId>, crate::Error> {
        let mut ids = Vec::new();
        for slot in self.chains.live().filter(|&slot| self.view(slot).is_led_by(node)) {
            ids.try_reserve(1).map_err(|_| crate::Error::OutOfMemory)?;
            ids.push(ChainId(self.chains.id(slot)));
        }
        ids.sort_unstable();
        Ok(ids)
    }

    fn sorted_ids(&self, slots: impl Iterator<Item = u32>) -> Vec<ChainId> {
        let mut ids: Vec<ChainId> = slots.map(|slot| ChainId(self.chains.id(slot))).collect();
        ids.sort_unstable();
        ids
    }

    pub(crate) fn view(&self, slot: u32) -> ChainView<'_> {
        ChainView { state: self, slot }
    }

    /// The chains of this leader, held or not, that remember a rebalance.
    pub(crate) fn chains_remembering_rebalance(&self, leader: NodeId) -> impl Iterator<Item = ChainView<'_>> {
        let views = self.chains.live().map(|slot| self.view(slot));
        views.filter(move |view| view.leader() == Some(leader) && view.last_rebalance().is_some())
    }

    /// The view of a slot that a reader remembers, if that slot still is this chain and the chain is led by `leader`.
    pub(crate) fn led_view(&self, slot: u32, chain: ChainId, leader: NodeId) -> Option<ChainView<'_>> {
        let view = self.view(slot);
        (self.chains.is_live(slot) && view.id() == chain && view.is_led_by(leader)).then_some(view)
    }

    pub(crate) fn identity(&self) -> &Arc<()> {
        &self.identity
    }

    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// How often the slots of the chains got other numbers.
    pub(crate) fn layout(&self) -> u64 {
        self.layout
    }

    /// Whether any node was touched since a revision.
    pub(crate) fn has_touched_nodes_since(&self, revision: u64) -> bool {
        self.node_touched > revision
    }

    /// The chains noted since a revision: content changed, or touched. Retired ones are among them.
    pub(crate) fn chains_noted_since(&self, revision: u64) -> impl Iterator<Item = u32> + '_ {
        self.chains.noted_since(revision)
    }

    /// The nodes touched since a revision.
    pub(crate) fn nodes_touched_since(&self, revision: u64) -> impl Iterator<Item = u32> + '_ {
        self.nodes.noted_since(revision)
    }

    /// Makes this what is remembered of a chain's moves. Cannot fail: it is part of a commit (A8); the room was made before.
    pub(crate) fn remember(&mut self, slot: u32, last_rebalance: Option<Timestamp>, said: &Said, memory: &Memory) {
        let changes = self.chains.last_rebalance(slot) != last_rebalance;
        self.chains.set_last_rebalance(slot, last_rebalance);
        self.chains.marks_mut(slot).put(ChainMarks::IMPORTED, false);
        let is_said = !said.nodes().is_empty();
        let was_said = self.chains.marks_mut(slot).put(ChainMarks::SAID, is_said);
        if is_said {
            self.said.set(ChainId(self.chains.id(slot)), *said);
        } else if was_said {
            self.said.remove(ChainId(self.chains.id(slot)));
        }
        if self.set_memory(slot, memory) || changes {
            self.note_chain(slot);
        }
    }

    /// Takes an order away, or lets what came after a revision stand as if it had just come. Cannot fail.
    pub(crate) fn settle_order(&mut self, slot: u32, stays_after: Option<u64>) {
        let chain = ChainId(self.chains.id(slot));
        self.note_chain(slot);
        let now = self.revision;
        if let (Some(revision), Some(order)) = (stays_after, self.orders.get_mut(chain)) {
            let renewed = order.after(revision);
            order.victim = renewed.victim.map(|(victim, _)| (victim, now));
            order.target = renewed.target.map(|(target, _)| (target, now));
            return;
        }
        self.drop_orders(slot);
    }

    /// Nobody has ordered anything for the chain.
    fn drop_orders(&mut self, slot: u32) {
        if self.chains.marks_mut(slot).put(ChainMarks::ORDER, false) {
            self.orders.remove(ChainId(self.chains.id(slot)));
        }
    }

    /// Says whether that is another leader. What was ordered was ordered from the one before (R7).
    fn set_leader(&mut self, slot: u32, leader: NodeId) -> bool {
        let changes = core::mem::replace(&mut self.chains.value_mut(slot).leader, leader) != leader;
        if changes {
            self.drop_orders(slot);
        }
        changes
    }

    /// Forgets what is over. Cannot fail.
    pub(crate) fn forget_over(&mut self, now: Timestamp) {
        self.closures.forget_over(now);
    }

    /// Gives back what a peak has left beside the chains. Cannot fail.
    pub(crate) fn give_back(&mut self) {
        self.facts.give_back();
        self.memories.give_back();
        self.orders.give_back();
        self.said.give_back();
    }

    fn note_chain(&mut self, slot: u32) {
        self.revision += 1;
        self.chains.note(slot, self.revision);
    }

    fn touch_chain(&mut self, slot: u32) {
        self.note_chain(slot);
        self.chains.value_mut(slot).touched = self.revision;
    }

    /// A node that nothing is known of makes no chain dirty, but it may be the home that somebody waits for (L4).
    fn touch_node(&mut self, slot: u32) {
        self.note_node(slot);
        self.node_touched = self.revision;
    }

    fn note_node(&mut self, slot: u32) {
        self.revision += 1;
        if slot != NO_SLOT {
            self.nodes.note(slot, self.revision);
        }
    }

    /// The slot of a chain that is about to get content.
    fn intern_chain(&mut self, chain: ChainId) -> Result<u32, crate::Error> {
        let interned = self.chains.intern(chain.0)?;
        if let slots::Interned::Blank(slot) = interned
            && self.chains.has_recycled()
        {
            // Its old slot may have been recycled together with a touch that nobody has seen yet.
            self.touch_chain(slot);
        }
        Ok(interned.slot())
    }

    /// The slot of a node that is about to hold something.
    fn intern_node(&mut self, node: NodeId) -> Result<u32, crate::Error> {
        let interned = self.nodes.intern(node.0)?;
        if let slots::Interned::Blank(slot) = interned
            && self.nodes.has_recycled()
        {
            // As for chains: better touched once too often than a touch lost.
            self.note_node(slot);
        }
        Ok(interned.slot())
    }

    /// Adds a holder that is not one yet. The room for it was made before.
    fn add_holder(&mut self, chain: u32, node: u32) {
        let id = self.nodes.id(node);
        let chains = &mut self.nodes.value_mut(node).chains;
        let position = chains.len() as u32;
        chains.push(chain);
        let nodes = &self.nodes;
        let holders = &mut self.chains.value_mut(chain).holders;
        let rank = holders.iter().take_while(|holder| nodes.id(holder.node) < id).count();
        holders.insert(rank, Holder { node, position });
    }

    /// Removes a holder, and fills its place in the node's list with the last chain of that list.
    fn remove_holder(&mut self, chain: u32, node: u32) {
        let holders = &mut self.chains.value_mut(chain).holders;
        let Some(rank) = holders.iter().position(|holder| holder.node == node) else { return };
        let position = holders.remove(rank).position;
        let chains = &mut self.nodes.value_mut(node).chains;
        chains.swap_remove(position as usize);
        if let Some(&moved) = chains.get(position as usize) {
            for holder in &mut self.chains.value_mut(moved).holders {
                if holder.node == node {
                    holder.position = position;
                }
            }
        }
    }

    /// Gives back what a peak has left (E4): memory is bounded by what exists.
    ///
    /// A tick begins with it, and nothing else does it: what was removed and added again since the last tick is there
    /// again (S9), and what is still gone is gone.
    pub(crate) fn close_gaps(&mut self) {
        if self.chains.is_sparse()
            && let Some(new_number) = self.chains.close_gaps()
        {
            self.layout += 1;
            self.facts.renumber(&new_number, NO_SLOT);
            for node in 0..self.nodes.slot_count() as u32 {
                let chains = &mut self.nodes.value_mut(node).chains;
                room::renumber(chains, &new_number, NO_SLOT);
                room::give_back(chains);
            }
        }
        if self.nodes.is_sparse()
            && let Some(new_number) = self.nodes.close_gaps()
        {
            for chain in 0..self.chains.slot_count() as u32 {
                for holder in &mut self.chains.value_mut(chain).holders {
                    holder.node = new_number[holder.node as usize];
                }
            }
        }
    }

    /// Drops all that there is to say of a chain.
    fn clear_chain(&mut self, chain: u32) {
        while let Some(holder) = self.chains.value(chain).holders.last().copied() {
            self.remove_holder(chain, holder.node);
        }
        let value = self.chains.value_mut(chain);
        value.leader = NodeId::NONE;
        self.chains.marks_mut(chain).put(ChainMarks::CLAIM, false);
        self.chains.set_last_rebalance(chain, None);
        self.drop_what_lies_beside(chain);
    }

    /// Drops what lies beside a chain.
    fn drop_what_lies_beside(&mut self, slot: u32) {
        let chain = ChainId(self.chains.id(slot));
        let marks = self.chains.marks_mut(slot).clear_beside();
        if marks.has(ChainMarks::FACTS) {
            self.forget_facts(slot);
        }
        if marks.has(ChainMarks::MEMORY) {
            self.memories.remove(chain);
        }
        if marks.has(ChainMarks::ORDER) {
            self.orders.remove(chain);
        }
        if marks.has(ChainMarks::SAID) {
            self.said.remove(chain);
        }
    }

    fn retire_chain_if_empty(&mut self, chain: u32) {
        if !self.chains.has_content(chain) {
            self.chains.value_mut(chain).holders.shrink_to_fit();
            self.drop_what_lies_beside(chain);
            self.chains.retire(chain);
        }
    }

    fn retire_node_if_empty(&mut self, node: u32) {
        let value = self.nodes.value_mut(node);
        if value.chains.is_empty() {
            value.chains = Vec::new();
            self.nodes.retire(node);
        } else {
            room::give_back(&mut value.chains);
        }
    }
}
