//! A board as the side to move sees it.

use crate::kernel::{Kernel, Task, dispatch};
use crate::square::Square;

/// Two sets of discs, from the side of the player to move. Which colour that is does not matter here; see
/// [`Position`](crate::Position).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Board {
    player: u64,
    opponent: u64,
}

/// The two sides' discs share squares.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("both sides have a disc on {}", Square::lowest(*.squares))]
pub struct OverlappingDiscs {
    /// The shared squares; never 0.
    pub squares: u64,
}

/// Why a move is not legal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IllegalMoveReason {
    /// A disc stands there.
    #[error("the square is taken")]
    Occupied,
    /// No line of the opponent's discs is enclosed.
    #[error("it flips no disc")]
    FlipsNothing,
}

/// The move was not legal; the board is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("illegal move {square}: {reason}")]
pub struct IllegalMove {
    /// The square that was to be played.
    pub square: Square,
    /// What is wrong with it.
    pub reason: IllegalMoveReason,
}

impl Board {
    /// The start of a game, Black to move: Black on e4 and d5, White on d4 and e5.
    pub const START: Self = Self { player: 1 << 28 | 1 << 35, opponent: 1 << 27 | 1 << 36 };

    /// A board with these discs. Any position is allowed, also one that no game can reach.
    ///
    /// # Errors
    /// A square belongs to both sides.
    pub const fn new(player: u64, opponent: u64) -> Result<Self, OverlappingDiscs> {
        if player & opponent == 0 {
            Ok(Self { player, opponent })
        } else {
            Err(OverlappingDiscs { squares: player & opponent })
        }
    }

    /// The discs of the side to move.
    #[inline(always)]
    pub const fn player(&self) -> u64 {
        self.player
    }

    /// The discs of the other side.
    #[inline(always)]
    pub const fn opponent(&self) -> u64 {
        self.opponent
    }

    /// The squares without a disc.
    #[inline(always)]
    pub const fn empty(&self) -> u64 {
        !(self.player | self.opponent)
    }

    /// How many discs stand on the board.
    #[inline(always)]
    pub const fn discs(&self) -> u32 {
        (self.player | self.opponent).count_ones()
    }

    /// How many squares have no disc.
    #[inline(always)]
    pub const fn empties(&self) -> u32 {
        self.empty().count_ones()
    }

    /// The evaluation's stage, 0 to 59: discs − 4, with boards of fewer than 4 discs in the first and full ones in the last.
    #[inline(always)]
    pub const fn stage(&self) -> usize {
        let stage = (self.discs() as usize).saturating_sub(4);
        if stage < 60 { stage } else { 59 }
    }

    /// The legal moves of the side to move.
    pub fn moves(&self) -> u64 {
        struct Moves<'a>(&'a Board);
        impl Task for Moves<'_> {
            type Output = u64;
            #[inline(always)]
            fn run<K: Kernel>(self, kernel: K) -> u64 {
                kernel.moves(self.0.player, self.0.opponent)
            }
        }
        dispatch(Moves(self))
    }

    /// The discs that a move of the side to move turns; 0 if the move is not legal.
    pub fn flips(&self, square: Square) -> u64 {
        struct Flips<'a>(&'a Board, Square);
        impl Task for Flips<'_> {
            type Output = u64;
            #[inline(always)]
            fn run<K: Kernel>(self, kernel: K) -> u64 {
                kernel.flips(self.0.player, self.0.opponent, self.1)
            }
        }
        if self.empty() & square.bit() == 0 { 0 } else { dispatch(Flips(self, square)) }
    }

    /// The board after a move, seen by the other side.
    ///
    /// # Errors
    /// The move is not legal.
    pub fn play(&self, square: Square) -> Result<Self, IllegalMove> {
        let reason = match self.flips(square) {
            0 if self.empty() & square.bit() == 0 => IllegalMoveReason::Occupied,
            0 => IllegalMoveReason::FlipsNothing,
            flips => return Ok(self.after(square, flips)),
        };
        Err(IllegalMove { square, reason })
    }

    /// The board after the move to `square` that turns `flips`, seen by the other side. Nothing is checked.
    #[inline(always)]
    pub const fn after(&self, square: Square, flips: u64) -> Self {
        debug_assert!(flips & !self.opponent == 0 && square.bit() & !self.empty() == 0);
        Self { player: self.opponent ^ flips, opponent: self.player | flips | square.bit() }
    }

    /// The same discs, the other side to move.
    #[inline(always)]
    pub const fn pass(&self) -> Self {
        Self { player: self.opponent, opponent: self.player }
    }

    /// True if neither side can move.
    pub fn is_over(&self) -> bool {
        self.moves() == 0 && self.pass().moves() == 0
    }

    /// The result in discs for the side to move, if the game ended here: the difference, empty squares counted for the winner.
    #[inline(always)]
    pub const fn final_score(&self) -> i32 {
        let difference = self.player.count_ones() as i32 - self.opponent.count_ones() as i32;
        difference + difference.signum() * self.empties() as i32
    }

    /// The board turned or mirrored.
    pub const fn symmetric(&self, symmetry: Symmetry) -> Self {
        Self { player: symmetry.apply(self.player), opponent: symmetry.apply(self.opponent) }
    }
}

