//! The feed of the state: who holds what.

use alloc::vec::Vec;

use super::InventoryScorer;
use super::chains::Holder;
use crate::error::Error;
use crate::event::Event;
use crate::id::NodeId;
use crate::state::Membership;

/// Whether a chain that comes or goes changes what a node is expected to use.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Load {
    /// It does: reports will show it, some time.
    Shifts,
    /// It is in the reports.
    IsReported,
}

impl InventoryScorer {
    /// Takes the whole membership over, as [`MeshState::load`](crate::MeshState::load) does. What nodes use is not changed:
    /// reports have these chains in them. Profiles of chains that it does not list are forgotten.
    ///
    /// # Errors
    ///
    /// As [`MeshState::load`](crate::MeshState::load); the membership is then the old one. Only [`Error::OutOfMemory`] can come
    /// when part of it has been taken over: load it again.
    pub fn load(&mut self, membership: &Membership<'_>) -> Result<(), Error> {
        membership.check()?;
        let new = membership.chains.iter().filter(|&&chain| self.chains.find(chain).is_none()).count();
        self.chains.reserve(new)?;
        let mut is_listed = Vec::new();
        is_listed
            .try_reserve(self.chains.slot_count() as usize + membership.chains.len())
            .map_err(|_| Error::OutOfMemory)?;
        for (index, &chain) in membership.chains.iter().enumerate() {
            let slot = self.chains.enter(chain);
            is_listed.resize(is_listed.len().max(slot as usize + 1), false);
            is_listed[slot as usize] = true;
            let holders = &membership.holders[membership.holder_range(index)];
            // What stays is left alone: it is no news.
            let gone = |scorer: &Self| {
                let mut present = scorer.chains.get(slot).holders.iter().map(|holder| holder.node);
                present.find(|&node| !holders.contains(&scorer.nodes.get(node).id))
            };
            while let Some(node) = gone(self) {
                self.remove_holder(slot, node, Load::IsReported);
            }
            for &node in holders {
                self.nodes.reserve(1)?;
                self.add_holder(slot, node, Load::IsReported)?;
            }
        }
        for slot in 0..self.chains.slot_count() {
            let is_listed = is_listed.get(slot as usize).copied().unwrap_or(false);
            if !is_listed && self.chains.is_live(slot) {
                self.remove_chain(slot, Load::IsReported);
            }
        }
        Ok(())
    }

    /// Takes notice of events of the state: holders, wished counts, chains that are gone, drains. Give it the very slices that
    /// [`MeshState::apply`](crate::MeshState::apply) takes, after that has taken them; events that it has no use for are
    /// skipped.
    ///
    /// A chain that comes to a node is expected to use there what its profile says, and less where it left, until reports of
    /// the node take over: a report that lags behind the moves does not bring on the same moves again.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`]: events before it count, so send all of them again; they are idempotent.
    /// [`Error::ReservedNode`], before anything is noted.
    pub fn follow(&mut self, events: &[Event]) -> Result<(), Error> {
        if let Some(index) = events.iter().position(|event| event.node().is_some_and(NodeId::is_none)) {
            return Err(Error::ReservedNode { index: Some(index), chain: events[index].chain() });
        }
        events.iter().try_for_each(|event| self.follow_one(event))
    }

    fn follow_one(&mut self, event: &Event) -> Result<(), Error> {
        match *event {
            Event::HolderAdded { chain, node } => {
                self.chains.reserve(1)?;
                self.nodes.reserve(1)?;
                let slot = self.chains.enter(chain);
                self.add_holder(slot, node, Load::Shifts)?;
            }
            Event::HolderRemoved { chain, node } => {
                let (Some(slot), Some(node)) = (self.chains.find(chain), self.nodes.find(node)) else { return Ok(()) };
                self.remove_holder(slot, node, Load::Shifts);
                self.leave_if_idle(slot);
            }
            Event::ChainRemoved { chain } => {
                let Some(slot) = self.chains.find(chain) else { return Ok(()) };
                self.remove_chain(slot, Load::Shifts);
            }
            Event::DesiredReplicas { chain, count } => {
                self.chains.reserve(1)?;
                let slot = self.chains.enter(chain);
                self.chains.get_mut(slot).desired = Some(count);
            }
            Event::Drain { node, .. } => {
                self.nodes.reserve(1)?;
                let slot = self.nodes.enter(node);
                self.nodes.set_draining(slot, true);
            }
            Event::DrainCancelled { node } => {
                let Some(slot) = self.nodes.find(node) else { return Ok(()) };
                self.nodes.set_draining(slot, false);
                self.leave_node_if_idle(slot);
            }
            _ => {}
        }
        Ok(())
    }

