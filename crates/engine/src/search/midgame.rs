//! Principal variation search to a fixed depth, above the static evaluation.
//!
//! Fail-soft alpha-beta with null windows around the first line (Marsland 1986, "A review of game-tree pruning"). The difference of depth
//! and empty squares is the same in the whole tree, and never 0 here: no leaf is a full board.

use super::Tree;
use super::line::Line;
use super::order::{MoveList, mobility};
use super::table::Known;
use crate::board::Board;
use crate::evaluate::{Evaluate, MAX_SCORE, Score, UNITS_PER_DISC};
use crate::kernel::{Kernel, Task};
use crate::square::{Square, squares};

/// From this depth on a node looks into the transposition table.
const TABLE_DEPTH: u32 = 3;

/// A window that no score reaches the ends of.
const INFINITE: Score = MAX_SCORE + 1;

/// The value of `board` at `depth` plies, 1 to its empty squares − 1, and the best line.
#[inline(always)]
pub(super) fn search<K: Kernel, E: Evaluate>(
    kernel: K,
    tree: &mut Tree<E>,
    board: &Board,
    depth: u32,
    line: &mut Line,
) -> Score {
    let carried = tree.evaluator.carry(board);
    kernel.run(Wide { tree, board, carried: &carried, alpha: -INFINITE, beta: INFINITE, depth, line })
}

/// A node on the way of the best line: its window is open, its value exact.
struct Wide<'n, 'a, E: Evaluate> {
    tree: &'n mut Tree<'a, E>,
    board: &'n Board,
    carried: &'n E::Carried,
    alpha: Score,
    beta: Score,
    depth: u32,
    line: &'n mut Line,
}

impl<E: Evaluate> Task for Wide<'_, '_, E> {
    type Output = Score;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> Score {
        let Self { tree, board, carried, alpha, beta, depth, line } = self;
        tree.watch.look(tree.nodes);
        if tree.watch.over {
            return 0;
        }
        tree.nodes += 1;
        let moves = kernel.moves(board.player(), board.opponent());
        if moves == 0 {
            if kernel.moves(board.opponent(), board.player()) == 0 {
                return board.final_score() * UNITS_PER_DISC;
            }
            let carried = &tree.evaluator.carry_pass(carried);
            return -kernel.run(Wide { tree, board: &board.pass(), carried, alpha: -beta, beta: -alpha, depth, line });
        }
        let hint = if depth >= TABLE_DEPTH { tree.find(board).and_then(Known::best) } else { None };
        let (mut best, mut best_square, mut low) = (-INFINITE, None, alpha);
        let mut rest = Line::default();
        for chosen in ordered(kernel, tree, board, carried, moves, hint, depth) {
            let (square, flips) = (chosen.square, chosen.flips);
            let score = if depth == 1 {
                tree.nodes += 1;
                rest = Line::default();
                tree.evaluator.leaf(board, carried, square, flips)
            } else {
                let child = &board.after(square, flips);
                let carried = &tree.evaluator.carry_move(carried, square, flips);
                let mut score = INFINITE;
                if best_square.is_some() {
                    score = -kernel.run(Narrow { tree, board: child, carried, alpha: -low - 1, depth: depth - 1 });
                }
                if best_square.is_none() || (score > low && score < beta) {
                    rest = Line::default();
                    let (alpha, beta) = (-beta, -low);
                    score = -kernel.run(Wide {
                        tree,
                        board: child,
                        carried,
                        alpha,
                        beta,
                        depth: depth - 1,
                        line: &mut rest,
                    });
                }
                score
            };
            if tree.watch.over {
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
struct Narrow<'n, 'a, E: Evaluate> {
    tree: &'n mut Tree<'a, E>,
    board: &'n Board,
    carried: &'n E::Carried,
    alpha: Score,
    depth: u32,
}

impl<E: Evaluate> Task for Narrow<'_, '_, E> {
    type Output = Score;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> Score {
        let Self { tree, board, carried, alpha, depth } = self;
        tree.watch.look(tree.nodes);
        if tree.watch.over {
            return 0;
        }
        tree.nodes += 1;
        let moves = kernel.moves(board.player(), board.opponent());
        if moves == 0 {
            if kernel.moves(board.opponent(), board.player()) == 0 {
                return board.final_score() * UNITS_PER_DISC;
            }
            let carried = &tree.evaluator.carry_pass(carried);
            return -kernel.run(Narrow { tree, board: &board.pass(), carried, alpha: -alpha - 1, depth });
        }
        if depth == 1 {
            return leaves(kernel, tree, board, carried, moves, alpha);
        }
        let mut hint = None;
        if depth >= TABLE_DEPTH
            && let Some(known) = tree.find(board)
        {
            if u32::from(known.depth) == depth {
                let (lower, upper) = (Score::from(known.lower), Score::from(known.upper));
                if lower > alpha {
                    return lower;
                }
                if upper <= alpha {
                    return upper;
                }
            }
            hint = known.best();
        }
        let (mut best, mut best_square) = (-INFINITE, None);
        for chosen in ordered(kernel, tree, board, carried, moves, hint, depth) {
            let child = &board.after(chosen.square, chosen.flips);
            let carried = &tree.evaluator.carry_move(carried, chosen.square, chosen.flips);
            let score = -kernel.run(Narrow { tree, board: child, carried, alpha: -alpha - 1, depth: depth - 1 });
            if tree.watch.over {
                return 0;
            }
            if score > best {
                (best, best_square) = (score, Some(chosen.square));
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

/// One ply above the leaves.
#[inline(always)]
fn leaves<K: Kernel, E: Evaluate>(
    kernel: K,
    tree: &mut Tree<E>,
    board: &Board,
    carried: &E::Carried,
    moves: u64,
    alpha: Score,
) -> Score {
    let mut best = -INFINITE;
    for square in squares(moves) {
        let flips = kernel.flips(board.player(), board.opponent(), square);
        tree.nodes += 1;
        best = best.max(tree.evaluator.leaf(board, carried, square, flips));
        if best > alpha {
            break;
        }
    }
    best
}

/// The moves in the order of the hope they give: the best one known, then few replies for the opponent, joined from some depth on
/// with the static evaluation.
#[inline(always)]
fn ordered<K: Kernel, E: Evaluate>(
    kernel: K,
    tree: &mut Tree<E>,
    board: &Board,
    carried: &E::Carried,
    moves: u64,
    hint: Option<Square>,
    depth: u32,
) -> MoveList {
    /// From this depth on the order is worth evaluations.
    const EVALUATED_DEPTH: u32 = 3;
    /// What a reply of the opponent costs.
    const REPLY: Score = UNITS_PER_DISC / 2;
    let mut list = MoveList::new();
    for square in squares(moves) {
        let flips = kernel.flips(board.player(), board.opponent(), square);
        let key = if hint == Some(square) {
            i32::MAX
        } else if depth == 1 {
            0
        } else {
            let child = board.after(square, flips);
            let mut key = -mobility(kernel.moves(child.player(), child.opponent())) * REPLY;
            if depth >= EVALUATED_DEPTH {
                key += tree.evaluator.leaf(board, carried, square, flips);
            }
            key
        };
        list.push(square, flips, key);
    }
    list
}
