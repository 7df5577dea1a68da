//! Solving positions with 8 to 11 empty squares: with a table, and moves ordered by the opponent's replies.
//!
//! Scores here are in discs.

use super::few_empties::zero_window_few_empties;
use super::ordering::{mobility, quarter};
use super::stability::stability_bound;
use super::tree::Tree;
use crate::board::Board;
use crate::evaluate::{Evaluate, UNITS_PER_DISC};
use crate::kernel::{Kernel, Task};
use crate::square::{Square, squares};

/// From this number of empty squares on, nodes use the table and check the limits of the search.
pub(super) const TABLE_EMPTIES: u32 = 8;

/// Larger than any result.
const INFINITE: i32 = 65;

/// A node with 8 to 11 empty squares, searched with a zero window. It carries no state of the evaluation, which nothing
/// below reads.
pub(super) struct Late<'n, 'a, E: Evaluate> {
    pub(super) tree: &'n mut Tree<'a, E>,
    pub(super) board: &'n Board,
    pub(super) moves: u64,
    /// The quarters with an odd number of empty squares.
    pub(super) odd: u32,
    pub(super) alpha: i32,
    pub(super) empties: u32,
}

/// A move and its place in the order.
#[derive(Clone, Copy)]
struct OrderedMove {
    child: Board,
    replies: u64,
    square: Square,
    /// The lower, the earlier the move is tried; unique in its node.
    key: u32,
}

impl<E: Evaluate> Task for Late<'_, '_, E> {
    type Output = i32;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> i32 {
        let Self { tree, board, moves, odd, alpha, empties } = self;
        if !tree.enter() {
            return 0;
        }
        if moves == 0 {
            let replies = kernel.moves(board.opponent(), board.player());
            if replies == 0 {
                return board.final_score();
            }
            let board = &board.pass();
            return -kernel.run(Late { tree, board, moves: replies, odd, alpha: -alpha - 1, empties });
        }
        let bound = stability_bound(board, alpha, empties);
        if bound <= alpha {
            return bound;
        }
        let mut hint = None;
        if let Some(entry) = tree.find(board) {
            if let Some(score) = entry.cutoff(empties, alpha * UNITS_PER_DISC) {
                return score / UNITS_PER_DISC;
            }
            hint = entry.best();
        }
        let mut list = [OrderedMove { child: Board::START, replies: 0, square: Square::lowest(1), key: u32::MAX }; 12];
        let (mut best, mut best_square) = (-INFINITE, None);
        let mut rest = moves;
        let mut next = u32::MAX;
        let mut count = 0;
        if let Some(square) = hint {
            rest ^= square.bit();
            let child = board.after(square, kernel.flips(board.player(), board.opponent(), square));
            let replies = kernel.moves(child.player(), child.opponent());
            // The others are scored only if it causes no cutoff.
            list[0] = OrderedMove { child, replies, square, key: 0 };
            next = 0;
            count = 1;
        }
        loop {
            if next == u32::MAX {
                if rest == 0 {
                    break;
                }
                for square in squares(std::mem::take(&mut rest)) {
                    let child = board.after(square, kernel.flips(board.player(), board.opponent(), square));
                    if empties > TABLE_EMPTIES {
                        tree.table.prefetch(&child);
                    }
                    let replies = kernel.moves(child.player(), child.opponent());
                    let even = u32::from(odd & quarter(square) == 0);
                    let key = (mobility(replies) as u32) << 5 | even << 4 | count as u32;
                    next = next.min(key);
                    list[count] = OrderedMove { child, replies, square, key };
                    count += 1;
                }
            }
            let OrderedMove { ref child, replies, square, .. } = list[next as usize & 15];
            let score = -if empties > TABLE_EMPTIES {
                let odd = odd ^ quarter(square);
                kernel.run(Late { tree, board: child, moves: replies, odd, alpha: -alpha - 1, empties: empties - 1 })
            } else {
                zero_window_few_empties(kernel, &mut tree.nodes, child, replies, -alpha - 1, empties - 1)
            };
            if tree.stop.aborted {
                return 0;
            }
            if score > best {
                (best, best_square) = (score, Some(square));
                if score > alpha {
                    break;
                }
            }
            list[next as usize & 15].key = u32::MAX;
            next = list[..count].iter().fold(u32::MAX, |next, scored| next.min(scored.key));
        }
        let alpha = alpha * UNITS_PER_DISC;
        tree.table.store(board, empties, alpha, alpha + 1, best * UNITS_PER_DISC, best_square);
        best
    }
}
