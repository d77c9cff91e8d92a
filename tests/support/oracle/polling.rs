//! S2, S6: what the fingerprints say.

use std::collections::{BTreeMap, BTreeSet};

use driftline::{ChainId, NodeId, OnScorerError, Timestamp};

use super::answer::{Failure, Refusal};
use super::questions::Questions;
use super::scheduler::OracleScheduler;
use super::state::OracleState;
use crate::support::world::Batch;

/// Fingerprints of a chain and its holders as of one sample. "Cannot say" equals nothing, itself included.
#[derive(Clone, Debug)]
pub struct Fingerprints {
    nodes: BTreeMap<NodeId, Option<u64>>,
    chain: Option<u64>,
}

/// What one sample was told.
#[derive(Debug, Default)]
pub struct Polled {
    nodes: BTreeMap<NodeId, Option<u64>>,
    chains: BTreeMap<ChainId, Option<u64>>,
    /// The chains that sit the sample out because their fingerprint failed (P2).
    pub failed: BTreeSet<ChainId>,
}

impl Polled {
    /// What there is to remember of a chain that is re-scored.
    pub fn of(&self, chain: ChainId, holders: &BTreeSet<NodeId>) -> Fingerprints {
        Fingerprints {
            nodes: holders.iter().map(|&node| (node, self.nodes[&node])).collect(),
            chain: self.chains.get(&chain).copied().flatten(),
        }
    }
}

impl OracleScheduler {
    /// Asks for all fingerprints. After a failure that ends the call, what was answered before it counts (P2).
    pub(super) fn poll(
        &mut self,
        state: &OracleState,
        now: Timestamp,
        questions: &mut Questions<'_>,
    ) -> Result<Polled, Refusal> {
        for led in self.led.values_mut() {
            // A chain that was sampled in `Push` mode: its fingerprints then are not known.
            led.dirty_if(led.last_sample.as_ref().is_some_and(|last| last.fingerprints.is_none()), now);
        }
        let mut polled = Polled::default();
        let asked = self.ask_nodes(state, questions, &mut polled.nodes);
        self.compare_nodes(state, now, &polled.nodes);
        self.notice_answers(&polled.nodes);
        asked?;
        if questions.entries().chain_fingerprints {
            let asked = self.ask_chains(now, questions, &mut polled);
            self.compare_chains(now, &polled.chains);
            asked?;
        }
        Ok(polled)
    }

    /// S6: each distinct holder of a led chain once, ascending.
    fn ask_nodes(
        &mut self,
        state: &OracleState,
        questions: &mut Questions<'_>,
        answers: &mut BTreeMap<NodeId, Option<u64>>,
    ) -> Result<(), Refusal> {
        let holders = self.holders(state);
        for &node in &holders {
            match questions.node_fingerprint(node) {
                Ok(value) => {
                    answers.insert(node, value);
                }
                Err(failure) if self.config.on_scorer_error == OnScorerError::SkipChain => {
                    questions.failures.push(failure);
                    answers.insert(node, None);
                }
                Err(failure) if questions.entries().batch == Batch::Blind => {
                    // As for scores: the batch was all holders.
                    answers.clear();
                    let node = failure.node.filter(|_| holders.len() == 1);
                    return Err(Refusal::Scorer(Failure { node, ..failure }));
                }
                Err(failure) => return Err(Refusal::Scorer(failure)),
            }
        }
        Ok(())
    }

    /// S2: as far as nodes were asked.
    fn compare_nodes(&mut self, state: &OracleState, now: Timestamp, answers: &BTreeMap<NodeId, Option<u64>>) {
        for (id, led) in &mut self.led {
            let Some(fingerprints) = led.last_sample.as_ref().and_then(|last| last.fingerprints.as_ref()) else {
                continue;
            };
            let moved = state.chains[id].holders.iter().any(|node| match answers.get(node) {
                Some(value) => value.is_none() || fingerprints.nodes.get(node) != Some(value),
                None => false,
            });
            led.dirty_if(moved, now);
        }
    }

    fn ask_chains(
        &mut self,
        now: Timestamp,
        questions: &mut Questions<'_>,
        polled: &mut Polled,
    ) -> Result<(), Refusal> {
        for (&id, led) in &mut self.led {
            match questions.chain_fingerprint(id) {
                Ok(value) => {
                    polled.chains.insert(id, value);
                }
                Err(failure) if self.config.on_scorer_error == OnScorerError::SkipChain => {
                    questions.failures.push(failure);
                    led.fail(now);
                    polled.failed.insert(id);
                }
                Err(failure) => return Err(Refusal::Scorer(failure)),
            }
        }
        Ok(())
    }

    /// S2: as far as chains were asked.
    fn compare_chains(&mut self, now: Timestamp, answers: &BTreeMap<ChainId, Option<u64>>) {
        for (id, led) in &mut self.led {
            let last = led.last_sample.as_ref().and_then(|last| last.fingerprints.as_ref());
            if let (Some(fingerprints), Some(&value)) = (last, answers.get(id)) {
                led.dirty_if(value.is_none() || fingerprints.chain != value, now);
            }
        }
    }
}
