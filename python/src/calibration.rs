//! What a second of migration costs, from moves that were carried out.

use driftline::{Calibration, ObservedMove, calibrate as calibrate_core};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::ending::OpenCall;
use crate::numbers::{to_f32, type_name};
use crate::{errors, room, scorer};

/// Cost, both ends of its interval, observations and outliers (I2).
#[pyfunction]
pub(crate) fn calibrate(py: Python<'_>, moves: &Bound<'_, PyAny>) -> PyResult<(f32, f32, f32, usize, usize)> {
    let moves = moves_of(moves)?;
    let _call = OpenCall::new();
    let found = py.detach(|| calibrate_core(&moves)).map_err(|error| errors::plain(py, error))?;
    let Calibration { cost_per_sec, low, high, observations, outliers, .. } = found;
    Ok((cost_per_sec, low, high, observations, outliers))
}

/// The moves of an iterable, or an error that names the first that is none.
fn moves_of(moves: &Bound<'_, PyAny>) -> PyResult<Vec<ObservedMove>> {
    static OBSERVED_MOVE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let py = moves.py();
    let class = OBSERVED_MOVE.import(py, "driftline.calibration", "ObservedMove")?;
    let mut found = Vec::new();
    for (index, observed) in moves.try_iter()?.enumerate() {
        let observed = observed?;
        if !observed.is_instance(class)? {
            let given = type_name(&observed);
            return Err(PyTypeError::new_err(format!("moves[{index}]: an ObservedMove is expected, not {given}")));
        }
        let cost = observed.getattr("cost")?;
        let Some(cost) = scorer::cost_of(&cost)? else {
            let given = type_name(&cost);
            return Err(PyTypeError::new_err(format!(
                "moves[{index}]: cost: a MigrationCost is expected, not {given}"
            )));
        };
        let score_loss = to_f32(observed.getattr("score_loss")?.extract()?);
        room::push(&mut found, ObservedMove { cost, score_loss }).map_err(|error| errors::plain(py, error))?;
    }
    Ok(found)
}
