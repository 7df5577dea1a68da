//! Models: loading and evaluating.

use crate::error::Error;
use crate::position::SkPosition;
use shirokuro_engine::{PatternEvaluator, discs};
use std::path::Path;
use std::sync::Arc;

/// A model: immutable, so any number of threads may use one at the same time.
pub struct SkModel(pub(crate) PatternEvaluator);

impl SkModel {
    /// Reads the weights of a model file.
    ///
    /// # Errors
    /// The file cannot be read, is not a model, or is damaged; or there is not enough memory.
    pub fn load(path: &Path) -> Result<Self, Error> {
        Ok(Self(PatternEvaluator::new(Arc::new(shirokuro_train::load_weights(path)?))))
    }

    /// Evaluates a position for its side to move, in discs.
    ///
    /// # Errors
    /// The position is invalid.
    pub fn evaluate(&self, position: &SkPosition) -> Result<f32, Error> {
        Ok(discs(self.0.evaluate(&position.checked()?.board)))
    }
}
