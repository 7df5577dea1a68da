//! `random_games`: games of random moves.

use crate::args::{integer, small_integer};
use crate::error::memory_error;
use crate::game::PyGame;
use crate::interrupt::check_interrupts;
use pyo3::prelude::*;
use pyo3::types::PyList;
use shirokuro_engine::require_memory;
use shirokuro_train::{GameRecord, random_game};

/// The number of games that are played between two checks of Python's signals.
const UNINTERRUPTED: usize = 4096;
/// The memory of a game as a Python object, with the most moves that a game can have.
const GAME_BYTES: usize = 1024;

#[doc = doc!(random_games)]
#[pyfunction]
#[pyo3(signature = (games, *, seed = None), text_signature = "(games, *, seed=0)")]
pub fn random_games<'py>(
    py: Python<'py>,
    games: &Bound<'_, PyAny>,
    seed: Option<&Bound<'_, PyAny>>,
) -> PyResult<Bound<'py, PyList>> {
    let games = small_integer("games", games, 0..=u32::MAX)? as usize;
    let seed = seed.map_or(Ok(0), |seed| integer("seed", seed, 0..=u64::MAX))?;
    require_memory(games * GAME_BYTES, "the games").map_err(|error| memory_error(&error))?;
    let list = PyList::empty(py);
    for first in (0..games).step_by(UNINTERRUPTED) {
        let indices = first..games.min(first + UNINTERRUPTED);
        let records: Vec<GameRecord> = py.detach(|| indices.map(|index| random_game(seed, index as u64)).collect());
        records.into_iter().try_for_each(|record| list.append(PyGame(record).into_pyobject(py)?))?;
        check_interrupts()?;
    }
    Ok(list)
}
