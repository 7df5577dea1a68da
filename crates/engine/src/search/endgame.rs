//! The exact solver: alpha-beta in whole discs to the end of the game.

use super::Tree;
use super::line::Line;
use super::order::{MoveList, mobility, odd_quarters, quarter, squares_of};
use super::table::Known;
use crate::board::Board;
use crate::evaluate::{Evaluate, Score, UNITS_PER_DISC};
use crate::kernel::{Kernel, Task};
use crate::square::{Square, squares};

/// From this number of empty squares on a node looks into the transposition table.
const TABLE_EMPTIES: u32 = 7;

/// From this number of empty squares on moves are ordered by the opponent's replies, below only by parity.
const ORDERED_EMPTIES: u32 = 6;

/// From this number of empty squares on the order is worth evaluations.
const EVALUATED_EMPTIES: u32 = 12;

/// Up to this number of empty squares a position is solved without a search of less depth before.
const DIRECT_EMPTIES: u32 = 10;

/// No result is outside −64 to 64 discs.
const INFINITE: i32 = 65;

/// The depth to begin with when a position is to be solved.
pub(super) const fn first_depth(empties: u32) -> u32 {
    if empties <= DIRECT_EMPTIES { empties } else { 1 }
}

/// The depth after which the position is solved: searches before only find a good order of the moves, so they are
/// shallow if the result is `wanted` at any price, and go on as long as they are cheaper if it may not be reached.
pub(super) const fn last_depth(empties: u32, wanted: bool) -> u32 {
    if wanted { empties * 2 / 5 } else { empties.saturating_sub(9) }
}

/// The result of `board` under best play, and the line that leads there.
#[inline(always)]
pub(super) fn solve<K: Kernel, E: Evaluate>(kernel: K, tree: &mut Tree<E>, board: &Board, line: &mut Line) -> Score {
    let discs = kernel.run(Wide { tree, board, alpha: -INFINITE, beta: INFINITE, line });
    discs * UNITS_PER_DISC
}

/// A node on the way of the best line: its window is open, its value exact.
struct Wide<'n, 'a, E: Evaluate> {
    tree: &'n mut Tree<'a, E>,
    board: &'n Board,
    alpha: i32,
    beta: i32,
    line: &'n mut Line,
}

impl<E: Evaluate> Task for Wide<'_, '_, E> {
    type Output = i32;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> i32 {
        let Self { tree, board, alpha, beta, line } = self;
        tree.watch.look(tree.nodes);
        if tree.watch.over {
            return 0;
        }
        tree.nodes += 1;
        let empties = board.empties();
        let moves = kernel.moves(board.player(), board.opponent());
        if moves == 0 {
            if kernel.moves(board.opponent(), board.player()) == 0 {
                return board.final_score();
            }
            return -kernel.run(Wide { tree, board: &board.pass(), alpha: -beta, beta: -alpha, line });
        }
        let hint = if empties >= TABLE_EMPTIES { tree.find(board).and_then(Known::best) } else { None };
        let (mut best, mut best_square, mut low) = (-INFINITE, None, alpha);
        let mut rest = Line::default();
        for chosen in ordered(kernel, tree, board, moves, hint, empties) {
            let child = &board.after(chosen.square, chosen.flips);
            let mut score = INFINITE;
            if best_square.is_some() {
                score = -narrow(kernel, tree, child, -low - 1, empties - 1);
            }
            if best_square.is_none() || (score > low && score < beta) {
                rest = Line::default();
                score = -kernel.run(Wide { tree, board: child, alpha: -beta, beta: -low, line: &mut rest });
            }
            if tree.watch.over {
                return 0;
            }
            if score > best {
                (best, best_square) = (score, Some(chosen.square));
                if score > low || line.first().is_none() {
                    low = low.max(score);
                    line.set(chosen.square, &rest);
                }
                if score >= beta {
                    break;
                }
            }
        }
        if empties >= TABLE_EMPTIES {
            store(tree, board, empties, alpha, beta, best, best_square);
        }
        best
    }
}

/// Writes a result down. Bounds in units, so that the table's entries mean the same everywhere.
#[inline(always)]
fn store<E: Evaluate>(
    tree: &mut Tree<E>,
    board: &Board,
    empties: u32,
    alpha: i32,
    beta: i32,
    score: i32,
    best: Option<Square>,
) {
    let [alpha, beta, score] = [alpha, beta, score].map(|discs| discs * UNITS_PER_DISC);
    tree.table.store(board, empties, alpha, beta, score, best);
}

/// Is the value above `alpha` or not? By the number of empty squares, the way that is best there.
#[inline(always)]
fn narrow<K: Kernel, E: Evaluate>(kernel: K, tree: &mut Tree<E>, board: &Board, alpha: i32, empties: u32) -> i32 {
    match empties {
        0 => board.final_score(),
        1..=4 => kernel.run(Few { nodes: &mut tree.nodes, board, alpha, passed: false }),
        5..ORDERED_EMPTIES => kernel.run(Shallow { nodes: &mut tree.nodes, board, alpha, empties, passed: false }),
        _ => kernel.run(Deep { tree, board, alpha, empties }),
    }
}

/// A node with so many empty squares that the table and an order of the moves pay.
struct Deep<'n, 'a, E: Evaluate> {
    tree: &'n mut Tree<'a, E>,
    board: &'n Board,
    alpha: i32,
    empties: u32,
}

