//! The threads that evaluate batches.

use crate::error::no_threads;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::{Arc, Mutex, PoisonError};
use std::{mem, process};

/// Returns this process's threads, which are started on first use: a forked child does not inherit its parent's
/// threads.
///
/// The interpreter stays attached, so that a fork by Python never finds the lock taken.
pub fn threads(_attached: Python<'_>) -> PyResult<Arc<ThreadPool>> {
    static POOL: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((owner, threads)) = &*pool
        && *owner == process::id()
    {
        return Ok(Arc::clone(threads));
    }
    let threads = Arc::new(ThreadPoolBuilder::new().build().map_err(|error| no_threads(&error))?);
    // Dropping the parent's pool would signal threads that do not exist here.
    mem::forget(pool.replace((process::id(), Arc::clone(&threads))));
    Ok(threads)
}
