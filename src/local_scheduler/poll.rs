//! Asking the scorer what moved (S2, S6).

use alloc::vec::Vec;

use super::led::Flags;
use super::sampler::{Block, Sampler};
use crate::asker::{Asker, Stop, Subject};
use crate::error::{Error, ScorerMethod};
use crate::id::{ChainId, NodeId};
use crate::room;
use crate::state::MeshState;

impl Sampler {
    /// S6: asks for the fingerprint of every distinct holder once, by ascending id, in one call.
    pub(super) fn poll_nodes(&mut self, state: &MeshState, asker: &mut Asker<'_>) -> Result<(), Error> {
        let mut block = core::mem::take(&mut self.block);
        self.led.snapshot.nodes.settle_order();
        let outcome = self.make_room(&mut block).and_then(|()| {
            let outcome = self.poll_listed_nodes(&mut block, asker);
            // P2: also what was answered before a failure counts.
            let taken = self.take_in_moved(&mut block, state);
            outcome.and(taken)
        });
        self.block = block;
        outcome
    }

    fn make_room(&self, block: &mut Block) -> Result<(), Error> {
        let Block { fingerprints, moved, .. } = block;
        let count = self.led.snapshot.nodes.ordered().0.len();
        moved.clear();
        room::reserve(moved, count)?;
        room::reserve(fingerprints, count.saturating_sub(fingerprints.len()))?;
        fingerprints.resize(count, None);
        Ok(())
    }

    fn poll_listed_nodes(&self, block: &mut Block, asker: &mut Asker<'_>) -> Result<(), Error> {
        let Block { fingerprints, moved, .. } = block;
        let (places, nodes) = self.led.snapshot.nodes.ordered();
        let mut first = 0;
        // One after a whole batch failed; after a single failure it starts at one again and doubles.
        let mut most = usize::MAX;
        let mut one_by_one = false;
        while first < nodes.len() {
            let end = nodes.len().min(first.saturating_add(if one_by_one { 1 } else { most }));
            let asked = &nodes[first..end];
            let answer = asker.node_fingerprints(asked, &mut fingerprints[first..end]);
            let (answered, failure) = match answer {
                Ok(()) => (asked.len(), None),
                Err(error) => match error.index() {
                    Some(index) if index < asked.len() => (index, Some(error)),
                    _ if asked.len() == 1 => (0, Some(error)),
                    _ if asker.ends_the_call(&error) => return abort(asker.fail(error, node_subject(None))),
                    _ => {
                        // The whole batch failed; only asking again says which node it was.
                        one_by_one = true;
                        continue;
                    }
                },
            };
            for position in first..first + answered {
                self.compare(places[position], fingerprints[position], moved);
            }
            first += answered;
            most = most.saturating_mul(2);
            if let Some(error) = failure {
                most = 1;
                // P2: a node whose fingerprint failed counts as `None`.
                abort(asker.fail(error, node_subject(Some(nodes[first]))))?;
                self.compare(places[first], None, moved);
                first += 1;
            }
        }
        Ok(())
    }

    /// S2: a node that cannot say, or says something else than last time, has moved.
    fn compare(&self, place: u32, fingerprint: Option<u64>, moved: &mut Vec<(u32, Option<u64>)>) {
        if fingerprint.is_none() || fingerprint != self.led.snapshot.nodes.observed(place) {
            moved.push((place, fingerprint));
        }
    }

    /// The chains of nodes that moved are dirty. The marks may lack memory, so they come before the old values are
    /// forgotten.
    fn take_in_moved(&mut self, block: &mut Block, state: &MeshState) -> Result<(), Error> {
        let Block { places, moved, .. } = block;
        if moved.is_empty() {
            return Ok(());
        }
        places.clear();
        room::reserve(places, moved.len())?;
        places.extend(moved.iter().map(|&(place, _)| place));
        self.mark_chains_of(state, places)?;
        self.waits.clear();
        for &(place, fingerprint) in moved.iter() {
            self.led.snapshot.nodes.observe(place, fingerprint);
        }
        Ok(())
    }

    /// The same for what belongs to the chains, by ascending id, if the scorer has a say in it (S6).
    pub(super) fn poll_chains(&mut self, asker: &mut Asker<'_>) -> Result<(), Error> {
        match asker.has_chain_fingerprint() {
            Ok(true) => {}
            Ok(false) => {
                (self.chain_fingerprints, self.by_chain) = (Vec::new(), Vec::new());
                self.by_chain_is_stale = true;
                return Ok(());
            }
            Err(stop) => return abort(stop),
        }
        self.order_by_chain()?;
        for index in 0..self.by_chain.len() {
            let (chain, row) = self.by_chain[index];
            let fingerprint = match asker.chain_fingerprint(chain) {
                Ok(fingerprint) => {
                    self.led.row_mut(row).flags.clear(Flags::SITS_OUT);
                    fingerprint
                }
                Err(Stop::Abort(error)) => return Err(error),
                Err(Stop::Skip) => {
                    self.led.row_mut(row).flags.set(Flags::SITS_OUT);
                    self.attempt_failed(row)?;
                    None
                }
            };
            // The mark may lack memory, so it comes before the old value is forgotten.
            if fingerprint.is_none() || fingerprint != self.chain_fingerprints[row as usize] {
                self.mark(row)?;
            }
            self.chain_fingerprints[row as usize] = fingerprint;
        }
        Ok(())
    }

    /// Lists the led chains by ascending id. They are walked anyway, so the list costs no more than its use.
    fn order_by_chain(&mut self) -> Result<(), Error> {
        let row_count = self.led.row_count();
        let additional = row_count.saturating_sub(self.chain_fingerprints.len());
        room::reserve(&mut self.chain_fingerprints, additional)?;
        self.chain_fingerprints.resize(row_count, None);
        if core::mem::take(&mut self.by_chain_is_stale) {
            self.by_chain.clear();
            if self.by_chain.try_reserve(self.led.count as usize).is_err() {
                self.by_chain_is_stale = true;
                return Err(Error::OutOfMemory);
            }
            self.by_chain.extend(self.led.in_use().map(|row| (self.led.snapshot.chain(row), row)));
            self.by_chain.sort_unstable();
        }
        Ok(())
    }

    /// A row that went to another chain knows nothing of that chain's fingerprint.
    pub(super) fn led_chains_changed(&mut self, row: u32) {
        self.by_chain_is_stale = true;
        if let Some(fingerprint) = self.chain_fingerprints.get_mut(row as usize) {
            *fingerprint = None;
        }
    }
}

fn node_subject(node: Option<NodeId>) -> Subject {
    Subject { method: ScorerMethod::NodeFingerprint, chain: None::<ChainId>, node }
}

/// The error of a failure that ends the call.
pub(super) fn abort(stop: Stop) -> Result<(), Error> {
    match stop {
        Stop::Abort(error) => Err(error),
        Stop::Skip => Ok(()),
    }
}
