//! What each worker thread owns.

use crate::learn::scratch::Scratch;
use shirokuro_engine::{Searcher, TableTooLarge};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where a worker's state is while it does not play. In the hands of the worker, it is lost with it, and alone.
pub(crate) type WorkerSlot = Mutex<Option<WorkerState>>;

/// What one worker owns.
#[derive(Debug)]
pub(crate) struct WorkerState {
    pub searcher: Searcher,
    pub scratch: Scratch,
}

impl WorkerState {
    pub fn new(table_bytes: usize) -> Result<Self, TableTooLarge> {
        Ok(Self { searcher: Searcher::new(table_bytes)?, scratch: Scratch::new() })
    }
}

/// What is in the place.
pub(crate) fn lock(slot: &WorkerSlot) -> MutexGuard<'_, Option<WorkerState>> {
    // A panic while learning leaves the scratch memory dirty, but also the trainer without use: nothing to protect.
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
