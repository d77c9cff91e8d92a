//! Catching up with what the state has noted since the last sample (S7, S9).

use alloc::sync::Arc;

use super::led::{Flags, NO_ROW};
use super::sampler::Sampler;
use crate::config::SchedulerConfig;
use crate::error::Error;
use crate::id::NodeId;
use crate::state::MeshState;

impl Sampler {
    /// Brings rows, holders and cooldowns to where the state is. Asks nothing. If it fails half way it can be repeated:
    /// what was noted counts as seen only at the end.
    pub(super) fn catch_up(
        &mut self,
        state: &MeshState,
        config: &SchedulerConfig,
        this_node: NodeId,
    ) -> Result<(), Error> {
        if !self.knows(state) {
            // Another state: slots and revisions mean nothing, so everything starts over.
            *self = Sampler { seen_state: Some(Arc::clone(state.identity())), ..Sampler::default() };
        }
        let slot_count = state.chains.slot_count();
        let additional = slot_count.saturating_sub(self.row_of.len());
        self.row_of.try_reserve(additional).map_err(|_| Error::OutOfMemory)?;
        self.row_of.resize(slot_count, NO_ROW);
        for slot in state.chains_noted_since(self.seen_revision) {
            self.catch_up_chain(state, slot, config, this_node)?;
        }
        for slot in state.nodes_touched_since(self.seen_revision) {
            self.mark_chains_on(state, slot)?;
        }
        self.cooldowns.settle(state, this_node);
        self.seen_revision = state.revision();
        Ok(())
    }

    fn catch_up_chain(
        &mut self,
        state: &MeshState,
        slot: u32,
        config: &SchedulerConfig,
        this_node: NodeId,
    ) -> Result<(), Error> {
        let view = state.view(slot);
        let mut known = self.row_of_slot(state, slot);
        let is_led = state.chains.is_live(slot) && view.is_led_by(this_node);
        if !is_led || known.is_none() {
            // S7, and a slot that went to another chain.
            self.drop_row_of(slot);
            known = None;
        }
        if is_led {
            let row = match known {
                Some(row) => row,
                None => {
                    let row = self.led.insert(view.id(), slot)?;
                    self.row_of[slot as usize] = row;
                    self.led_chains_changed(row);
                    row
                }
            };
            // Room first: once the holders are replaced, nothing would tell a second try that they were others.
            self.marks.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
            self.pending.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
            self.under_floor.reserve(1)?;
            let holders_changed = self.led.snapshot.set_holders(row, view.holders())?;
            if holders_changed {
                self.under_floor.update(&mut self.led, row, config.score_floor)?;
            }
            let is_new = !self.led.has(row, Flags::SAMPLED);
            if is_new || holders_changed || view.chain().touched > self.seen_revision {
                self.mark(row)?;
            }
            self.make_pending(row)?;
        }
        match view.last_rebalance() {
            Some(last) if view.leader() == Some(this_node) => self.cooldowns.add(last, view.id()),
            _ => Ok(()),
        }
    }

    /// Takes the row away from whatever chain has this slot in the sampler's eyes.
    fn drop_row_of(&mut self, slot: u32) {
        let row = core::mem::replace(&mut self.row_of[slot as usize], NO_ROW);
        if row == NO_ROW {
            return;
        }
        self.led_chains_changed(row);
        self.cadence.remove(&mut self.led, row);
        self.under_floor.leave(&mut self.led, row);
        if self.led.has(row, Flags::FAILED) {
            self.failed_count -= 1;
        }
        self.led.remove(row);
    }

    /// Marks every led chain that a node holds (S2).
    pub(super) fn mark_chains_on(&mut self, state: &MeshState, node_slot: u32) -> Result<(), Error> {
        for &slot in &state.nodes.value(node_slot).chains {
            match self.row_of.get(slot as usize) {
                Some(&row) if row != NO_ROW => self.mark(row)?,
                _ => {}
            }
        }
        Ok(())
    }
}
