//! The report of a call of the trainer.

use crate::learn::inspection::{SuddenChange, WeightUpdate};
use crate::learn::positions::TdErrors;
use crate::phases::PhaseTimes;
use crate::record::GameRecord;
use crate::record::{PlayedGame, SearchTotals};
use shirokuro_engine::{Score, Square};
use std::time::Duration;

/// The report of a call of [`Trainer::advance`](crate::Trainer::advance).
#[derive(Clone, Debug)]
pub struct GenerationReport {
    /// The games that this call has added to the run, by number. Games that failed are in `failures` instead.
    pub games: Vec<GameRecord>,
    /// The games that failed. They count as played, and nothing is learned from them.
    pub failures: Vec<GameFailure>,
    /// The statistics of these games' searches.
    pub totals: SearchTotals,
    /// A summary of the search values in these games.
    pub values: ValueSummary,
    /// A summary of the search values in each of these games.
    pub values_by_game: Vec<ValueSummary>,
    /// The TD errors of each of these games.
    pub errors_by_game: Vec<TdErrors>,
    /// Visits to weight entries by all of the generation's games so far. Each counts for the entry and for its mirror
    /// image if that is a different entry.
    pub visits: u64,
    /// The wall-clock time spent on playing.
    pub play_time: Duration,
    /// The wall-clock time spent on learning.
    pub learn_time: Duration,
    /// The time that the workers spent on each phase; `None` if it was not measured.
    pub phases: Option<PhaseTimes>,
    /// The numbers of those of these games in which a target is NaN or infinite. They are in `games` as well.
    pub nan_games: Vec<u64>,
    /// Weight entries that were reset because a number became NaN or infinite, in the whole generation so far.
    pub resets: Vec<Reset>,
    /// The changes of the [inspected](crate::Inspection) tables, by entry, in the whole generation so far.
    pub updates: Vec<WeightUpdate>,
    /// The number of suspiciously large changes of weights in the whole generation so far.
    pub sudden_count: u64,
    /// The largest of these changes.
    pub sudden: Vec<SuddenChange>,
    /// Whether the generation is complete, so that its update is final.
    pub generation_complete: bool,
}

impl GenerationReport {
    /// Creates the report of these games before they are learned.
    pub(crate) fn of(played: Vec<PlayedGame>, failures: Vec<GameFailure>) -> Self {
        let (mut totals, mut values) = (SearchTotals::default(), ValueSummary::EMPTY);
        let mut values_by_game = Vec::with_capacity(played.len());
        for game in &played {
            totals.add(&game.totals);
            let mut of_game = ValueSummary::EMPTY;
            // A given game that teaches its outcome was not searched.
            let plies = if game.totals.searches > 0 { &game.record.plies[..] } else { &[] };
            let searched = plies.iter().filter_map(|ply| ply.searched);
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

/// A game that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GameFailure {
    /// The game's number in the run.
    pub index: u64,
    /// The kind of failure.
    pub kind: FailureKind,
    /// Details.
    pub message: String,
    /// The run's seed. Together with the game's number and the weights it reproduces the game.
    pub seed: u64,
    /// The moves up to the failure.
    pub moves: Vec<Square>,
}

/// The kind of a game's failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The worker panicked.
    Panic,
    /// The worker showed no sign of life for too long and was abandoned.
    Hang,
    /// The search found no move in a position that has one, or an illegal one.
    SearchError,
}

/// The entries of one table that became NaN or infinite and were reset to neutral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reset {
    /// The pattern, 0 to 13.
    pub pattern: usize,
    /// The stage, 0 to 59.
    pub stage: usize,
    /// The number of entries, mirror images included.
    pub entries: u64,
}

/// The distribution of the search values of some positions, in 1/256 disc, for the side to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueSummary {
    /// The number of values.
    pub count: u64,
    /// The sum of the values.
    pub sum: i64,
    /// The sum of the squares of the values.
    pub sum_of_squares: i64,
    /// The smallest and the largest value; `None` without values.
    pub range: Option<(Score, Score)>,
}

impl ValueSummary {
    /// No values.
    pub const EMPTY: Self = Self { count: 0, sum: 0, sum_of_squares: 0, range: None };

    /// Adds a value.
    pub fn add(&mut self, value: Score) {
        let wide = i64::from(value);
        self.merge(&Self { count: 1, sum: wide, sum_of_squares: wide * wide, range: Some((value, value)) });
    }

    /// Adds the values of another summary.
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
    /// Returns the number of positions learned from these games.
    pub fn positions(&self) -> u64 {
        self.errors_by_game.iter().map(|errors| u64::from(errors.positions)).sum()
    }

    /// Returns the root mean square of target − evaluation before learning, in discs, over these positions; `None`
    /// without any.
    pub fn td_error(&self) -> Option<f64> {
        let sum: f64 = self.errors_by_game.iter().map(|errors| errors.squared_error).sum();
        (self.positions() > 0).then(|| (sum / self.positions() as f64).sqrt())
    }
}
