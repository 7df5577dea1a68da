//! Replaying a game of a training.

use crate::args::integer;
use crate::error::trainer_error;
use crate::game::PyGame;
use crate::given::given_targets;
use crate::interrupt::{check_interrupts, with_polling};
use crate::search_result::PySearchResult;
use crate::settings::PySettings;
use crate::trainer::PyTrainerCore;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use shirokuro_engine::Position;
use shirokuro_train::{Choice, Unfinished};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// The way a move was chosen, the static evaluation before it, and the search.
type ReplayedPly = (&'static str, f32, Option<PySearchResult>);

#[doc = doc!(replay)]
#[pyfunction]
#[pyo3(signature = (core, game, *, play, given = None, targets = "outcome"))]
pub fn replay(
    py: Python<'_>,
    core: &PyTrainerCore,
    game: &Bound<'_, PyAny>,
    play: PySettings<'_>,
    given: Option<Py<PyGame>>,
    targets: &str,
) -> PyResult<(PyGame, Vec<ReplayedPly>)> {
    let game = integer("game", game, 0..=u64::MAX)?;
    let play = play.play(None)?;
    let given = given.as_ref().map(|given| Ok::<_, PyErr>((&given.get().0, given_targets(targets)?))).transpose()?;
    let stop = AtomicBool::new(false);
    let poll = || check_interrupts().inspect_err(|_| stop.store(true, Relaxed));
    let (_playing, mut trainer) = core.lock_to_play(py)?;
    let trainer = &mut *trainer;
    let replay = || match given {
        Some(given) => trainer.replay_given(game, given, &play, &stop),
        None => trainer.replay(game, &play, &stop),
    };
    let (played, error) = with_polling(py, poll, replay)?;
    if let Some(error) = error {
        return Err(error);
    }
    let replayed = played.map_err(|error| trainer_error(&error))?.map_err(|unfinished| match unfinished {
        Unfinished::Stopped => PyRuntimeError::new_err("stopped without a reason"),
        Unfinished::SearchError(message) => PyRuntimeError::new_err(message),
    })?;
    let record = replayed.game.record;
    let mut position = Position::START;
    let mut plies = Vec::with_capacity(record.plies.len());
    for ((ply, &evaluation), played) in replayed.plies.iter().zip(&replayed.evaluations).zip(&record.plies) {
        let found = ply.search.as_ref().map(|search| PySearchResult::new(py, position, search, 100, ply.time));
        plies.push((choice(ply.choice), evaluation, found.transpose()?));
        position = position.play(played.square).expect("a recorded game's moves are legal").after_forced_pass();
    }
    Ok((PyGame(record), plies))
}

fn choice(choice: Choice) -> &'static str {
    match choice {
        Choice::Opening => "opening",
        Choice::Best => "best",
        Choice::Random => "random",
        Choice::Shallow => "shallow",
        Choice::Given => "given",
    }
}
