//! `PatternSet`: the patterns of an evaluation.

use crate::args::wrong_type;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString};
use shirokuro_engine::{PATTERNS, Pattern, PatternSet, square_names};
use std::collections::hash_map::DefaultHasher;
use std::fmt::Write;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;

#[doc = doc!(PatternSet)]
#[pyclass(frozen, name = "PatternSet", module = "shirokuro._core")]
pub struct PyPatternSet(pub Arc<PatternSet>);

#[pymethods]
impl PyPatternSet {
    #[new]
    fn create(patterns: &Bound<'_, PyAny>) -> PyResult<Self> {
        let patterns = patterns
            .cast::<PyMapping>()
            .map_err(|_| wrong_type("patterns", patterns, "a mapping from names to squares"))?;
        let mut shapes = Vec::new();
        for item in patterns.items()? {
            let (name, squares) = item.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
            let name = name.extract::<String>().map_err(|_| wrong_type("name of a pattern", &name, "a string"))?;
            let squares = squares_text(&name, &squares)?;
            shapes.push((name, squares));
        }
        PatternSet::new(shapes).map(Self).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    #[doc = doc!(PatternSet.from_toml)]
    #[staticmethod]
    fn from_toml(py: Python<'_>, path: PathBuf) -> PyResult<Bound<'_, PyAny>> {
        py.import("shirokuro.pattern_files")?.call_method1("read", (path,))
    }

    #[doc = doc!(PatternSet.default)]
    #[staticmethod]
    #[pyo3(name = "default")]
    fn shipped() -> Self {
        Self(Arc::clone(&PATTERNS))
    }

    #[doc = doc!(PatternSet.is_default)]
    #[getter]
    fn is_default(&self) -> bool {
        self.0.is_shipped()
    }

    #[doc = doc!(PatternSet.squares)]
    #[getter]
    fn squares<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        by_name(py, &self.0, |pattern| names(&pattern.squares))
    }

    #[doc = doc!(PatternSet.features)]
    #[getter]
    fn features<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        features(py, &self.0)
    }

    #[doc = doc!(PatternSet.entries)]
    #[getter]
    fn entries<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        by_name(py, &self.0, Pattern::entries)
    }

    #[doc = doc!(PatternSet.to_toml)]
    fn to_toml(&self) -> String {
        let mut text = String::new();
        for pattern in self.0.iter() {
            let squares = names(&pattern.squares).join(" ");
            let separator = if text.is_empty() { "" } else { "\n" };
            write!(text, "{separator}[[pattern]]\nname = \"{}\"\nsquares = \"{squares}\"\n", pattern.name)
                .expect("writing to a String does not fail");
        }
        text
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| self.0 == other.get().0)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.definition().hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        let names: Vec<&str> = self.0.iter().map(|pattern| pattern.name.as_str()).collect();
        format!("<PatternSet: {} in {} features>", names.join(", "), self.0.features())
    }

    /// Pickles the set as its squares.
    fn __getnewargs__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyDict>,)> {
        Ok((self.squares(py)?,))
    }
}

/// Returns the given patterns, or those that ship with the package.
pub fn or_shipped(patterns: Option<&PyPatternSet>) -> &Arc<PatternSet> {
    patterns.map_or(&PATTERNS, |patterns| &patterns.0)
}

/// Returns each pattern's squares in all its orientations.
fn features<'py>(py: Python<'py>, patterns: &PatternSet) -> PyResult<Bound<'py, PyDict>> {
    by_name(py, patterns, |pattern| {
        pattern.features().map(|feature| names(patterns.feature_squares(feature))).collect::<Vec<_>>()
    })
}

/// Returns a value for each pattern, by its name.
pub fn by_name<'py, T: IntoPyObject<'py>>(
    py: Python<'py>,
    patterns: &PatternSet,
    value: impl Fn(&Pattern) -> T,
) -> PyResult<Bound<'py, PyDict>> {
    let by_name = PyDict::new(py);
    for pattern in patterns.iter() {
        by_name.set_item(&pattern.name, value(pattern))?;
    }
    Ok(by_name)
}

fn names(squares: &[u8]) -> Vec<String> {
    square_names(squares).map(|square| square.to_string()).collect()
}

/// Returns squares, given as a text or as several, as one text.
fn squares_text(name: &str, squares: &Bound<'_, PyAny>) -> PyResult<String> {
    if let Ok(text) = squares.cast::<PyString>() {
        return Ok(text.to_cow()?.into_owned());
    }
    let texts = squares.extract::<Vec<String>>();
    let parameter = format!("squares of pattern {name:?}");
    texts.map(|texts| texts.join(" ")).map_err(|_| wrong_type(&parameter, squares, "a string or a list of strings"))
}
