//! The bytes of a state's fields and sections, as the model file stores them and the digest hashes them; little-endian.

use super::bytes::{array, u32_at, u64_at};
use super::container::Sink;
use super::error::Reason;
use super::order::OldOrder;
use super::section::Section;
use super::{coverage, pending, records};
use crate::learn::adam::{Moments, Powers};
use crate::learn::undo::UndoEntry;
use crate::state::State;
use shirokuro_engine::{PatternSet, Weights};
use std::io;
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};

/// The largest length of the patterns in bytes: a name and ten squares for each of 64.
const MAX_PATTERNS: u64 = 4_096;
/// The largest length of the settings and of the statistics in bytes: they hold a few hundred numbers.
const MAX_SHORT_TEXT: u64 = 1 << 20;
/// The largest length of the monitor's text in bytes. A window of convergence has at most 10^6 games, which take up to
/// 43 MB: 32 bytes each, in base 64.
const MAX_MONITOR: u64 = 64 << 20;
/// The length of an entry of the undo section in bytes.
pub const UNDO_BYTES: usize = 14;
/// The length of the header's fields in bytes.
const FIELDS_BYTES: usize = 44;
/// The number of elements encoded at a time.
const CHUNK: usize = 8_192;

/// Returns the largest length in bytes of a text, one of [`Texts`](super::texts::Texts).
pub fn max_text(section: Section) -> u64 {
    match section {
        Section::Monitor => MAX_MONITOR,
        Section::Patterns => MAX_PATTERNS,
        _ => MAX_SHORT_TEXT,
    }
}

/// Returns the sections of a training state that its digest covers, in the order of the file. That of the patterns is
/// among them if they are not the ones that ship with the package, and that of the earlier weights if the run is
/// `delayed`.
pub fn state_sections(patterns: &PatternSet, delayed: bool) -> Vec<Section> {
    let own = (!patterns.is_shipped()).then_some(Section::Patterns);
    let sections = [Section::Weights, Section::Moments, Section::Records, Section::Undo];
    own.into_iter().chain(sections).chain(delayed.then_some(Section::Earlier)).collect()
}

/// Returns the length of the weights section in bytes.
pub fn weights_bytes(patterns: &PatternSet) -> u64 {
    2 * patterns.entries() as u64
}

/// Returns the length of the moments section in bytes.
pub fn moments_bytes(patterns: &PatternSet) -> u64 {
    8 * patterns.entries() as u64
}

/// Encodes the header's fields of a state.
pub fn fields(state: &State) -> [u8; FIELDS_BYTES] {
    encode_fields(state.seed, state.generation_games, state.generation, state.games(), state.powers)
}

/// Encodes the header's fields of a file without a training state.
pub fn no_fields() -> [u8; FIELDS_BYTES] {
    encode_fields(0, 0, 0, 0, Powers::START)
}

fn encode_fields(seed: u64, generation_games: u32, generation: u64, games: u64, powers: Powers) -> [u8; FIELDS_BYTES] {
    let mut bytes = [0; FIELDS_BYTES];
    bytes[0..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..12].copy_from_slice(&generation_games.to_le_bytes());
    bytes[12..20].copy_from_slice(&generation.to_le_bytes());
    bytes[20..28].copy_from_slice(&games.to_le_bytes());
    bytes[28..36].copy_from_slice(&powers.beta1.to_le_bytes());
    bytes[36..44].copy_from_slice(&powers.beta2.to_le_bytes());
    bytes
}

/// The counters in the header's fields.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fields {
    pub seed: u64,
    pub generation_games: u32,
    pub generation: u64,
    pub games: u64,
    pub powers: Powers,
}

/// Decodes the header's fields.
pub fn decode_fields(bytes: &[u8]) -> Result<Fields, Reason> {
    if bytes.len() != FIELDS_BYTES {
        return Err(Reason::invalid("header", format_args!("{} bytes of fields, not {FIELDS_BYTES}", bytes.len())));
    }
    let powers = Powers { beta1: f64::from_le_bytes(array(bytes, 28)), beta2: f64::from_le_bytes(array(bytes, 36)) };
    if ![powers.beta1, powers.beta2].iter().all(|power| (0.0..=1.0).contains(power)) {
        return Err(Reason::invalid("header", "powers that are not from 0 to 1"));
    }
    Ok(Fields {
        seed: u64_at(bytes, 0),
        generation_games: u32_at(bytes, 8),
        generation: u64_at(bytes, 12),
        games: u64_at(bytes, 20),
        powers,
    })
}

