//! The model file: saving, loading, and the digest of its state. `docs/formats.md` describes its bytes.
//!
//! Both directions work piece by piece: the 289 MB of a training state are never in memory twice.

pub(crate) mod atomic;
pub(crate) mod bytes;
pub(crate) mod codec;
pub(crate) mod container;
mod coverage;
pub(crate) mod digest;
pub(crate) mod error;
pub(crate) mod header;
mod load;
mod order;
mod packed;
pub(crate) mod pending;
pub(crate) mod reader;
pub(crate) mod records;
mod regular;
pub(crate) mod section;
pub(crate) mod texts;

pub(crate) use load::load_state;
pub use load::load_weights;

use crate::file::digest::{StateHasher, state_digest};
use crate::state::State;
use codec::state_sections;
use container::{Sink, Source};
use error::{FileError, Reason};
use load::{open, read_patterns, read_state};
use order::OldOrder;
use section::{Encoding, Section};
use shirokuro_engine::Weights;
use std::path::Path;
use texts::Texts;

/// Writes a file that holds only these weights; a compressed one without redundancy. The file is replaced completely or not at all. Returns whether the
/// folder was synced: some file systems do not support that, and then a power failure may restore the old file.
///
/// # Errors
///
/// The path is not a regular file, or the operating system reported an error; the old file is unchanged.
pub fn save_weights(path: &Path, weights: &Weights, encoding: Encoding) -> Result<bool, FileError> {
    let packed = encoding == Encoding::Zstd && packed::is_lossless(weights);
    let patterns = weights.patterns();
    let stream = |sink: &mut Sink<'_>| {
        if packed { packed::stream(weights, sink) } else { codec::stream_weights(weights, sink) }
    };
    let definition = |sink: &mut Sink<'_>| sink(patterns.definition().as_bytes());
    let weights_section = if packed { Section::PackedWeights } else { Section::Weights };
    let sections: [(Section, &Source); 2] = [(Section::Patterns, &definition), (weights_section, &stream)];
    let sections = &sections[usize::from(patterns.is_shipped())..];
    atomic::replace(path, |file| container::write(file, &codec::no_fields(), sections, encoding))
        .map_err(|error| FileError::new(path, error))
}

/// Returns the digest of the training state in a model file. It equals [`Trainer::digest`](crate::Trainer::digest) of
/// the state that was saved. The file is read piece by piece; a file of an older version is loaded, which takes the
/// memory of its state.
///
/// # Errors
///
/// The file cannot be read, is not a model file, is damaged, or holds weights only.
pub fn file_digest(path: &Path) -> Result<String, FileError> {
    let digest = || -> Result<String, Reason> {
        let mut file = open(path)?;
        if OldOrder::of(file.version()).is_some() {
            return Ok(state_digest(&read_state(&mut file)?.0));
        }
        let mut hasher = StateHasher::new(file.fields());
        let patterns = read_patterns(&mut file)?;
        for section in state_sections(&patterns, load::has_delay(&file)) {
            hasher.section(file.length(section)?);
            file.read(section, &mut |bytes| {
                hasher.update(bytes);
                Ok(())
            })?;
        }
        Ok(hasher.finish())
    };
    digest().map_err(|reason| FileError::new(path, reason))
}

/// Writes a state and the caller's texts. The file is replaced completely or not at all. Returns whether the folder was
/// synced.
pub(crate) fn save_state(path: &Path, state: &State, texts: &Texts, encoding: Encoding) -> Result<bool, FileError> {
    for (section, text) in texts.sections() {
        let limit = codec::max_text(section);
        if text.len() as u64 > limit {
            let reason = format_args!("{} bytes long, more than {limit}", text.len());
            return Err(FileError::new(path, Reason::invalid(section.name(), reason)));
        }
    }
    let mut state_sections = state_sections(state.patterns(), state.earlier.is_some());
    state_sections.extend([Section::Kept, Section::Coverage]);
    let state_sources: Vec<_> =
        state_sections.iter().map(|&section| move |sink: &mut Sink<'_>| codec::stream(state, section, sink)).collect();
    let texts = texts.sections();
    let text_sources = texts.map(|(_, text)| move |sink: &mut Sink<'_>| sink(text.as_bytes()));
    let mut sections: Vec<(Section, &Source)> = Vec::new();
    sections.extend(state_sections.into_iter().zip(state_sources.iter().map(|source| source as &Source)));
    sections.extend(texts.iter().zip(&text_sources).map(|((section, _), source)| (*section, source as &Source)));
    atomic::replace(path, |file| container::write(file, &codec::fields(state), &sections, encoding))
        .map_err(|error| FileError::new(path, error))
}
