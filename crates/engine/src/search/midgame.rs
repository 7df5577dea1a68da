//! Search to a fixed depth, above the static evaluation.
//!
//! The number of empty squares exceeds the depth by the same amount in the whole tree, never 0: no leaf is a full
//! board.

use super::move_picker::Move;
use super::node::{INFINITE, Phase, PvNode, ZeroWindow};
use super::ordering::{by_square_class, mobility, static_order_score};
use super::probcut::ProbCut;
use super::pv_line::PvLine;
use super::root::aspiration;
use super::tree::{Node, Tree};
use crate::board::Board;
use crate::evaluate::{Evaluate, MAX_SCORE, Score, UNITS_PER_DISC};
use crate::kernel::Kernel;
use crate::pattern::STAGES;
use crate::square::{Square, squares};

/// From this depth on, the static evaluation is part of the order score.
const EVALUATED_DEPTH: u32 = 5;

/// From this depth on, the score is expected near that of the previous iteration.
const ASPIRATION_DEPTH: u32 = 5;

/// The first window extends this far on both sides of the previous score.
const ASPIRATION_WINDOW: Score = UNITS_PER_DISC / 2;

/// Subtracted from the order score for each reply of the opponent.
const MOBILITY_COST: Score = 3 * UNITS_PER_DISC;

/// Returns the score of `board` at `depth` plies, 1 to its empty squares − 1, and sets `line` to the principal
/// variation. A score near `guess` is found sooner.
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
    aspiration(guess, ASPIRATION_WINDOW, line, |alpha, beta, line| {
        let score = kernel.run(PvNode { phase: Midgame, tree, node, alpha, beta, line });
        (!tree.stop.aborted).then_some(score)
    })
    .unwrap_or(0)
}

/// Search to a fixed depth.
#[derive(Clone, Copy)]
struct Midgame;

impl Phase for Midgame {
    const TABLE_DEPTH: u32 = 2;
    const ETC_DEPTH: u32 = 5;
    const SHARED_DEPTH: u32 = 4;
    const EVALUATES_LEAVES: bool = true;

    /// Prefers few replies for the opponent, and a good static evaluation or, near the leaves, a good static order
    /// score.
    #[inline(always)]
    fn order_score<E: Evaluate>(
        self,
        tree: &Tree<E>,
        node: &Node<E>,
        square: Square,
        flips: u64,
        child: &Board,
        replies: u64,
    ) -> i32 {
        let score = if node.depth >= EVALUATED_DEPTH {
            tree.evaluator.estimate(tree.order_stage, node.board, node.accumulator, square, flips)
        } else {
            static_order_score(child, square, flips)
        };
        score - mobility(replies) * MOBILITY_COST
    }

    /// Evaluates the leaves if the node is one ply above them.
    #[inline(always)]
    fn early_cutoff<K: Kernel, E: Evaluate>(
        self,
        kernel: K,
        tree: &mut Tree<E>,
        node: &Node<E>,
        alpha: Score,
    ) -> Option<Score> {
        (node.depth == 1).then(|| best_leaf(kernel, tree, node, alpha))
    }

    /// Cuts the node off if a shallow search predicts with confidence on which side of `alpha` its score is
    /// (Multi-ProbCut; M. Buro 1997, "Experiments with Multi-ProbCut and a new high-quality evaluation function for
    /// Othello").
    #[inline(always)]
    fn selective_cutoff<K: Kernel, E: Evaluate>(
        self,
        kernel: K,
        tree: &mut Tree<E>,
        node: &Node<E>,
        alpha: Score,
    ) -> Option<Score> {
        let ProbCut { depth, margin } = tree.confidence.probcut(node.depth, node.board.empties())?;
        let shallow = Node { depth, ..*node };
        // Only the side that the evaluation favours is worth a search.
        let lean = tree.evaluator.evaluate_at(node.board, node.accumulator) - alpha;
        let (low, high) = (alpha - margin, alpha + margin);
        let found = if lean > margin / 2 && high < MAX_SCORE {
            let score = kernel.run(ZeroWindow { phase: self, tree, node: shallow, alpha: high });
            (score > high).then_some(alpha + 1)
        } else if lean < -margin / 2 && low > -MAX_SCORE {
            let score = kernel.run(ZeroWindow { phase: self, tree, node: shallow, alpha: low - 1 });
            (score < low).then_some(alpha)
        } else {
            None
        };
        if tree.stop.aborted { None } else { found }
    }

    #[inline(always)]
    fn zero_window_child<K: Kernel, E: Evaluate>(
        self,
        kernel: K,
        tree: &mut Tree<E>,
        node: &Node<E>,
        chosen: &Move,
        child: &Board,
        alpha: Score,
    ) -> Score {
        let accumulator = &tree.evaluator.accumulator_after(node.accumulator, chosen.square, chosen.flips);
        let node = Node { board: child, accumulator, moves: chosen.replies, depth: node.depth - 1 };
        kernel.run(ZeroWindow { phase: self, tree, node, alpha })
    }
}

/// Returns the best evaluation after a move of `node`, or the first above `alpha`.
#[inline(always)]
fn best_leaf<K: Kernel, E: Evaluate>(kernel: K, tree: &mut Tree<E>, node: &Node<E>, alpha: Score) -> Score {
    let Node { board, accumulator, moves, .. } = *node;
    let mut best = -INFINITE;
    let killer = moves & tree.killer;
    let [corners, most, c_squares, x_squares] = by_square_class(moves & !killer);
    for group in [killer, corners, most, c_squares, x_squares] {
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
