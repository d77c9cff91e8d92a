//! What a pass came to, on its way to Python.
//!
//! It is copied while the scheduler is entered and becomes Python objects when that is over: making objects may collect
//! garbage, which runs whatever code its owners want to run.

use driftline::{Decision, Error, ScorerError, ScorerFailure, TickReport};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use crate::pass::Raised;
use crate::{arrays, errors, records};

/// Report as a record, and the failures that were survived: method, chain, node, exception.
pub(crate) type ReportParts<'py> = (Bound<'py, PyBytes>, Bound<'py, PyList>);

/// Actions as records, the nodes that they exclude, judgements as records, and the report.
pub(crate) type DecisionParts<'py> =
    (Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyList>);

/// What a pass came to, and the exceptions that its scorers raised.
pub(crate) struct Outcome<T> {
    result: Result<T, Error>,
    raised: Raised,
}

/// What is copied of a pass.
pub(crate) trait Records {
    type Parts<'py>;

    /// Makes Python objects of it.
    fn parts<'py>(&self, py: Python<'py>, raised: &Raised) -> PyResult<Self::Parts<'py>>;
}

impl<T: Records> Outcome<T> {
    /// Copies what a pass returned.
    pub(crate) fn of<R>(result: Result<R, Error>, copy: impl FnOnce(R) -> T, raised: Raised) -> Self {
        Outcome { result: result.map(copy), raised }
    }

    /// Makes Python objects of it, or the exception that the pass failed with.
    pub(crate) fn finish(self, py: Python<'_>) -> PyResult<T::Parts<'_>> {
        let Outcome { result, raised } = self;
        match result {
            Ok(records) => records.parts(py, &raised),
            Err(error) => {
                Err(errors::from_core(py, error, |error| raised.of(error).map(|raised| raised.clone_ref(py))))
            }
        }
    }
}

/// The exception that a scorer failed with which was asked outside of a pass.
pub(crate) fn exception_of(py: Python<'_>, error: &ScorerError, raised: &Raised) -> PyErr {
    if error.lacks_memory() {
        return errors::plain(py, Error::OutOfMemory);
    }
    match raised.of(error) {
        Some(raised) => raised.clone_ref(py),
        None => PyRuntimeError::new_err(error.to_string()),
    }
}

pub(crate) struct ReportRecords {
    numbers: Vec<u8>,
    failures: Vec<ScorerFailure>,
}

impl ReportRecords {
    pub(crate) fn of(report: &TickReport) -> Self {
        ReportRecords { numbers: records::report(report), failures: report.failures.clone() }
    }
}

impl Records for ReportRecords {
    type Parts<'py> = ReportParts<'py>;

    fn parts<'py>(&self, py: Python<'py>, raised: &Raised) -> PyResult<ReportParts<'py>> {
        let failures = self.failures.iter().map(|failure| {
            // Without an exception there is a panic of a scorer that is none of Python's, which has a text only.
            let exception = match raised.of(&failure.error) {
                Some(exception) => exception.clone_ref(py),
                None => PyRuntimeError::new_err(failure.error.to_string()),
            };
            let chain = failure.chain.map(|chain| chain.0);
            (failure.method.name(), chain, failure.node.map(|node| node.0), exception)
        });
        Ok((arrays::bytes_of(py, &self.numbers)?, PyList::new(py, failures)?))
    }
}

pub(crate) struct DecisionRecords {
    actions: Vec<u8>,
    excluded: Vec<u64>,
    judgements: Vec<u8>,
    report: ReportRecords,
}

impl DecisionRecords {
    pub(crate) fn of(decision: &Decision) -> Self {
        let (actions, excluded) = records::actions(decision);
        DecisionRecords {
            actions,
            excluded,
            judgements: records::judgements(decision),
            report: ReportRecords::of(&decision.report),
        }
    }
}

impl Records for DecisionRecords {
    type Parts<'py> = DecisionParts<'py>;

    fn parts<'py>(&self, py: Python<'py>, raised: &Raised) -> PyResult<DecisionParts<'py>> {
        let (report, failures) = self.report.parts(py, raised)?;
        let (actions, excluded) = (arrays::bytes_of(py, &self.actions)?, arrays::bytes_of(py, &self.excluded)?);
        Ok((actions, excluded, arrays::bytes_of(py, &self.judgements)?, report, failures))
    }
}
