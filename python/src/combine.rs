//! Scorers that are put together from other scorers, whose parts may be written in Python or not.

use driftline::{
    BoxedScorer, Cached, ChainId, Error, Gate, Minimum, OverridePerChain, PlacementScorer, SmoothedScorer, WeightedSum,
};
use pyo3::prelude::*;

use crate::installed::Installed;
use crate::native::Native;
use crate::numbers::to_f32;
use crate::{arrays, errors, numbers};

/// Both halves of several scorers: the core's and Python's.
fn halves(scorers: &[Bound<'_, PyAny>]) -> PyResult<(Vec<BoxedScorer>, Vec<Installed>)> {
    scorers.iter().map(Installed::new).collect()
}

/// What was put together of the core's halves, with Python's.
fn compose<S: PlacementScorer + Send + 'static>(
    py: Python<'_>,
    scorer: Result<S, Error>,
    parts: Vec<Installed>,
) -> PyResult<Native> {
    let scorer = scorer.map_err(|error| errors::plain(py, error))?;
    Ok(Native::compose(Box::new(scorer), parts))
}

#[pyfunction]
pub(crate) fn weighted_sum(py: Python<'_>, scorers: Vec<Bound<'_, PyAny>>, weights: Vec<f64>) -> PyResult<Native> {
    let (boxed, parts) = halves(&scorers)?;
    let weights = weights.into_iter().map(to_f32);
    compose(py, WeightedSum::new(boxed.into_iter().zip(weights).collect()), parts)
}

#[pyfunction]
pub(crate) fn minimum(py: Python<'_>, scorers: Vec<Bound<'_, PyAny>>) -> PyResult<Native> {
    let (boxed, parts) = halves(&scorers)?;
    compose(py, Minimum::new(boxed), parts)
}

#[pyfunction]
pub(crate) fn gate(gate: &Bound<'_, PyAny>, inner: &Bound<'_, PyAny>, threshold: f64) -> PyResult<Native> {
    let (gate_half, gate_part) = Installed::new(gate)?;
    let (inner_half, inner_part) = Installed::new(inner)?;
    compose(gate.py(), Gate::new(gate_half, inner_half, to_f32(threshold)), vec![gate_part, inner_part])
}

#[pyfunction]
pub(crate) fn override_per_chain(
    default: &Bound<'_, PyAny>,
    scorers: Vec<Bound<'_, PyAny>>,
    chains: Vec<Bound<'_, PyAny>>,
) -> PyResult<Native> {
    let (default_half, default_part) = Installed::new(default)?;
    let (boxed, mut parts) = halves(&scorers)?;
    parts.push(default_part);
    let mut overrides = Vec::new();
    for (index, (scorer, chains)) in boxed.into_iter().zip(&chains).enumerate() {
        let chains = arrays::ids(chains, &format!("overrides[{index}]"), None)?;
        overrides.push((scorer, chains.into_iter().map(ChainId).collect()));
    }
    compose(default.py(), OverridePerChain::new(default_half, overrides), parts)
}

#[pyfunction]
pub(crate) fn cached(inner: &Bound<'_, PyAny>, capacity: &Bound<'_, PyAny>) -> PyResult<Native> {
    let capacity = numbers::id(capacity, || "capacity".to_string())?;
    // What no `usize` can hold is refused as what is too much.
    let capacity = usize::try_from(capacity).unwrap_or(usize::MAX);
    let (half, part) = Installed::new(inner)?;
    compose(inner.py(), Cached::new(half, capacity), vec![part])
}

#[pyfunction]
pub(crate) fn smoothed(inner: &Bound<'_, PyAny>, half_life_ns: &Bound<'_, PyAny>) -> PyResult<Native> {
    let half_life_ns = numbers::id(half_life_ns, || "half_life_ns".to_string())?;
    let (half, part) = Installed::new(inner)?;
    compose(inner.py(), SmoothedScorer::new(half, half_life_ns), vec![part])
}
