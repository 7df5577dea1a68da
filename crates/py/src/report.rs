//! `GenerationReport`: the report of a call of the trainer.

use crate::error::not_picklable;
use crate::game::PyGame;
use crate::position::PyPosition;
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use shirokuro_engine::{PatternSet, Weights, discs, transcript};
use shirokuro_train::{
    FailureKind, GameFailure, GenerationReport, PhaseTimes, Reset, SuddenChange, ValueSummary, WeightUpdate,
};
use std::collections::BTreeMap;

#[doc = doc!(GameFailure)]
#[pyclass(frozen, get_all, name = "GameFailure", module = "shirokuro._core")]
pub struct PyGameFailure {
    #[doc = doc!(GameFailure.index)]
    index: u64,
    #[doc = doc!(GameFailure.kind)]
    kind: &'static str,
    #[doc = doc!(GameFailure.message)]
    message: String,
    #[doc = doc!(GameFailure.seed)]
    seed: u64,
    #[doc = doc!(GameFailure.transcript)]
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
pub fn resets(resets: &[Reset], patterns: &PatternSet) -> Vec<(String, usize, u64)> {
    resets.iter().map(|reset| (patterns[reset.pattern].name.clone(), reset.stage, reset.entries)).collect()
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

#[doc = doc!(SuddenChange)]
#[pyclass(frozen, get_all, name = "SuddenChange", module = "shirokuro._core")]
pub struct PySuddenChange {
    #[doc = doc!(SuddenChange.pattern)]
    pattern: String,
    #[doc = doc!(SuddenChange.stage)]
    stage: usize,
    #[doc = doc!(SuddenChange.entry)]
    entry: usize,
    #[doc = doc!(SuddenChange.mirror)]
    mirror: u16,
    #[doc = doc!(SuddenChange.visits)]
    visits: u32,
    #[doc = doc!(SuddenChange.before)]
    before: u16,
    #[doc = doc!(SuddenChange.after)]
    after: u16,
    #[doc = doc!(SuddenChange.game)]
    game: u64,
    #[doc = doc!(SuddenChange.ply)]
    ply: usize,
    #[doc = doc!(SuddenChange.position)]
    position: Py<PyPosition>,
    #[doc = doc!(SuddenChange.error)]
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
    fn new(py: Python<'_>, change: &SuddenChange, patterns: &PatternSet) -> PyResult<Self> {
        let WeightUpdate { entry, visits, before, after, .. } = change.update;
        let (stage, pattern, entry) = patterns.table_of(entry as usize);
        Ok(Self {
            pattern: patterns[pattern].name.clone(),
            stage,
            entry,
            mirror: patterns[pattern].mirror()[entry],
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
fn updates<'py>(py: Python<'py>, updates: &[WeightUpdate], patterns: &PatternSet) -> PyResult<Bound<'py, PyDict>> {
    let column = PyDict::new(py);
    let tables: Vec<_> = updates.iter().map(|update| patterns.table_of(update.entry as usize)).collect();
    let mirror_of = |&(_, pattern, entry): &(usize, usize, usize)| patterns[pattern].mirror()[entry];
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

#[doc = doc!(GenerationReport)]
#[pyclass(frozen, get_all, name = "GenerationReport", module = "shirokuro._core")]
pub struct PyGenerationReport {
    #[doc = doc!(GenerationReport.games)]
    games: Vec<Py<PyGame>>,
    #[doc = doc!(GenerationReport.failures)]
    failures: Vec<Py<PyGameFailure>>,
    #[doc = doc!(GenerationReport.resets)]
    resets: Vec<(String, usize, u64)>,
    #[doc = doc!(GenerationReport.nan_games)]
    nan_games: Vec<u64>,
    #[doc = doc!(GenerationReport.game_sums)]
    game_sums: Vec<GameSums>,
    #[doc = doc!(GenerationReport.positions)]
    positions: u64,
    #[doc = doc!(GenerationReport.td_error)]
    td_error: Option<f64>,
    #[doc = doc!(GenerationReport.visits)]
    visits: u64,
    #[doc = doc!(GenerationReport.searches)]
    searches: u64,
    #[doc = doc!(GenerationReport.nodes)]
    nodes: u64,
    #[doc = doc!(GenerationReport.probes)]
    probes: u64,
    #[doc = doc!(GenerationReport.hits)]
    hits: u64,
    #[doc = doc!(GenerationReport.depth_sum)]
    depth_sum: u64,
    #[doc = doc!(GenerationReport.depth_min)]
    depth_min: Option<u32>,
    #[doc = doc!(GenerationReport.depth_max)]
    depth_max: u32,
    #[doc = doc!(GenerationReport.value_count)]
    value_count: u64,
    #[doc = doc!(GenerationReport.value_sum)]
    value_sum: i64,
    #[doc = doc!(GenerationReport.value_sum_of_squares)]
    value_sum_of_squares: i64,
    #[doc = doc!(GenerationReport.value_min)]
    value_min: Option<f32>,
    #[doc = doc!(GenerationReport.value_max)]
    value_max: Option<f32>,
    #[doc = doc!(GenerationReport.play_seconds)]
    play_seconds: f64,
    #[doc = doc!(GenerationReport.learn_seconds)]
    learn_seconds: f64,
    #[doc = doc!(GenerationReport.phases)]
    phases: Option<PhaseSeconds>,
    #[doc = doc!(GenerationReport.updates)]
    updates: Option<Py<PyDict>>,
    #[doc = doc!(GenerationReport.sudden)]
    sudden: Vec<Py<PySuddenChange>>,
    #[doc = doc!(GenerationReport.sudden_count)]
    sudden_count: u64,
    #[doc = doc!(GenerationReport.generation_complete)]
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
    /// Converts the report of an update of these weights; `listed` says whether it lists updates.
    pub fn new(py: Python<'_>, report: GenerationReport, weights: &Weights, listed: bool) -> PyResult<Self> {
        let patterns = weights.patterns();
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
            resets: resets(&report.resets, patterns),
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
            updates: listed.then(|| updates(py, &report.updates, patterns)).transpose()?.map(Bound::unbind),
            sudden: report
                .sudden
                .iter()
                .map(|change| Py::new(py, PySuddenChange::new(py, change, patterns)?))
                .collect::<PyResult<_>>()?,
            sudden_count: report.sudden_count,
            generation_complete: report.generation_complete,
        })
    }
}
