//! The moves of a position in the order in which they are tried.

use crate::square::Square;

/// A legal move with what it turns, and how promising it is.
#[derive(Clone, Copy)]
pub(super) struct Move {
    pub(super) square: Square,
    pub(super) flips: u64,
    /// The larger, the sooner.
    pub(super) key: i32,
}

/// Room for a move to every square.
const MOST_MOVES: usize = 64;

/// Moves that are sorted as far as they are taken.
pub(super) struct MoveList {
    moves: [Move; MOST_MOVES],
    next: usize,
    length: usize,
}

impl MoveList {
    #[inline(always)]
    pub(super) fn new() -> Self {
        let none = Move { square: Square::lowest(1), flips: 0, key: 0 };
        Self { moves: [none; MOST_MOVES], next: 0, length: 0 }
    }

    #[inline(always)]
    pub(super) fn push(&mut self, square: Square, flips: u64, key: i32) {
        self.moves[self.length & (MOST_MOVES - 1)] = Move { square, flips, key };
        self.length += 1;
    }
}

impl Iterator for MoveList {
    type Item = Move;

    /// The most promising of the moves that are left; of equals the first that was pushed.
    #[inline(always)]
    fn next(&mut self) -> Option<Move> {
        let left = self.moves.get_mut(self.next..self.length)?;
        let mut best = 0;
        for index in 1..left.len() {
            if left[index].key > left[best].key {
                best = index;
            }
        }
        let chosen = *left.get(best)?;
        // The others keep their order.
        left.copy_within(0..best, 1);
        left[0] = chosen;
        self.next += 1;
        Some(chosen)
    }
}

const CORNERS: u64 = 0x8100_0000_0000_0081;

/// How many squares a side can play to, corners twice: the less, the better for its opponent.
#[inline(always)]
pub(super) fn mobility(moves: u64) -> i32 {
    (moves.count_ones() + (moves & CORNERS).count_ones()) as i32
}

/// The quarter of the board, one bit of four, that a square lies in.
#[inline(always)]
pub(super) fn quarter(square: Square) -> u32 {
    const QUARTERS: [u8; 64] = {
        let mut quarters = [0; 64];
        let mut square = 0;
        while square < 64 {
            quarters[square] = 1 << (square % 8 / 4 + square / 32 * 2);
            square += 1;
        }
        quarters
    };
    u32::from(QUARTERS[square.index()])
}

/// The quarters of the board with an odd number of empty squares, a bit each.
#[inline(always)]
pub(super) fn odd_quarters(empty: u64) -> u32 {
    const A1_D4: u64 = 0x0000_0000_0f0f_0f0f;
    let odd = |shift: u32| (empty >> shift & A1_D4).count_ones() % 2;
    odd(0) | (odd(4) << 1) | (odd(32) << 2) | (odd(36) << 3)
}

/// The squares of the quarters in `quarters`.
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
    fn moves_come_by_key_and_equals_in_their_order() {
        let mut list = MoveList::new();
        for (index, key) in [3, 7, 7, 1, 9, 3].into_iter().enumerate() {
            list.push(Square::new(index as u8).unwrap(), 1, key);
        }
        let order: Vec<usize> = list.map(|chosen| chosen.square.index()).collect();
        assert_eq!(order, [4, 1, 2, 0, 5, 3]);
    }

    #[test]
    fn quarters_are_odd_where_their_empty_squares_are() {
        for square in squares(u64::MAX) {
            assert_eq!(odd_quarters(square.bit()), quarter(square));
            assert_ne!(squares_of(quarter(square)) & square.bit(), 0);
        }
        assert_eq!(odd_quarters(u64::MAX), 0);
        assert_eq!(squares_of(15), u64::MAX);
    }
}
