//! `TrainerCore`: the trainer.

use crate::args::{hang_timeout, integer, number, seconds, small_integer, table_bytes};
use crate::coverage;
use crate::error::{busy, file_error, memory_error, not_picklable, parameter_error, trainer_error, value_error};
use crate::evaluator::PyEvaluator;
use crate::file::encoding;
use crate::game::PyGame;
use crate::given::given_games;
use crate::inspect::inspection;
use crate::interrupt::with_requests;
use crate::own_targets::TargetRequest;
use crate::pattern_set::{PyPatternSet, or_shipped};
use crate::player::weight_changes;
use crate::report::{PyGenerationReport, resets};
use crate::settings::PySettings;
use numpy::{IntoPyArray, PyArray1};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};
use shirokuro_train::{
    Control, FaultInjector, FaultRates, GameRecord, Lesson, Memory, TIMED_GAMES, TableCoverage, Texts, Trainer,
    TrainerOptions,
};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;
use std::{process, thread};

/// The time between two tries to lock the trainer while another thread is reading it.
const RETRY: Duration = Duration::from_millis(1);

#[doc = doc!(TrainerCore)]
#[pyclass(frozen, name = "TrainerCore", module = "shirokuro._core")]
pub struct PyTrainerCore {
    trainer: Mutex<Trainer>,
    /// Whether the call that holds the lock plays. Other calls do not wait for it: it takes long, and calls Python.
    playing: AtomicBool,
    /// The last results of `coverage` and `memory`, available while another thread plays.
    measured: (Mutex<Option<Vec<TableCoverage>>>, Mutex<Option<Memory>>),
    /// The values of the properties, available during a call too.
    position: Mutex<RunPosition>,
    evaluator: Py<PyEvaluator>,
    /// The searches of one game in this many are timed; 0 times nothing.
    timed_games: AtomicU64,
    /// The process that owns the threads.
    owner: u32,
}

/// Marks that the call which holds the lock plays, until it is dropped.
pub struct Playing<'a>(&'a AtomicBool);

impl Drop for Playing<'_> {
    fn drop(&mut self) {
        self.0.store(false, Relaxed);
    }
}

/// The position in the run after the last call.
#[derive(Clone, Copy)]
struct RunPosition {
    games_played: u64,
    generation: u64,
    generation_left: u32,
    generation_games: u32,
    seed: u64,
    threads: usize,
}

impl RunPosition {
    fn of(trainer: &Trainer) -> Self {
        Self {
            games_played: trainer.games_played(),
            generation: trainer.generation(),
            generation_left: trainer.generation_left(),
            generation_games: trainer.generation_games(),
            seed: trainer.seed(),
            threads: trainer.threads(),
        }
    }
}

