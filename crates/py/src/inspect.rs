//! Functions for inspection: the entries that a position reads, and eligibility traces.

use crate::args::{SideToMove, small_integer};
use crate::board::position;
use crate::error::value_error;
use crate::game::{PyGame, lambda};
use crate::pattern_set::{PyPatternSet, by_name, or_shipped};
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use shirokuro_engine::UNITS_PER_DISC;
use shirokuro_train::{Inspection, Tables, traces_of};

#[doc = doc!(feature_indices)]
#[pyfunction]
#[pyo3(signature = (board, *, side_to_move = None, patterns = None))]
pub fn feature_indices<'py>(
    board: &Bound<'py, PyAny>,
    side_to_move: Option<SideToMove>,
    patterns: Option<PyRef<'py, PyPatternSet>>,
) -> PyResult<Bound<'py, PyArray1<u16>>> {
    let board_of = position(board, side_to_move)?.board;
    Ok(PyArray1::from_vec(board.py(), or_shipped(patterns.as_deref()).feature_indices(&board_of)))
}

#[doc = doc!(mirror_entries)]
#[pyfunction]
#[pyo3(signature = (patterns = None))]
pub fn mirror_entries<'py>(
    py: Python<'py>,
    patterns: Option<PyRef<'py, PyPatternSet>>,
) -> PyResult<Bound<'py, PyDict>> {
    by_name(py, or_shipped(patterns.as_deref()), |pattern| PyArray1::from_slice(py, pattern.mirror()))
}

#[doc = doc!(traces)]
#[pyfunction]
#[pyo3(signature = (game, plies, lambda_, *, patterns = None))]
pub fn traces<'py>(
    game: &Bound<'py, PyGame>,
    plies: &Bound<'py, PyAny>,
    lambda_: &Bound<'py, PyAny>,
    patterns: Option<PyRef<'py, PyPatternSet>>,
) -> PyResult<Bound<'py, PyDict>> {
    let (py, record) = (game.py(), &game.get().0);
    let plies = small_integer("plies", plies, 0..=record.plies.len() as u32)? as usize;
    let patterns = or_shipped(patterns.as_deref());
    let traces = traces_of(patterns, record, plies, lambda(lambda_)?);
    let tables = || traces.iter().map(|(entry, _)| patterns.table_of(entry as usize));
    let column = PyDict::new(py);
    column.set_item("stage", PyArray1::from_iter(py, tables().map(|table| table.0 as u8)))?;
    column.set_item("pattern", PyArray1::from_iter(py, tables().map(|table| table.1 as u8)))?;
    column.set_item("entry", PyArray1::from_iter(py, tables().map(|table| table.2 as u16)))?;
    column.set_item("mirror", PyArray1::from_iter(py, tables().map(|table| patterns[table.1].mirror()[table.2])))?;
    column.set_item("eligibility", PyArray1::from_iter(py, traces.iter().map(|(_, eligibility)| eligibility)))?;
    Ok(column)
}

/// Converts the reports about updates: changes of at least `sudden_discs`, unless it is 0, and those of the tables in
/// two bit sets.
pub fn inspection(sudden_discs: f64, updates: Option<(u64, u64)>) -> PyResult<Inspection> {
    if !(0.0..=256.0).contains(&sudden_discs) {
        return Err(value_error("sudden_discs", sudden_discs, "from 0 to 256"));
    }
    let units = (sudden_discs * f64::from(UNITS_PER_DISC)).ceil();
    let sudden = (units > 0.0).then(|| units.min(f64::from(u16::MAX)) as u16);
    Ok(Inspection { updates: updates.map(|(stages, patterns)| Tables { stages, patterns }), sudden })
}
