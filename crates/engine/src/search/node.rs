//! The two kinds of nodes of a principal variation search, for every [`Phase`] of the game.
//!
//! Fail-soft alpha-beta with zero windows around the first line (Marsland 1986, "A review of game-tree pruning").

use super::move_picker::{Move, MovePicker};
use super::pv_line::PvLine;
use super::table::TableEntry;
use super::tree::{Node, Tree};
use crate::board::Board;
use crate::evaluate::{Evaluate, MAX_SCORE, Score, UNITS_PER_DISC};
use crate::kernel::{Kernel, Task};
use crate::square::Square;

/// Larger than any score: a window that ends here is open on that side.
pub(super) const INFINITE: Score = MAX_SCORE + 1;

/// The differences between a search to a fixed depth and one to the end of the game.
///
/// Methods are `#[inline(always)]`: they are compiled for the instruction set of the node that they are inlined into.
pub(super) trait Phase: Copy {
    /// From this depth on, nodes use the transposition table.
    const TABLE_DEPTH: u32;

    /// From this depth on, enhanced transposition cutoffs are tried.
    const ETC_DEPTH: u32;

    /// From this depth on, threads that search together divide the moves of a node.
    const SHARED_DEPTH: u32;

    /// True if positions at depth 0 are evaluated statically.
    const EVALUATES_LEAVES: bool;

    /// Returns the score that orders a move: the higher, the earlier it is tried. `child` is the board after the move,
    /// `replies` are the opponent's moves there. Called at depth 2 and above.
    fn order_score<E: Evaluate>(
        self,
        tree: &Tree<E>,
        node: &Node<E>,
        square: Square,
        flips: u64,
        child: &Board,
        replies: u64,
    ) -> i32;

    /// Returns the score of a zero-window node if it can be found before looking into the table.
    fn early_cutoff<K: Kernel, E: Evaluate>(
        self,
        kernel: K,
        tree: &mut Tree<E>,
        node: &Node<E>,
        alpha: Score,
    ) -> Option<Score>;

    /// Returns the score of a zero-window node if it is cut off selectively, that is without proof. Called after the
    /// table had no answer.
    fn selective_cutoff<K: Kernel, E: Evaluate>(
        self,
        kernel: K,
        tree: &mut Tree<E>,
        node: &Node<E>,
        alpha: Score,
    ) -> Option<Score>;

    /// Searches `child`, the board after a move of `node`, with a zero window above `alpha`. Returns the score for the
    /// side to move in `child`.
    fn zero_window_child<K: Kernel, E: Evaluate>(
        self,
        kernel: K,
        tree: &mut Tree<E>,
        node: &Node<E>,
        chosen: &Move,
        child: &Board,
        alpha: Score,
    ) -> Score;
}

/// A node on the principal variation, searched with an open window.
pub(super) struct PvNode<'n, 'a, P, E: Evaluate> {
    pub(super) phase: P,
    pub(super) tree: &'n mut Tree<'a, E>,
    pub(super) node: Node<'n, E>,
    pub(super) alpha: Score,
    pub(super) beta: Score,
    pub(super) line: &'n mut PvLine,
}

