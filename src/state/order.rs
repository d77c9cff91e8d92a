//! What somebody has ordered for a chain (R7).

use crate::id::NodeId;

/// A node that an order names, and the state's revision at which the order came.
pub(crate) type Ordered = (NodeId, u64);

/// The orders of one chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) victim: Option<Ordered>,
    pub(crate) target: Option<Ordered>,
}

impl Order {
    /// What came after a revision: a scheduler carries out only what its last tick could not have seen.
    pub(crate) fn after(&self, revision: u64) -> Order {
        let is_new = |&(_, ordered_at): &Ordered| ordered_at > revision;
        Order { victim: self.victim.filter(is_new), target: self.target.filter(is_new) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.victim.is_none() && self.target.is_none()
    }
}
