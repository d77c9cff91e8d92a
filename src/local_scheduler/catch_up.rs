//! Catching up with what the state has noted since the last sample (S7, S9).

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::backstops::Backstops;
use super::led::{Flags, NO_ROW};
use super::sampler::Sampler;
use super::spread::place_of;
use crate::config::SchedulerConfig;
use crate::decision::{Rules, needs_attention};
use crate::error::Error;
use crate::id::NodeId;
use crate::room;
use crate::state::{ChainMarks, MeshState};

/// So many chains are fetched ahead of their turn.
const AHEAD: usize = 32;

impl Sampler {
    /// Brings rows, holders and cooldowns to where the state is. Asks nothing. If it fails half way it can be repeated:
    /// what was noted counts as seen only at the end.
    pub(super) fn catch_up(&mut self, rules: &Rules<'_>) -> Result<(), Error> {
        let Rules { state, config, this_node, .. } = *rules;
        if !self.knows(state) {
            // Another state: slots and revisions mean nothing, so everything starts over.
            *self = Sampler {
                seen_state: Some(Arc::clone(state.identity())),
                seen_layout: state.layout(),
                backstops: Backstops::new(config)?,
                sampled_at: self.sampled_at,
                ..Sampler::default()
            };
        }
        let slot_count = state.chains.slot_count();
        if self.seen_layout != state.layout() {
            self.follow_layout(state, slot_count, this_node)?;
        }
        let additional = slot_count.saturating_sub(self.row_of.len());
        room::reserve(&mut self.row_of, additional)?;
        self.row_of.resize(slot_count, NO_ROW);
        self.list_noted(state, config, this_node)?;
        for begin in (0..self.noted.len()).step_by(AHEAD) {
            let end = self.noted.len().min(begin + AHEAD);
            self.fetch(state, begin..end);
            for index in begin..end {
                self.catch_up_chain(rules, self.noted[index].1)?;
            }
        }
        self.led.snapshot.forget_emptied_nodes();
        self.catch_up_nodes(state)?;
        self.agenda.follow_config(rules)?;
        self.agenda.settle(rules);
        self.give_rows_back();
        self.seen_revision = state.revision();
        Ok(())
    }

    /// Has the next chains come from memory all at once. Their slots lie anywhere, and one after the other would wait for each.
    fn fetch(&self, state: &MeshState, range: core::ops::Range<usize>) {
        let touched = self.noted[range].iter().fold(0, |sum: u64, &(_, slot)| {
            let chain = state.chains.value(slot);
            let far = chain.holders.first().map_or(0, |holder| u64::from(holder.node));
            sum ^ chain.touched ^ far ^ u64::from(self.row_of[slot as usize])
        });
        core::hint::black_box(touched);
    }

    /// Lists the chains that there is news about in the order in which they will be scored, so that chains which are
    /// scored together lie beside each other: by ascending id, or by turn. Makes room for those that became led.
    fn list_noted(&mut self, state: &MeshState, config: &SchedulerConfig, this_node: NodeId) -> Result<(), Error> {
        self.noted.clear();
        let mut new = 0;
        for slot in state.chains_noted_since(self.seen_revision) {
            let view = state.view(slot);
            let is_known = self.row_at(slot).is_some();
            // Chains of other leaders, which are most of a mesh, are none of this scheduler's business.
            if is_known || view.leader() == Some(this_node) {
                room::reserve(&mut self.noted, 1)?;
                let order = if config.backstop_spread { place_of(view.id()) } else { view.id().0 };
                self.noted.push((order, slot));
                new += usize::from(!is_known);
            }
        }
        self.noted.sort_unstable();
        self.led.reserve(new.saturating_sub(self.led.free_count()))?;
        room::reserve(&mut self.marks, new)?;
        room::reserve(&mut self.pending, new)
    }

    /// S2: a touch makes the chains of the node dirty. L4: and may be what a chain that was refused waits for.
    fn catch_up_nodes(&mut self, state: &MeshState) -> Result<(), Error> {
        let mut block = core::mem::take(&mut self.block);
        block.places.clear();
        let mut outcome = Ok(());
        if state.has_touched_nodes_since(self.seen_revision) {
            self.waits.clear();
        }
        for slot in state.nodes_touched_since(self.seen_revision) {
            if let Some(place) = self.led.snapshot.nodes.find(NodeId(state.nodes.id(slot))) {
                outcome = outcome.and_then(|()| room::reserve(&mut block.places, 1));
                if outcome.is_ok() {
                    block.places.push(place);
                }
            }
        }
        outcome = outcome.and_then(|()| self.mark_chains_of(state, &block.places));
        self.block = block;
        outcome
    }

