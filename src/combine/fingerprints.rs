//! The fingerprints of a wrapped scorer, each asked for once in a tick.

use alloc::vec::Vec;

use hashbrown::HashMap;

use super::{fill, reserve};
use crate::asker::guard;
use crate::error::ScorerError;
use crate::id::{ChainId, NodeId};
use crate::scorer::{PlacementScorer, ScorerResult};

type Known<K> = HashMap<K, Option<u64>, foldhash::fast::FixedState>;

/// So many fingerprints may be remembered in vain before the room for them is given back.
const KEPT: usize = 4096;

/// What a scorer has said of nodes and chains since it was last told the time. Where nobody ever tells it, each
/// question begins anew. The maps are only ever looked up, so that their order reaches no output.
#[derive(Default)]
pub(crate) struct SeenFingerprints {
    has_begun: bool,
    nodes: Known<NodeId>,
    chains: Known<ChainId>,
    has_chains: bool,
    unknown: Vec<NodeId>,
    answers: Vec<Option<u64>>,
}

impl SeenFingerprints {
    /// From now on everything is asked for once.
    pub(crate) fn begin(&mut self) {
        self.has_begun = true;
        self.forget();
    }

    fn forget(&mut self) {
        forget(&mut self.nodes);
        forget(&mut self.chains);
    }

    /// Somebody else has asked, so that it need not be asked for again.
    pub(crate) fn node_said(&mut self, node: NodeId, fingerprint: Option<u64>) {
        // Where there is no room it is asked for again.
        if self.has_begun && self.nodes.try_reserve(1).is_ok() {
            self.nodes.insert(node, fingerprint);
        }
    }

    /// Asks for all that is not known of these pairs: about the nodes in one question. A node or a chain whose
    /// fingerprint fails counts as one that cannot say, as for a scheduler (P2): whoever watches fingerprints is told
    /// by itself.
    ///
    /// # Errors
    ///
    /// What ends a call: an interruption, or no memory; and a panic of the question whether chains have fingerprints at
    /// all.
    pub(crate) fn learn(&mut self, scorer: &dyn PlacementScorer, pairs: &[(ChainId, NodeId)]) -> ScorerResult<()> {
        if !self.has_begun {
            self.forget();
        }
        self.learn_nodes(scorer, pairs)?;
        self.has_chains = guard(|| Ok(scorer.has_chain_fingerprint()))?;
        if !self.has_chains {
            return Ok(());
        }
        for &(chain, _) in pairs {
            if !self.chains.contains_key(&chain) {
                let fingerprint = or_cannot_say(guard(|| scorer.chain_fingerprint(chain)))?;
                self.chains.try_reserve(1).map_err(|_| ScorerError::out_of_memory())?;
                self.chains.insert(chain, fingerprint);
            }
        }
        Ok(())
    }

    fn learn_nodes(&mut self, scorer: &dyn PlacementScorer, pairs: &[(ChainId, NodeId)]) -> ScorerResult<()> {
        let SeenFingerprints { nodes, unknown, answers, .. } = self;
        unknown.clear();
        for &(_, node) in pairs {
            if !nodes.contains_key(&node) {
                reserve(unknown, 1)?;
                unknown.push(node);
            }
        }
        if unknown.is_empty() {
            return Ok(());
        }
        unknown.sort_unstable();
        unknown.dedup();
        fill(answers, unknown.len(), None)?;
        let answered = match guard(|| scorer.node_fingerprints(unknown, answers)) {
            Ok(()) => unknown.len(),
            Err(error) => {
                let index = error.index();
                or_cannot_say(Err(error))?;
                index.filter(|&index| index < unknown.len()).unwrap_or(0)
            }
        };
        for (&node, answer) in unknown[answered..].iter().zip(&mut answers[answered..]) {
            *answer = or_cannot_say(guard(|| scorer.node_fingerprint(node)))?;
        }
        nodes.try_reserve(unknown.len()).map_err(|_| ScorerError::out_of_memory())?;
        nodes.extend(unknown.iter().copied().zip(answers.iter().copied()));
        Ok(())
    }

    /// What is known of a pair after [`learn`](Self::learn): its node's fingerprint and its chain's.
    pub(crate) fn of(&self, chain: ChainId, node: NodeId) -> Fingerprints {
        let of_chain = if self.has_chains { self.chains.get(&chain).copied().flatten() } else { Some(0) };
        Fingerprints { node: self.nodes.get(&node).copied().flatten(), chain: of_chain }
    }
}

/// What stands for the inputs of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprints {
    node: Option<u64>,
    chain: Option<u64>,
}

impl Fingerprints {
    /// Whether these inputs are surely the same as those.
    pub(crate) fn say_same_as(&self, other: &Fingerprints) -> bool {
        self.are_known() && self == other
    }

    /// Whether neither is one that cannot say.
    pub(crate) fn are_known(&self) -> bool {
        self.node.is_some() && self.chain.is_some()
    }
}

fn or_cannot_say(answer: ScorerResult<Option<u64>>) -> ScorerResult<Option<u64>> {
    match answer {
        Err(error) if error.lacks_memory() || error.interrupts() => Err(error.without_index()),
        Err(_) => Ok(None),
        known => known,
    }
}

/// Empties a map, and gives back the room that a tick with many questions has left.
fn forget<K>(known: &mut Known<K>) {
    if known.capacity() > KEPT + 4 * known.len() {
        *known = Known::default();
    }
    known.clear();
}
