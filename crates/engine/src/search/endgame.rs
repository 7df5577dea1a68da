//! The exact solver: search to the end of the game.
//!
//! The depth of a node is its number of empty squares, and every score is a whole number of discs in units of the
//! evaluation.

use super::few_empties::zero_window_few_empties;
use super::late_endgame::{Late, TABLE_EMPTIES};
use super::move_picker::Move;
use super::node::{Phase, PvNode, ZeroWindow};
use super::ordering::{mobility, odd_quarters, squares_of};
use super::pv_line::PvLine;
use super::root::aspiration;
use super::stability::stability_bound;
use super::tree::{Node, Tree};
use crate::board::Board;
use crate::evaluate::{Evaluate, Score, UNITS_PER_DISC};
use crate::kernel::Kernel;
use crate::pattern::STAGES;
use crate::square::Square;

/// From this number of empty squares on, the static evaluation is part of the order score.
const EVALUATED_EMPTIES: u32 = 12;

/// Up to this number of empty squares, a position is solved directly, without shallower searches first.
const DIRECT_EMPTIES: u32 = 10;

/// The first window extends this far on both sides of the guess.
const ASPIRATION_WINDOW: Score = 4 * UNITS_PER_DISC;

/// Subtracted from the order score for each reply of the opponent: few replies make small trees.
const MOBILITY_COST: Score = 7 * UNITS_PER_DISC;

/// Added to the order score for a move that is likely to leave the mover the last one in a quarter of the board.
const PARITY_BONUS: Score = UNITS_PER_DISC / 2;

/// Returns the depth of the first iteration when a position is to be solved.
pub(super) const fn first_depth(empties: u32) -> u32 {
    if empties <= DIRECT_EMPTIES { empties } else { 1 }
}

/// Returns the depth of the last iteration before the position is solved. These iterations only find a good move order,
/// so they stay shallow if the result is `required`; with few empty squares, they cost more than the order saves. If a limit may end the search first, they continue as long as they
/// are cheaper than solving.
pub(super) const fn last_depth(empties: u32, required: bool) -> u32 {
    if required { (empties * 3 / 4).saturating_sub(5) } else { empties.saturating_sub(9) }
}

/// Returns the result of `board` under best play, and sets `line` to the principal variation. A result near `guess` is
/// found sooner.
#[inline(always)]
pub(super) fn solve<K: Kernel, E: Evaluate>(
    kernel: K,
    tree: &mut Tree<E>,
    board: &Board,
    guess: Option<Score>,
    line: &mut PvLine,
) -> Score {
    let accumulator = tree.evaluator.accumulator(board);
    let moves = kernel.moves(board.player(), board.opponent());
    tree.order_stage = STAGES - EVALUATED_EMPTIES as usize;
    let node = Node { board, accumulator: &accumulator, moves, depth: board.empties() };
    let guess = guess.map(|guess| guess / UNITS_PER_DISC * UNITS_PER_DISC);
    aspiration(guess, ASPIRATION_WINDOW, line, |alpha, beta, line| {
        let score = kernel.run(PvNode { phase: Endgame, tree, node, alpha, beta, line });
        (!tree.stop.aborted).then_some(score)
    })
    .unwrap_or(0)
}

/// Search to the end of the game.
#[derive(Clone, Copy)]
struct Endgame;

impl Phase for Endgame {
    const TABLE_DEPTH: u32 = TABLE_EMPTIES;
    const ETC_DEPTH: u32 = 12;
    const SHARED_DEPTH: u32 = 13;
    const EVALUATES_LEAVES: bool = false;

    /// Prefers few replies for the opponent, quarters of the board with an odd number of empty squares (parity) and, in
    /// large subtrees, a good static evaluation.
    #[inline(always)]
    fn order_score<E: Evaluate>(
        self,
        tree: &Tree<E>,
        node: &Node<E>,
        square: Square,
        flips: u64,
        _: &Board,
        replies: u64,
    ) -> i32 {
        let odd = squares_of(odd_quarters(node.board.empty()));
        let mut score = i32::from(odd & square.bit() != 0) * PARITY_BONUS - mobility(replies) * MOBILITY_COST;
        if node.depth >= EVALUATED_EMPTIES {
            score += tree.evaluator.estimate(tree.order_stage, node.board, node.accumulator, square, flips);
        }
        score
    }

    /// Cuts the node off if the opponent's stable discs keep its score from exceeding `alpha`.
    #[inline(always)]
    fn early_cutoff<K: Kernel, E: Evaluate>(
        self,
        _: K,
        _: &mut Tree<E>,
        node: &Node<E>,
        alpha: Score,
    ) -> Option<Score> {
        let bound = stability_bound(node.board, whole_discs(alpha), node.depth) * UNITS_PER_DISC;
        (bound <= alpha).then_some(bound)
    }

    /// Cuts nothing off: results are exact.
    #[inline(always)]
    fn selective_cutoff<K: Kernel, E: Evaluate>(self, _: K, _: &mut Tree<E>, _: &Node<E>, _: Score) -> Option<Score> {
        None
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
        let Node { accumulator, depth: empties, .. } = *node;
        let Move { square, flips, replies: moves, .. } = *chosen;
        let depth = empties - 1;
        if empties > EVALUATED_EMPTIES {
            let accumulator = &tree.evaluator.accumulator_after(accumulator, square, flips);
            kernel.run(ZeroWindow { phase: self, tree, node: Node { board: child, accumulator, moves, depth }, alpha })
        } else if empties > TABLE_EMPTIES {
            let odd = odd_quarters(child.empty());
            kernel.run(Late { tree, board: child, moves, odd, alpha: whole_discs(alpha), empties: depth })
                * UNITS_PER_DISC
        } else {
            zero_window_few_empties(kernel, &mut tree.nodes, child, moves, whole_discs(alpha), depth) * UNITS_PER_DISC
        }
    }
}

/// Rounds a bound down to whole discs. A score of whole discs is above the bound exactly if it is above the rounded
/// one.
#[inline(always)]
const fn whole_discs(bound: Score) -> i32 {
    bound.div_euclid(UNITS_PER_DISC)
}