impl<E: Evaluate> Task for Deep<'_, '_, E> {
    type Output = i32;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> i32 {
        let Self { tree, board, alpha, empties } = self;
        tree.watch.look(tree.nodes);
        if tree.watch.over {
            return 0;
        }
        tree.nodes += 1;
        let moves = kernel.moves(board.player(), board.opponent());
        if moves == 0 {
            if kernel.moves(board.opponent(), board.player()) == 0 {
                return board.final_score();
            }
            return -kernel.run(Deep { tree, board: &board.pass(), alpha: -alpha - 1, empties });
        }
        let mut hint = None;
        if empties >= TABLE_EMPTIES
            && let Some(known) = tree.find(board)
        {
            if u32::from(known.depth) == empties {
                let (lower, upper) = (i32::from(known.lower), i32::from(known.upper));
                if lower > alpha * UNITS_PER_DISC {
                    return lower / UNITS_PER_DISC;
                }
                if upper <= alpha * UNITS_PER_DISC {
                    return upper / UNITS_PER_DISC;
                }
            }
            hint = known.best();
        }
        let (mut best, mut best_square) = (-INFINITE, None);
        for chosen in ordered(kernel, tree, board, moves, hint, empties) {
            let child = &board.after(chosen.square, chosen.flips);
            let score = -narrow(kernel, tree, child, -alpha - 1, empties - 1);
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
        if empties >= TABLE_EMPTIES {
            store(tree, board, empties, alpha, alpha + 1, best, best_square);
        }
        best
    }
}

/// The moves in the order of the hope they give: the best one known, then few replies for the opponent and the last word in a
/// quarter of the board (parity), joined from some number of empty squares on with the static evaluation.
#[inline(always)]
fn ordered<K: Kernel, E: Evaluate>(
    kernel: K,
    tree: &mut Tree<E>,
    board: &Board,
    moves: u64,
    hint: Option<Square>,
    empties: u32,
) -> MoveList {
    let mut list = MoveList::new();
    let odd = squares_of(odd_quarters(board.empty()));
    for square in squares(moves) {
        let flips = kernel.flips(board.player(), board.opponent(), square);
        let child = board.after(square, flips);
        let key = if hint == Some(square) {
            i32::MAX
        } else {
            let replies = mobility(kernel.moves(child.player(), child.opponent()));
            let mut key = i32::from(odd & square.bit() != 0) * (UNITS_PER_DISC / 2) - replies * UNITS_PER_DISC;
            if empties >= EVALUATED_EMPTIES {
                key -= tree.evaluator.evaluate(&child);
            }
            key
        };
        list.push(square, flips, key);
    }
    list
}

/// A node with few empty squares: odd quarters first, no table.
struct Shallow<'n> {
    nodes: &'n mut u64,
    board: &'n Board,
    alpha: i32,
    empties: u32,
    /// The ply before was a pass.
    passed: bool,
}

impl Task for Shallow<'_> {
    type Output = i32;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> i32 {
        let Self { nodes, board, alpha, empties, passed } = self;
        *nodes += 1;
        let moves = kernel.moves(board.player(), board.opponent());
        if moves == 0 {
            if passed {
                return board.final_score();
            }
            return -kernel.run(Shallow { nodes, board: &board.pass(), alpha: -alpha - 1, empties, passed: true });
        }
        let odd = squares_of(odd_quarters(board.empty()));
        let mut best = -INFINITE;
        for group in [moves & odd, moves & !odd] {
            for square in squares(group) {
                let child = &board.after(square, kernel.flips(board.player(), board.opponent(), square));
                let score = if empties == 5 {
                    -kernel.run(Few { nodes, board: child, alpha: -alpha - 1, passed: false })
                } else {
                    let (alpha, empties) = (-alpha - 1, empties - 1);
                    -kernel.run(Shallow { nodes, board: child, alpha, empties, passed: false })
                };
                if score > best {
                    best = score;
                    if best > alpha {
                        return best;
                    }
                }
            }
        }
        best
    }
}

/// A node with 1 to 4 empty squares: each is tried without looking for the legal moves first.
struct Few<'n> {
    nodes: &'n mut u64,
    board: &'n Board,
    alpha: i32,
    /// The ply before was a pass.
    passed: bool,
}

impl Task for Few<'_> {
    type Output = i32;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> i32 {
        let Self { nodes, board, alpha, passed } = self;
        let empty = board.empty();
        if empty.is_power_of_two() {
            return one(kernel, nodes, board, Square::lowest(empty));
        }
        *nodes += 1;
        let odd = odd_quarters(empty);
        let mut best = -INFINITE;
        for odd_first in [true, false] {
            for square in squares(empty) {
                if (quarter(square) & odd != 0) != odd_first {
                    continue;
                }
                let flips = kernel.flips(board.player(), board.opponent(), square);
                if flips == 0 {
                    continue;
                }
                let child = &board.after(square, flips);
                let score = -kernel.run(Few { nodes, board: child, alpha: -alpha - 1, passed: false });
                if score > best {
                    best = score;
                    if best > alpha {
                        return best;
                    }
                }
            }
        }
        if best > -INFINITE {
            return best;
        }
        if passed {
            return board.final_score();
        }
        -kernel.run(Few { nodes, board: &board.pass(), alpha: -alpha - 1, passed: true })
    }
}

/// The result of a board with one empty square.
#[inline(always)]
fn one<K: Kernel>(kernel: K, nodes: &mut u64, board: &Board, square: Square) -> i32 {
    *nodes += 1;
    let own = kernel.flips(board.player(), board.opponent(), square).count_ones() as i32;
    let difference = 2 * board.player().count_ones() as i32 - 63;
    if own > 0 {
        return difference + 2 * own + 1;
    }
    let other = kernel.flips(board.opponent(), board.player(), square).count_ones() as i32;
    if other > 0 { difference - 2 * other - 1 } else { board.final_score() }
}
