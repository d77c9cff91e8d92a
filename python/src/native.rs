//! Scorers of the library's own, as Python has them: no question to them runs Python code, unless a part of theirs is
//! written in it.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, TryLockError};

use driftline::{
    Alternative, BoxedScorer, ChainId, Error, MigrationCost, NodeId, PlacementScorer, ScorerError, ScorerResult,
    SharedInventory, Timestamp, question,
};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use pyo3::{PyTraverseError, PyVisit};

use crate::gate::Gate;
use crate::installed::{Installed, Uses};
use crate::pass::OpenPass;
use crate::{arrays, ending, numbers, outcome, pass};

/// What a scorer says that is out of order: it was cleared as garbage, or is asked by two calls at once. Neither happens.
const OUT_OF_ORDER: i32 = 0;

/// The core behind each `driftline` scorer that is not written in Python.
#[pyclass(module = "driftline._driftline", frozen)]
pub(crate) struct Native {
    scorer: Scorer,
    /// Each scorer that only one call may use, once: this one and those among its parts.
    composed: Vec<Arc<Composed>>,
    needs_interpreter: bool,
    parts: Mutex<Vec<Installed>>,
}

enum Scorer {
    /// Has a lock of its own, whose owner never waits for anything.
    Inventory(SharedInventory),
    Composed(Arc<Composed>),
}

/// A scorer that wraps others. Used by one call at a time: a part may be written in Python and let another thread run, and
/// nobody waits for anybody here.
pub(crate) struct Composed {
    in_use: Gate<()>,
    scorer: Mutex<Option<BoxedScorer>>,
}

/// Such a scorer as the core owns it.
struct Handle(Arc<Composed>);

/// Python's half of such a scorer.
pub(crate) struct NativeScorer {
    object: Py<PyAny>,
    core: Py<Native>,
}

/// Both halves of a scorer, if it is one of the library's own. Those have no subclasses that could answer otherwise.
pub(crate) fn halves(scorer: &Bound<'_, PyAny>) -> PyResult<Option<(BoxedScorer, NativeScorer)>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.import(scorer.py(), "driftline._native", "NativeScorer")?;
    if !scorer.get_type().is_subclass(class)? {
        return Ok(None);
    }
    let core = scorer.getattr("_core")?.cast_into::<Native>()?;
    let boxed = core.get().scorer.boxed();
    Ok(Some((boxed, NativeScorer { object: scorer.clone().unbind(), core: core.unbind() })))
}

impl NativeScorer {
    /// The same as the half of an object that wraps it.
    pub(crate) fn shown_as(self, object: &Bound<'_, PyAny>) -> Self {
        NativeScorer { object: object.clone().unbind(), ..self }
    }

    pub(crate) fn object(&self, py: Python<'_>) -> Py<PyAny> {
        self.object.clone_ref(py)
    }

    pub(crate) fn needs_interpreter(&self) -> bool {
        self.core.get().needs_interpreter
    }

    pub(crate) fn enter(&self, py: Python<'_>) -> PyResult<Uses<'_>> {
        self.core.get().enter(py)
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.object)?;
        visit.call(&self.core)
    }
}

impl Native {
    pub(crate) fn of_inventory(inventory: SharedInventory) -> Self {
        Native {
            scorer: Scorer::Inventory(inventory),
            composed: Vec::new(),
            needs_interpreter: false,
            parts: Mutex::default(),
        }
    }

    /// A scorer that wraps others. Both halves of each part are given to it: the core's are in `scorer`.
    pub(crate) fn compose(scorer: BoxedScorer, parts: Vec<Installed>) -> Self {
        let composed =
            Arc::new(Composed { in_use: Gate::new((), "combined scorer"), scorer: Mutex::new(Some(scorer)) });
        let mut all = vec![Arc::clone(&composed)];
        for part in &parts {
            let Installed::Native(part) = part else { continue };
            for inner in &part.core.get().composed {
                if !all.iter().any(|known| Arc::ptr_eq(known, inner)) {
                    all.push(Arc::clone(inner));
                }
            }
        }
        let needs_interpreter = parts.iter().any(|part| Installed::needs_interpreter(Some(part)));
        Native { scorer: Scorer::Composed(composed), composed: all, needs_interpreter, parts: Mutex::new(parts) }
    }

