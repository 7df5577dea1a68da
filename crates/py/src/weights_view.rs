//! The weight tables as arrays without copies: the only unsafe code of the crate.

#![allow(unsafe_code, reason = "NumPy gets the address of the weights")]

use crate::evaluator::PyEvaluator;
use numpy::PyArray2;
use numpy::ndarray::{ArrayView2, ShapeBuilder};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use shirokuro_engine::STAGES;

/// Returns, by pattern name, read-only arrays of shape (60, entries) over the evaluator's weights, which they keep
/// alive.
pub fn by_pattern<'py>(evaluator: &Bound<'py, PyEvaluator>) -> PyResult<Bound<'py, PyDict>> {
    let views = PyDict::new(evaluator.py());
    let weights = &evaluator.get().0.weights;
    let first = weights.entries().as_ptr().cast::<u16>();
    let patterns = weights.patterns();
    for pattern in patterns.iter() {
        let layout = (STAGES, pattern.entries()).strides((patterns.stage_entries(), 1));
        // SAFETY: AtomicU16 has the layout of u16. The pointer points to all entries, and the pattern's offset and last
        // element, in stage 59, are among them; they are never moved. They live as long as the evaluator, which is the
        // array's base object. A trainer may store to them while the Rust view exists, but nothing is loaded through the
        // view: it ends here and only passes address and shape to NumPy. NumPy's loads while a trainer stores are single
        // 16-bit accesses.
        let view = unsafe {
            let table = ArrayView2::from_shape_ptr(layout, first.add(pattern.offset()));
            PyArray2::borrow_from_array(&table, evaluator.clone().into_any())
        };
        // The evaluator offers no writeable buffer, so NumPy refuses to set the flag again.
        view.call_method1("setflags", (false,))?;
        views.set_item(&pattern.name, view)?;
    }
    Ok(views)
}
