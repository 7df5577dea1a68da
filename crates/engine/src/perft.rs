//! Perft: counting move sequences, the standard test of the rules and their speed.

use crate::board::Board;
use crate::kernel::{Kernel, Task, dispatch};
use crate::square::squares;

/// Counts the move sequences of `depth` plies from `board`. A pass is one ply; a game that ends earlier counts once.
///
/// The moves of the last ply are counted, not played (bulk counting).
///
/// ```
/// use shirokuro_engine::{Board, perft};
///
/// assert_eq!(perft(&Board::START, 1), 4);
/// assert_eq!(perft(&Board::START, 6), 8_200);
/// ```
pub fn perft(board: &Board, depth: u32) -> u64 {
    dispatch(Perft { board: *board, depth, passed: false })
}

struct Perft {
    board: Board,
    depth: u32,
    /// True if the previous ply was a pass.
    passed: bool,
}

impl Task for Perft {
    type Output = u64;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> u64 {
        let Self { board, depth, passed } = self;
        if depth == 0 {
            return 1;
        }
        let moves = kernel.moves(board.player(), board.opponent());
        if moves == 0 {
            let over = passed || kernel.moves(board.opponent(), board.player()) == 0;
            return if over { 1 } else { kernel.run(Self { board: board.pass(), depth: depth - 1, passed: true }) };
        }
        if depth == 1 {
            return u64::from(moves.count_ones());
        }
        let mut count = 0;
        for square in squares(moves) {
            let child = board.after(square, kernel.flips(board.player(), board.opponent(), square));
            if depth == 2 {
                let replies = kernel.moves(child.player(), child.opponent());
                // If the opponent has no reply, there is one leaf: the pass, or the end of the game.
                count += u64::from(replies.count_ones().max(1));
            } else {
                count += kernel.run(Self { board: child, depth: depth - 1, passed: false });
            }
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference;

    /// Known counts, e.g. <https://aartbik.blogspot.com/2009/02/perft-for-reversi.html>.
    #[test]
    fn the_start_position_has_the_known_counts() {
        let known = [1, 4, 12, 56, 244, 1396, 8200, 55092, 390216, 3005288, 24571284];
        for (depth, count) in known.into_iter().enumerate() {
            assert_eq!(perft(&Board::START, depth as u32), count, "depth {depth}");
        }
    }

    fn slow(board: &Board, depth: u32) -> u64 {
        let moves = |board: &Board| {
            squares(board.empty())
                .map(|square| (square, reference::flips(board.player(), board.opponent(), square)))
                .filter(|(_, flips)| *flips != 0)
                .collect::<Vec<_>>()
        };
        if depth == 0 {
            return 1;
        }
        let children = moves(board);
        if !children.is_empty() {
            return children.into_iter().map(|(square, flips)| slow(&board.after(square, flips), depth - 1)).sum();
        }
        if moves(&board.pass()).is_empty() { 1 } else { slow(&board.pass(), depth - 1) }
    }

    #[test]
    fn boards_with_passes_and_early_ends_have_the_counts_of_the_slow_reference() {
        // Boards where wipe-outs and passes come soon.
        let boards = [
            Board::new(0x0000_0010_0804_0201, 0x0000_0000_1008_0402 << 1).unwrap(),
            Board::new(0x0000_0000_0000_0007, 0x0000_0000_0000_0700).unwrap(),
            Board::new(0xff81_8181_8181_81ff, 0x007e_4242_4242_7e00).unwrap(),
            Board::new(0x7f7f_7f7f_7f7f_7f00, 0x8080_8080_8080_0000).unwrap(),
        ];
        for board in boards {
            for depth in 0..=5 {
                assert_eq!(perft(&board, depth), slow(&board, depth), "{board:?} {depth}");
                assert_eq!(perft(&board.pass(), depth), slow(&board.pass(), depth), "{board:?} passed {depth}");
            }
        }
    }
}
