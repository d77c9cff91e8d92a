//! The nodes that are no home for a chain now: its holders, those that are drained or avoided, and targets that have just
//! failed.

use alloc::vec::Vec;

use crate::error::Error;
use crate::id::{NodeId, Timestamp};
use crate::room;
use crate::state::{ChainView, Memory, MeshState};

/// The nodes that are no target for anybody, by ascending id.
#[derive(Debug, Default)]
pub(crate) struct Closed {
    nodes: Vec<NodeId>,
}

impl Closed {
    pub(crate) fn settle(&mut self, state: &MeshState, now: Timestamp) -> Result<(), Error> {
        self.nodes.clear();
        let count = state.drains().len() + state.avoided().len();
        room::reserve(&mut self.nodes, count)?;
        self.nodes.extend(state.closures.closed(now));
        self.nodes.sort_unstable();
        self.nodes.dedup();
        Ok(())
    }

    pub(crate) fn contains(&self, node: NodeId) -> bool {
        self.nodes.binary_search(&node).is_ok()
    }

    /// Fills `exclude` for one chain, by ascending id.
    pub(crate) fn exclude(
        &self,
        chain: &ChainView<'_>,
        memory: Option<&Memory>,
        now: Timestamp,
        exclude: &mut Vec<NodeId>,
    ) -> Result<(), Error> {
        let backoffs = memory.map_or(&[][..], |memory| memory.backoffs.as_slice());
        exclude.clear();
        exclude
            .try_reserve(chain.holder_count() + self.nodes.len() + backoffs.len())
            .map_err(|_| Error::OutOfMemory)?;
        exclude.extend(chain.holders());
        if self.nodes.is_empty() && backoffs.is_empty() {
            return Ok(());
        }
        exclude.extend_from_slice(&self.nodes);
        let waiting = backoffs.iter().filter(|backoff| backoff.holds(now) && !backoff.node.is_none());
        exclude.extend(waiting.map(|backoff| backoff.node));
        exclude.sort_unstable();
        exclude.dedup();
        Ok(())
    }
}
