//! Applying events: first everything that can fail, then everything that cannot.

use alloc::vec::Vec;

use super::{ChainMarks, MeshState, NO_SLOT};
use crate::error::Error;
use crate::event::Event;
use crate::id::{ChainId, NodeId};
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
        self.reserve_orders_and_closures(events)?;
        for event in events {
            // Pushed before it is filled, so that what a failure leaves half done is released too.
            resolved.push(Resolved { chain: NO_SLOT, node: NO_SLOT });
            let Some(slots) = resolved.last_mut() else { continue };
            match *event {
                Event::HolderAdded { chain, node } => {
                    slots.chain = self.intern_chain(chain)?;
                    slots.node = self.intern_node(node)?;
                    self.reserve_holder(*slots, events.len())?;
                }
                Event::HolderRemoved { chain, node } => {
                    slots.chain = self.chains.find(chain.0).unwrap_or(NO_SLOT);
                    slots.node = self.nodes.find(node.0).unwrap_or(NO_SLOT);
                }
                Event::LeaderSet { chain, .. } | Event::ClaimAcquired { chain } | Event::ChainTouched { chain } => {
                    slots.chain = self.intern_chain(chain)?;
                }
                Event::DesiredReplicas { chain, count } => {
                    slots.chain = self.intern_chain(chain)?;
                    self.reserve_desired(count, events.len())?;
                }
                Event::ChainRevision { chain, .. } => {
                    slots.chain = self.intern_chain(chain)?;
                    self.reserve_revision()?;
                }
                Event::ChainClass { chain, class } => {
                    slots.chain = self.intern_chain(chain)?;
                    self.reserve_class(class, events.len())?;
                }
                Event::LeaderCleared { chain }
                | Event::ClaimReleased { chain }
                | Event::ForceEvict { chain, .. }
                | Event::ForcePlace { chain, .. }
                | Event::MoveFailed { chain } => slots.chain = self.chains.find(chain.0).unwrap_or(NO_SLOT),
                Event::ChainRemoved { chain } => {
                    slots.chain = self.chains.find(chain.0).unwrap_or(NO_SLOT);
                    if slots.chain != NO_SLOT {
                        let holders = &self.chains.value(slots.chain).holders;
                        leavers.try_reserve(holders.len()).map_err(|_| Error::OutOfMemory)?;
                        leavers.extend(holders.iter().map(|holder| holder.node));
                    }
                }
                Event::NodeTouched { node } => slots.node = self.nodes.find(node.0).unwrap_or(NO_SLOT),
                Event::Drain { .. }
                | Event::DrainCancelled { .. }
                | Event::Avoid { .. }
                | Event::FreezeUntil { .. }
                | Event::Thaw => {}
            }
        }
        Ok(())
    }

    /// Makes room for what lies beside chains and nodes, facts apart.
    fn reserve_orders_and_closures(&mut self, events: &[Event]) -> Result<(), Error> {
        let (mut orders, mut drains, mut avoided) = (0, 0, 0);
        for event in events {
            match event {
                Event::ForceEvict { .. } | Event::ForcePlace { .. } => orders += 1,
                Event::Drain { .. } => drains += 1,
                Event::Avoid { .. } => avoided += 1,
                _ => {}
            }
        }
        if orders > 0 {
            self.orders.reserve(orders)?;
        }
        self.closures.reserve_drains(drains)?;
        self.closures.avoided.reserve(avoided)
    }

    /// Makes room for one more holder, one of so many, unless the pair exists: what is removed and added again keeps its
    /// room.
    fn reserve_holder(&mut self, slots: Resolved, of: usize) -> Result<(), Error> {
        if self.chains.value(slots.chain).holds(slots.node) {
            return Ok(());
        }
        let marks = self.chains.marks_mut(slots.chain);
        marks.pending = marks.pending.saturating_add(1);
        let additional = if marks.pending < u8::MAX { usize::from(marks.pending) } else { of };
        self.chains.value_mut(slots.chain).holders.try_reserve(additional).map_err(|_| Error::OutOfMemory)?;
        let node = self.nodes.value_mut(slots.node);
        node.pending += 1;
        node.chains.try_reserve(node.pending as usize).map_err(|_| Error::OutOfMemory)
    }

    fn apply_resolved(&mut self, event: &Event, slots: Resolved) {
        let Resolved { chain, node } = slots;
        match *event {
            Event::NodeTouched { .. } => return self.touch_node(node),
            Event::Drain { .. }
            | Event::DrainCancelled { .. }
            | Event::Avoid { .. }
            | Event::FreezeUntil { .. }
            | Event::Thaw => return self.close(event),
            _ => {}
        }
        if chain == NO_SLOT {
            // E1: nothing is known of the chain, so there is nothing to take away. F3: and nothing has failed.
            self.ignored_feedback += u64::from(matches!(event, Event::MoveFailed { .. }));
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
            Event::LeaderSet { node, .. } => self.set_leader(chain, node),
            Event::LeaderCleared { .. } => self.set_leader(chain, NodeId::NONE),
            Event::ClaimAcquired { .. } => !self.chains.marks_mut(chain).put(ChainMarks::CLAIM, true),
            Event::ClaimReleased { .. } => self.chains.marks_mut(chain).put(ChainMarks::CLAIM, false),
            Event::ChainRemoved { .. } => {
                let exists = self.chains.has_content(chain);
                self.clear_chain(chain);
                exists
            }
            Event::ChainTouched { .. } => {
                self.touch_chain(chain);
                false
            }
            Event::DesiredReplicas { count, .. } => self.set_desired(chain, count),
            Event::ChainRevision { revision, .. } => {
                self.set_revision(chain, revision);
                // No decision depends on it, so there is nothing to note.
                false
            }
            Event::ChainClass { class, .. } => self.set_class(chain, class),
            Event::ForceEvict { .. } | Event::ForcePlace { .. } => self.take_order(chain, event),
            Event::MoveFailed { .. } => self.take_failure(chain),
            Event::NodeTouched { .. }
            | Event::Drain { .. }
            | Event::DrainCancelled { .. }
            | Event::Avoid { .. }
            | Event::FreezeUntil { .. }
            | Event::Thaw => false,
        };
        if changed {
            self.note_chain(chain);
        }
    }

    /// What is said of a node, or of all at once.
    fn close(&mut self, event: &Event) {
        let closures = &mut self.closures;
        match *event {
            Event::Drain { node, deadline } => closures.drain(node, deadline),
            Event::DrainCancelled { node } => closures.cancel_drain(node),
            Event::Avoid { node, until } => closures.avoided.set(node, until),
            Event::FreezeUntil { until } => closures.frozen_until = Some(until),
            Event::Thaw => closures.frozen_until = None,
            _ => {}
        }
    }

    /// R7. Orders for a chain that does not exist are about nothing.
    fn take_order(&mut self, slot: u32, event: &Event) -> bool {
        if !self.chains.has_content(slot) {
            return false;
        }
        let chain = ChainId(self.chains.id(slot));
        self.note_chain(slot);
        self.chains.marks_mut(slot).put(ChainMarks::ORDER, true);
        let revision = self.revision;
        let order = self.orders.entry(chain);
        match *event {
            Event::ForceEvict { victim, .. } => order.victim = Some((victim, revision)),
            Event::ForcePlace { target, .. } => order.target = Some((target, revision)),
            _ => {}
        }
        false
    }

    /// F1, and F3 where there is nothing that could have failed.
    fn take_failure(&mut self, slot: u32) -> bool {
        let chain = ChainId(self.chains.id(slot));
        let has_memory = self.chains.marks(slot).has(ChainMarks::MEMORY);
        let memory = if has_memory { self.memories.get_mut(chain) } else { None };
        // What has not been said yet cannot have failed.
        match memory.filter(|memory| memory.flight.is_some_and(|flight| flight.emitted)) {
            Some(memory) => !core::mem::replace(&mut memory.failed, true),
            None => {
                self.ignored_feedback += 1;
                false
            }
        }
    }

    /// Ends a batch: clears its scratch and retires what it left, or made, without content.
    fn release(&mut self, batch: &Batch) {
        for slots in &batch.resolved {
            if slots.chain != NO_SLOT {
                self.chains.marks_mut(slots.chain).pending = 0;
                let chain = self.chains.value_mut(slots.chain);
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
