//! Applying events: first everything that can fail, then everything that cannot.

use alloc::vec::Vec;

use super::{MeshState, NO_SLOT};
use crate::error::Error;
use crate::event::Event;
use crate::id::NodeId;
use crate::room;

/// Scratch of one batch of events.
#[derive(Debug, Default)]
pub(super) struct Batch {
    resolved: Vec<Resolved>,
    /// Nodes that chains which go away as a whole leave behind, maybe without any chain.
    leavers: Vec<u32>,
}

/// The slots that one event names, [`NO_SLOT`] where it names something that does not exist.
#[derive(Clone, Copy, Debug)]
struct Resolved {
    chain: u32,
    node: u32,
}

impl MeshState {
    /// Takes in a batch of events, in order, all or nothing.
    ///
    /// Events are idempotent and only note what changed (E1, E3); each costs the same whatever else exists.
    ///
    /// # Errors
    ///
    /// [`Error::ReservedNode`] with the index of the event that names [`NodeId::NONE`]; [`Error::OutOfMemory`] and
    /// [`Error::TooMany`] when the state cannot grow. The state is then as it was.
    pub fn apply(&mut self, events: &[Event]) -> Result<(), Error> {
        for (index, event) in events.iter().enumerate() {
            if event.node().is_some_and(NodeId::is_none) {
                return Err(Error::ReservedNode { index: Some(index), chain: event.chain() });
            }
        }
        let mut batch = core::mem::take(&mut self.batch);
        batch.resolved.clear();
        batch.leavers.clear();
        let outcome = self.resolve(events, &mut batch);
        if outcome.is_ok() {
            for (event, &slots) in events.iter().zip(&batch.resolved) {
                self.apply_resolved(event, slots);
            }
        }
        self.release(&batch);
        room::give_back(&mut batch.resolved);
        room::give_back(&mut batch.leavers);
        self.batch = batch;
        outcome
    }

    /// Finds or makes every slot that the events need, and room for what they add.
    fn resolve(&mut self, events: &[Event], batch: &mut Batch) -> Result<(), Error> {
        let Batch { resolved, leavers } = batch;
        resolved.try_reserve(events.len()).map_err(|_| Error::OutOfMemory)?;
        for event in events {
            // Pushed before it is filled, so that what a failure leaves half done is released too.
            resolved.push(Resolved { chain: NO_SLOT, node: NO_SLOT });
            let Some(slots) = resolved.last_mut() else { continue };
            match *event {
                Event::HolderAdded { chain, node } => {
                    slots.chain = self.intern_chain(chain)?;
                    slots.node = self.intern_node(node)?;
                    self.reserve_holder(*slots)?;
                }
                Event::HolderRemoved { chain, node } => {
                    slots.chain = self.chains.find(chain.0).unwrap_or(NO_SLOT);
                    slots.node = self.nodes.find(node.0).unwrap_or(NO_SLOT);
                }
                Event::LeaderSet { chain, .. } | Event::ClaimAcquired { chain } | Event::ChainTouched { chain } => {
                    slots.chain = self.intern_chain(chain)?;
                }
                Event::LeaderCleared { chain } | Event::ClaimReleased { chain } => {
                    slots.chain = self.chains.find(chain.0).unwrap_or(NO_SLOT);
                }
                Event::ChainRemoved { chain } => {
                    slots.chain = self.chains.find(chain.0).unwrap_or(NO_SLOT);
                    if slots.chain != NO_SLOT {
                        let holders = &self.chains.value(slots.chain).holders;
                        leavers.try_reserve(holders.len()).map_err(|_| Error::OutOfMemory)?;
                        leavers.extend(holders.iter().map(|holder| holder.node));
                    }
                }
                Event::NodeTouched { node } => slots.node = self.nodes.find(node.0).unwrap_or(NO_SLOT),
            }
        }
        Ok(())
    }

    /// Makes room for one more holder, unless the pair exists: what is removed and added again keeps its room.
    fn reserve_holder(&mut self, slots: Resolved) -> Result<(), Error> {
        let chain = self.chains.value_mut(slots.chain);
        if chain.holds(slots.node) {
            return Ok(());
        }
        chain.pending += 1;
        chain.holders.try_reserve(chain.pending as usize).map_err(|_| Error::OutOfMemory)?;
        let node = self.nodes.value_mut(slots.node);
        node.pending += 1;
        node.chains.try_reserve(node.pending as usize).map_err(|_| Error::OutOfMemory)
    }

    fn apply_resolved(&mut self, event: &Event, slots: Resolved) {
        let Resolved { chain, node } = slots;
        if let Event::NodeTouched { .. } = event {
            return self.touch_node(node);
        }
        if chain == NO_SLOT {
            // E1: nothing is known of the chain, so there is nothing to take away.
            return;
        }
        let value = self.chains.value_mut(chain);
        let changed = match *event {
            Event::HolderAdded { .. } => {
                let adds = !value.holds(node);
                if adds {
                    self.add_holder(chain, node);
                }
                adds
            }
            Event::HolderRemoved { .. } => {
                let removes = node != NO_SLOT && value.holds(node);
                if removes {
                    self.remove_holder(chain, node);
                }
                removes
            }
            Event::LeaderSet { node, .. } => core::mem::replace(&mut value.leader, node) != node,
            Event::LeaderCleared { .. } => !core::mem::replace(&mut value.leader, NodeId::NONE).is_none(),
            Event::ClaimAcquired { .. } => !core::mem::replace(&mut value.claim_held, true),
            Event::ClaimReleased { .. } => core::mem::replace(&mut value.claim_held, false),
            Event::ChainRemoved { .. } => {
                let exists = value.has_content();
                self.clear_chain(chain);
                exists
            }
            Event::ChainTouched { .. } => {
                self.touch_chain(chain);
                false
            }
            Event::NodeTouched { .. } => false,
        };
        if changed {
            self.note_chain(chain);
        }
    }

    /// Ends a batch: clears its scratch and retires what it left, or made, without content.
    fn release(&mut self, batch: &Batch) {
        for slots in &batch.resolved {
            if slots.chain != NO_SLOT {
                let chain = self.chains.value_mut(slots.chain);
                chain.pending = 0;
                if chain.holders.spilled() && chain.holders.len() <= chain.holders.inline_size() {
                    // A replaced holder was the fourth for a moment only.
                    chain.holders.shrink_to_fit();
                }
                self.retire_chain_if_empty(slots.chain);
            }
            if slots.node != NO_SLOT {
                self.nodes.value_mut(slots.node).pending = 0;
                self.retire_node_if_empty(slots.node);
            }
        }
        for &node in &batch.leavers {
            self.retire_node_if_empty(node);
        }
    }
}
