//! Finding the best move: alpha-beta with iterative deepening, and an exact solver for the last plies.
//!
//! A value is a pure function of the position, the depth and the evaluation: the transposition table only answers for the same
//! remaining depth, so it changes how fast a value is found and never which. The tests compare with plain negamax.

mod endgame;
mod last;
mod line;
mod midgame;
mod order;
mod stability;
mod table;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::board::Board;
use crate::evaluate::{Evaluate, Score};
use crate::kernel::{Kernel, Task, dispatch};
use crate::square::Square;
use line::Line;
use table::{Known, Table};

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
    /// The [`version`](Evaluate::version) of the evaluator that the table's values come from.
    version: u64,
}

impl Searcher {
    /// A searcher with a table of at most `table_bytes`; at least one line of it is kept.
    ///
    /// # Errors
    /// The memory is not to be had.
    pub fn new(table_bytes: usize) -> Result<Self, TableTooLarge> {
        let table = Table::new(table_bytes).map_err(|_| TableTooLarge { bytes: table_bytes })?;
        Ok(Self { table, version: 0 })
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
        if self.version == evaluator.version() {
            self.table.next_search();
        } else {
            self.table.forget();
            self.version = evaluator.version();
        }
        let watch = Watch::new(limits);
        dispatch(Root { searcher: self, evaluator, board, limits, watch })
    }

    /// Finds the result of the game under best play. Only the stop flag ends it before.
    pub fn solve<E: Evaluate>(&mut self, evaluator: &E, board: &Board, stop: Option<&AtomicBool>) -> SearchResult {
        self.search(evaluator, board, &Limits { exact: 64, stop, ..Limits::default() })
    }
}

/// Nodes between two looks at the clock and the flag.
const WATCH_INTERVAL: u64 = 1024;

/// Says when a search has to end.
struct Watch<'a> {
    deadline: Option<Instant>,
    nodes: u64,
    stop: Option<&'a AtomicBool>,
    heartbeat: Option<&'a AtomicU64>,
    next_look: u64,
    /// Set when a limit was reached; all recursion returns then, and its values mean nothing.
    over: bool,
    /// The flag was what ended it.
    stopped: bool,
    /// The first iteration may not be ended but by the flag.
    armed: bool,
}

impl<'a> Watch<'a> {
    fn new(limits: &Limits<'a>) -> Self {
        Self {
            deadline: limits.time.map(|time| Instant::now() + time),
            nodes: limits.nodes.unwrap_or(u64::MAX),
            stop: limits.stop,
            heartbeat: limits.heartbeat,
            next_look: 0,
            over: false,
            stopped: false,
            armed: false,
        }
    }

    #[inline(always)]
    fn look(&mut self, nodes: u64) {
        if nodes >= self.next_look {
            self.look_closely(nodes);
        }
    }

    #[cold]
    #[inline(never)]
    fn look_closely(&mut self, nodes: u64) {
        if let Some(heartbeat) = self.heartbeat {
            heartbeat.fetch_add(1, Relaxed);
        }
        self.stopped |= self.stop.is_some_and(|stop| stop.load(Relaxed));
        let spent = nodes >= self.nodes || self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        self.over = self.stopped || (self.armed && spent);
        self.next_look =
            if self.armed { (nodes + WATCH_INTERVAL).min(self.nodes.max(nodes + 1)) } else { nodes + WATCH_INTERVAL };
    }

    /// From now on every limit counts.
    fn arm(&mut self, nodes: u64) {
        self.armed = true;
        self.look_closely(nodes);
    }
}

/// What all nodes of one search share.
struct Tree<'a, E: Evaluate> {
    evaluator: &'a E,
    table: &'a mut Table,
    watch: Watch<'a>,
    /// The stage whose tables order the moves: one for the whole search, so that they stay in the cache.
    order_stage: usize,
    nodes: u64,
    probes: u64,
    hits: u64,
}

impl<E: Evaluate> Tree<'_, E> {
    /// Looks the position up in the table.
    #[inline(always)]
    fn find(&mut self, board: &Board) -> Option<Known> {
        let known = self.table.find(board);
        self.probes += 1;
        self.hits += u64::from(known.is_some());
        known
    }
}

/// A position in the tree.
struct Node<'n, E: Evaluate> {
    board: &'n Board,
    carried: &'n E::Carried,
    /// The legal moves.
    moves: u64,
    /// Plies to look ahead.
    depth: u32,
}

impl<E: Evaluate> Clone for Node<'_, E> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: Evaluate> Copy for Node<'_, E> {}

struct Root<'a, E: Evaluate> {
    searcher: &'a mut Searcher,
    evaluator: &'a E,
    board: &'a Board,
    limits: &'a Limits<'a>,
    watch: Watch<'a>,
}

impl<E: Evaluate> Task for Root<'_, E> {
    type Output = SearchResult;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> SearchResult {
        let Self { searcher, evaluator, board, limits, watch } = self;
        let mut tree =
            Tree { evaluator, table: &mut searcher.table, watch, order_stage: 0, nodes: 0, probes: 0, hits: 0 };
        let empties = board.empties();
        // From `last` plies on, a search sees the end of the game.
        let last =
            if empties <= limits.exact { empties } else { limits.depth.unwrap_or(empties).clamp(1, empties.max(1)) };
        let exact = last == empties;

        let mut line = Line::default();
        let mut score = 0;
        let mut depth = 0;
        let mut plan = if exact { endgame::first_depth(empties) } else { 1 };
        loop {
            let target = plan.min(last);
            let mut candidate = Line::default();
            let value = if target == empties {
                endgame::solve(kernel, &mut tree, board, (depth > 0).then_some(score), &mut candidate)
            } else {
                midgame::search(kernel, &mut tree, board, target, &mut candidate)
            };
            if tree.watch.over {
                break;
            }
            (line, score, depth) = (candidate, value, target);
            if target == last {
                break;
            }
            plan = if exact && target >= endgame::last_depth(empties, empties <= limits.exact) {
                last
            } else {
                target + 1
            };
            tree.watch.arm(tree.nodes);
            if tree.watch.over {
                break;
            }
        }
        let stuck = [(board.player(), board.opponent()), (board.opponent(), board.player())]
            .map(|(player, opponent)| kernel.moves(player, opponent) == 0);
        SearchResult {
            best: if stuck[0] { None } else { line.first() },
            score,
            depth,
            exact: depth == empties || stuck == [true; 2],
            nodes: tree.nodes,
            line: line.moves().to_vec(),
            probes: tree.probes,
            hits: tree.hits,
            stopped: tree.watch.stopped,
        }
    }
}
