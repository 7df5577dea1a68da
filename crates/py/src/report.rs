//! `GenerationReport`: the report of a call of the trainer.

use crate::error::not_picklable;
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

/// A game that failed.
#[pyclass(frozen, get_all, name = "GameFailure", module = "shirokuro._core")]
pub struct PyGameFailure {
    /// The game's number in its training, from 0.
    index: u64,
    /// The kind of failure: a panic of the worker, no sign of life from it, or a search without a result.
    kind: &'static str,
    /// Details.
    message: String,
    /// The run's seed. Together with `index` and the weights it reproduces the game.
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
    #[expect(clippy::unused_self, reason = "Python calls it as a method")]
    fn __reduce__(&self) -> PyResult<()> {
        Err(not_picklable("GameFailure", "keep the values that you need from it"))
    }

    fn __repr__(&self) -> String {
        let Self { index, kind, message, seed, transcript } = self;
        format!(
            "GameFailure(index={index}, kind='{kind}', message={message:?}, seed={seed}, transcript='{transcript}')"
        )
    }
}

/// The values of one game: their number, sum and sum of squares; the number of learned positions, the sum of their
/// squared errors, and the number evaluated beyond 64 discs.
type GameSums = (u64, i64, i64, u32, f64, u32);

/// Pattern, stage and number of entries of each reset.
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

/// A suspiciously large change of a weight, and the position that contributed most to it.
#[pyclass(frozen, get_all, name = "SuddenChange", module = "shirokuro._core")]
pub struct PySuddenChange {
    /// `"P01"` … `"P14"`.
    pattern: &'static str,
    /// The number of discs − 4.
    stage: usize,
    /// The index in the pattern's table; of two mirror images, the lower one.
    entry: usize,
    /// The index of the mirror image, which has the same weight.
    mirror: u16,
    /// The number of times that the generation's positions read either of them.
    visits: u32,
    /// The weight before the update.
    before: u16,
    /// The weight after the update.
    after: u16,
    /// The number of the position's game.
    game: u64,
    /// The number of moves played before the position.
    ply: usize,
    /// The position: of all that read the entry, the one whose target was farthest from its evaluation.
    position: Py<PyPosition>,
    /// Target − evaluation of the position, in discs for its side to move.
    error: f32,
}

#[pymethods]
impl PySuddenChange {
    #[expect(clippy::unused_self, reason = "Python calls it as a method")]
    fn __reduce__(&self) -> PyResult<()> {
        Err(not_picklable("SuddenChange", "keep the values that you need from it"))
    }

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

/// Returns the updates, as one `NumPy` array per column.
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

/// The report of a call of `TrainerCore.advance`.
#[pyclass(frozen, get_all, name = "GenerationReport", module = "shirokuro._core")]
pub struct PyGenerationReport {
    /// The games played, by index.
    games: Vec<Py<PyGame>>,
    /// The games that failed. They count as played, and nothing is learned from them.
    failures: Vec<Py<PyGameFailure>>,
    /// Weight entries that became NaN or infinite and were reset to neutral, mirror images included.
    resets: Vec<(&'static str, usize, u64)>,
    /// The indices of those `games` in which a position's target is NaN or infinite.
    nan_games: Vec<u64>,
    /// Six numbers for each of `games`.
    game_sums: Vec<GameSums>,
    /// The number of positions learned from `games`; `td_error` covers them.
    positions: u64,
    /// The root mean square of target − evaluation before learning, in discs; `None` when nothing was learned.
    td_error: Option<f64>,
    /// Visits to weight entries, mirror images included, in the whole generation so far.
    visits: u64,
    /// The number of searches in `games`.
    searches: u64,
    /// The number of positions that the searches visited.
    nodes: u64,
    /// The number of probes of the transposition tables.
    probes: u64,
    /// The number of probes that found their position.
    hits: u64,
    /// The sum of the search depths.
    depth_sum: u64,
    /// The smallest search depth; `None` without a search.
    depth_min: Option<u32>,
    /// The largest search depth.
    depth_max: u32,
    /// The number of search values in `games`.
    value_count: u64,
    /// The sum of the values, in 1/256 disc for the side to move.
    value_sum: i64,
    /// The sum of their squares.
    value_sum_of_squares: i64,
    /// The smallest value in discs; `None` without values.
    value_min: Option<f32>,
    /// The largest value in discs; `None` without values.
    value_max: Option<f32>,
    /// The wall-clock time of playing.
    play_seconds: f64,
    /// The wall-clock time of learning.
    learn_seconds: f64,
    /// The time that the workers spent on each phase, in seconds, summed over the workers; `None` if it was not
    /// measured.
    phases: Option<PhaseSeconds>,
    /// Every update of the requested tables in the whole generation so far, one row per entry.
    updates: Option<Py<PyDict>>,
    /// The largest sudden changes, at most eight.
    sudden: Vec<Py<PySuddenChange>>,
    /// The number of weights that changed by `sudden_discs` or more in the whole generation so far; a mirror pair
    /// counts once.
    sudden_count: u64,
    /// Whether the call reached the end of its generation.
    generation_complete: bool,
}

#[pymethods]
impl PyGenerationReport {
    #[expect(clippy::unused_self, reason = "Python calls it as a method")]
    fn __reduce__(&self) -> PyResult<()> {
        Err(not_picklable(
            "GenerationReport",
            "keep its games, which can be pickled, and the values that you need from it",
        ))
    }
}

impl PyGenerationReport {
    /// Converts the report; `listed` says whether it lists updates.
    pub fn new(py: Python<'_>, report: GenerationReport, listed: bool) -> PyResult<Self> {
        let (positions, td_error) = (report.positions(), report.td_error());
        let GenerationReport { totals, values, .. } = report;
        let failures = report.failures.iter();
        let sums = report.values_by_game.iter().zip(&report.errors_by_game).map(|(values, errors)| {
            let ValueSummary { count, sum, sum_of_squares, .. } = *values;
            (count, sum, sum_of_squares, errors.positions, errors.squared_error, errors.out_of_range)
        });
        Ok(Self {
            games: report.games.into_iter().map(|game| Py::new(py, PyGame(game))).collect::<PyResult<_>>()?,
            failures: failures.map(|failure| Py::new(py, PyGameFailure::new(failure))).collect::<PyResult<_>>()?,
            resets: resets(&report.resets),
            nan_games: report.nan_games,
            game_sums: sums.collect(),
            positions,
            td_error,
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
