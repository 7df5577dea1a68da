//! `Evaluator`: the pattern evaluation.

use crate::args::SideToMove;
use crate::board::position;
use crate::error::{file_error, memory_error};
use crate::file::encoding;
use crate::pattern_set::{PyPatternSet, or_shipped};
use crate::{batch, weight_arrays, weights_view};
use numpy::PyArray1;
use pyo3::exceptions::{PyRuntimeWarning, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use shirokuro_engine::{PatternEvaluator, Weights, discs};
use std::ffi::CString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// What an evaluator is restored from: its weights, two bytes each, and its patterns.
type Pickled<'py> = (Bound<'py, PyBytes>, PyPatternSet);

#[doc = doc!(Evaluator)]
#[pyclass(frozen, name = "Evaluator", module = "shirokuro._core")]
pub struct PyEvaluator(pub PatternEvaluator);

impl PyEvaluator {
    /// Creates an evaluator that shares these weights.
    pub fn new(weights: Arc<Weights>) -> Self {
        Self(PatternEvaluator::new(weights))
    }

    /// Returns the evaluator of the model that ships with the package, which the Python side finds and keeps.
    pub fn shipped(py: Python<'_>) -> PyResult<Bound<'_, Self>> {
        Ok(py.import("shirokuro.models")?.call_method0("default_evaluator")?.cast_into()?)
    }
}

#[pymethods]
impl PyEvaluator {
    #[new]
    #[pyo3(signature = (patterns = None))]
    fn neutral(py: Python<'_>, patterns: Option<PyRef<'_, PyPatternSet>>) -> PyResult<Self> {
        let patterns = or_shipped(patterns.as_deref());
        let weights = py.detach(|| Weights::neutral_of(patterns)).map_err(|error| memory_error(&error))?;
        Ok(Self::new(Arc::new(weights)))
    }

    /// Shows how many weights have been learned: those that are not neutral.
    fn __repr__(&self, py: Python<'_>) -> String {
        let entries = self.0.weights.entries();
        let learned = || entries.iter().filter(|weight| weight.load(Relaxed) != Weights::NEUTRAL).count();
        format!("<Evaluator: {} weights, {} of them not neutral>", entries.len(), py.detach(learned))
    }

    /// Restores an evaluator from what `__reduce__` returns.
    #[staticmethod]
    #[pyo3(signature = (weights, patterns = None))]
    fn _of(py: Python<'_>, weights: &[u8], patterns: Option<PyRef<'_, PyPatternSet>>) -> PyResult<Self> {
        let entries = weights.as_chunks::<2>().0.iter().map(|&weight| u16::from_le_bytes(weight));
        let patterns = or_shipped(patterns.as_deref());
        let weights = py.detach(|| Weights::from_entries(patterns, entries.collect()));
        weights.map(|weights| Self::new(Arc::new(weights))).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// Pickles the evaluator as its weights, two bytes each, and its patterns.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Pickled<'py>)> {
        let entries = self.0.weights.entries();
        let weights = PyBytes::new_with(py, 2 * entries.len(), |bytes| {
            for (bytes, weight) in bytes.as_chunks_mut::<2>().0.iter_mut().zip(entries) {
                *bytes = weight.load(Relaxed).to_le_bytes();
            }
            Ok(())
        })?;
        Ok((py.get_type::<Self>().getattr("_of")?, (weights, self.patterns())))
    }

    #[doc = doc!(Evaluator.load)]
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let weights = py.detach(|| shirokuro_train::load_weights(&path));
        weights.map(|weights| Self::new(Arc::new(weights))).map_err(|error| file_error(&error))
    }

    #[doc = doc!(Evaluator.from_weights)]
    #[staticmethod]
    #[pyo3(signature = (weights, *, patterns = None))]
    fn from_weights(weights: &Bound<'_, PyAny>, patterns: Option<PyRef<'_, PyPatternSet>>) -> PyResult<Self> {
        Ok(Self::new(Arc::new(weight_arrays::to_weights(weights, or_shipped(patterns.as_deref()))?)))
    }

    #[doc = doc!(Evaluator.default)]
    #[staticmethod]
    #[pyo3(name = "default")]
    fn of_shipped_model(py: Python<'_>) -> PyResult<Bound<'_, Self>> {
        Self::shipped(py)
    }

    #[doc = doc!(Evaluator.patterns)]
    #[getter]
    fn patterns(&self) -> PyPatternSet {
        PyPatternSet(Arc::clone(self.0.weights.patterns()))
    }

    #[doc = doc!(Evaluator.save)]
    #[pyo3(signature = (path, *, compress = true))]
    fn save(&self, py: Python<'_>, path: PathBuf, compress: bool) -> PyResult<()> {
        let save = || shirokuro_train::save_weights(&path, &self.0.weights, encoding(compress));
        if py.detach(save).map_err(|error| file_error(&error))? {
            return Ok(());
        }
        let warning = format!(
            "{}: saved, but the file system cannot sync the folder: a power failure may restore the old file",
            path.display()
        );
        PyErr::warn(py, &py.get_type::<PyRuntimeWarning>(), &CString::new(warning)?, 1)
    }

    #[doc = doc!(Evaluator.digest)]
    fn digest(&self, py: Python<'_>) -> String {
        py.detach(|| shirokuro_train::weights_digest(&self.0.weights))
    }

    #[doc = doc!(Evaluator.evaluate)]
    #[pyo3(signature = (board, *, side_to_move = None))]
    fn evaluate(&self, board: &Bound<'_, PyAny>, side_to_move: Option<SideToMove>) -> PyResult<f32> {
        let position = position(board, side_to_move)?;
        Ok(discs(self.0.evaluate(&position.board)))
    }

    #[doc = doc!(Evaluator.evaluate_batch)]
    #[pyo3(signature = (boards, *, side_to_move = None))]
    fn evaluate_batch<'py>(
        &self,
        boards: &Bound<'py, PyAny>,
        side_to_move: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyArray1<f32>>> {
        batch::evaluate(&self.0, boards, side_to_move)
    }

    #[doc = doc!(Evaluator.get_weights)]
    fn get_weights<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        weights_view::by_pattern(slf)
    }
}
