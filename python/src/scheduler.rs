//! The scheduler: sampling, ticks, dry runs, and what can be asked afterwards.

use std::collections::BTreeMap;

use driftline::{
    ChainId, Error, Explanation, LocalScheduler, MeshState, NodeId, Timestamp, diff_scheduler as core_diff_scheduler,
};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use pyo3::{PyTraverseError, PyVisit};

use crate::config::{config_of, policy_of};
use crate::gate::Gate;
use crate::installed::Installed;
use crate::outcome::{DecisionParts, DecisionRecords, Outcome, ReportParts, ReportRecords};
use crate::pass::OpenPass;
use crate::snapshot::{Cells, SnapshotParts};
use crate::state::State;
use crate::{arrays, errors, numbers, records};

/// The core behind `driftline.LocalScheduler`.
#[pyclass(module = "driftline._driftline", frozen)]
pub(crate) struct Scheduler {
    gate: Gate<Inner>,
}

struct Inner {
    core: LocalScheduler,
    installed: Option<Installed>,
    /// The policies as they were given, by ascending class. The core has the same in its own numbers.
    policies: BTreeMap<u32, Py<PyAny>>,
}

/// Since, sampled at, cooldown until, retry at, flap hold until.
type ExplanationTimes = (Option<u64>, Option<u64>, Option<u64>, Option<u64>, Option<u64>);

/// Victim, target, since, times out at.
type FlightParts = (Option<u64>, Option<u64>, u64, Option<u64>);

