//! A scorer that runs no Python code: what `driftline bench` compares with.

use std::sync::Arc;

use driftline::{Alternative, ChainId, NodeId, PlacementScorer, ScorerResult};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::arrays;

/// Scores every node by a table, the same for every chain. Immutable.
#[pyclass(module = "driftline._driftline", frozen)]
pub(crate) struct TableScorer(Arc<Table>);

struct Table {
    /// Ascending.
    nodes: Vec<u64>,
    scores: Vec<f32>,
    /// Best first; of equals the lowest node.
    best: Vec<Alternative>,
}

#[pymethods]
impl TableScorer {
    #[new]
    fn new(nodes: &Bound<'_, PyAny>, scores: &Bound<'_, PyAny>) -> PyResult<Self> {
        let nodes = arrays::ids(nodes, "nodes", None)?;
        let mut answers = vec![None; nodes.len()];
        arrays::scores(scores, "scores", &mut answers)?;
        let mut cells: Vec<(u64, usize, f32)> = nodes
            .iter()
            .zip(answers)
            .enumerate()
            .filter_map(|(index, (&node, score))| score.map(|score| (node, index, score)))
            .collect();
        cells.sort_unstable_by_key(|&(node, index, _)| (node, index));
        if let Some(pair) = cells.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let (node, index, _) = pair[1];
            return Err(PyValueError::new_err(format!("nodes[{index}]: {node} is listed twice")));
        }
        let alternative = |&(node, _, score): &(u64, usize, f32)| Alternative { node: NodeId(node), score };
        let mut best: Vec<Alternative> = cells.iter().map(alternative).collect();
        best.sort_by(|one, other| other.score.total_cmp(&one.score));
        let nodes = cells.iter().map(|&(node, ..)| node).collect();
        let scores = cells.iter().map(|&(.., score)| score).collect();
        Ok(TableScorer(Arc::new(Table { nodes, scores, best })))
    }
}

impl Table {
    fn score(&self, node: u64) -> Option<f32> {
        // Ids that follow each other lie where they say.
        let guess = node.wrapping_sub(*self.nodes.first()?) as usize;
        let is_there = self.nodes.get(guess) == Some(&node);
        let place = if is_there { guess } else { self.nodes.binary_search(&node).ok()? };
        Some(self.scores[place])
    }
}

impl TableScorer {
    /// The half that the core gets.
    pub(crate) fn scorer(&self) -> impl PlacementScorer + Send + use<> {
        TableAnswers(Arc::clone(&self.0))
    }
}

struct TableAnswers(Arc<Table>);

impl PlacementScorer for TableAnswers {
    fn score(&self, _: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        Ok(self.0.score(node.0))
    }

    fn best_alternative(&self, _: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(self.0.best.iter().find(|alternative| exclude.binary_search(&alternative.node).is_err()).copied())
    }

    fn alternatives(
        &self,
        _: ChainId,
        exclude: &[NodeId],
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        let free = |alternative: &&Alternative| exclude.binary_search(&alternative.node).is_err();
        out.extend(self.0.best.iter().filter(free).take(limit));
        Ok(())
    }

    fn node_fingerprint(&self, _: NodeId) -> ScorerResult<Option<u64>> {
        Ok(Some(0))
    }
}
