//! `GenerationReport` and what it holds: what a call of the trainer did.

use crate::game::PyGame;
use crate::position::PyPosition;
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use shirokuro_engine::{PATTERNS, discs, mirror, transcript};
use shirokuro_train::{
    FailureKind, GameFailure, GenerationReport, PhaseTimes, Reset, SuddenChange, ValueSummary, WeightUpdate, table_of,
};
use std::collections::BTreeMap;

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

/// A change of a weight that is suspiciously large, and the position that had most to do with it.
#[pyclass(frozen, get_all, name = "SuddenChange", module = "shirokuro._core")]
pub struct PySuddenChange {
    pattern: &'static str,
    stage: usize,
    entry: usize,
    mirror: u16,
    visits: u32,
    before: u16,
    after: u16,
    game: u64,
    ply: usize,
    position: Py<PyPosition>,
    error: f32,
}

#[pymethods]
impl PySuddenChange {
    fn __repr__(&self) -> String {
        let Self { pattern, stage, entry, before, after, game, ply, error, .. } = self;
        format!(
            "SuddenChange(pattern='{pattern}', stage={stage}, entry={entry}, before={before}, after={after}, game={game}, ply={ply}, error={error})"
        )
    }
}

impl PySuddenChange {
    fn new(py: Python<'_>, change: &SuddenChange) -> PyResult<Self> {
        let WeightUpdate { entry, visits, before, after, .. } = change.update;
        let (stage, pattern, entry) = table_of(entry);
        Ok(Self {
            pattern: PATTERNS[pattern].name,
            stage,
            entry,
            mirror: mirror(pattern)[entry],
            visits,
            before,
            after,
            game: change.game,
            ply: change.ply,
            position: Py::new(py, PyPosition(change.position))?,
            error: change.error,
        })
    }
}

/// The updates, a `NumPy` array a column.
fn updates<'py>(py: Python<'py>, updates: &[WeightUpdate]) -> PyResult<Bound<'py, PyDict>> {
    let column = PyDict::new(py);
    let tables: Vec<_> = updates.iter().map(|update| table_of(update.entry)).collect();
    let mirror_of = |&(_, pattern, entry): &(usize, usize, usize)| mirror(pattern)[entry];
    column.set_item("stage", PyArray1::from_iter(py, tables.iter().map(|table| table.0 as u8)))?;
    column.set_item("pattern", PyArray1::from_iter(py, tables.iter().map(|table| table.1 as u8)))?;
    column.set_item("entry", PyArray1::from_iter(py, tables.iter().map(|table| table.2 as u16)))?;
    column.set_item("mirror", PyArray1::from_iter(py, tables.iter().map(mirror_of)))?;
    column.set_item("visits", PyArray1::from_iter(py, updates.iter().map(|update| update.visits)))?;
    column.set_item("error", PyArray1::from_iter(py, updates.iter().map(|update| update.error)))?;
    column.set_item("before", PyArray1::from_iter(py, updates.iter().map(|update| update.before)))?;
    column.set_item("after", PyArray1::from_iter(py, updates.iter().map(|update| update.after)))?;
    Ok(column)
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
    updates: Option<Py<PyDict>>,
    sudden: Vec<Py<PySuddenChange>>,
    sudden_count: u64,
    generation_complete: bool,
}

impl PyGenerationReport {
    /// The report in Python's terms; whether it lists updates.
    pub fn new(py: Python<'_>, report: &GenerationReport, listed: bool) -> PyResult<Self> {
        let GenerationReport { totals, values, .. } = report;
        let failures = report.failures.iter();
        let sums = report.values_by_game.iter().zip(&report.errors_by_game).map(|(values, errors)| {
            let ValueSummary { count, sum, sum_of_squares, .. } = *values;
            (count, sum, sum_of_squares, errors.positions, errors.squared_error, errors.out_of_range)
        });
        Ok(Self {
            games: report.games.iter().map(|game| Py::new(py, PyGame(game.clone()))).collect::<PyResult<_>>()?,
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
            updates: listed.then(|| updates(py, &report.updates)).transpose()?.map(Bound::unbind),
            sudden: report
                .sudden
                .iter()
                .map(|change| Py::new(py, PySuddenChange::new(py, change)?))
                .collect::<PyResult<_>>()?,
            sudden_count: report.sudden_count,
            generation_complete: report.generation_complete,
        })
    }
}
