//! A scorer written in Python, as the core sees it.

use std::ops::Deref;
use std::sync::Arc;

use driftline::{
    Alternative, ChainId, MigrationCost, NodeId, PlacementScorer, ScorerError, ScorerMethod, ScorerResult, Timestamp,
};
use pyo3::exceptions::{PyException, PyTypeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyIterator, PyList, PyTuple, PyType};
use pyo3::{PyTraverseError, PyVisit};

use crate::arrays;
use crate::ending;
use crate::numbers::{self, to_f32, type_name};
use crate::pass;

/// The caller's object. The core has one half, whoever owns the scorer the other, to show it to the garbage collector.
#[derive(Clone)]
pub(crate) struct PythonScorer(Arc<Methods>);

impl Deref for PythonScorer {
    type Target = Methods;

    fn deref(&self) -> &Methods {
        &self.0
    }
}

/// What the object can do. Methods are looked up once: a bound method is cheaper to call than to find.
pub(crate) struct Methods {
    object: Py<PyAny>,
    score: Py<PyAny>,
    best_alternative: Py<PyAny>,
    live_score: Option<Py<PyAny>>,
    node_fingerprint: Option<Py<PyAny>>,
    chain_fingerprint: Option<Py<PyAny>>,
    migration_cost: Option<Py<PyAny>>,
    begin: Option<Py<PyAny>>,
    score_many: Option<Py<PyAny>>,
    live_score_many: Option<Py<PyAny>>,
    node_fingerprints: Option<Py<PyAny>>,
    alternatives: Option<Py<PyAny>>,
    /// Makes an array of ids out of bytes; looked up for scorers that take batches.
    array: Option<Py<PyAny>>,
}

impl PythonScorer {
    /// Looks up the methods.
    pub(crate) fn new(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyType>() {
            return Err(PyTypeError::new_err("a scorer is expected, not its class: make an instance"));
        }
        let score_many = method(object, "score_many")?;
        let live_score_many = method(object, "live_score_many")?;
        let node_fingerprints = method(object, "node_fingerprints")?;
        let takes_batches = score_many.is_some() || live_score_many.is_some() || node_fingerprints.is_some();
        Ok(PythonScorer(Arc::new(Methods {
            object: object.clone().unbind(),
            score: required_method(object, "score")?,
            best_alternative: required_method(object, "best_alternative")?,
            live_score: method(object, "live_score")?,
            node_fingerprint: method(object, "node_fingerprint")?,
            chain_fingerprint: method(object, "chain_fingerprint")?,
            migration_cost: method(object, "migration_cost")?,
            begin: method(object, "begin")?,
            score_many,
            live_score_many,
            node_fingerprints,
            alternatives: method(object, "alternatives")?,
            array: if takes_batches { Some(array_function(object.py())?) } else { None },
        })))
    }
}

impl Methods {
    pub(crate) fn object(&self, py: Python<'_>) -> Py<PyAny> {
        self.object.clone_ref(py)
    }

