//! What one call of the trainer did.

use crate::phases::PhaseTimes;
use crate::record::GameRecord;
use crate::selfplay::{PlayedGame, SearchTotals};
use shirokuro_engine::{Square, discs};
use std::time::Duration;

/// What [`Trainer::advance`](crate::Trainer::advance) did.
#[derive(Clone, Debug)]
pub struct GenerationReport {
    /// The games that count from this call on, by number. Games that failed are in `failures` instead.
    pub games: Vec<GameRecord>,
    /// The games that could not be played: they count as played, and teach nothing.
    pub failures: Vec<GameFailure>,
    /// What the searches of these games cost. What a stopped call's games cost is lost if the trainer was saved in between.
    pub totals: SearchTotals,
    /// The search values of these games' positions.
    pub values: ValueSummary,
    /// Positions that this call learned: in the middle of a generation those of its earlier games are learned again.
    pub positions: u64,
    /// Root mean square of target − evaluation before learning, in discs, over these positions; `None` if there are none.
    pub td_error: Option<f64>,
    /// Visits of these positions to weight entries, each counted for the entry and for its mirror image if that is another.
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
    /// The generation is complete: its update is final.
    pub generation_complete: bool,
}

impl GenerationReport {
    /// The report of these games, before they are learned.
    pub(crate) fn of(played: Vec<PlayedGame>, failures: Vec<GameFailure>) -> Self {
        let (mut totals, mut values) = (SearchTotals::default(), ValueSummary::EMPTY);
        for game in &played {
            totals.add(&game.totals);
            let searched = game.record.plies.iter().filter_map(|ply| ply.searched);
            searched.for_each(|searched| values.add(discs(searched.score)));
        }
        Self {
            games: played.into_iter().map(|game| game.record).collect(),
            failures,
            totals,
            values,
            positions: 0,
            td_error: None,
            visits: 0,
            play_time: Duration::ZERO,
            learn_time: Duration::ZERO,
            phases: None,
            nan_games: Vec::new(),
            resets: Vec::new(),
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

/// How the search values of some positions are spread, in discs, for the side to move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueSummary {
    /// Number of values.
    pub count: u64,
    /// Sum of the values.
    pub sum: f64,
    /// Sum of the squares of the values.
    pub sum_of_squares: f64,
    /// The smallest value; +∞ if there is none.
    pub min: f32,
    /// The largest value; −∞ if there is none.
    pub max: f32,
}

impl ValueSummary {
    /// No values.
    pub const EMPTY: Self =
        Self { count: 0, sum: 0.0, sum_of_squares: 0.0, min: f32::INFINITY, max: f32::NEG_INFINITY };

    /// Takes in one value.
    pub fn add(&mut self, value: f32) {
        self.count += 1;
        self.sum += f64::from(value);
        self.sum_of_squares += f64::from(value) * f64::from(value);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }
}
