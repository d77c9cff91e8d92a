//! Arrays over the buffer protocol, in both directions. Nothing borrowed outlives the call that reads it.

use bytemuck::Pod;
use pyo3::buffer::{Element, PyUntypedBuffer};
use pyo3::exceptions::{PyException, PyOverflowError, PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyMemoryView, PyString, PyTuple};

use crate::numbers::{self, shown, to_f32, type_name};
use crate::room::room;

/// Whether an object has elements to read one by one. Text has, but nobody means its letters.
fn is_text(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyString>() || value.is_instance_of::<PyBytes>() || value.is_instance_of::<PyByteArray>()
}

/// A masked array lends what its mask hides as if it were there.
fn refuse_masked(value: &Bound<'_, PyAny>, name: &str) -> PyResult<()> {
    // A series of pandas has a method of that name.
    if value.getattr_opt(intern!(value.py(), "mask"))?.is_none_or(|mask| mask.is_callable()) {
        return Ok(());
    }
    Err(PyTypeError::new_err(format!("{name}: a masked array is not understood; fill it first")))
}

/// What the elements of an array are. Their width is the array's: `L` has four bytes in one place and eight in another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Unsigned,
    Signed,
    Float,
}

/// A number that an array may hold.
trait Number: Element + Pod {
    const KIND: Kind;
}

macro_rules! number {
    ($($type:ty: $kind:ident),*) => {
        $(impl Number for $type {
            const KIND: Kind = Kind::$kind;
        })*
    };
}

number!(u64: Unsigned, u32: Unsigned, u16: Unsigned, u8: Unsigned);
number!(i64: Signed, i32: Signed, i16: Signed, i8: Signed);
number!(f32: Float, f64: Float);

/// The kind of numbers in the machine's byte order; `None` for all else.
fn kind_of(buffer: &PyUntypedBuffer) -> Option<Kind> {
    let foreign: &[u8] = if cfg!(target_endian = "little") { b">!" } else { b"<" };
    let (order, code) = match *buffer.format().to_bytes() {
        [code] => (b'@', code),
        [order, code] => (order, code),
        _ => return None,
    };
    match code {
        _ if foreign.contains(&order) => None,
        b'B' | b'H' | b'I' | b'L' | b'Q' | b'N' => Some(Kind::Unsigned),
        b'b' | b'h' | b'i' | b'l' | b'q' | b'n' => Some(Kind::Signed),
        b'f' | b'd' => Some(Kind::Float),
        _ => None,
    }
}

/// The buffer of an array, if it is one with elements of its own; an array of Python objects is read as a sequence.
fn buffer_of(value: &Bound<'_, PyAny>) -> PyResult<Option<PyUntypedBuffer>> {
    if is_text(value) {
        return Ok(None);
    }
    match PyUntypedBuffer::get(value) {
        Ok(buffer) if buffer.format() == c"O" => Ok(None),
        Ok(buffer) => Ok(Some(buffer)),
        Err(error) if error.is_instance_of::<PyException>(value.py()) => Ok(None),
        // What is no `Exception`, such as Ctrl-C, is nobody's answer.
        Err(error) => Err(error),
    }
}

fn check_one_dimension(buffer: &PyUntypedBuffer, name: &str) -> PyResult<()> {
    match buffer.dimensions() {
        1 => Ok(()),
        other => Err(PyValueError::new_err(format!("{name}: one dimension is expected, not {other}"))),
    }
}

/// Copies an array of `T`, if it is one. What Python can write to at any time is not borrowed.
fn copied<T: Number>(array: &Bound<'_, PyAny>, buffer: &PyUntypedBuffer) -> Option<PyResult<Vec<T>>> {
    if kind_of(buffer) != Some(T::KIND) || buffer.item_size() != size_of::<T>() {
        return None;
    }
    let copy = || {
        let mut numbers = room(array.py(), buffer.item_count())?;
        numbers.resize(buffer.item_count(), T::zeroed());
        if let Ok(buffer) = buffer.as_typed::<T>() {
            buffer.copy_to_slice(array.py(), &mut numbers)?;
        } else {
            // A column of packed records does not lie where a `T` must, but its bytes can be had.
            let bytes = PyMemoryView::from(array)?.call_method0("tobytes")?;
            bytemuck::cast_slice_mut(&mut numbers).copy_from_slice(bytes.cast::<PyBytes>()?.as_bytes());
        }
        Ok(numbers)
    };
    Some(copy())
}

/// Ids from an array of any integer type, or from a sequence of `int`. `none` is what `None` in a sequence stands for.
pub(crate) fn ids(value: &Bound<'_, PyAny>, name: &str, none: Option<u64>) -> PyResult<Vec<u64>> {
    refuse_masked(value, name)?;
    let Some(buffer) = buffer_of(value)? else { return ids_of_sequence(value, name, none) };
    check_one_dimension(&buffer, name)?;
    if let Some(ids) = copied::<u64>(value, &buffer) {
        return ids;
    }
    macro_rules! widened {
        ($($type:ty),*) => {
            $(if let Some(numbers) = copied::<$type>(value, &buffer) {
                return widen(value.py(), numbers?, name);
            })*
        };
    }
    widened!(i64, u32, i32, u16, i16, u8, i8);
    let format = buffer.format().to_string_lossy();
    Err(PyTypeError::new_err(format!(
        "{name}: integers of the machine's byte order are expected, not format '{format}'"
    )))
}

