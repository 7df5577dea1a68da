//! Search for the best move: alpha-beta with iterative deepening, and an exact solver for the last plies.
//!
//! A score is a pure function of position, depth and evaluation. The transposition table answers only for the same
//! remaining depth, so it changes how fast a score is found, never the score itself. The tests compare with plain
//! negamax. Only a [`Confidence`] below 100 % gives this up.

mod endgame;
mod few_empties;
mod late_endgame;
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
use crate::evaluate::{Evaluate, Evaluation, Score, WithEvaluator};
use crate::kernel::dispatch;
use crate::memory::OutOfMemory;
use crate::square::Square;
pub use probcut::Confidence;
use root::Root;
use table::Table;

/// Limits of a search. The first limit reached ends it; without any, the search continues to the end of the game.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits<'a> {
    /// Plies to look ahead, at least 1; a pass does not count.
    pub depth: Option<u32>,
    /// Approximate number of positions to visit. The first ply is always searched completely.
    pub nodes: Option<u64>,
    /// Wall-clock time. The first ply is always searched completely.
    pub time: Option<Duration>,
    /// Positions with at most this many empty squares are solved exactly, whatever `depth` says.
    pub exact: u32,
    /// The confidence required to cut off a line because a shallower search finds it decided.
    pub confidence: Confidence,
    /// Threads that search together, including the caller's; 0 means 1. With several threads, a search to a fixed depth
    /// finds the same score, but which of several best moves it returns, and how many positions it visits, depends on
    /// chance. If the system does not start a thread, the others search without it.
    pub threads: usize,
    /// A flag that, once set, soon ends the search.
    pub stop: Option<&'a AtomicBool>,
    /// A counter that the search increments whenever it checks the clock and the flag, to show that it is alive.
    pub heartbeat: Option<&'a AtomicU64>,
}

/// The result of a search.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchResult {
    /// The best move; `None` if the side to move must pass or the game is over. If a limit cut an iteration off after
    /// it had found a better move than the one before, it is that move.
    pub best: Option<Square>,
    /// The score for the side to move, found by the last complete iteration.
    pub score: Score,
    /// Depth in plies of the last complete iteration; the number of empty squares if the score is exact.
    pub depth: u32,
    /// True if the score is the result of the game under best play.
    pub exact: bool,
    /// Positions visited.
    pub nodes: u64,
    /// The principal variation, starting with the best move; passes are implied.
    pub line: Vec<Square>,
    /// Lookups in the transposition table.
    pub probes: u64,
    /// Lookups that found the position.
    pub hits: u64,
    /// True if the stop flag ended the search.
    pub stopped: bool,
}

/// A search with a transposition table that is kept from one search to the next.
///
/// The table is cleared automatically when the evaluator is a different one, its weights have changed, or the
/// confidence differs.
///
/// ```
/// use shirokuro_engine::{Board, DiscCount, Limits, Searcher};
///
/// let mut searcher = Searcher::new(1 << 20)?;
/// let limits = Limits { depth: Some(5), ..Limits::default() };
/// let result = searcher.search(&DiscCount, &Board::START, &limits);
/// assert_eq!((result.depth, result.exact), (5, false));
/// assert_eq!(result.best, result.line.first().copied());
///
/// // The side to move has c1, the opponent b1: playing a1 flips it and leaves the opponent without a disc.
/// let ending = Board::new(0b100, 0b010)?;
/// let result = searcher.solve(&DiscCount, &ending, None);
/// assert_eq!((result.best.map(|square| square.to_string()), result.score), (Some("a1".to_owned()), 64 * 256));
/// assert!(result.exact);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Searcher {
    table: Table,
    /// The source of the table's scores: the [`version`](Evaluate::version) of the evaluator, and the confidence.
    source: (u64, Confidence),
}

impl Searcher {
    /// Creates a searcher with a table of at most `table_bytes`, but at least one bucket of it.
    ///
    /// # Errors
    /// There is not enough memory.
    pub fn new(table_bytes: usize) -> Result<Self, OutOfMemory> {
        Ok(Self { table: Table::new(table_bytes)?, source: (0, Confidence::default()) })
    }

    /// Returns the size of the table in bytes.
    pub fn table_bytes(&self) -> usize {
        self.table.bytes()
    }

    /// Clears the table, as for a new game. Takes constant time: old entries are only marked as outdated.
    pub fn forget(&mut self) {
        self.table.forget();
    }

    /// Searches a position.
    ///
    /// If the side to move has no move, the score is that after the pass, or the final score; `best` is then `None`.
    pub fn search<E: Evaluation>(&mut self, evaluator: &E, board: &Board, limits: &Limits) -> SearchResult {
        evaluator.with(Search { searcher: self, board, limits })
    }

    /// Finds the result of the game under best play. Only the stop flag can end it early.
    pub fn solve<E: Evaluation>(&mut self, evaluator: &E, board: &Board, stop: Option<&AtomicBool>) -> SearchResult {
        self.search(evaluator, board, &Limits { exact: 64, stop, ..Limits::default() })
    }
}

struct Search<'a> {
    searcher: &'a mut Searcher,
    board: &'a Board,
    limits: &'a Limits<'a>,
}

impl WithEvaluator for Search<'_> {
    type Output = SearchResult;

    fn run<E: Evaluate>(self, evaluator: &E) -> SearchResult {
        let Self { searcher: Searcher { table, source }, board, limits } = self;
        let wanted = (evaluator.version(), limits.confidence);
        if *source == wanted {
            table.next_search();
        } else {
            table.forget();
            *source = wanted;
        }
        let table = &*table;
        if limits.threads > 1 {
            return parallel::search_in_parallel(limits, |limits, team| {
                dispatch(Root { table, evaluator, board, limits, team: Some(team) })
            });
        }
        dispatch(Root { table, evaluator, board, limits, team: None })
    }
}
