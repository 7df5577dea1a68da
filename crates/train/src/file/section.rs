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
    /// The games of the unfinished generation, as far as they count.
    Records = 3,
    /// What the entries that the unfinished generation has changed were before.
    Undo = 4,
    /// Games of the unfinished generation that a stopped call had finished, and that do not count yet.
    Kept = 5,
    /// The settings, a JSON text that the caller owns.
    Settings = 6,
    /// The statistics, a JSON text that the caller owns.
    Statistics = 7,
    /// What watches the run's progress knows, a JSON text that the caller owns.
    Monitor = 8,
    /// Which entries were ever updated, and how often.
    Coverage = 9,
}

impl Section {
    /// All of them, in the order of the file.
    pub const ALL: [Self; 9] = [
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

    /// The section's name in messages.
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
        }
    }

    pub(crate) fn from_code(code: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|&section| section as u32 == code)
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a section is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Encoding {
    /// As it is.
    Raw = 0,
    /// Compressed by Zstandard (RFC 8878), one frame.
    Zstd = 1,
}

impl Encoding {
    pub(crate) fn from_code(code: u32) -> Option<Self> {
        [Self::Raw, Self::Zstd].into_iter().find(|&encoding| encoding as u32 == code)
    }
}

/// Where a section lies in the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SectionLocation {
    pub section: Section,
    pub encoding: Encoding,
    pub offset: u64,
    /// Bytes in the file.
    pub stored: u64,
    /// Bytes that they stand for.
    pub decoded: u64,
    /// The checksum of the bytes in the file.
    pub crc: u32,
}
