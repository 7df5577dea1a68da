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

#[doc = doc!(Position)]
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

    #[doc = doc!(Position.from_moves)]
    #[staticmethod]
    fn from_moves(py: Python<'_>, moves: &str) -> PyResult<Self> {
        let moves = read_moves(py, moves)?;
        let play = |position: Position, square: Square| {
            position.play(square).expect("a transcript's moves are legal").after_forced_pass()
        };
        Ok(Self(moves.into_iter().fold(Position::START, play)))
    }

    #[doc = doc!(Position.from_diagram)]
    #[staticmethod]
    fn from_diagram(diagram: &str) -> PyResult<Self> {
        diagram.parse().map(Self).map_err(|error| PyValueError::new_err(format!("diagram: {error}")))
    }

    #[doc = doc!(Position.board)]
    #[getter]
    fn board<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i8>> {
        let (black, white) = self.0.colours();
        let square = |index: usize| ((black >> index & 1) + 2 * (white >> index & 1)) as i8;
        PyArray1::from_vec(py, (0..64).map(square).collect())
    }

    #[doc = doc!(Position.side_to_move)]
    #[getter]
    fn side_to_move(&self) -> u8 {
        SideToMove::number(self.0.side)
    }

    #[doc = doc!(Position.legal_moves)]
    #[getter]
    fn legal_moves<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        names::list(py, self.0.board.moves())
    }

    #[doc = doc!(Position.children)]
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

    #[doc = doc!(Position.is_over)]
    #[getter]
    fn is_over(&self) -> bool {
        self.0.board.is_over()
    }

    #[doc = doc!(Position.score)]
    #[getter]
    fn score(&self) -> PyResult<i32> {
        if self.0.board.is_over() {
            return Ok(self.0.board.final_score());
        }
        Err(PyValueError::new_err("score: the game is not over"))
    }

    #[doc = doc!(Position.stone_difference)]
    #[getter]
    fn stone_difference(&self) -> i32 {
        let (black, white) = self.0.colours();
        black.count_ones() as i32 - white.count_ones() as i32
    }

    #[doc = doc!(Position.empties)]
    #[getter]
    fn empties(&self) -> u32 {
        self.0.board.empties()
    }

    #[doc = doc!(Position.play)]
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
