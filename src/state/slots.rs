//! Dense numbers for sparse ids, and which of them were noted since when.

use alloc::vec::Vec;

use hashbrown::HashTable;

use crate::error::Error;
use crate::room;

/// No slot: the end of a list, or an id that was never interned.
pub(crate) const NO_SLOT: u32 = u32::MAX;

/// Empty slots are kept for their old ids until there are this many more of them than an eighth of the live ones.
///
/// A chain that is removed and created again between two samples must look as if nothing had happened (S9), and a
/// touch in between must not be lost; so its slot remembers it for a while. The bound, looked at whenever an id needs a
/// slot, keeps memory proportional to the most that existed at one time, and a tick gives back what a peak has left (E4).
/// Beyond it an id that comes back is new, which costs a re-score and hides nothing.
const SPARE_SLOTS: usize = 1024;

/// Values in dense slots, found by id, each with the revision at which it was last noted.
///
/// Slots are linked from the least to the most recently noted one. A reader that remembers a revision finds what was
/// noted since by walking from the newest: nothing is consumed, so any number of readers can catch up independently.
///
/// Each slot also has marks: what is small enough to lie where the slot would have padding.
#[derive(Debug)]
pub(crate) struct Slots<T, M> {
    what: &'static str,
    pub(super) table: HashTable<u32>,
    pub(super) slots: Vec<Slot<T, M>>,
    pub(super) live_count: usize,
    newest: u32,
    first_retired: u32,
    last_retired: u32,
    has_recycled: bool,
}

#[derive(Debug)]
pub(super) struct Slot<T, M> {
    pub(super) id: u64,
    /// 0 until the slot is noted for the first time; only then it is linked.
    noted: u64,
    newer: u32,
    older: u32,
    next_retired: u32,
    pub(super) live: bool,
    /// Whether it stands in the retirement queue; it may have come back to life there.
    queued: bool,
    marks: M,
    value: T,
}

impl<T: Default, M: Default> Slot<T, M> {
    /// A slot that nobody has.
    pub(super) fn blank() -> Self {
        let (newer, older, next_retired) = (NO_SLOT, NO_SLOT, NO_SLOT);
        let (marks, value) = (M::default(), T::default());
        Slot { id: 0, noted: 0, newer, older, next_retired, live: false, queued: false, marks, value }
    }

    /// The slot of an id, not noted yet.
    pub(super) fn live(id: u64) -> Self {
        Slot { id, live: true, ..Slot::blank() }
    }
}

/// What [`Slots::intern`] had to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interned {
    /// The id has had this slot before and still has it.
    Known(u32),
    /// The id got a slot that remembers nothing of it.
    Blank(u32),
}

impl Interned {
    pub(crate) fn slot(self) -> u32 {
        match self {
            Interned::Known(slot) | Interned::Blank(slot) => slot,
        }
    }
}

pub(super) fn hash_of(id: u64) -> u64 {
    use core::hash::BuildHasher;
    // A fixed state: no entropy reaches the core, and the order of the table reaches no output.
    foldhash::fast::FixedState::default().hash_one(id)
}

impl<T: Default, M: Default + Copy> Slots<T, M> {
    /// An empty table; `what` names its contents in errors.
    pub(crate) fn new(what: &'static str) -> Self {
        Slots {
            what,
            table: HashTable::new(),
            slots: Vec::new(),
            live_count: 0,
            newest: NO_SLOT,
            first_retired: NO_SLOT,
            last_retired: NO_SLOT,
            has_recycled: false,
        }
    }

    /// Number of slots, live or not; every slot number is below it.
    pub(crate) fn slot_count(&self) -> usize {
        self.slots.len()
    }

    /// Number of live slots.
    pub(crate) fn live_count(&self) -> usize {
        self.live_count
    }

    /// Whether an id ever lost its slot to another one.
    pub(crate) fn has_recycled(&self) -> bool {
        self.has_recycled
    }

