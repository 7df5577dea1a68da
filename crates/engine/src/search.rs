//! Finding the best move: alpha-beta with iterative deepening, and an exact solver for the last plies.
//!
//! A value is a pure function of the position, the depth and the evaluation: the transposition table only answers for the same
//! remaining depth, so it changes how fast a value is found and never which. The tests compare with plain negamax. Only a
//! [`Confidence`] below certainty gives that up.

mod endgame;
mod few_empties;
mod midgame;
mod move_picker;
mod node;
mod ordering;
mod parallel;
mod probcut;
mod pv_line;
mod root;
mod stability;
mod stop;
mod table;
mod tree;

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use crate::board::Board;
use crate::evaluate::{Evaluate, Score};
use crate::kernel::dispatch;
use crate::square::Square;
pub use probcut::Confidence;
use root::Root;
use table::Table;

/// How deep to search. The first limit that is reached ends the search; without any it goes on to the end of the game.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits<'a> {
    /// Plies to look ahead, at least 1; a pass costs none.
    pub depth: Option<u32>,
    /// Positions to visit, about. The first ply is always searched whole.
    pub nodes: Option<u64>,
    /// Time to take. The first ply is always searched whole.
    pub time: Option<Duration>,
    /// Positions with at most this many empty squares are solved exactly, whatever `depth` says.
    pub exact: u32,
    /// How sure the search is when it cuts off a line that a search of less depth says is decided.
    pub confidence: Confidence,
    /// Threads that search together, the caller's among them; 0 is 1. With more than one the score of a search to a fixed depth is the
    /// same, but which of several best moves is found, and how many positions are visited, depends on chance.
    pub threads: usize,
    /// A flag that ends the search soon after it is set.
    pub stop: Option<&'a AtomicBool>,
    /// A counter that goes up every time the search looks at the clock and the flag: it shows that the search is alive.
    pub heartbeat: Option<&'a AtomicU64>,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchResult {
    /// The best move; none if the side to move has to pass or the game is over.
    pub best: Option<Square>,
    /// The value for the side to move.
    pub score: Score,
    /// Plies looked ahead by the last complete iteration; the empty squares, if the value is exact.
    pub depth: u32,
    /// The value is the result of the game under best play.
    pub exact: bool,
    /// Positions visited.
    pub nodes: u64,
    /// The moves that both sides are expected to play, the best one first; passes are implied.
    pub line: Vec<Square>,
    /// Look-ups in the transposition table.
    pub probes: u64,
    /// Look-ups that found the position.
    pub hits: u64,
    /// The stop flag ended the search.
    pub stopped: bool,
}

/// The memory for a transposition table is not to be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no memory for a transposition table of {bytes} bytes")]
pub struct TableTooLarge {
    /// The size that was asked for.
    pub bytes: usize,
}

/// A search and its transposition table, which it keeps from one search to the next.
///
/// What the table holds is forgotten by itself when the evaluator is another one or its weights have changed.
#[derive(Debug)]
pub struct Searcher {
    table: Table,
    /// What the table's values come from: the [`version`](Evaluate::version) of the evaluator, and the confidence.
    source: (u64, Confidence),
}

impl Searcher {
    /// A searcher with a table of at most `table_bytes`; at least one line of it is kept.
    ///
    /// # Errors
    /// The memory is not to be had.
    pub fn new(table_bytes: usize) -> Result<Self, TableTooLarge> {
        let table = Table::new(table_bytes).map_err(|_| TableTooLarge { bytes: table_bytes })?;
        Ok(Self { table, source: (0, Confidence::default()) })
    }

    /// The size of the table in bytes.
    pub fn table_bytes(&self) -> usize {
        self.table.bytes()
    }

    /// Makes everything that is in the table unseen, as for a new game. Takes no time.
    pub fn forget(&mut self) {
        self.table.forget();
    }

    /// Searches a position.
    ///
    /// If the side to move has no move, the value is that after the pass, or the final score; `best` is then `None`.
    pub fn search<E: Evaluate>(&mut self, evaluator: &E, board: &Board, limits: &Limits) -> SearchResult {
        let source = (evaluator.version(), limits.confidence);
        if self.source == source {
            self.table.next_search();
        } else {
            self.table.forget();
            self.source = source;
        }
        let table = &self.table;
        if limits.threads > 1 {
            return parallel::search_in_parallel(limits, |limits, team| {
                dispatch(Root { table, evaluator, board, limits, team: Some(team) })
            });
        }
        dispatch(Root { table, evaluator, board, limits, team: None })
    }

    /// Finds the result of the game under best play. Only the stop flag ends it before.
    pub fn solve<E: Evaluate>(&mut self, evaluator: &E, board: &Board, stop: Option<&AtomicBool>) -> SearchResult {
        self.search(evaluator, board, &Limits { exact: 64, stop, ..Limits::default() })
    }
}
