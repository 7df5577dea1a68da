//! Solving positions with at most seven empty squares: no table, no evaluation, no limits. With six or seven, moves are
//! ordered by the opponent's replies, below by parity alone.
//!
//! Scores here are in discs.

use super::ordering::{mobility, odd_quarters, quarter, squares_of, with_neighbours};
use super::stability::stability_bound;
use crate::board::Board;
use crate::kernel::{Kernel, Task};
use crate::square::{Square, squares};

/// Larger than any result.
const INFINITE: i32 = 65;

/// Searches a board with at most 7 empty squares with a zero window above `alpha`; `moves` are the legal ones.
#[inline(always)]
pub(super) fn zero_window_few_empties<K: Kernel>(
    kernel: K,
    nodes: &mut u64,
    board: &Board,
    moves: u64,
    alpha: i32,
    empties: u32,
) -> i32 {
    match empties {
        0 => board.final_score(),
        1 => one_empty(kernel, nodes, board, Square::lowest(board.empty()), alpha),
        2 => two_empties(kernel, nodes, board, alpha),
        3 => kernel.run(Few::<3> { nodes, board, odd: odd_quarters(board.empty()), alpha }),
        4 => kernel.run(Few::<4> { nodes, board, odd: odd_quarters(board.empty()), alpha }),
        5 => kernel.run(Five { nodes, board, moves, odd: odd_quarters(board.empty()), alpha }),
        6 => kernel.run(Ordered::<6> { nodes, board, moves, odd: odd_quarters(board.empty()), alpha }),
        _ => kernel.run(Ordered::<7> { nodes, board, moves, odd: odd_quarters(board.empty()), alpha }),
    }
}

/// A node with 6 or 7 empty squares: the moves that leave the opponent the fewest replies first, then odd quarters.
struct Ordered<'n, const EMPTIES: u32> {
    nodes: &'n mut u64,
    board: &'n Board,
    moves: u64,
    odd: u32,
    alpha: i32,
}

/// A move of an [`Ordered`] node.
#[derive(Clone, Copy)]
struct OrderedMove {
    child: Board,
    replies: u64,
    odd: u32,
    /// The lower, the earlier the move is tried; unique in its node.
    key: u32,
}

impl<const EMPTIES: u32> Task for Ordered<'_, EMPTIES> {
    type Output = i32;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> i32 {
        let Self { nodes, board, moves, odd, alpha } = self;
        *nodes += 1;
        if moves == 0 {
            let replies = kernel.moves(board.opponent(), board.player());
            if replies == 0 {
                return board.final_score();
            }
            return -kernel.run(Ordered::<EMPTIES> {
                nodes,
                board: &board.pass(),
                moves: replies,
                odd,
                alpha: -alpha - 1,
            });
        }
        let bound = stability_bound(board, alpha, EMPTIES);
        if bound <= alpha {
            return bound;
        }
        let mut list = [OrderedMove { child: Board::START, replies: 0, odd: 0, key: u32::MAX }; 8];
        let mut next = u32::MAX;
        let mut count = 0;
        for square in squares(moves) {
            let child = board.after(square, kernel.flips(board.player(), board.opponent(), square));
            let replies = kernel.moves(child.player(), child.opponent());
            let quarter = quarter(square);
            let key = (mobility(replies) as u32) << 4 | u32::from(odd & quarter == 0) << 3 | count as u32;
            next = next.min(key);
            list[count & 7] = OrderedMove { child, replies, odd: odd ^ quarter, key };
            count += 1;
        }
        let mut best = -INFINITE;
        loop {
            let OrderedMove { ref child, replies, odd, .. } = list[next as usize & 7];
            let alpha_after = -alpha - 1;
            let score = -if EMPTIES == 6 {
                kernel.run(Five { nodes, board: child, moves: replies, odd, alpha: alpha_after })
            } else {
                kernel.run(Ordered::<6> { nodes, board: child, moves: replies, odd, alpha: alpha_after })
            };
            best = best.max(score);
            count -= 1;
            if best > alpha || count == 0 {
                return best;
            }
            list[next as usize & 7].key = u32::MAX;
            next = list.iter().fold(u32::MAX, |next, scored| next.min(scored.key));
        }
    }
}

/// A node with 5 empty squares: odd quarters first.
struct Five<'n> {
    nodes: &'n mut u64,
    board: &'n Board,
    moves: u64,
    odd: u32,
    alpha: i32,
}

