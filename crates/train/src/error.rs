//! The errors of the trainer.

use crate::file::error::FileError;
use shirokuro_engine::OutOfMemory;
use std::fmt::Display;

/// A parameter is outside its range; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{parameter} = {value}: must be {range}")]
pub struct ParameterError {
    /// The parameter's name, as the caller writes it.
    pub parameter: &'static str,
    /// The value.
    pub value: String,
    /// The allowed values in words, for example "from 0 to 1".
    pub range: &'static str,
}

impl ParameterError {
    /// Creates the error for `parameter`, which must be in `range` but was `value`.
    pub fn new(parameter: &'static str, value: impl Display, range: &'static str) -> Self {
        Self { parameter, value: value.to_string(), range }
    }
}

/// A trainer could not be created, or a call failed.
#[derive(Debug, thiserror::Error)]
pub enum TrainerError {
    /// An option is outside its range.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The operating system did not provide the threads.
    #[error("the worker threads could not be started: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// There is not enough memory; nothing was changed.
    #[error(transparent)]
    Memory(#[from] OutOfMemory),
}

/// Returns `Ok` if `allowed`, otherwise the error with the parameter, its value and its range.
pub(crate) fn require(
    allowed: bool,
    parameter: &'static str,
    value: impl Display,
    range: &'static str,
) -> Result<(), ParameterError> {
    if allowed { Ok(()) } else { Err(ParameterError::new(parameter, value, range)) }
}
