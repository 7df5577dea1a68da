//! Loading: checks beyond the checksums, and building the state.

use super::codec::{self, Fields, MOMENTS_BYTES, WEIGHTS_BYTES};
use super::error::{FileError, Reason};
use super::order::OldOrder;
use super::packed::Unpacker;
use super::reader::Container;
use super::regular::regular_metadata;
use super::section::Section;
use super::texts::Texts;
use super::{coverage, packed, pending, records};
use crate::learn::coverage::Coverage;
use crate::learn::sharing::Sharing;
use crate::learn::undo::UndoEntry;
use crate::play::pending::PendingGames;
use crate::record::GameRecord;
use crate::settings::TrainerOptions;
use crate::state::{State, no_moments};
use shirokuro_engine::{ENTRIES, FEATURES, Weights, require_memory, try_with_capacity};
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Reads the weights of a model file, with or without a training state.
///
/// # Errors
///
/// The file cannot be read, is not a model file, or is damaged.
pub fn load_weights(path: &Path) -> Result<Weights, FileError> {
    open(path).and_then(|mut file| read_weights(&mut file)).map_err(|reason| FileError::new(path, reason))
}

/// Reads a state and the caller's texts.
pub(crate) fn load_state(path: &Path) -> Result<(State, Texts), FileError> {
    open(path).and_then(|mut file| read_state(&mut file)).map_err(|reason| FileError::new(path, reason))
}

/// Opens a model file, which must be a regular file, and checks its header and length.
pub(super) fn open(path: &Path) -> Result<Container<File>, Reason> {
    regular_metadata(path)?;
    require_memory(0, "reading a file")?;
    Container::open(File::open(path)?)
}

/// A training state without its large arrays.
pub(super) struct FileState {
    pub fields: Fields,
    pub records: Vec<GameRecord>,
    pub pending: PendingGames,
    pub coverage: Coverage,
    pub texts: Texts,
}

/// Reads the small sections and checks that all lengths and counters are consistent.
pub(super) fn read_file_state(file: &mut Container<File>) -> Result<FileState, Reason> {
    // The moments come first: every file of weights alone lacks them.
    check_length(file, Section::Moments, MOMENTS_BYTES)?;
    check_length(file, Section::Weights, WEIGHTS_BYTES)?;
    let fields = codec::decode_fields(file.fields())?;
    let generation = generation_range(&fields)?;
    let games = u64::from(fields.generation_games);
    let (limit, pending_limit) = (games * records::MAX_RECORD, pending::max_bytes(games));
    // Games in memory, with the bytes that they are decoded from, take less than eight times the length of the bytes.
    let bytes = limit.min(file.length(Section::Records)?) + pending_limit.min(file.length(Section::Kept)?);
    require_memory(8 * bytes as usize, "the games of a generation")?;
    let records = records::decode_all(&file.read_all(Section::Records, limit)?, generation.clone())?;
    let played = generation.start + records.len() as u64;
    let without_gaps = records.last().is_none_or(|last| last.index + 1 == played);
    if !without_gaps || played >= generation.end || played != fields.games {
        return Err(Reason::invalid("header", "counters do not match the games"));
    }
    let pending = pending::decode(&file.read_all(Section::Kept, pending_limit)?, played..generation.end)?;
    check_length(file, Section::Coverage, coverage::BYTES)?;
    let mut coverage = coverage::decode(&file.read_all(Section::Coverage, coverage::BYTES)?)?;
    if let Some(order) = OldOrder::of(file.version()) {
        coverage.updated = order.reorder_bits(&coverage.updated);
    }
    // Each position of these games has changed at most the entries that it reads, in the tables of each stage it teaches.
    let positions: usize = records.iter().map(|record| record.searched().count()).sum();
    let most = codec::UNDO_BYTES * (positions * FEATURES * (1 + 2 * Sharing::MAX_STAGES)).min(ENTRIES);
    check_log(file, Section::Undo, most)?;
    if has_delay(file) {
        check_log(file, Section::Earlier, codec::UNDO_BYTES * ENTRIES)?;
    }
    let texts = Texts {
        settings: read_text(file, Section::Settings)?,
        statistics: read_text(file, Section::Statistics)?,
        monitor: read_text(file, Section::Monitor)?,
    };
    Ok(FileState { fields, records, pending, coverage, texts })
}

/// Returns whether the file is of a run with a delay.
pub(super) fn has_delay(file: &Container<File>) -> bool {
    file.length(Section::Earlier).is_ok()
}

