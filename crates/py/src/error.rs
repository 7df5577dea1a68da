//! The conversion of Rust's errors to Python's exceptions, in one place.

use pyo3::PyErr;
use pyo3::create_exception;
use pyo3::exceptions::{PyMemoryError, PyOSError, PyRuntimeError, PyTypeError, PyValueError};
use shirokuro_engine::OutOfMemory;
use shirokuro_train::{FileError, ParameterError, Reason, TrainerError};
use std::fmt::Display;
use std::io;
use std::path::Path;

create_exception!(
    shirokuro._core,
    ModelFileError,
    PyValueError,
    "A file is not a model, is damaged, or lacks the requested part; the message names the file and the reason."
);

create_exception!(
    shirokuro._core,
    ModelVersionError,
    ModelFileError,
    "A model file has a format version that this program does not read; the message names those it reads."
);

/// Creates a `ValueError` with the parameter, the value and the allowed values.
pub fn value_error(parameter: &str, value: impl Display, allowed: impl Display) -> PyErr {
    PyValueError::new_err(format!("{parameter} = {value}: must be {allowed}"))
}

/// Creates a `RuntimeError`: another thread is using the object.
pub fn busy(what: &str) -> PyErr {
    PyRuntimeError::new_err(format!("the {what} is busy: another thread is using it"))
}

/// Creates a `TypeError`: the object can't be pickled or copied; `reason` says why, and what to do instead.
pub fn not_picklable(what: &str, reason: &str) -> PyErr {
    PyTypeError::new_err(format!("cannot pickle or copy a {what}: {reason}"))
}

/// Creates a `RuntimeError`: no threads are available.
pub fn no_threads(error: &impl Display) -> PyErr {
    PyRuntimeError::new_err(format!("no threads could be started: {error}"))
}

/// Creates a `ValueError` for a parameter that the training crate refused, by its Python name.
pub fn parameter_error(error: &ParameterError) -> PyErr {
    let parameter = match error.parameter {
        "lambda" => "lambda_",
        "time" => "time_ms",
        "depth, nodes, time" => "depth, nodes, time_ms",
        other => other,
    };
    value_error(parameter, &error.value, error.range)
}

/// Creates the `OSError` subclass of the error number, with `filename`; a `MemoryError`; or a `ModelFileError` for the
/// file's content.
pub fn file_error(error: &FileError) -> PyErr {
    match &error.reason {
        Reason::Io(io) => os_error(io, &error.path),
        Reason::Memory(_) => PyMemoryError::new_err(error.to_string()),
        Reason::NotAFile { kind } => not_a_file(kind, error),
        Reason::UnsupportedVersion { .. } => ModelVersionError::new_err(error.to_string()),
        _ => ModelFileError::new_err(error.to_string()),
    }
}

/// Converts the error by [`file_error`], [`parameter_error`] or [`memory_error`].
pub fn trainer_error(error: &TrainerError) -> PyErr {
    match error {
        TrainerError::Parameter(error) => parameter_error(error),
        TrainerError::File(error) => file_error(error),
        TrainerError::Memory(error) => memory_error(error),
        TrainerError::Threads(_) => PyRuntimeError::new_err(error.to_string()),
    }
}

/// Creates a `MemoryError` with the purpose and the size of the memory.
pub fn memory_error(error: &OutOfMemory) -> PyErr {
    PyMemoryError::new_err(error.to_string())
}

/// Creates an `OSError` for a path that is not a regular file: an `IsADirectoryError` for a directory.
fn not_a_file(kind: &str, error: &FileError) -> PyErr {
    const EISDIR: i32 = 21;
    const EINVAL: i32 = 22;
    let number = if kind == "a directory" { EISDIR } else { EINVAL };
    PyOSError::new_err((number, error.reason.to_string(), error.path.as_os_str().to_owned()))
}

fn os_error(error: &io::Error, path: &Path) -> PyErr {
    let text = error.to_string();
    let Some(number) = error.raw_os_error() else {
        return PyOSError::new_err(format!("{}: {text}", path.display()));
    };
    // OSError(errno, text, filename) creates the subclass for the number.
    let text = text.split(" (os error").next().unwrap_or_default().to_owned();
    PyOSError::new_err((number, text, path.as_os_str().to_owned()))
}
