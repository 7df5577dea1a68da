//! `perft`: counting move sequences.

use crate::args::{SideToMove, small_integer};
use crate::board::position;
use pyo3::prelude::*;
use shirokuro_engine::{Board, Position, squares};

/// The number of plies that are counted between two checks of Python's signals.
const UNINTERRUPTED: u32 = 7;

#[doc = doc!(perft)]
#[pyfunction]
#[pyo3(signature = (depth, board = None, *, side_to_move = None))]
pub fn perft(
    py: Python<'_>,
    depth: &Bound<'_, PyAny>,
    board: Option<&Bound<'_, PyAny>>,
    side_to_move: Option<SideToMove>,
) -> PyResult<u64> {
    let depth = small_integer("depth", depth, 0..=60)?;
    let start = board.map_or(Ok(Position::START), |board| position(board, side_to_move))?;
    count(py, &start.board, depth)
}

fn count(py: Python<'_>, board: &Board, depth: u32) -> PyResult<u64> {
    if depth <= UNINTERRUPTED {
        py.check_signals()?;
        return Ok(py.detach(|| shirokuro_engine::perft(board, depth)));
    }
    let moves = board.moves();
    if moves == 0 {
        // Either a pass is the only continuation, or the game is over.
        return if board.is_over() { Ok(1) } else { count(py, &board.pass(), depth - 1) };
    }
    squares(moves).map(|square| count(py, &board.after(square, board.flips(square)), depth - 1)).sum()
}
