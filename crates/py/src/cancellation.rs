//! `Cancellation`: ending the searches of other threads.

use crate::error::not_picklable;
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

thread_local! {
    /// The cancellations that are active for this thread.
    static ENTERED: RefCell<Vec<Arc<AtomicBool>>> = const { RefCell::new(Vec::new()) };
}

#[doc = doc!(Cancellation)]
#[pyclass(frozen, name = "Cancellation", module = "shirokuro._core")]
#[derive(Default)]
pub struct PyCancellation(Arc<AtomicBool>);

#[pymethods]
impl PyCancellation {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    #[doc = doc!(Cancellation.cancel)]
    fn cancel(&self) {
        self.0.store(true, Relaxed);
    }

    #[expect(clippy::unused_self, reason = "Python calls it as a method")]
    fn __reduce__(&self) -> PyResult<()> {
        Err(not_picklable("Cancellation", "it ends searches of this process's threads"))
    }

    fn __enter__(&self) -> PyResult<()> {
        fail_if(self.0.load(Relaxed))?;
        ENTERED.with_borrow_mut(|entered| entered.push(Arc::clone(&self.0)));
        Ok(())
    }

    #[pyo3(signature = (*_exception))]
    #[expect(clippy::unused_self, reason = "Python calls it as a method")]
    fn __exit__(&self, _exception: &Bound<'_, PyTuple>) {
        ENTERED.with_borrow_mut(Vec::pop);
    }
}

/// Returns an error if the current thread is within the `with` block of a cancellation that was called.
pub fn check_cancellation() -> PyResult<()> {
    fail_if(ENTERED.with_borrow(|entered| entered.iter().any(|cancelled| cancelled.load(Relaxed))))
}

fn fail_if(cancelled: bool) -> PyResult<()> {
    if cancelled { Err(PyKeyboardInterrupt::new_err("cancelled by another thread")) } else { Ok(()) }
}
