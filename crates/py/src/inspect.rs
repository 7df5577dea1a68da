//! Functions for inspection: the patterns' squares, the entries that a position reads, and eligibility traces.

use crate::args::{SideToMove, small_integer};
use crate::board::position;
use crate::error::value_error;
use crate::game::{PyGame, lambda};
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use shirokuro_engine::{PATTERNS, Square, UNITS_PER_DISC, feature_indices as indices_of, feature_squares, mirror};
use shirokuro_train::{Inspection, Tables, table_of, traces_of};

#[doc = doc!(feature_indices)]
#[pyfunction]
#[pyo3(signature = (board, *, side_to_move = None))]
pub fn feature_indices<'py>(
    board: &Bound<'py, PyAny>,
    side_to_move: Option<SideToMove>,
) -> PyResult<Bound<'py, PyArray1<u16>>> {
    Ok(PyArray1::from_slice(board.py(), &indices_of(&position(board, side_to_move)?.board)))
}

#[doc = doc!(pattern_squares)]
#[pyfunction]
pub fn pattern_squares(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let by_name = PyDict::new(py);
    let names = |feature: usize| -> Vec<String> {
        feature_squares(feature).into_iter().filter_map(Square::new).map(|square| square.to_string()).collect()
    };
    for pattern in &PATTERNS {
        by_name.set_item(pattern.name, pattern.features().map(names).collect::<Vec<_>>())?;
    }
    Ok(by_name)
}

#[doc = doc!(mirror_entries)]
#[pyfunction]
pub fn mirror_entries(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let by_name = PyDict::new(py);
    for (number, pattern) in PATTERNS.iter().enumerate() {
        by_name.set_item(pattern.name, PyArray1::from_slice(py, mirror(number)))?;
    }
    Ok(by_name)
}

#[doc = doc!(traces)]
#[pyfunction]
pub fn traces<'py>(
    game: &Bound<'py, PyGame>,
    plies: &Bound<'py, PyAny>,
    lambda_: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyDict>> {
    let (py, record) = (game.py(), &game.get().0);
    let plies = small_integer("plies", plies, 0..=record.plies.len() as u32)? as usize;
    let traces = traces_of(record, plies, lambda(lambda_)?);
    let tables = || traces.iter().map(|(entry, _)| table_of(entry));
    let column = PyDict::new(py);
    column.set_item("stage", PyArray1::from_iter(py, tables().map(|table| table.0 as u8)))?;
    column.set_item("pattern", PyArray1::from_iter(py, tables().map(|table| table.1 as u8)))?;
    column.set_item("entry", PyArray1::from_iter(py, tables().map(|table| table.2 as u16)))?;
    column.set_item("mirror", PyArray1::from_iter(py, tables().map(|table| mirror(table.1)[table.2])))?;
    column.set_item("eligibility", PyArray1::from_iter(py, traces.iter().map(|(_, eligibility)| eligibility)))?;
    Ok(column)
}

/// Converts the reports about updates: changes of at least `sudden_discs`, unless it is 0, and those of the tables in
/// two bit sets.
pub fn inspection(sudden_discs: f64, updates: Option<(u64, u16)>) -> PyResult<Inspection> {
    if !(0.0..=256.0).contains(&sudden_discs) {
        return Err(value_error("sudden_discs", sudden_discs, "from 0 to 256"));
    }
    let units = (sudden_discs * f64::from(UNITS_PER_DISC)).ceil();
    let sudden = (units > 0.0).then(|| units.min(f64::from(u16::MAX)) as u16);
    Ok(Inspection { updates: updates.map(|(stages, patterns)| Tables { stages, patterns }), sudden })
}
