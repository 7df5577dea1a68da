//! The Python module of shirokuro: converts what comes in, calls the engine or the trainer without the interpreter, converts
//! what comes out. Documented for its users in `python/shirokuro/_core.pyi`.

#![allow(clippy::needless_pass_by_value, reason = "a function that Python calls owns its arguments")]

mod args;
mod batch;
mod board;
mod cancellation;
mod coverage;
mod error;
mod evaluator;
mod file;
mod game;
mod inspect;
mod interrupt;
mod measure;
mod perft;
mod picture;
mod pool;
mod position;
mod replay;
mod report;
mod search;
mod settings;
mod trainer;
mod weights_view;

use pyo3::prelude::*;

/// The Rust side of shirokuro: rules, evaluation, search and training.
#[pymodule(name = "_core")]
mod core {
    #[pymodule_export]
    use crate::cancellation::PyCancellation;
    #[pymodule_export]
    use crate::coverage::reachable_entries;
    #[pymodule_export]
    use crate::error::{ModelFileError, ModelVersionError};
    #[pymodule_export]
    use crate::evaluator::PyEvaluator;
    #[pymodule_export]
    use crate::file::{file_digest, read_header, verify_file};
    #[pymodule_export]
    use crate::game::PyGame;
    #[pymodule_export]
    use crate::inspect::{feature_indices, mirror_entries, pattern_squares, traces};
    #[pymodule_export]
    use crate::kernel;
    #[pymodule_export]
    use crate::measure::{time_evaluation, time_reads, time_searches, time_steps};
    #[pymodule_export]
    use crate::perft::perft;
    #[pymodule_export]
    use crate::position::PyPosition;
    #[pymodule_export]
    use crate::replay::replay;
    #[pymodule_export]
    use crate::report::{PyGameFailure, PyGenerationReport, PySuddenChange};
    #[pymodule_export]
    use crate::search::{PySearchResult, PySearcher, search, solve};
    #[pymodule_export]
    use crate::trainer::{PyTrainerCore, inject_faults, time_games};

    /// An empty square.
    #[pymodule_export]
    const EMPTY: u8 = 0;
    /// A black disc; the side that moves first.
    #[pymodule_export]
    const BLACK: u8 = 1;
    /// A white disc.
    #[pymodule_export]
    const WHITE: u8 = 2;
    /// The package's version.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "Python's name for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}

/// The instruction set of the engine's inner loops on this machine.
#[pyfunction]
fn kernel() -> &'static str {
    shirokuro_engine::kernel_name()
}
