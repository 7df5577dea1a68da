//! The bytes of games.

use super::bytes::{array, u64_at};
use super::error::Reason;
use super::section::Section;
use crate::record::{GameRecord, Ply, Searched};
use shirokuro_engine::{MAX_SCORE, Square};
use std::ops::Range;

/// The number of bytes of a game without its plies.
const RECORD_BYTES: usize = 9;
/// The number of bytes of a ply.
const PLY_BYTES: usize = 6;
/// The number of bytes of the longest game.
pub const MAX_RECORD: u64 = (RECORD_BYTES + 60 * PLY_BYTES) as u64;

const SEARCHED: u8 = 1;
const EXACT: u8 = 2;
const GREEDY: u8 = 4;

/// Returns the number of bytes of a game.
pub fn length(record: &GameRecord) -> u64 {
    (RECORD_BYTES + PLY_BYTES * record.plies.len()) as u64
}

/// Encodes a game.
pub fn encode(record: &GameRecord) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length(record) as usize);
    bytes.extend_from_slice(&record.index.to_le_bytes());
    bytes.push(record.plies.len() as u8);
    for ply in &record.plies {
        let (flags, score) = ply.searched.map_or((0, 0), |searched| {
            let exact = if searched.exact { EXACT } else { 0 };
            let greedy = if searched.greedy { GREEDY } else { 0 };
            (SEARCHED | exact | greedy, searched.score)
        });
        bytes.extend_from_slice(&[ply.square.index() as u8, flags]);
        bytes.extend_from_slice(&score.to_le_bytes());
    }
    bytes
}

/// Decodes a section of games and replays every one. Their numbers must ascend within `allowed`.
pub fn decode_all(mut bytes: &[u8], mut allowed: Range<u64>) -> Result<Vec<GameRecord>, Reason> {
    let mut records = Vec::new();
    while !bytes.is_empty() {
        records.push(decode(&mut bytes, &mut allowed, Section::Records)?);
    }
    Ok(records)
}

/// Decodes the next game of a section and replays it. Its number must be within `allowed`, whose start then moves past
/// it.
pub fn decode(bytes: &mut &[u8], allowed: &mut Range<u64>, section: Section) -> Result<GameRecord, Reason> {
    let part = section.name();
    let too_short = || Reason::invalid(part, "ends within a game");
    let (head, rest) = bytes.split_at_checked(RECORD_BYTES).ok_or_else(too_short)?;
    let (plies, rest) = rest.split_at_checked(PLY_BYTES * usize::from(head[8])).ok_or_else(too_short)?;
    *bytes = rest;
    let index = u64_at(head, 0);
    if !allowed.contains(&index) {
        return Err(Reason::invalid(part, format_args!("game {index} is not in order or not of this generation")));
    }
    allowed.start = index + 1;
    let plies: Result<_, Reason> = plies.chunks_exact(PLY_BYTES).map(|ply| decode_ply(ply, part)).collect();
    GameRecord::new(index, plies?).map_err(|error| Reason::invalid(part, format_args!("game {index}: {error}")))
}

fn decode_ply(bytes: &[u8], part: &'static str) -> Result<Ply, Reason> {
    let (square, flags, score) = (bytes[0], bytes[1], i32::from_le_bytes(array(bytes, 2)));
    let valid = flags & !(SEARCHED | EXACT | GREEDY) == 0
        && (flags & SEARCHED != 0 || (flags, score) == (0, 0))
        && (-MAX_SCORE..=MAX_SCORE).contains(&score);
    let square = Square::new(square).filter(|_| valid);
    let square = square.ok_or_else(|| Reason::invalid(part, format_args!("ply {bytes:02x?}")))?;
    let searched = Searched { score, exact: flags & EXACT != 0, greedy: flags & GREEDY != 0 };
    Ok(Ply { square, searched: (flags & SEARCHED != 0).then_some(searched) })
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
