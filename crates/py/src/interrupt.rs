//! Work that runs without the interpreter and that Ctrl-C still interrupts.

use crate::cancellation::check_cancellation;
use crate::error::{memory_error, no_threads};
use pyo3::prelude::*;
use shirokuro_engine::require_memory;
use std::convert::Infallible;
use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

/// The time between two checks of Python's signals.
const INTERVAL: Duration = Duration::from_millis(50);
/// The size of the stack of the thread that works.
const STACK_BYTES: usize = 2 << 20;

/// Called without the interpreter: runs the handlers of pending signals, if this is the main thread. Returns an error
/// if a handler raised one, or if another thread has cancelled this one's work.
pub fn check_interrupts() -> PyResult<()> {
    Python::attach(|py| {
        py.check_signals()?;
        check_cancellation()
    })
}

/// Runs `work` on another thread with the interpreter released, and calls `poll` every 50 ms on this one.
///
/// `poll` attaches to the interpreter itself. If it fails, it must have made the work end; it is not called again.
/// Returns the result of the work and the error of `poll`. A panic of the work continues on this thread.
///
/// Signal handlers run on the main thread only, so they never make `poll` fail on another thread.
pub fn with_polling<T: Send>(
    py: Python<'_>,
    mut poll: impl FnMut() -> PyResult<()> + Send,
    work: impl FnOnce() -> T + Send,
) -> PyResult<(T, Option<PyErr>)> {
    with_requests(py, move |_: Option<Infallible>| poll(), move |_requests| work())
}

/// Runs `work` as [`with_polling`] does. It may send requests to this thread: `serve` gets them, and `None` every 50 ms
/// without one. After an error of `serve`, requests are dropped.
pub fn with_requests<R: Send, T: Send>(
    py: Python<'_>,
    serve: impl FnMut(Option<R>) -> PyResult<()> + Send,
    work: impl FnOnce(Sender<R>) -> T + Send,
) -> PyResult<(T, Option<PyErr>)> {
    require_memory(STACK_BYTES, "a thread").map_err(|error| memory_error(&error))?;
    py.detach(|| thread::scope(|scope| wait(scope, serve, work)))
}

fn wait<'scope, R: Send + 'scope, T: Send + 'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    mut serve: impl FnMut(Option<R>) -> PyResult<()>,
    work: impl FnOnce(Sender<R>) -> T + Send + 'scope,
) -> PyResult<(T, Option<PyErr>)> {
    // The work has ended when it has dropped the sender, by returning or by a panic.
    let (sender, requests) = channel();
    let builder = thread::Builder::new().stack_size(STACK_BYTES).name("shirokuro".to_owned());
    let worker = builder.spawn_scoped(scope, move || work(sender)).map_err(|error| no_threads(&error))?;
    let mut error = None;
    loop {
        let request = match requests.recv_timeout(INTERVAL) {
            Ok(request) => Some(request),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        if error.is_none() {
            error = serve(request).err();
        }
    }
    let result = worker.join().unwrap_or_else(|panic| resume_unwind(panic));
    Ok((result, error))
}