fn widen<T: Copy + Into<i128>>(py: Python<'_>, numbers: Vec<T>, name: &str) -> PyResult<Vec<u64>> {
    let mut ids = room(py, numbers.len())?;
    for (index, number) in numbers.into_iter().enumerate() {
        let number: i128 = number.into();
        let id = u64::try_from(number)
            .map_err(|_| PyValueError::new_err(format!("{name}[{index}]: {number} is not in 0 .. 2**64 - 1")))?;
        ids.push(id);
    }
    Ok(ids)
}

/// The elements of a sequence, such as a list. A set or a mapping is none: its order means nothing.
fn elements<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Vec<Bound<'py, PyAny>>>> {
    let is_other = is_text(value) || value.is_instance_of::<PyDict>();
    if is_other || !value.hasattr("__len__")? || !value.hasattr("__getitem__")? {
        return Ok(None);
    }
    match value.try_iter() {
        Ok(elements) => elements.collect::<PyResult<_>>().map(Some),
        Err(error) if error.is_instance_of::<PyTypeError>(value.py()) => Ok(None),
        Err(error) => Err(error),
    }
}

fn ids_of_sequence(value: &Bound<'_, PyAny>, name: &str, none: Option<u64>) -> PyResult<Vec<u64>> {
    let Some(elements) = elements(value)? else {
        let given = type_name(value);
        return Err(PyTypeError::new_err(format!("{name}: an array or a sequence of int is expected, not {given}")));
    };
    let mut ids = room(value.py(), elements.len())?;
    for (index, element) in elements.iter().enumerate() {
        ids.push(match none {
            Some(none) if element.is_none() => none,
            _ => numbers::id(element, || format!("{name}[{index}]"))?,
        });
    }
    Ok(ids)
}

/// Refuses an answer to a batch that has another length than the question.
fn check_length(given: usize, expected: usize, method: &str) -> PyResult<()> {
    if given == expected {
        return Ok(());
    }
    Err(PyValueError::new_err(format!("{method} returned {given} answers to {expected} questions")))
}

/// The elements of a list or tuple that answers a batch.
fn answers<'py>(value: &Bound<'py, PyAny>, method: &str, expected: &str) -> PyResult<Vec<Bound<'py, PyAny>>> {
    elements(value)?.ok_or_else(|| {
        let given = type_name(value);
        PyTypeError::new_err(format!("{method} returned {given}: {expected} is expected"))
    })
}

fn wrong_format(buffer: &PyUntypedBuffer, method: &str, expected: &str) -> PyErr {
    let format = buffer.format().to_string_lossy();
    PyTypeError::new_err(format!("{method} returned an array of format '{format}': {expected} is expected"))
}

/// Scores that answer a batch. In an array NaN is "no opinion", in a sequence `None`.
pub(crate) fn scores(value: &Bound<'_, PyAny>, method: &str, out: &mut [Option<f32>]) -> PyResult<()> {
    const EXPECTED: &str = "an array of float32 or float64, or a sequence of float or None,";
    refuse_masked(value, method)?;
    let Some(buffer) = buffer_of(value)? else {
        let elements = answers(value, method, EXPECTED)?;
        check_length(elements.len(), out.len(), method)?;
        for (index, (element, out)) in elements.iter().zip(out).enumerate() {
            *out = score(element, || format!("{method}: answer {index}"))?.filter(|score| !score.is_nan());
        }
        return Ok(());
    };
    check_one_dimension(&buffer, method)?;
    check_length(buffer.item_count(), out.len(), method)?;
    let given = if let Some(scores) = copied::<f32>(value, &buffer) {
        scores?
    } else if let Some(scores) = copied::<f64>(value, &buffer) {
        scores?.into_iter().map(to_f32).collect()
    } else {
        return Err(wrong_format(&buffer, method, EXPECTED));
    };
    for (out, score) in out.iter_mut().zip(given) {
        *out = (!score.is_nan()).then_some(score);
    }
    Ok(())
}

/// One score: a number, or `None` for "no opinion".
pub(crate) fn score(value: &Bound<'_, PyAny>, what: impl Fn() -> String) -> PyResult<Option<f32>> {
    if value.is_none() {
        return Ok(None);
    }
    match value.extract::<f64>() {
        Ok(score) => Ok(Some(to_f32(score))),
        Err(error) if error.is_instance_of::<PyTypeError>(value.py()) => {
            let (what, given) = (what(), type_name(value));
            Err(PyTypeError::new_err(format!("{what} is {given}: a number in [0, 1] or None is expected")))
        }
        Err(error) => Err(error),
    }
}

