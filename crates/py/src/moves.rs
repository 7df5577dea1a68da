//! Moves as text.

use crate::error::value_error;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use shirokuro_engine::{Square, parse_transcript};

/// Reads the moves of a game from the start. A plain transcript is read here; all other notations, and errors, are left
/// to the package's reader.
pub fn read_moves(py: Python<'_>, text: &str) -> PyResult<Vec<Square>> {
    if let Ok(moves) = parse_transcript(text) {
        return Ok(moves);
    }
    let read = py.import("shirokuro.game.moves")?.getattr("read_moves")?.call1((text,)).map_err(|error| {
        let is_about_text = error.is_instance_of::<PyValueError>(py);
        if is_about_text { PyValueError::new_err(format!("moves: {}", error.value(py))) } else { error }
    })?;
    let square = |move_: String| move_.parse().map_err(|_| value_error("moves", move_, "squares"));
    read.extract::<Vec<String>>()?.into_iter().map(square).collect()
}

#[doc = doc!(is_transcript)]
#[pyfunction]
pub fn is_transcript(text: &str) -> bool {
    parse_transcript(text).is_ok()
}
