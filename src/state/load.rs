//! Replacing the whole membership in one call (E2).

use alloc::vec::Vec;

use super::{MeshState, NO_SLOT};
use crate::error::Error;
use crate::id::{ChainId, NodeId};

/// A whole membership as arrays, in compressed sparse row form: the holders of chain `i` are
/// `holders[holder_offsets[i]..holder_offsets[i + 1]]`, in any order.
///
/// ```
/// use driftline::{ChainId, Membership, MeshState, NodeId};
///
/// # fn main() -> Result<(), driftline::Error> {
/// let mut state = MeshState::new();
/// state.load(&Membership {
///     chains: &[ChainId(7), ChainId(8)],
///     leaders: &[NodeId(1), NodeId::NONE],
///     holder_offsets: &[0, 3, 4],
///     holders: &[NodeId(1), NodeId(2), NodeId(3), NodeId(2)],
/// })?;
/// assert_eq!(state.chains_on(NodeId(2)), [ChainId(7), ChainId(8)]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Membership<'a> {
    /// The chains; no id twice.
    pub chains: &'a [ChainId],
    /// Who leads each; [`NodeId::NONE`] for nobody. As long as `chains`.
    pub leaders: &'a [NodeId],
    /// Where the holders of each chain begin, and at the end where they all end. One longer than `chains`.
    pub holder_offsets: &'a [u64],
    /// The holders, chain after chain; no node twice in one chain.
    pub holders: &'a [NodeId],
}

impl Membership<'_> {
    /// Refuses arrays that do not fit together.
    fn check_shape(&self) -> Result<(), Error> {
        let refuse = |index, reason| Err(Error::Membership { index, reason });
        let (chains, offsets) = (self.chains.len(), self.holder_offsets);
        if self.leaders.len() != chains {
            return refuse(self.leaders.len().min(chains), "there must be one leader for each chain");
        }
        if offsets.len() != chains + 1 {
            return refuse(offsets.len(), "there must be one holder offset for each chain and one more");
        }
        if offsets[0] != 0 {
            return refuse(0, "the first holder offset must be 0");
        }
        if let Some(index) = offsets.windows(2).position(|pair| pair[1] < pair[0]) {
            return refuse(index + 1, "holder offsets must not decrease");
        }
        if offsets[chains] != self.holders.len() as u64 {
            return refuse(chains, "the last holder offset must be the number of holders");
        }
        Ok(())
    }

    /// Refuses what `MeshState::load` refuses, and names the same, without a state.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.check_shape()?;
        self.check_count()?;
        let mut chains = Vec::new();
        chains.try_reserve_exact(self.chains.len()).map_err(|_| Error::OutOfMemory)?;
        chains.extend(self.chains.iter().copied().zip(0..));
        let duplicate = first_repeated(&mut chains);
        let mut holders = Vec::new();
        for (index, &chain) in self.chains.iter().enumerate() {
            if duplicate == Some(index) {
                return Err(Error::DuplicateChain { index, chain });
            }
            let range = self.holder_range(index);
            let nodes = self.holders[range.clone()].iter().copied().zip(range);
            holders.clear();
            holders.try_reserve(nodes.len()).map_err(|_| Error::OutOfMemory)?;
            // What comes after a reserved id is not looked at.
            holders.extend(nodes.clone().take_while(|(node, _)| !node.is_none()));
            if let Some(index) = first_repeated(&mut holders) {
                return Err(Error::DuplicateHolder { index, chain, node: self.holders[index] });
            }
            if let Some((_, index)) = nodes.into_iter().nth(holders.len()) {
                return Err(Error::ReservedNode { index: Some(index), chain: Some(chain) });
            }
        }
        Ok(())
    }

    fn check_count(&self) -> Result<(), Error> {
        if self.chains.len() >= NO_SLOT as usize {
            return Err(Error::TooMany { what: "chains", limit: u64::from(NO_SLOT) - 1 });
        }
        Ok(())
    }

    /// Where the holders of one chain lie. The shape was checked, so the offsets fit.
    pub(crate) fn holder_range(&self, chain: usize) -> core::ops::Range<usize> {
        self.holder_offsets[chain] as usize..self.holder_offsets[chain + 1] as usize
    }
}

/// The place of the first that stood there before, among some with their places.
fn first_repeated<T: Copy + Ord>(placed: &mut [(T, usize)]) -> Option<usize> {
    placed.sort_unstable();
    placed.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1].1).min()
}

/// The slots that a membership names.
#[derive(Default)]
struct Named {
    chains: Vec<u32>,
    /// As the membership's holders, but by ascending node id within each chain.
    holders: Vec<u32>,
}

