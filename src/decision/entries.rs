//! The chains of a pass that have more to say than their scores: moves under way, orders, counts, and what the pass does.

use alloc::vec::Vec;

use hashbrown::HashMap;

use super::holds::Holds;
use super::pass::Rules;
use crate::action::Verdict;
use crate::error::Error;
use crate::id::{ChainId, Timestamp};
use crate::room;
use crate::state::{ChainMarks, ChainView, Memory, Said};

/// What becomes of the orders for a chain (R7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OrderFate {
    /// There are none, or the pass does not look at them.
    #[default]
    Untouched,
    /// Carried out, refused or out of date.
    Gone,
    /// A limit is in the way; the next tick considers them again.
    Stays,
}

/// One chain, as it is and as it will be after the commit.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) chain: ChainId,
    pub(crate) slot: u32,
    /// Where its memory of moves stands, [`NO_MEMORY`] for one that is empty: most evictions of most clusters leave none.
    memory_at: u32,
    is_under_way: bool,
    pub(crate) last_rebalance: Option<Timestamp>,
    /// Without tracking: whom evictions have named, as long as they may still happen (F0).
    pub(crate) said: Said,
    /// Whether memory, rebalance or what was said are not as the state says.
    pub(crate) has_changed: bool,
    /// Whether an arm has acted on the chain in this pass.
    pub(crate) acted: bool,
    /// Whether that was the second half of a move that is under way anyway.
    pub(crate) continued: bool,
    /// The limit that kept an earlier arm from acting.
    pub(crate) preset: Option<Verdict>,
    pub(crate) order: OrderFate,
    /// Whether the scorer failed for the chain in an earlier arm, so that it sits this pass out (P2).
    pub(crate) scorer_failed: bool,
}

impl Entry {
    /// The chain as it is, without what is too old to make a difference (E4, O1), and its memory likewise.
    fn new(view: &ChainView<'_>, rules: &Rules<'_>) -> (Self, Memory) {
        let before = view.memory().copied().unwrap_or_default();
        let mut memory = before;
        let is_imported = rules.clamps_imports && view.marks().has(ChainMarks::IMPORTED);
        let mut last_rebalance = view.last_rebalance();
        if is_imported {
            memory.clamp(rules.now);
            last_rebalance = last_rebalance.map(|at| at.min(rules.now));
        }
        let holds = Holds::new(last_rebalance, Some(&memory), &rules.bounds(view), rules);
        let last_rebalance = last_rebalance.filter(|_| holds.is_on_cooldown(rules.now));
        memory.forget(rules.config.flap_window_ns, rules.now);
        let said = view.said().filter(|_| last_rebalance.is_some()).copied().unwrap_or_default();
        let entry = Entry {
            chain: view.id(),
            slot: view.slot,
            memory_at: NO_MEMORY,
            is_under_way: false,
            last_rebalance,
            said,
            has_changed: is_imported
                || memory != before
                || last_rebalance != view.last_rebalance()
                || said != view.said().copied().unwrap_or_default(),
            acted: false,
            continued: false,
            preset: None,
            order: OrderFate::Untouched,
            scorer_failed: false,
        };
        (entry, memory)
    }

    /// Whether a move of the chain is not over yet.
    pub(crate) fn is_under_way(&self) -> bool {
        self.is_under_way
    }

    /// Whether it needs a place among the memories of the state.
    pub(crate) fn has_memory(&self) -> bool {
        self.memory_at != NO_MEMORY
    }
}

/// No place: the memory is empty.
const NO_MEMORY: u32 = u32::MAX;

/// The entries in the order in which they were made, found by chain.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    list: Vec<Entry>,
    memories: Vec<Memory>,
    /// Only ever looked up, so that its order reaches no output.
    index: HashMap<ChainId, usize, foldhash::fast::FixedState>,
}

impl Entries {
    pub(crate) fn clear(&mut self) {
        room::give_back(&mut self.list);
        room::give_back_large(&mut self.memories);
        self.list.clear();
        self.memories.clear();
        if !self.index.is_empty() {
            self.index.clear();
        }
        if self.index.capacity() > room::KEPT && self.index.capacity() > 8 * self.list.capacity() {
            self.index = HashMap::default();
        }
    }

    pub(crate) fn list(&self) -> &[Entry] {
        &self.list
    }

    pub(crate) fn list_mut(&mut self) -> &mut [Entry] {
        &mut self.list
    }

    pub(crate) fn find(&self, chain: ChainId) -> Option<usize> {
        if self.index.is_empty() { None } else { self.index.get(&chain).copied() }
    }

    pub(crate) fn get(&self, chain: ChainId) -> Option<&Entry> {
        self.find(chain).map(|index| &self.list[index])
    }

    /// The entry of a chain, made if there is none.
    pub(crate) fn of(&mut self, view: &ChainView<'_>, rules: &Rules<'_>) -> Result<usize, Error> {
        if let Some(index) = self.find(view.id()) {
            return Ok(index);
        }
        self.index.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        room::reserve(&mut self.list, 1)?;
        self.index.insert(view.id(), self.list.len());
        let (entry, memory) = Entry::new(view, rules);
        self.list.push(entry);
        let index = self.list.len() - 1;
        self.set_memory(index, &memory)?;
        Ok(index)
    }

    /// What the chain of an entry remembers of its moves.
    pub(crate) fn memory(&self, index: usize) -> &Memory {
        self.memory_of(&self.list[index])
    }

    pub(crate) fn memory_of(&self, entry: &Entry) -> &Memory {
        self.memories.get(entry.memory_at as usize).unwrap_or(&Memory::EMPTY)
    }

    pub(crate) fn set_memory(&mut self, index: usize, memory: &Memory) -> Result<(), Error> {
        let entry = &mut self.list[index];
        entry.is_under_way = memory.flight.is_some() || memory.owed.is_some();
        if entry.memory_at == NO_MEMORY {
            if memory.is_empty() {
                return Ok(());
            }
            room::reserve(&mut self.memories, 1)?;
            entry.memory_at = self.memories.len() as u32;
            self.memories.push(*memory);
        } else {
            self.memories[entry.memory_at as usize] = *memory;
        }
        Ok(())
    }

    /// Puts the entries that there are in the order of their chains.
    pub(crate) fn sort(&mut self) {
        self.list.sort_unstable_by_key(|entry| entry.chain);
        for (position, entry) in self.list.iter().enumerate() {
            if let Some(index) = self.index.get_mut(&entry.chain) {
                *index = position;
            }
        }
    }
}

/// Whether a chain has to be looked at in each tick, whatever its scores.
pub(crate) fn needs_attention(view: &ChainView<'_>) -> bool {
    if !view.marks().has_something_beside() {
        return false;
    }
    if view.marks().has(ChainMarks::IMPORTED) {
        return true;
    }
    let count_differs = view.desired_replicas().is_some_and(|desired| desired as usize != view.holder_count());
    let memory = view.memory();
    let is_moving = memory.is_some_and(|memory| {
        let waits = memory.pin.is_some() || !memory.backoffs.as_slice().is_empty();
        memory.flight.is_some() || memory.owed.is_some() || waits
    });
    count_differs || is_moving || view.order().is_some()
}
