//! What was seen: the cells of each led chain at its last sample.

use alloc::vec::Vec;

use hashbrown::HashTable;

use crate::cells::{Cell, CellRows};
use crate::cost::MigrationCost;
use crate::decision::Worst;
use crate::error::Error;
use crate::holder_nodes::HolderNodes;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::room;
use crate::scorer::{Alternative, PlacementScorer, ScorerResult, Search, answer_for_victims, live_scores};

/// The scores of the holders of every led chain, as they were sampled (S4).
///
/// A holder without an opinion has no cell, and neither has a node that held the chain no longer at the last sample of
/// the scheduler. Belongs to one [`LocalScheduler`](crate::LocalScheduler); never part of the state (S10).
#[derive(Debug, Default)]
pub struct ScoreSnapshot {
    table: HashTable<u32>,
    /// By row. Apart from the cells, because who looks for a chain reads nothing else.
    chains: Vec<ChainId>,
    /// By row: the holders by ascending id.
    cells: CellRows,
    pub(crate) nodes: HolderNodes,
}

fn hash_of(chain: ChainId) -> u64 {
    use core::hash::BuildHasher;
    foldhash::fast::FixedState::default().hash_one(chain)
}

impl ScoreSnapshot {
    /// The cells of a chain by ascending node; none if the chain was not led at the last sample.
    pub fn cells(&self, chain: ChainId) -> impl Iterator<Item = (NodeId, f32)> + '_ {
        self.row_of(chain).into_iter().flat_map(|row| self.row_cells(row))
    }

    /// The chains that were led at the last sample, by ascending id. Walks all of them.
    #[must_use]
    pub fn chains(&self) -> Vec<ChainId> {
        let mut chains: Vec<ChainId> = self.table.iter().map(|&row| self.chains[row as usize]).collect();
        chains.sort_unstable();
        chains
    }

    /// The sampled score of one holder.
    #[must_use]
    pub fn score(&self, chain: ChainId, node: NodeId) -> Option<f32> {
        self.cells(chain).find(|&(holder, _)| holder == node).map(|(_, score)| score)
    }

    /// The worst holder as sampled; ties go to the lowest node.
    #[must_use]
    pub fn worst(&self, chain: ChainId) -> Option<(NodeId, f32)> {
        self.row_of(chain).and_then(|row| self.row_worst(row))
    }

    pub(crate) fn row_of(&self, chain: ChainId) -> Option<u32> {
        self.table.find(hash_of(chain), |&row| self.chains[row as usize] == chain).copied()
    }

    pub(crate) fn chain(&self, row: u32) -> ChainId {
        self.chains[row as usize]
    }

    pub(crate) fn row_cells(&self, row: u32) -> impl Iterator<Item = (NodeId, f32)> + '_ {
        let cells = self.cells.get(row).iter();
        cells.filter(|cell| !cell.score.is_nan()).map(|cell| (self.nodes.id(cell.node), cell.score))
    }

    pub(crate) fn row_worst(&self, row: u32) -> Option<(NodeId, f32)> {
        match self.row_cells(row).fold(Worst::NoScore, |worst, (node, score)| worst.or(node, score)) {
            Worst::Holder(node, score) => Some((node, score)),
            _ => None,
        }
    }

    /// Whether somebody has a score.
    pub(crate) fn has_score(&self, row: u32) -> bool {
        self.cells.get(row).iter().any(|cell| !cell.score.is_nan())
    }

    /// Whether a node that is looked for holds the chain of a row.
    pub(crate) fn row_has_moved(&self, row: u32) -> bool {
        self.cells.get(row).iter().any(|cell| self.nodes.is_moved(cell.node))
    }

    pub(crate) fn row_holders(&self, row: u32) -> impl ExactSizeIterator<Item = NodeId> + '_ {
        self.cells.get(row).iter().map(|cell| self.nodes.id(cell.node))
    }

    /// Makes room for so many more rows.
    pub(crate) fn reserve(&mut self, additional: usize) -> Result<(), Error> {
        let ScoreSnapshot { table, chains, cells, .. } = self;
        room::reserve(chains, additional)?;
        cells.reserve(additional)?;
        table.try_reserve(additional, |&row| hash_of(chains[row as usize])).map_err(|_| Error::OutOfMemory)
    }

    /// Gives a row to a chain that has none. Rows are numbered densely by the caller.
    pub(crate) fn insert(&mut self, row: u32, chain: ChainId) -> Result<(), Error> {
        let ScoreSnapshot { table, chains, cells, .. } = self;
        table.try_reserve(1, |&row| hash_of(chains[row as usize])).map_err(|_| Error::OutOfMemory)?;
        if chains.len() <= row as usize {
            room::reserve(chains, 1)?;
            cells.reserve(1)?;
            chains.push(chain);
            cells.push();
        }
        chains[row as usize] = chain;
        table.insert_unique(hash_of(chain), row, |&row| hash_of(chains[row as usize]));
        Ok(())
    }

    /// Keeps `count` rows only, in their order: those whose new number is not `gone`.
    pub(crate) fn close_gaps(&mut self, new_number: &[u32], gone: u32, count: usize) -> Result<(), Error> {
        let (mut chains, mut table) = (Vec::new(), HashTable::new());
        room::reserve(&mut chains, count)?;
        table.try_reserve(count, |_| 0).map_err(|_| Error::OutOfMemory)?;
        self.cells.close_gaps(new_number, gone, count)?;
        for (row, &number) in new_number.iter().enumerate() {
            if number != gone {
                table.insert_unique(hash_of(self.chains[row]), number, |_| 0);
                chains.push(self.chains[row]);
            }
        }
        (self.table, self.chains) = (table, chains);
        Ok(())
    }

    /// Forgets the nodes that hold no row's chain any more, and gives back what a peak of them has left.
    pub(crate) fn forget_emptied_nodes(&mut self) {
        self.nodes.forget_emptied();
        if self.nodes.is_sparse()
            && let Some(new_number) = self.nodes.close_gaps()
        {
            for cell in self.cells.all_mut() {
                cell.node = new_number[cell.node as usize];
            }
        }
    }

    /// Takes the row from its chain, cells and all.
    pub(crate) fn remove(&mut self, row: u32) {
        let chain = self.chain(row);
        if let Ok(found) = self.table.find_entry(hash_of(chain), |&other| other == row) {
            found.remove();
        }
        self.release(row);
        self.cells.clear(row);
    }

    /// Makes these the holders of a row and says whether they were others before. Cells of holders that stay are kept,
    /// others are without opinion until the next sample.
    pub(crate) fn set_holders(
        &mut self,
        row: u32,
        holders: impl ExactSizeIterator<Item = NodeId> + Clone,
    ) -> Result<bool, Error> {
        if self.row_holders(row).eq(holders.clone()) {
            return Ok(false);
        }
        self.nodes.reserve(holders.len())?;
        let mut draft = self.cells.draft(holders.len())?;
        for holder in holders {
            let known = self.cells.get(row).iter().find(|cell| self.nodes.id(cell.node) == holder);
            let score = known.map_or(f32::NAN, |cell| cell.score);
            draft.push(Cell { node: self.nodes.acquire(holder), score });
        }
        self.release(row);
        self.cells.replace(row, draft);
        Ok(true)
    }

    /// The chain of a row refers to its holders no longer.
    fn release(&mut self, row: u32) {
        for cell in self.cells.get(row) {
            self.nodes.release(cell.node);
        }
    }

    /// Replaces the cells of a row as a whole (S4). There is one score for each holder, in their order.
    pub(crate) fn replace_cells(&mut self, row: u32, scores: &[Option<f32>]) {
        for (cell, score) in self.cells.get_mut(row).iter_mut().zip(scores) {
            cell.score = score.unwrap_or(f32::NAN);
        }
    }
}

