//! What a model file says about itself.

use super::codec::{self, STATE_SECTIONS};
use super::container::{Container, Section, VERSION};
use super::error::{FileError, Reason};
use std::fs::File;
use std::path::Path;

/// The three texts that a caller keeps in a model file; nothing here reads them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// The settings.
    pub settings: String,
    /// The statistics.
    pub statistics: String,
    /// What watches the run's progress knows.
    pub monitor: String,
}

/// A model file's beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileHeader {
    /// The format's version.
    pub version: u32,
    /// The file's length.
    pub bytes: u64,
    /// The file holds a training state, not weights alone.
    pub training_state: bool,
    /// Games played; this and the next three are `None` without a training state.
    pub games_played: Option<u64>,
    /// Complete generations.
    pub generation: Option<u64>,
    /// Games in a generation.
    pub generation_games: Option<u32>,
    /// The run's seed.
    pub seed: Option<u64>,
    /// The sections, in their order.
    pub sections: Vec<SectionHeader>,
}

/// One section of a model file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SectionHeader {
    /// Which one.
    pub section: Section,
    /// Bytes in the file.
    pub stored: u64,
    /// Bytes that they stand for.
    pub decoded: u64,
}

/// Reads and checks a model file's header, and compares the file's length with it.
///
/// # Errors
///
/// The file can not be read, is no model file, or its header is damaged.
pub fn read_header(path: &Path) -> Result<FileHeader, FileError> {
    todo!("{path:?}")
}

/// Reads a whole model file in little memory and checks everything that loading it would.
///
/// # Errors
///
/// The file can not be read, is no model file, or is damaged.
pub fn verify_file(path: &Path) -> Result<(FileHeader, Option<Texts>), FileError> {
    todo!("{path:?}")
}

impl FileHeader {
    /// A section is compressed.
    pub fn compressed(&self) -> bool {
        false
    }
}