/// Returns the length in bytes of a state's section, one of [`state_sections`].
pub fn length(state: &State, section: Section) -> u64 {
    match section {
        Section::Patterns => state.patterns().definition().len() as u64,
        Section::Weights => weights_bytes(state.patterns()),
        Section::Moments => moments_bytes(state.patterns()),
        Section::Records => state.records.iter().map(records::length).sum(),
        Section::Undo => (UNDO_BYTES * state.undo.len()) as u64,
        Section::Earlier => (UNDO_BYTES * state.earlier.as_deref().unwrap_or_default().len()) as u64,
        _ => 0,
    }
}

/// Hands the bytes of a state's section to `sink`, piece by piece.
pub fn stream(state: &State, section: Section, sink: &mut Sink) -> io::Result<()> {
    match section {
        Section::Patterns => sink(state.patterns().definition().as_bytes()),
        Section::Weights => stream_weights(&state.weights, sink),
        Section::Moments => encode(&state.moments, sink, |&[m, v]| {
            let (mut bytes, m, v) = ([0; 8], m.to_le_bytes(), v.to_le_bytes());
            bytes[..4].copy_from_slice(&m);
            bytes[4..].copy_from_slice(&v);
            bytes
        }),
        Section::Records => state.records.iter().try_for_each(|record| sink(&records::encode(record))),
        Section::Undo => encode(&state.undo, sink, encode_undo),
        Section::Earlier => encode(state.earlier.as_deref().unwrap_or_default(), sink, encode_undo),
        Section::Kept => pending::stream(&state.pending, sink),
        Section::Coverage => coverage::stream(&state.coverage, sink),
        Section::Settings | Section::Statistics | Section::Monitor | Section::PackedWeights => Ok(()),
    }
}

/// Hands the weights to `sink`, piece by piece.
pub fn stream_weights(weights: &Weights, sink: &mut Sink) -> io::Result<()> {
    encode(weights.entries(), sink, |weight: &AtomicU16| weight.load(Relaxed).to_le_bytes())
}

fn encode<T, const N: usize>(items: &[T], sink: &mut Sink, bytes: impl Fn(&T) -> [u8; N]) -> io::Result<()> {
    let mut buffer = vec![[0; N]; CHUNK.min(items.len())];
    for chunk in items.chunks(CHUNK) {
        for (place, item) in buffer.iter_mut().zip(chunk) {
            *place = bytes(item);
        }
        sink(buffer[..chunk.len()].as_flattened())?;
    }
    Ok(())
}

/// Stores the weights of a piece that starts at entry `first`.
pub fn decode_weights(bytes: &[u8], weights: &Weights, first: usize) {
    for (entry, bytes) in weights.entries()[first..].iter().zip(bytes.chunks_exact(2)) {
        entry.store(u16::from_le_bytes(array(bytes, 0)), Relaxed);
    }
}

/// Stores the moments of a piece that starts at entry `first`. Their memory must be zero before.
pub fn decode_moments(bytes: &[u8], moments: &mut [Moments], first: usize) {
    // Moments that were never learned are left untouched, so that their pages do not become resident.
    for (page, bytes) in moments[first..].chunks_mut(512).zip(bytes.chunks(8 * 512)) {
        if bytes.iter().any(|&byte| byte != 0) {
            for (place, bytes) in page.iter_mut().zip(bytes.chunks_exact(8)) {
                *place = [f32::from_le_bytes(array(bytes, 0)), f32::from_le_bytes(array(bytes, 4))];
            }
        }
    }
}

fn encode_undo(undo: &UndoEntry) -> [u8; UNDO_BYTES] {
    let mut bytes = [0; UNDO_BYTES];
    bytes[0..4].copy_from_slice(&undo.entry.to_le_bytes());
    bytes[4..6].copy_from_slice(&undo.weight.to_le_bytes());
    bytes[6..10].copy_from_slice(&undo.moments[0].to_le_bytes());
    bytes[10..14].copy_from_slice(&undo.moments[1].to_le_bytes());
    bytes
}

/// Decodes an entry of the undo log or of the earlier weights, which may be in an older order.
pub fn decode_undo(
    bytes: &[u8; UNDO_BYTES],
    section: Section,
    order: Option<&OldOrder>,
    patterns: &PatternSet,
) -> Result<UndoEntry, Reason> {
    let number = u32_at(bytes, 0);
    let entry = ((number as usize) < patterns.entries()).then(|| order.map_or(number, |order| order.entry(number)));
    let entry = entry.filter(|&entry| entry as usize <= patterns.mirror_entry(entry as usize));
    let entry = entry.ok_or_else(|| Reason::invalid(section.name(), format_args!("entry {number}")))?;
    let moments = [f32::from_le_bytes(array(bytes, 6)), f32::from_le_bytes(array(bytes, 10))];
    Ok(UndoEntry { entry, weight: u16::from_le_bytes(array(bytes, 4)), moments })
}

#[cfg(test)]
#[path = "codec_tests.rs"]
mod tests;