    /// Shows the garbage collector what is held here. Nothing is held twice.
    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        for held in [&self.object, &self.score, &self.best_alternative] {
            visit.call(held)?;
        }
        let optional = [
            &self.live_score,
            &self.node_fingerprint,
            &self.chain_fingerprint,
            &self.migration_cost,
            &self.begin,
            &self.score_many,
            &self.live_score_many,
            &self.node_fingerprints,
            &self.alternatives,
            &self.array,
        ];
        optional.into_iter().flatten().try_for_each(|held| visit.call(held))
    }

    /// Keeps an exception and tells the core its number. What is no `Exception`, such as Ctrl-C, ends the call (P2).
    fn fail(&self, py: Python<'_>, error: PyErr, question: Question) -> ScorerError {
        question.note(py, &error);
        let interrupts = !error.is_instance_of::<PyException>(py);
        let failure = ScorerError::new(pass::keep(error));
        if interrupts { failure.interrupt() } else { failure }
    }

    /// Asks one question: looks for signals now and then, calls the method, reads the answer.
    fn ask<T>(
        &self,
        question: Question,
        method: &Py<PyAny>,
        arguments: impl for<'py> pyo3::call::PyCallArgs<'py>,
        read: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<T>,
    ) -> ScorerResult<T> {
        Python::attach(|py| {
            self.check_signals(py)
                .and_then(|()| method.bind(py).call1(arguments))
                .and_then(|answer| read(&answer))
                .map_err(|error| self.fail(py, error, question))
        })
    }

    fn check_signals(&self, py: Python<'_>) -> PyResult<()> {
        ending::check(py)?;
        if pass::is_signal_check_due() { py.check_signals() } else { Ok(()) }
    }

    /// Asks a whole batch.
    fn ask_batch(&self, py: Python<'_>, question: Question, call: impl FnOnce() -> PyResult<()>) -> ScorerResult<()> {
        ending::check(py)
            .and_then(|()| py.check_signals())
            .and_then(|()| call())
            .map_err(|error| self.fail(py, error, question))
    }

    fn ids<'py>(&self, py: Python<'py>, ids: impl ExactSizeIterator<Item = u64>) -> PyResult<Bound<'py, PyAny>> {
        let bytes = arrays::bytes_of_ids(py, ids)?;
        match &self.array {
            Some(array) => array.bind(py).call1((bytes,)),
            None => Ok(bytes.into_any()),
        }
    }

    fn ask_scores(
        &self,
        method: ScorerMethod,
        name: &'static str,
        ask: &Py<PyAny>,
        pairs: &[(ChainId, NodeId)],
        out: &mut [Option<f32>],
    ) -> ScorerResult<()> {
        Python::attach(|py| {
            let question = Question { method, chain: None, node: None, batch: Some((name, pairs.len())), name: None };
            self.ask_batch(py, question, || {
                let chains = self.ids(py, pairs.iter().map(|(chain, _)| chain.0))?;
                let nodes = self.ids(py, pairs.iter().map(|(_, node)| node.0))?;
                arrays::scores(&ask.bind(py).call1((chains, nodes))?, name, out)
            })
        })
    }
}

impl PlacementScorer for PythonScorer {
    fn begin(&self, now: Timestamp) {
        let Some(begin) = &self.begin else { return };
        let question = Question { method: ScorerMethod::Begin, chain: None, node: None, batch: None, name: None };
        Python::attach(|py| {
            let told = self.check_signals(py).and_then(|()| begin.bind(py).call1((now.0,)).map(drop));
            told.unwrap_or_else(|error| {
                question.note(py, &error);
                pass::fail_at_begin(error)
            });
        });
    }

    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        let question = Question::of(ScorerMethod::Score, chain, Some(node));
        self.ask(question, &self.score, (chain.0, node.0), |answer| arrays::score(answer, || question.answer()))
    }

    fn live_score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        if let (None, Some(live_score_many)) = (&self.live_score, &self.live_score_many) {
            let mut out = [None];
            self.ask_scores(ScorerMethod::LiveScore, "live_score_many", live_score_many, &[(chain, node)], &mut out)?;
            return Ok(out[0]);
        }
        let question = Question::of(ScorerMethod::LiveScore, chain, Some(node));
        self.ask(question, self.live_score.as_ref().unwrap_or(&self.score), (chain.0, node.0), |answer| {
            arrays::score(answer, || question.answer())
        })
    }

    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        let question = Question::of(ScorerMethod::BestAlternative, chain, None);
        Python::attach(|py| {
            let exclude = PyTuple::new(py, exclude.iter().map(|node| node.0));
            let exclude = exclude.map_err(|error| self.fail(py, error, question))?;
            self.ask(question, &self.best_alternative, (chain.0, exclude.unbind()), |answer| {
                if answer.is_none() { Ok(None) } else { read_alternative(answer, &question).map(Some) }
            })
        })
    }

    fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
        let Some(node_fingerprint) = &self.node_fingerprint else { return Ok(None) };
        let question =
            Question { method: ScorerMethod::NodeFingerprint, chain: None, node: Some(node), batch: None, name: None };
        self.ask(question, node_fingerprint, (node.0,), |answer| arrays::fingerprint(answer, || question.answer()))
    }

    fn has_chain_fingerprint(&self) -> bool {
        self.chain_fingerprint.is_some()
    }

    fn chain_fingerprint(&self, chain: ChainId) -> ScorerResult<Option<u64>> {
        let Some(chain_fingerprint) = &self.chain_fingerprint else { return Ok(Some(0)) };
        let question = Question::of(ScorerMethod::ChainFingerprint, chain, None);
        self.ask(question, chain_fingerprint, (chain.0,), |answer| arrays::fingerprint(answer, || question.answer()))
    }

    fn migration_cost(&self, chain: ChainId, target: NodeId) -> ScorerResult<Option<MigrationCost>> {
        let Some(migration_cost) = &self.migration_cost else { return Ok(None) };
        let question = Question::of(ScorerMethod::MigrationCost, chain, Some(target));
        self.ask(question, migration_cost, (chain.0, target.0), |answer| {
            if answer.is_none() { Ok(None) } else { read_cost(answer, &question).map(Some) }
        })
    }

    fn score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        match &self.score_many {
            Some(score_many) => self.ask_scores(ScorerMethod::Score, "score_many", score_many, pairs, out),
            None => each(pairs, out, |&(chain, node)| self.score(chain, node)),
        }
    }

    fn live_score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        match &self.live_score_many {
            Some(ask) => self.ask_scores(ScorerMethod::LiveScore, "live_score_many", ask, pairs, out),
            None => each(pairs, out, |&(chain, node)| self.live_score(chain, node)),
        }
    }

    fn node_fingerprints(&self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
        let Some(node_fingerprints) = &self.node_fingerprints else {
            if self.node_fingerprint.is_none() {
                out.fill(None);
                return Ok(());
            }
            return each(nodes, out, |&node| self.node_fingerprint(node));
        };
        Python::attach(|py| {
            let batch = Some(("node_fingerprints", nodes.len()));
            let question =
                Question { method: ScorerMethod::NodeFingerprint, chain: None, node: None, batch, name: None };
            self.ask_batch(py, question, || {
                let ids = self.ids(py, nodes.iter().map(|node| node.0))?;
                arrays::fingerprints(&node_fingerprints.bind(py).call1((ids,))?, "node_fingerprints", out)
            })
        })
    }

    fn alternatives(
        &self,
        chain: ChainId,
        exclude: &[NodeId],
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        let Some(alternatives) = &self.alternatives else {
            return OneByOne(self).alternatives(chain, exclude, limit, out);
        };
        let question =
            Question { name: Some("alternatives"), ..Question::of(ScorerMethod::BestAlternative, chain, None) };
        Python::attach(|py| {
            let exclude = PyTuple::new(py, exclude.iter().map(|node| node.0));
            let exclude = exclude.map_err(|error| self.fail(py, error, question))?;
            self.ask(question, alternatives, (chain.0, exclude.unbind(), limit), |answer| {
                for found in iterated(answer, &question)?.take(limit) {
                    out.push(read_alternative(&found?, &question)?);
                }
                Ok(())
            })
        })
    }
}