    /// The slot of this id, live or remembered.
    pub(crate) fn find(&self, id: u64) -> Option<u32> {
        self.table.find(hash_of(id), |&slot| self.slots[slot as usize].id == id).copied()
    }

    /// The slot of this id, if it is live.
    pub(crate) fn find_live(&self, id: u64) -> Option<u32> {
        self.find(id).filter(|&slot| self.is_live(slot))
    }

    pub(crate) fn is_live(&self, slot: u32) -> bool {
        self.slots[slot as usize].live
    }

    pub(crate) fn id(&self, slot: u32) -> u64 {
        self.slots[slot as usize].id
    }

    pub(crate) fn value(&self, slot: u32) -> &T {
        &self.slots[slot as usize].value
    }

    pub(crate) fn value_mut(&mut self, slot: u32) -> &mut T {
        &mut self.slots[slot as usize].value
    }

    pub(crate) fn marks(&self, slot: u32) -> M {
        self.slots[slot as usize].marks
    }

    pub(crate) fn marks_mut(&mut self, slot: u32) -> &mut M {
        &mut self.slots[slot as usize].marks
    }

    /// The live slots, in no order that means anything.
    pub(crate) fn live(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.slots.len() as u32).filter(|&slot| self.is_live(slot))
    }

    /// Makes room for a table of `total` ids, exactly.
    pub(crate) fn reserve_total(&mut self, total: usize) -> Result<(), Error> {
        let additional = total.saturating_sub(self.slots.len());
        self.slots.try_reserve_exact(additional).map_err(|_| Error::OutOfMemory)?;
        let Slots { table, slots, .. } = self;
        table.try_reserve(additional, |&slot| hash_of(slots[slot as usize].id)).map_err(|_| Error::OutOfMemory)
    }

    /// The slot of this id, live from now on.
    pub(crate) fn intern(&mut self, id: u64) -> Result<Interned, Error> {
        if let Some(slot) = self.find(id) {
            self.revive(slot);
            return Ok(Interned::Known(slot));
        }
        let Slots { table, slots, .. } = self;
        table.try_reserve(1, |&slot| hash_of(slots[slot as usize].id)).map_err(|_| Error::OutOfMemory)?;
        let slot = match self.recycle() {
            Some(slot) => slot,
            None => self.grow()?,
        };
        self.slots[slot as usize].id = id;
        self.slots[slot as usize].live = true;
        self.live_count += 1;
        let Slots { table, slots, .. } = self;
        table.insert_unique(hash_of(id), slot, |&slot| hash_of(slots[slot as usize].id));
        Ok(Interned::Blank(slot))
    }

    fn revive(&mut self, slot: u32) {
        let entry = &mut self.slots[slot as usize];
        if !entry.live {
            entry.live = true;
            self.live_count += 1;
        }
    }

    fn grow(&mut self) -> Result<u32, Error> {
        let slot = u32::try_from(self.slots.len()).ok().filter(|&slot| slot != NO_SLOT);
        let slot = slot.ok_or(Error::TooMany { what: self.what, limit: u64::from(NO_SLOT) - 1 })?;
        room::reserve(&mut self.slots, 1)?;
        self.slots.push(Slot::blank());
        Ok(slot)
    }

    /// Takes the empty slot that was first to retire from its old id, if there are empty slots to spare.
    fn recycle(&mut self) -> Option<u32> {
        if self.slots.len() - self.live_count <= self.live_count / 8 + SPARE_SLOTS {
            return None;
        }
        while self.first_retired != NO_SLOT {
            let slot = self.first_retired;
            let entry = &mut self.slots[slot as usize];
            self.first_retired = entry.next_retired;
            if self.first_retired == NO_SLOT {
                self.last_retired = NO_SLOT;
            }
            entry.queued = false;
            if entry.live {
                continue;
            }
            let old_id = entry.id;
            (entry.value, entry.marks) = (T::default(), M::default());
            if let Ok(old) = self.table.find_entry(hash_of(old_id), |&other| other == slot) {
                old.remove();
            }
            self.has_recycled = true;
            return Some(slot);
        }
        None
    }

    /// The slot is empty now. It keeps its id, its value and its place among the noted ones until it is needed.
    pub(crate) fn retire(&mut self, slot: u32) {
        let entry = &mut self.slots[slot as usize];
        if !entry.live {
            return;
        }
        entry.live = false;
        self.live_count -= 1;
        if entry.queued {
            return;
        }
        entry.queued = true;
        entry.next_retired = NO_SLOT;
        match self.last_retired {
            NO_SLOT => self.first_retired = slot,
            last => self.slots[last as usize].next_retired = slot,
        }
        self.last_retired = slot;
    }

    /// Notes that something happened to the slot at this revision, which must be the highest so far.
    pub(crate) fn note(&mut self, slot: u32, revision: u64) {
        if self.newest != slot {
            self.unlink(slot);
            let newest = self.newest;
            let entry = &mut self.slots[slot as usize];
            entry.older = newest;
            entry.newer = NO_SLOT;
            if newest != NO_SLOT {
                self.slots[newest as usize].newer = slot;
            }
            self.newest = slot;
        }
        self.slots[slot as usize].noted = revision;
    }

    fn unlink(&mut self, slot: u32) {
        let entry = &self.slots[slot as usize];
        if entry.noted == 0 {
            return;
        }
        let (newer, older) = (entry.newer, entry.older);
        match newer {
            NO_SLOT => self.newest = older,
            _ => self.slots[newer as usize].older = older,
        }
        if older != NO_SLOT {
            self.slots[older as usize].newer = newer;
        }
    }

    /// Whether most slots are empty, as after a peak.
    pub(crate) fn is_sparse(&self) -> bool {
        self.slots.len() > 4 * self.live_count + 2 * SPARE_SLOTS
    }

    /// Gives the memory of empty slots back and renumbers the others. Answers the new number of each, [`NO_SLOT`] for one
    /// that is gone. `None`: there was no memory to do it with, and nothing has changed.
    pub(crate) fn close_gaps(&mut self) -> Option<Vec<u32>> {
        let (mut new_number, mut order) = (Vec::new(), Vec::new());
        let (mut slots, mut table) = (Vec::new(), HashTable::new());
        room::reserve(&mut new_number, self.slots.len()).ok()?;
        room::reserve(&mut order, self.live_count).ok()?;
        room::reserve(&mut slots, self.live_count).ok()?;
        table.try_reserve(self.live_count, |_| 0).ok()?;
        order.extend(self.noted_since(0).filter(|&slot| self.is_live(slot)));
        for slot in self.slots.drain(..) {
            new_number.push(if slot.live { slots.len() as u32 } else { NO_SLOT });
            if slot.live {
                let (newer, older, next_retired) = (NO_SLOT, NO_SLOT, NO_SLOT);
                table.insert_unique(hash_of(slot.id), slots.len() as u32, |_| 0);
                slots.push(Slot { newer, older, next_retired, queued: false, ..slot });
            }
        }
        *self = Slots { slots, table, live_count: self.live_count, has_recycled: true, ..Slots::new(self.what) };
        for old in order.into_iter().rev() {
            let slot = new_number[old as usize];
            let noted = core::mem::take(&mut self.slots[slot as usize].noted);
            self.note(slot, noted);
        }
        Some(new_number)
    }

    /// The slots noted after `revision`, newest first.
    pub(crate) fn noted_since(&self, revision: u64) -> impl Iterator<Item = u32> + '_ {
        let mut next = self.newest;
        core::iter::from_fn(move || {
            let slot = next;
            let entry = self.slots.get(slot as usize).filter(|entry| entry.noted > revision)?;
            next = entry.older;
            Some(slot)
        })
    }
}
