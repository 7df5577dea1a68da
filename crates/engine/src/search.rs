//! Finding the best move: alpha-beta with iterative deepening, and an exact solver for the last plies.
//!
//! A value is a pure function of the position, the depth and the evaluation: the transposition table only answers for the same
//! remaining depth, so it changes how fast a value is found and never which. The tests compare with plain negamax. Only a
//! [`Confidence`] below certainty gives that up.

mod endgame;
mod few_empties;
mod midgame;
mod ordering;
mod parallel;
mod probcut;
mod pv_line;
mod stability;
mod stop;
mod table;

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use crate::board::Board;
use crate::evaluate::{Evaluate, Score};
use crate::kernel::{Kernel, Task, dispatch};
use crate::square::{Square, squares};
use ordering::Move;
use parallel::{Claim, ThreadTeam};
pub use probcut::Confidence;
use pv_line::PvLine;
use stop::StopCondition;
use table::{Table, TableEntry};

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

/// What all nodes of one search share.
struct Tree<'a, E: Evaluate> {
    evaluator: &'a E,
    table: &'a Table,
    /// The threads that search together; none if there is only one.
    team: Option<&'a ThreadTeam>,
    stop: StopCondition<'a>,
    confidence: Confidence,
    /// The stage whose tables order the moves: one for the whole search, so that they stay in the cache.
    order_stage: usize,
    /// The square of the last move that was good enough one ply above the leaves: after the opponent's next move it often is again.
    killer: u64,
    nodes: u64,
    probes: u64,
    hits: u64,
}

impl<'a, E: Evaluate> Tree<'a, E> {
    /// Looks the position up in the table.
    #[inline(always)]
    fn find(&mut self, board: &Board) -> Option<TableEntry> {
        let entry = self.table.find(board);
        self.probes += 1;
        self.hits += u64::from(entry.is_some());
        entry
    }

    /// A value above `alpha` that the table knows of a move without a search (enhanced transposition cut-off; Plaat et al. 1996,
    /// "Exploiting graph properties of game trees").
    #[inline(always)]
    fn etc_cutoff<K: Kernel>(&self, kernel: K, node: &Node<E>, alpha: Score) -> Option<Score> {
        let board = node.board;
        for square in squares(node.moves) {
            let child = board.after(square, kernel.flips(board.player(), board.opponent(), square));
            if let Some(entry) = self.table.find(&child)
                && u32::from(entry.depth) == node.depth - 1
            {
                let score = -Score::from(entry.upper);
                if entry.upper != i16::MAX && score > alpha {
                    return Some(score);
                }
            }
        }
        None
    }

    /// Claims the position that a move leads to for this thread, if the node is `shared`; none if another thread is at it and the move has not
    /// been put off yet.
    #[inline(always)]
    fn claim(&self, shared: bool, next: &Move, child: &Board) -> Option<Claim<'a>> {
        match self.team {
            Some(team) if shared && !next.was_deferred() => team.claim(child),
            _ => Some(Claim::default()),
        }
    }
}

/// The score of a search whose window is `margin` wide on both sides of `guess`, if there is one. Where it fails, it is opened on that side,
/// each time twice as far beyond the bound that was found; `infinite` is beyond every score. `search` gives no score when it was ended.
#[inline(always)]
fn aspiration(
    guess: Option<Score>,
    mut margin: Score,
    infinite: Score,
    mut search: impl FnMut(Score, Score) -> Option<Score>,
) -> Option<Score> {
    let (mut alpha, mut beta) = match guess {
        Some(guess) => ((guess - margin).max(-infinite), (guess + margin).min(infinite)),
        None => (-infinite, infinite),
    };
    loop {
        let score = search(alpha, beta)?;
        margin *= 2;
        if score <= alpha && alpha > -infinite {
            alpha = (score - margin).max(-infinite);
        } else if score >= beta && beta < infinite {
            beta = (score + margin).min(infinite);
        } else {
            return Some(score);
        }
    }
}

/// A position in the tree.
struct Node<'n, E: Evaluate> {
    board: &'n Board,
    accumulator: &'n E::Accumulator,
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
    table: &'a Table,
    evaluator: &'a E,
    board: &'a Board,
    limits: &'a Limits<'a>,
    team: Option<&'a ThreadTeam>,
}

impl<E: Evaluate> Task for Root<'_, E> {
    type Output = SearchResult;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> SearchResult {
        let Self { table, evaluator, board, limits, team } = self;
        let stop = StopCondition::new(limits, team);
        let confidence = limits.confidence;
        let (order_stage, killer) = (0, 0);
        let mut tree =
            Tree { evaluator, table, team, stop, confidence, order_stage, killer, nodes: 0, probes: 0, hits: 0 };
        let empties = board.empties();
        // From `last` plies on, a search sees the end of the game.
        let last =
            if empties <= limits.exact { empties } else { limits.depth.unwrap_or(empties).clamp(1, empties.max(1)) };
        let exact = last == empties;

        let mut line = PvLine::default();
        let mut score = 0;
        let mut depth = 0;
        // With nothing but the depth to end it, only depths after which the same side moves last: they foretell each other best.
        // The first two are left out: what they cost is more than their order of moves saves.
        let step = if limits.time.is_none() && limits.nodes.is_none() { 2 } else { 1 };
        let mut plan = match (exact, step) {
            (true, _) => endgame::first_depth(empties),
            (false, 2) => last.min(4 - last % 2),
            (false, _) => 1,
        };
        loop {
            let target = plan.min(last);
            let mut candidate = PvLine::default();
            let guess = (depth > 0).then_some(score);
            let value = if target == empties {
                endgame::solve(kernel, &mut tree, board, guess, &mut candidate)
            } else {
                midgame::search(kernel, &mut tree, board, target, guess, &mut candidate)
            };
            if tree.stop.aborted {
                break;
            }
            (line, score, depth) = (candidate, value, target);
            if target == last {
                break;
            }
            plan = if exact && target >= endgame::last_depth(empties, empties <= limits.exact) {
                last
            } else {
                target + step
            };
            tree.stop.arm(tree.nodes);
            if tree.stop.aborted {
                break;
            }
        }
        if depth == last
            && let Some(team) = team
        {
            team.finish();
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
            stopped: tree.stop.stopped,
        }
    }
}
