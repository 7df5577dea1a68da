//! Model files: their content, without building a trainer.

use crate::error::file_error;
use crate::pattern_set::PyPatternSet;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use shirokuro_train::{Encoding, FileHeader};
use std::path::PathBuf;
use std::sync::Arc;

/// Returns the encoding of a file's sections.
pub fn encoding(compress: bool) -> Encoding {
    if compress { Encoding::Zstd } else { Encoding::Raw }
}

#[doc = doc!(file_digest)]
#[pyfunction]
pub fn file_digest(py: Python<'_>, path: PathBuf) -> PyResult<String> {
    py.detach(|| shirokuro_train::file_digest(&path)).map_err(|error| file_error(&error))
}

#[doc = doc!(read_header)]
#[pyfunction]
pub fn read_header(py: Python<'_>, path: PathBuf) -> PyResult<Bound<'_, PyDict>> {
    let header = py.detach(|| shirokuro_train::read_header(&path)).map_err(|error| file_error(&error))?;
    to_dict(py, &header)
}

#[doc = doc!(verify_file)]
#[pyfunction]
pub fn verify_file(py: Python<'_>, path: PathBuf) -> PyResult<Bound<'_, PyDict>> {
    let (header, texts) = py.detach(|| shirokuro_train::verify_file(&path)).map_err(|error| file_error(&error))?;
    let file = to_dict(py, &header)?;
    file.set_item("settings", texts.as_ref().map(|texts| &texts.settings))?;
    file.set_item("statistics", texts.as_ref().map(|texts| &texts.statistics))?;
    Ok(file)
}

fn to_dict<'py>(py: Python<'py>, header: &FileHeader) -> PyResult<Bound<'py, PyDict>> {
    let (file, sections) = (PyDict::new(py), PyDict::new(py));
    for section in &header.sections {
        sections.set_item(section.section.name(), section.stored)?;
    }
    file.set_item("version", header.version)?;
    file.set_item("training_state", header.training_state)?;
    file.set_item("patterns", PyPatternSet(Arc::clone(&header.patterns)))?;
    file.set_item("games_played", header.games_played)?;
    file.set_item("generation", header.generation)?;
    file.set_item("generation_games", header.generation_games)?;
    file.set_item("seed", header.seed)?;
    file.set_item("compressed", header.compressed())?;
    file.set_item("bytes", header.bytes)?;
    file.set_item("sections", sections)?;
    file.set_item("monitor", header.monitor.as_ref())?;
    Ok(file)
}
