//! Giving slots to very many ids at once.

use alloc::vec::Vec;

use super::slots::{Slot, Slots, hash_of};
use crate::error::Error;
use crate::room;

/// Fewer ids than this are at hand anyway.
const MANY: usize = 1024;

/// Ids are handed to the table in so many parts, each of which lies in the caches while it is filled.
const PARTS: usize = 256;

impl<T: Default, M: Default + Copy> Slots<T, M> {
    /// Gives the slots 0, 1, 2 and so on to these ids, live, if nobody has a slot yet and the ids are many and distinct.
    /// Says whether it did; otherwise nothing has changed. The room was made before.
    ///
    /// Ids come in an order that means nothing to the table, so each would cost a miss of the caches. They are put in
    /// the order of the table first.
    pub(crate) fn fill(&mut self, ids: impl ExactSizeIterator<Item = u64> + Clone) -> Result<bool, Error> {
        if self.slot_count() > 0 || ids.len() < MANY {
            return Ok(false);
        }
        let in_table_order = self.in_table_order(ids.clone())?;
        let Slots { table, slots, live_count, .. } = self;
        slots.extend(ids.map(Slot::live));
        *live_count = slots.len();
        for (id, slot) in in_table_order {
            let hasher = |&slot: &u32| hash_of(slots[slot as usize].id);
            match table.entry(hash_of(id), |&slot| slots[slot as usize].id == id, hasher) {
                hashbrown::hash_table::Entry::Vacant(place) => drop(place.insert(slot)),
                hashbrown::hash_table::Entry::Occupied(_) => {
                    // Whoever asks for one after the other finds out which it is.
                    table.clear();
                    slots.clear();
                    *live_count = 0;
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// The ids with their slots, by the part of the table in which they will lie.
    fn in_table_order(&self, ids: impl ExactSizeIterator<Item = u64> + Clone) -> Result<Vec<(u64, u32)>, Error> {
        // A table is a power of two, at most seven eighths full, and begins to look at the low bits of the hash.
        let table_bits = (self.table.capacity() / 7 * 8).next_power_of_two().ilog2();
        let part_of = |id: u64| (hash_of(id) >> (table_bits - PARTS.ilog2())) as usize % PARTS;
        let mut ordered = Vec::new();
        room::reserve(&mut ordered, ids.len())?;
        ordered.resize(ids.len(), (0, 0));
        let mut next = [0; PARTS + 1];
        ids.clone().for_each(|id| next[part_of(id) + 1] += 1);
        for part in 1..=PARTS {
            next[part] += next[part - 1];
        }
        for (slot, id) in ids.enumerate() {
            let place = &mut next[part_of(id)];
            ordered[*place] = (id, slot as u32);
            *place += 1;
        }
        Ok(ordered)
    }
}
