//! The coverage of the weight entries, as arrays.

use crate::args::small_integer;
use crate::pattern_set::{PyPatternSet, or_shipped};
use numpy::PyArray1;
use numpy::{IntoPyArray, PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use shirokuro_engine::STAGES;
use shirokuro_train::TableCoverage;

/// Returns one array of shape (60, number of patterns) for each number known about a table.
pub fn by_table<'py>(py: Python<'py>, coverage: &[TableCoverage]) -> PyResult<Bound<'py, PyDict>> {
    let array = |number: fn(&TableCoverage) -> u64| -> PyResult<Bound<'py, PyArray2<u64>>> {
        let numbers: Vec<u64> = coverage.iter().map(number).collect();
        numbers.into_pyarray(py).reshape([STAGES, coverage.len() / STAGES])
    };
    let arrays = PyDict::new(py);
    arrays.set_item("reachable", array(|table| u64::from(table.reachable))?)?;
    arrays.set_item("updated", array(|table| u64::from(table.updated))?)?;
    arrays.set_item("updates", array(|table| table.updates)?)?;
    Ok(arrays)
}

#[doc = doc!(reachable_entries)]
#[pyfunction]
#[pyo3(signature = (stage, *, patterns = None))]
pub fn reachable_entries<'py>(
    py: Python<'py>,
    stage: &Bound<'py, PyAny>,
    patterns: Option<PyRef<'py, PyPatternSet>>,
) -> PyResult<Bound<'py, PyArray1<bool>>> {
    let stage = stage_number(stage)?;
    let patterns = or_shipped(patterns.as_deref());
    Ok(py.detach(|| shirokuro_train::reachable_entries(patterns, stage)).into_pyarray(py))
}

/// Converts the number of a stage.
pub fn stage_number(stage: &Bound<'_, PyAny>) -> PyResult<usize> {
    small_integer("stage", stage, 0..=STAGES as u32 - 1).map(|stage| stage as usize)
}
