//! Values as the library prints them, which it does in one place alone.

use driftline::{
    Action, Alternative, Arm, ChainId, Error, Event, Judgement, LocalScheduler, MeshState, NodeId, SchedulerConfig,
    Timestamp, Verdict,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors;

/// A judgement as the library prints it.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "they are the fields of a judgement, in order")]
pub(crate) fn judgement_text(
    chain: u64,
    verdict: u32,
    victim: Option<u64>,
    sampled_score: Option<f32>,
    live_score: Option<f32>,
    alternative: Option<(u64, f32)>,
    gain: Option<f32>,
    cost: Option<f32>,
) -> PyResult<String> {
    let Some(verdict) = Verdict::from_number(verdict) else {
        return Err(PyValueError::new_err(format!("verdict: {verdict} is not the number of one")));
    };
    let mut judgement = Judgement::bare(ChainId(chain), verdict);
    judgement.victim = victim.map(NodeId);
    judgement.sampled_score = sampled_score;
    judgement.live_score = live_score;
    judgement.alternative = alternative.map(|(node, score)| Alternative { node: NodeId(node), score });
    judgement.gain = gain;
    judgement.cost = cost;
    Ok(judgement.to_string())
}

/// An eviction as the library prints it.
#[pyfunction]
pub(crate) fn eviction_text(
    py: Python<'_>,
    chain: u64,
    victim: u64,
    target: Option<u64>,
    arm: usize,
    revision: Option<u64>,
) -> PyResult<String> {
    let mut action = made_for(0).map_err(|error| errors::plain(py, error))?;
    if let Some(Action::Evict(eviction)) = &mut action {
        eviction.chain = ChainId(chain);
        eviction.victim = NodeId(victim);
        eviction.target = target.map(NodeId);
        eviction.arm = arm_of(arm)?;
        eviction.revision = revision;
    }
    Ok(shown(action))
}

/// A placement as the library prints it.
#[pyfunction]
pub(crate) fn placement_text(
    py: Python<'_>,
    chain: u64,
    exclude: Vec<u64>,
    target: Option<u64>,
    arm: usize,
    revision: Option<u64>,
) -> PyResult<String> {
    let mut action = made_for(2).map_err(|error| errors::plain(py, error))?;
    if let Some(Action::Place(placement)) = &mut action {
        placement.chain = ChainId(chain);
        placement.exclude = exclude.into_iter().map(NodeId).collect();
        placement.target = target.map(NodeId);
        placement.arm = arm_of(arm)?;
        placement.revision = revision;
    }
    Ok(shown(action))
}

fn arm_of(arm: usize) -> PyResult<Arm> {
    let found = Arm::ALL.get(arm).copied();
    found.ok_or_else(|| PyValueError::new_err(format!("arm: {arm} is not the number of one")))
}

fn shown(action: Option<Action>) -> String {
    action.map(|action| action.to_string()).unwrap_or_default()
}

/// An action to fill in. Only the core makes one, so it is asked for what a chain with one holder needs that should have so
/// many: an eviction or a placement.
fn made_for(desired: u32) -> Result<Option<Action>, Error> {
    let (chain, node) = (ChainId(0), NodeId(0));
    let mut state = MeshState::new();
    state.apply(&[
        Event::HolderAdded { chain, node },
        Event::LeaderSet { chain, node },
        Event::DesiredReplicas { chain, count: desired },
    ])?;
    let mut scheduler = LocalScheduler::new(node, SchedulerConfig::default())?;
    Ok(scheduler.tick(&mut state, Timestamp(0))?.actions.first().cloned())
}
