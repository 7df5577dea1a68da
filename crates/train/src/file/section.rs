//! The parts of a model file and how they are stored.

use std::fmt;

/// A part of a model file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Section {
    /// The pattern weights.
    Weights = 1,
    /// Adam's moments.
    Moments = 2,
    /// The games of the current generation that count.
    Records = 3,
    /// The entries that the current generation has changed, as they were before.
    Undo = 4,
    /// Finished games of the current generation that do not count yet, left by a call that was stopped.
    Kept = 5,
    /// The settings, a JSON text owned by the caller.
    Settings = 6,
    /// The statistics, a JSON text owned by the caller.
    Statistics = 7,
    /// The state of the run's monitoring, a JSON text owned by the caller.
    Monitor = 8,
    /// The entries that were ever updated, and the number of updates.
    Coverage = 9,
    /// The pattern weights without redundancy, in place of the plain ones.
    PackedWeights = 10,
    /// The entries that the last complete generation has changed, as they were before, in a run with a delay.
    Earlier = 11,
    /// The patterns, in a file whose patterns are not those that ship with the package.
    Patterns = 12,
}

impl Section {
    /// The sections of every training state, in the order of the file.
    pub const OF_STATE: [Self; 9] = [
        Self::Weights,
        Self::Moments,
        Self::Records,
        Self::Undo,
        Self::Kept,
        Self::Coverage,
        Self::Settings,
        Self::Statistics,
        Self::Monitor,
    ];

    /// Returns the section's name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Weights => "weights",
            Self::Moments => "moments",
            Self::Records => "records",
            Self::Undo => "undo",
            Self::Kept => "kept games",
            Self::Settings => "settings",
            Self::Statistics => "statistics",
            Self::Monitor => "monitor",
            Self::Coverage => "coverage",
            Self::PackedWeights => "packed weights",
            Self::Earlier => "earlier weights",
            Self::Patterns => "patterns",
        }
    }

    pub(crate) fn from_code(code: u32) -> Option<Self> {
        let others = [Self::PackedWeights, Self::Earlier, Self::Patterns];
        Self::OF_STATE.into_iter().chain(others).find(|&section| section as u32 == code)
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The encoding of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Encoding {
    /// Uncompressed.
    Raw = 0,
    /// Compressed by Zstandard (RFC 8878), in one frame.
    Zstd = 1,
}

impl Encoding {
    pub(crate) fn from_code(code: u32) -> Option<Self> {
        [Self::Raw, Self::Zstd].into_iter().find(|&encoding| encoding as u32 == code)
    }
}

/// The location of a section in the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SectionLocation {
    pub section: Section,
    pub encoding: Encoding,
    pub offset: u64,
    /// Its length in the file, in bytes.
    pub stored: u64,
    /// Its length when decoded, in bytes.
    pub decoded: u64,
    /// The checksum of its bytes in the file.
    pub crc: u32,
}
