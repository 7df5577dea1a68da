//! `Position`: the rules of the game, for Python.

use crate::args::SideToMove;
use crate::board::position;
use crate::moves::read_moves;
use crate::names;
use crate::picture;
use numpy::PyArray1;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyList;
use shirokuro_engine::{Position, Square, squares};

/// A board and the side to move: immutable and hashable.
#[pyclass(frozen, eq, hash, name = "Position", module = "shirokuro._core")]
#[derive(PartialEq, Eq, Hash)]
pub struct PyPosition(pub Position);

#[pymethods]
impl PyPosition {
    #[new]
    #[pyo3(signature = (board = None, *, side_to_move = None))]
    fn new(board: Option<&Bound<'_, PyAny>>, side_to_move: Option<SideToMove>) -> PyResult<Self> {
        let Some(board) = board else {
            let SideToMove(side) = side_to_move.unwrap_or(SideToMove::BLACK);
            return Ok(Self(if side == Position::START.side { Position::START } else { Position::START.pass() }));
        };
        position(board, side_to_move).map(Self)
    }

    /// Returns the position after moves from the start, written like `"f5d6c3"`; passes are implied.
    #[staticmethod]
    fn from_moves(py: Python<'_>, moves: &str) -> PyResult<Self> {
        let moves = read_moves(py, moves)?;
        let play = |position: Position, square: Square| {
            position.play(square).expect("a transcript's moves are legal").after_forced_pass()
        };
        Ok(Self(moves.into_iter().fold(Position::START, play)))
    }

    /// Parses the output of `str()`.
    #[staticmethod]
    fn from_diagram(diagram: &str) -> PyResult<Self> {
        diagram.parse().map(Self).map_err(|error| PyValueError::new_err(format!("diagram: {error}")))
    }

    /// The 64 squares: 0 empty, 1 black, 2 white. A copy.
    #[getter]
    fn board<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i8>> {
        let (black, white) = self.0.colours();
        let square = |index: usize| ((black >> index & 1) + 2 * (white >> index & 1)) as i8;
        PyArray1::from_vec(py, (0..64).map(square).collect())
    }

    /// The side to move: 1 black, 2 white.
    #[getter]
    fn side_to_move(&self) -> u8 {
        SideToMove::number(self.0.side)
    }

    /// The legal moves, from a1 to h8; empty when the side must pass or the game is over.
    #[getter]
    fn legal_moves<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        names::list(py, self.0.board.moves())
    }

    /// The positions after each of the legal moves, as `play` returns them.
    #[getter]
    fn children<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let Position { board, side } = self.0;
        let moves = board.moves();
        let mut squares = squares(moves);
        // A range knows its length, so that the list is made in its final size.
        let next = |_| {
            let square = squares.next().expect("as many squares as moves");
            let board = board.after(square, board.flips(square));
            Self(Position { board, side: side.opposite() }.after_forced_pass())
        };
        PyList::new(py, (0..moves.count_ones()).map(next))
    }

    /// Whether neither side has a move.
    #[getter]
    fn is_over(&self) -> bool {
        self.0.board.is_over()
    }

    /// The final score in discs, for the side to move, with empty squares counted for the winner.
    #[getter]
    fn score(&self) -> PyResult<i32> {
        if self.0.board.is_over() {
            return Ok(self.0.board.final_score());
        }
        Err(PyValueError::new_err("score: the game is not over"))
    }

    /// Black's discs − White's discs on the board.
    #[getter]
    fn stone_difference(&self) -> i32 {
        let (black, white) = self.0.colours();
        black.count_ones() as i32 - white.count_ones() as i32
    }

    /// The number of empty squares.
    #[getter]
    fn empties(&self) -> u32 {
        self.0.board.empties()
    }

    /// Returns the position after a move. A side that then has no move passes automatically. `"--"` passes where that
    /// is legal.
    fn play(&self, r#move: &str) -> PyResult<Self> {
        if r#move == "--" {
            if self.0.board.moves() == 0 && !self.0.board.is_over() {
                return Ok(Self(self.0.pass()));
            }
            let reason = if self.is_over() { "the game is over" } else { "the side to move has a move" };
            return Err(PyValueError::new_err(format!("move = '--': {reason}")));
        }
        let square: Square = r#move.parse().map_err(|error| PyValueError::new_err(format!("move: {error}")))?;
        let next = self.0.play(square).map_err(|error| PyValueError::new_err(format!("move: {error}")))?;
        Ok(Self(next.after_forced_pass()))
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Position.from_diagram('{}')", self.one_line())
    }

    /// Returns the board as a picture, for notebooks.
    fn _repr_svg_(slf: &Bound<'_, Self>) -> PyResult<String> {
        picture::of_position(slf)
    }

    /// Pickles the position as its diagram.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("from_diagram")?, (self.one_line(),)))
    }
}

impl PyPosition {
    /// Formats the 64 squares, a space and the side to move.
    fn one_line(&self) -> String {
        let characters: String = self.0.to_string().split_whitespace().collect();
        let (squares, side) = characters.split_at(64);
        format!("{squares} {side}")
    }
}
