//! The rebalances that chains of this leader remember, oldest first: cooldowns end at the front (D3, E4).

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::error::Error;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::room;
use crate::state::{ChainView, MeshState};

/// One remembered rebalance. It counts for nothing once the state says otherwise.
type Remembered = (Timestamp, ChainId);

/// A queue ordered by time. Entries of chains that were evicted from again, are led elsewhere or are gone stay until
/// their time comes; whoever reads the queue asks the state whether they still hold.
#[derive(Debug, Default)]
pub(super) struct Cooldowns {
    queue: VecDeque<Remembered>,
    /// Added since the queue was settled, in no order.
    added: Vec<Remembered>,
    /// How many entries the last sweep left.
    swept: usize,
}

/// A sweep waits for this many entries beyond twice those of the last one, so that it costs little for each entry.
const SWEEP_SLACK: usize = 64;

impl Cooldowns {
    pub(super) fn add(&mut self, last_rebalance: Timestamp, chain: ChainId) -> Result<(), Error> {
        let entry = (last_rebalance, chain);
        if self.queue.binary_search(&entry).is_err() {
            room::reserve(&mut self.added, 1)?;
            self.queue.try_reserve(self.added.len() + 1).map_err(|_| Error::OutOfMemory)?;
            self.added.push(entry);
        }
        Ok(())
    }

    /// Puts the queue in order after additions, and rids it of what does not hold any more before that outgrows the rest:
    /// memory is bounded by the chains that exist (E4). The room was made before.
    pub(super) fn settle(&mut self, state: &MeshState, leader: NodeId) {
        self.added.sort_unstable();
        self.added.dedup();
        let is_in_order = self.queue.back() <= self.added.first();
        self.queue.extend(self.added.iter().copied());
        if !is_in_order && !self.added.is_empty() {
            self.queue.make_contiguous().sort_unstable();
        }
        room::give_back(&mut self.added);
        self.added.clear();
        // Whatever would make such an entry hold again is noted by the state, and then it is added again.
        while self.queue.front().is_some_and(|&entry| still_holds(state, leader, entry).is_none()) {
            self.queue.pop_front();
        }
        self.swept = self.swept.min(self.queue.len());
        if self.queue.len() > 2 * self.swept + SWEEP_SLACK {
            self.queue.retain(|&entry| still_holds(state, leader, entry).is_some());
            self.swept = self.queue.len();
        }
        room::give_back_queue(&mut self.queue);
    }

    /// The entries whose cooldown is over, oldest first.
    pub(super) fn expired(&self, now: Timestamp, cooldown_ns: u64) -> impl Iterator<Item = Remembered> + '_ {
        self.queue.iter().copied().take_while(move |&(last, _)| now.since_ns(last) >= cooldown_ns)
    }

    /// Takes the oldest entry whose cooldown is over.
    pub(super) fn pop_expired(&mut self, now: Timestamp, cooldown_ns: u64) -> Option<Remembered> {
        let is_over = self.queue.front().is_some_and(|&(last, _)| now.since_ns(last) >= cooldown_ns);
        if is_over { self.queue.pop_front() } else { None }
    }

    /// The oldest rebalance that still keeps a chain of this leader on cooldown.
    pub(super) fn first_waiting(
        &self,
        state: &MeshState,
        leader: NodeId,
        now: Timestamp,
        cooldown_ns: u64,
    ) -> Option<Timestamp> {
        let first = self.queue.partition_point(|&(last, _)| now.since_ns(last) >= cooldown_ns);
        self.queue
            .range(first..)
            .copied()
            .find(|&entry| still_holds(state, leader, entry).is_some())
            .map(|(last, _)| last)
    }
}

/// The chain of an entry, if the state still says what the entry says.
pub(super) fn still_holds(state: &MeshState, leader: NodeId, (last, chain): Remembered) -> Option<ChainView<'_>> {
    let view = state.chain(chain)?;
    (view.leader() == Some(leader) && view.last_rebalance() == Some(last)).then_some(view)
}
