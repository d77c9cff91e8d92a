//! Evictions that were said and that nobody tracks (F0).

use super::ChainView;
use super::memory::Few;
use crate::config::FLAP_MEMORY;
use crate::id::NodeId;

/// The nodes that evictions of one chain have named, the oldest first. Those that still hold it may go at any moment, so that nobody may count on
/// them; as long as the chain's cooldown stands they are not named again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    nodes: Few<NodeId>,
}

impl Said {
    pub(crate) fn nodes(&self) -> &[NodeId] {
        self.nodes.as_slice()
    }

    /// Whether another could not be remembered, so that it must not be named.
    pub(crate) fn has_no_room_for(&self, victim: NodeId) -> bool {
        self.nodes().len() == FLAP_MEMORY && !self.nodes().contains(&victim)
    }

    /// One more was named. The oldest makes room if there is none.
    pub(crate) fn add(&mut self, victim: NodeId) {
        if !self.nodes().contains(&victim) {
            self.nodes.push(victim);
        }
    }

    /// How many of them still hold the chain, this one apart.
    pub(crate) fn count_beside(&self, chain: &ChainView<'_>, victim: Option<NodeId>) -> usize {
        self.nodes().iter().filter(|&&node| Some(node) != victim && chain.is_held_by(node)).count()
    }
}
