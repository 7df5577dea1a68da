//! The settings of a generation's games, which Python passes as one object.

use crate::args::{number, small_integer};
use crate::search::SearchLimits;
use pyo3::prelude::*;
use shirokuro_train::{LearnSettings, PlaySettings};
use std::time::Duration;

/// The object's attributes, not yet checked. Errors name each setting as Python's settings do.
#[derive(FromPyObject)]
pub struct PySettings<'py> {
    depth: Option<Bound<'py, PyAny>>,
    nodes: Option<Bound<'py, PyAny>>,
    time_ms: Option<Bound<'py, PyAny>>,
    exact_empties: Bound<'py, PyAny>,
    epsilon: Bound<'py, PyAny>,
    shallow: Bound<'py, PyAny>,
    random_plies: Bound<'py, PyAny>,
    lambda_: Bound<'py, PyAny>,
    rate: Bound<'py, PyAny>,
    adam_epsilon: Bound<'py, PyAny>,
    share_stages: Bound<'py, PyAny>,
    share_weight: Bound<'py, PyAny>,
}

impl PySettings<'_> {
    /// Converts the play settings; `hang_timeout` is not an attribute of the object.
    ///
    /// # Errors
    ///
    /// `TypeError` for a value of the wrong type, `ValueError` for one outside its range.
    pub fn play(&self, hang_timeout: Option<Duration>) -> PyResult<PlaySettings> {
        let [depth, nodes, time_ms] = [&self.depth, &self.nodes, &self.time_ms].map(Option::as_ref);
        let SearchLimits { depth, nodes, time, exact_empties } =
            SearchLimits::new(depth, nodes, time_ms, Some(&self.exact_empties))?;
        Ok(PlaySettings {
            depth,
            nodes,
            time,
            exact_empties,
            random_plies: small_integer("random_plies", &self.random_plies, 0..=60)?,
            epsilon: number("epsilon", &self.epsilon)?,
            shallow: number("shallow", &self.shallow)?,
            hang_timeout,
        })
    }

    /// Converts the learning settings.
    ///
    /// # Errors
    ///
    /// `TypeError` for a value that is not a number.
    pub fn learn(&self) -> PyResult<LearnSettings> {
        let [lambda, rate] = [number("lambda_", &self.lambda_)?, number("rate", &self.rate)?];
        Ok(LearnSettings {
            lambda: lambda as f32,
            rate: rate as f32,
            adam_epsilon: number("adam_epsilon", &self.adam_epsilon)? as f32,
            share_stages: small_integer("share_stages", &self.share_stages, 0..=LearnSettings::MAX_SHARE_STAGES)?,
            share_weight: number("share_weight", &self.share_weight)? as f32,
        })
    }
}
