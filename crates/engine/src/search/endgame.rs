//! The exact solver: search to the end of the game.
//!
//! The depth of a node is its number of empty squares, and every score is a whole number of discs.

use super::few_empties::zero_window_few_empties;
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

/// Moves are ordered by the opponent's replies from this number of empty squares on, below only by parity.
const ORDERED_EMPTIES: u32 = 6;

/// The static evaluation takes part in the order of moves from this number of empty squares on.
const EVALUATED_EMPTIES: u32 = 12;

/// Up to this number of empty squares a position is solved without a shallower search before.
const DIRECT_EMPTIES: u32 = 10;

/// How far from its guess a result is expected.
const ASPIRATION_WINDOW: Score = 4 * UNITS_PER_DISC;

/// What a reply of the opponent costs in the order of moves: few replies make small trees.
const MOBILITY_COST: Score = 7 * UNITS_PER_DISC;

/// What the last move in a quarter of the board is worth there.
const PARITY_BONUS: Score = UNITS_PER_DISC / 2;

/// The depth to begin with when a position is to be solved.
pub(super) const fn first_depth(empties: u32) -> u32 {
    if empties <= DIRECT_EMPTIES { empties } else { 1 }
}

/// The depth after which the position is solved: searches before only find a good order of the moves, so they are
/// shallow if the result is `wanted` at any price, and go on as long as they are cheaper if it may not be reached.
pub(super) const fn last_depth(empties: u32, wanted: bool) -> u32 {
    if wanted { empties / 2 } else { empties.saturating_sub(9) }
}

/// Returns the result of `board` under best play, and sets the line that leads there. A result near `guess` is found sooner.
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
    aspiration(guess, ASPIRATION_WINDOW, |alpha, beta| {
        *line = PvLine::default();
        let score = kernel.run(PvNode { phase: Endgame, tree, node, alpha, beta, line });
        (!tree.stop.aborted).then_some(score)
    })
    .unwrap_or(0)
}

#[derive(Clone, Copy)]
struct Endgame;

impl Phase for Endgame {
    const TABLE_DEPTH: u32 = 8;
    const ETC_DEPTH: u32 = 12;
    const SHARED_DEPTH: u32 = 13;
    const EVALUATES_LEAVES: bool = false;

    /// Few replies for the opponent and the last move in a quarter of the board (parity), and the static evaluation where much is at
    /// stake.
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

    /// An upper bound by the opponent's stable discs.
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

    /// Nothing: results are exact.
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
        } else if empties > ORDERED_EMPTIES {
            // From here on nothing reads the accumulator: the child keeps its ancestor's.
            kernel.run(ZeroWindow { phase: self, tree, node: Node { board: child, accumulator, moves, depth }, alpha })
        } else {
            zero_window_few_empties(kernel, &mut tree.nodes, child, moves, whole_discs(alpha), depth) * UNITS_PER_DISC
        }
    }
}

/// Rounds a bound down to whole discs. Scores of whole discs are above the one if they are above the other.
#[inline(always)]
const fn whole_discs(bound: Score) -> i32 {
    bound.div_euclid(UNITS_PER_DISC)
}