/// Fingerprints that answer a batch: an array of 64-bit integers, a pair of that and an array that says which of them
/// are known, or a sequence of `int` or `None`.
pub(crate) fn fingerprints(value: &Bound<'_, PyAny>, method: &str, out: &mut [Option<u64>]) -> PyResult<()> {
    const EXPECTED: &str = "an array of uint64 or int64, (values, known), or a sequence of int or None,";
    if value.is_instance_of::<PyTuple>()
        && let Ok((values, known)) = value.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()
        && buffer_of(&values)?.is_some()
    {
        fingerprints(&values, method, out)?;
        return keep_known(&known, method, out);
    }
    refuse_masked(value, method)?;
    let Some(buffer) = buffer_of(value)? else {
        let elements = answers(value, method, EXPECTED)?;
        check_length(elements.len(), out.len(), method)?;
        for (index, (element, out)) in elements.iter().zip(out).enumerate() {
            *out = fingerprint(element, || format!("{method}: answer {index}"))?;
        }
        return Ok(());
    };
    check_one_dimension(&buffer, method)?;
    check_length(buffer.item_count(), out.len(), method)?;
    let given = if let Some(fingerprints) = copied::<u64>(value, &buffer) {
        fingerprints?
    } else if let Some(fingerprints) = copied::<i64>(value, &buffer) {
        fingerprints?.into_iter().map(i64::cast_unsigned).collect()
    } else {
        return Err(wrong_format(&buffer, method, EXPECTED));
    };
    for (out, fingerprint) in out.iter_mut().zip(given) {
        *out = Some(fingerprint);
    }
    Ok(())
}

/// Takes back the fingerprints that are not known after all.
fn keep_known(known: &Bound<'_, PyAny>, method: &str, out: &mut [Option<u64>]) -> PyResult<()> {
    let buffer = buffer_of(known)?.filter(|buffer| buffer.item_size() == 1 && buffer.dimensions() == 1);
    let Some(buffer) = buffer else {
        let given = type_name(known);
        return Err(PyTypeError::new_err(format!("{method}: known must be an array of bool, not {given}")));
    };
    check_length(buffer.item_count(), out.len(), method)?;
    // The buffer protocol of Rust knows no bool, but every array can say its bytes.
    let known = known.call_method0("tobytes")?;
    for (out, &known) in out.iter_mut().zip(known.cast::<PyBytes>()?.as_bytes()) {
        *out = out.filter(|_| known != 0);
    }
    Ok(())
}

/// One fingerprint: any integer of 64 bits, with or without a sign, or `None` for "cannot say".
pub(crate) fn fingerprint(value: &Bound<'_, PyAny>, what: impl Fn() -> String) -> PyResult<Option<u64>> {
    if value.is_none() {
        return Ok(None);
    }
    let py = value.py();
    let overflows = |error: &PyErr| error.is_instance_of::<PyOverflowError>(py);
    let unsigned = value.extract::<u64>();
    // `hash()` has a sign. Only whether it changes is of interest.
    let either = match unsigned {
        Err(error) if overflows(&error) => value.extract::<i64>().map(i64::cast_unsigned),
        other => other,
    };
    either.map(Some).map_err(|error| {
        if overflows(&error) {
            PyValueError::new_err(format!("{} is {}: a fingerprint has 64 bits", what(), shown(value)))
        } else if error.is_instance_of::<PyTypeError>(py) {
            PyTypeError::new_err(format!("{} is {}: an int or None is expected", what(), type_name(value)))
        } else {
            error
        }
    })
}

/// Bytes that come in, such as `bytes`, a `memoryview` or an array of `uint8`. Copied: Python may write to them.
pub(crate) fn bytes_in(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<u8>> {
    let refuse = || {
        let given = type_name(value);
        PyTypeError::new_err(format!("{name}: bytes are expected, not {given}"))
    };
    match PyUntypedBuffer::get(value) {
        Ok(buffer) if buffer.dimensions() == 1 => copied::<u8>(value, &buffer).ok_or_else(refuse)?,
        Err(error) if !error.is_instance_of::<PyException>(value.py()) => Err(error),
        _ => Err(refuse()),
    }
}

/// The bytes of numbers, for Python to read as an array.
pub(crate) fn bytes_of<'py, T: Pod>(py: Python<'py>, numbers: &[T]) -> PyResult<Bound<'py, PyBytes>> {
    let numbers: &[u8] = bytemuck::cast_slice(numbers);
    // Unlike `PyBytes::new` this one says when there is no memory.
    PyBytes::new_with(py, numbers.len(), |bytes| {
        bytes.copy_from_slice(numbers);
        Ok(())
    })
}

/// The same for ids on their way to a scorer, in one pass.
pub(crate) fn bytes_of_ids<'py>(
    py: Python<'py>,
    ids: impl ExactSizeIterator<Item = u64>,
) -> PyResult<Bound<'py, PyBytes>> {
    PyBytes::new_with(py, ids.len() * size_of::<u64>(), |bytes| {
        for (place, id) in bytes.chunks_exact_mut(size_of::<u64>()).zip(ids) {
            place.copy_from_slice(&id.to_ne_bytes());
        }
        Ok(())
    })
}
