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

    /// The room was made before.
    pub(crate) fn set(&mut self, node: NodeId, at: Timestamp) {
        match self.position(node) {
            Ok(index) => self.entries[index].1 = at,
            Err(index) => self.entries.insert(index, (node, at)),
        }
    }

    fn remove(&mut self, node: NodeId) {
        if let Ok(index) = self.position(node) {
            self.entries.remove(index);
        }
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
    /// Which of all drains that there were each is, in the order of `drains`.
    drain_starts: Vec<u64>,
    /// How many drains there were.
    drains_begun: u64,
}

/// A node that is to be emptied (N1).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drain {
    pub(crate) node: NodeId,
    pub(crate) deadline: Timestamp,
    /// Tells it from one that was cancelled before.
    pub(crate) start: u64,
}

impl Closures {
    /// Whether a node is no target.
    pub(crate) fn is_closed(&self, node: NodeId, now: Timestamp) -> bool {
        self.drains.get(node).is_some() || self.avoided.get(node).is_some_and(|until| now < until)
    }

    /// The drains by ascending node.
    pub(crate) fn drains(&self) -> impl Iterator<Item = Drain> + '_ {
        let starts = self.drain_starts.iter();
        self.drains.entries().iter().zip(starts).map(|(&(node, deadline), &start)| Drain { node, deadline, start })
    }

    pub(crate) fn drain_of(&self, node: NodeId) -> Option<Drain> {
        let index = self.drains.position(node).ok()?;
        let deadline = self.drains.entries()[index].1;
        Some(Drain { node, deadline, start: self.drain_starts[index] })
    }

    /// Makes room for so many more drains.
    pub(super) fn reserve_drains(&mut self, additional: usize) -> Result<(), Error> {
        self.drains.reserve(additional)?;
        room::reserve(&mut self.drain_starts, additional)
    }

    /// A drain begins, or has another deadline. The room was made before.
    pub(super) fn drain(&mut self, node: NodeId, deadline: Timestamp) {
        if let Err(index) = self.drains.position(node) {
            self.drains_begun += 1;
            self.drain_starts.insert(index, self.drains_begun);
        }
        self.drains.set(node, deadline);
    }

    pub(super) fn cancel_drain(&mut self, node: NodeId) {
        if let Ok(index) = self.drains.position(node) {
            self.drain_starts.remove(index);
            self.drains.remove(node);
        }
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
