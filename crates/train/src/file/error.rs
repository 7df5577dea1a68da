//! What can be wrong with a model file.

use super::container::{OLDEST_VERSION, VERSION};
use super::section::Section;
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

/// A model file could not be written or read; names the file and the reason.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    #[source]
    pub reason: Reason,
}

impl FileError {
    pub(crate) fn new(path: &Path, reason: impl Into<Reason>) -> Self {
        Self { path: path.to_owned(), reason: reason.into() }
    }
}

/// Why a model file could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// The operating system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file does not start as a model file does.
    #[error("not a shirokuro model file")]
    NotAModelFile,
    /// The file is of a version of the format that is not read.
    #[error("format version {found} is not supported (this program reads versions {OLDEST_VERSION} to {VERSION})")]
    UnsupportedVersion {
        /// The file's version.
        found: u32,
    },
    /// The file ends too early.
    #[error("truncated: {found} bytes of at least {expected}")]
    Truncated {
        /// Bytes that the file says it has, as far as it could be read.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// The file goes on after its end.
    #[error("{} bytes after its end", found - expected)]
    TrailingBytes {
        /// Bytes that the file says it has.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// The header's bytes are not the ones that were written.
    #[error("damaged: the checksum of the header does not match")]
    HeaderChecksum,
    /// A section's bytes are not the ones that were written.
    #[error("damaged: the checksum of the {section} section does not match")]
    SectionChecksum {
        /// The section.
        section: Section,
    },
    /// The bytes are as they were written, and make no sense.
    #[error("invalid {part}: {reason}")]
    Invalid {
        /// Header, or the section's name.
        part: &'static str,
        /// What is wrong there.
        reason: String,
    },
    /// A trainer was asked for, and the file holds weights only.
    #[error("holds weights only, no training state (missing: {missing})")]
    WeightsOnly {
        /// The first section that is missing.
        missing: Section,
    },
}

impl Reason {
    pub(crate) fn invalid(part: &'static str, reason: impl Display) -> Self {
        Self::Invalid { part, reason: format!("{reason}") }
    }
}