    fn enter(&self, py: Python<'_>) -> PyResult<Uses<'_>> {
        self.composed.iter().map(|composed| composed.in_use.enter(py)).collect()
    }

    /// Asks one question.
    fn ask<T>(&self, py: Python<'_>, question: impl FnOnce(&dyn PlacementScorer) -> ScorerResult<T>) -> PyResult<T> {
        ending::check(py)?;
        let (answer, raised) = {
            let _uses = self.enter(py)?;
            let pass = OpenPass::new();
            let answer = match &self.scorer {
                Scorer::Inventory(inventory) => question(inventory),
                Scorer::Composed(composed) => question(&Handle(Arc::clone(composed))),
            };
            (answer, pass.close())
        };
        answer.map_err(|error| outcome::exception_of(py, &error, &raised))
    }
}

#[pymethods]
impl Native {
    fn begin(&self, py: Python<'_>, now: &Bound<'_, PyAny>) -> PyResult<()> {
        let now = Timestamp(numbers::ns(now, "now")?);
        self.ask(py, |scorer| {
            // A part that fails has no other way to say so.
            let told = catch_unwind(AssertUnwindSafe(|| scorer.begin(now)));
            told.or_else(|payload| pass::failure_of_begin().map_or_else(|| resume_unwind(payload), Err))
        })
    }

    fn score(&self, py: Python<'_>, chain: &Bound<'_, PyAny>, node: &Bound<'_, PyAny>) -> PyResult<Option<f32>> {
        let (chain, node) = (chain_of(chain)?, node_of(node, "node")?);
        self.ask(py, |scorer| taken(question::score(scorer, chain, node)))
    }

    fn live_score(&self, py: Python<'_>, chain: &Bound<'_, PyAny>, node: &Bound<'_, PyAny>) -> PyResult<Option<f32>> {
        let (chain, node) = (chain_of(chain)?, node_of(node, "node")?);
        self.ask(py, |scorer| taken(question::live_score(scorer, chain, node)))
    }

    fn best_alternative(
        &self,
        py: Python<'_>,
        chain: &Bound<'_, PyAny>,
        exclude: &Bound<'_, PyAny>,
    ) -> PyResult<Option<(u64, f32)>> {
        let (chain, exclude) = (chain_of(chain)?, excluded(exclude)?);
        let best = self.ask(py, |scorer| taken(question::best_alternative(scorer, chain, &exclude)))?;
        Ok(best.map(|best| (best.node.0, best.score)))
    }

    fn alternatives(
        &self,
        py: Python<'_>,
        chain: &Bound<'_, PyAny>,
        exclude: &Bound<'_, PyAny>,
        limit: &Bound<'_, PyAny>,
    ) -> PyResult<Vec<(u64, f32)>> {
        let (chain, exclude) = (chain_of(chain)?, excluded(exclude)?);
        let limit = numbers::id(limit, || "limit".to_string())?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let found = self.ask(py, |scorer| taken(question::alternatives(scorer, chain, &exclude, limit)))?;
        Ok(found.into_iter().map(|found| (found.node.0, found.score)).collect())
    }

    fn node_fingerprint(&self, py: Python<'_>, node: &Bound<'_, PyAny>) -> PyResult<Option<u64>> {
        let node = node_of(node, "node")?;
        self.ask(py, |scorer| scorer.node_fingerprint(node))
    }

    fn chain_fingerprint(&self, py: Python<'_>, chain: &Bound<'_, PyAny>) -> PyResult<Option<u64>> {
        let chain = chain_of(chain)?;
        self.ask(py, |scorer| scorer.chain_fingerprint(chain))
    }

    /// State transfer and disruption in nanoseconds, and the reliability factor.
    fn migration_cost(
        &self,
        py: Python<'_>,
        chain: &Bound<'_, PyAny>,
        target: &Bound<'_, PyAny>,
    ) -> PyResult<Option<(u64, u64, f32)>> {
        let (chain, target) = (chain_of(chain)?, node_of(target, "target")?);
        let cost = self.ask(py, |scorer| taken(question::migration_cost(scorer, chain, target)))?;
        Ok(cost.map(|cost| (cost.state_transfer_ns, cost.disruption_ns, cost.reliability_factor)))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Ok(parts) = self.parts.try_lock() else { return Ok(()) };
        parts.iter().try_for_each(|part| part.traverse(&visit))
    }

