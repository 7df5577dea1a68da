//! `SearchResult`: what a search found.

use crate::picture;
use crate::position::PyPosition;
use pyo3::prelude::*;
use shirokuro_engine::{Position, SearchResult, discs};
use std::time::Duration;

/// The values of a result, in the order of its fields.
type SearchResultParts = (Py<PyPosition>, Option<String>, f32, u32, u64, bool, u8, Vec<String>, f64, Option<f64>);

#[doc = doc!(SearchResult)]
#[pyclass(frozen, get_all, name = "SearchResult", module = "shirokuro._core")]
pub struct PySearchResult {
    #[doc = doc!(SearchResult.position)]
    position: Py<PyPosition>,
    #[doc = doc!(SearchResult.best_move)]
    best_move: Option<String>,
    #[doc = doc!(SearchResult.score)]
    score: f32,
    #[doc = doc!(SearchResult.depth)]
    depth: u32,
    #[doc = doc!(SearchResult.nodes)]
    nodes: u64,
    #[doc = doc!(SearchResult.exact)]
    exact: bool,
    #[doc = doc!(SearchResult.confidence)]
    confidence: u8,
    #[doc = doc!(SearchResult.principal_variation)]
    principal_variation: Vec<String>,
    #[doc = doc!(SearchResult.seconds)]
    seconds: f64,
    #[doc = doc!(SearchResult.table_hit_rate)]
    table_hit_rate: Option<f64>,
}

impl PySearchResult {
    /// Converts the result.
    pub fn new(
        py: Python<'_>,
        position: Position,
        result: &SearchResult,
        confidence: u8,
        time: Duration,
    ) -> PyResult<Self> {
        Ok(Self {
            position: Py::new(py, PyPosition(position))?,
            best_move: result.best.map(|square| square.to_string()),
            score: discs(result.score),
            depth: result.depth,
            nodes: result.nodes,
            exact: result.exact,
            confidence: if result.exact { 100 } else { confidence },
            principal_variation: result.line.iter().map(ToString::to_string).collect(),
            seconds: time.as_secs_f64(),
            table_hit_rate: (result.probes > 0).then(|| result.hits as f64 / result.probes as f64),
        })
    }
}

#[pymethods]
impl PySearchResult {
    /// Restores a result from what `__reduce__` returns.
    #[staticmethod]
    fn _of(parts: SearchResultParts) -> Self {
        let (position, best_move, score, depth, nodes, exact, confidence, line, seconds, table_hit_rate) = parts;
        let principal_variation = line;
        Self {
            position,
            best_move,
            score,
            depth,
            nodes,
            exact,
            confidence,
            principal_variation,
            seconds,
            table_hit_rate,
        }
    }

    /// Pickles the result as its parts.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (SearchResultParts,))> {
        let parts = (
            self.position.clone_ref(py),
            self.best_move.clone(),
            self.score,
            self.depth,
            self.nodes,
            self.exact,
            self.confidence,
            self.principal_variation.clone(),
            self.seconds,
            self.table_hit_rate,
        );
        Ok((py.get_type::<Self>().getattr("_of")?, (parts,)))
    }

    fn __repr__(&self) -> String {
        let best = self.best_move.as_ref().map_or_else(|| "None".to_owned(), |best| format!("'{best}'"));
        let exact = if self.exact { "True" } else { "False" };
        let Self { score, depth, nodes, .. } = self;
        format!("SearchResult(best_move={best}, score={score}, depth={depth}, nodes={nodes}, exact={exact})")
    }

    /// The board with the expected moves, and the figures, for notebooks.
    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        picture::html(slf, "search_html")
    }
}