impl MeshState {
    /// Makes the membership this one: leaders and holders are replaced, chains that it does not list are gone (E2).
    ///
    /// A chain that it lists keeps its claim and its cooldown. What is equal to the present is not marked dirty.
    ///
    /// # Errors
    ///
    /// [`Error::Membership`], [`Error::DuplicateChain`], [`Error::DuplicateHolder`] and [`Error::ReservedNode`] name
    /// the first index at fault; [`Error::OutOfMemory`] and [`Error::TooMany`] when the state cannot grow. The state is
    /// then as it was.
    pub fn load(&mut self, membership: &Membership<'_>) -> Result<(), Error> {
        membership.check_shape()?;
        let mut named = Named::default();
        let outcome = self.prepare_load(membership, &mut named);
        if outcome.is_ok() {
            self.replace_membership(membership, &named);
        }
        for &chain in &named.chains {
            self.chains.marks_mut(chain).pending = 0;
            self.retire_chain_if_empty(chain);
        }
        for node in 0..self.nodes.slot_count() as u32 {
            let value = self.nodes.value_mut(node);
            value.pending = 0;
            value.mark = 0;
            self.retire_node_if_empty(node);
        }
        outcome
    }

    /// Everything that can fail: checks the ids, finds or makes the slots, and makes room.
    fn prepare_load(&mut self, membership: &Membership<'_>, named: &mut Named) -> Result<(), Error> {
        membership.check_count()?;
        named.chains.try_reserve_exact(membership.chains.len()).map_err(|_| Error::OutOfMemory)?;
        named.holders.try_reserve_exact(membership.holders.len()).map_err(|_| Error::OutOfMemory)?;
        self.chains.reserve_total(membership.chains.len())?;
        let is_filled = self.chains.fill(membership.chains.iter().map(|chain| chain.0))?;
        if is_filled {
            named.chains.extend(0..membership.chains.len() as u32);
        }
        for (index, &chain) in membership.chains.iter().enumerate() {
            let slot = if is_filled { index as u32 } else { self.intern_chain(chain)? };
            if is_filled && self.chains.has_recycled() {
                // As when a single chain gets a slot.
                self.touch_chain(slot);
            } else if !is_filled {
                named.chains.push(slot);
            }
            if core::mem::replace(&mut self.chains.marks_mut(slot).pending, 1) != 0 {
                return Err(Error::DuplicateChain { index, chain });
            }
            let range = membership.holder_range(index);
            self.prepare_holders(index, chain, slot, &membership.holders[range.clone()], range.start, named)?;
        }
        for node in 0..self.nodes.slot_count() as u32 {
            let value = self.nodes.value_mut(node);
            value.chains.try_reserve_exact(value.pending as usize).map_err(|_| Error::OutOfMemory)?;
        }
        Ok(())
    }

    /// The same for the holders of one chain; `first` is their position among all holders.
    fn prepare_holders(
        &mut self,
        index: usize,
        chain: ChainId,
        slot: u32,
        holders: &[NodeId],
        first: usize,
        named: &mut Named,
    ) -> Result<(), Error> {
        // Marks are 1 and up, so that 0 is no chain.
        let mark = index as u32 + 1;
        for (offset, &node) in holders.iter().enumerate() {
            if node.is_none() {
                return Err(Error::ReservedNode { index: Some(first + offset), chain: Some(chain) });
            }
            let node_slot = self.intern_node(node)?;
            named.holders.push(node_slot);
            let adds = !self.chains.value(slot).holds(node_slot);
            let value = self.nodes.value_mut(node_slot);
            if core::mem::replace(&mut value.mark, mark) == mark {
                return Err(Error::DuplicateHolder { index: first + offset, chain, node });
            }
            value.pending += u32::from(adds);
        }
        named.holders[first..].sort_unstable_by_key(|&node| self.nodes.id(node));
        let list = &mut self.chains.value_mut(slot).holders;
        let additional = holders.len().saturating_sub(list.len());
        list.try_reserve_exact(additional).map_err(|_| Error::OutOfMemory)
    }

    /// Everything that cannot fail.
    fn replace_membership(&mut self, membership: &Membership<'_>, named: &Named) {
        for (index, (&slot, &leader)) in named.chains.iter().zip(membership.leaders).enumerate() {
            let holders = &named.holders[membership.holder_range(index)];
            let holders_change = self.replace_holders(slot, holders);
            let leader_changes = self.set_leader(slot, leader);
            if holders_change || leader_changes {
                self.note_chain(slot);
            }
        }
        for slot in 0..self.chains.slot_count() as u32 {
            if self.chains.is_live(slot) && self.chains.marks(slot).pending == 0 {
                self.clear_chain(slot);
                self.note_chain(slot);
                self.retire_chain_if_empty(slot);
            }
        }
    }

    /// Makes `wanted` the holders of a chain and says whether that changed anything.
    fn replace_holders(&mut self, chain: u32, wanted: &[u32]) -> bool {
        let present = &self.chains.value(chain).holders;
        if present.len() == wanted.len() && present.iter().zip(wanted).all(|(holder, &node)| holder.node == node) {
            return false;
        }
        let mut rank = 0;
        while let Some(holder) = self.chains.value(chain).holders.get(rank).copied() {
            if wanted.contains(&holder.node) {
                rank += 1;
            } else {
                self.remove_holder(chain, holder.node);
            }
        }
        for &node in wanted {
            if !self.chains.value(chain).holds(node) {
                self.add_holder(chain, node);
            }
        }
        true
    }
}