#[pymethods]
impl PyTrainerCore {
    #[new]
    #[pyo3(
        signature = (*, seed, generation_games, threads, table_mb, delay_generations = 0, init = None, patterns = None)
    )]
    #[expect(clippy::too_many_arguments, reason = "they are Python's keyword arguments")]
    fn create(
        py: Python<'_>,
        seed: &Bound<'_, PyAny>,
        generation_games: &Bound<'_, PyAny>,
        threads: &Bound<'_, PyAny>,
        table_mb: &Bound<'_, PyAny>,
        delay_generations: u32,
        init: Option<PyRef<'_, PyEvaluator>>,
        patterns: Option<PyRef<'_, PyPatternSet>>,
    ) -> PyResult<Self> {
        let max_games = TrainerOptions::MAX_GENERATION_GAMES;
        let options = TrainerOptions {
            seed: integer("seed", seed, 0..=u64::MAX)?,
            generation_games: small_integer("generation_games", generation_games, 1..=max_games)?,
            threads: thread_count(threads)?,
            table_bytes: table_bytes(Some(table_mb))?,
            delay_generations,
        };
        let weights = init.map(|evaluator| Arc::clone(&evaluator.0.weights));
        let given = patterns.as_ref().map(|patterns| &patterns.0);
        if let (Some(weights), Some(given)) = (&weights, given)
            && weights.patterns() != given
        {
            return Err(PyValueError::new_err("patterns: must be those of the model that the run starts from"));
        }
        let patterns = or_shipped(patterns.as_deref());
        let create = || match &weights {
            Some(weights) => Trainer::with_weights(&options, weights),
            None => Trainer::with_patterns(&options, patterns),
        };
        let trainer = py.detach(create).map_err(|error| trainer_error(&error))?;
        Self::new(py, trainer)
    }

    #[doc = doc!(TrainerCore.load)]
    #[staticmethod]
    #[pyo3(signature = (path, *, threads, table_mb))]
    fn load(
        py: Python<'_>,
        path: PathBuf,
        threads: &Bound<'_, PyAny>,
        table_mb: &Bound<'_, PyAny>,
    ) -> PyResult<(Self, String, String, String)> {
        let (threads, table_bytes) = (thread_count(threads)?, table_bytes(Some(table_mb))?);
        let loaded = py.detach(|| Trainer::load(&path, threads, table_bytes));
        let (trainer, texts) = loaded.map_err(|error| trainer_error(&error))?;
        Ok((Self::new(py, trainer)?, texts.settings, texts.statistics, texts.monitor))
    }

    #[doc = doc!(TrainerCore.advance)]
    #[pyo3(signature = (
        games, *, play, given = None, targets = "outcome", own_targets = None, hang_seconds = 60.0, sudden_discs = 0.0,
        updates = None, tick = None, reports = None
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are Python's keyword arguments")]
    fn advance(
        &self,
        py: Python<'_>,
        games: &Bound<'_, PyAny>,
        play: PySettings<'_>,
        given: Option<Vec<Py<PyGame>>>,
        targets: &str,
        own_targets: Option<Py<PyAny>>,
        hang_seconds: f64,
        sudden_discs: f64,
        updates: Option<(u64, u64)>,
        tick: Option<Py<PyAny>>,
        reports: Option<&Bound<'_, PyList>>,
    ) -> PyResult<Py<PyGenerationReport>> {
        let games = small_integer("games", games, 1..=u32::MAX)?;
        let (play, learn) = (play.play(hang_timeout(hang_seconds)?)?, play.learn()?);
        let given = given.map(|given| given_games(&given[..given.len().min(games as usize)], targets)).transpose()?;
        let control = Control::new();
        control.time_games(self.timed_games.load(Relaxed));
        let serve = |request: Option<TargetRequest>| {
            if let (Some(request), Some(function)) = (request, &own_targets) {
                return request.answer(function).inspect_err(|_| control.stop());
            }
            let polled = control.while_playing(|| {
                Python::attach(|py| {
                    py.check_signals()?;
                    tick.as_ref().map_or(Ok(()), |tick| tick.call1(py, (control.finished(),)).map(drop))
                })
                .inspect_err(|_| control.stop())
            });
            polled.unwrap_or(Ok(()))
        };
        let (_playing, mut trainer) = self.lock_to_play(py)?;
        let trainer = &mut *trainer;
        trainer.inspect(inspection(sudden_discs, updates)?);
        let has_own_targets = own_targets.is_some();
        let advance = |requests: Sender<TargetRequest>| {
            let mut ask = |records: &[GameRecord]| TargetRequest::send(&requests, records);
            let lesson = Lesson { given: given.as_ref(), targets: has_own_targets.then_some(&mut ask) };
            trainer.advance_with(games, lesson, &play, &learn, &control)
        };
        let (report, error) = with_requests(py, serve, advance)?;
        *self.position() = RunPosition::of(trainer);
        match (error, report) {
            (Some(error), _) => Err(error),
            (None, Err(error)) => Err(trainer_error(&error)),
            (None, Ok(report)) => {
                let report = report.ok_or_else(|| PyRuntimeError::new_err("stopped without a reason"))?;
                let report =
                    Py::new(py, PyGenerationReport::new(py, report, &trainer.evaluator().weights, updates.is_some())?)?;
                if let Some(reports) = reports {
                    reports.append(report.clone_ref(py))?;
                }
                Ok(report)
            }
        }
    }

    #[doc = doc!(TrainerCore.share_weights)]
    #[pyo3(signature = (*, ahead = false))]
    fn share_weights<'py>(&self, py: Python<'py>, ahead: bool) -> PyResult<(u64, u64, Bound<'py, PyBytes>)> {
        let trainer = &mut *self.lock(py)?;
        let share = || if ahead { trainer.share_next_weights() } else { trainer.share_weights().map(Some) };
        let changes = py.detach(share).map_err(|error| memory_error(&error))?;
        let changes = changes.ok_or_else(|| PyRuntimeError::new_err("the next generation's weights are not known"))?;
        Ok(weight_changes(py, &changes))
    }

    #[doc = doc!(TrainerCore.whole_weights)]
    fn whole_weights<'py>(&self, py: Python<'py>) -> PyResult<(u64, u64, Bound<'py, PyBytes>)> {
        let trainer = &mut *self.lock(py)?;
        Ok(weight_changes(py, &py.detach(|| trainer.whole_weights())))
    }

    #[doc = doc!(TrainerCore.missing_games)]
    #[pyo3(signature = (games, *, play))]
    fn missing_games(&self, py: Python<'_>, games: &Bound<'_, PyAny>, play: PySettings<'_>) -> PyResult<Vec<u64>> {
        let games = small_integer("games", games, 1..=u32::MAX)?;
        Ok(self.lock(py)?.missing_games(games, &play.play(None)?))
    }

    #[doc = doc!(TrainerCore.supply)]
    #[pyo3(signature = (games, *, play))]
    fn supply(&self, py: Python<'_>, games: &[u8], play: PySettings<'_>) -> PyResult<u64> {
        let play = play.play(None)?;
        let trainer = &mut *self.lock(py)?;
        py.detach(|| trainer.supply(games, &play)).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    #[doc = doc!(TrainerCore.generation_evaluator)]
    fn generation_evaluator(&self, py: Python<'_>) -> PyResult<PyEvaluator> {
        let trainer = &mut *self.lock(py)?;
        let weights = py.detach(|| trainer.generation_weights()).map_err(|error| memory_error(&error))?;
        Ok(PyEvaluator::new(Arc::new(weights)))
    }

    #[doc = doc!(TrainerCore.set_workers)]
    #[pyo3(signature = (*, threads, table_mb))]
    fn set_workers(&self, py: Python<'_>, threads: &Bound<'_, PyAny>, table_mb: &Bound<'_, PyAny>) -> PyResult<()> {
        let (threads, table_bytes) = (thread_count(threads)?, table_bytes(Some(table_mb))?);
        let trainer = &mut *self.lock_with_threads(py)?;
        py.detach(|| trainer.set_workers(threads, table_bytes)).map_err(|error| trainer_error(&error))?;
        *self.position() = RunPosition::of(trainer);
        Ok(())
    }

    #[doc = doc!(TrainerCore.save)]
    #[pyo3(
        signature = (path, *, settings, statistics, monitor = "{}".to_owned(), compress = false),
        text_signature = "($self, path, *, settings, statistics, monitor='{}', compress=False)"
    )]
    fn save(
        &self,
        py: Python<'_>,
        path: PathBuf,
        settings: String,
        statistics: String,
        monitor: String,
        compress: bool,
    ) -> PyResult<bool> {
        let texts = Texts { settings, statistics, monitor };
        let trainer = &*self.lock(py)?;
        py.detach(|| trainer.save(&path, &texts, encoding(compress))).map_err(|error| file_error(&error))
    }

    #[doc = doc!(TrainerCore.reset_bad_numbers)]
    fn reset_bad_numbers(&self, py: Python<'_>) -> PyResult<Vec<(String, usize, u64)>> {
        let trainer = &mut *self.lock_with_threads(py)?;
        let found = py.detach(|| trainer.reset_bad_numbers());
        Ok(resets(&found, trainer.evaluator().weights.patterns()))
    }

    #[doc = doc!(TrainerCore.digest)]
    fn digest(&self, py: Python<'_>) -> PyResult<String> {
        let trainer = &*self.lock(py)?;
        Ok(py.detach(|| trainer.digest()))
    }

    #[doc = doc!(TrainerCore.coverage)]
    fn coverage<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        coverage::by_table(py, &self.measure(py, &self.measured.0, Trainer::coverage)?)
    }

    #[doc = doc!(TrainerCore.updated_entries)]
    fn updated_entries<'py>(&self, py: Python<'py>, stage: &Bound<'_, PyAny>) -> PyResult<Bound<'py, PyArray1<bool>>> {
        let stage = coverage::stage_number(stage)?;
        Ok(self.lock(py)?.updated_entries(stage).into_pyarray(py))
    }

    #[doc = doc!(TrainerCore.memory)]
    fn memory<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let memory = self.measure(py, &self.measured.1, Trainer::memory)?;
        let parts = PyDict::new(py);
        parts.set_item("weights", memory.weights)?;
        parts.set_item("moments", memory.moments)?;
        parts.set_item("resident_moments", memory.resident_moments)?;
        parts.set_item("tables", memory.tables)?;
        parts.set_item("scratch", memory.scratch)?;
        parts.set_item("generation", memory.generation)?;
        parts.set_item("rows", memory.rows)?;
        parts.set_item("coverage", memory.coverage)?;
        Ok(parts)
    }

    #[expect(clippy::unused_self, reason = "Python calls it as a method")]
    fn __reduce__(&self) -> PyResult<()> {
        Err(not_picklable("TrainerCore", "it owns threads: write a file with save, and read it with load"))
    }

    #[doc = doc!(TrainerCore.evaluator)]
    #[getter]
    fn evaluator(&self, py: Python<'_>) -> Py<PyEvaluator> {
        self.evaluator.clone_ref(py)
    }

    #[doc = doc!(TrainerCore.games_played)]
    #[getter]
    fn games_played(&self) -> u64 {
        self.position().games_played
    }

    #[doc = doc!(TrainerCore.generation)]
    #[getter]
    fn generation(&self) -> u64 {
        self.position().generation
    }

    #[doc = doc!(TrainerCore.generation_left)]
    #[getter]
    fn generation_left(&self) -> u32 {
        self.position().generation_left
    }

    #[doc = doc!(TrainerCore.generation_games)]
    #[getter]
    fn generation_games(&self) -> u32 {
        self.position().generation_games
    }

    #[doc = doc!(TrainerCore.seed)]
    #[getter]
    fn seed(&self) -> u64 {
        self.position().seed
    }

    #[doc = doc!(TrainerCore.threads)]
    #[getter]
    fn threads(&self) -> usize {
        self.position().threads
    }
}

