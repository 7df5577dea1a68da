//! Principal variation search to a fixed depth, above the static evaluation.
//!
//! Fail-soft alpha-beta with null windows around the first line (Marsland 1986, "A review of game-tree pruning"). The difference of depth
//! and empty squares is the same in the whole tree, and never 0 here: no leaf is a full board.

use super::ordering::{Move, MoveList, by_square_class, mobility, static_order_score};
use super::probcut::ProbCut;
use super::pv_line::PvLine;
use super::root::aspiration;
use super::table::{Table, TableEntry};
use super::tree::{Node, Tree};
use crate::board::Board;
use crate::evaluate::{Evaluate, MAX_SCORE, Score, UNITS_PER_DISC};
use crate::kernel::{Kernel, Task};
use crate::pattern::STAGES;
use crate::square::{Square, squares};

/// From this depth on a node looks into the transposition table.
const TABLE_DEPTH: u32 = 2;

/// From this depth on the order of moves is worth evaluations.
const EVALUATED_DEPTH: u32 = 5;

/// From this depth on it is worth to look whether the table knows a reply that is good enough.
const ETC_DEPTH: u32 = 5;

/// From this depth on threads that search together divide the moves of a node.
const SHARED_DEPTH: u32 = 4;

/// From this depth on a value is expected near that of the search before.
const ASPIRATION_DEPTH: u32 = 5;

/// How near.
const ASPIRATION_WINDOW: Score = UNITS_PER_DISC / 2;

/// A window that no score reaches the ends of.
const INFINITE: Score = MAX_SCORE + 1;

/// The value of `board` at `depth` plies, 1 to its empty squares − 1, and the best line; sooner found if it is near `guess`.
#[inline(always)]
pub(super) fn search<K: Kernel, E: Evaluate>(
    kernel: K,
    tree: &mut Tree<E>,
    board: &Board,
    depth: u32,
    guess: Option<Score>,
    line: &mut PvLine,
) -> Score {
    let accumulator = tree.evaluator.accumulator(board);
    let moves = kernel.moves(board.player(), board.opponent());
    tree.order_stage = (board.stage() + depth as usize).min(STAGES - 1);
    let node = Node { board, accumulator: &accumulator, moves, depth };
    let guess = guess.filter(|_| depth >= ASPIRATION_DEPTH);
    aspiration(guess, ASPIRATION_WINDOW, INFINITE, |alpha, beta| {
        *line = PvLine::default();
        let score = kernel.run(PvNode { tree, node, alpha, beta, line });
        (!tree.stop.aborted).then_some(score)
    })
    .unwrap_or(0)
}

/// A node on the way of the best line: its window is open, its value exact.
struct PvNode<'n, 'a, E: Evaluate> {
    tree: &'n mut Tree<'a, E>,
    node: Node<'n, E>,
    alpha: Score,
    beta: Score,
    line: &'n mut PvLine,
}

impl<E: Evaluate> Task for PvNode<'_, '_, E> {
    type Output = Score;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> Score {
        let Self { tree, node, alpha, beta, line } = self;
        let Node { board, accumulator, moves, depth } = node;
        tree.stop.poll(tree.nodes);
        if tree.stop.aborted {
            return 0;
        }
        tree.nodes += 1;
        if moves == 0 {
            let replies = kernel.moves(board.opponent(), board.player());
            if replies == 0 {
                return board.final_score() * UNITS_PER_DISC;
            }
            let accumulator = &tree.evaluator.accumulator_after_pass(accumulator);
            let node = Node { board: &board.pass(), accumulator, moves: replies, depth };
            return -kernel.run(PvNode { tree, node, alpha: -beta, beta: -alpha, line });
        }
        let hint = if depth >= TABLE_DEPTH { tree.find(board).and_then(TableEntry::best) } else { None };
        let (mut best, mut best_square, mut low) = (-INFINITE, None, alpha);
        let mut rest = PvLine::default();
        let mut children = Children::new(kernel, tree, &node, hint);
        while let Some(next) = children.next(tree.table) {
            let Move { square, flips, replies, .. } = next;
            let score = if depth == 1 {
                tree.nodes += 1;
                rest = PvLine::default();
                tree.evaluator.leaf(board, accumulator, square, flips)
            } else {
                let child = &board.after(square, flips);
                let shared = depth >= SHARED_DEPTH && best_square.is_some();
                let Some(_claim) = tree.claim(shared, &next, child) else {
                    children.list.defer(next);
                    continue;
                };
                let accumulator = &tree.evaluator.accumulator_after(accumulator, square, flips);
                let child = || Node { board: child, accumulator, moves: replies, depth: depth - 1 };
                let mut score = INFINITE;
                if best_square.is_some() {
                    score = -kernel.run(ZeroWindow { tree, node: child(), alpha: -low - 1 });
                }
                if best_square.is_none() || (score > low && score < beta) {
                    rest = PvLine::default();
                    score = -kernel.run(PvNode { tree, node: child(), alpha: -beta, beta: -low, line: &mut rest });
                }
                score
            };
            if tree.stop.aborted {
                return 0;
            }
            if score > best {
                (best, best_square) = (score, Some(square));
                if score > low || line.first().is_none() {
                    low = low.max(score);
                    line.set(square, &rest);
                }
                if score >= beta {
                    break;
                }
            }
        }
        if depth >= TABLE_DEPTH {
            tree.table.store(board, depth, alpha, beta, best, best_square);
        }
        best
    }
}

