//! A snapshot of scores on its way to Python, and back as a scorer.

use driftline::{
    Alternative, BoxedScorer, ChainId, Error, MigrationCost, NodeId, PlacementScorer, ScoreSnapshot, ScorerResult,
    Timestamp,
};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyType};

use crate::arrays;
use crate::native::NativeScorer;
use crate::room::push;

/// Chains, where the cells of each begin, nodes, and scores as arrays.
pub(crate) type SnapshotParts<'py> =
    (Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>);

/// All cells of a snapshot: chains, where the cells of each begin, nodes, and scores; all ascending.
#[derive(Default)]
pub(crate) struct Cells {
    chains: Vec<u64>,
    offsets: Vec<u64>,
    nodes: Vec<u64>,
    scores: Vec<f32>,
}

impl Cells {
    pub(crate) fn of(snapshot: &ScoreSnapshot) -> Result<Self, Error> {
        let mut all = Cells { offsets: vec![0], ..Cells::default() };
        for chain in snapshot.chains() {
            for (node, score) in snapshot.cells(chain) {
                push(&mut all.nodes, node.0)?;
                push(&mut all.scores, score)?;
            }
            push(&mut all.chains, chain.0)?;
            push(&mut all.offsets, all.nodes.len() as u64)?;
        }
        Ok(all)
    }

    pub(crate) fn parts<'py>(&self, py: Python<'py>) -> PyResult<SnapshotParts<'py>> {
        let bytes = |numbers: &[u64]| arrays::bytes_of(py, numbers);
        Ok((bytes(&self.chains)?, bytes(&self.offsets)?, bytes(&self.nodes)?, arrays::bytes_of(py, &self.scores)?))
    }

    /// The cells of a `driftline.ScoreSnapshot`.
    fn of_python(snapshot: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (chains, offsets, nodes, scores): SnapshotParts<'_> = snapshot.call_method0("_parts")?.extract()?;
        let ids = |bytes: &Bound<'_, PyBytes>| bytemuck::pod_collect_to_vec::<u8, u64>(bytes.as_bytes());
        Ok(Cells {
            chains: ids(&chains),
            offsets: ids(&offsets),
            nodes: ids(&nodes),
            scores: bytemuck::pod_collect_to_vec(scores.as_bytes()),
        })
    }

    fn score(&self, chain: ChainId, node: NodeId) -> Option<f32> {
        let row = self.chains.binary_search(&chain.0).ok()?;
        let (begin, end) = (self.offsets[row] as usize, self.offsets[row + 1] as usize);
        let place = self.nodes[begin..end].binary_search(&node.0).ok()?;
        Some(self.scores[begin + place])
    }
}

/// The snapshot and the live scorer of a `driftline.SnapshotScorer`, if that scorer is one of the library's own: then no
/// question needs Python.
pub(crate) fn halves(scorer: &Bound<'_, PyAny>) -> PyResult<Option<(BoxedScorer, NativeScorer)>> {
    static SCORER: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    static SNAPSHOT: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let py = scorer.py();
    if !scorer.get_type().is(SCORER.import(py, "driftline.scorer", "SnapshotScorer")?) {
        return Ok(None);
    }
    let (snapshot, live) = (scorer.getattr("_snapshot")?, scorer.getattr("_live")?);
    if !snapshot.get_type().is(SNAPSHOT.import(py, "driftline.snapshot", "ScoreSnapshot")?) {
        return Ok(None);
    }
    let Some((live, native)) = crate::native::halves(&live)? else { return Ok(None) };
    let cells = Cells::of_python(&snapshot)?;
    Ok(Some((Box::new(SnapshotAnswers { cells, live }), native.shown_as(scorer))))
}

/// Answers `score` from a snapshot and passes everything else on.
struct SnapshotAnswers {
    cells: Cells,
    live: BoxedScorer,
}

impl PlacementScorer for SnapshotAnswers {
    fn begin(&self, now: Timestamp) {
        self.live.begin(now);
    }

    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        Ok(self.cells.score(chain, node))
    }

    fn live_score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.live.live_score(chain, node)
    }

    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        self.live.best_alternative(chain, exclude)
    }

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

    fn live_score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        self.live.live_score_many(pairs, out)
    }

    fn node_fingerprints(&self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
        self.live.node_fingerprints(nodes, out)
    }

    fn alternatives(
        &self,
        chain: ChainId,
        exclude: &[NodeId],
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        self.live.alternatives(chain, exclude, limit, out)
    }

    fn best_replacement(
        &self,
        chain: ChainId,
        victim: NodeId,
        exclude: &[NodeId],
    ) -> ScorerResult<Option<Alternative>> {
        self.live.best_replacement(chain, victim, exclude)
    }

    fn replacements(
        &self,
        chain: ChainId,
        victim: NodeId,
        exclude: &[NodeId],
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        self.live.replacements(chain, victim, exclude, limit, out)
    }

    fn live_score_replacements(
        &self,
        victim: NodeId,
        pairs: &[(ChainId, NodeId)],
        out: &mut [Option<f32>],
    ) -> ScorerResult<()> {
        self.live.live_score_replacements(victim, pairs, out)
    }
}