impl PyTrainerCore {
    fn new(py: Python<'_>, trainer: Trainer) -> PyResult<Self> {
        let evaluator = Py::new(py, PyEvaluator::new(Arc::clone(&trainer.evaluator().weights)))?;
        let position = Mutex::new(RunPosition::of(&trainer));
        let timed_games = AtomicU64::new(TIMED_GAMES);
        Ok(Self {
            trainer: Mutex::new(trainer),
            playing: AtomicBool::new(false),
            measured: Default::default(),
            position,
            evaluator,
            timed_games,
            owner: process::id(),
        })
    }

    /// Returns the result of `measure`, or the last result if the trainer is playing.
    fn measure<T: Clone + Send>(
        &self,
        py: Python<'_>,
        last: &Mutex<Option<T>>,
        measure: impl FnOnce(&Trainer) -> T + Send,
    ) -> PyResult<T> {
        let known = || last.lock().unwrap_or_else(PoisonError::into_inner);
        match self.lock(py) {
            Ok(trainer) => {
                let trainer = &*trainer;
                let result = py.detach(|| measure(trainer));
                *known() = Some(result.clone());
                Ok(result)
            }
            Err(error) => known().clone().ok_or(error),
        }
    }

    /// Locks the trainer for playing, if this process owns its threads.
    pub fn lock_to_play(&self, py: Python<'_>) -> PyResult<(Playing<'_>, MutexGuard<'_, Trainer>)> {
        let trainer = self.lock_with_threads(py)?;
        self.playing.store(true, Relaxed);
        Ok((Playing(&self.playing), trainer))
    }

