//! The bytes of the pending games: the games, the cost of their searches, and the conditions they were played under.

use super::bytes::{array, u32_at, u64_at};
use super::container::Sink;
use super::error::Reason;
use super::records;
use super::section::Section;
use crate::play::given::GivenTargets;
use crate::play::pending::{PendingGames, PlayConditions};
use crate::record::{PlayedGame, SearchTotals};
use crate::settings::PlaySettings;
use std::io;
use std::ops::Range;
use std::time::Duration;

/// The number of bytes before the games.
pub const HEAD: usize = 52;
/// The number of bytes of a game's search totals.
const TOTALS: usize = 48;
/// The number of bytes of the longest game with its totals.
pub const MAX_GAME: u64 = records::MAX_RECORD + TOTALS as u64;

/// What given games are taught, each with the number that the file has in place of the length of a random opening. It
/// is outside the range of such a length, so versions that know no given games refuse it.
const GIVEN: [(GivenTargets, u32); 2] = [(GivenTargets::Outcome, u32::MAX - 1), (GivenTargets::Search, u32::MAX)];

/// Returns the largest length of the section with this many games.
pub fn max_bytes(games: u64) -> u64 {
    HEAD as u64 + games * MAX_GAME
}

/// Hands the section's bytes to `sink`, piece by piece.
pub fn stream(pending: &PendingGames, sink: &mut Sink) -> io::Result<()> {
    let Some(conditions) = pending.conditions() else { return Ok(()) };
    sink(&encode_conditions(conditions))?;
    pending.games().iter().try_for_each(|game| {
        sink(&records::encode(&game.record))?;
        sink(&encode_totals(&game.totals))
    })
}

/// Decodes the section and replays every game. Their numbers must ascend within `allowed`.
pub fn decode(bytes: &[u8], mut allowed: Range<u64>) -> Result<PendingGames, Reason> {
    if bytes.is_empty() {
        return Ok(PendingGames::default());
    }
    let too_short = || Reason::invalid(Section::Kept.name(), "ends within a game");
    let (head, mut bytes) = bytes.split_at_checked(HEAD).ok_or_else(too_short)?;
    let conditions = decode_conditions(head)?;
    let mut games = Vec::new();
    while !bytes.is_empty() {
        games.push(decode_game(&mut bytes, &mut allowed, Section::Kept)?);
    }
    Ok(PendingGames::new(conditions, games))
}

/// Decodes the next game of a section with its totals and replays it. Its number must be within `allowed`, whose start
/// then moves past it.
pub fn decode_game(bytes: &mut &[u8], allowed: &mut Range<u64>, section: Section) -> Result<PlayedGame, Reason> {
    let record = records::decode(bytes, allowed, section)?;
    let totals = bytes.split_at_checked(TOTALS);
    let (totals, rest) = totals.ok_or_else(|| Reason::invalid(section.name(), "ends within a game"))?;
    *bytes = rest;
    Ok(PlayedGame { record, totals: decode_totals(totals) })
}

/// Encodes the conditions.
pub fn encode_conditions(conditions: &PlayConditions) -> [u8; HEAD] {
    let PlaySettings { depth, nodes, time, exact_empties, epsilon, shallow, random_plies, .. } = conditions.play;
    // 0 is outside every range: it stands for an absent limit.
    let nanoseconds = time.map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    let given = GIVEN.into_iter().find(|(targets, _)| conditions.given == Some(*targets));
    let random_plies = given.map_or(random_plies, |(_, number)| number);
    let mut bytes = [0; HEAD];
    bytes[0..4].copy_from_slice(&depth.unwrap_or(0).to_le_bytes());
    bytes[4..12].copy_from_slice(&nodes.unwrap_or(0).to_le_bytes());
    bytes[12..20].copy_from_slice(&nanoseconds.to_le_bytes());
    bytes[20..24].copy_from_slice(&exact_empties.to_le_bytes());
    bytes[24..32].copy_from_slice(&epsilon.to_le_bytes());
    bytes[32..40].copy_from_slice(&shallow.to_le_bytes());
    bytes[40..44].copy_from_slice(&random_plies.to_le_bytes());
    bytes[44..52].copy_from_slice(&conditions.table_bytes.to_le_bytes());
    bytes
}