/// A scorer that knows one alternative at a time: the core has a loop for that.
struct OneByOne<'a>(&'a PythonScorer);

impl PlacementScorer for OneByOne<'_> {
    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.0.score(chain, node)
    }

    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        self.0.best_alternative(chain, exclude)
    }
}

/// Asks one by one and says where it stopped.
fn each<Q, A>(questions: &[Q], out: &mut [A], ask: impl Fn(&Q) -> ScorerResult<A>) -> ScorerResult<()> {
    for (index, (question, answer)) in questions.iter().zip(out).enumerate() {
        *answer = ask(question).map_err(|error| error.at_index(index))?;
    }
    Ok(())
}

/// What was asked, for messages.
#[derive(Clone, Copy)]
struct Question {
    method: ScorerMethod,
    chain: Option<ChainId>,
    node: Option<NodeId>,
    /// The method of a batch, and how many questions it had.
    batch: Option<(&'static str, usize)>,
    /// What the scorer calls the method, where the core has no word of its own for it.
    name: Option<&'static str>,
}

impl Question {
    fn of(method: ScorerMethod, chain: ChainId, node: Option<NodeId>) -> Self {
        Question { method, chain: Some(chain), node, batch: None, name: None }
    }

    /// "score(chain 7, node 3)"
    fn text(&self) -> String {
        if let Some((name, count)) = self.batch {
            return format!("{name}({count} questions)");
        }
        let chain = self.chain.map(|chain| format!("chain {chain}"));
        let node = self.node.map(|node| format!("node {node}"));
        let subjects: Vec<String> = chain.into_iter().chain(node).collect();
        format!("{}({})", self.name.unwrap_or(self.method.name()), subjects.join(", "))
    }

    /// What the answer is called in messages.
    fn answer(&self) -> String {
        format!("the answer of {}", self.text())
    }

