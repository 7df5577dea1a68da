//! The state of a worker thread.

use crate::learn::scratch::Scratch;
use shirokuro_engine::{OutOfMemory, Searcher};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A worker's state while it does not play. A worker that plays holds its state: if it hangs, only that state is lost.
pub(crate) type WorkerSlot = Mutex<Option<WorkerState>>;

/// The memory that one worker owns.
#[derive(Debug)]
pub(crate) struct WorkerState {
    pub searcher: Searcher,
    pub scratch: Scratch,
}

impl WorkerState {
    pub fn new(table_bytes: usize) -> Result<Self, OutOfMemory> {
        Ok(Self { searcher: Searcher::new(table_bytes)?, scratch: Scratch::new()? })
    }
}

/// Returns the content of a slot.
pub(crate) fn lock(slot: &WorkerSlot) -> MutexGuard<'_, Option<WorkerState>> {
    // A panic during learning leaves the scratch memory dirty, but the trainer is unusable then: there is nothing to
    // protect.
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