/// Decodes the conditions.
pub fn decode_conditions(bytes: &[u8]) -> Result<PlayConditions, Reason> {
    let limit = |value: u64| (value > 0).then_some(value);
    let depth = u32_at(bytes, 0);
    let random_plies = u32_at(bytes, 40);
    let given = GIVEN.into_iter().find_map(|(targets, number)| (random_plies == number).then_some(targets));
    let play = PlaySettings {
        depth: (depth > 0).then_some(depth),
        nodes: limit(u64_at(bytes, 4)),
        time: limit(u64_at(bytes, 12)).map(Duration::from_nanos),
        exact_empties: u32_at(bytes, 20),
        epsilon: f64::from_le_bytes(array(bytes, 24)),
        shallow: f64::from_le_bytes(array(bytes, 32)),
        random_plies: if given.is_some() { 0 } else { random_plies },
        ..PlaySettings::default()
    };
    play.validate().map_err(|error| Reason::invalid(Section::Kept.name(), error))?;
    Ok(PlayConditions { play, table_bytes: u64_at(bytes, 44), given })
}

/// Encodes a game's totals.
pub fn encode_totals(totals: &SearchTotals) -> [u8; TOTALS] {
    let SearchTotals { searches, nodes, probes, hits, depth_sum, depth_min, depth_max } = *totals;
    let mut bytes = [0; TOTALS];
    for (place, value) in [searches, nodes, probes, hits, depth_sum].into_iter().enumerate() {
        bytes[8 * place..8 * place + 8].copy_from_slice(&value.to_le_bytes());
    }
    bytes[40..44].copy_from_slice(&depth_min.unwrap_or(0).to_le_bytes());
    bytes[44..48].copy_from_slice(&depth_max.to_le_bytes());
    bytes
}

fn decode_totals(bytes: &[u8]) -> SearchTotals {
    let [searches, nodes, probes, hits, depth_sum] = std::array::from_fn(|place| u64_at(bytes, 8 * place));
    let depth_min = (searches > 0).then(|| u32_at(bytes, 40));
    SearchTotals { searches, nodes, probes, hits, depth_sum, depth_min, depth_max: u32_at(bytes, 44) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::GameRecord;

    fn pending(play: &PlaySettings) -> PendingGames {
        let totals = SearchTotals {
            searches: 3,
            nodes: 1 << 40,
            probes: 5,
            hits: 4,
            depth_sum: 9,
            depth_min: Some(2),
            depth_max: 4,
        };
        let game = |index, totals| PlayedGame { record: GameRecord::failed(index), totals };
        PendingGames::new(PlayConditions::new(play, 12_345), vec![game(31, totals), game(33, SearchTotals::default())])
    }

    fn bytes(pending: &PendingGames) -> Vec<u8> {
        let mut all = Vec::new();
        stream(pending, &mut |bytes| {
            all.extend_from_slice(bytes);
            Ok(())
        })
        .unwrap();
        all
    }

    #[test]
    fn pending_games_read_back_with_their_totals_and_conditions() {
        let settings = PlaySettings { epsilon: 0.25, shallow: 0.5, random_plies: 7, ..PlaySettings::default() };
        let time = Some(Duration::from_micros(1_500));
        for play in [
            PlaySettings { exact_empties: 9, ..settings },
            PlaySettings { depth: None, nodes: Some(1 << 33), ..settings },
            PlaySettings { depth: None, time, ..settings },
        ] {
            let pending = pending(&play);
            assert_eq!(decode(&bytes(&pending), 30..40).unwrap(), pending);
        }
        for (targets, _) in GIVEN {
            let games = pending(&settings).games().to_vec();
            let pending = PendingGames::new(PlayConditions::of_given(&settings, 12_345, targets), games);
            assert_eq!(decode(&bytes(&pending), 30..40).unwrap(), pending);
        }
        assert_eq!(bytes(&PendingGames::default()), []);
        assert_eq!(decode(&[], 30..40).unwrap(), PendingGames::default());
    }

    #[test]
    fn invalid_bytes_are_refused() {
        let sound = bytes(&pending(&PlaySettings::default()));
        let refused = |bytes: &[u8]| decode(bytes, 30..40).unwrap_err().to_string();
        for short in [1, HEAD - 1, sound.len() - 1] {
            assert!(refused(&sound[..short]).contains("invalid kept games: ends within a game"), "{short}");
        }
        let mut changed = sound.clone();
        changed[31] = 0x40;
        assert!(refused(&changed).contains("epsilon"), "{}", refused(&changed));
        assert!(decode(&sound, 32..40).unwrap_err().to_string().contains("game 31 is not in order"));
    }
}
