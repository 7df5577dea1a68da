//! A board from the point of view of the side to move.

use crate::kernel::{Kernel, Task, dispatch};
use crate::square::Square;

/// The discs of the side to move and those of its opponent. A board has no colours; see [`Position`](crate::Position).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Board {
    player: u64,
    opponent: u64,
}

/// Both sides have a disc on the same square.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("both sides have a disc on {}", Square::lowest(*.squares))]
pub struct OverlappingDiscs {
    /// The shared squares; never 0.
    pub squares: u64,
}

/// The reason why a move is illegal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IllegalMoveReason {
    /// There is a disc on the square.
    #[error("the square is taken")]
    Occupied,
    /// The move does not enclose any line of the opponent's discs.
    #[error("it flips no disc")]
    FlipsNothing,
}

/// The move was not legal; the board is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("illegal move {square}: {reason}")]
pub struct IllegalMove {
    /// The square of the move.
    pub square: Square,
    /// The reason why it is illegal.
    pub reason: IllegalMoveReason,
}

impl Board {
    /// The start of a game, Black to move: Black on e4 and d5, White on d4 and e5.
    pub const START: Self = Self { player: 1 << 28 | 1 << 35, opponent: 1 << 27 | 1 << 36 };

    /// Creates a board with these discs. Any position is allowed, including those that no game can reach.
    ///
    /// # Errors
    /// Both sides have a disc on the same square.
    pub const fn new(player: u64, opponent: u64) -> Result<Self, OverlappingDiscs> {
        if player & opponent == 0 {
            Ok(Self { player, opponent })
        } else {
            Err(OverlappingDiscs { squares: player & opponent })
        }
    }

    /// Returns the discs of the side to move.
    #[inline(always)]
    pub const fn player(&self) -> u64 {
        self.player
    }

    /// Returns the discs of the opponent.
    #[inline(always)]
    pub const fn opponent(&self) -> u64 {
        self.opponent
    }

    /// Returns the squares without a disc.
    #[inline(always)]
    pub const fn empty(&self) -> u64 {
        !(self.player | self.opponent)
    }

    /// Counts the discs on the board.
    #[inline(always)]
    pub const fn discs(&self) -> u32 {
        (self.player | self.opponent).count_ones()
    }

    /// Counts the squares without a disc.
    #[inline(always)]
    pub const fn empties(&self) -> u32 {
        self.empty().count_ones()
    }

    /// Returns the stage of the evaluation, 0 to 59: discs − 4. Boards of fewer than 4 discs are in the first stage,
    /// full ones in the last.
    #[inline(always)]
    pub const fn stage(&self) -> usize {
        let stage = (self.discs() as usize).saturating_sub(4);
        if stage < 60 { stage } else { 59 }
    }

    /// Returns the legal moves of the side to move as a bitboard.
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

    /// Returns the discs that a move flips; 0 if the move is illegal.
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

    /// Returns the board after a move, from the point of view of the other side.
    ///
    /// # Errors
    /// The move is illegal.
    pub fn play(&self, square: Square) -> Result<Self, IllegalMove> {
        let reason = match self.flips(square) {
            0 if self.empty() & square.bit() == 0 => IllegalMoveReason::Occupied,
            0 => IllegalMoveReason::FlipsNothing,
            flips => return Ok(self.after(square, flips)),
        };
        Err(IllegalMove { square, reason })
    }

    /// Returns the board after the move to `square` that flips `flips`, from the point of view of the other side. Does
    /// not check that the move is legal.
    #[inline(always)]
    pub const fn after(&self, square: Square, flips: u64) -> Self {
        debug_assert!(flips & !self.opponent == 0 && square.bit() & !self.empty() == 0);
        Self { player: self.opponent ^ flips, opponent: self.player | flips | square.bit() }
    }

    /// Returns the same board with the other side to move.
    #[inline(always)]
    pub const fn pass(&self) -> Self {
        Self { player: self.opponent, opponent: self.player }
    }

    /// Checks whether the game is over: neither side can move.
    pub fn is_over(&self) -> bool {
        self.moves() == 0 && self.pass().moves() == 0
    }

    /// Returns the result for the side to move if the game ended here: the disc difference, with empty squares counted
    /// for the winner.
    #[inline(always)]
    pub const fn final_score(&self) -> i32 {
        let difference = self.player.count_ones() as i32 - self.opponent.count_ones() as i32;
        difference + difference.signum() * self.empties() as i32
    }

    /// Returns the board after a rotation or reflection.
    pub const fn symmetric(&self, symmetry: Symmetry) -> Self {
        Self { player: symmetry.apply(self.player), opponent: symmetry.apply(self.opponent) }
    }
}

/// One of the eight symmetries of the board, composed of three optional reflections: in the a1–h8 diagonal, then
/// swapping the ranks, then swapping the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symmetry {
    transpose: bool,
    swap_ranks: bool,
    swap_files: bool,
}

impl Symmetry {
    /// All eight symmetries; the first is the identity.
    pub const ALL: [Self; 8] = {
        let mut all = [Self { transpose: false, swap_ranks: false, swap_files: false }; 8];
        let mut n = 0;
        while n < 8 {
            all[n] = Self { transpose: n & 1 != 0, swap_ranks: n & 2 != 0, swap_files: n & 4 != 0 };
            n += 1;
        }
        all
    };

    /// Applies the symmetry to a bitboard.
    pub const fn apply(self, bits: u64) -> u64 {
        let mut bits = bits;
        if self.transpose {
            // Swaps of ever larger blocks across the diagonal (Knuth, The Art of Computer Programming 4A, 7.1.3,
            // δ-swaps).
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
    fn the_start_position_has_its_four_moves() {
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
    fn overlapping_discs_are_rejected() {
        assert_eq!(Board::new(6, 12).unwrap_err().to_string(), "both sides have a disc on c1");
    }

    #[test]
    fn empties_count_for_the_winner() {
        assert_eq!(Board::new(0b111, 0b1000).unwrap().final_score(), 62);
        assert_eq!(Board::new(0b1, 0b1110).unwrap().final_score(), -62);
        assert_eq!(Board::new(0b1, 0b10).unwrap().final_score(), 0);
    }

    #[test]
    fn the_eight_symmetries_preserve_the_moves() {
        let board = Board::START.play("f5".parse().unwrap()).unwrap().play("d6".parse().unwrap()).unwrap();
        let mut images = std::collections::HashSet::new();
        for symmetry in Symmetry::ALL {
            let image = board.symmetric(symmetry);
            images.insert(image);
            assert_eq!(image.moves(), symmetry.apply(board.moves()));
        }
        assert_eq!(images.len(), 8);
        assert_eq!(Symmetry::ALL[1].apply(1 << 2), 1 << 16, "the diagonal reflection maps c1 to a3");
    }
}
