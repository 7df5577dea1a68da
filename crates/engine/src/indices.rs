//! The table indices of a position's features, from scratch and move by move.
//!
//! All features are computed at once, one in each lane of a vector. A set of patterns is a table of place values here:
//! the code is the same for every set.

use crate::board::Board;
use crate::square::Square;

/// The most features that a set of patterns can have: the lanes of a vector.
pub const MAX_FEATURES: usize = 64;

/// One number per feature, padded to whole vector registers. The padding is always 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
pub(crate) struct Lanes(pub(crate) [u16; MAX_FEATURES]);

impl Lanes {
    pub(crate) const ZERO: Self = Self([0; MAX_FEATURES]);
}

/// The place values of the squares' digits in all features.
#[derive(Debug)]
pub struct PlaceValues {
    /// For each square, the place value of its digit in each feature: a power of three, or 0 if the feature does not
    /// contain the square. The last entry, all zeros, stands for no square.
    squares: [Lanes; 65],
    /// For each half of a row and each set of discs on it, the sum of their place values.
    half_rows: [[Lanes; 16]; 16],
}

impl PlaceValues {
    /// Creates the tables from the place values by square, of which the last entry is all zeros.
    #[allow(clippy::large_stack_arrays, reason = "it is a constant, or made once for a set of patterns")]
    pub(crate) const fn new(squares: &[Lanes; 65]) -> Self {
        let mut half_rows = [[Lanes::ZERO; 16]; 16];
        let mut half = 0;
        while half < 16 {
            let mut discs = 1;
            while discs < 16_usize {
                let rest = discs & (discs - 1);
                let square = 4 * half + discs.trailing_zeros() as usize;
                let mut lane = 0;
                while lane < MAX_FEATURES {
                    half_rows[half][discs].0[lane] =
                        half_rows[half][rest].0[lane].wrapping_add(squares[square].0[lane]);
                    lane += 1;
                }
                discs += 1;
            }
            half += 1;
        }
        Self { squares: *squares, half_rows }
    }

    /// Computes [`Indices::own`] of a board from scratch.
    #[inline(always)]
    pub(crate) fn own_indices(&self, board: &Board) -> Lanes {
        let (mut own, other) = (self.digits(board.player()), self.digits(board.opponent()));
        for lane in 0..MAX_FEATURES {
            own.0[lane] += 2 * other.0[lane];
        }
        own
    }

    /// Sums the place values of any number of squares in a fixed number of steps, so that branches predict well.
    #[inline(always)]
    fn digits(&self, squares: u64) -> Lanes {
        let mut sum = Lanes::ZERO;
        for (half, sums) in self.half_rows.iter().enumerate() {
            let values = &sums[(squares >> (4 * half)) as usize % 16];
            for lane in 0..MAX_FEATURES {
                sum.0[lane] += values.0[lane];
            }
        }
        sum
    }

    /// Sums the place values of the flipped squares.
    #[inline(always)]
    fn flipped(&self, flips: u64) -> Lanes {
        let mut sum = Lanes::ZERO;
        let mut rest = flips;
        // In steps of three, as most moves flip no more. The branches of a loop with one step per disc are hard to
        // predict: an evaluation in a search took a quarter longer.
        loop {
            for _ in 0..3 {
                let values = &self.squares[rest.trailing_zeros() as usize];
                for lane in 0..MAX_FEATURES {
                    sum.0[lane] = sum.0[lane].wrapping_add(values.0[lane]);
                }
                rest &= rest.wrapping_sub(1);
            }
            if rest == 0 {
                return sum;
            }
        }
    }
}

/// The indices of all features of a position from both sides' points of view, updated move by move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indices {
    /// From the point of view of the side to move.
    own: Lanes,
    /// From the point of view of the other side.
    other: Lanes,
}

impl Indices {
    /// Computes the indices of a board from scratch.
    #[inline(always)]
    pub(crate) fn of(values: &PlaceValues, board: &Board) -> Self {
        let (mut own, mut other) = (values.digits(board.player()), values.digits(board.opponent()));
        for lane in 0..MAX_FEATURES {
            let (player, opponent) = (own.0[lane], other.0[lane]);
            own.0[lane] += 2 * opponent;
            other.0[lane] += 2 * player;
        }
        Self { own, other }
    }

    /// Returns the indices from the point of view of the side to move.
    #[inline(always)]
    pub(crate) const fn own(&self) -> &Lanes {
        &self.own
    }

    /// Returns the indices after the move to `square` that flips `flips`, with the other side to move.
    #[inline(always)]
    pub(crate) fn after(&self, values: &PlaceValues, square: Square, flips: u64) -> Self {
        let placed = &values.squares[square.index()];
        let flipped = values.flipped(flips);
        let (mut own, mut other) = (Lanes::ZERO, Lanes::ZERO);
        for lane in 0..MAX_FEATURES {
            // From the mover's point of view the played square's digit changes from 0 to 1 and those of flipped discs
            // from 2 to 1; from the other side's, from 0 to 2 and from 1 to 2.
            own.0[lane] = self.other.0[lane].wrapping_add(2 * placed.0[lane]).wrapping_add(flipped.0[lane]);
            other.0[lane] = self.own.0[lane].wrapping_add(placed.0[lane]).wrapping_sub(flipped.0[lane]);
        }
        Self { own, other }
    }

    /// Returns [`Indices::own`] after the move, which is all that a leaf needs.
    #[inline(always)]
    pub(crate) fn own_after(&self, values: &PlaceValues, square: Square, flips: u64) -> Lanes {
        let placed = &values.squares[square.index()];
        let mut own = values.flipped(flips);
        for lane in 0..MAX_FEATURES {
            own.0[lane] = own.0[lane].wrapping_add(self.other.0[lane]).wrapping_add(2 * placed.0[lane]);
        }
        own
    }

    /// Returns the indices of the same board with the other side to move.
    #[inline(always)]
    pub(crate) const fn pass(&self) -> Self {
        Self { own: self.other, other: self.own }
    }
}

#[cfg(test)]
#[path = "indices_tests.rs"]
mod tests;