impl<P: Phase, E: Evaluate> Task for PvNode<'_, '_, P, E> {
    type Output = Score;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> Score {
        let Self { phase, tree, node, alpha, beta, line } = self;
        let Node { board, accumulator, moves, depth } = node;
        if !tree.enter() {
            return 0;
        }
        if moves == 0 {
            let replies = kernel.moves(board.opponent(), board.player());
            if replies == 0 {
                return board.final_score() * UNITS_PER_DISC;
            }
            let accumulator = &tree.evaluator.accumulator_after_pass(accumulator);
            let node = Node { board: &board.pass(), accumulator, moves: replies, depth };
            return -kernel.run(PvNode { phase, tree, node, alpha: -beta, beta: -alpha, line });
        }
        let hint = if depth >= P::TABLE_DEPTH { tree.find(board).and_then(TableEntry::best) } else { None };
        let (mut best, mut best_square, mut low) = (-INFINITE, None, alpha);
        let mut picker = MovePicker::new(phase, kernel, &node, hint);
        while let Some(chosen) = picker.next(tree) {
            let Move { square, flips, replies, .. } = chosen;
            let mut rest = PvLine::default();
            let score = if P::EVALUATES_LEAVES && depth == 1 {
                tree.nodes += 1;
                tree.evaluator.leaf(board, accumulator, square, flips)
            } else {
                let child = &board.after(square, flips);
                let shared = depth >= P::SHARED_DEPTH && best_square.is_some();
                let Some(_claim) = tree.claim(shared, &chosen, child) else {
                    picker.defer(chosen);
                    continue;
                };
                let mut score = INFINITE;
                if best_square.is_some() {
                    score = -phase.zero_window_child(kernel, tree, &node, &chosen, child, -low - 1);
                }
                if best_square.is_none() || (score > low && score < beta) {
                    let accumulator = &tree.evaluator.accumulator_after(accumulator, square, flips);
                    let node = Node { board: child, accumulator, moves: replies, depth: depth - 1 };
                    score = -kernel.run(PvNode { phase, tree, node, alpha: -beta, beta: -low, line: &mut rest });
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
        if depth >= P::TABLE_DEPTH {
            tree.table.store(board, depth, alpha, beta, best, best_square);
        }
        best
    }
}

/// A node off the principal variation, searched with a zero window: is its score above `alpha` or not?
pub(super) struct ZeroWindow<'n, 'a, P, E: Evaluate> {
    pub(super) phase: P,
    pub(super) tree: &'n mut Tree<'a, E>,
    pub(super) node: Node<'n, E>,
    pub(super) alpha: Score,
}

impl<P: Phase, E: Evaluate> Task for ZeroWindow<'_, '_, P, E> {
    type Output = Score;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> Score {
        let Self { phase, tree, node, alpha } = self;
        let Node { board, accumulator, moves, depth } = node;
        if !tree.enter() {
            return 0;
        }
        if moves == 0 {
            let replies = kernel.moves(board.opponent(), board.player());
            if replies == 0 {
                return board.final_score() * UNITS_PER_DISC;
            }
            let accumulator = &tree.evaluator.accumulator_after_pass(accumulator);
            let node = Node { board: &board.pass(), accumulator, moves: replies, depth };
            return -kernel.run(ZeroWindow { phase, tree, node, alpha: -alpha - 1 });
        }
        if let Some(score) = phase.early_cutoff(kernel, tree, &node, alpha) {
            return score;
        }
        let mut hint = None;
        if depth >= P::TABLE_DEPTH
            && let Some(entry) = tree.find(board)
        {
            if let Some(score) = entry.cutoff(depth, alpha) {
                return score;
            }
            hint = entry.best();
        }
        if depth >= P::ETC_DEPTH
            && let Some(score) = tree.etc_cutoff(kernel, &node, alpha)
        {
            return score;
        }
        if let Some(score) = phase.selective_cutoff(kernel, tree, &node, alpha) {
            return score;
        }
        let (mut best, mut best_square) = (-INFINITE, None);
        let mut picker = MovePicker::new(phase, kernel, &node, hint);
        while let Some(chosen) = picker.next(tree) {
            let child = &board.after(chosen.square, chosen.flips);
            let shared = depth >= P::SHARED_DEPTH && best_square.is_some();
            let Some(_claim) = tree.claim(shared, &chosen, child) else {
                picker.defer(chosen);
                continue;
            };
            let score = -phase.zero_window_child(kernel, tree, &node, &chosen, child, -alpha - 1);
            if tree.stop.aborted {
                return 0;
            }
            if score > best {
                (best, best_square) = (score, Some(chosen.square));
                if score > alpha {
                    break;
                }
            }
        }
        if depth >= P::TABLE_DEPTH {
            tree.table.store(board, depth, alpha, alpha + 1, best, best_square);
        }
        best
    }
}
