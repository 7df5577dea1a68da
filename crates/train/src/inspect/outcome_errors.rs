//! The distance of a model's evaluations from the outcomes of games that it did not learn from.

use crate::record::GameRecord;
use rayon::prelude::*;
use shirokuro_engine::{PatternEvaluator, Position, UNITS_PER_DISC};

/// Sums of the distances between the evaluations of some games' positions and the games' outcomes. All are whole
/// numbers, so they do not depend on the order of the games.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutcomeErrors {
    /// The number of positions.
    pub positions: u64,
    /// The sum of |evaluation − outcome|, in 1/256 disc.
    pub absolute: u64,
    /// The sum of (evaluation − outcome)², in (1/256 disc)².
    pub squared: u64,
}

impl OutcomeErrors {
    /// Compares the evaluation of each position in which a move was played with its game's outcome. Works on the games
    /// in parallel, in the current rayon pool.
    ///
    /// # Panics
    ///
    /// A move is illegal: a record was not made by [`GameRecord::new`] or [`play_game`](crate::play_game).
    pub fn of(games: &[&GameRecord], evaluator: &PatternEvaluator) -> Self {
        games.par_iter().map(|game| Self::of_game(game, evaluator)).reduce(Self::default, Self::plus)
    }

    fn of_game(game: &GameRecord, evaluator: &PatternEvaluator) -> Self {
        let outcome = game.stone_difference * UNITS_PER_DISC;
        let mut position = Position::START;
        game.plies.iter().fold(Self::default(), |sums, ply| {
            let evaluation = position.side.black_view(evaluator.evaluate(&position.board));
            position = position.play(ply.square).expect("the moves of a record are legal").after_forced_pass();
            let distance = u64::from(evaluation.abs_diff(outcome));
            sums.plus(Self { positions: 1, absolute: distance, squared: distance * distance })
        })
    }

    fn plus(self, other: Self) -> Self {
        Self {
            positions: self.positions + other.positions,
            absolute: self.absolute + other.absolute,
            squared: self.squared + other.squared,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play::random_game::random_game;
    use shirokuro_engine::Weights;
    use std::sync::Arc;

    #[test]
    fn a_model_that_expects_a_draw_everywhere_errs_by_the_outcomes() {
        let games: Vec<GameRecord> = (0..20).map(|index| random_game(5, index)).collect();
        let neutral = PatternEvaluator::new(Arc::new(Weights::neutral().unwrap()));
        let errors = OutcomeErrors::of(&games.iter().collect::<Vec<_>>(), &neutral);
        let sum = |error: fn(u64) -> u64| -> u64 {
            games
                .iter()
                .map(|game| game.plies.len() as u64 * error(u64::from(game.stone_difference.unsigned_abs())))
                .sum()
        };
        assert_eq!(errors.positions, sum(|_| 1));
        assert_eq!(errors.absolute, 256 * sum(|discs| discs));
        assert_eq!(errors.squared, 65_536 * sum(|discs| discs * discs));
    }
}
