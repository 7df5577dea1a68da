//! The threads that evaluate batches.

use crate::error::no_threads;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::{Arc, Mutex, PoisonError};
use std::{mem, process};

/// This process's threads, made when they are first asked for: a forked child has none of its parent's.
///
/// The interpreter is attached all the while, so that no fork by Python finds the lock taken.
pub fn threads(_attached: Python<'_>) -> PyResult<Arc<ThreadPool>> {
    static POOL: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((owner, threads)) = &*pool
        && *owner == process::id()
    {
        return Ok(Arc::clone(threads));
    }
    let threads = Arc::new(ThreadPoolBuilder::new().build().map_err(|error| no_threads(&error))?);
    // Dropping the parent's pool would talk to threads that are not there.
    mem::forget(pool.replace((process::id(), Arc::clone(&threads))));
    Ok(threads)
}