/// One of the eight symmetries of the board: a mirroring in the a1–h8 diagonal or none, then in the middle row, then in the middle
/// file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symmetry {
    transpose: bool,
    swap_ranks: bool,
    swap_files: bool,
}

impl Symmetry {
    /// All eight; the first leaves the board as it is.
    pub const ALL: [Self; 8] = {
        let mut all = [Self { transpose: false, swap_ranks: false, swap_files: false }; 8];
        let mut n = 0;
        while n < 8 {
            all[n] = Self { transpose: n & 1 != 0, swap_ranks: n & 2 != 0, swap_files: n & 4 != 0 };
            n += 1;
        }
        all
    };

    /// The squares after the symmetry.
    pub const fn apply(self, bits: u64) -> u64 {
        let mut bits = bits;
        if self.transpose {
            // Swaps of ever larger blocks across the diagonal (Knuth, The Art of Computer Programming 4A, 7.1.3, δ-swaps).
            let swap = (bits ^ (bits >> 7)) & 0x00aa00aa00aa00aa;
            bits ^= swap ^ (swap << 7);
            let swap = (bits ^ (bits >> 14)) & 0x0000cccc0000cccc;
            bits ^= swap ^ (swap << 14);
            let swap = (bits ^ (bits >> 28)) & 0x00000000f0f0f0f0;
            bits ^= swap ^ (swap << 28);
        }
        if self.swap_ranks {
            bits = bits.swap_bytes();
        }
        if self.swap_files {
            bits = bits.reverse_bits().swap_bytes();
        }
        bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_position_has_the_four_known_moves() {
        let names: Vec<String> = crate::squares(Board::START.moves()).map(|square| square.to_string()).collect();
        assert_eq!(names, ["d3", "c4", "f5", "e6"]);
        assert_eq!((Board::START.stage(), Board::START.empties()), (0, 60));
    }

    #[test]
    fn an_illegal_move_says_why() {
        let reason = |name: &str| Board::START.play(name.parse().unwrap()).unwrap_err().to_string();
        assert_eq!(reason("d4"), "illegal move d4: the square is taken");
        assert_eq!(reason("a1"), "illegal move a1: it flips no disc");
    }

    #[test]
    fn overlapping_discs_are_refused() {
        assert_eq!(Board::new(6, 12).unwrap_err().to_string(), "both sides have a disc on c1");
    }

    #[test]
    fn empties_count_for_the_winner() {
        assert_eq!(Board::new(0b111, 0b1000).unwrap().final_score(), 62);
        assert_eq!(Board::new(0b1, 0b1110).unwrap().final_score(), -62);
        assert_eq!(Board::new(0b1, 0b10).unwrap().final_score(), 0);
    }

    #[test]
    fn the_symmetries_are_eight_and_keep_the_moves() {
        let board = Board::START.play("f5".parse().unwrap()).unwrap().play("d6".parse().unwrap()).unwrap();
        let mut images = std::collections::HashSet::new();
        for symmetry in Symmetry::ALL {
            let image = board.symmetric(symmetry);
            images.insert(image);
            assert_eq!(image.moves(), symmetry.apply(board.moves()));
        }
        assert_eq!(images.len(), 8);
        assert_eq!(Symmetry::ALL[1].apply(1 << 2), 1 << 16, "c1 goes to a3 in the diagonal");
    }
}
