//! Which nodes have chains of which group.

use alloc::vec::Vec;

use hashbrown::HashMap;

use crate::error::Error;
use crate::room::reserve;

/// A node that has chains of a group, and how many.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) node: u32,
    pub(super) count: u32,
}

#[derive(Debug, Default)]
pub(super) struct Groups {
    /// The nodes of each group by ascending slot.
    members: HashMap<u64, Vec<Member>, foldhash::fast::FixedState>,
}

impl Groups {
    /// The nodes that have chains of the group.
    pub(super) fn members(&self, group: u64) -> &[Member] {
        self.members.get(&group).map_or(&[], Vec::as_slice)
    }

    /// How many chains of the group a node has.
    pub(super) fn count(&self, group: u64, node: u32) -> u32 {
        let members = self.members(group);
        members.binary_search_by_key(&node, |member| member.node).map_or(0, |rank| members[rank].count)
    }

    /// Makes room for so many more members of a group.
    pub(super) fn reserve(&mut self, group: u64, additional: usize) -> Result<(), Error> {
        if additional == 0 {
            return Ok(());
        }
        self.members.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        reserve(self.members.entry(group).or_default(), additional)
    }

    /// One more chain of the group on a node; how many there are now. The room was made before.
    pub(super) fn add(&mut self, group: u64, node: u32) -> u32 {
        let members = self.members.entry(group).or_default();
        match members.binary_search_by_key(&node, |member| member.node) {
            Ok(rank) => {
                members[rank].count += 1;
                members[rank].count
            }
            Err(rank) => {
                members.insert(rank, Member { node, count: 1 });
                1
            }
        }
    }

    /// One chain less; how many are left. A group that is left without any keeps its room until a profile that names it goes.
    pub(super) fn remove(&mut self, group: u64, node: u32) -> u32 {
        let Some(members) = self.members.get_mut(&group) else { return 0 };
        let Ok(rank) = members.binary_search_by_key(&node, |member| member.node) else { return 0 };
        members[rank].count -= 1;
        let left = members[rank].count;
        if left == 0 {
            members.remove(rank);
        }
        left
    }

    /// Forgets a group that no node has a chain of, with the room that was made for it.
    pub(super) fn leave_if_idle(&mut self, group: u64) {
        if self.members(group).is_empty() {
            self.members.remove(&group);
        }
    }
}
