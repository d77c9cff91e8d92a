//! Asking the scorer what moved (S2, S6).

use super::led::Flags;
use super::sampler::{Block, Sampler};
use crate::asker::{Asker, Stop, Subject};
use crate::config::OnScorerError;
use crate::error::{Error, ScorerMethod};
use crate::id::{ChainId, NodeId, Timestamp};
use crate::state::MeshState;

impl Sampler {
    /// S6: asks for the fingerprint of every distinct holder once, by ascending id, in one call.
    pub(super) fn poll_nodes(&mut self, state: &MeshState, asker: &mut Asker<'_>) -> Result<(), Error> {
        let mut block = core::mem::take(&mut self.block);
        let outcome = self.list_nodes(&mut block).and_then(|()| self.poll_listed_nodes(&mut block, state, asker));
        self.block = block;
        outcome
    }

    fn list_nodes(&mut self, block: &mut Block) -> Result<(), Error> {
        let Block { places, nodes, fingerprints, .. } = block;
        let holders = &mut self.led.snapshot.nodes;
        places.clear();
        nodes.clear();
        fingerprints.clear();
        let count = holders.ordered().len();
        places.try_reserve(count).map_err(|_| Error::OutOfMemory)?;
        nodes.try_reserve(count).map_err(|_| Error::OutOfMemory)?;
        fingerprints.try_reserve(count).map_err(|_| Error::OutOfMemory)?;
        places.extend_from_slice(holders.ordered());
        nodes.extend(places.iter().map(|&place| holders.id(place)));
        fingerprints.resize(count, None);
        Ok(())
    }

    fn poll_listed_nodes(&mut self, block: &mut Block, state: &MeshState, asker: &mut Asker<'_>) -> Result<(), Error> {
        let Block { places, nodes, fingerprints, .. } = block;
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
                    _ if asker.on_scorer_error == OnScorerError::SkipChain => {
                        // The whole batch failed; only asking again says which node it was.
                        one_by_one = true;
                        continue;
                    }
                    _ => return abort(asker.fail(error, node_subject(None))),
                },
            };
            for position in first..first + answered {
                self.observe_node(state, places[position], nodes[position], fingerprints[position])?;
            }
            first += answered;
            most = most.saturating_mul(2);
            if let Some(error) = failure {
                most = 1;
                // P2: a node whose fingerprint failed counts as `None`.
                abort(asker.fail(error, node_subject(Some(nodes[first]))))?;
                self.observe_node(state, places[first], nodes[first], None)?;
                first += 1;
            }
        }
        Ok(())
    }

    /// S2: a node that cannot say, or says something else than last time, makes its chains dirty.
    fn observe_node(
        &mut self,
        state: &MeshState,
        place: u32,
        node: NodeId,
        fingerprint: Option<u64>,
    ) -> Result<(), Error> {
        if fingerprint.is_none() || fingerprint != self.led.snapshot.nodes.observed(place) {
            if let Some(slot) = state.nodes.find_live(node.0) {
                self.mark_chains_on(state, slot)?;
            }
            self.led.snapshot.nodes.observe(place, fingerprint);
        }
        Ok(())
    }

    /// The same for what belongs to the chains, by ascending id, if the scorer has a say in it (S6).
    pub(super) fn poll_chains(&mut self, now: Timestamp, asker: &mut Asker<'_>) -> Result<(), Error> {
        match asker.has_chain_fingerprint() {
            Ok(true) => {}
            Ok(false) => {
                self.chain_fingerprints.clear();
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
                    self.attempt_failed(row, now)?;
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
        self.chain_fingerprints.try_reserve(additional).map_err(|_| Error::OutOfMemory)?;
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
