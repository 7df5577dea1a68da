//! What is kept of a game until its generation is learned.

use crate::learn::targets::{Step, lambda_returns, mover_view};
use shirokuro_engine::{IllegalMove, Position, Score, SearchResult, Square, discs};

/// What a search said about a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Searched {
    /// The value for the side to move, in 1/256 disc.
    pub score: Score,
    /// The value is the result of the game under best play.
    pub exact: bool,
    /// The move played was the best one, not a random one.
    pub greedy: bool,
}

/// One move of a game. Forced passes are no plies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ply {
    /// The move played.
    pub square: Square,
    /// What the search said before the move; `None` in the random opening, which is neither searched nor learned.
    pub searched: Option<Searched>,
}

/// A finished game.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GameRecord {
    /// The game's number in the run, from 0.
    pub index: u64,
    /// The moves. A game that failed (its search panicked) has none and teaches nothing.
    pub plies: Vec<Ply>,
    /// The final score in discs, Black's view, empty squares counted for the winner; 0 if the game failed.
    pub stone_difference: i32,
}

/// The plies are no finished game.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A move that the rules do not allow.
    #[error("ply {ply}: {error}")]
    Illegal {
        /// From 0.
        ply: usize,
        /// What is wrong with the move.
        error: IllegalMove,
    },
    /// The game could go on.
    #[error("the game is not over after {plies} plies")]
    Unfinished {
        /// Number of plies.
        plies: usize,
    },
}

impl GameRecord {
    /// The game with these moves from the start position; no moves at all stand for a game that failed.
    ///
    /// # Errors
    ///
    /// A move is illegal, or the game is not over after the last.
    pub fn new(index: u64, plies: Vec<Ply>) -> Result<Self, RecordError> {
        if plies.is_empty() {
            return Ok(Self::failed(index));
        }
        let mut position = Position::START;
        for (ply, Ply { square, .. }) in plies.iter().enumerate() {
            position = position.play(*square).map_err(|error| RecordError::Illegal { ply, error })?.after_forced_pass();
        }
        if !position.board.is_over() {
            return Err(RecordError::Unfinished { plies: plies.len() });
        }
        Ok(Self { index, plies, stone_difference: position.side.black_view(position.board.final_score()) })
    }

    /// A game that could not be played.
    pub fn failed(index: u64) -> Self {
        Self { index, plies: Vec::new(), stone_difference: 0 }
    }

    /// Length of the random opening in plies.
    pub fn random_plies(&self) -> usize {
        self.plies.iter().take_while(|ply| ply.searched.is_none()).count()
    }

    /// The positions in which a search was made, what it said, in the order of play.
    ///
    /// # Panics
    ///
    /// A move is illegal: the record was not made by [`GameRecord::new`] or [`play_game`](crate::play_game).
    pub fn searched(&self) -> impl Iterator<Item = (Position, Searched)> {
        self.searched_plies().map(|(_, position, searched)| (position, searched))
    }

    /// The same, with the number of moves played before.
    ///
    /// # Panics
    ///
    /// As [`GameRecord::searched`].
    pub fn searched_plies(&self) -> impl Iterator<Item = (usize, Position, Searched)> {
        let mut position = Position::START;
        self.plies.iter().enumerate().filter_map(move |(number, ply)| {
            let before = position;
            position = position.play(ply.square).expect("the moves of a record are legal").after_forced_pass();
            ply.searched.map(|searched| (number, before, searched))
        })
    }

    /// The λ-returns of the searched positions in discs, for the side to move, in the order of play.
    ///
    /// # Panics
    ///
    /// As [`GameRecord::searched`].
    pub fn targets(&self, lambda: f32) -> Vec<f32> {
        let searched: Vec<_> = self.searched().collect();
        let targets = lambda_returns(&steps(&searched), self.stone_difference as f32, lambda);
        searched.iter().zip(targets).map(|((position, _), target)| mover_view(position.side, target)).collect()
    }

    /// Bytes held in memory.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.plies.capacity() * size_of::<Ply>()
    }
}

/// What the searches of one or several games cost and said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SearchTotals {
    /// Searches made.
    pub searches: u64,
    /// Positions visited.
    pub nodes: u64,
    /// Look-ups in the transposition table.
    pub probes: u64,
    /// Look-ups that found the position.
    pub hits: u64,
    /// Plies looked ahead, summed over the searches.
    pub depth_sum: u64,
    /// The shallowest search, in plies; `None` without a search.
    pub depth_min: Option<u32>,
    /// The deepest search, in plies.
    pub depth_max: u32,
}

impl SearchTotals {
    /// Adds one search.
    pub(crate) fn count(&mut self, result: &SearchResult) {
        self.add(&Self {
            searches: 1,
            nodes: result.nodes,
            probes: result.probes,
            hits: result.hits,
            depth_sum: u64::from(result.depth),
            depth_min: Some(result.depth),
            depth_max: result.depth,
        });
    }

    /// Adds the other totals to these.
    pub fn add(&mut self, other: &Self) {
        self.searches += other.searches;
        self.nodes += other.nodes;
        self.probes += other.probes;
        self.hits += other.hits;
        self.depth_sum += other.depth_sum;
        self.depth_min = self.depth_min.into_iter().chain(other.depth_min).min();
        self.depth_max = self.depth_max.max(other.depth_max);
    }
}

/// A finished game and what it cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayedGame {
    /// The game.
    pub record: GameRecord,
    /// Its searches.
    pub totals: SearchTotals,
}

/// Why a game has no end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// It was stopped, and is as if never begun.
    Stopped,
    /// The search did not do what it promises; what it did instead.
    SearchError(String),
}

/// Searched positions of a game as the λ-return sees them.
pub(crate) fn steps(searched: &[(Position, Searched)]) -> Vec<Step> {
    let step = |(position, searched): &(Position, Searched)| Step {
        value: discs(position.side.black_view(searched.score)),
        cut: searched.exact || !searched.greedy,
    };
    searched.iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shirokuro_engine::parse_transcript;

    fn opening(text: &str) -> Vec<Ply> {
        parse_transcript(text).unwrap().into_iter().map(|square| Ply { square, searched: None }).collect()
    }

    #[test]
    fn a_wipe_out_counts_the_empty_squares_for_the_winner() {
        let record = GameRecord::new(3, opening("e6f4e3f6g5d6e7f5c5")).unwrap();
        assert_eq!((record.index, record.stone_difference, record.random_plies()), (3, 64, 9));
        assert_eq!(record.searched().count(), 0);
    }

    #[test]
    fn moves_that_are_no_finished_game_are_refused() {
        let error = |plies| GameRecord::new(0, plies).unwrap_err().to_string();
        assert_eq!(error(opening("f5d6")), "the game is not over after 2 plies");
        let mut twice = opening("f5");
        twice.push(twice[0]);
        assert!(error(twice).starts_with("ply 1: illegal move f5"));
    }
}