    /// Locks the trainer for work on its threads, if this process owns them.
    fn lock_with_threads(&self, py: Python<'_>) -> PyResult<MutexGuard<'_, Trainer>> {
        if process::id() != self.owner {
            return Err(PyRuntimeError::new_err(
                "a forked process does not have the trainer's threads: create it, or load it from a file, in this process",
            ));
        }
        self.lock(py)
    }

    /// Locks the trainer. Waits for calls that read it, but not for one that plays.
    fn lock(&self, py: Python<'_>) -> PyResult<MutexGuard<'_, Trainer>> {
        loop {
            match self.trainer.try_lock() {
                Ok(trainer) => return Ok(trainer),
                Err(TryLockError::Poisoned(_)) => {
                    return Err(PyRuntimeError::new_err("the trainer failed in an earlier call: load it from a file"));
                }
                Err(TryLockError::WouldBlock) if self.playing.load(Relaxed) => return Err(busy("trainer")),
                Err(TryLockError::WouldBlock) => py.detach(|| thread::sleep(RETRY)),
            }
        }
    }

    fn position(&self) -> MutexGuard<'_, RunPosition> {
        self.position.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[doc = doc!(time_games)]
#[pyfunction]
pub fn time_games(core: &PyTrainerCore, every: &Bound<'_, PyAny>) -> PyResult<()> {
    core.timed_games.store(integer("every", every, 0..=u64::from(u32::MAX))?, Relaxed);
    Ok(())
}

#[doc = doc!(inject_faults)]
#[pyfunction]
#[pyo3(signature = (core, rates, *, hang_seconds = None))]
pub fn inject_faults(
    py: Python<'_>,
    core: &PyTrainerCore,
    rates: Option<&Bound<'_, PyDict>>,
    hang_seconds: Option<f64>,
) -> PyResult<()> {
    let faults = rates.map(|rates| faults(rates, hang_seconds)).transpose()?;
    core.lock(py)?.inject_faults(faults);
    Ok(())
}

fn faults(rates: &Bound<'_, PyDict>, hang_seconds: Option<f64>) -> PyResult<FaultInjector> {
    let mut by_kind = FaultRates::default();
    for (kind, rate) in rates {
        let kind = kind.extract::<String>()?;
        let rate = number(&kind, &rate)?;
        match kind.as_str() {
            "panic" => by_kind.panic = rate,
            "hang" => by_kind.hang = rate,
            "search_error" => by_kind.search_error = rate,
            "nan" => by_kind.nan = rate,
            _ => return Err(value_error("rates", format!("'{kind}'"), "one of panic, hang, search_error and nan")),
        }
    }
    let hang = hang_seconds.map(|time| seconds("hang_seconds", time)).transpose()?;
    FaultInjector::new(by_kind, hang).map_err(|error| parameter_error(&error))
}

fn thread_count(threads: &Bound<'_, PyAny>) -> PyResult<usize> {
    small_integer("threads", threads, 1..=TrainerOptions::MAX_THREADS as u32).map(|threads| threads as usize)
}
