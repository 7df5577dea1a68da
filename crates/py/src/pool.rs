//! The threads that evaluate batches.

use crate::error::{memory_error, no_threads};
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use shirokuro_engine::require_memory;
use std::sync::{Arc, Mutex, PoisonError};
use std::{mem, process, thread};

/// The size of a thread's stack.
const STACK_BYTES: usize = 2 << 20;

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
    let count = thread::available_parallelism().map_or(1, usize::from);
    require_memory(count * STACK_BYTES, "the threads").map_err(|error| memory_error(&error))?;
    let threads = ThreadPoolBuilder::new().stack_size(STACK_BYTES);
    let threads = Arc::new(threads.build().map_err(|error| no_threads(&error))?);
    // Dropping the parent's pool would signal threads that do not exist here.
    mem::forget(pool.replace((process::id(), Arc::clone(&threads))));
    Ok(threads)
}