    /// Adds to an exception what was asked when it was raised (PEP 678), in place of what an earlier pass has added: a
    /// scorer may raise the same object for ever.
    fn note(&self, py: Python<'_>, error: &PyErr) {
        const START: &str = "driftline had asked ";
        let value = error.value(py);
        let add = || -> PyResult<()> {
            if let Some(notes) = value.getattr_opt("__notes__")? {
                let notes = notes.cast::<PyList>()?;
                for index in (0..notes.len()).rev() {
                    let note = notes.get_item(index)?;
                    if note.extract::<String>().is_ok_and(|note| note.starts_with(START)) {
                        notes.del_item(index)?;
                    }
                }
            }
            value.call_method1("add_note", (format!("{START}{}", self.text()),)).map(drop)
        };
        // A note is a courtesy: an exception that takes none comes out without.
        drop(add());
    }
}

/// A method, if the object has one. What stands under its name must be callable.
fn method(object: &Bound<'_, PyAny>, name: &str) -> PyResult<Option<Py<PyAny>>> {
    match object.getattr_opt(name)? {
        None => Ok(None),
        Some(found) if found.is_none() => Ok(None),
        Some(found) if found.is_callable() => Ok(Some(found.unbind())),
        Some(found) => {
            let (scorer, given) = (type_name(object), type_name(&found));
            Err(PyTypeError::new_err(format!("scorer {scorer}: {name} must be a method, not {given}")))
        }
    }
}

fn required_method(object: &Bound<'_, PyAny>, name: &str) -> PyResult<Py<PyAny>> {
    method(object, name)?
        .ok_or_else(|| PyTypeError::new_err(format!("scorer {}: {name} is missing", type_name(object))))
}

fn array_function(py: Python<'_>) -> PyResult<Py<PyAny>> {
    static ARRAY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let function = ARRAY.get_or_try_init(py, || {
        PyModule::import(py, "driftline._arrays")?.getattr("ids_from_bytes").map(Bound::unbind)
    });
    function.map(|function| function.clone_ref(py))
}

/// The elements of an answer, such as a list or a generator.
fn iterated<'py>(answer: &Bound<'py, PyAny>, question: &Question) -> PyResult<Bound<'py, PyIterator>> {
    match answer.try_iter() {
        Err(error) if error.is_instance_of::<PyTypeError>(answer.py()) => {
            let (what, given) = (question.answer(), type_name(answer));
            let message = format!("{what} is {given}: an iterable of Alternative or pairs (node, score) is expected");
            Err(PyTypeError::new_err(message))
        }
        other => other,
    }
}

/// An `Alternative`, or any pair of node and score.
fn read_alternative(answer: &Bound<'_, PyAny>, question: &Question) -> PyResult<Alternative> {
    let refuse = || {
        let (what, given) = (question.answer(), type_name(answer));
        PyTypeError::new_err(format!("{what} is {given}: an Alternative, a pair (node, score) or None is expected"))
    };
    let pair = answer.cast::<PyTuple>().map_err(|_| refuse())?;
    let (node, score) = match (pair.len(), pair.get_item(0), pair.get_item(1)) {
        (2, Ok(node), Ok(score)) => (node, score),
        _ => return Err(refuse()),
    };
    let node = numbers::id(&node, || format!("the node in {}", question.answer()))?;
    let name = || format!("the score in {}", question.answer());
    let score = arrays::score(&score, name)?.ok_or_else(|| {
        PyTypeError::new_err(format!("{} is None: say None instead of the whole alternative", name()))
    })?;
    Ok(Alternative { node: NodeId(node), score })
}

/// A `driftline.MigrationCost`.
fn read_cost(answer: &Bound<'_, PyAny>, question: &Question) -> PyResult<MigrationCost> {
    cost_of(answer)?.ok_or_else(|| {
        let (what, given) = (question.answer(), type_name(answer));
        PyTypeError::new_err(format!("{what} is {given}: a MigrationCost or None is expected"))
    })
}

/// The parts of a `driftline.MigrationCost`, whose durations are nanoseconds since it was made; `None` if it is none.
pub(crate) fn cost_of(cost: &Bound<'_, PyAny>) -> PyResult<Option<MigrationCost>> {
    static MIGRATION_COST: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    if !cost.is_instance(MIGRATION_COST.import(cost.py(), "driftline.cost", "MigrationCost")?)? {
        return Ok(None);
    }
    Ok(Some(MigrationCost {
        state_transfer_ns: cost.getattr("state_transfer")?.extract()?,
        disruption_ns: cost.getattr("disruption")?.extract()?,
        reliability_factor: to_f32(cost.getattr("reliability_factor")?.extract()?),
    }))
}
