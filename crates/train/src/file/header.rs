//! The header of a model file, and checking whole files.

use super::codec;
use super::error::{FileError, Reason};
use super::load::{check_weights, has_delay, open, read_file_state, read_log, read_patterns, read_text};
use super::reader::Container;
use super::section::{Encoding, Section};
use super::texts::Texts;
use shirokuro_engine::PatternSet;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// The contents of a model file without its large parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileHeader {
    /// The format version.
    pub version: u32,
    /// The length of the file in bytes.
    pub bytes: u64,
    /// Whether the file holds a training state rather than weights alone.
    pub training_state: bool,
    /// The patterns whose weights the file holds.
    pub patterns: Arc<PatternSet>,
    /// The number of games played. This, the next three and `monitor` are `None` without a training state.
    pub games_played: Option<u64>,
    /// The number of complete generations.
    pub generation: Option<u64>,
    /// The number of games in a generation.
    pub generation_games: Option<u32>,
    /// The run's seed.
    pub seed: Option<u64>,
    /// The sections, in the order of the file.
    pub sections: Vec<SectionHeader>,
    /// The text of [`Texts::monitor`].
    pub monitor: Option<String>,
}

impl FileHeader {
    /// Checks whether any section is compressed.
    pub fn compressed(&self) -> bool {
        self.sections.iter().any(|section| section.encoding == Encoding::Zstd)
    }

    fn of(file: &mut Container<File>) -> Result<Self, Reason> {
        let fields = codec::decode_fields(file.fields())?;
        let training_state = file.length(Section::Moments).is_ok();
        let monitor = training_state.then(|| read_text(file, Section::Monitor)).transpose()?;
        let patterns = read_patterns(file)?;
        let sections = file.locations().iter().map(|line| SectionHeader {
            section: line.section,
            encoding: line.encoding,
            stored: line.stored,
            decoded: line.decoded,
        });
        Ok(Self {
            version: file.version(),
            bytes: file.bytes(),
            training_state,
            patterns,
            games_played: training_state.then_some(fields.games),
            generation: training_state.then_some(fields.generation),
            generation_games: training_state.then_some(fields.generation_games),
            seed: training_state.then_some(fields.seed),
            sections: sections.collect(),
            monitor,
        })
    }
}

/// A section of a model file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SectionHeader {
    /// Its kind.
    pub section: Section,
    /// Its encoding.
    pub encoding: Encoding,
    /// Its length in the file, in bytes.
    pub stored: u64,
    /// Its length when decoded, in bytes.
    pub decoded: u64,
}

/// Reads and checks a model file's header, patterns and monitor text, and compares the file's length with the header. The time it
/// takes does not depend on the size of the file.
///
/// # Errors
///
/// The file cannot be read, is not a model file, its header, its patterns or its monitor text are damaged, or its length is wrong.
pub fn read_header(path: &Path) -> Result<FileHeader, FileError> {
    open(path).and_then(|mut file| FileHeader::of(&mut file)).map_err(|reason| FileError::new(path, reason))
}

/// Reads a whole model file in little memory and checks everything that loading checks. The texts are `None` in a file
/// that holds weights alone.
///
/// # Errors
///
/// The file cannot be read, is not a model file, or is damaged.
pub fn verify_file(path: &Path) -> Result<(FileHeader, Option<Texts>), FileError> {
    open(path).and_then(|mut file| verify(&mut file)).map_err(|reason| FileError::new(path, reason))
}

fn verify(file: &mut Container<File>) -> Result<(FileHeader, Option<Texts>), Reason> {
    let header = FileHeader::of(file)?;
    if header.training_state {
        let texts = read_file_state(file)?.texts;
        read_log(file, Section::Undo, &header.patterns, drop)?;
        if has_delay(file) {
            read_log(file, Section::Earlier, &header.patterns, drop)?;
        }
        for section in [Section::Weights, Section::Moments] {
            file.read(section, &mut |_| Ok(()))?;
        }
        return Ok((header, Some(texts)));
    }
    let weights = check_weights(file, &header.patterns)?;
    for SectionHeader { section, .. } in &header.sections {
        if *section == weights {
            file.read(*section, &mut |_| Ok(()))?;
        } else {
            file.read_all(*section, codec::max_text(*section))?;
        }
    }
    Ok((header, None))
}

#[cfg(test)]
#[path = "header_tests.rs"]
mod tests;
