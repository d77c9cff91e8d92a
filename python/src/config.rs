//! `driftline.SchedulerConfig` and `driftline.ClassPolicy` as the core's.

use driftline::{ClassMode, ClassPolicy, FingerprintMode, MoveOrder, OnScorerError, SchedulerConfig};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors;
use crate::numbers::to_f32;

/// An object with fields to read, whose durations are nanoseconds since it was made.
pub(crate) struct Fields<'a, 'py>(pub(crate) &'a Bound<'py, PyAny>);

impl Fields<'_, '_> {
    pub(crate) fn number(&self, field: &str) -> PyResult<f32> {
        self.0.getattr(field)?.extract::<f64>().map(to_f32)
    }

    pub(crate) fn double(&self, field: &str) -> PyResult<f64> {
        self.0.getattr(field)?.extract()
    }

    pub(crate) fn integer(&self, field: &str) -> PyResult<u64> {
        self.0.getattr(field)?.extract()
    }

    fn small(&self, field: &str) -> PyResult<u32> {
        self.0.getattr(field)?.extract()
    }

    /// A number that may be left out.
    pub(crate) fn optional_number(&self, field: &str) -> PyResult<Option<f32>> {
        Ok(self.0.getattr(field)?.extract::<Option<f64>>()?.map(to_f32))
    }

    /// A member of an enum, by its value.
    fn choice<T: Copy>(&self, field: &str, choices: &[(&str, T)]) -> PyResult<T> {
        let choice: String = self.0.getattr(field)?.getattr("value")?.extract()?;
        let found = choices.iter().find(|(name, _)| *name == choice).map(|&(_, found)| found);
        found.ok_or_else(|| PyValueError::new_err(format!("{field}: {choice} is no choice")))
    }
}

const ON_SCORER_ERROR: [(&str, OnScorerError); 2] =
    [("abort", OnScorerError::Abort), ("skip_chain", OnScorerError::SkipChain)];
const FINGERPRINT_MODE: [(&str, FingerprintMode); 2] =
    [("poll", FingerprintMode::Poll), ("push", FingerprintMode::Push)];
const MOVE_ORDER: [(&str, MoveOrder); 2] =
    [("evict_first", MoveOrder::EvictFirst), ("place_first", MoveOrder::PlaceFirst)];

/// Reads a `driftline.SchedulerConfig`.
pub(crate) fn config_of(config: &Bound<'_, PyAny>) -> PyResult<SchedulerConfig> {
    let of = Fields(config);
    Ok(SchedulerConfig {
        score_floor: of.number("score_floor")?,
        hysteresis_gap: of.number("hysteresis_gap")?,
        cooldown_ns: of.integer("cooldown")?,
        decision_interval_ns: of.integer("decision_interval")?,
        cost_per_sec: of.number("cost_per_sec")?,
        on_scorer_error: of.choice("on_scorer_error", &ON_SCORER_ERROR)?,
        fingerprint_mode: of.choice("fingerprint_mode", &FINGERPRINT_MODE)?,
        max_scores_per_tick: of.integer("max_scores_per_tick")?,
        backstop_spread: config.getattr("backstop_spread")?.extract()?,
        retry_backoff_ns: of.integer("retry_backoff")?,
        min_holders: of.small("min_holders")?,
        move_order: of.choice("move_order", &MOVE_ORDER)?,
        pin_ttl_ns: of.integer("pin_ttl")?,
        move_timeout_ns: of.integer("move_timeout")?,
        max_moves_per_tick: of.integer("max_moves_per_tick")?,
        max_in_flight: of.integer("max_in_flight")?,
        max_in_flight_per_source: of.integer("max_in_flight_per_source")?,
        max_in_flight_per_target: of.integer("max_in_flight_per_target")?,
        target_penalty: of.number("target_penalty")?,
        max_alternatives: of.small("max_alternatives")?,
        flap_window_ns: of.integer("flap_window")?,
        warmup_coverage: of.number("warmup_coverage")?,
        warmup_max_ns: of.integer("warmup_max")?,
    })
}