/// A judgement as a record, then times, floor, gap, refusal, limit, flight, the text and the sentence.
type ExplanationParts<'py> =
    (Bound<'py, PyBytes>, ExplanationTimes, f32, f32, Option<u8>, Option<u64>, Option<FlightParts>, String, String);

/// Deadline, left, moved, in flight, blocked chains with the numbers of their verdicts, whether it is at risk.
type DrainParts = (u64, u64, u64, u64, Vec<(u64, u8)>, bool);

/// Times and scores as arrays, the moving average, and the number of the trend.
type HistoryParts<'py> = (Bound<'py, PyBytes>, Bound<'py, PyBytes>, Option<f32>, u8);

#[pymethods]
impl Scheduler {
    #[new]
    fn new(py: Python<'_>, this_node: &Bound<'_, PyAny>, config: &Bound<'_, PyAny>) -> PyResult<Self> {
        let this_node = NodeId(numbers::id(this_node, || "this_node".to_string())?);
        let core = LocalScheduler::new(this_node, config_of(config)?).map_err(|error| errors::plain(py, error))?;
        Ok(Scheduler { gate: Gate::new(Inner { core, installed: None, policies: BTreeMap::new() }, "scheduler") })
    }

    fn configure(&self, py: Python<'_>, config: &Bound<'_, PyAny>) -> PyResult<()> {
        let config = config_of(config)?;
        let outcome = self.gate.enter(py)?.core.configure(config);
        outcome.map_err(|error| errors::plain(py, error))
    }

    /// Gives a class a policy, or takes it away, and returns the one before.
    fn set_class_policy(
        &self,
        py: Python<'_>,
        class_id: &Bound<'_, PyAny>,
        policy: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Option<Py<PyAny>>> {
        let class = numbers::small(class_id, || "class_id".to_string())?;
        let read = policy.as_ref().map(policy_of).transpose()?;
        let outcome = {
            let mut inner = self.gate.enter(py)?;
            let Inner { core, policies, .. } = &mut *inner;
            core.set_class_policy(class, read).map(|_| match policy {
                Some(policy) => policies.insert(class, policy.unbind()),
                None => policies.remove(&class),
            })
        };
        outcome.map_err(|error| errors::plain(py, error))
    }

    fn class_policy(&self, py: Python<'_>, class_id: &Bound<'_, PyAny>) -> PyResult<Option<Py<PyAny>>> {
        let class = numbers::small(class_id, || "class_id".to_string())?;
        Ok(self.gate.enter(py)?.policies.get(&class).map(|policy| policy.clone_ref(py)))
    }

    /// Returns the previous scorer. Whatever its end runs is run when the scheduler may be used again.
    fn install(&self, py: Python<'_>, scorer: &Bound<'_, PyAny>) -> PyResult<Option<Py<PyAny>>> {
        let (boxed, installed) = Installed::new(scorer)?;
        let (former, former_half) = {
            let mut inner = self.gate.enter(py)?;
            (inner.installed.replace(installed), inner.core.registry_mut().install(boxed))
        };
        drop(former_half);
        Ok(former.map(|former| former.object(py)))
    }

    fn uninstall(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let (former, former_half) = {
            let mut inner = self.gate.enter(py)?;
            (inner.installed.take(), inner.core.registry_mut().uninstall())
        };
        drop(former_half);
        former.map(|former| former.object(py)).ok_or_else(|| errors::plain(py, Error::NoScorer))
    }

    fn scorer(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        Ok(self.gate.enter(py)?.installed.as_ref().map(|installed| installed.object(py)))
    }

    fn tick<'py>(
        &self,
        py: Python<'py>,
        state: &Bound<'py, State>,
        now: &Bound<'py, PyAny>,
    ) -> PyResult<DecisionParts<'py>> {
        let now = Timestamp(numbers::ns(now, "now")?);
        let outcome = {
            let mut inner = self.gate.enter(py)?;
            let Inner { core, installed, .. } = &mut *inner;
            let mut state = state.get().gate.write(py)?;
            let state: &mut MeshState = &mut state;
            let _uses = Installed::enter(installed.as_ref(), py)?;
            let pass = OpenPass::new();
            let outcome = if Installed::needs_interpreter(installed.as_ref()) {
                core.tick(state, now)
            } else {
                py.detach(|| core.tick(state, now))
            };
            Outcome::of(outcome, DecisionRecords::of, pass.close())
        };
        outcome.finish(py)
    }

    fn decide<'py>(
        &self,
        py: Python<'py>,
        state: &Bound<'py, State>,
        now: &Bound<'py, PyAny>,
    ) -> PyResult<DecisionParts<'py>> {
        let now = Timestamp(numbers::ns(now, "now")?);
        let outcome = {
            let mut inner = self.gate.enter(py)?;
            let Inner { core, installed, .. } = &mut *inner;
            let state = state.get().gate.read(py)?;
            let state: &MeshState = &state;
            let _uses = Installed::enter(installed.as_ref(), py)?;
            let pass = OpenPass::new();
            let outcome = if Installed::needs_interpreter(installed.as_ref()) {
                core.decide(state, now)
            } else {
                py.detach(move || core.decide(state, now))
            };
            Outcome::of(outcome, |decision| DecisionRecords::of(&decision), pass.close())
        };
        outcome.finish(py)
    }

    fn sample<'py>(
        &self,
        py: Python<'py>,
        state: &Bound<'py, State>,
        now: &Bound<'py, PyAny>,
    ) -> PyResult<ReportParts<'py>> {
        let now = Timestamp(numbers::ns(now, "now")?);
        let outcome = {
            let mut inner = self.gate.enter(py)?;
            let Inner { core, installed, .. } = &mut *inner;
            let state = state.get().gate.read(py)?;
            let state: &MeshState = &state;
            let _uses = Installed::enter(installed.as_ref(), py)?;
            let pass = OpenPass::new();
            let outcome = if Installed::needs_interpreter(installed.as_ref()) {
                core.sample(state, now)
            } else {
                py.detach(|| core.sample(state, now))
            };
            Outcome::of(outcome, ReportRecords::of, pass.close())
        };
        outcome.finish(py)
    }

    /// The chains that the last pass re-scored, and the numbers of the causes.
    fn sampled(&self, py: Python<'_>) -> PyResult<Vec<(u64, u8)>> {
        let inner = self.gate.enter(py)?;
        Ok(inner.core.sampled().map(|(chain, cause)| (chain.0, cause as u8)).collect())
    }

    fn explain<'py>(
        &self,
        py: Python<'py>,
        state: &Bound<'py, State>,
        chain: &Bound<'py, PyAny>,
    ) -> PyResult<ExplanationParts<'py>> {
        let chain = ChainId(numbers::id(chain, || "chain".to_string())?);
        let explanation = {
            let inner = self.gate.enter(py)?;
            let state = state.get().gate.read(py)?;
            inner.core.explain(&state, chain)
        };
        explanation_parts(py, &explanation.map_err(|error| errors::plain(py, error))?)
    }

    /// Those with this sequence number or a higher one, as records.
    fn transitions<'py>(&self, py: Python<'py>, since: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
        let since = numbers::id(since, || "since".to_string())?;
        let transitions = {
            let inner = self.gate.enter(py)?;
            records::transitions(inner.core.transitions().filter(|transition| transition.sequence >= since))
        };
        arrays::bytes_of(py, &transitions)
    }

    fn drain_status(
        &self,
        py: Python<'_>,
        state: &Bound<'_, State>,
        node: &Bound<'_, PyAny>,
    ) -> PyResult<Option<DrainParts>> {
        let node = NodeId(numbers::id(node, || "node".to_string())?);
        let status = {
            let inner = self.gate.enter(py)?;
            let state = state.get().gate.read(py)?;
            inner.core.drain_status(&state, node)
        };
        let status = status.map_err(|error| errors::plain(py, error))?;
        Ok(status.map(|status| {
            let blocked = status.blocked.iter().map(|(chain, verdict)| (chain.0, verdict.number())).collect();
            (status.deadline.0, status.left, status.moved, status.in_flight, blocked, status.at_risk)
        }))
    }

    fn history<'py>(&self, py: Python<'py>, chain: &Bound<'py, PyAny>) -> PyResult<HistoryParts<'py>> {
        let chain = ChainId(numbers::id(chain, || "chain".to_string())?);
        let history = self.gate.enter(py)?.core.history(chain).cloned();
        let Some(history) = history else { return Err(errors::not_sampled(py, chain)) };
        let times: Vec<u64> = history.samples().map(|sample| sample.at.0).collect();
        let scores: Vec<f32> = history.samples().map(|sample| sample.worst_score).collect();
        let (times, scores) = (arrays::bytes_of(py, &times)?, arrays::bytes_of(py, &scores)?);
        Ok((times, scores, history.ewma(), history.trend() as u8))
    }

    /// The cells of one chain.
    fn cells(&self, py: Python<'_>, chain: &Bound<'_, PyAny>) -> PyResult<Vec<(u64, f32)>> {
        let chain = ChainId(numbers::id(chain, || "chain".to_string())?);
        let inner = self.gate.enter(py)?;
        if inner.core.history(chain).is_none() {
            drop(inner);
            return Err(errors::not_sampled(py, chain));
        }
        Ok(inner.core.snapshot().cells(chain).map(|(node, score)| (node.0, score)).collect())
    }

    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<SnapshotParts<'py>> {
        let cells = {
            let inner = self.gate.enter(py)?;
            let snapshot = inner.core.snapshot();
            py.detach(|| Cells::of(snapshot))
        };
        cells.map_err(|error| errors::plain(py, error))?.parts(py)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // In the middle of a call nothing is garbage: whoever calls holds it.
        let Some(inner) = self.gate.peek() else { return Ok(()) };
        inner.policies.values().try_for_each(|policy| visit.call(policy))?;
        inner.installed.as_ref().map_or(Ok(()), |installed| installed.traverse(&visit))
    }

    fn __clear__(&self) {
        let former = self.gate.peek().map(|mut inner| {
            let scorer = (inner.installed.take(), inner.core.registry_mut().uninstall());
            (scorer, std::mem::take(&mut inner.policies))
        });
        drop(former);
    }
}

