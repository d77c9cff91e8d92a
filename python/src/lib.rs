//! The extension under the Python package `driftline`: convert, call the core, convert.
//!
//! It stands on the Rust core, not on the C ABI. Its classes and functions are private; what users see, with types and
//! documentation, is the package in `driftline/`, which builds its values out of what is returned here.
#![deny(unsafe_code)]

mod arrays;
mod calibration;
mod combine;
mod config;
mod ending;
mod errors;
mod events;
mod facts;
mod gate;
mod installed;
mod inventory;
mod native;
mod numbers;
mod outcome;
mod pass;
mod records;
mod room;
mod scheduler;
mod scorer;
mod snapshot;
mod state;
mod table;
mod text;

use driftline::{Arm, MigrationCostModel, NodeId, SchedulerConfig, Verdict};
use pyo3::exceptions::PyTypeError;
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

/// Refuses what is no integer of 32 bits.
#[pyfunction]
fn check_u32(value: &Bound<'_, PyAny>, name: &str) -> PyResult<u32> {
    numbers::small(value, || name.to_string())
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
    module.add_class::<native::Native>()?;
    module.add_class::<inventory::Inventory>()?;
    add_functions(module)?;
    add_constants(module)
}

fn add_functions(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(scheduler::diff_scheduler, module)?)?;
    module.add_function(wrap_pyfunction!(config::validate_config, module)?)?;
    module.add_function(wrap_pyfunction!(config::validate_policy, module)?)?;
    module.add_function(wrap_pyfunction!(config::default_config, module)?)?;
    module.add_function(wrap_pyfunction!(config::production_config, module)?)?;
    module.add_function(wrap_pyfunction!(inventory::inventory_bounds, module)?)?;
    module.add_function(wrap_pyfunction!(inventory::default_inventory_config, module)?)?;
    module.add_function(wrap_pyfunction!(combine::weighted_sum, module)?)?;
    module.add_function(wrap_pyfunction!(combine::minimum, module)?)?;
    module.add_function(wrap_pyfunction!(combine::gate, module)?)?;
    module.add_function(wrap_pyfunction!(combine::override_per_chain, module)?)?;
    module.add_function(wrap_pyfunction!(combine::cached, module)?)?;
    module.add_function(wrap_pyfunction!(combine::smoothed, module)?)?;
    module.add_function(wrap_pyfunction!(score_equivalent, module)?)?;
    module.add_function(wrap_pyfunction!(calibration::calibrate, module)?)?;
    module.add_function(wrap_pyfunction!(text::judgement_text, module)?)?;
    module.add_function(wrap_pyfunction!(text::eviction_text, module)?)?;
    module.add_function(wrap_pyfunction!(text::placement_text, module)?)?;
    module.add_function(wrap_pyfunction!(to_ns, module)?)?;
    module.add_function(wrap_pyfunction!(check_u64, module)?)?;
    module.add_function(wrap_pyfunction!(check_u32, module)?)?;
    module.add_function(wrap_pyfunction!(check_cost_per_sec, module)?)?;
    module.add_function(wrap_pyfunction!(build_info, module)?)?;
    module.add_function(wrap_pyfunction!(ending::end_calls, module)?)
}

fn add_constants(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("ACTION_LAYOUT", records::ActionRecord::LAYOUT.to_vec())?;
    module.add("JUDGEMENT_LAYOUT", records::JudgementRecord::LAYOUT.to_vec())?;
    module.add("REPORT_LAYOUT", records::ReportRecord::LAYOUT.to_vec())?;
    module.add("TRANSITION_LAYOUT", records::TransitionRecord::LAYOUT.to_vec())?;
    module.add("EVICT", records::EVICT)?;
    module.add("PLACE", records::PLACE)?;
    module.add("ARMS", Arm::ALL.map(|arm| (arm as u8, arm.name())).to_vec())?;
    module.add("VERDICT_COUNT", driftline::VERDICT_COUNT)?;
    module.add("VERDICTS", Verdict::ALL.map(|verdict| (verdict.number(), verdict.name())).to_vec())?;
    module.add("NO_VERDICT", records::NO_VERDICT)?;
    module.add("HISTORY_LENGTH", driftline::HISTORY_LENGTH)?;
    module.add("HISTORY_SMOOTHING", driftline::HISTORY_SMOOTHING)?;
    module.add("HISTORY_DEAD_BAND", driftline::HISTORY_DEAD_BAND)?;
    module.add("RETRY_BACKOFF_FIRST_NS", driftline::RETRY_BACKOFF_FIRST_NS)?;
    module.add("MOVE_BACKOFF_FIRST_NS", driftline::MOVE_BACKOFF_FIRST_NS)?;
    module.add("MOVE_BACKOFF_MAX_NS", driftline::MOVE_BACKOFF_MAX_NS)?;
    module.add("FLAP_MEMORY", driftline::FLAP_MEMORY)?;
    module.add("FLAP_COOLDOWN_MAX_NS", driftline::FLAP_COOLDOWN_MAX_NS)?;
    module.add("TRANSITION_RING_LENGTH", driftline::TRANSITION_RING_LENGTH)?;
    module.add("NO_NODE", NodeId::NONE.0)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))
}
