//! Static move ordering: mobility, square classes and parity.

use crate::board::Board;
use crate::evaluate::UNITS_PER_DISC;
use crate::square::Square;

const CORNERS: u64 = 0x8100_0000_0000_0081;

/// Squares next to a corner on the edge (C-squares): a move there often gives the corner away.
const C_SQUARES: u64 = 0x4281_0000_0000_8142;

/// Squares diagonally next to a corner (X-squares).
const X_SQUARES: u64 = 0x0042_0000_0000_4200;

/// Counts the moves of a side, corners twice: the fewer, the better for its opponent.
#[inline(always)]
pub(super) fn mobility(moves: u64) -> i32 {
    (moves.count_ones() + (moves & CORNERS).count_ones()) as i32
}

/// Scores a move without evaluating it and without the opponent's replies, in units of the evaluation; `child` is the
/// board after the move. It prefers few empty squares next to the mover's discs, where the opponent may play later
/// (potential mobility; P. Rosenbloom 1982, "A world-championship-level Othello program"), few flipped discs, and
/// squares that are not next to a corner. The constants are close to those with which searches visited the fewest
/// positions.
#[inline(always)]
pub(super) fn static_order_score(child: &Board, square: Square, flips: u64) -> i32 {
    const FLIPPED: i32 = UNITS_PER_DISC * 3 / 4;
    const OPEN: i32 = UNITS_PER_DISC;
    const C_SQUARE: i32 = 3 * UNITS_PER_DISC;
    const X_SQUARE: i32 = 4 * UNITS_PER_DISC;
    let on = |squares: u64| i32::from(square.bit() & squares != 0);
    -OPEN * (with_neighbours(child.opponent()) & child.empty()).count_ones() as i32
        - FLIPPED * flips.count_ones() as i32
        - C_SQUARE * on(C_SQUARES)
        - X_SQUARE * on(X_SQUARES)
}

/// Returns the squares and all their neighbours, including the diagonal ones.
#[inline(always)]
pub(super) const fn with_neighbours(squares: u64) -> u64 {
    const NOT_A: u64 = 0xfefe_fefe_fefe_fefe;
    const NOT_H: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let rows = squares | ((squares & NOT_H) << 1) | ((squares & NOT_A) >> 1);
    rows | (rows << 8) | (rows >> 8)
}

/// Groups the moves by what their squares are usually worth, best first: corners, all others, C-squares, X-squares.
#[inline(always)]
pub(super) fn by_square_class(moves: u64) -> [u64; 4] {
    let most = moves & !(CORNERS | C_SQUARES | X_SQUARES);
    [moves & CORNERS, most, moves & C_SQUARES, moves & X_SQUARES]
}

/// Returns the quarters of the board with an odd number of empty squares, one bit per quarter.
#[inline(always)]
pub(super) fn odd_quarters(empty: u64) -> u32 {
    const A1_D4: u64 = 0x0000_0000_0f0f_0f0f;
    let odd = |shift: u32| (empty >> shift & A1_D4).count_ones() % 2;
    odd(0) | (odd(4) << 1) | (odd(32) << 2) | (odd(36) << 3)
}

/// Returns the bit of a square's quarter, as in [`odd_quarters`].
#[inline(always)]
pub(super) fn quarter(square: Square) -> u32 {
    let index = square.index();
    1 << ((index >> 2 & 1) | (index >> 4 & 2))
}

/// Returns the squares of the given quarters.
#[inline(always)]
pub(super) fn squares_of(quarters: u32) -> u64 {
    const MASKS: [u64; 16] = {
        let mut masks = [0; 16];
        let mut set = 0;
        while set < 16 {
            let mut quarter = 0;
            while quarter < 4 {
                if set >> quarter & 1 == 1 {
                    masks[set] |= 0x0f0f_0f0f << (quarter % 2 * 4 + quarter / 2 * 32);
                }
                quarter += 1;
            }
            set += 1;
        }
        masks
    };
    MASKS[(quarters & 15) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::squares;

    #[test]
    fn neighbours_are_one_step_away_in_any_direction() {
        for square in squares(u64::MAX) {
            let adjacent =
                |other: &Square| square.file().abs_diff(other.file()) <= 1 && square.rank().abs_diff(other.rank()) <= 1;
            let expected = squares(u64::MAX).filter(adjacent).fold(0, |set, other| set | other.bit());
            assert_eq!(with_neighbours(square.bit()), expected, "{square}");
        }
    }

    #[test]
    fn a_move_scores_less_for_each_open_square_for_each_flipped_disc_and_next_to_a_corner() {
        let static_order_score = |own: u64, flips: u64, name: &str| {
            let square: Square = name.parse().unwrap();
            static_order_score(&Board::new(0, own | square.bit()).unwrap(), square, flips)
        };
        let disc = UNITS_PER_DISC;
        assert_eq!(static_order_score(0, 0, "c3"), -8 * disc);
        assert_eq!(static_order_score(0, 0b111, "c3"), -8 * disc - 3 * disc * 3 / 4);
        assert_eq!(static_order_score(u64::MAX >> 8, 0, "c3"), -8 * disc, "the last row is open");
        assert_eq!(static_order_score(u64::MAX, 0, "c3"), 0);
        assert_eq!(static_order_score(u64::MAX, 0, "a1"), 0);
        assert_eq!(static_order_score(u64::MAX, 0, "b1"), -3 * disc);
        assert_eq!(static_order_score(u64::MAX, 0, "g7"), -4 * disc);
    }

    #[test]
    fn a_quarter_is_odd_if_the_number_of_its_empty_squares_is() {
        for square in squares(u64::MAX) {
            let odd = odd_quarters(square.bit());
            assert_eq!(odd, quarter(square));
            assert_eq!(odd.count_ones(), 1);
            assert_ne!(squares_of(odd) & square.bit(), 0);
        }
        assert_eq!(odd_quarters(u64::MAX), 0);
        assert_eq!(squares_of(15), u64::MAX);
    }
}
