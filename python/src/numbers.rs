//! Ids and times on their way in: what is accepted, and what is said of the rest.

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyFloat, PyInt, PyString, PyType};

const NS_PER_S: u128 = 1_000_000_000;

/// A class of Python's, looked up once.
macro_rules! class {
    ($py:expr, $module:literal, $name:literal) => {{
        static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        CLASS.import($py, $module, $name)?
    }};
}

/// The name of an object's type, for messages.
pub(crate) fn type_name(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "?".to_string(), |name| name.to_string())
}

/// A value in words. There are integers that Python refuses to print.
pub(crate) fn shown(value: &Bound<'_, PyAny>) -> String {
    value.str().map_or_else(|_| "an enormous number".to_string(), |text| text.to_string())
}

/// An integer in `0 .. 2**64`, or an error that says which argument is none. `name` is only called for the message.
pub(crate) fn id(value: &Bound<'_, PyAny>, name: impl Fn() -> String) -> PyResult<u64> {
    integer(value, name, 64)
}

/// The same; the message says of how many bits it may be.
fn integer(value: &Bound<'_, PyAny>, name: impl Fn() -> String, bits: u32) -> PyResult<u64> {
    let wrong_type = || {
        let (name, given) = (name(), type_name(value));
        PyTypeError::new_err(format!("{name}: an int is expected, not {given}"))
    };
    // True would be node 1. NumPy has a bool of its own, which older versions take for a number.
    if !value.is_exact_instance_of::<PyInt>()
        && (value.is_instance_of::<PyBool>() || matches!(type_name(value).as_str(), "bool_" | "bool"))
    {
        return Err(wrong_type());
    }
    value.extract::<u64>().map_err(|error| {
        if error.is_instance_of::<PyOverflowError>(value.py()) {
            PyValueError::new_err(format!("{}: {} is not in 0 .. 2**{bits} - 1", name(), shown(value)))
        } else if error.is_instance_of::<PyTypeError>(value.py()) {
            wrong_type()
        } else {
            error
        }
    })
}

/// An integer in `0 .. 2**32`, likewise.
pub(crate) fn small(value: &Bound<'_, PyAny>, name: impl Fn() -> String) -> PyResult<u32> {
    let number = integer(value, &name, 32)?;
    u32::try_from(number).map_err(|_| PyValueError::new_err(format!("{}: {number} is not in 0 .. 2**32 - 1", name())))
}

/// A number with a fraction; text and truth are none. Whether it is in its range is for the core to say.
pub(crate) fn number(value: &Bound<'_, PyAny>, name: impl Fn() -> String) -> PyResult<f64> {
    if value.is_exact_instance_of::<PyFloat>() {
        return value.extract();
    }
    let is_truth = value.is_instance_of::<PyBool>() || matches!(type_name(value).as_str(), "bool_" | "bool");
    if is_truth || value.is_instance_of::<PyString>() {
        let (name, given) = (name(), type_name(value));
        return Err(PyTypeError::new_err(format!("{name}: a number is expected, not {given}")));
    }
    value.extract::<f64>().map_err(|error| {
        if error.is_instance_of::<PyOverflowError>(value.py()) {
            PyValueError::new_err(format!("{}: the number is too large", name()))
        } else if error.is_instance_of::<PyTypeError>(value.py()) {
            let (name, given) = (name(), type_name(value));
            PyTypeError::new_err(format!("{name}: a number is expected, not {given}"))
        } else {
            error
        }
    })
}

/// A time or duration in nanoseconds: an `int` is nanoseconds, a `float` seconds, a `timedelta` itself.
pub(crate) fn ns(value: &Bound<'_, PyAny>, name: &str) -> PyResult<u64> {
    let py = value.py();
    if value.is_instance_of::<PyFloat>() {
        return from_seconds(value.extract()?, name);
    }
    if value.is_instance(class!(py, "datetime", "timedelta"))? {
        return from_timedelta(value, name);
    }
    if value.is_instance_of::<PyBool>() || !value.hasattr("__index__")? {
        // The floats of NumPy are real numbers, too, though only one of them is a `float`.
        let is_real = value.is_instance(class!(py, "numbers", "Real"))?;
        if is_real && !value.is_instance(class!(py, "numbers", "Rational"))? {
            return from_seconds(value.extract()?, name);
        }
        let given = type_name(value);
        let expected = "int nanoseconds, float seconds or a timedelta";
        return Err(PyTypeError::new_err(format!("{name}: {expected} is expected, not {given}")));
    }
    id(value, || name.to_string())
}

/// The nearest nanosecond, ties to even. Exact: a product in `f64` would be off by a hundred for the times of today.
fn from_seconds(seconds: f64, name: &str) -> PyResult<u64> {
    let refuse = || PyValueError::new_err(format!("{name}: {seconds} s is not in 0 .. 2**64 - 1 ns"));
    // What is below 2^64 ns is below 2^35 s. A NaN is in no range.
    if !(0.0..34_359_738_368.0).contains(&seconds) {
        return Err(refuse());
    }
    const MANTISSA_BITS: u32 = 52;
    let bits = seconds.abs().to_bits();
    // `seconds` is `mantissa / 2^shift`. A subnormal is 0 ns, whichever.
    let mantissa = bits & ((1 << MANTISSA_BITS) - 1) | (1 << MANTISSA_BITS);
    let shift = (1023 + MANTISSA_BITS).saturating_sub((bits >> MANTISSA_BITS) as u32);
    let product = u128::from(mantissa) * NS_PER_S;
    if shift >= u128::BITS {
        return Ok(0);
    }
    let (whole, rest) = (product >> shift, product & ((1 << shift) - 1));
    let half = (1 << shift) >> 1;
    let is_up = rest > half || (rest == half && rest > 0 && whole % 2 == 1);
    u64::try_from(whole + u128::from(is_up)).map_err(|_| refuse())
}

fn from_timedelta(value: &Bound<'_, PyAny>, name: &str) -> PyResult<u64> {
    let part = |part: &str| value.getattr(part)?.extract::<i128>();
    let us = (part("days")? * 86_400 + part("seconds")?) * 1_000_000 + part("microseconds")?;
    // A `Timedelta` of pandas is a timedelta, too, and knows nanoseconds.
    let rest_ns = value.getattr_opt("nanoseconds")?.map_or(Ok(0), |rest| rest.extract::<i128>())?;
    u64::try_from(us * 1_000 + rest_ns)
        .map_err(|_| PyValueError::new_err(format!("{name}: {value} is not in 0 .. 2**64 - 1 ns")))
}

/// The nearest `f32`. What is finite stays finite: a scorer's 1e300 is out of range, not infinite (P1).
pub(crate) fn to_f32(value: f64) -> f32 {
    let nearest = value as f32;
    if value.is_finite() { nearest.clamp(f32::MIN, f32::MAX) } else { nearest }
}