/// A node beside it: is its value above `alpha` or not?
struct ZeroWindow<'n, 'a, E: Evaluate> {
    tree: &'n mut Tree<'a, E>,
    node: Node<'n, E>,
    alpha: Score,
}

impl<E: Evaluate> Task for ZeroWindow<'_, '_, E> {
    type Output = Score;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> Score {
        let Self { tree, node, alpha } = self;
        let Node { board, accumulator, moves, depth } = node;
        tree.stop.poll(tree.nodes);
        if tree.stop.aborted {
            return 0;
        }
        tree.nodes += 1;
        if moves == 0 {
            let replies = kernel.moves(board.opponent(), board.player());
            if replies == 0 {
                return board.final_score() * UNITS_PER_DISC;
            }
            let accumulator = &tree.evaluator.accumulator_after_pass(accumulator);
            let node = Node { board: &board.pass(), accumulator, moves: replies, depth };
            return -kernel.run(ZeroWindow { tree, node, alpha: -alpha - 1 });
        }
        if depth == 1 {
            return leaves(kernel, tree, board, accumulator, moves, alpha);
        }
        let mut hint = None;
        if depth >= TABLE_DEPTH
            && let Some(entry) = tree.find(board)
        {
            if u32::from(entry.depth) == depth {
                let (lower, upper) = (Score::from(entry.lower), Score::from(entry.upper));
                if lower > alpha {
                    return lower;
                }
                if upper <= alpha {
                    return upper;
                }
            }
            hint = entry.best();
        }
        if depth >= ETC_DEPTH
            && let Some(score) = tree.etc_cutoff(kernel, &node, alpha)
        {
            return score;
        }
        if let Some(score) = probcut(kernel, tree, &node, alpha) {
            return score;
        }
        let (mut best, mut best_square) = (-INFINITE, None);
        let mut children = Children::new(kernel, tree, &node, hint);
        while let Some(next) = children.next(tree.table) {
            let Move { square, flips, replies, .. } = next;
            let child = &board.after(square, flips);
            let shared = depth >= SHARED_DEPTH && best_square.is_some();
            let Some(_claim) = tree.claim(shared, &next, child) else {
                children.list.defer(next);
                continue;
            };
            let accumulator = &tree.evaluator.accumulator_after(accumulator, square, flips);
            let child = Node { board: child, accumulator, moves: replies, depth: depth - 1 };
            let score = -kernel.run(ZeroWindow { tree, node: child, alpha: -alpha - 1 });
            if tree.stop.aborted {
                return 0;
            }
            if score > best {
                (best, best_square) = (score, Some(square));
                if score > alpha {
                    break;
                }
            }
        }
        if depth >= TABLE_DEPTH {
            tree.table.store(board, depth, alpha, alpha + 1, best, best_square);
        }
        best
    }
}

