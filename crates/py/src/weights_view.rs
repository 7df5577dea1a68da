//! The weight tables as arrays that copy nothing: the crate's only unsafe code.

#![allow(unsafe_code)]

use crate::evaluator::PyEvaluator;
use numpy::PyArray2;
use numpy::ndarray::{ArrayView2, ShapeBuilder};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use shirokuro_engine::{PATTERNS, STAGE_ENTRIES, STAGES};

/// For each pattern's name a read-only array of shape (60, entries) over the evaluator's weights, which it keeps alive.
pub fn by_pattern<'py>(evaluator: &Bound<'py, PyEvaluator>) -> PyResult<Bound<'py, PyDict>> {
    let views = PyDict::new(evaluator.py());
    let weights = &evaluator.get().0.weights;
    for (pattern, shape) in PATTERNS.iter().enumerate() {
        let first = weights.table(0, pattern).as_ptr().cast::<u16>();
        let layout = (STAGES, shape.entries()).strides((STAGE_ENTRIES, 1));
        // SAFETY: AtomicU16 has the layout of u16, and the last element, of stage 59, is within the table of all stages, which is
        // never resized. The memory lives as long as the evaluator, which is the array's base object. Nothing is read or written
        // through the Rust view; NumPy gets its address only. A trainer may store to a weight while NumPy loads it, each in
        // one 16-bit access.
        let view = unsafe {
            let table = ArrayView2::from_shape_ptr(layout, first);
            PyArray2::borrow_from_array(&table, evaluator.clone().into_any())
        };
        // The evaluator offers no writeable buffer, so that NumPy refuses to set the flag again.
        view.call_method1("setflags", (false,))?;
        views.set_item(shape.name, view)?;
    }
    Ok(views)
}
