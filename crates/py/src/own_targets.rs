//! Targets of the caller's: any Python function of `GamePositions`.
//!
//! The trainer asks from its own thread. The thread that called it answers, so the function is used by one thread only,
//! and its exceptions are raised where the training was started.

use crate::error::value_error;
use crate::game_positions::PyGamePositions;
use crate::returned::numbers;
use pyo3::prelude::*;
use shirokuro_train::GameRecord;
use std::sync::mpsc::{Sender, SyncSender, sync_channel};

/// The games whose positions need targets. The trainer waits for them on its own thread; dropped without a reply, the
/// call must be about to stop.
pub struct TargetRequest {
    records: Vec<GameRecord>,
    reply: SyncSender<Vec<f32>>,
}

impl TargetRequest {
    /// Asks for the targets of these games; returns `None` if there is no reply.
    pub fn send(requests: &Sender<Self>, records: &[GameRecord]) -> Option<Vec<f32>> {
        let (reply, targets) = sync_channel(1);
        requests.send(Self { records: records.to_vec(), reply }).ok()?;
        targets.recv().ok()
    }

    /// Replies with what the function returns.
    ///
    /// # Errors
    ///
    /// The exception of the function; `ValueError` if it does not return one target per position, each a finite number
    /// or NaN.
    pub fn answer(self, function: &Py<PyAny>) -> PyResult<()> {
        let targets = Python::attach(|py| own_targets(py, function.bind(py), self.records))?;
        // The trainer waits for it.
        let _ = self.reply.send(targets);
        Ok(())
    }
}

fn own_targets(py: Python<'_>, function: &Bound<'_, PyAny>, records: Vec<GameRecord>) -> PyResult<Vec<f32>> {
    const NAME: &str = "targets: the function returned";
    let positions = Bound::new(py, PyGamePositions::of(py, records)?)?;
    let count = positions.len()?;
    let targets: Vec<f32> = numbers(&function.call1((positions,))?, NAME, count)?;
    match targets.iter().position(|target| target.is_infinite()) {
        Some(place) => Err(value_error(&format!("{NAME} target[{place}]"), targets[place], "a finite number, or NaN")),
        None => Ok(targets),
    }
}
