//! The scorer: two tables by node. Both sides ask this one, so their difference is not the scorer's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use driftline::{Alternative, ChainId, NodeId, PlacementScorer, ScorerResult};

use crate::inputs::index_of;

/// Of so many chains one is stuck, where chains are stuck at all.
pub const STUCK_EVERY: u64 = 100;

/// Well under the default floor of 0.5.
const STUCK_SCORE: f32 = 0.3;

/// What is so at each node. A scheduler reads it through its scorer while the program writes, without a lock.
pub struct Tables {
    /// The bits of an `f32` for each node, the first node first.
    scores: Vec<AtomicU32>,
    fingerprints: Vec<AtomicU64>,
    chains_are_stuck: bool,
}

impl Tables {
    /// Tables for nodes 1 to `node_count`, all of them good homes.
    pub fn new(node_count: u64) -> Self {
        Tables {
            scores: (0..node_count).map(|_| AtomicU32::new(0.9_f32.to_bits())).collect(),
            fingerprints: (0..node_count).map(|_| AtomicU64::new(0)).collect(),
            chains_are_stuck: false,
        }
    }

    /// The same, but for every hundredth chain each of its homes is bad, and there is no better one.
    pub fn with_stuck_chains(node_count: u64) -> Self {
        Tables { chains_are_stuck: true, ..Tables::new(node_count) }
    }

    /// Something changed at this node: its score a little, and its fingerprint.
    pub fn move_node(&self, node: NodeId) {
        let moves = self.fingerprints[index(node)].fetch_add(1, Relaxed);
        let score = if moves.is_multiple_of(2) { 0.8_f32 } else { 0.9 };
        self.scores[index(node)].store(score.to_bits(), Relaxed);
    }

    fn score(&self, chain: ChainId, node: NodeId) -> f32 {
        if self.chains_are_stuck && index_of(chain).is_multiple_of(STUCK_EVERY) {
            return STUCK_SCORE;
        }
        f32::from_bits(self.scores[index(node)].load(Relaxed))
    }

    fn fingerprint(&self, node: NodeId) -> u64 {
        self.fingerprints[index(node)].load(Relaxed)
    }
}

fn index(node: NodeId) -> usize {
    node.0 as usize - 1
}

/// Answers what the tables say. A batch is one loop over them.
pub struct TableScorer(pub Arc<Tables>);

impl PlacementScorer for TableScorer {
    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        Ok(Some(self.0.score(chain, node)))
    }

    /// Only stuck chains come to ask, and they are stuck because there is none.
    fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(None)
    }

    fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
        Ok(Some(self.0.fingerprint(node)))
    }

    fn score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        for (&(chain, node), answer) in pairs.iter().zip(out) {
            *answer = Some(self.0.score(chain, node));
        }
        Ok(())
    }

    fn live_score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        self.score_many(pairs, out)
    }

    fn node_fingerprints(&self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
        for (&node, answer) in nodes.iter().zip(out) {
            *answer = Some(self.0.fingerprint(node));
        }
        Ok(())
    }
}