    /// The room for a new node was made before; that for the holder is made here. Without it all is as it was.
    fn add_holder(&mut self, slot: u32, node: NodeId, load: Load) -> Result<(), Error> {
        let node = self.nodes.enter(node);
        if self.chains.get(slot).is_held_by(node) {
            return Ok(());
        }
        if let Err(error) = self.reserve_holder(slot, node) {
            self.leave_node_if_idle(node);
            self.leave_if_idle(slot);
            return Err(error);
        }
        let (chain, holder) = (self.chains.get_mut(slot), self.nodes.get_mut(node));
        chain.join(holder);
        chain.holders.push(Holder { node, place: holder.chains.len() as u32 });
        holder.chains.push(slot);
        if load == Load::Shifts {
            let demand = self.chains.get(slot).profile().demand;
            self.nodes.shift(node, demand, 1.0, &self.config);
        }
        self.join_group(slot, node);
        Ok(())
    }

    /// Makes room for one more holder of a chain, one more chain of a node, and one more node of the chain's group.
    fn reserve_holder(&mut self, slot: u32, node: u32) -> Result<(), Error> {
        crate::room::reserve(&mut self.nodes.get_mut(node).chains, 1)?;
        let group = self.chains.get(slot).profile().group;
        group.map_or(Ok(()), |group| self.groups.reserve(group, 1))?;
        self.chains.get_mut(slot).holders.try_reserve(1).map_err(|_| Error::OutOfMemory)
    }

    fn remove_holder(&mut self, slot: u32, node: u32, load: Load) {
        let chain = self.chains.get_mut(slot);
        let Some(rank) = chain.holders.iter().position(|holder| holder.node == node) else { return };
        chain.part(self.nodes.get(node));
        let place = chain.holders.swap_remove(rank).place;
        let on_node = &mut self.nodes.get_mut(node).chains;
        on_node.swap_remove(place as usize);
        if let Some(&moved) = on_node.get(place as usize) {
            // The last chain of the list has taken the place.
            let holders = &mut self.chains.get_mut(moved).holders;
            holders.iter_mut().filter(|holder| holder.node == node).for_each(|holder| holder.place = place);
        }
        if load == Load::Shifts {
            let demand = self.chains.get(slot).profile().demand;
            self.nodes.shift(node, demand, -1.0, &self.config);
        }
        self.part_from_group(slot, node);
        self.leave_node_if_idle(node);
    }

    /// The chain's group has one more, or a first one, on a node. The room was made before.
    pub(super) fn join_group(&mut self, slot: u32, node: u32) {
        let Some(group) = self.chains.get(slot).profile().group else { return };
        if self.groups.add(group, node) == 2 {
            self.touch_companion(slot, group, node);
        }
    }

    /// The chain's group has one less on a node.
    pub(super) fn part_from_group(&mut self, slot: u32, node: u32) {
        let Some(group) = self.chains.get(slot).profile().group else { return };
        if self.groups.remove(group, node) == 1 {
            self.touch_companion(slot, group, node);
        }
    }

    /// The only other chain of the group on a node is no longer alone, or alone now.
    fn touch_companion(&mut self, slot: u32, group: u64, node: u32) {
        let companion = self
            .nodes
            .get(node)
            .chains
            .iter()
            .copied()
            .find(|&other| other != slot && self.chains.get(other).profile().group == Some(group));
        companion.into_iter().for_each(|companion| self.chains.touch(companion));
    }

    /// Takes all holders from a chain, forgets what was said of it, and gives its slot back.
    fn remove_chain(&mut self, slot: u32, load: Load) {
        while let Some(holder) = self.chains.get(slot).holders.last().copied() {
            self.remove_holder(slot, holder.node, load);
        }
        let profile = self.chains.get_mut(slot).profile.take();
        profile.into_iter().for_each(|profile| self.release_profile(&profile[0]));
        self.chains.leave(slot);
    }

    /// Gives the slot of a chain back of which nothing is known but that nobody holds it.
    pub(super) fn leave_if_idle(&mut self, slot: u32) {
        let chain = self.chains.get(slot);
        if chain.holders.is_empty() && chain.profile.is_none() && chain.desired.is_none() {
            self.chains.leave(slot);
        }
    }

    pub(super) fn leave_node_if_idle(&mut self, slot: u32) {
        if self.nodes.is_idle(slot) {
            self.paths.forget_slot(slot);
            self.nodes.leave(slot);
        }
    }
}