    fn catch_up_chain(&mut self, rules: &Rules<'_>, slot: u32) -> Result<(), Error> {
        let Rules { state, this_node, .. } = *rules;
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
            room::reserve(&mut self.marks, 1)?;
            room::reserve(&mut self.pending, 1)?;
            self.under_floor.reserve(1)?;
            self.attention.reserve(1)?;
            self.classes.reserve(view.class(), self.led.row_count())?;
            let holders_changed = self.led.set_holders(row, view.holders())?;
            let class_changed = self.class_of(row) != view.class();
            self.classes.set(row, view.id(), view.class());
            if holders_changed || class_changed {
                self.update_floor(row, rules.config, rules.classes)?;
            }
            self.attention.put(&mut self.led, row, needs_attention(&view))?;
            // Facts are about classes, which whoever judges knows, and counts, which call for attention.
            let holds_back = [ChainMarks::CLAIM, ChainMarks::REBALANCED, ChainMarks::MEMORY, ChainMarks::ORDER];
            let is_held_back = holds_back.iter().any(|&mark| view.marks().has(mark));
            self.led.row_mut(row).flags.put(Flags::HELD_BACK, is_held_back);
            let is_new = !self.led.has(row, Flags::SAMPLED);
            if is_new || holders_changed || view.chain().touched > self.seen_revision {
                self.mark(row)?;
            }
            self.make_pending(row)?;
        }
        if view.leader() == Some(this_node) { self.agenda.add(&view, rules) } else { Ok(()) }
    }

    /// Takes the row away from whatever chain has this slot in the sampler's eyes.
    fn drop_row_of(&mut self, slot: u32) {
        let row = core::mem::replace(&mut self.row_of[slot as usize], NO_ROW);
        if row != NO_ROW {
            self.drop_row(row);
        }
    }

    /// S7: the chain is led no longer.
    fn drop_row(&mut self, row: u32) {
        self.led_chains_changed(row);
        self.backstops.remove(&mut self.led, row);
        self.under_floor.leave(&mut self.led, row);
        self.attention.leave(&mut self.led, row);
        self.classes.set(row, self.led.snapshot.chain(row), 0);
        self.waits.remove(row);
        self.marks_are_stale |= self.led.has(row, Flags::MARKED);
        if self.led.has(row, Flags::FAILED) {
            self.failed_count -= 1;
        }
        self.led.remove(row);
    }

    /// The state has renumbered its slots, and forgot those of chains that are gone.
    fn follow_layout(&mut self, state: &MeshState, slot_count: usize, this_node: NodeId) -> Result<(), Error> {
        let mut row_of = Vec::new();
        room::reserve(&mut row_of, slot_count)?;
        row_of.resize(slot_count, NO_ROW);
        for row in 0..self.led.row_count() as u32 {
            if !self.led.has(row, Flags::IN_USE) {
                continue;
            }
            match state.chain(self.led.snapshot.chain(row)).filter(|view| view.is_led_by(this_node)) {
                Some(view) => {
                    row_of[view.slot as usize] = row;
                    self.led.row_mut(row).slot = view.slot;
                }
                None => self.drop_row(row),
            }
        }
        self.row_of = row_of;
        self.seen_layout = state.layout();
        Ok(())
    }

    /// Marks every led chain that one of these nodes holds (S2).
    ///
    /// The state lists the chains on a node, whoever leads them. Where those are more than the led chains, the led ones
    /// are asked whether they are on such a node.
    pub(super) fn mark_chains_of(&mut self, state: &MeshState, places: &[u32]) -> Result<(), Error> {
        let nodes = &self.led.snapshot.nodes;
        let led_on_them: usize = places.iter().map(|&place| nodes.chain_count(place)).sum();
        if self.marks.len() as u64 == self.led.count && !self.marks_are_stale {
            // As in the first sample: all are marked already.
            return Ok(());
        }
        let unmarked = self.led.row_count() - self.marks.len();
        room::reserve(&mut self.marks, led_on_them.min(unmarked))?;
        let slot_of = |place: u32| state.nodes.find_live(nodes.id(place).0);
        let listed: usize =
            places.iter().filter_map(|&place| slot_of(place)).map(|slot| state.nodes.value(slot).chains.len()).sum();
        if listed as u64 > self.led.count {
            self.mark_led_chains_of(places);
            return Ok(());
        }
        for &place in places {
            let Some(slot) = state.nodes.find_live(self.led.snapshot.nodes.id(place).0) else { continue };
            for &chain in &state.nodes.value(slot).chains {
                if let Some(row) = self.row_at(chain) {
                    self.mark_reserved(row);
                }
            }
        }
        Ok(())
    }

    /// The same by a walk over the led chains. The room was made before.
    fn mark_led_chains_of(&mut self, places: &[u32]) {
        let nodes = &mut self.led.snapshot.nodes;
        places.iter().for_each(|&place| nodes.set_moved(place, true));
        for row in 0..self.led.row_count() as u32 {
            if self.led.has(row, Flags::IN_USE) && self.led.snapshot.row_has_moved(row) {
                self.mark_reserved(row);
            }
        }
        let nodes = &mut self.led.snapshot.nodes;
        places.iter().for_each(|&place| nodes.set_moved(place, false));
    }
}
