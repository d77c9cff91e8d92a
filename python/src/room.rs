//! Memory that may be missing: the core says so, and what stands around it must not end the process either.

use driftline::Error;
use pyo3::prelude::*;

use crate::errors;

/// Room for so many elements.
pub(crate) fn room<T>(py: Python<'_>, count: usize) -> PyResult<Vec<T>> {
    let mut list = Vec::new();
    list.try_reserve_exact(count).map_err(|_| errors::plain(py, Error::OutOfMemory))?;
    Ok(list)
}

/// Pushes, where no exception can be made yet.
pub(crate) fn push<T>(list: &mut Vec<T>, element: T) -> Result<(), Error> {
    list.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
    list.push(element);
    Ok(())
}
