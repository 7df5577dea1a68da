//! Errors of reading and writing model files.

use super::container::{OLDEST_VERSION, VERSION};
use super::section::Section;
use shirokuro_engine::OutOfMemory;
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

/// A model file could not be written or read. Names the file and the reason.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// The reason.
    #[source]
    pub reason: Reason,
}

impl FileError {
    pub(crate) fn new(path: &Path, reason: impl Into<Reason>) -> Self {
        Self { path: path.to_owned(), reason: reason.into() }
    }
}

/// The reason why a model file could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// The operating system reported an error.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// There is not enough memory.
    #[error(transparent)]
    Memory(#[from] OutOfMemory),
    /// The path does not lead to a regular file; nothing was read or written.
    #[error("not a regular file but {kind}")]
    NotAFile {
        /// What it is: "a directory", "a named pipe", "a socket" or "a device".
        kind: &'static str,
    },
    /// The file does not start like a model file.
    #[error("not a shirokuro model file")]
    NotAModelFile,
    /// The file has a format version that cannot be read.
    #[error("format version {found} is not supported (this program reads versions {OLDEST_VERSION} to {VERSION})")]
    UnsupportedVersion {
        /// The file's version.
        found: u32,
    },
    /// The file ends too early.
    #[error("truncated: its length in bytes is {found}, not {expected} or more")]
    Truncated {
        /// The length that the file declares, as far as it could be read.
        expected: u64,
        /// The length of the file.
        found: u64,
    },
    /// The file continues after its declared end.
    #[error("too long: its length in bytes is {found}, not {expected}")]
    TrailingBytes {
        /// The length that the file declares.
        expected: u64,
        /// The length of the file.
        found: u64,
    },
    /// The header's bytes differ from those that were written.
    #[error("damaged: the checksum of the header does not match")]
    HeaderChecksum,
    /// A section's bytes differ from those that were written.
    #[error("damaged: the checksum of the {section} section does not match")]
    SectionChecksum {
        /// The section.
        section: Section,
    },
    /// The bytes are undamaged but invalid.
    #[error("invalid {part}: {reason}")]
    Invalid {
        /// `header`, or the section's name.
        part: &'static str,
        /// The problem.
        reason: String,
    },
    /// The file holds only weights where a training state was expected.
    #[error("holds weights only, no training state (missing: {missing})")]
    WeightsOnly {
        /// The first missing section.
        missing: Section,
    },
}

impl Reason {
    pub(crate) fn invalid(part: &'static str, reason: impl Display) -> Self {
        Self::Invalid { part, reason: format!("{reason}") }
    }
}
