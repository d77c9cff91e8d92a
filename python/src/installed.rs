//! A scorer that somebody owns, a scheduler or another scorer: Python's half of it.

use std::sync::MutexGuard;

use driftline::BoxedScorer;
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use crate::gate::Entered;
use crate::native::{self, NativeScorer};
use crate::scorer::PythonScorer;
use crate::snapshot;
use crate::table::TableScorer;

/// Python's half. The core has the other one.
pub(crate) enum Installed {
    Python(PythonScorer),
    Table(Py<TableScorer>),
    Native(NativeScorer),
}

/// That the scorers which only one may use are used by this call, for as long as it lives.
pub(crate) type Uses<'a> = Vec<Entered<MutexGuard<'a, ()>>>;

impl Installed {
    /// The half for the core and the half for Python.
    pub(crate) fn new(scorer: &Bound<'_, PyAny>) -> PyResult<(BoxedScorer, Installed)> {
        if let Ok(table) = scorer.cast::<TableScorer>() {
            return Ok((Box::new(table.get().scorer()), Installed::Table(table.clone().unbind())));
        }
        for halves in [native::halves, snapshot::halves] {
            if let Some((boxed, native)) = halves(scorer)? {
                return Ok((boxed, Installed::Native(native)));
            }
        }
        let scorer = PythonScorer::new(scorer)?;
        Ok((Box::new(scorer.clone()), Installed::Python(scorer)))
    }

    pub(crate) fn object(&self, py: Python<'_>) -> Py<PyAny> {
        match self {
            Installed::Python(scorer) => scorer.object(py),
            Installed::Table(table) => table.clone_ref(py).into_any(),
            Installed::Native(native) => native.object(py),
        }
    }

    /// Whether its questions need the interpreter. Letting that go in between would cost more than it gives.
    pub(crate) fn needs_interpreter(installed: Option<&Installed>) -> bool {
        match installed {
            Some(Installed::Python(_)) => true,
            Some(Installed::Native(native)) => native.needs_interpreter(),
            Some(Installed::Table(_)) | None => false,
        }
    }

    /// Begins to use it.
    pub(crate) fn enter<'a>(installed: Option<&'a Installed>, py: Python<'_>) -> PyResult<Uses<'a>> {
        match installed {
            Some(Installed::Native(native)) => native.enter(py),
            _ => Ok(Vec::new()),
        }
    }

    /// Shows the garbage collector what is held here.
    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self {
            Installed::Python(scorer) => scorer.traverse(visit),
            Installed::Table(table) => visit.call(table),
            Installed::Native(native) => native.traverse(visit),
        }
    }
}