/// Checks the length of the undo log, or of the earlier weights.
fn check_log(file: &Container<File>, section: Section, most: usize) -> Result<(), Reason> {
    let length = file.length(section)?;
    if length > most as u64 {
        return Err(Reason::invalid(section.name(), format_args!("{length} bytes long, more than {most}")));
    }
    if !length.is_multiple_of(codec::UNDO_BYTES as u64) {
        return Err(Reason::invalid(section.name(), format_args!("{length} bytes are not whole entries")));
    }
    Ok(())
}

/// Hands the entries of the undo log, or of the earlier weights, to `receiver`.
pub(super) fn read_log(
    file: &mut Container<File>,
    section: Section,
    mut receiver: impl FnMut(UndoEntry),
) -> Result<(), Reason> {
    const SIZE: usize = codec::UNDO_BYTES;
    let order = OldOrder::of(file.version());
    // A piece may end within an entry: the rest is kept for the next piece.
    let mut waiting = Vec::new();
    file.read(section, &mut |piece| {
        waiting.extend_from_slice(piece);
        let (entries, rest) = waiting.as_chunks::<SIZE>();
        for entry in entries {
            receiver(codec::decode_undo(entry, section, order)?);
        }
        waiting = rest.to_vec();
        Ok(())
    })
}

pub(super) fn read_state(file: &mut Container<File>) -> Result<(State, Texts), Reason> {
    let FileState { fields, records, pending, coverage, texts } = read_file_state(file)?;
    require_memory(State::BYTES, "weights and moments")?;
    let delayed = has_delay(file);
    let mut log = |section| -> Result<Vec<UndoEntry>, Reason> {
        let mut log = try_with_capacity(file.length(section)? as usize / codec::UNDO_BYTES, section.name())?;
        read_log(file, section, |entry| log.push(entry))?;
        Ok(log)
    };
    let undo = log(Section::Undo)?;
    let earlier = delayed.then(|| log(Section::Earlier)).transpose()?;
    let weights = Arc::new(read_weights(file)?);
    let (mut moments, mut next) = (no_moments()?, 0);
    file.read(Section::Moments, &mut |bytes| {
        codec::decode_moments(bytes, &mut moments, next);
        next += bytes.len() / 8;
        Ok(())
    })?;
    if let Some(order) = OldOrder::of(file.version()) {
        order.reorder_moments(&mut moments);
    }
    let state = State {
        seed: fields.seed,
        generation_games: fields.generation_games,
        generation: fields.generation,
        powers: fields.powers,
        weights,
        moments,
        records,
        undo,
        earlier,
        pending,
        coverage,
    };
    Ok((state, texts))
}

fn read_weights(file: &mut Container<File>) -> Result<Weights, Reason> {
    let section = check_weights(file)?;
    require_memory(WEIGHTS_BYTES as usize, "the weights")?;
    let (weights, mut next) = (Weights::neutral()?, 0);
    let mut unpacker = Unpacker::new(&weights);
    file.read(section, &mut |bytes| {
        if section == Section::PackedWeights {
            unpacker.push(bytes);
        } else {
            codec::decode_weights(bytes, &weights, next);
            next += bytes.len() / 2;
        }
        Ok(())
    })?;
    if let Some(order) = OldOrder::of(file.version()) {
        order.reorder_weights(&weights);
    }
    Ok(weights)
}

/// Returns the section that holds the weights, packed or not, and checks its length when decoded.
pub(super) fn check_weights(file: &Container<File>) -> Result<Section, Reason> {
    if file.length(Section::Weights).is_err() && file.length(Section::PackedWeights).is_ok() {
        check_length(file, Section::PackedWeights, packed::bytes())?;
        return Ok(Section::PackedWeights);
    }
    check_length(file, Section::Weights, WEIGHTS_BYTES)?;
    Ok(Section::Weights)
}

/// Returns the numbers of the current generation's games.
fn generation_range(fields: &Fields) -> Result<Range<u64>, Reason> {
    let games = u64::from(fields.generation_games);
    let start = fields.generation.checked_mul(games);
    let end = start.and_then(|start| start.checked_add(games));
    let range =
        start.zip(end).filter(|_| (1..=TrainerOptions::MAX_GENERATION_GAMES).contains(&fields.generation_games));
    range.map(|(start, end)| start..end).ok_or_else(|| Reason::invalid("header", "counters out of range"))
}

/// Checks the section's length when decoded.
pub(super) fn check_length(file: &Container<File>, section: Section, expected: u64) -> Result<(), Reason> {
    let found = file.length(section)?;
    if found == expected {
        return Ok(());
    }
    Err(Reason::invalid(section.name(), format_args!("{found} bytes long, not {expected}")))
}

/// Reads one of the caller's texts.
pub(super) fn read_text(file: &mut Container<File>, section: Section) -> Result<String, Reason> {
    String::from_utf8(file.read_all(section, codec::max_text(section))?)
        .map_err(|error| Reason::invalid(section.name(), error))
}