/// Refuses a config that the core would refuse (G1).
#[pyfunction]
pub(crate) fn validate_config(config: &Bound<'_, PyAny>) -> PyResult<()> {
    config_of(config)?.validate().map_err(|error| errors::plain(config.py(), error))
}

/// Reads a `driftline.ClassPolicy`.
pub(crate) fn policy_of(policy: &Bound<'_, PyAny>) -> PyResult<ClassPolicy> {
    let of = Fields(policy);
    let critical_floor = of.optional_number("critical_floor")?.unwrap_or_default();
    let modes = [
        ("eager", ClassMode::Eager),
        ("lazy", ClassMode::Lazy { critical_floor }),
        ("pinned", ClassMode::Pinned),
        ("propose_only", ClassMode::ProposeOnly),
    ];
    Ok(ClassPolicy {
        score_floor: of.optional_number("score_floor")?,
        hysteresis_gap: of.optional_number("hysteresis_gap")?,
        cooldown_ns: policy.getattr("cooldown")?.extract()?,
        cost_per_sec: of.optional_number("cost_per_sec")?,
        mode: of.choice("mode", &modes)?,
    })
}

/// Refuses a policy that the core would refuse (Y1).
#[pyfunction]
pub(crate) fn validate_policy(policy: &Bound<'_, PyAny>) -> PyResult<()> {
    policy_of(policy)?.validate().map_err(|error| errors::plain(policy.py(), error))
}

/// The fields of the config that the core calls the default.
#[pyfunction]
pub(crate) fn default_config(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    fields_of(py, &SchedulerConfig::default())
}

/// The fields of the config that is to be run.
#[pyfunction]
pub(crate) fn production_config(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    fields_of(py, &SchedulerConfig::production())
}

/// The fields under Python's names; choices by their value.
fn fields_of<'py>(py: Python<'py>, config: &SchedulerConfig) -> PyResult<Bound<'py, PyDict>> {
    let fields = PyDict::new(py);
    for (field, value) in [
        ("score_floor", config.score_floor),
        ("hysteresis_gap", config.hysteresis_gap),
        ("cost_per_sec", config.cost_per_sec),
        ("target_penalty", config.target_penalty),
        ("warmup_coverage", config.warmup_coverage),
    ] {
        fields.set_item(field, shortest(value))?;
    }
    for (field, value) in [
        ("cooldown", config.cooldown_ns),
        ("decision_interval", config.decision_interval_ns),
        ("max_scores_per_tick", config.max_scores_per_tick),
        ("retry_backoff", config.retry_backoff_ns),
        ("min_holders", config.min_holders.into()),
        ("pin_ttl", config.pin_ttl_ns),
        ("move_timeout", config.move_timeout_ns),
        ("max_moves_per_tick", config.max_moves_per_tick),
        ("max_in_flight", config.max_in_flight),
        ("max_in_flight_per_source", config.max_in_flight_per_source),
        ("max_in_flight_per_target", config.max_in_flight_per_target),
        ("max_alternatives", config.max_alternatives.into()),
        ("flap_window", config.flap_window_ns),
        ("warmup_max", config.warmup_max_ns),
    ] {
        fields.set_item(field, value)?;
    }
    fields.set_item("backstop_spread", config.backstop_spread)?;
    fields.set_item("on_scorer_error", name_of(&ON_SCORER_ERROR, config.on_scorer_error))?;
    fields.set_item("fingerprint_mode", name_of(&FINGERPRINT_MODE, config.fingerprint_mode))?;
    fields.set_item("move_order", name_of(&MOVE_ORDER, config.move_order))?;
    Ok(fields)
}

/// What the value is called; a choice that has no name here is no choice there either.
fn name_of<T: Copy + PartialEq>(choices: &[(&'static str, T)], value: T) -> Option<&'static str> {
    choices.iter().find(|(_, choice)| *choice == value).map(|&(name, _)| name)
}

/// The shortest decimal that is this `f32`: 0.9, where the nearest `f64` would be 0.8999999761581421.
pub(crate) fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_else(|_| value.into())
}
