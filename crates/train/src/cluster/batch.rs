//! The bytes of games that a node has played: the run and the weights they belong to, the games and the failures.

use crate::file::bytes::{u32_at, u64_at};
use crate::file::error::Reason;
use crate::file::section::Section;
use crate::file::{pending, records};
use crate::play::pending::PlayConditions;
use crate::record::PlayedGame;
use crate::report::{FailureKind, GameFailure};
use shirokuro_engine::{Position, Square};
use std::ops::Range;

/// The bytes before the compressed games: seed, fingerprint, conditions, and the length and number of the games.
const HEAD: usize = 16 + pending::HEAD + 8;
/// The bytes of a failure without its moves and its message.
const FAILURE: usize = 12;
/// The longest message of a failure that is sent.
const MOST_MESSAGE: usize = 1000;
/// The level of the compression.
const LEVEL: i32 = 1;

const KINDS: [FailureKind; 3] = [FailureKind::Panic, FailureKind::Hang, FailureKind::SearchError];

/// Games that a node has played.
#[derive(Debug, PartialEq)]
pub(crate) struct Batch {
    /// The run's seed.
    pub seed: u64,
    /// The fingerprint of the weights that they were played with.
    pub fingerprint: u64,
    /// The conditions that they were played under.
    pub conditions: PlayConditions,
    /// The games, by number.
    pub games: Vec<PlayedGame>,
    /// The games that failed, by number.
    pub failures: Vec<GameFailure>,
}

impl Batch {
    /// Encodes the games.
    pub fn encode(&self) -> Vec<u8> {
        let mut content = Vec::new();
        for game in &self.games {
            content.extend(records::encode(&game.record));
            content.extend(pending::encode_totals(&game.totals));
        }
        let games = content.len() as u32;
        self.failures.iter().for_each(|failure| encode_failure(failure, &mut content));
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&self.seed.to_le_bytes());
        bytes.extend_from_slice(&self.fingerprint.to_le_bytes());
        bytes.extend_from_slice(&pending::encode_conditions(&self.conditions));
        bytes.extend_from_slice(&games.to_le_bytes());
        bytes.extend_from_slice(&(content.len() as u32).to_le_bytes());
        bytes.extend(zstd::bulk::compress(&content, LEVEL).expect("memory can be compressed"));
        bytes
    }

    /// Decodes games and replays every one. Their numbers must ascend within `allowed`, and so must those of the
    /// failures.
    pub fn decode(bytes: &[u8], allowed: &Range<u64>) -> Result<Self, Reason> {
        let (head, packed) = bytes.split_at_checked(HEAD).ok_or_else(|| invalid("too short"))?;
        let conditions = pending::decode_conditions(&head[16..16 + pending::HEAD])?;
        let [games, length] = [HEAD - 8, HEAD - 4].map(|at| u32_at(head, at) as usize);
        let number = allowed.end.saturating_sub(allowed.start) as usize;
        let most = number.saturating_mul(pending::MAX_GAME as usize + FAILURE + 60 + MOST_MESSAGE);
        if length > most {
            return Err(invalid("too long"));
        }
        let content = zstd::bulk::decompress(packed, length)?;
        let (mut games, mut failures) =
            content.split_at_checked(games).filter(|_| content.len() == length).ok_or_else(|| invalid("too short"))?;
        let mut batch = Self {
            seed: u64_at(head, 0),
            fingerprint: u64_at(head, 8),
            conditions,
            games: Vec::new(),
            failures: Vec::new(),
        };
        let mut left = allowed.clone();
        while !games.is_empty() {
            batch.games.push(pending::decode_game(&mut games, &mut left, Section::Records)?);
        }
        let mut left = allowed.clone();
        while !failures.is_empty() {
            batch.failures.push(decode_failure(&mut failures, &mut left, batch.seed)?);
        }
        Ok(batch)
    }
}

fn encode_failure(failure: &GameFailure, bytes: &mut Vec<u8>) {
    let kind = KINDS.iter().position(|&kind| kind == failure.kind).expect("the list is complete");
    let message = &failure.message[..failure.message.floor_char_boundary(MOST_MESSAGE)];
    bytes.extend_from_slice(&failure.index.to_le_bytes());
    bytes.extend_from_slice(&[kind as u8, failure.moves.len() as u8]);
    bytes.extend_from_slice(&(message.len() as u16).to_le_bytes());
    bytes.extend(failure.moves.iter().map(|square| square.index() as u8));
    bytes.extend_from_slice(message.as_bytes());
}

fn decode_failure(bytes: &mut &[u8], allowed: &mut Range<u64>, seed: u64) -> Result<GameFailure, Reason> {
    let too_short = || invalid("end within a failure");
    let (head, rest) = bytes.split_at_checked(FAILURE).ok_or_else(too_short)?;
    let (moves, rest) = rest.split_at_checked(usize::from(head[9])).ok_or_else(too_short)?;
    let (message, rest) =
        rest.split_at_checked(usize::from(head[10]) | usize::from(head[11]) << 8).ok_or_else(too_short)?;
    *bytes = rest;
    let index = u64_at(head, 0);
    if !allowed.contains(&index) {
        return Err(invalid(format_args!("failed game {index} is not in order or was not asked for")));
    }
    allowed.start = index + 1;
    let unsound = || invalid(format_args!("failed game {index} is not part of a game"));
    let kind = *KINDS.get(usize::from(head[8])).ok_or_else(unsound)?;
    let mut position = Position::START;
    let mut squares = Vec::with_capacity(moves.len());
    for &square in moves {
        let square = Square::new(square).ok_or_else(unsound)?;
        position = position.play(square).map_err(|_| unsound())?.after_forced_pass();
        squares.push(square);
    }
    Ok(GameFailure { index, kind, message: String::from_utf8_lossy(message).into_owned(), seed, moves: squares })
}

fn invalid(reason: impl std::fmt::Display) -> Reason {
    Reason::invalid(Section::Records.name(), reason)
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
