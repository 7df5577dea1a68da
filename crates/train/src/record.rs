//! The record of a game, kept until its generation is learned.

use crate::learn::targets::{Step, Targets};
use shirokuro_engine::{IllegalMove, Position, Score, SearchResult, Square, discs};

/// The result of a position's search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Searched {
    /// The value for the side to move, in 1/256 disc.
    pub score: Score,
    /// Whether the value is the game's result under best play.
    pub exact: bool,
    /// Whether the move played was the search's best move.
    pub greedy: bool,
}

/// A move of a game. A forced pass is not a ply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ply {
    /// The move played.
    pub square: Square,
    /// The search's result before the move; `None` in the random opening, which is neither searched nor learned.
    pub searched: Option<Searched>,
}

/// A finished game.
///
/// ```
/// use shirokuro_engine::parse_transcript;
/// use shirokuro_train::{GameRecord, Ply};
///
/// let moves = parse_transcript("e6f4e3f6g5d6e7f5c5").unwrap();
/// let plies = moves.into_iter().map(|square| Ply { square, searched: None }).collect();
/// let wipe_out = GameRecord::new(0, plies).unwrap();
/// assert_eq!(wipe_out.stone_difference, 64); // Black's discs and the empty squares
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GameRecord {
    /// The game's number in the run, from 0.
    pub index: u64,
    /// The moves. A game that failed has none, and nothing is learned from it.
    pub plies: Vec<Ply>,
    /// The final score in discs, in Black's view, with empty squares counted for the winner; 0 if the game failed.
    pub stone_difference: i32,
}

/// The plies are not a finished game.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A move is illegal.
    #[error("ply {ply}: {error}")]
    Illegal {
        /// The index of the ply, from 0.
        ply: usize,
        /// Why the move is illegal.
        error: IllegalMove,
    },
    /// The game has not ended.
    #[error("the game has not ended at ply {plies}")]
    Unfinished {
        /// The number of plies.
        plies: usize,
    },
}

impl GameRecord {
    /// Creates the game with these moves from the start position. Without moves it is a game that failed.
    ///
    /// # Errors
    ///
    /// A move is illegal, or the game is not over after the last one.
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

    /// Creates the record of a game that failed.
    pub fn failed(index: u64) -> Self {
        Self { index, plies: Vec::new(), stone_difference: 0 }
    }

    /// Checks whether both games have the same moves.
    pub(crate) fn has_moves_of(&self, other: &Self) -> bool {
        self.plies.iter().map(|ply| ply.square).eq(other.plies.iter().map(|ply| ply.square))
    }

    /// Returns the length of the random opening in plies.
    pub fn random_plies(&self) -> usize {
        self.plies.iter().take_while(|ply| ply.searched.is_none()).count()
    }

    /// Returns the searched positions and their search results, in the order of play.
    ///
    /// # Panics
    ///
    /// A move is illegal: the record was not made by [`GameRecord::new`] or [`play_game`](crate::play_game).
    pub fn searched(&self) -> impl Iterator<Item = (Position, Searched)> {
        self.searched_plies().map(|(_, position, searched)| (position, searched))
    }

    /// Returns the searched positions and their search results, each with the number of moves played before.
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

    /// Returns the λ-returns of the searched positions in discs, for the side to move, in the order of play.
    ///
    /// # Panics
    ///
    /// As [`GameRecord::searched`].
    pub fn targets(&self, lambda: f32) -> Vec<f32> {
        let searched: Vec<_> = self.searched().collect();
        Targets::LambdaReturns(lambda).of_game(&searched, self.stone_difference, None)
    }

    /// Returns the bytes held in memory.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.plies.capacity() * size_of::<Ply>()
    }
}

/// Statistics of the searches of one or several games.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SearchTotals {
    /// The number of searches.
    pub searches: u64,
    /// The number of positions visited.
    pub nodes: u64,
    /// The number of probes of the transposition table.
    pub probes: u64,
    /// The number of probes that found their position.
    pub hits: u64,
    /// The sum of the search depths in plies.
    pub depth_sum: u64,
    /// The depth of the shallowest search, in plies; `None` without a search.
    pub depth_min: Option<u32>,
    /// The depth of the deepest search, in plies.
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

/// A finished game and its search statistics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayedGame {
    /// The game.
    pub record: GameRecord,
    /// The statistics of its searches.
    pub totals: SearchTotals,
}

/// Why a game did not finish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// It was stopped and leaves no trace.
    Stopped,
    /// The search misbehaved, as the message explains.
    SearchError(String),
}

/// Converts the searched positions of a game to steps of the λ-return.
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
    fn moves_that_are_not_a_finished_game_are_refused() {
        let error = |plies| GameRecord::new(0, plies).unwrap_err().to_string();
        assert_eq!(error(opening("f5d6")), "the game has not ended at ply 2");
        let mut twice = opening("f5");
        twice.push(twice[0]);
        assert!(error(twice).starts_with("ply 1: illegal move f5"));
    }
}
