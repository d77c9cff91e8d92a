//! The distinct nodes that hold a chain led here, each with how many it holds (S6).

use alloc::vec::Vec;

use hashbrown::HashTable;

use crate::error::Error;
use crate::id::NodeId;

/// Nodes in dense places, counted by the chains that refer to them.
#[derive(Debug, Default)]
pub(crate) struct HolderNodes {
    table: HashTable<u32>,
    entries: Vec<HolderNode>,
    free: Vec<u32>,
    /// The places in use by ascending node id, unless `order_is_stale`.
    order: Vec<u32>,
    order_is_stale: bool,
}

#[derive(Debug)]
struct HolderNode {
    id: NodeId,
    chain_count: u32,
    /// The fingerprint of the last poll; `None` before the first, and when the scorer could not say.
    observed: Option<u64>,
}

fn hash_of(id: NodeId) -> u64 {
    use core::hash::BuildHasher;
    foldhash::fast::FixedState::default().hash_one(id)
}

impl HolderNodes {
    pub(crate) fn id(&self, place: u32) -> NodeId {
        self.entries[place as usize].id
    }

    pub(crate) fn observed(&self, place: u32) -> Option<u64> {
        self.entries[place as usize].observed
    }

    pub(crate) fn observe(&mut self, place: u32, fingerprint: Option<u64>) {
        self.entries[place as usize].observed = fingerprint;
    }

    /// Makes room for so many nodes that may not be known yet.
    pub(crate) fn reserve(&mut self, additional: usize) -> Result<(), Error> {
        let HolderNodes { table, entries, free, order, .. } = self;
        let total = entries.len() + additional;
        table.try_reserve(additional, |&place| hash_of(entries[place as usize].id)).map_err(|_| Error::OutOfMemory)?;
        entries.try_reserve(additional).map_err(|_| Error::OutOfMemory)?;
        free.try_reserve(total - free.len()).map_err(|_| Error::OutOfMemory)?;
        order.try_reserve(total.saturating_sub(order.len())).map_err(|_| Error::OutOfMemory)
    }

    /// The place of a node, with one more chain that refers to it. The room was made before.
    pub(crate) fn acquire(&mut self, id: NodeId) -> u32 {
        let HolderNodes { table, entries, .. } = self;
        if let Some(&place) = table.find(hash_of(id), |&place| entries[place as usize].id == id) {
            entries[place as usize].chain_count += 1;
            return place;
        }
        let entry = HolderNode { id, chain_count: 1, observed: None };
        let place = match self.free.pop() {
            Some(place) => {
                self.entries[place as usize] = entry;
                place
            }
            None => {
                self.entries.push(entry);
                (self.entries.len() - 1) as u32
            }
        };
        let HolderNodes { table, entries, .. } = self;
        table.insert_unique(hash_of(id), place, |&place| hash_of(entries[place as usize].id));
        self.order_is_stale = true;
        place
    }

    /// One chain less refers to the node; with the last one it is forgotten.
    pub(crate) fn release(&mut self, place: u32) {
        let entry = &mut self.entries[place as usize];
        entry.chain_count -= 1;
        if entry.chain_count > 0 {
            return;
        }
        if let Ok(found) = self.table.find_entry(hash_of(entry.id), |&other| other == place) {
            found.remove();
        }
        self.free.push(place);
        self.order_is_stale = true;
    }

    /// The places in use, by ascending node id.
    pub(crate) fn ordered(&mut self) -> &[u32] {
        if self.order_is_stale {
            let HolderNodes { entries, order, .. } = self;
            order.clear();
            order.extend((0..entries.len() as u32).filter(|&place| entries[place as usize].chain_count > 0));
            order.sort_unstable_by_key(|&place| entries[place as usize].id);
            self.order_is_stale = false;
        }
        &self.order
    }
}
