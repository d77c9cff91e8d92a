//! What the caller has said of chains beyond who holds and leads them: how many holders they should have, their class and
//! their revision (B1, B6).

use alloc::vec::Vec;

use super::MeshState;
use super::chain::ChainMarks;
use crate::error::Error;
use crate::id::ChainId;
use crate::numbers::{self, Numbers};

/// Facts by the slot of the chain, each kind in a column that is there when somebody has told one.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    desired: Numbers,
    classes: Numbers,
    /// What is told of it is in [`ChainMarks::REVISION`].
    revisions: Vec<u64>,
}

impl Facts {
    /// Gives back what a peak has left.
    pub(super) fn give_back(&mut self) {
        self.desired.give_back();
        self.classes.give_back();
    }

    /// The chains have other slots.
    pub(super) fn renumber(&mut self, new_number: &[u32], gone: u32) {
        self.desired.renumber(new_number, gone);
        self.classes.renumber(new_number, gone);
        numbers::renumber(&mut self.revisions, new_number, gone);
    }
}

impl MeshState {
    pub(super) fn desired_of(&self, slot: u32) -> Option<u32> {
        self.facts.desired.get(slot, ChainId(self.chains.id(slot)))
    }

    pub(super) fn class_of(&self, slot: u32) -> Option<u32> {
        self.facts.classes.get(slot, ChainId(self.chains.id(slot)))
    }

    pub(super) fn revision_of(&self, slot: u32) -> Option<u64> {
        let is_told = self.chains.marks(slot).has(ChainMarks::REVISION);
        if is_told { self.facts.revisions.get(slot as usize).copied() } else { None }
    }

    /// Makes room for a wished count, one of so many.
    pub(super) fn reserve_desired(&mut self, count: u32, of: usize) -> Result<(), Error> {
        self.facts.desired.reserve(count, of, self.chains.slot_count())
    }

    /// Makes room for a class, one of so many.
    pub(super) fn reserve_class(&mut self, class: u32, of: usize) -> Result<(), Error> {
        self.facts.classes.reserve(class, of, self.chains.slot_count())
    }

    /// Makes room for a revision.
    pub(super) fn reserve_revision(&mut self) -> Result<(), Error> {
        numbers::grow(&mut self.facts.revisions, self.chains.slot_count(), 0)
    }

    /// Says whether that is news. The room was made before.
    pub(super) fn set_desired(&mut self, slot: u32, count: u32) -> bool {
        let changes = self.desired_of(slot) != Some(count);
        self.facts.desired.set(slot, ChainId(self.chains.id(slot)), count);
        self.chains.marks_mut(slot).put(ChainMarks::FACTS, true);
        changes
    }

    /// Says whether that is news. The room was made before.
    pub(super) fn set_class(&mut self, slot: u32, class: u32) -> bool {
        let changes = self.class_of(slot).unwrap_or(0) != class;
        self.facts.classes.set(slot, ChainId(self.chains.id(slot)), class);
        self.chains.marks_mut(slot).put(ChainMarks::FACTS, true);
        changes
    }

    /// The room was made before.
    pub(super) fn set_revision(&mut self, slot: u32, revision: u64) {
        if let Some(known) = self.facts.revisions.get_mut(slot as usize) {
            *known = revision;
        }
        let marks = self.chains.marks_mut(slot);
        marks.put(ChainMarks::FACTS, true);
        marks.put(ChainMarks::REVISION, true);
    }

    /// Nothing is told of the chain any more.
    pub(super) fn forget_facts(&mut self, slot: u32) {
        let chain = ChainId(self.chains.id(slot));
        self.facts.desired.clear(slot, chain);
        self.facts.classes.clear(slot, chain);
    }
}
