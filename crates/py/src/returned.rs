//! Numbers that a function of the caller's has returned.

use crate::args::type_name;
use crate::board::shape_text;
use numpy::{Element, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Converts what was returned to `count` numbers of this type; errors begin with `name`.
///
/// # Errors
///
/// `ValueError` if it is not that many numbers in one dimension.
pub fn numbers<T: Element + Copy>(returned: &Bound<'_, PyAny>, name: &str, count: usize) -> PyResult<Vec<T>> {
    let py = returned.py();
    let array = py.import("numpy")?.call_method1("asarray", (returned, T::get_dtype(py)));
    let array: PyReadonlyArrayDyn<'_, T> = array.and_then(|array| Ok(array.extract()?)).map_err(|error| {
        let new = PyValueError::new_err(format!("{name} {}: must be {count} numbers", type_name(returned)));
        new.set_cause(py, Some(error));
        new
    })?;
    if array.shape() != [count] {
        return Err(PyValueError::new_err(format!("{name} shape {}: must be ({count},)", shape_text(array.shape()))));
    }
    Ok(array.as_array().iter().copied().collect())
}
