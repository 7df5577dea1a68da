//! Stable discs: those that no sequence of moves can flip.

use crate::board::Board;

/// Returns an upper bound in discs of the result for the side to move: the opponent keeps its stable discs. Returns 64
/// without computing them where the bound is unlikely to be as low as `alpha`.
#[inline(always)]
pub(super) fn stability_bound(board: &Board, alpha: i32, empties: u32) -> i32 {
    if alpha < empties as i32 * 2 {
        64
    } else {
        64 - 2 * stable_discs(board.opponent(), board.player()).count_ones() as i32
    }
}

/// The squares at the ends of their lines, by axis: rows, columns, rising and falling diagonals.
const ENDS: [u64; 4] = [0x8181_8181_8181_8181, 0xff00_0000_0000_00ff, 0xff81_8181_8181_81ff, 0xff81_8181_8181_81ff];

/// Returns some of the stable discs in `own`. On each of its four lines, such a disc lies on the edge of the board or
/// next to a stable disc of its own side, or the line has no empty square.
#[inline(always)]
pub(super) fn stable_discs(own: u64, other: u64) -> u64 {
    let taken = own | other;
    let safe = full_lines(taken);
    let mut stable = own & (safe[0] | ENDS[0]) & (safe[1] | ENDS[1]) & (safe[2] | ENDS[2]) & (safe[3] | ENDS[3]);
    loop {
        let next_to = |step: u32| (stable << step) | (stable >> step);
        let more = own
            & (safe[0] | ENDS[0] | next_to(1))
            & (safe[1] | ENDS[1] | next_to(8))
            & (safe[2] | ENDS[2] | next_to(9))
            & (safe[3] | ENDS[3] | next_to(7));
        // Bits that wrap around the edge of the board land on squares that are safe on that axis anyway.
        if more == stable {
            return stable;
        }
        stable = more;
    }
}

/// Returns the squares on lines without an empty square, by axis.
#[inline(always)]
fn full_lines(taken: u64) -> [u64; 4] {
    const LEFT: u64 = 0x0101_0101_0101_0101;
    let mut rows = taken;
    rows &= rows >> 4;
    rows &= rows >> 2;
    rows &= rows >> 1;
    rows = (rows & LEFT) * 0xff;
    let mut columns = taken;
    columns &= columns.rotate_right(32);
    columns &= columns.rotate_right(16);
    columns &= columns.rotate_right(8);
    // Along a diagonal, squares beyond the edge count as taken.
    let fill = |step: u32, first: u64, last: u64| {
        let (mut up, mut down) = (taken, taken);
        let (mut beyond_up, mut beyond_down) = (first, last);
        for shift in [step, 2 * step, 4 * step] {
            up &= (up << shift) | beyond_up;
            down &= (down >> shift) | beyond_down;
            beyond_up |= beyond_up << shift;
            beyond_down |= beyond_down >> shift;
        }
        up & down
    };
    let rising = fill(9, 0x0101_0101_0101_01ff, 0xff80_8080_8080_8080);
    let falling = fill(7, 0x8080_8080_8080_80ff, 0xff01_0101_0101_0101);
    [rows, columns, rising, falling]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::square::{Square, squares};
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};

    /// Checks the definition: the line through the square on one axis has no empty square.
    fn is_full(taken: u64, square: i32, (file_step, rank_step): (i32, i32)) -> bool {
        [-1, 1].into_iter().all(|sign| {
            let (mut file, mut rank) = (square % 8, square / 8);
            while (0..8).contains(&file) && (0..8).contains(&rank) {
                if taken >> (rank * 8 + file) & 1 == 0 {
                    return false;
                }
                (file, rank) = (file + sign * file_step, rank + sign * rank_step);
            }
            true
        })
    }

    #[test]
    fn full_lines_are_full_square_by_square() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        for _ in 0..2_000 {
            let taken = rng.next_u64() | rng.next_u64() | rng.next_u64() | rng.next_u64();
            let lines = full_lines(taken);
            for (axis, step) in [(1, 0), (0, 1), (1, 1), (-1, 1)].into_iter().enumerate() {
                for square in 0..64 {
                    assert_eq!(
                        lines[axis] >> square & 1 == 1,
                        is_full(taken, square, step),
                        "{taken:x} {axis} {square}"
                    );
                }
            }
        }
    }

    #[test]
    fn no_play_ever_flips_a_stable_disc() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(4);
        let mut seen = 0;
        for _ in 0..3_000 {
            let mut board = Board::START;
            let mut fixed = [0, 0];
            while !board.is_over() {
                if board.moves() == 0 {
                    board = board.pass();
                    fixed.swap(0, 1);
                    continue;
                }
                fixed[0] |= stable_discs(board.player(), board.opponent());
                fixed[1] |= stable_discs(board.opponent(), board.player());
                let moves: Vec<Square> = squares(board.moves()).collect();
                let square = moves[rng.next_u64() as usize % moves.len()];
                board = board.after(square, board.flips(square));
                fixed.swap(0, 1);
                assert_eq!([fixed[0] & !board.player(), fixed[1] & !board.opponent()], [0, 0], "{board:?}");
            }
            seen += (fixed[0] | fixed[1]).count_ones();
        }
        assert!(seen > 3_000 * 5, "games end with stable discs: {seen}");
    }
}
