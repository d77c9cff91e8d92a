//! What the caller has said of nodes, and of all at once: drained, avoided, frozen (R6, B5).

use alloc::vec::Vec;

use crate::error::Error;
use crate::id::{NodeId, Timestamp};
use crate::room;

/// Nodes with a time each, by ascending id.
#[derive(Debug, Default)]
pub(crate) struct NodeTimes {
    entries: Vec<(NodeId, Timestamp)>,
}

impl NodeTimes {
    pub(crate) fn entries(&self) -> &[(NodeId, Timestamp)] {
        &self.entries
    }

    pub(crate) fn get(&self, node: NodeId) -> Option<Timestamp> {
        self.position(node).ok().map(|index| self.entries[index].1)
    }

    /// Makes room for so many more.
    pub(crate) fn reserve(&mut self, additional: usize) -> Result<(), Error> {
        room::reserve(&mut self.entries, additional)
    }

    /// Says whether that changes anything. The room was made before.
    pub(crate) fn set(&mut self, node: NodeId, at: Timestamp) -> bool {
        match self.position(node) {
            Ok(index) => core::mem::replace(&mut self.entries[index].1, at) != at,
            Err(index) => {
                self.entries.insert(index, (node, at));
                true
            }
        }
    }

    /// Says whether that changes anything.
    pub(crate) fn remove(&mut self, node: NodeId) -> bool {
        let found = self.position(node);
        found.is_ok_and(|index| {
            self.entries.remove(index);
            true
        })
    }

    /// Forgets the nodes whose time has come.
    pub(crate) fn forget_over(&mut self, now: Timestamp) {
        self.entries.retain(|&(_, until)| now < until);
        room::give_back(&mut self.entries);
    }

    fn position(&self, node: NodeId) -> Result<usize, usize> {
        self.entries.binary_search_by_key(&node, |&(node, _)| node)
    }
}

/// Nodes that are no targets, and whether anything is emitted at all.
#[derive(Debug, Default)]
pub(crate) struct Closures {
    /// By deadline (N1).
    pub(crate) drains: NodeTimes,
    /// Until when (N2).
    pub(crate) avoided: NodeTimes,
    /// R6
    pub(crate) frozen_until: Option<Timestamp>,
    /// Counts how often a drain began or ended.
    pub(crate) drains_revision: u64,
}

impl Closures {
    /// Whether a node is no target.
    pub(crate) fn is_closed(&self, node: NodeId, now: Timestamp) -> bool {
        self.drains.get(node).is_some() || self.avoided.get(node).is_some_and(|until| now < until)
    }

    pub(crate) fn is_frozen(&self, now: Timestamp) -> bool {
        self.frozen_until.is_some_and(|until| now < until)
    }

    /// The nodes that are no targets, in no order.
    pub(crate) fn closed(&self, now: Timestamp) -> impl Iterator<Item = NodeId> + '_ {
        let avoided = self.avoided.entries().iter().filter(move |&&(_, until)| now < until);
        self.drains.entries().iter().chain(avoided).map(|&(node, _)| node)
    }

    /// Forgets what is over.
    pub(crate) fn forget_over(&mut self, now: Timestamp) {
        self.avoided.forget_over(now);
        self.frozen_until = self.frozen_until.filter(|&until| now < until);
    }
}
