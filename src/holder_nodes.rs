//! The distinct nodes that hold a chain led here, each with how many it holds (S6).

use alloc::vec::Vec;

use hashbrown::HashTable;

use crate::error::Error;
use crate::id::NodeId;
use crate::room;

/// Nodes in dense places, counted by the chains that refer to them.
#[derive(Debug, Default)]
pub(crate) struct HolderNodes {
    table: HashTable<u32>,
    entries: Vec<HolderNode>,
    free: Vec<u32>,
    /// Places that no chain refers to any more, or that none referred to for a moment.
    emptied: Vec<u32>,
    /// The places in use by ascending node id, unless `order_is_stale`.
    order: Vec<u32>,
    /// Their ids, in that order.
    order_ids: Vec<NodeId>,
    order_is_stale: bool,
}

#[derive(Debug)]
struct HolderNode {
    id: NodeId,
    chain_count: u32,
    /// Whether it stands among the emptied ones.
    emptied: bool,
    /// Whether it is one of those that a walk over the chains looks for.
    moved: bool,
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

    pub(crate) fn find(&self, id: NodeId) -> Option<u32> {
        self.table.find(hash_of(id), |&place| self.entries[place as usize].id == id).copied()
    }

    /// How many chains led here the node holds.
    pub(crate) fn chain_count(&self, place: u32) -> usize {
        self.entries[place as usize].chain_count as usize
    }

    pub(crate) fn is_moved(&self, place: u32) -> bool {
        self.entries[place as usize].moved
    }

    pub(crate) fn set_moved(&mut self, place: u32, moved: bool) {
        self.entries[place as usize].moved = moved;
    }

    pub(crate) fn observed(&self, place: u32) -> Option<u64> {
        self.entries[place as usize].observed
    }

    pub(crate) fn observe(&mut self, place: u32, fingerprint: Option<u64>) {
        self.entries[place as usize].observed = fingerprint;
    }

    /// Makes room for so many nodes that may not be known yet.
    pub(crate) fn reserve(&mut self, additional: usize) -> Result<(), Error> {
        let HolderNodes { table, entries, free, emptied, order, order_ids, .. } = self;
        let total = entries.len() + additional;
        table.try_reserve(additional, |&place| hash_of(entries[place as usize].id)).map_err(|_| Error::OutOfMemory)?;
        entries.try_reserve(additional).map_err(|_| Error::OutOfMemory)?;
        free.try_reserve(total - free.len()).map_err(|_| Error::OutOfMemory)?;
        emptied.try_reserve(total - emptied.len()).map_err(|_| Error::OutOfMemory)?;
        order.try_reserve(total.saturating_sub(order.len())).map_err(|_| Error::OutOfMemory)?;
        order_ids.try_reserve(total.saturating_sub(order_ids.len())).map_err(|_| Error::OutOfMemory)
    }

    /// The place of a node, with one more chain that refers to it. The room was made before.
    pub(crate) fn acquire(&mut self, id: NodeId) -> u32 {
        if let Some(place) = self.find(id) {
            self.entries[place as usize].chain_count += 1;
            return place;
        }
        let entry = HolderNode { id, chain_count: 1, emptied: false, moved: false, observed: None };
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

    /// One chain less refers to the node. What was the last one may be followed by another, so the node is kept until
    /// [`forget_emptied`](Self::forget_emptied).
    pub(crate) fn release(&mut self, place: u32) {
        let entry = &mut self.entries[place as usize];
        entry.chain_count -= 1;
        if entry.chain_count == 0 && !entry.emptied {
            entry.emptied = true;
            self.emptied.push(place);
        }
    }

    /// Whether most places have no node, as after a peak.
    pub(crate) fn is_sparse(&self) -> bool {
        room::is_sparse(self.entries.len(), self.entries.len() - self.free.len())
    }

    /// Gives the memory of places without a node back and renumbers the others. Answers the new number of each; one that is
    /// free has any. `None`: there was no memory to do it with, and nothing has changed. Nobody may be emptied.
    pub(crate) fn close_gaps(&mut self) -> Option<Vec<u32>> {
        let count = self.entries.len() - self.free.len();
        let mut closed = HolderNodes { order_is_stale: true, ..HolderNodes::default() };
        let mut new_number = Vec::new();
        closed.reserve(count).ok()?;
        room::reserve(&mut new_number, self.entries.len()).ok()?;
        for entry in self.entries.drain(..) {
            let place = closed.entries.len() as u32;
            new_number.push(place);
            if entry.chain_count > 0 {
                closed.table.insert_unique(hash_of(entry.id), place, |_| 0);
                closed.entries.push(entry);
            }
        }
        *self = closed;
        Some(new_number)
    }

    /// Forgets the nodes that no chain refers to any more.
    pub(crate) fn forget_emptied(&mut self) {
        for place in self.emptied.drain(..) {
            let entry = &mut self.entries[place as usize];
            entry.emptied = false;
            if entry.chain_count > 0 {
                continue;
            }
            if let Ok(found) = self.table.find_entry(hash_of(entry.id), |&other| other == place) {
                found.remove();
            }
            self.free.push(place);
            self.order_is_stale = true;
        }
    }

    /// The places in use by ascending node id, and the ids.
    pub(crate) fn ordered(&self) -> (&[u32], &[NodeId]) {
        (&self.order, &self.order_ids)
    }

    /// Puts the nodes in order again if others have come or gone. The room was made before.
    pub(crate) fn settle_order(&mut self) {
        if self.order_is_stale {
            let HolderNodes { entries, order, order_ids, .. } = self;
            order.clear();
            order.extend((0..entries.len() as u32).filter(|&place| entries[place as usize].chain_count > 0));
            order.sort_unstable_by_key(|&place| entries[place as usize].id);
            order_ids.clear();
            order_ids.extend(order.iter().map(|&place| entries[place as usize].id));
            self.order_is_stale = false;
        }
    }
}
