//! Boards, games and searches in notebooks. Python draws them, in `shirokuro/boards.py` and `shirokuro/notebook.py`.

use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Returns the board of a `Position` as SVG.
pub fn of_position(position: &Bound<'_, PyAny>) -> PyResult<String> {
    draw(position, None)
}

/// Returns the last board of a game as SVG, with its last move marked.
pub fn of_game(py: Python<'_>, transcript: String) -> PyResult<String> {
    let position = py.import("shirokuro._core")?.getattr("Position")?.call_method1("from_moves", (&transcript,))?;
    draw(&position, transcript.get(transcript.len() - 2..))
}

/// Returns a value as HTML, made by a function of `shirokuro.display.notebook`.
pub fn html(value: &Bound<'_, PyAny>, function: &str) -> PyResult<String> {
    value.py().import("shirokuro.display.notebook")?.getattr(function)?.call1((value,))?.extract()
}

fn draw(position: &Bound<'_, PyAny>, last_move: Option<&str>) -> PyResult<String> {
    let options = PyDict::new(position.py());
    options.set_item("last_move", last_move)?;
    position.py().import("shirokuro.display.boards")?.getattr("board_svg")?.call((position,), Some(&options))?.extract()
}
