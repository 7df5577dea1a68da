//! The model file: saving, loading, and the digest of what a file holds. `docs/formats.md` describes its bytes.
//!
//! Both directions go piece by piece: the 289 MB of a training state are never in memory twice.

pub(crate) mod atomic;
pub(crate) mod codec;
pub(crate) mod container;
pub(crate) mod error;
pub(crate) mod header;

use crate::digest::StateHasher;
use crate::selfplay::{PlayedGame, SearchTotals};
use crate::settings::TrainerOptions;
use crate::state::{State, no_moments};
use codec::{Fields, MOMENTS_BYTES, STATE_SECTIONS, WEIGHTS_BYTES, decode_fields};
use container::{Container, Encoding, Section, Sink, Source};
use error::{FileError, Reason};
use shirokuro_engine::Weights;
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Writes a file with nothing but these weights, in place of the old one or not at all.
///
/// # Errors
///
/// The operating system refused; the old file is as it was.
pub fn save_weights(path: &Path, weights: &Weights, _encoding: Encoding) -> Result<(), FileError> {
    let sections: [(Section, &Source); 1] =
        [(Section::Weights, &|sink: &mut Sink| codec::stream_weights(weights, sink))];
    atomic::replace(path, |file| container::write(file, &codec::no_fields(), &sections))
        .map_err(|error| FileError::new(path, error))
}

/// Reads the weights of a model file, whether it holds a training state or weights only.
///
/// # Errors
///
/// The file can not be read, is no model file, or is damaged.
pub fn load_weights(path: &Path) -> Result<Weights, FileError> {
    open(path).and_then(|mut file| read_weights(&mut file)).map_err(|reason| FileError::new(path, reason))
}

/// The digest of the training state in a model file, equal to [`Trainer::digest`](crate::Trainer::digest) of what was
/// saved. Reads the file without building a trainer.
///
/// # Errors
///
/// The file can not be read, is no model file, is damaged, or holds weights only.
pub fn file_digest(path: &Path) -> Result<String, FileError> {
    let digest = || -> Result<String, Reason> {
        let mut file = open(path)?;
        let mut hasher = StateHasher::new(file.fields());
        for section in STATE_SECTIONS {
            hasher.section(file.length(section).ok_or(Reason::WeightsOnly { missing: section })?);
            file.read(section, &mut |bytes| {
                hasher.update(bytes);
                Ok(())
            })?;
        }
        Ok(hasher.finish())
    };
    digest().map_err(|reason| FileError::new(path, reason))
}

/// Writes a state and the caller's two texts, in place of the old file or not at all.
pub(crate) fn save_state(path: &Path, state: &State, settings: &str, statistics: &str) -> Result<(), FileError> {
    let state_sections = [STATE_SECTIONS.as_slice(), &[Section::Kept]].concat();
    let state_sources: Vec<_> =
        state_sections.iter().map(|&section| move |sink: &mut Sink<'_>| codec::stream(state, section, sink)).collect();
    let text_sources = [settings, statistics].map(|text| move |sink: &mut Sink<'_>| sink(text.as_bytes()));
    let mut sections: Vec<(Section, &Source)> = Vec::new();
    sections.extend(state_sections.into_iter().zip(state_sources.iter().map(|source| source as &Source)));
    sections.push((Section::Settings, &text_sources[0]));
    sections.push((Section::Statistics, &text_sources[1]));
    atomic::replace(path, |file| container::write(file, &codec::fields(state), &sections))
        .map_err(|error| FileError::new(path, error))
}

/// Reads a state and the caller's two texts.
pub(crate) fn load_state(path: &Path) -> Result<(State, String, String), FileError> {
    open(path).and_then(|mut file| read_state(&mut file)).map_err(|reason| FileError::new(path, reason))
}

fn open(path: &Path) -> Result<Container<File>, Reason> {
    Container::open(File::open(path)?)
}

fn read_weights(file: &mut Container<File>) -> Result<Weights, Reason> {
    check_length(file, Section::Weights, WEIGHTS_BYTES)?;
    let (weights, mut next) = (Weights::neutral(), 0);
    file.read(Section::Weights, &mut |bytes| {
        codec::decode_weights(bytes, &weights, next);
        next += bytes.len() / 2;
        Ok(())
    })?;
    Ok(weights)
}

fn read_state(file: &mut Container<File>) -> Result<(State, String, String), Reason> {
    check_length(file, Section::Moments, MOMENTS_BYTES)?;
    let fields = decode_fields(file.fields())?;
    let generation = generation_range(&fields)?;
    let records = codec::decode_records(&file.read_all(Section::Records)?, generation.clone())?;
    let played = generation.start + records.len() as u64;
    let without_gaps = records.last().is_none_or(|last| last.index + 1 == played);
    if !without_gaps || played >= generation.end || played != fields.games {
        return Err(Reason::invalid("header", "its counters disagree with its games"));
    }
    let kept = codec::decode_records(&file.read_all(Section::Kept)?, played..generation.end)?;
    let undo = codec::decode_undo(&file.read_all(Section::Undo)?)?;
    let settings = read_text(file, Section::Settings)?;
    let statistics = read_text(file, Section::Statistics)?;
    let weights = Arc::new(read_weights(file)?);
    let (mut moments, mut next) = (no_moments(), 0);
    file.read(Section::Moments, &mut |bytes| {
        codec::decode_moments(bytes, &mut moments, next);
        next += bytes.len() / 8;
        Ok(())
    })?;
    let state = State {
        seed: fields.seed,
        generation_games: fields.generation_games,
        generation: fields.generation,
        powers: fields.powers,
        weights,
        moments,
        records,
        undo,
        kept: kept.into_iter().map(|record| PlayedGame { record, totals: SearchTotals::default() }).collect(),
    };
    Ok((state, settings, statistics))
}

/// The numbers of the games of the generation under way.
fn generation_range(fields: &Fields) -> Result<Range<u64>, Reason> {
    let games = u64::from(fields.generation_games);
    let start = fields.generation.checked_mul(games);
    let end = start.and_then(|start| start.checked_add(games));
    let range =
        start.zip(end).filter(|_| (1..=TrainerOptions::MAX_GENERATION_GAMES).contains(&fields.generation_games));
    range.map(|(start, end)| start..end).ok_or_else(|| Reason::invalid("header", "absurd counters"))
}

fn check_length(file: &Container<File>, section: Section, expected: u64) -> Result<(), Reason> {
    let found = file.length(section).ok_or(Reason::WeightsOnly { missing: section })?;
    if found == expected {
        return Ok(());
    }
    Err(Reason::invalid(section.name(), format_args!("{found} bytes long, not {expected}")))
}

fn read_text(file: &mut Container<File>, section: Section) -> Result<String, Reason> {
    String::from_utf8(file.read_all(section)?).map_err(|error| Reason::invalid(section.name(), error))
}
