//! Weights from arrays, the reverse of `get_weights`.

use crate::args::wrong_type;
use crate::board::{refuse_mask, shape_text};
use crate::error::{memory_error, value_error};
use numpy::{PyArrayDescrMethods, PyReadonlyArray2, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyMapping;
use shirokuro_engine::{Pattern, PatternSet, STAGES, Weights};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Converts a mapping from the name of each of these patterns to integers of shape (60, entries).
///
/// # Errors
///
/// `TypeError` or `ValueError`, with the pattern, if an array is missing, unknown, of another shape or type, has a
/// number outside 0 to 65535, or has different weights for two mirror images.
pub fn to_weights(arrays: &Bound<'_, PyAny>, patterns: &Arc<PatternSet>) -> PyResult<Weights> {
    let arrays = arrays.cast::<PyMapping>().map_err(|_| wrong_type("weights", arrays, "arrays by pattern name"))?;
    for name in arrays.keys()? {
        if !patterns.iter().any(|pattern| name.eq(&pattern.name).unwrap_or(false)) {
            return Err(value_error("name in weights", name.repr()?, allowed_names(patterns)));
        }
    }
    let weights = Weights::neutral_of(patterns).map_err(|error| memory_error(&error))?;
    for (number, pattern) in patterns.iter().enumerate() {
        if !arrays.contains(&pattern.name)? {
            return Err(PyValueError::new_err(format!("weights: the array of {} is missing", pattern.name)));
        }
        copy(&arrays.get_item(&pattern.name)?, number, pattern, &weights)?;
    }
    weights.changed();
    Ok(weights)
}

fn allowed_names(patterns: &PatternSet) -> String {
    let names: Vec<&str> = patterns.iter().map(|pattern| pattern.name.as_str()).collect();
    match &names[..] {
        [first, .., last] if patterns.is_shipped() => format!("{first} to {last}"),
        _ => format!("one of {}", names.join(", ")),
    }
}

fn copy(array: &Bound<'_, PyAny>, number: usize, pattern: &Pattern, weights: &Weights) -> PyResult<()> {
    let name = format!("weights[{:?}]", pattern.name);
    refuse_mask(array, &name)?;
    let numpy = array.py().import("numpy")?;
    let array = numpy.call_method1("asarray", (array,))?;
    let untyped = array.cast::<PyUntypedArray>()?;
    if !matches!(untyped.dtype().kind(), b'i' | b'u') {
        return Err(wrong_type(&name, &array, &format!("of integers; this has the type {}", untyped.dtype())));
    }
    if untyped.shape() != [STAGES, pattern.entries()] {
        let shape = shape_text(untyped.shape());
        return Err(PyValueError::new_err(format!("{name}: shape {shape}: must be ({STAGES}, {})", pattern.entries())));
    }
    for extreme in [array.call_method0("min")?, array.call_method0("max")?] {
        if extreme.extract::<u16>().is_err() {
            return Err(value_error(&name, extreme, "from 0 to 65535"));
        }
    }
    let array: PyReadonlyArray2<'_, u16> = array.call_method1("astype", ("uint16",))?.extract()?;
    let array = array.as_array();
    let mirrored = pattern.mirror();
    for stage in 0..STAGES {
        let table = weights.table(stage, number);
        let row = array.row(stage);
        for (entry, weight) in table.iter().enumerate() {
            let (value, other) = (row[entry], usize::from(mirrored[entry]));
            if value != row[other] {
                let (parameter, allowed) = (
                    format!("{name}[{stage}, {entry}]"),
                    format!("that of its mirror image, entry {other}, which is {}", row[other]),
                );
                return Err(value_error(&parameter, value, allowed));
            }
            weight.store(value, Relaxed);
        }
    }
    Ok(())
}
