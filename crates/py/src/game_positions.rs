//! `GamePositions`: the searched positions of games, as arrays.

use crate::args::SideToMove;
use crate::board::{SQUARES, seen_by_mover};
use crate::error::memory_error;
use crate::game::{PyGame, lambda};
use numpy::{Element, IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyType;
use shirokuro_engine::{discs, require_memory};
use shirokuro_train::GameRecord;

#[doc = doc!(GamePositions)]
#[pyclass(frozen, name = "GamePositions", module = "shirokuro._core")]
pub struct PyGamePositions {
    #[doc = doc!(GamePositions.boards)]
    #[pyo3(get)]
    boards: Py<PyArray2<i8>>,
    #[doc = doc!(GamePositions.sides)]
    #[pyo3(get)]
    sides: Py<PyArray1<u8>>,
    #[doc = doc!(GamePositions.values)]
    #[pyo3(get)]
    values: Py<PyArray1<f32>>,
    #[doc = doc!(GamePositions.exact)]
    #[pyo3(get)]
    exact: Py<PyArray1<bool>>,
    #[doc = doc!(GamePositions.best)]
    #[pyo3(get)]
    best: Py<PyArray1<bool>>,
    #[doc = doc!(GamePositions.moves)]
    #[pyo3(get)]
    moves: Py<PyArray1<u8>>,
    #[doc = doc!(GamePositions.outcomes)]
    #[pyo3(get)]
    outcomes: Py<PyArray1<i8>>,
    #[doc = doc!(GamePositions.games)]
    #[pyo3(get)]
    games: Py<PyArray1<i64>>,
    #[doc = doc!(GamePositions.plies)]
    #[pyo3(get)]
    plies: Py<PyArray1<u8>>,
    records: Vec<GameRecord>,
}

#[pymethods]
impl PyGamePositions {
    #[new]
    fn create(py: Python<'_>, games: Vec<Py<PyGame>>) -> PyResult<Self> {
        Self::of(py, games.iter().map(|game| game.get().0.clone()).collect())
    }

    fn __len__(&self, py: Python<'_>) -> usize {
        self.values.bind(py).len()
    }

    #[doc = doc!(GamePositions.lambda_returns)]
    fn lambda_returns<'py>(&self, py: Python<'py>, lambda_: &Bound<'_, PyAny>) -> PyResult<Bound<'py, PyArray1<f32>>> {
        let lambda = lambda(lambda_)? as f32;
        let returns = py.detach(|| self.records.iter().flat_map(|record| record.targets(lambda)).collect::<Vec<_>>());
        Ok(returns.into_pyarray(py))
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("<GamePositions: {} positions of {} games>", self.__len__(py), self.records.len())
    }

    /// Pickles the positions as their games.
    fn __reduce__<'py>(&self, py: Python<'py>) -> (Bound<'py, PyType>, (Vec<PyGame>,)) {
        (py.get_type::<Self>(), (self.records.iter().cloned().map(PyGame).collect(),))
    }
}

/// The rows of one column.
fn column<T: Element>(py: Python<'_>, rows: Vec<T>) -> PyResult<Py<PyArray1<T>>> {
    let array = rows.into_pyarray(py);
    array.call_method1("setflags", (false,))?;
    Ok(array.unbind())
}

impl PyGamePositions {
    /// Creates the arrays of the games' searched positions.
    pub fn of(py: Python<'_>, records: Vec<GameRecord>) -> PyResult<Self> {
        let count = records.iter().map(|record| record.plies.iter().filter(|ply| ply.searched.is_some()).count()).sum();
        require_memory(count * 2 * SQUARES, "the positions").map_err(|error| memory_error(&error))?;
        let mut boards = Vec::with_capacity(count * SQUARES);
        let (mut sides, mut values, mut exact, mut best) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut moves, mut outcomes, mut games, mut plies) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        py.detach(|| {
            for record in &records {
                for (ply, position, searched) in record.searched_plies() {
                    boards.extend(seen_by_mover(&position.board));
                    sides.push(SideToMove::number(position.side));
                    values.push(discs(searched.score));
                    exact.push(searched.exact);
                    best.push(searched.greedy);
                    moves.push(record.plies[ply].square.index() as u8);
                    outcomes.push(position.side.black_view(record.stone_difference) as i8);
                    games.push(record.index as i64);
                    plies.push(ply as u8);
                }
            }
        });
        let boards = boards.into_pyarray(py).reshape([count, SQUARES])?;
        boards.call_method1("setflags", (false,))?;
        Ok(Self {
            boards: boards.unbind(),
            sides: column(py, sides)?,
            values: column(py, values)?,
            exact: column(py, exact)?,
            best: column(py, best)?,
            moves: column(py, moves)?,
            outcomes: column(py, outcomes)?,
            games: column(py, games)?,
            plies: column(py, plies)?,
            records,
        })
    }
}
