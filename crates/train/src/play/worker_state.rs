//! What each worker thread owns.

use crate::learn::scratch::Scratch;
use shirokuro_engine::{Searcher, TableTooLarge};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where a worker's state is while it does not play. In the hands of the worker, it is lost with it, and alone.
pub(crate) type Place = Mutex<Option<State>>;

/// What one worker owns.
#[derive(Debug)]
pub(crate) struct State {
    pub searcher: Searcher,
    pub scratch: Scratch,
}

impl State {
    pub fn new(table_bytes: usize) -> Result<Self, TableTooLarge> {
        Ok(Self { searcher: Searcher::new(table_bytes)?, scratch: Scratch::new() })
    }
}

/// What is in the place.
pub(crate) fn lock(state: &Place) -> MutexGuard<'_, Option<State>> {
    // A panic while learning leaves the scratch memory dirty, but also the trainer without use: nothing to protect.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
