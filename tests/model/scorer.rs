//! The scorer of all control planes: a table that they share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use driftline::{Alternative, ChainId, MigrationCost, NodeId, PlacementScorer, ScorerError, ScorerResult};

use super::cast::{CHAINS, NODES, Nodes, SECOND, position};

/// Every node that has not been spoken of is so good.
const USUAL: f32 = 0.75;

/// Moves to this node cost something.
const DEAR: NodeId = NODES[6];

#[derive(Debug)]
pub struct Table {
    /// By chain and node.
    scores: [[f32; NODES.len()]; CHAINS.len()],
    fingerprints: [u64; NODES.len()],
    /// The nodes that are offered as homes, maybe some that are dead.
    pub listed: Nodes,
    /// The nodes that there is an opinion about.
    pub known: Nodes,
}

/// A handle; clones share the table.
#[derive(Clone, Debug)]
pub struct Shared(Arc<Mutex<Table>>);

impl Shared {
    pub fn new() -> Shared {
        Shared(Arc::new(Mutex::new(Table {
            scores: [[USUAL; NODES.len()]; CHAINS.len()],
            fingerprints: [0; NODES.len()],
            listed: NODES.into_iter().collect(),
            known: NODES.into_iter().collect(),
        })))
    }

    pub fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().expect("nobody panics while looking something up")
    }
}

fn place_of(node: NodeId) -> usize {
    node.0 as usize - 1
}

impl Table {
    pub fn set_score(&mut self, chain: usize, node: NodeId, score: f32, is_noted: bool) {
        self.scores[chain][place_of(node)] = score;
        if is_noted {
            self.note(node);
        }
    }

    /// Something about the node has changed.
    pub fn note(&mut self, node: NodeId) {
        self.fingerprints[place_of(node)] += 1;
    }

    fn score(&self, chain: ChainId, node: NodeId) -> Option<f32> {
        self.known.contains(node).then(|| self.scores[position(chain)][place_of(node)])
    }

    /// The homes of a chain, best first.
    pub fn homes(&self, chain: ChainId, exclude: &[NodeId]) -> impl Iterator<Item = Alternative> {
        let open = self.listed.iter().filter(|node| !exclude.contains(node));
        let scores = &self.scores[position(chain)];
        let mut homes: Vec<Alternative> =
            open.map(|node| Alternative { node, score: scores[place_of(node)] }).collect();
        homes.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.node.cmp(&other.node)));
        homes.into_iter()
    }
}

/// What one control plane asks.
pub struct TableScorer {
    pub shared: Shared,
    /// Whether every question fails.
    pub fails: Arc<AtomicBool>,
}

impl TableScorer {
    fn table(&self) -> ScorerResult<MutexGuard<'_, Table>> {
        if self.fails.load(Ordering::Relaxed) { Err(ScorerError::new(-5)) } else { Ok(self.shared.table()) }
    }
}

impl PlacementScorer for TableScorer {
    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        Ok(self.table()?.score(chain, node))
    }

    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(self.table()?.homes(chain, exclude).next())
    }

    fn alternatives(
        &self,
        chain: ChainId,
        exclude: &[NodeId],
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        out.extend(self.table()?.homes(chain, exclude).take(limit));
        Ok(())
    }

    fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
        Ok(Some(self.table()?.fingerprints[place_of(node)]))
    }

    fn migration_cost(&self, _: ChainId, target: NodeId) -> ScorerResult<Option<MigrationCost>> {
        drop(self.table()?);
        let dear = MigrationCost { state_transfer_ns: 4 * SECOND, ..MigrationCost::default() };
        Ok((target == DEAR).then_some(dear))
    }
}
