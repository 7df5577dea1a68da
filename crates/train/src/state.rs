//! The state that determines how a run continues: it is saved, loaded and hashed.

use crate::learn::adam::{Moments, Powers};
use crate::learn::coverage::Coverage;
use crate::learn::undo::{self, UndoEntry};
use crate::learn::zeroed::zeroed_moments;
use crate::play::pending::PendingGames;
use crate::record::GameRecord;
use shirokuro_engine::{OutOfMemory, PatternSet, Weights, prefer_huge_pages, require_memory};
use std::ops::Range;
use std::sync::Arc;

/// The learning state of a trainer.
#[derive(Debug)]
pub(crate) struct State {
    /// The seed of every random number.
    pub seed: u64,
    /// The number of games in a generation.
    pub generation_games: u32,
    /// The number of complete generations.
    pub generation: u64,
    /// Adam's powers after the complete generations.
    pub powers: Powers,
    /// The weights, shared with evaluators.
    pub weights: Arc<Weights>,
    /// Adam's moments of every entry.
    pub moments: Vec<Moments>,
    /// The current generation's games, from its first on, without gaps. They are learned provisionally.
    pub records: Vec<GameRecord>,
    /// The entries that these games have changed, as they were before.
    pub undo: Vec<UndoEntry>,
    /// In a run with a delay: the entries that the last complete generation has changed, as they were before. The
    /// current generation is played with those weights.
    pub earlier: Option<Vec<UndoEntry>>,
    /// Finished games that do not count yet: later games of the current generation, with gaps.
    pub pending: PendingGames,
    /// The entries learned so far.
    pub coverage: Coverage,
}

impl State {
    /// Returns the bytes of the weights, the moments and the coverage.
    pub fn bytes(patterns: &PatternSet) -> usize {
        patterns.entries() * (size_of::<u16>() + size_of::<Moments>()) + Coverage::bytes(patterns)
    }

    /// Creates the state of a run that has played nothing, with a copy of these weights, or with neutral ones of the
    /// patterns.
    pub fn new(
        seed: u64,
        generation_games: u32,
        patterns: &Arc<PatternSet>,
        weights: Option<&Weights>,
    ) -> Result<Self, OutOfMemory> {
        debug_assert!(weights.is_none_or(|weights| weights.patterns() == patterns));
        require_memory(Self::bytes(patterns), "weights and moments")?;
        Ok(Self {
            seed,
            generation_games,
            generation: 0,
            powers: Powers::START,
            weights: Arc::new(weights.map_or_else(|| Weights::neutral_of(patterns), Weights::copy)?),
            moments: no_moments(patterns)?,
            records: Vec::new(),
            undo: Vec::new(),
            earlier: None,
            pending: PendingGames::default(),
            coverage: Coverage::none(patterns),
        })
    }

    /// Returns the patterns whose weights are learned.
    pub fn patterns(&self) -> &Arc<PatternSet> {
        self.weights.patterns()
    }

    /// Returns the number of finished games.
    pub fn games(&self) -> u64 {
        self.generation * u64::from(self.generation_games) + self.records.len() as u64
    }

    /// Returns the number of games missing in the current generation.
    pub fn generation_left(&self) -> u32 {
        self.generation_games - self.records.len() as u32
    }

    /// Returns the numbers of the next `games` games, at most to the end of the current generation.
    pub fn next_games(&self, games: u32) -> Range<u64> {
        let start = self.games();
        start..start + u64::from(games.min(self.generation_left()))
    }

    /// Swaps the entries that the current generation has changed with their values before. A second swap restores them.
    pub fn swap_provisional(&mut self) {
        undo::swap(&mut self.undo, &self.weights, &mut self.moments);
        self.weights.changed();
    }

    /// In a run with a delay, swaps the entries that the last complete generation has changed with their values before.
    /// A second swap restores them.
    pub fn swap_earlier(&mut self) {
        if let Some(earlier) = &mut self.earlier {
            undo::swap(earlier, &self.weights, &mut self.moments);
            self.weights.changed();
        }
    }

    /// Puts the weights that all of the current generation's games are played with in place, until
    /// [`leave_play`](Self::leave_play).
    pub fn enter_play(&mut self) {
        self.swap_provisional();
        self.swap_earlier();
    }

    /// Restores the state from before [`enter_play`](Self::enter_play).
    pub fn leave_play(&mut self) {
        self.swap_earlier();
        self.swap_provisional();
    }

    /// Completes the generation, whose games have been learned.
    pub fn complete_generation(&mut self) {
        if let Some(earlier) = &mut self.earlier {
            *earlier = std::mem::take(&mut self.undo);
        }
        debug_assert!(self.generation_left() == 0 && self.undo.is_empty() && self.pending.games().is_empty());
        self.generation += 1;
        self.powers = self.powers.next();
        self.records = Vec::new();
        self.coverage.complete_generation();
    }
}

/// Returns the moments of entries that were never learned.
///
/// The memory comes zeroed from the operating system, so only learned entries become resident. Large pages make
/// learning about 5 % faster.
pub(crate) fn no_moments(patterns: &PatternSet) -> Result<Vec<Moments>, OutOfMemory> {
    let moments = zeroed_moments(patterns.entries())?;
    prefer_huge_pages(&moments);
    Ok(moments)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shirokuro_engine::PATTERNS;

    #[test]
    fn the_next_games_follow_the_counted_ones_and_end_with_the_generation() {
        let mut state = State::new(0, 5, &PATTERNS, None).unwrap();
        state.generation = 2;
        assert_eq!(state.next_games(100), 10..15);
        state.records.extend([10, 11].map(GameRecord::failed));
        assert_eq!((state.next_games(2), state.games(), state.generation_left()), (12..14, 12, 3));
    }
}
