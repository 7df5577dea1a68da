//! What can be wrong with the numbers a caller passes in.

use crate::file::error::FileError;
use shirokuro_engine::TableTooLarge;
use std::fmt::Display;

/// A parameter is outside its range; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{parameter} = {value}: must be {range}")]
pub struct ParameterError {
    /// The parameter's name, as the caller writes it.
    pub parameter: &'static str,
    /// The value that was passed.
    pub value: String,
    /// The values that are allowed, in words: "from 0 to 1".
    pub range: &'static str,
}

impl ParameterError {
    /// The error for `parameter`, which must be in `range` and was `value`.
    pub fn new(parameter: &'static str, value: impl Display, range: &'static str) -> Self {
        Self { parameter, value: value.to_string(), range }
    }
}

/// A trainer could not be made.
#[derive(Debug, thiserror::Error)]
pub enum TrainerError {
    /// An option is outside its range.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The operating system gave no threads.
    #[error("the worker threads could not be started: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// There is no memory for the transposition tables.
    #[error("{0}, for each worker thread")]
    Memory(#[from] TableTooLarge),
}

/// `Ok` if `allowed`, else the error naming the parameter, its value and its range.
pub(crate) fn require(
    allowed: bool,
    parameter: &'static str,
    value: impl Display,
    range: &'static str,
) -> Result<(), ParameterError> {
    if allowed { Ok(()) } else { Err(ParameterError::new(parameter, value, range)) }
}
