//! `GameBatch`: many games that are played at the same time.

use crate::args::{SideToMove, small_integer};
use crate::board::{SQUARES, shape_text};
use crate::error::{busy, memory_error, value_error};
use numpy::{IntoPyArray, PyArray1, PyArray2, PyArray4, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use shirokuro_engine::{Position, Side, Square, require_memory, squares};
use std::sync::{Mutex, MutexGuard};

#[doc = doc!(GameBatch)]
#[pyclass(frozen, name = "GameBatch", module = "shirokuro._core")]
pub struct PyGameBatch(Mutex<Vec<Position>>);

impl PyGameBatch {
    fn games(&self) -> PyResult<MutexGuard<'_, Vec<Position>>> {
        self.0.try_lock().map_err(|_| busy("games"))
    }

    /// Collects a value per game.
    fn each<'py, T: numpy::Element>(
        &self,
        py: Python<'py>,
        value: impl Fn(&Position) -> T,
    ) -> PyResult<Bound<'py, PyArray1<T>>> {
        Ok(self.games()?.iter().map(value).collect::<Vec<T>>().into_pyarray(py))
    }
}

#[pymethods]
impl PyGameBatch {
    #[new]
    fn new(games: &Bound<'_, PyAny>) -> PyResult<Self> {
        let count = small_integer("games", games, 1..=1 << 24)? as usize;
        require_memory(count * size_of::<Position>(), "the games").map_err(|error| memory_error(&error))?;
        Ok(Self(Mutex::new(vec![Position::START; count])))
    }

    fn __len__(&self) -> PyResult<usize> {
        Ok(self.games()?.len())
    }

    #[doc = doc!(GameBatch.reset)]
    fn reset(&self, marked: PyReadonlyArrayDyn<'_, bool>) -> PyResult<()> {
        let mut games = self.games()?;
        check_shape("marked", marked.shape(), games.len())?;
        for (game, _) in games.iter_mut().zip(marked.as_array()).filter(|(_, marked)| **marked) {
            *game = Position::START;
        }
        Ok(())
    }

    #[doc = doc!(GameBatch.play)]
    fn play<'py>(&self, py: Python<'py>, moves: PyReadonlyArrayDyn<'py, i64>) -> PyResult<Bound<'py, PyArray1<bool>>> {
        let mut games = self.games()?;
        check_shape("moves", moves.shape(), games.len())?;
        let moves = moves.as_array();
        if let Some((index, number)) = moves.iter().enumerate().find(|(_, number)| !(-1..64).contains(*number)) {
            return Err(value_error(&format!("moves[{index}]"), number, "from -1 to 63"));
        }
        let legal = games.iter_mut().zip(moves).map(|(game, &number)| {
            let Some(square) = u8::try_from(number).ok().and_then(Square::new) else { return true };
            let next = game.play(square);
            *game = next.as_ref().map_or(*game, Position::after_forced_pass);
            next.is_ok()
        });
        Ok(legal.collect::<Vec<bool>>().into_pyarray(py))
    }

    #[doc = doc!(GameBatch.planes)]
    fn planes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray4<i8>>> {
        let games = self.games()?;
        let mut planes = vec![0; games.len() * SQUARES * 2];
        for (game, planes) in games.iter().zip(planes.as_chunks_mut::<{ SQUARES * 2 }>().0) {
            let (player, opponent) = (game.board.player(), game.board.opponent());
            for (square, place) in planes.as_chunks_mut::<2>().0.iter_mut().enumerate() {
                *place = [(player >> square & 1) as i8, (opponent >> square & 1) as i8];
            }
        }
        planes.into_pyarray(py).reshape([games.len(), 8, 8, 2])
    }

    #[doc = doc!(GameBatch.legal)]
    fn legal<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<i8>>> {
        let games = self.games()?;
        let mut masks = vec![0; games.len() * SQUARES];
        for (game, mask) in games.iter().zip(masks.as_chunks_mut::<SQUARES>().0) {
            let moves = game.board.moves();
            for (square, place) in mask.iter_mut().enumerate() {
                *place = (moves >> square & 1) as i8;
            }
        }
        masks.into_pyarray(py).reshape([games.len(), SQUARES])
    }

    #[doc = doc!(GameBatch.moves_at)]
    fn moves_at<'py>(
        &self,
        py: Python<'py>,
        shares: PyReadonlyArrayDyn<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<i64>>> {
        let games = self.games()?;
        check_shape("shares", shares.shape(), games.len())?;
        let pick = |(game, &share): (&Position, &f64)| {
            let moves = game.board.moves();
            let index = (share * f64::from(moves.count_ones())) as usize;
            squares(moves).nth(index).map_or(-1, |square| square.index() as i64)
        };
        Ok(games.iter().zip(shares.as_array()).map(pick).collect::<Vec<i64>>().into_pyarray(py))
    }

    #[doc = doc!(GameBatch.sides)]
    fn sides<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray1<u8>>> {
        self.each(py, |game| SideToMove::number(game.side))
    }

    #[doc = doc!(GameBatch.over)]
    fn over<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray1<bool>>> {
        self.each(py, |game| game.board.is_over())
    }

    #[doc = doc!(GameBatch.differences)]
    fn differences<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray1<i8>>> {
        self.each(py, |game| {
            let score = game.board.final_score();
            (if game.side == Side::Black { score } else { -score }) as i8
        })
    }

    #[doc = doc!(GameBatch.position)]
    fn position(&self, game: usize) -> PyResult<crate::position::PyPosition> {
        let games = self.games()?;
        let position = games.get(game).copied();
        position
            .map(crate::position::PyPosition)
            .ok_or_else(|| value_error("game", game, format_args!("from 0 to {}", games.len() - 1)))
    }
}

fn check_shape(name: &str, shape: &[usize], games: usize) -> PyResult<()> {
    if shape == [games] {
        return Ok(());
    }
    Err(PyValueError::new_err(format!("{name}: shape {}: must be ({games},)", shape_text(shape))))
}
