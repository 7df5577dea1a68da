//! Loading: checks beyond the checksums, and building the state.

use super::codec::{self, Fields};
use super::error::{FileError, Reason};
use super::order::OldOrder;
use super::packed::Unpacker;
use super::reader::Container;
use super::regular::regular_metadata;
use super::section::Section;
use super::texts::Texts;
use super::{coverage, packed, pending, records};
use crate::learn::coverage::Coverage;
use crate::learn::entry_bits;
use crate::learn::sharing::Sharing;
use crate::learn::undo::UndoEntry;
use crate::play::pending::PendingGames;
use crate::record::GameRecord;
use crate::settings::TrainerOptions;
use crate::state::{State, no_moments};
use shirokuro_engine::{PATTERNS, PatternSet, Weights, require_memory, try_with_capacity};
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
    pub patterns: Arc<PatternSet>,
    pub fields: Fields,
    pub records: Vec<GameRecord>,
    pub pending: PendingGames,
    pub coverage: Coverage,
    pub texts: Texts,
}

/// Reads the small sections and checks that all lengths and counters are consistent.
pub(super) fn read_file_state(file: &mut Container<File>) -> Result<FileState, Reason> {
    // The moments come first: every file of weights alone lacks them.
    file.length(Section::Moments)?;
    let patterns = read_patterns(file)?;
    check_length(file, Section::Moments, codec::moments_bytes(&patterns))?;
    check_length(file, Section::Weights, codec::weights_bytes(&patterns))?;
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
    let coverage_bytes = coverage::bytes(&patterns);
    check_length(file, Section::Coverage, coverage_bytes)?;
    let mut coverage = coverage::decode(&patterns, &file.read_all(Section::Coverage, coverage_bytes)?)?;
    if let Some(order) = OldOrder::of(file.version()) {
        coverage.updated = order.reorder_bits(&coverage.updated);
    }
    // Each position of these games has changed at most the entries that it reads, in the tables of each stage it teaches.
    let positions: usize = records.iter().map(|record| record.searched().count()).sum();
    let most = positions * patterns.features() * (1 + 2 * Sharing::MAX_STAGES);
    check_log(file, Section::Undo, codec::UNDO_BYTES * most.min(patterns.entries()))?;
    if has_delay(file) {
        check_log(file, Section::Earlier, codec::UNDO_BYTES * patterns.entries())?;
    }
    let texts = Texts {
        settings: read_text(file, Section::Settings)?,
        statistics: read_text(file, Section::Statistics)?,
        monitor: read_text(file, Section::Monitor)?,
    };
    Ok(FileState { patterns, fields, records, pending, coverage, texts })
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
    patterns: &PatternSet,
    mut receiver: impl FnMut(UndoEntry),
) -> Result<(), Reason> {
    const SIZE: usize = codec::UNDO_BYTES;
    let order = OldOrder::of(file.version());
    // A piece may end within an entry: the rest is kept for the next piece.
    let mut waiting = Vec::new();
    let mut seen = vec![0u64; patterns.entries().div_ceil(64)];
    file.read(section, &mut |piece| {
        waiting.extend_from_slice(piece);
        let (entries, rest) = waiting.as_chunks::<SIZE>();
        for entry in entries {
            let entry = codec::decode_undo(entry, section, order, patterns)?;
            if !entry_bits::insert(&mut seen, entry.entry as usize) {
                return Err(Reason::invalid(section.name(), format_args!("entry {} twice", entry.entry)));
            }
            receiver(entry);
        }
        waiting = rest.to_vec();
        Ok(())
    })
}

pub(super) fn read_state(file: &mut Container<File>) -> Result<(State, Texts), Reason> {
    let FileState { patterns, fields, records, pending, coverage, texts } = read_file_state(file)?;
    require_memory(State::bytes(&patterns), "weights and moments")?;
    let delayed = has_delay(file);
    let mut log = |section| -> Result<Vec<UndoEntry>, Reason> {
        let mut log = try_with_capacity(file.length(section)? as usize / codec::UNDO_BYTES, section.name())?;
        read_log(file, section, &patterns, |entry| log.push(entry))?;
        Ok(log)
    };
    let undo = log(Section::Undo)?;
    let earlier = delayed.then(|| log(Section::Earlier)).transpose()?;
    let weights = Arc::new(read_weights_of(file, &patterns)?);
    let (mut moments, mut next) = (no_moments(&patterns)?, 0);
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
    let patterns = read_patterns(file)?;
    read_weights_of(file, &patterns)
}

fn read_weights_of(file: &mut Container<File>, patterns: &Arc<PatternSet>) -> Result<Weights, Reason> {
    let section = check_weights(file, patterns)?;
    require_memory(codec::weights_bytes(patterns) as usize, "the weights")?;
    let (weights, mut next) = (Weights::neutral_of(patterns)?, 0);
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
pub(super) fn check_weights(file: &Container<File>, patterns: &PatternSet) -> Result<Section, Reason> {
    if file.length(Section::Weights).is_err() && file.length(Section::PackedWeights).is_ok() {
        check_length(file, Section::PackedWeights, packed::bytes(patterns))?;
        return Ok(Section::PackedWeights);
    }
    check_length(file, Section::Weights, codec::weights_bytes(patterns))?;
    Ok(Section::Weights)
}

/// Returns the patterns of the file: those that ship with the package, unless the file has its own.
pub(super) fn read_patterns(file: &mut Container<File>) -> Result<Arc<PatternSet>, Reason> {
    if file.length(Section::Patterns).is_err() {
        return Ok(Arc::clone(&PATTERNS));
    }
    let text = read_text(file, Section::Patterns)?;
    let invalid = |reason: &dyn std::fmt::Display| Reason::invalid(Section::Patterns.name(), reason);
    let patterns = PatternSet::from_definition(&text).map_err(|error| invalid(&error))?;
    // Equal patterns have equal bytes, so that equal states have equal digests.
    if patterns.is_shipped() || OldOrder::of(file.version()).is_some() || patterns.definition() != text {
        return Err(invalid(&"not as they are written"));
    }
    Ok(patterns)
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
