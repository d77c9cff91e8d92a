//! The scorer: two tables by node. Both sides ask this one, so their difference is not the scorer's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use driftline::{Alternative, ChainId, NodeId, PlacementScorer, ScorerResult};

use crate::inputs::{index_of, scramble};

/// Of so many chains one is stuck, where chains are stuck at all.
pub const STUCK_EVERY: u64 = 100;

/// Well under the default floor of 0.5.
const STUCK_SCORE: f32 = 0.3;

/// What is so at each node. A scheduler reads it through its scorer while the program writes, without a lock.
pub struct Tables {
    /// The bits of an `f32` for each node, the first node first.
    scores: Vec<AtomicU32>,
    fingerprints: Vec<AtomicU64>,
    bad_chains: BadChains,
}

/// The chains to which every home that they have is a bad one.
enum BadChains {
    None,
    /// Every hundredth, and there is no better home.
    Stuck,
    /// Of `stride` chains the one whose turn it is, and there are three better homes.
    Movers {
        stride: u64,
        turn: AtomicU64,
    },
}

/// No chain has such a turn.
const NO_TURN: u64 = u64::MAX;

impl Tables {
    /// Tables for nodes 1 to `node_count`, all of them good homes.
    pub fn new(node_count: u64) -> Self {
        Tables {
            scores: (0..node_count).map(|_| AtomicU32::new(0.9_f32.to_bits())).collect(),
            fingerprints: (0..node_count).map(|_| AtomicU64::new(0)).collect(),
            bad_chains: BadChains::None,
        }
    }

    /// The same, but for every hundredth chain each of its homes is bad, and there is no better one.
    pub fn with_stuck_chains(node_count: u64) -> Self {
        Tables { bad_chains: BadChains::Stuck, ..Tables::new(node_count) }
    }

    /// The same, but chains become bad in turns, one of so many at a time. Their better homes are beyond all nodes that hold
    /// anything.
    pub fn with_movers(node_count: u64, stride: u64) -> Self {
        Tables { bad_chains: BadChains::Movers { stride, turn: AtomicU64::new(NO_TURN) }, ..Tables::new(node_count) }
    }

    /// The chains that have this turn become bad, and those before are good again; without a turn all are good.
    pub fn begin_turn(&self, begun: Option<usize>) {
        let BadChains::Movers { stride, turn } = &self.bad_chains else { panic!("nobody moves here") };
        turn.store(begun.map_or(NO_TURN, |begun| begun as u64 % stride), Relaxed);
    }

    /// Something changed at this node: its score a little, and its fingerprint.
    pub fn move_node(&self, node: NodeId) {
        let moves = self.fingerprints[index(node)].fetch_add(1, Relaxed);
        let score = if moves.is_multiple_of(2) { 0.8_f32 } else { 0.9 };
        self.scores[index(node)].store(score.to_bits(), Relaxed);
    }

    fn score(&self, chain: ChainId, node: NodeId) -> f32 {
        match &self.bad_chains {
            BadChains::None => {}
            BadChains::Stuck if index_of(chain).is_multiple_of(STUCK_EVERY) => return STUCK_SCORE,
            BadChains::Movers { stride, turn } if index_of(chain) % stride == turn.load(Relaxed) => {
                // Each move is worth another gain, so that they have to be sorted.
                return 0.1 + 0.001 * (scramble(chain.0) % 64) as f32;
            }
            BadChains::Stuck | BadChains::Movers { .. } => {}
        }
        f32::from_bits(self.scores[index(node)].load(Relaxed))
    }

    fn fingerprint(&self, node: NodeId) -> u64 {
        self.fingerprints[index(node)].load(Relaxed)
    }

    /// Where a mover could go, best first: three of a thousand nodes that hold nothing.
    fn homes<'a>(&self, chain: ChainId, exclude: &'a [NodeId]) -> impl Iterator<Item = Alternative> + use<'a> {
        let is_mover = matches!(self.bad_chains, BadChains::Movers { .. });
        // One is drained and one avoided between those that hold something and these.
        let first = self.scores.len() as u64 + 3;
        let draw = scramble(chain.0 ^ 1);
        let nodes = [0, 331, 662].map(|step| NodeId(first + (draw % 1_000 + step) % 1_000));
        let homes = nodes.into_iter().zip([0.95, 0.94, 0.93]).map(|(node, score)| Alternative { node, score });
        homes.filter(move |home| is_mover && !exclude.contains(&home.node))
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

    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(self.0.homes(chain, exclude).next())
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

    fn alternatives(
        &self,
        chain: ChainId,
        exclude: &[NodeId],
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        out.extend(self.0.homes(chain, exclude).take(limit));
        Ok(())
    }
}