fn explanation_parts<'py>(py: Python<'py>, explanation: &Explanation) -> PyResult<ExplanationParts<'py>> {
    let mut judgement = Vec::new();
    records::judgement(&explanation.judgement).write(&mut judgement);
    let ns = |at: Option<Timestamp>| at.map(|at| at.0);
    let node = |node: Option<NodeId>| node.map(|node| node.0);
    let times = (
        ns(explanation.since),
        ns(explanation.sampled_at),
        ns(explanation.cooldown_until),
        ns(explanation.retry_at),
        ns(explanation.flap_hold_until),
    );
    let flight = explanation
        .flight
        .map(|flight| (node(flight.victim), node(flight.target), flight.since.0, ns(flight.times_out_at)));
    Ok((
        arrays::bytes_of(py, &judgement)?,
        times,
        explanation.score_floor,
        explanation.hysteresis_gap,
        explanation.refusal.map(driftline::Verdict::number),
        explanation.limit,
        flight,
        explanation.to_string(),
        explanation.sentence().to_string(),
    ))
}

/// The decision function over a scorer that is not installed anywhere.
#[pyfunction]
pub(crate) fn diff_scheduler<'py>(
    state: &Bound<'py, State>,
    scorer: &Bound<'py, PyAny>,
    config: &Bound<'py, PyAny>,
    this_node: &Bound<'py, PyAny>,
    now: &Bound<'py, PyAny>,
    already_evicted: &Bound<'py, PyAny>,
) -> PyResult<DecisionParts<'py>> {
    let py = state.py();
    let config = config_of(config)?;
    let this_node = NodeId(numbers::id(this_node, || "this_node".to_string())?);
    let now = Timestamp(numbers::ns(now, "now")?);
    let already_evicted = arrays::ids(already_evicted, "already_evicted", None)?;
    let already_evicted: Vec<ChainId> = already_evicted.into_iter().map(ChainId).collect();
    let (scorer, installed) = Installed::new(scorer)?;
    let outcome = {
        let state = state.get().gate.read(py)?;
        let state: &MeshState = &state;
        let _uses = Installed::enter(Some(&installed), py)?;
        let pass = OpenPass::new();
        let decide = move || core_diff_scheduler(state, scorer.as_ref(), &config, this_node, now, &already_evicted);
        let outcome = if Installed::needs_interpreter(Some(&installed)) { decide() } else { py.detach(decide) };
        Outcome::of(outcome, |decision| DecisionRecords::of(&decision), pass.close())
    };
    outcome.finish(py)
}
