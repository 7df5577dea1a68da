//! What one call of the trainer did.

use crate::learn::inspection::{SuddenChange, WeightUpdate};
use crate::learn::positions::TdErrors;
use crate::phases::PhaseTimes;
use crate::record::GameRecord;
use crate::record::{PlayedGame, SearchTotals};
use shirokuro_engine::{Score, Square};
use std::time::Duration;

/// What [`Trainer::advance`](crate::Trainer::advance) did.
#[derive(Clone, Debug)]
pub struct GenerationReport {
    /// The games that count from this call on, by number. Games that failed are in `failures` instead.
    pub games: Vec<GameRecord>,
    /// The games that could not be played: they count as played, and teach nothing.
    pub failures: Vec<GameFailure>,
    /// What the searches of these games cost.
    pub totals: SearchTotals,
    /// The search values of these games' positions.
    pub values: ValueSummary,
    /// The same for each of the games.
    pub values_by_game: Vec<ValueSummary>,
    /// How far each of the games' positions were from their targets.
    pub errors_by_game: Vec<TdErrors>,
    /// Visits to weight entries by all of the generation's games so far, each counted for the entry and for its mirror image if
    /// that is another.
    pub visits: u64,
    /// Time spent on playing.
    pub play_time: Duration,
    /// Time spent on learning.
    pub learn_time: Duration,
    /// What the workers spent that time on; `None` if it was not measured.
    pub phases: Option<PhaseTimes>,
    /// Those of these games with a target that is no number: they are in `games` as well.
    pub nan_games: Vec<u64>,
    /// Weight entries that were set back because a number was none, of the whole generation so far.
    pub resets: Vec<Reset>,
    /// The changes of the tables that are [inspected](crate::Inspection), by entry, of the whole generation so far.
    pub updates: Vec<WeightUpdate>,
    /// Changes of weights that are suspiciously large, of the whole generation so far: how many, and the largest of them.
    pub sudden_count: u64,
    /// The largest of them.
    pub sudden: Vec<SuddenChange>,
    /// The generation is complete: its update is final.
    pub generation_complete: bool,
}

impl GenerationReport {
    /// The report of these games, before they are learned.
    pub(crate) fn of(played: Vec<PlayedGame>, failures: Vec<GameFailure>) -> Self {
        let (mut totals, mut values) = (SearchTotals::default(), ValueSummary::EMPTY);
        let mut values_by_game = Vec::with_capacity(played.len());
        for game in &played {
            totals.add(&game.totals);
            let mut of_game = ValueSummary::EMPTY;
            let searched = game.record.plies.iter().filter_map(|ply| ply.searched);
            searched.for_each(|searched| of_game.add(searched.score));
            values.merge(&of_game);
            values_by_game.push(of_game);
        }
        Self {
            games: played.into_iter().map(|game| game.record).collect(),
            failures,
            totals,
            values,
            values_by_game,
            errors_by_game: Vec::new(),
            visits: 0,
            play_time: Duration::ZERO,
            learn_time: Duration::ZERO,
            phases: None,
            nan_games: Vec::new(),
            resets: Vec::new(),
            updates: Vec::new(),
            sudden_count: 0,
            sudden: Vec::new(),
            generation_complete: false,
        }
    }
}

/// A game that could not be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GameFailure {
    /// The game's number in the run.
    pub index: u64,
    /// What went wrong.
    pub kind: FailureKind,
    /// More about it.
    pub message: String,
    /// The run's seed: with the game's number and the weights it leads to the same game again.
    pub seed: u64,
    /// The moves up to the failure.
    pub moves: Vec<Square>,
}

/// What went wrong in a game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The worker panicked.
    Panic,
    /// The worker showed no sign of life for too long and was abandoned.
    Hang,
    /// The search found no move where there is one.
    SearchError,
}

/// Entries of one table that held or would have held a number that is none, and are neutral again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reset {
    /// The pattern, 0 to 13.
    pub pattern: usize,
    /// The stage, 0 to 59.
    pub stage: usize,
    /// How many entries, mirror images included.
    pub entries: u64,
}

/// How the search values of some positions are spread, in 1/256 disc, for the side to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueSummary {
    /// Number of values.
    pub count: u64,
    /// Sum of the values.
    pub sum: i64,
    /// Sum of the squares of the values.
    pub sum_of_squares: i64,
    /// The smallest and the largest value; `None` if there is none.
    pub range: Option<(Score, Score)>,
}

impl ValueSummary {
    /// No values.
    pub const EMPTY: Self = Self { count: 0, sum: 0, sum_of_squares: 0, range: None };

    /// Takes in one value.
    pub fn add(&mut self, value: Score) {
        let wide = i64::from(value);
        self.merge(&Self { count: 1, sum: wide, sum_of_squares: wide * wide, range: Some((value, value)) });
    }

    /// Takes in other values.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.sum_of_squares += other.sum_of_squares;
        self.range = match (self.range, other.range) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (range, None) | (None, range) => range,
        };
    }
}

impl GenerationReport {
    /// Positions that these games learned.
    pub fn positions(&self) -> u64 {
        self.errors_by_game.iter().map(|errors| u64::from(errors.positions)).sum()
    }

    /// Root mean square of target − evaluation before learning, in discs, over these positions; `None` if there are none.
    pub fn td_error(&self) -> Option<f64> {
        let sum: f64 = self.errors_by_game.iter().map(|errors| errors.squared_error).sum();
        (self.positions() > 0).then(|| (sum / self.positions() as f64).sqrt())
    }
}