/// A value on the side of `alpha` on which a search of less depth says with confidence that it is (Multi-ProbCut; M. Buro 1997,
/// "Experiments with Multi-ProbCut and a new high-quality evaluation function for Othello").
#[inline(always)]
fn probcut<K: Kernel, E: Evaluate>(kernel: K, tree: &mut Tree<E>, node: &Node<E>, alpha: Score) -> Option<Score> {
    let ProbCut { depth, margin } = tree.confidence.probcut(node.depth, node.board.empties())?;
    let shallow = Node { depth, ..*node };
    // Only the side to which the evaluation leans is worth a search.
    let lean = tree.evaluator.evaluate(node.board) - alpha;
    let (low, high) = (alpha - margin, alpha + margin);
    let found = if lean > margin / 2 && high < MAX_SCORE {
        (kernel.run(ZeroWindow { tree, node: shallow, alpha: high }) > high).then_some(alpha + 1)
    } else if lean < -margin / 2 && low > -MAX_SCORE {
        (kernel.run(ZeroWindow { tree, node: shallow, alpha: low - 1 }) < low).then_some(alpha)
    } else {
        None
    };
    if tree.stop.aborted { None } else { found }
}

/// One ply above the leaves.
#[inline(always)]
fn leaves<K: Kernel, E: Evaluate>(
    kernel: K,
    tree: &mut Tree<E>,
    board: &Board,
    accumulator: &E::Accumulator,
    moves: u64,
    alpha: Score,
) -> Score {
    let mut best = -INFINITE;
    let killer = moves & tree.killer;
    let [corners, most, beside, diagonal] = by_square_class(moves & !killer);
    for group in [killer, corners, most, beside, diagonal] {
        for square in squares(group) {
            let flips = kernel.flips(board.player(), board.opponent(), square);
            tree.nodes += 1;
            best = best.max(tree.evaluator.leaf(board, accumulator, square, flips));
            if best > alpha {
                tree.killer = square.bit();
                return best;
            }
        }
    }
    best
}

/// The moves of a node in the order of the hope they give: the best one known, then few replies for the opponent, joined with the
/// static evaluation from some depth on, and below with how the move looks. What the order costs is spent when the first move has
/// not been enough.
struct Children<'n, K, E: Evaluate> {
    kernel: K,
    evaluator: &'n E,
    order_stage: usize,
    board: &'n Board,
    accumulator: &'n E::Accumulator,
    depth: u32,
    /// The moves that are not in the list yet.
    later: u64,
    list: MoveList,
}

impl<'n, K: Kernel, E: Evaluate> Children<'n, K, E> {
    #[inline(always)]
    fn new(kernel: K, tree: &Tree<'n, E>, node: &Node<'n, E>, hint: Option<Square>) -> Self {
        let Node { board, accumulator, moves, depth } = *node;
        let (evaluator, order_stage) = (tree.evaluator, tree.order_stage);
        let mut children =
            Self { kernel, evaluator, order_stage, board, accumulator, depth, later: moves, list: MoveList::new() };
        if let Some(square) = hint {
            children.push(square, tree.table);
            children.later &= !square.bit();
        }
        children
    }

    #[inline(always)]
    fn push(&mut self, square: Square, table: &Table) {
        /// What a reply of the opponent costs.
        const REPLY: Score = UNITS_PER_DISC * 3;
        let Self { kernel, evaluator, order_stage, board, accumulator, depth, .. } = *self;
        let flips = kernel.flips(board.player(), board.opponent(), square);
        let child = board.after(square, flips);
        let (mut replies, mut score) = (0, 0);
        if depth > 1 {
            if depth > TABLE_DEPTH {
                table.prefetch(&child);
            }
            replies = kernel.moves(child.player(), child.opponent());
            let worth = if depth >= EVALUATED_DEPTH {
                evaluator.estimate(order_stage, board, accumulator, square, flips)
            } else {
                static_order_score(&child, square, flips)
            };
            score = worth - mobility(replies) * REPLY;
        }
        self.list.push(Move { flips, replies, score, square });
    }

    #[inline(always)]
    fn next(&mut self, table: &Table) -> Option<Move> {
        if let Some(next) = self.list.next() {
            return Some(next);
        }
        for square in squares(std::mem::take(&mut self.later)) {
            self.push(square, table);
        }
        self.list.next()
    }
}
