//! Everything that a run will be after its next games follows from: what is saved, loaded and hashed.

use crate::learn::adam::{Moments, Powers};
use crate::learn::coverage::Coverage;
use crate::learn::undo::{self, UndoEntry};
use crate::play::pending::PendingGames;
use crate::record::GameRecord;
use shirokuro_engine::{ENTRIES, Weights, prefer_huge_pages};
use std::ops::Range;
use std::sync::Arc;

/// The learning state of a trainer.
#[derive(Debug)]
pub(crate) struct State {
    /// Every random number follows from it.
    pub seed: u64,
    /// Games in a generation.
    pub generation_games: u32,
    /// Generations that are complete.
    pub generation: u64,
    /// Adam's powers after the complete generations.
    pub powers: Powers,
    /// The weights, shared with evaluators.
    pub weights: Arc<Weights>,
    /// Adam's moments of every entry.
    pub moments: Vec<Moments>,
    /// The games of the generation under way, from its first on, without gaps. They are learned, provisionally.
    pub records: Vec<GameRecord>,
    /// What they have changed.
    pub undo: Vec<UndoEntry>,
    /// Games that a stopped call had finished: later ones of the same generation, with gaps.
    pub pending: PendingGames,
    /// What was learned so far.
    pub coverage: Coverage,
}

impl State {
    /// Nothing played, all weights neutral.
    pub fn new(seed: u64, generation_games: u32) -> Self {
        Self {
            seed,
            generation_games,
            generation: 0,
            powers: Powers::START,
            weights: Arc::new(Weights::neutral()),
            moments: no_moments(),
            records: Vec::new(),
            undo: Vec::new(),
            pending: PendingGames::default(),
            coverage: Coverage::none(),
        }
    }

    /// Finished games.
    pub fn games(&self) -> u64 {
        self.generation * u64::from(self.generation_games) + self.records.len() as u64
    }

    /// Games that the generation under way still misses.
    pub fn generation_left(&self) -> u32 {
        self.generation_games - self.records.len() as u32
    }

    /// The numbers of the next `games` games, at most to the end of the generation under way.
    pub fn next_games(&self, games: u32) -> Range<u64> {
        let start = self.games();
        start..start + u64::from(games.min(self.generation_left()))
    }

    /// Exchanges what the generation under way has changed and what was there before.
    ///
    /// Once: the weights are those that all of the generation's games are played with. Twice: nothing has happened.
    pub fn swap_provisional(&mut self) {
        undo::swap(&mut self.undo, &self.weights, &mut self.moments);
        self.weights.changed();
    }

    /// Ends the generation; its games are learned.
    pub fn complete_generation(&mut self) {
        debug_assert!(self.generation_left() == 0 && self.undo.is_empty() && self.pending.games().is_empty());
        self.generation += 1;
        self.powers = self.powers.next();
        self.records = Vec::new();
        self.coverage.complete_generation();
    }
}

/// The moments of entries that were never learned.
///
/// Zeroed memory from the operating system: only what is learned becomes resident. Large pages make learning some 5 % faster.
pub(crate) fn no_moments() -> Vec<Moments> {
    let moments = vec![[0.0, 0.0]; ENTRIES];
    prefer_huge_pages(&moments);
    moments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_games_are_those_that_do_not_count_yet_and_end_with_the_generation() {
        let mut state = State::new(0, 5);
        state.generation = 2;
        assert_eq!(state.next_games(100), 10..15);
        state.records.extend([10, 11].map(GameRecord::failed));
        assert_eq!((state.next_games(2), state.games(), state.generation_left()), (12..14, 12, 3));
    }
}