impl Task for Five<'_> {
    type Output = i32;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> i32 {
        let Self { nodes, board, moves, odd, alpha } = self;
        *nodes += 1;
        if moves == 0 {
            let replies = kernel.moves(board.opponent(), board.player());
            if replies == 0 {
                return board.final_score();
            }
            return -kernel.run(Five { nodes, board: &board.pass(), moves: replies, odd, alpha: -alpha - 1 });
        }
        let first = squares_of(odd);
        let mut best = -INFINITE;
        for group in [moves & first, moves & !first] {
            for square in squares(group) {
                let child = &board.after(square, kernel.flips(board.player(), board.opponent(), square));
                let odd = odd ^ quarter(square);
                best = best.max(-kernel.run(Few::<4> { nodes, board: child, odd, alpha: -alpha - 1 }));
                if best > alpha {
                    return best;
                }
            }
        }
        best
    }
}

/// A node with 3 or 4 empty squares: each is tried, without generating the legal moves first.
struct Few<'n, const EMPTIES: u32> {
    nodes: &'n mut u64,
    board: &'n Board,
    /// The quarters with an odd number of empty squares, kept up to date from move to move.
    odd: u32,
    alpha: i32,
}

impl<const EMPTIES: u32> Task for Few<'_, EMPTIES> {
    type Output = i32;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> i32 {
        let Self { nodes, board, odd, alpha } = self;
        *nodes += 1;
        if let Some(best) = try_all::<K, EMPTIES>(kernel, nodes, board, odd, alpha) {
            return best;
        }
        match try_all::<K, EMPTIES>(kernel, nodes, &board.pass(), odd, -alpha - 1) {
            Some(best) => -best,
            None => board.final_score(),
        }
    }
}

/// Returns the best score of a node's moves, odd quarters first, or the first above `alpha`; `None` if there is no
/// legal move.
#[inline(always)]
fn try_all<K: Kernel, const EMPTIES: u32>(
    kernel: K,
    nodes: &mut u64,
    board: &Board,
    odd: u32,
    alpha: i32,
) -> Option<i32> {
    let empty = board.empty();
    let first = squares_of(odd);
    let mut best = None;
    for group in [empty & first, empty & !first] {
        for square in squares(group) {
            if NEIGHBOURS[square.index()] & board.opponent() == 0 {
                continue;
            }
            let flips = kernel.flips(board.player(), board.opponent(), square);
            if flips == 0 {
                continue;
            }
            let child = &board.after(square, flips);
            let score = -if EMPTIES == 3 {
                two_empties(kernel, nodes, child, -alpha - 1)
            } else {
                kernel.run(Few::<3> { nodes, board: child, odd: odd ^ quarter(square), alpha: -alpha - 1 })
            };
            if score > alpha {
                return Some(score);
            }
            best = best.max(Some(score));
        }
    }
    best
}

/// Searches a node with two empty squares.
#[inline(always)]
fn two_empties<K: Kernel>(kernel: K, nodes: &mut u64, board: &Board, alpha: i32) -> i32 {
    *nodes += 1;
    if let Some(best) = try_both(kernel, nodes, board, alpha) {
        return best;
    }
    match try_both(kernel, nodes, &board.pass(), -alpha - 1) {
        Some(best) => -best,
        None => board.final_score(),
    }
}

/// Does the same as [`try_all`] for a node with two empty squares.
#[inline(always)]
fn try_both<K: Kernel>(kernel: K, nodes: &mut u64, board: &Board, alpha: i32) -> Option<i32> {
    let first = Square::lowest(board.empty());
    let second = Square::lowest(board.empty() ^ first.bit());
    let mut best = None;
    for (square, other) in [(first, second), (second, first)] {
        let flips = kernel.flips(board.player(), board.opponent(), square);
        if flips == 0 {
            continue;
        }
        let score = -one_empty(kernel, nodes, &board.after(square, flips), other, -alpha - 1);
        if score > alpha {
            return Some(score);
        }
        best = best.max(Some(score));
    }
    best
}

/// Returns the result of a board with one empty square, or an upper bound of it that is not above `alpha`.
#[inline(always)]
fn one_empty<K: Kernel>(kernel: K, nodes: &mut u64, board: &Board, square: Square, alpha: i32) -> i32 {
    *nodes += 1;
    let difference = 2 * board.player().count_ones() as i32 - 63;
    let own = kernel.count_last_flips(board.player(), square);
    if own > 0 {
        return difference + 2 * own + 1;
    }
    // A move of the opponent only lowers the result.
    let unplayed = difference + difference.signum();
    if unplayed <= alpha {
        return unplayed;
    }
    let other = kernel.count_last_flips(board.opponent(), square);
    if other > 0 { difference - 2 * other - 1 } else { unplayed }
}

/// For each square, its neighbours and itself.
static NEIGHBOURS: [u64; 64] = {
    let mut neighbours = [0; 64];
    let mut square = 0;
    while square < 64 {
        neighbours[square] = with_neighbours(1 << square);
        square += 1;
    }
    neighbours
};
