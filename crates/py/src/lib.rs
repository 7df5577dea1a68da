//! The Python module of shirokuro. It converts the arguments, calls the engine or the trainer without the interpreter,
//! and converts the results. `python/shirokuro/_core.pyi` documents it for its users.

#![allow(clippy::doc_markdown, reason = "the docstrings are Python's")]
#![allow(clippy::needless_pass_by_value, reason = "a function that Python calls owns its arguments")]

#[macro_use]
mod docs;

mod args;
mod batch;
mod board;
mod cancellation;
mod coverage;
mod error;
mod evaluator;
mod file;
mod game;
mod game_batch;
mod game_positions;
mod given;
mod inspect;
mod interrupt;
mod measure;
mod moves;
mod names;
mod own_evaluator;
mod own_targets;
mod pattern_set;
mod perft;
mod picture;
mod player;
mod pool;
mod position;
mod random_games;
mod replay;
mod report;
mod returned;
mod search;
mod search_result;
mod settings;
mod trainer;
mod weight_arrays;
mod weights_view;

use crate::args::SideToMove;
use pyo3::prelude::*;

/// The Rust side of shirokuro: rules, evaluation, search and training.
#[pymodule(name = "_core")]
mod core {
    use pyo3::prelude::*;
    use pyo3::types::{PyDict, PyMappingProxy};
    use shirokuro_engine::PATTERNS;

    #[pymodule_export]
    use crate::black_view;
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
    use crate::game_batch::PyGameBatch;
    #[pymodule_export]
    use crate::game_positions::PyGamePositions;
    #[pymodule_export]
    use crate::given::outcome_errors;
    #[pymodule_export]
    use crate::inspect::{feature_indices, mirror_entries, traces};
    #[pymodule_export]
    use crate::kernel;
    #[pymodule_export]
    use crate::measure::{time_evaluation, time_reads, time_searches, time_steps};
    #[pymodule_export]
    use crate::moves::is_transcript;
    #[pymodule_export]
    use crate::pattern_set::PyPatternSet;
    #[pymodule_export]
    use crate::perft::perft;
    #[pymodule_export]
    use crate::player::{PyGamePlayer, engine_signature};
    #[pymodule_export]
    use crate::position::PyPosition;
    #[pymodule_export]
    use crate::random_games::random_games;
    #[pymodule_export]
    use crate::replay::replay;
    #[pymodule_export]
    use crate::report::{PyGameFailure, PyGenerationReport, PySuddenChange};
    #[pymodule_export]
    use crate::search::{PySearcher, search, solve};
    #[pymodule_export]
    use crate::search_result::PySearchResult;
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
    /// The number of stages of a game: a position's stage is its number of discs − 4.
    #[pymodule_export]
    const STAGES: usize = shirokuro_engine::STAGES;
    /// The number of weight entries of a stage, all patterns together.
    #[pymodule_export]
    const STAGE_ENTRIES: usize = shirokuro_engine::STAGE_ENTRIES;
    /// The weight that stands for 0 discs.
    #[pymodule_export]
    const NEUTRAL_WEIGHT: u16 = shirokuro_engine::Weights::NEUTRAL;
    /// The units of a weight or a search value in one disc.
    #[pymodule_export]
    const UNITS_PER_DISC: i32 = shirokuro_engine::UNITS_PER_DISC;
    /// The package's version.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "Python's name for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    /// Adds a value that is not a plain constant: the number of entries of each pattern's table.
    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let entries = PyDict::new(module.py());
        for pattern in PATTERNS.iter() {
            entries.set_item(&pattern.name, pattern.entries())?;
        }
        module.add("PATTERN_ENTRIES", PyMappingProxy::new(module.py(), entries.as_mapping()))
    }
}

#[doc = doc!(black_view)]
#[pyfunction]
fn black_view(score: Bound<'_, PyAny>, side_to_move: SideToMove) -> PyResult<Bound<'_, PyAny>> {
    // The engine defines the conversion: it gives the sign.
    if side_to_move.0.black_view(1) == 1 { Ok(score) } else { score.neg() }
}

#[doc = doc!(kernel)]
#[pyfunction]
fn kernel() -> &'static str {
    shirokuro_engine::kernel_name()
}
