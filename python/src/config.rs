//! `driftline.SchedulerConfig` as the core's.

use driftline::{FingerprintMode, OnScorerError, SchedulerConfig};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors;
use crate::numbers::to_f32;

/// Reads a `driftline.SchedulerConfig`, whose durations are nanoseconds since it was made.
pub(crate) fn config_of(config: &Bound<'_, PyAny>) -> PyResult<SchedulerConfig> {
    let number = |field: &str| config.getattr(field)?.extract::<f64>().map(to_f32);
    let integer = |field: &str| config.getattr(field)?.extract::<u64>();
    let choice = |field: &str| config.getattr(field)?.getattr("value")?.extract::<String>();
    let unknown = |field: &str, choice: &str| PyValueError::new_err(format!("{field}: {choice} is no choice"));
    Ok(SchedulerConfig {
        score_floor: number("score_floor")?,
        hysteresis_gap: number("hysteresis_gap")?,
        cooldown_ns: integer("cooldown")?,
        decision_interval_ns: integer("decision_interval")?,
        cost_per_sec: number("cost_per_sec")?,
        on_scorer_error: match choice("on_scorer_error")?.as_str() {
            "abort" => OnScorerError::Abort,
            "skip_chain" => OnScorerError::SkipChain,
            other => return Err(unknown("on_scorer_error", other)),
        },
        fingerprint_mode: match choice("fingerprint_mode")?.as_str() {
            "poll" => FingerprintMode::Poll,
            "push" => FingerprintMode::Push,
            other => return Err(unknown("fingerprint_mode", other)),
        },
        max_scores_per_tick: integer("max_scores_per_tick")?,
        backstop_spread: config.getattr("backstop_spread")?.extract()?,
        retry_backoff_ns: integer("retry_backoff")?,
    })
}

/// Refuses a config that the core would refuse (G1).
#[pyfunction]
pub(crate) fn validate_config(config: &Bound<'_, PyAny>) -> PyResult<()> {
    config_of(config)?.validate().map_err(|error| errors::plain(config.py(), error))
}
