//! Everything that a run will be after its next games follows from: what is saved, loaded and hashed.

use crate::adam::{Moments, Powers};
use crate::record::GameRecord;
use crate::undo::{self, UndoEntry};
use shirokuro_engine::{ENTRIES, Weights};
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
    /// The finished games of the generation under way, by number; there may be gaps.
    pub records: Vec<GameRecord>,
    /// What those games have changed; empty if they have changed nothing.
    pub undo: Vec<UndoEntry>,
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
            // Zeroed memory from the operating system: a page that is never learned is never resident.
            moments: vec![[0.0, 0.0]; ENTRIES],
            records: Vec::new(),
            undo: Vec::new(),
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

    /// The numbers of the missing games of the generation under way, ascending.
    pub fn missing(&self) -> impl Iterator<Item = u64> {
        let first = self.generation * u64::from(self.generation_games);
        let mut played = self.records.iter().map(|record| record.index).peekable();
        (first..first + u64::from(self.generation_games)).filter(move |&index| played.next_if_eq(&index).is_none())
    }

    /// Adds finished games of the generation under way.
    pub fn add(&mut self, records: impl IntoIterator<Item = GameRecord>) {
        self.records.extend(records);
        self.records.sort_by_key(|record| record.index);
    }

    /// Takes back what the unfinished generation has changed: the weights are those that its games are played with.
    pub fn take_back(&mut self) {
        undo::restore(&self.undo, &self.weights, &mut self.moments);
        self.undo = Vec::new();
    }

    /// Ends the generation; its games are learned.
    pub fn complete_generation(&mut self) {
        debug_assert_eq!(self.generation_left(), 0);
        debug_assert!(self.undo.is_empty());
        self.generation += 1;
        self.powers = self.powers.next();
        self.records = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_games_are_those_of_the_generation_that_have_no_record() {
        let mut state = State::new(0, 5);
        state.generation = 2;
        assert_eq!(state.missing().collect::<Vec<_>>(), [10, 11, 12, 13, 14]);
        state.add([13, 10].map(GameRecord::failed));
        assert_eq!(state.missing().collect::<Vec<_>>(), [11, 12, 14]);
        assert_eq!((state.games(), state.generation_left()), (12, 3));
        state.add([14, 11, 12].map(GameRecord::failed));
        assert_eq!(state.missing().count(), 0);
        state.complete_generation();
        assert_eq!((state.games(), state.generation, state.generation_left()), (15, 3, 5));
    }
}
