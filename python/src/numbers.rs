//! Ids and times on their way in: what is accepted, and what is said of the rest.

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyFloat, PyType};

const NS_PER_S: f64 = 1e9;

/// The name of an object's type, for messages.
pub(crate) fn type_name(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "?".to_string(), |name| name.to_string())
}

/// An integer in `0 .. 2**64`, or an error that says which argument is none. `name` is only called for the message.
pub(crate) fn id(value: &Bound<'_, PyAny>, name: impl Fn() -> String) -> PyResult<u64> {
    let wrong_type = || {
        let (name, given) = (name(), type_name(value));
        PyTypeError::new_err(format!("{name}: an int is expected, not {given}"))
    };
    // True would be node 1.
    if value.is_instance_of::<PyBool>() {
        return Err(wrong_type());
    }
    value.extract::<u64>().map_err(|error| {
        if error.is_instance_of::<PyOverflowError>(value.py()) {
            PyValueError::new_err(format!("{}: {value} is not in 0 .. 2**64 - 1", name()))
        } else if error.is_instance_of::<PyTypeError>(value.py()) {
            wrong_type()
        } else {
            error
        }
    })
}

/// A time or duration in nanoseconds: an `int` is nanoseconds, a `float` seconds, a `timedelta` itself.
pub(crate) fn ns(value: &Bound<'_, PyAny>, name: &str) -> PyResult<u64> {
    let py = value.py();
    if let Ok(seconds) = value.cast::<PyFloat>() {
        return from_seconds(seconds.extract()?, name);
    }
    if value.is_instance(timedelta(py)?)? {
        return from_timedelta(value, name);
    }
    if value.is_instance_of::<PyBool>() || !value.hasattr("__index__")? {
        let given = type_name(value);
        let expected = "int nanoseconds, float seconds or a timedelta";
        return Err(PyTypeError::new_err(format!("{name}: {expected} is expected, not {given}")));
    }
    id(value, || name.to_string())
}

fn timedelta(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static TIMEDELTA: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    TIMEDELTA.import(py, "datetime", "timedelta")
}

/// Rounds to the nearest nanosecond, ties to even.
fn from_seconds(seconds: f64, name: &str) -> PyResult<u64> {
    let ns = (seconds * NS_PER_S).round_ties_even();
    // 2^64 is the first value that does not fit. A NaN is in no range.
    if (0.0..18_446_744_073_709_551_616.0).contains(&ns) {
        Ok(ns as u64)
    } else {
        Err(PyValueError::new_err(format!("{name}: {seconds} s is not in 0 .. 2**64 - 1 ns")))
    }
}

fn from_timedelta(value: &Bound<'_, PyAny>, name: &str) -> PyResult<u64> {
    let part = |part: &str| value.getattr(part)?.extract::<i128>();
    let us = (part("days")? * 86_400 + part("seconds")?) * 1_000_000 + part("microseconds")?;
    u64::try_from(us * 1_000).map_err(|_| PyValueError::new_err(format!("{name}: {value} is not in 0 .. 2**64 - 1 ns")))
}

/// The nearest `f32`. What is finite stays finite: a scorer's 1e300 is out of range, not infinite (P1).
pub(crate) fn to_f32(value: f64) -> f32 {
    let nearest = value as f32;
    if value.is_finite() { nearest.clamp(f32::MIN, f32::MAX) } else { nearest }
}
