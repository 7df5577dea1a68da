//! The moves of a position in the order in which they are tried.

use arrayvec::ArrayVec;

use crate::square::Square;

/// A legal move with what it turns, and how promising it is.
#[derive(Clone, Copy)]
pub(super) struct Move {
    pub(super) flips: u64,
    /// The opponent's moves after it.
    pub(super) replies: u64,
    /// The larger, the sooner.
    pub(super) key: i32,
    pub(super) square: Square,
}

impl Move {
    /// It was put off before.
    #[inline(always)]
    pub(super) fn was_put_off(&self) -> bool {
        self.key == PUT_OFF
    }
}

/// Moves that are sorted only as far as they are taken. There is room for a move to every square.
pub(super) struct MoveList(ArrayVec<Move, 64>);

impl MoveList {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self(ArrayVec::new())
    }

    #[inline(always)]
    pub(super) fn push(&mut self, candidate: Move) {
        self.0.push(candidate);
    }

    /// Puts a move that was taken back behind all others.
    #[inline(always)]
    pub(super) fn put_off(&mut self, candidate: Move) {
        self.0.push(Move { key: PUT_OFF, ..candidate });
    }
}

/// The key of moves that were put off: less than that of any other.
const PUT_OFF: i32 = i32::MIN;

impl Iterator for MoveList {
    type Item = Move;

    /// The most promising of the moves that are left.
    #[inline(always)]
    fn next(&mut self) -> Option<Move> {
        // The key and the place in one number, so that no comparison waits for a load that depends on the one before.
        let ranked =
            self.0.iter().enumerate().map(|(place, candidate)| (i64::from(candidate.key) << 6) | (63 - place as i64));
        let best = 63 - (ranked.max()? & 63) as usize;
        self.0.swap_pop(best)
    }
}

const CORNERS: u64 = 0x8100_0000_0000_0081;

/// How many squares a side can play to, corners twice: the less, the better for its opponent.
#[inline(always)]
pub(super) fn mobility(moves: u64) -> i32 {
    (moves.count_ones() + (moves & CORNERS).count_ones()) as i32
}

/// The moves in groups, by what their squares are usually worth: corners, all others, squares beside a corner on the edge,
/// squares diagonal to a corner.
#[inline(always)]
pub(super) fn by_hope(moves: u64) -> [u64; 4] {
    const BESIDE: u64 = 0x4281_0000_0000_8142;
    const DIAGONAL: u64 = 0x0042_0000_0000_4200;
    [moves & CORNERS, moves & !(CORNERS | BESIDE | DIAGONAL), moves & BESIDE, moves & DIAGONAL]
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
    fn moves_come_by_key() {
        let mut list = MoveList::new();
        for (index, key) in [3, 7, 7, 1, 9, 3].into_iter().enumerate() {
            list.push(Move { flips: 1, replies: 0, key, square: Square::new(index as u8).unwrap() });
        }
        let keys: Vec<i32> = list.map(|chosen| chosen.key).collect();
        assert_eq!(keys, [9, 7, 7, 3, 3, 1]);
    }

    #[test]
    fn quarters_are_odd_where_their_empty_squares_are() {
        for square in squares(u64::MAX) {
            let odd = odd_quarters(square.bit());
            assert_eq!(odd.count_ones(), 1);
            assert_ne!(squares_of(odd) & square.bit(), 0);
        }
        assert_eq!(odd_quarters(u64::MAX), 0);
        assert_eq!(squares_of(15), u64::MAX);
    }
}