/// Answers `score` from a snapshot and everything else from the live scorer, `live_score` included (A5).
///
/// Given to [`diff_scheduler`](crate::diff_scheduler) it makes the decision gated: what was sampled is judged, what
/// would be done is checked against the present.
pub struct SnapshotScorer<'a> {
    snapshot: &'a ScoreSnapshot,
    live: &'a dyn PlacementScorer,
}

impl<'a> SnapshotScorer<'a> {
    /// Both are borrowed for as long as the scorer is used.
    #[must_use]
    pub fn new(snapshot: &'a ScoreSnapshot, live: &'a dyn PlacementScorer) -> Self {
        SnapshotScorer { snapshot, live }
    }

    fn best_home(&self, search: &Search<'_>) -> ScorerResult<Option<Alternative>> {
        search.best(self.live)
    }

    fn homes(&self, search: &Search<'_>, limit: usize, out: &mut Vec<Alternative>) -> ScorerResult<()> {
        search.homes(self.live, limit, out)
    }

    fn live_scores(
        &self,
        victim: Option<NodeId>,
        pairs: &[(ChainId, NodeId)],
        out: &mut [Option<f32>],
    ) -> ScorerResult<()> {
        live_scores(self.live, victim, pairs, out)
    }
}

impl PlacementScorer for SnapshotScorer<'_> {
    fn begin(&self, now: Timestamp) {
        self.live.begin(now);
    }

    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        Ok(self.snapshot.score(chain, node))
    }

    fn live_score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.live.live_score(chain, node)
    }

    answer_for_victims!();

    fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
        self.live.node_fingerprint(node)
    }

    fn has_chain_fingerprint(&self) -> bool {
        self.live.has_chain_fingerprint()
    }

    fn chain_fingerprint(&self, chain: ChainId) -> ScorerResult<Option<u64>> {
        self.live.chain_fingerprint(chain)
    }

    fn migration_cost(&self, chain: ChainId, target: NodeId) -> ScorerResult<Option<MigrationCost>> {
        self.live.migration_cost(chain, target)
    }

    fn node_fingerprints(&self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
        self.live.node_fingerprints(nodes, out)
    }
}
