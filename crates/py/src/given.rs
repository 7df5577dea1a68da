//! Games that are given in place of games of self-play, and the distance of evaluations from their outcomes.

use crate::error::value_error;
use crate::evaluator::PyEvaluator;
use crate::game::PyGame;
use crate::pool;
use pyo3::prelude::*;
use shirokuro_engine::{PatternEvaluator, UNITS_PER_DISC};
use shirokuro_train::{GivenGames, GivenTargets, OutcomeErrors};
use std::sync::Arc;

/// Converts games and what they are taught.
pub fn given_games(games: &[Py<PyGame>], targets: &str) -> PyResult<Arc<GivenGames>> {
    let games = games.iter().map(|game| game.get().0.clone()).collect();
    Ok(Arc::new(GivenGames { games, targets: given_targets(targets)? }))
}

/// Converts what given games are taught.
pub fn given_targets(targets: &str) -> PyResult<GivenTargets> {
    match targets {
        "outcome" => Ok(GivenTargets::Outcome),
        "search" => Ok(GivenTargets::Search),
        _ => Err(value_error("targets", format_args!("'{targets}'"), "'outcome' or 'search'")),
    }
}

#[doc = doc!(outcome_errors)]
#[pyfunction]
pub fn outcome_errors(
    py: Python<'_>,
    evaluator: PyRef<'_, PyEvaluator>,
    games: Vec<Py<PyGame>>,
) -> PyResult<(u64, f64, f64)> {
    let records: Vec<_> = games.iter().map(|game| &game.get().0).collect();
    let evaluator = PatternEvaluator::new(Arc::clone(&evaluator.0.weights));
    let threads = pool::threads(py)?;
    let OutcomeErrors { positions, absolute, squared } =
        py.detach(|| threads.install(|| OutcomeErrors::of(&records, &evaluator)));
    let disc = f64::from(UNITS_PER_DISC);
    Ok((positions, absolute as f64 / disc, squared as f64 / (disc * disc)))
}