    fn __clear__(&self) {
        let parts = self.parts.try_lock().map(|mut parts| std::mem::take(&mut *parts));
        let scorer = match &self.scorer {
            Scorer::Composed(composed) => composed.scorer.try_lock().ok().and_then(|mut scorer| scorer.take()),
            Scorer::Inventory(_) => None,
        };
        drop((parts, scorer));
    }
}

fn chain_of(chain: &Bound<'_, PyAny>) -> PyResult<ChainId> {
    numbers::id(chain, || "chain".to_string()).map(ChainId)
}

fn node_of(node: &Bound<'_, PyAny>, name: &str) -> PyResult<NodeId> {
    numbers::id(node, || name.to_string()).map(NodeId)
}

fn excluded(exclude: &Bound<'_, PyAny>) -> PyResult<Vec<NodeId>> {
    Ok(arrays::ids(exclude, "exclude", None)?.into_iter().map(NodeId).collect())
}

/// An answer to a question outside of a pass: a failure of the scorer, or no memory for the answer.
fn taken<T>(answer: Result<T, Error>) -> ScorerResult<T> {
    answer.map_err(|error| match error {
        Error::Scorer { source, .. } => source,
        _ => ScorerError::out_of_memory(),
    })
}

impl Scorer {
    /// The half for the core.
    fn boxed(&self) -> BoxedScorer {
        match self {
            Scorer::Inventory(inventory) => Box::new(inventory.clone()),
            Scorer::Composed(composed) => Box::new(Handle(Arc::clone(composed))),
        }
    }
}

impl Handle {
    fn with<T>(&self, question: impl FnOnce(&dyn PlacementScorer) -> ScorerResult<T>) -> ScorerResult<T> {
        let scorer = match self.0.scorer.try_lock() {
            Ok(scorer) => scorer,
            // Whatever has panicked has said so.
            Err(TryLockError::Poisoned(error)) => error.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(ScorerError::new(OUT_OF_ORDER)),
        };
        match &*scorer {
            Some(scorer) => question(scorer.as_ref()),
            None => Err(ScorerError::new(OUT_OF_ORDER)),
        }
    }
}

impl PlacementScorer for Handle {
    fn begin(&self, now: Timestamp) {
        // Out of order it says so when it is asked.
        let told = self.with(|scorer| {
            scorer.begin(now);
            Ok(())
        });
        drop(told);
    }

    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.with(|scorer| scorer.score(chain, node))
    }

    fn live_score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.with(|scorer| scorer.live_score(chain, node))
    }

    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        self.with(|scorer| scorer.best_alternative(chain, exclude))
    }

    fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
        self.with(|scorer| scorer.node_fingerprint(node))
    }

    fn has_chain_fingerprint(&self) -> bool {
        self.with(|scorer| Ok(scorer.has_chain_fingerprint())).unwrap_or(false)
    }

    fn chain_fingerprint(&self, chain: ChainId) -> ScorerResult<Option<u64>> {
        self.with(|scorer| scorer.chain_fingerprint(chain))
    }

    fn migration_cost(&self, chain: ChainId, target: NodeId) -> ScorerResult<Option<MigrationCost>> {
        self.with(|scorer| scorer.migration_cost(chain, target))
    }

    fn score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        self.with(|scorer| scorer.score_many(pairs, out))
    }

    fn live_score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        self.with(|scorer| scorer.live_score_many(pairs, out))
    }

    fn node_fingerprints(&self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
        self.with(|scorer| scorer.node_fingerprints(nodes, out))
    }

    fn alternatives(
        &self,
        chain: ChainId,
        exclude: &[NodeId],
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        self.with(|scorer| scorer.alternatives(chain, exclude, limit, out))
    }

    fn best_replacement(
        &self,
        chain: ChainId,
        victim: NodeId,
        exclude: &[NodeId],
    ) -> ScorerResult<Option<Alternative>> {
        self.with(|scorer| scorer.best_replacement(chain, victim, exclude))
    }

    fn replacements(
        &self,
        chain: ChainId,
        victim: NodeId,
        exclude: &[NodeId],
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        self.with(|scorer| scorer.replacements(chain, victim, exclude, limit, out))
    }

    fn live_score_replacements(
        &self,
        victim: NodeId,
        pairs: &[(ChainId, NodeId)],
        out: &mut [Option<f32>],
    ) -> ScorerResult<()> {
        self.with(|scorer| scorer.live_score_replacements(victim, pairs, out))
    }
}
