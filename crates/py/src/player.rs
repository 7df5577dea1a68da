//! `GamePlayer`: playing a run's games for its trainer, in another process.

use crate::args::{hang_timeout, integer, small_integer, table_bytes};
use crate::error::{busy, not_picklable, trainer_error};
use crate::interrupt::{check_interrupts, with_polling};
use crate::pattern_set::{PyPatternSet, or_shipped};
use crate::settings::PySettings;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use shirokuro_train::{Control, GamePlayer, TrainerOptions, WeightChanges};
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

#[doc = doc!(GamePlayer)]
#[pyclass(frozen, name = "GamePlayer", module = "shirokuro._core")]
pub struct PyGamePlayer {
    player: Mutex<GamePlayer>,
    /// The control of the last call of `play`.
    control: Mutex<Arc<Control>>,
    /// The process that owns the threads.
    owner: u32,
}

#[pymethods]
impl PyGamePlayer {
    #[new]
    #[pyo3(signature = (*, threads, table_mb, patterns = None))]
    fn create(
        py: Python<'_>,
        threads: &Bound<'_, PyAny>,
        table_mb: &Bound<'_, PyAny>,
        patterns: Option<PyRef<'_, PyPatternSet>>,
    ) -> PyResult<Self> {
        let threads = small_integer("threads", threads, 1..=TrainerOptions::MAX_THREADS as u32)? as usize;
        let table_bytes = table_bytes(Some(table_mb))?;
        let patterns = or_shipped(patterns.as_deref());
        let player = py.detach(|| GamePlayer::new(patterns, threads, table_bytes));
        let player = player.map_err(|error| trainer_error(&error))?;
        Ok(Self { player: Mutex::new(player), control: Mutex::default(), owner: process::id() })
    }

    #[doc = doc!(GamePlayer.apply)]
    fn apply(&self, py: Python<'_>, changes: &[u8]) -> PyResult<()> {
        let player = &mut *self.lock()?;
        py.detach(|| player.apply(changes)).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    #[doc = doc!(GamePlayer.forget)]
    fn forget(&self, py: Python<'_>) -> PyResult<()> {
        let player = &mut *self.lock()?;
        py.detach(|| player.forget()).map_err(|error| trainer_error(&error))
    }

    #[doc = doc!(GamePlayer.play)]
    #[pyo3(signature = (seed, numbers, *, play, table_mb, hang_seconds = 60.0))]
    fn play<'py>(
        &self,
        py: Python<'py>,
        seed: &Bound<'_, PyAny>,
        numbers: Vec<u64>,
        play: PySettings<'_>,
        table_mb: &Bound<'_, PyAny>,
        hang_seconds: f64,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let seed = integer("seed", seed, 0..=u64::MAX)?;
        let (play, table_bytes) = (play.play(hang_timeout(hang_seconds)?)?, table_bytes(Some(table_mb))?);
        let player = &mut *self.lock()?;
        let control = Arc::new(Control::new());
        *self.control() = Arc::clone(&control);
        let poll = || check_interrupts().inspect_err(|_| control.stop());
        let (games, error) = with_polling(py, poll, || player.play(seed, &numbers, &play, table_bytes, &control))?;
        match error {
            Some(error) => Err(error),
            None => games.map(|games| PyBytes::new(py, &games)).map_err(|error| trainer_error(&error)),
        }
    }

    #[doc = doc!(GamePlayer.stop)]
    fn stop(&self) {
        self.control().stop();
    }

    #[doc = doc!(GamePlayer.finished)]
    #[getter]
    fn finished(&self) -> u64 {
        self.control().finished()
    }

    #[doc = doc!(GamePlayer.fingerprint)]
    #[getter]
    fn fingerprint(&self) -> PyResult<u64> {
        Ok(self.lock()?.fingerprint())
    }

    #[expect(clippy::unused_self, reason = "Python calls it as a method")]
    fn __reduce__(&self) -> PyResult<()> {
        Err(not_picklable("GamePlayer", "it owns threads: create it in the process that plays"))
    }
}

impl PyGamePlayer {
    fn lock(&self) -> PyResult<MutexGuard<'_, GamePlayer>> {
        if process::id() != self.owner {
            return Err(PyRuntimeError::new_err(
                "a forked process does not have the player's threads: create it there",
            ));
        }
        self.player.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => busy("player"),
            TryLockError::Poisoned(_) => {
                PyRuntimeError::new_err("the player failed in an earlier call: create it anew")
            }
        })
    }

    fn control(&self) -> MutexGuard<'_, Arc<Control>> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[doc = doc!(engine_signature)]
#[pyfunction]
pub fn engine_signature(py: Python<'_>) -> PyResult<String> {
    py.detach(shirokuro_train::engine_signature).map_err(|error| trainer_error(&error))
}

/// Returns the fingerprints before and after, and the bytes.
pub fn weight_changes<'py>(py: Python<'py>, changes: &WeightChanges) -> (u64, u64, Bound<'py, PyBytes>) {
    (changes.before, changes.after, PyBytes::new(py, &changes.bytes))
}
