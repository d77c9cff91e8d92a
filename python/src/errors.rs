//! The errors of the core as the exceptions of `driftline.errors`.

use driftline::{CalibrationRefusal, ChainId, ConfigValue, Error, ScorerError};
use pyo3::IntoPyObjectExt;
use pyo3::call::PyCallArgs;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyModule;

/// Builds an exception of `driftline.errors`. What keeps it from being built is raised in its place.
fn exception<'py>(py: Python<'py>, name: &str, arguments: impl PyCallArgs<'py>) -> PyErr {
    let built = PyModule::import(py, "driftline.errors")
        .and_then(|module| module.getattr(name))
        .and_then(|class| class.call1(arguments));
    built.map_or_else(|error| error, PyErr::from_value)
}

pub(crate) fn reentrant(py: Python<'_>, name: &str) -> PyErr {
    let message = format!("the {name} is waiting for a scorer and must not be used from inside it");
    exception(py, "ReentrantError", (message,))
}

pub(crate) fn busy(py: Python<'_>, name: &str) -> PyErr {
    exception(py, "BusyError", (format!("the {name} is being used by another thread"),))
}

pub(crate) fn poisoned(py: Python<'_>, name: &str) -> PyErr {
    exception(py, "PoisonedError", (format!("an internal fault left this {name} unusable"),))
}

/// Who asks about the last sample is told about the last sample.
pub(crate) fn not_sampled(py: Python<'_>, chain: ChainId) -> PyErr {
    exception(py, "NotLedError", (format!("chain {chain} was not led here at the last sample"), chain.0))
}

/// A value that was refused.
fn refused<'py>(py: Python<'py>, value: ConfigValue) -> PyResult<Bound<'py, PyAny>> {
    match value {
        ConfigValue::Float(value) => value.into_bound_py_any(py),
        ConfigValue::Double(value) => value.into_bound_py_any(py),
        ConfigValue::Integer(value) => value.into_bound_py_any(py),
        _ => Ok(py.None().into_bound(py)),
    }
}

/// The exception for an error of the core. `raised` finds the exception that a scorer's failure stands for.
pub(crate) fn from_core(py: Python<'_>, error: Error, raised: impl FnOnce(&ScorerError) -> Option<PyErr>) -> PyErr {
    let message = error.to_string();
    match error {
        Error::Config { field, value, .. } => match refused(py, value) {
            Ok(value) => exception(py, "ConfigError", (message, field, value)),
            Err(error) => error,
        },
        Error::Part { index, field, value, .. } => match refused(py, value) {
            Ok(value) => exception(py, "PartError", (message, index, field, value)),
            Err(error) => error,
        },
        Error::ReservedNode { index, chain } => {
            exception(py, "ReservedNodeError", (message, index, chain.map(|chain| chain.0)))
        }
        Error::DuplicateChain { index, chain } => exception(py, "DuplicateChainError", (message, index, chain.0)),
        Error::DuplicateHolder { index, chain, node } => {
            exception(py, "DuplicateHolderError", (message, index, chain.0, node.0))
        }
        Error::Membership { index, .. } => exception(py, "MembershipError", (message, index)),
        Error::NotLed { chain } => exception(py, "NotLedError", (message, chain.0)),
        Error::TimeReversed { now, last } => exception(py, "TimeReversedError", (message, now.0, last.0)),
        Error::OutOfMemory => exception(py, "OutOfMemoryError", (message,)),
        Error::TooMany { limit, .. } => exception(py, "TooManyError", (message, limit)),
        Error::Import { reason } => exception(py, "ChainImportError", (message, reason)),
        Error::Calibration { reason } => {
            let (reason, index) = refusal(reason);
            exception(py, "CalibrationError", (message, reason, index))
        }
        Error::Inventory { index, node, chain, field, value, .. } => {
            let (node, chain) = (node.map(|node| node.0), chain.map(|chain| chain.0));
            exception(py, "InventoryError", (message, index, node, chain, field, value))
        }
        Error::NoScorer => exception(py, "NoScorerError", (message,)),
        Error::Scorer { source, .. } => raised(&source).unwrap_or_else(|| PyRuntimeError::new_err(message)),
        _ => exception(py, "Error", (message,)),
    }
}

/// A refusal in few words, and the move at fault.
fn refusal(reason: CalibrationRefusal) -> (&'static str, Option<usize>) {
    match reason {
        CalibrationRefusal::NotFinite { index, .. } => ("not finite", Some(index)),
        CalibrationRefusal::TooFew { .. } => ("too few", None),
        CalibrationRefusal::Inconsistent { .. } => ("inconsistent", None),
        CalibrationRefusal::ContainsZero { .. } => ("contains zero", None),
        CalibrationRefusal::Negative { .. } => ("negative", None),
        CalibrationRefusal::Imprecise { .. } => ("imprecise", None),
        _ => ("other", None),
    }
}

/// The same where no scorer can have failed.
pub(crate) fn plain(py: Python<'_>, error: Error) -> PyErr {
    from_core(py, error, |_| None)
}
