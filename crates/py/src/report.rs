//! `Game` and `GenerationReport`: what a call of the trainer did.

use pyo3::prelude::*;
use shirokuro_engine::{PATTERNS, discs, transcript};
use shirokuro_train::{FailureKind, GameFailure, GameRecord, GenerationReport, PhaseTimes, Reset, ValueSummary};
use std::collections::BTreeMap;

/// One finished game of self-play.
#[pyclass(frozen, get_all, name = "Game", module = "shirokuro._core")]
pub struct PyGame {
    index: u64,
    stone_difference: i32,
    move_count: usize,
    winner: &'static str,
    moves: Vec<String>,
    transcript: String,
    random_plies: usize,
}

impl PyGame {
    fn new(game: &GameRecord) -> Self {
        let squares: Vec<_> = game.plies.iter().map(|ply| ply.square).collect();
        Self {
            index: game.index,
            stone_difference: game.stone_difference,
            move_count: squares.len(),
            winner: match game.stone_difference {
                1.. => "black",
                0 => "draw",
                _ => "white",
            },
            moves: squares.iter().map(ToString::to_string).collect(),
            transcript: transcript(&squares),
            random_plies: game.random_plies(),
        }
    }
}

#[pymethods]
impl PyGame {
    fn __repr__(&self) -> String {
        let Self { index, stone_difference, transcript, .. } = self;
        format!("Game(index={index}, stone_difference={stone_difference}, transcript='{transcript}')")
    }
}

/// One game that could not be played.
#[pyclass(frozen, get_all, name = "GameFailure", module = "shirokuro._core")]
pub struct PyGameFailure {
    index: u64,
    kind: &'static str,
    message: String,
    seed: u64,
    transcript: String,
}

impl PyGameFailure {
    fn new(failure: &GameFailure) -> Self {
        Self {
            index: failure.index,
            kind: match failure.kind {
                FailureKind::Panic => "panic",
                FailureKind::Hang => "hang",
                FailureKind::SearchError => "search_error",
            },
            message: failure.message.clone(),
            seed: failure.seed,
            transcript: transcript(&failure.moves),
        }
    }
}

#[pymethods]
impl PyGameFailure {
    fn __repr__(&self) -> String {
        let Self { index, kind, message, seed, transcript } = self;
        format!(
            "GameFailure(index={index}, kind='{kind}', message={message:?}, seed={seed}, transcript='{transcript}')"
        )
    }
}

/// Of one game: values, their sum and the sum of their squares, learned positions, the sum of their squared errors, and how
/// many of them were evaluated beyond 64 discs.
type GameSums = (u64, i64, i64, u32, f64, u32);

/// (pattern, stage, entries) of each reset.
pub fn resets(resets: &[Reset]) -> Vec<(&'static str, usize, u64)> {
    resets.iter().map(|reset| (PATTERNS[reset.pattern].name, reset.stage, reset.entries)).collect()
}

/// Seconds by phase.
type PhaseSeconds = BTreeMap<&'static str, f64>;

fn phase_seconds(phases: PhaseTimes) -> PhaseSeconds {
    let PhaseTimes { playing, timed, timed_search, timed_solving, preparing, learning, waiting } = phases;
    let times = [
        ("playing", playing),
        ("timed", timed),
        ("timed_search", timed_search),
        ("timed_solving", timed_solving),
        ("preparing", preparing),
        ("learning", learning),
        ("waiting", waiting),
    ];
    times.into_iter().map(|(name, time)| (name, time.as_secs_f64())).collect()
}

/// What one call of `TrainerCore.advance` did.
#[pyclass(frozen, get_all, name = "GenerationReport", module = "shirokuro._core")]
pub struct PyGenerationReport {
    games: Vec<Py<PyGame>>,
    failures: Vec<Py<PyGameFailure>>,
    resets: Vec<(&'static str, usize, u64)>,
    nan_games: Vec<u64>,
    game_sums: Vec<GameSums>,
    positions: u64,
    td_error: Option<f64>,
    visits: u64,
    searches: u64,
    nodes: u64,
    probes: u64,
    hits: u64,
    depth_sum: u64,
    depth_min: Option<u32>,
    depth_max: u32,
    value_count: u64,
    value_sum: i64,
    value_sum_of_squares: i64,
    value_min: Option<f32>,
    value_max: Option<f32>,
    play_seconds: f64,
    learn_seconds: f64,
    phases: Option<PhaseSeconds>,
    generation_complete: bool,
}

impl PyGenerationReport {
    /// The report in Python's terms.
    pub fn new(py: Python<'_>, report: &GenerationReport) -> PyResult<Self> {
        let GenerationReport { totals, values, .. } = report;
        let failures = report.failures.iter();
        let sums = report.values_by_game.iter().zip(&report.errors_by_game).map(|(values, errors)| {
            let ValueSummary { count, sum, sum_of_squares, .. } = *values;
            (count, sum, sum_of_squares, errors.positions, errors.squared_error, errors.out_of_range)
        });
        Ok(Self {
            games: report.games.iter().map(|game| Py::new(py, PyGame::new(game))).collect::<PyResult<_>>()?,
            failures: failures.map(|failure| Py::new(py, PyGameFailure::new(failure))).collect::<PyResult<_>>()?,
            resets: resets(&report.resets),
            nan_games: report.nan_games.clone(),
            game_sums: sums.collect(),
            positions: report.positions(),
            td_error: report.td_error(),
            visits: report.visits,
            searches: totals.searches,
            nodes: totals.nodes,
            probes: totals.probes,
            hits: totals.hits,
            depth_sum: totals.depth_sum,
            depth_min: totals.depth_min,
            depth_max: totals.depth_max,
            value_count: values.count,
            value_sum: values.sum,
            value_sum_of_squares: values.sum_of_squares,
            value_min: values.range.map(|(min, _)| discs(min)),
            value_max: values.range.map(|(_, max)| discs(max)),
            play_seconds: report.play_time.as_secs_f64(),
            learn_seconds: report.learn_time.as_secs_f64(),
            phases: report.phases.map(phase_seconds),
            generation_complete: report.generation_complete,
        })
    }
}
