//! The last changes of standing verdicts, for operators (W3).

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::action::{Transition, Verdict};
use crate::config::TRANSITION_RING_LENGTH;
use crate::error::Error;
use crate::id::{ChainId, Timestamp};

/// A bounded ring. What one tick changes comes by ascending chain, whatever order it was noted in.
#[derive(Debug, Default)]
pub(super) struct Transitions {
    ring: VecDeque<Transition>,
    next_sequence: u64,
    /// Changes of the present tick, in no order; those that will be pushed out again by others are left out.
    batch: Vec<(ChainId, Option<Verdict>, Verdict)>,
    batch_count: u64,
}

impl Transitions {
    /// Oldest first.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = Transition> + '_ {
        self.ring.iter().copied()
    }

    /// Makes room for so many changes of one tick, and two of all chains at once.
    pub(super) fn reserve(&mut self, changes: usize) -> Result<(), Error> {
        let room = (changes + 2).min(TRANSITION_RING_LENGTH - self.ring.len());
        self.ring.try_reserve(room).map_err(|_| Error::OutOfMemory)?;
        self.batch.try_reserve(changes.min(2 * TRANSITION_RING_LENGTH)).map_err(|_| Error::OutOfMemory)
    }

    /// Something that holds of all chains at once has begun or ended.
    pub(super) fn note_all(&mut self, at: Timestamp, from: Option<Verdict>, to: Option<Verdict>) {
        self.push(Transition { sequence: self.next_sequence, at, chain: None, from, to });
    }

    /// One chain has another verdict. The room was made before.
    pub(super) fn note(&mut self, chain: ChainId, from: Option<Verdict>, to: Verdict) {
        if self.batch.len() == 2 * TRANSITION_RING_LENGTH {
            // Only the last of them by chain will be left.
            self.batch.select_nth_unstable_by_key(TRANSITION_RING_LENGTH, |&(chain, ..)| chain);
            self.batch.drain(..TRANSITION_RING_LENGTH);
        }
        self.batch.push((chain, from, to));
        self.batch_count += 1;
    }

    /// The tick is over.
    pub(super) fn close(&mut self, at: Timestamp) {
        if self.batch_count == 0 {
            return;
        }
        self.batch.sort_unstable_by_key(|&(chain, ..)| chain);
        self.next_sequence += self.batch_count - self.batch.len() as u64;
        self.batch_count = 0;
        let mut batch = core::mem::take(&mut self.batch);
        for (chain, from, to) in batch.drain(..) {
            self.push(Transition { sequence: self.next_sequence, at, chain: Some(chain), from, to: Some(to) });
        }
        self.batch = batch;
    }

    fn push(&mut self, transition: Transition) {
        if self.ring.len() == TRANSITION_RING_LENGTH {
            self.ring.pop_front();
        }
        self.ring.push_back(transition);
        self.next_sequence += 1;
    }
}
