//! Finished games of the current generation that do not count yet, left by a call that was stopped.

use crate::play::given::GivenTargets;
use crate::record::GameRecord;
use crate::record::PlayedGame;
use crate::settings::PlaySettings;
use std::ops::Range;

/// The conditions that decide how a game is played, apart from the weights, the seed and the game's number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PlayConditions {
    /// The settings. The hang timeout does not affect the games, so it always has its default value here.
    ///
    /// Nothing is left to chance in given games: the settings of random moves are 0 for them.
    pub play: PlaySettings,
    /// Bytes of a worker's transposition table.
    pub table_bytes: u64,
    /// What given games are taught; `None` for games of self-play.
    pub given: Option<GivenTargets>,
}

impl PlayConditions {
    /// Returns the conditions of self-play with these settings.
    pub fn new(play: &PlaySettings, table_bytes: usize) -> Self {
        let hang_timeout = PlaySettings::default().hang_timeout;
        Self { play: PlaySettings { hang_timeout, ..*play }, table_bytes: table_bytes as u64, given: None }
    }

    /// Returns the conditions under which given games are replayed with these settings.
    pub fn of_given(play: &PlaySettings, table_bytes: usize, targets: GivenTargets) -> Self {
        let play = PlaySettings { epsilon: 0.0, shallow: 0.0, random_plies: 0, ..*play };
        Self { given: Some(targets), ..Self::new(&play, table_bytes) }
    }
}

/// Finished games, by number, that do not count yet. Under the conditions that they were played under, they need not be
/// played again. They save time and change nothing else.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PendingGames {
    conditions: Option<PlayConditions>,
    games: Vec<PlayedGame>,
}

impl PendingGames {
    /// Creates the set of these games, played under these conditions.
    pub fn new(conditions: PlayConditions, games: Vec<PlayedGame>) -> Self {
        Self { conditions: Some(conditions), games }
    }

    /// Returns the games.
    pub fn games(&self) -> &[PlayedGame] {
        &self.games
    }

    /// Returns the conditions that the games were played under; `None` without games.
    pub fn conditions(&self) -> Option<&PlayConditions> {
        self.conditions.as_ref().filter(|_| !self.games.is_empty())
    }

    /// Removes and returns the games with these numbers. Games played under other conditions are dropped.
    pub fn take(&mut self, numbers: &Range<u64>, conditions: &PlayConditions) -> Vec<PlayedGame> {
        if self.conditions.as_ref() != Some(conditions) {
            self.games = Vec::new();
        }
        self.games.extract_if(.., |game| numbers.contains(&game.record.index)).collect()
    }

    /// Adds games that were played under these conditions.
    pub fn add(&mut self, games: impl IntoIterator<Item = PlayedGame>, conditions: PlayConditions) {
        debug_assert!(self.conditions().is_none_or(|before| *before == conditions), "`take` comes before");
        self.conditions = Some(conditions);
        self.games.extend(games);
        self.games.sort_by_key(|game| game.record.index);
    }

    /// Returns the bytes held in memory.
    pub fn bytes(&self) -> usize {
        let spare = self.games.capacity() - self.games.len();
        self.games
            .iter()
            .map(|game| size_of::<PlayedGame>() - size_of::<GameRecord>() + game.record.bytes())
            .sum::<usize>()
            + spare * size_of::<PlayedGame>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::SearchTotals;
    use std::time::Duration;

    fn game(index: u64) -> PlayedGame {
        PlayedGame { record: GameRecord::failed(index), totals: SearchTotals::default() }
    }

    #[test]
    fn kept_games_are_taken_by_their_numbers() {
        let conditions = PlayConditions::new(&PlaySettings::default(), 100);
        let mut pending = PendingGames::default();
        assert_eq!(pending.take(&(0..3), &conditions), []);
        pending.add([game(4), game(1)], conditions);
        pending.add([game(2)], conditions);
        assert_eq!(pending.take(&(0..3), &conditions), [game(1), game(2)]);
        assert_eq!(pending.games(), [game(4)]);
    }

    #[test]
    fn games_that_were_played_in_another_way_are_forgotten() {
        let settings = PlaySettings::default();
        let others = [
            PlayConditions::new(&PlaySettings { depth: Some(2), ..settings }, 100),
            PlayConditions::new(&PlaySettings { epsilon: 0.5, ..settings }, 100),
            PlayConditions::new(&settings, 200),
            PlayConditions::of_given(&settings, 100, GivenTargets::Search),
            PlayConditions::of_given(&settings, 100, GivenTargets::Outcome),
        ];
        for other in others {
            let mut pending = PendingGames::new(PlayConditions::new(&settings, 100), vec![game(1)]);
            assert_eq!(pending.take(&(0..3), &other), []);
            assert_eq!((pending.games(), pending.conditions()), (&[][..], None));
            pending.add([game(2)], other);
            assert_eq!(pending.conditions(), Some(&other));
        }
    }

    #[test]
    fn how_long_a_worker_may_hang_changes_no_game() {
        let patient = PlaySettings { hang_timeout: Some(Duration::from_mins(15)), ..PlaySettings::default() };
        assert_eq!(PlayConditions::new(&patient, 1), PlayConditions::new(&PlaySettings::default(), 1));
    }
}
