//! The names of the squares as Python strings, which are made once.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyList, PyString};
use shirokuro_engine::Square;
use std::array;

/// Returns a list with the names of a bitboard's squares, from a1 to h8.
pub fn list(py: Python<'_>, bits: u64) -> PyResult<Bound<'_, PyList>> {
    let names = names(py);
    let mut rest = bits;
    // A range knows its length, so that the list is made in its final size.
    let next = |_| {
        let index = rest.trailing_zeros() as usize;
        rest &= rest - 1;
        &names[index]
    };
    PyList::new(py, (0..bits.count_ones()).map(next))
}

fn names(py: Python<'_>) -> &[Py<PyString>; 64] {
    static NAMES: PyOnceLock<[Py<PyString>; 64]> = PyOnceLock::new();
    NAMES.get_or_init(py, || {
        array::from_fn(|index| {
            let name = Square::new(index as u8).map_or_else(String::new, |square| square.to_string());
            PyString::intern(py, &name).unbind()
        })
    })
}
