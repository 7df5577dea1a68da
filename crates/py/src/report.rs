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
    /// The game's number in its training, from 0.
    index: u64,
    /// What went wrong: a crash of the worker, no sign of life from it, or a search without a result.
    kind: &'static str,
    /// More about it.
    message: String,
    /// The run's seed. With `index` and the weights it leads to the same game again.
    seed: u64,
    /// The moves up to the failure, as `Position.from_moves` reads them.
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
    /// `"P01"` … `"P14"`.
    pattern: &'static str,
    /// The number of discs − 4.
    stage: usize,
    /// The place in the pattern's table; of two mirror images the lower.
    entry: usize,
    /// The place of the mirror image, which has the same weight.
    mirror: u16,
    /// Times that the generation's positions read either of them.
    visits: u32,
    /// The weight before the update.
    before: u16,
    /// The weight after it.
    after: u16,
    /// The game of the position.
    game: u64,
    /// Moves played before it.
    ply: usize,
    /// The position: of those that read the entry the one whose target was farthest from its evaluation.
    position: Py<PyPosition>,
    /// Its target − evaluation, in discs for its side to move.
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
    /// The games played, by index.
    games: Vec<Py<PyGame>>,
    /// Games that could not be played. They count as played, and nothing is learned from them.
    failures: Vec<Py<PyGameFailure>>,
    /// Weight entries that came to a number that is not finite and were set to neutral, mirror images included.
    resets: Vec<(&'static str, usize, u64)>,
    /// The indices of those `games` in which a position's target is not a finite number.
    nan_games: Vec<u64>,
    /// For each of `games` six numbers.
    game_sums: Vec<GameSums>,
    /// Positions of `games` that were learned; `td_error` is over them.
    positions: u64,
    /// Root mean square of target − evaluation before learning, in discs; `None` when nothing was learned.
    td_error: Option<f64>,
    /// Visits to weight entries, mirror images counted; of the whole generation so far.
    visits: u64,
    /// Searches in `games`.
    searches: u64,
    /// Positions visited by the searches.
    nodes: u64,
    /// Probes of the transposition tables.
    probes: u64,
    /// Probes that found their position.
    hits: u64,
    /// The depths that they reached, added up.
    depth_sum: u64,
    /// The least depth that one of them reached; `None` without a search.
    depth_min: Option<u32>,
    /// The greatest depth that one of them reached.
    depth_max: u32,
    /// Search values in `games`.
    value_count: u64,
    /// The values, in 1/256 disc for the side to move, added up.
    value_sum: i64,
    /// Their squares, added up.
    value_sum_of_squares: i64,
    /// The least of them, in discs; `None` when there is none.
    value_min: Option<f32>,
    /// The greatest of them, in discs; `None` when there is none.
    value_max: Option<f32>,
    /// Wall-clock time of playing.
    play_seconds: f64,
    /// Wall-clock time of learning.
    learn_seconds: f64,
    /// What the workers spent their time on, in seconds, added up over the workers; `None` if it was not timed.
    phases: Option<PhaseSeconds>,
    /// Every update of the tables that were asked for, of the whole generation so far, an entry a row.
    updates: Option<Py<PyDict>>,
    /// The largest of these changes, eight at most.
    sudden: Vec<Py<PySuddenChange>>,
    /// Weights that changed by `sudden_discs` or more, of the whole generation so far; mirror images count once.
    sudden_count: u64,
    /// The call reached the end of its generation.
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
