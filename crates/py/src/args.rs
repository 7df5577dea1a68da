//! Checked conversions of numbers, sides and paths from Python.

use crate::error::value_error;
use crate::evaluator::PyEvaluator;
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString};
use shirokuro_engine::{PatternEvaluator, Side};
use std::ops::RangeInclusive;
use std::time::Duration;

/// Converts a whole number within `range`.
///
/// # Errors
///
/// `TypeError` for anything but an integer, bools included; `ValueError` outside the range.
pub fn integer(parameter: &str, value: &Bound<'_, PyAny>, range: RangeInclusive<u64>) -> PyResult<u64> {
    let allowed = || match *range.end() {
        u64::MAX => format!("at least {}", range.start()),
        end => format!("from {} to {end}", range.start()),
    };
    if value.is_instance_of::<PyBool>() {
        return Err(wrong_type(parameter, value, "an integer"));
    }
    match value.extract::<u64>() {
        Ok(number) if range.contains(&number) => Ok(number),
        Err(error) if !error.is_instance_of::<PyOverflowError>(value.py()) => {
            Err(wrong_type(parameter, value, "an integer"))
        }
        // The number may not fit u64: the message shows what was passed.
        _ => Err(value_error(parameter, value.str()?, allowed())),
    }
}

/// Converts a whole number within `range` as [`integer`] does, to u32.
pub fn small_integer(parameter: &str, value: &Bound<'_, PyAny>, range: RangeInclusive<u32>) -> PyResult<u32> {
    integer(parameter, value, u64::from(*range.start())..=u64::from(*range.end())).map(|number| number as u32)
}

/// Converts a number.
///
/// # Errors
///
/// `TypeError` for anything but a number, bools included.
pub fn number(parameter: &str, value: &Bound<'_, PyAny>) -> PyResult<f64> {
    if value.is_instance_of::<PyBool>() {
        return Err(wrong_type(parameter, value, "a number"));
    }
    value.extract::<f64>().map_err(|_| wrong_type(parameter, value, "a number"))
}

/// Converts a time in milliseconds: more than 0, at most a thousand hours.
pub fn milliseconds(value: &Bound<'_, PyAny>) -> PyResult<Duration> {
    let milliseconds = number("time_ms", value)?;
    if milliseconds > 0.0 && milliseconds <= 3.6e9 {
        // A time of less than a nanosecond counts as one nanosecond.
        return Ok(Duration::from_secs_f64(milliseconds / 1e3).max(Duration::from_nanos(1)));
    }
    Err(value_error("time_ms", milliseconds, "more than 0 and at most 3.6e9"))
}

/// Converts a time in seconds: from 0 to ten years.
pub fn seconds(parameter: &str, seconds: f64) -> PyResult<Duration> {
    if (0.0..=3.2e8).contains(&seconds) {
        return Ok(Duration::from_secs_f64(seconds));
    }
    Err(value_error(parameter, seconds, "from 0 to 3.2e8"))
}

/// Converts the time that a worker may be silent; 0 means forever.
pub fn hang_timeout(hang_seconds: f64) -> PyResult<Option<Duration>> {
    Ok(Some(seconds("hang_seconds", hang_seconds)?).filter(|timeout| !timeout.is_zero()))
}

/// Converts a table's size in megabytes (10^6 bytes) to bytes; 16 MB if none is given.
pub fn table_bytes(table_mb: Option<&Bound<'_, PyAny>>) -> PyResult<usize> {
    let megabytes = table_mb.map_or(Ok(16.0), |megabytes| number("table_mb", megabytes))?;
    if (0.0..=65_536.0).contains(&megabytes) {
        return Ok((megabytes * 1e6) as usize);
    }
    Err(value_error("table_mb", megabytes, "from 0 to 65536"))
}

/// Converts an `Evaluator` or `None`.
pub fn evaluator(value: Option<&Bound<'_, PyAny>>) -> PyResult<Option<PatternEvaluator>> {
    let evaluator = |value: &Bound<'_, PyAny>| match value.cast::<PyEvaluator>() {
        Ok(evaluator) => Ok(evaluator.get().0.clone()),
        Err(_) => Err(wrong_type("evaluator", value, "an Evaluator or None")),
    };
    value.map(evaluator).transpose()
}

/// An evaluator; without one, that of the model that ships with the package.
pub fn evaluator_or_default(py: Python<'_>, value: Option<&Bound<'_, PyAny>>) -> PyResult<PatternEvaluator> {
    evaluator(value)?.map_or_else(|| Ok(PyEvaluator::shipped(py)?.get().0.clone()), Ok)
}

/// The side to move: 1 or "black", 2 or "white".
#[derive(Clone, Copy, Debug)]
pub struct SideToMove(pub Side);

impl SideToMove {
    /// The side to move if none is given.
    pub const BLACK: Self = Self(Side::Black);

    /// Returns the side with this number.
    pub fn from_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self(Side::Black)),
            2 => Some(Self(Side::White)),
            _ => None,
        }
    }

    /// Returns the number of a side.
    pub fn number(side: Side) -> u8 {
        match side {
            Side::Black => 1,
            Side::White => 2,
        }
    }
}

impl FromPyObject<'_, '_> for SideToMove {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        const ALLOWED: &str = r#"1 or "black", 2 or "white""#;
        if let Ok(name) = value.cast::<PyString>() {
            return match &*name.to_cow()? {
                "black" => Ok(Self(Side::Black)),
                "white" => Ok(Self(Side::White)),
                _ => Err(value_error("side_to_move", value.repr()?, ALLOWED)),
            };
        }
        let number = value.extract::<i64>();
        if value.is_instance_of::<PyBool>()
            || number.as_ref().is_err_and(|error| !error.is_instance_of::<PyOverflowError>(value.py()))
        {
            return Err(wrong_type("side_to_move", &value, ALLOWED));
        }
        number.ok().and_then(Self::from_number).ok_or_else(|| value_error("side_to_move", value.to_owned(), ALLOWED))
    }
}

/// Creates a `TypeError` with the parameter, the expected type and the actual type.
pub fn wrong_type(parameter: &str, value: &Bound<'_, PyAny>, expected: &str) -> PyErr {
    PyTypeError::new_err(format!("{parameter}: must be {expected}, not {}", type_name(value)))
}

/// Returns the name of a value's type.
pub fn type_name(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "?".to_owned(), |name| name.to_string())
}
