//! The extension under the Python package `driftline`: convert, call the core, convert.
//!
//! It stands on the Rust core, not on the C ABI. Its classes and functions are private; what users see, with types and
//! documentation, is the package in `driftline/`, which builds its values out of what is returned here.
#![deny(unsafe_code)]

mod arrays;
mod config;
mod ending;
mod errors;
mod events;
mod gate;
mod numbers;
mod outcome;
mod records;
mod room;
mod scheduler;
mod scorer;
mod state;
mod table;

use driftline::{Alternative, ChainId, Judgement, MigrationCostModel, NodeId, SchedulerConfig, Verdict};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

/// `cost_per_sec * seconds * weight` (A6).
#[pyfunction]
fn score_equivalent(cost_per_sec: f64, cost: &Bound<'_, PyAny>) -> PyResult<f32> {
    let model = MigrationCostModel { cost_per_sec: numbers::to_f32(cost_per_sec) };
    match scorer::cost_of(cost)? {
        Some(cost) => Ok(model.score_equivalent(&cost)),
        None => {
            let given = numbers::type_name(cost);
            Err(PyTypeError::new_err(format!("cost: a MigrationCost is expected, not {given}")))
        }
    }
}

/// A judgement as the library prints it.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "they are the fields of a judgement, in order")]
fn judgement_text(
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

/// A time or duration in nanoseconds: an `int` is nanoseconds, a `float` seconds, a `timedelta` itself.
#[pyfunction]
#[pyo3(signature = (time, name = "time"))]
fn to_ns(time: &Bound<'_, PyAny>, name: &str) -> PyResult<u64> {
    numbers::ns(time, name)
}

/// Refuses what is no id. For values that are made before the core sees them.
#[pyfunction]
fn check_u64(value: &Bound<'_, PyAny>, name: &str) -> PyResult<u64> {
    numbers::id(value, || name.to_string())
}

/// Refuses what is no `cost_per_sec`.
#[pyfunction]
fn check_cost_per_sec(py: Python<'_>, cost_per_sec: f64) -> PyResult<()> {
    let config = SchedulerConfig { cost_per_sec: numbers::to_f32(cost_per_sec), ..SchedulerConfig::default() };
    config.validate().map_err(|error| errors::plain(py, error))
}

/// The core that this extension stands on, and how the extension was built.
#[pyfunction]
fn build_info() -> String {
    let interface = if cfg!(feature = "abi3") { "abi3" } else { "version-specific" };
    format!("{}; Python extension, {interface}", driftline::BUILD_INFO)
}

#[pymodule(gil_used = false)]
fn _driftline(module: &Bound<'_, PyModule>) -> PyResult<()> {
    ending::begin(module.py());
    module.add_class::<state::State>()?;
    module.add_class::<scheduler::Scheduler>()?;
    module.add_class::<table::TableScorer>()?;
    module.add_function(wrap_pyfunction!(scheduler::diff_scheduler, module)?)?;
    module.add_function(wrap_pyfunction!(config::validate_config, module)?)?;
    module.add_function(wrap_pyfunction!(score_equivalent, module)?)?;
    module.add_function(wrap_pyfunction!(judgement_text, module)?)?;
    module.add_function(wrap_pyfunction!(to_ns, module)?)?;
    module.add_function(wrap_pyfunction!(check_u64, module)?)?;
    module.add_function(wrap_pyfunction!(check_cost_per_sec, module)?)?;
    module.add_function(wrap_pyfunction!(build_info, module)?)?;
    module.add_function(wrap_pyfunction!(ending::end_calls, module)?)?;
    module.add("EVICTION_LAYOUT", records::EvictionRecord::LAYOUT.to_vec())?;
    module.add("JUDGEMENT_LAYOUT", records::JudgementRecord::LAYOUT.to_vec())?;
    module.add("REPORT_LAYOUT", records::ReportRecord::LAYOUT.to_vec())?;
    module.add("VERDICT_COUNT", driftline::VERDICT_COUNT)?;
    module.add("VERDICTS", Verdict::ALL.map(|verdict| (verdict.number(), verdict.name())).to_vec())?;
    module.add("HISTORY_LENGTH", driftline::HISTORY_LENGTH)?;
    module.add("HISTORY_SMOOTHING", driftline::HISTORY_SMOOTHING)?;
    module.add("HISTORY_DEAD_BAND", driftline::HISTORY_DEAD_BAND)?;
    module.add("RETRY_BACKOFF_FIRST_NS", driftline::RETRY_BACKOFF_FIRST_NS)?;
    module.add("NO_NODE", NodeId::NONE.0)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    Ok(())
}
