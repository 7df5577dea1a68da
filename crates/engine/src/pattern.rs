//! The fourteen patterns, the 56 features that read them, and the table indices they produce.
//!
//! A pattern is a list of squares. On a board, each square is a ternary digit: 0 empty, 1 side to move, 2 opponent. The
//! digits form the index into the pattern's weight table: the sum of digit · 3^k over the squares in order, the first
//! square being the least significant. A *feature* is a pattern in one of the four rotations of the board. Every
//! pattern is its own mirror image, so the four rotations cover all eight symmetries, and an entry and its [mirror
//! image](mirror) share a weight.

use std::ops::Range;
use std::sync::LazyLock;

use crate::board::Board;
use crate::kernel::{Kernel, Task, dispatch};
use crate::square::Square;

/// Stages of the evaluation: one for each number of discs from 4 to 63, each with its own tables.
pub const STAGES: usize = 60;

/// Features of a position: fourteen patterns in four rotations.
pub const FEATURES: usize = 14 * ROTATIONS;

pub(crate) const ROTATIONS: usize = 4;

/// Entries of the fourteen tables of one stage.
pub const STAGE_ENTRIES: usize = 481_140;

/// Entries of all stages.
pub const ENTRIES: usize = STAGES * STAGE_ENTRIES;

/// A list of squares that are read as one ternary number.
#[derive(Debug)]
pub struct Pattern {
    /// `"P01"` to `"P14"`.
    pub name: &'static str,
    /// The squares in the order of their digits, least significant first, in the pattern's first rotation.
    pub squares: &'static [u8],
    offset: usize,
    first_feature: usize,
}

impl Pattern {
    /// Returns the number of entries of the pattern's table: 3 to the power of its number of squares.
    pub const fn entries(&self) -> usize {
        3_usize.pow(self.squares.len() as u32)
    }

    /// Returns the start of the pattern's table within the entries of a stage.
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// Returns the features that read the pattern.
    pub const fn features(&self) -> Range<usize> {
        self.first_feature..self.first_feature + ROTATIONS
    }
}

/// The squares of the patterns, those nearest to the centre first. Their order is part of the file format.
///
/// The positions of one search differ most around the centre. With the least significant digits there, the weights that
/// a search reads share cache lines. With the corners first, play and search were slower.
const SHAPES: [(&str, &[u8]); 14] = [
    ("P01", &[27, 19, 26, 18, 10, 17, 9, 1, 8, 0]),
    ("P02", &[27, 36, 18, 45, 9, 54, 1, 8, 0, 63]),
    ("P03", &[10, 17, 3, 9, 24, 2, 16, 1, 8, 0]),
    ("P04", &[3, 4, 9, 24, 32, 2, 16, 1, 8, 0]),
    ("P05", &[3, 4, 9, 14, 2, 5, 1, 6, 0, 7]),
    ("P06", &[11, 12, 10, 13, 3, 4, 2, 5, 0, 7]),
    ("P07", &[11, 12, 10, 13, 3, 4, 2, 5, 1, 6]),
    ("P08", &[18, 10, 17, 9, 2, 16, 1, 8, 0]),
    ("P09", &[28, 19, 37, 10, 46, 1, 55, 0, 63]),
    ("P10", &[11, 12, 10, 13, 9, 14, 8, 15]),
    ("P11", &[19, 20, 18, 21, 17, 22, 16, 23]),
    ("P12", &[27, 28, 26, 29, 25, 30, 24, 31]),
    ("P13", &[20, 29, 11, 38, 2, 47, 1, 55]),
    ("P14", &[21, 12, 30, 3, 9, 39, 54]),
];

/// The fourteen patterns.
pub static PATTERNS: [Pattern; 14] = PATTERN_LIST;

/// The same as [`PATTERNS`], for use in constants.
pub(crate) const PATTERN_LIST: [Pattern; 14] = {
    const EMPTY: Pattern = Pattern { name: "", squares: &[], offset: 0, first_feature: 0 };
    let mut patterns = [EMPTY; 14];
    let (mut offset, mut first_feature, mut n) = (0, 0, 0);
    while n < 14 {
        let (name, squares) = SHAPES[n];
        patterns[n] = Pattern { name, squares, offset, first_feature };
        offset += patterns[n].entries();
        first_feature += ROTATIONS;
        n += 1;
    }
    assert!(offset == STAGE_ENTRIES && first_feature == FEATURES);
    patterns
};

/// Returns the pattern, 0 to 13, that a feature, 0 to 55, reads.
pub const fn pattern_of(feature: usize) -> usize {
    feature / ROTATIONS
}

/// Maps a square to an orientation: if `orientation` is 4 or more, it is first reflected in the a1–h8 diagonal, then
/// rotated by `orientation % 4` quarter turns.
const fn oriented(square: u8, orientation: usize) -> u8 {
    let (mut file, mut rank) = (square % 8, square / 8);
    if orientation >= 4 {
        (file, rank) = (rank, file);
    }
    let mut turn = 0;
    while turn < orientation % 4 {
        (file, rank) = (7 - rank, file);
        turn += 1;
    }
    rank * 8 + file
}

/// Returns the squares of a feature, 0 to 55, in the order of its digits, least significant first.
pub fn feature_squares(feature: usize) -> Vec<u8> {
    let pattern = &PATTERNS[pattern_of(feature)];
    pattern.squares.iter().map(|&square| oriented(square, feature - pattern.first_feature)).collect()
}

/// One number per feature, padded to whole vector registers. The padding is always 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
pub(crate) struct Lanes(pub(crate) [u16; 64]);

impl Lanes {
    const ZERO: Self = Self([0; 64]);
}

/// For each square, the place value of its digit in each feature: a power of three, or 0 if the feature does not
/// contain the square. The last entry, all zeros, stands for no square.
static DIGIT_WEIGHTS: [Lanes; 65] = {
    let mut weights = [Lanes::ZERO; 65];
    let mut feature = 0;
    while feature < FEATURES {
        let pattern = &PATTERN_LIST[pattern_of(feature)];
        let (mut k, mut weight) = (0, 1);
        while k < pattern.squares.len() {
            let square = oriented(pattern.squares[k], feature - pattern.first_feature);
            weights[square as usize].0[feature] = weight;
            weight = weight.wrapping_mul(3);
            k += 1;
        }
        feature += 1;
    }
    weights
};

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
    pub(crate) fn of(board: &Board) -> Self {
        let (mut own, mut other) = (digits(board.player()), digits(board.opponent()));
        for lane in 0..64 {
            let (player, opponent) = (own.0[lane], other.0[lane]);
            own.0[lane] += 2 * opponent;
            other.0[lane] += 2 * player;
        }
        Self { own, other }
    }

    /// Returns the indices after the move to `square` that flips `flips`, with the other side to move.
    #[inline(always)]
    pub(crate) fn after(&self, square: Square, flips: u64) -> Self {
        let placed = &DIGIT_WEIGHTS[square.index()];
        let flipped = flipped(flips);
        let (mut own, mut other) = (Lanes::ZERO, Lanes::ZERO);
        for lane in 0..64 {
            // From the mover's point of view the played square's digit changes from 0 to 1 and those of flipped discs
            // from 2 to 1; from the other side's, from 0 to 2 and from 1 to 2.
            own.0[lane] = self.other.0[lane].wrapping_add(2 * placed.0[lane]).wrapping_add(flipped.0[lane]);
            other.0[lane] = self.own.0[lane].wrapping_add(placed.0[lane]).wrapping_sub(flipped.0[lane]);
        }
        Self { own, other }
    }

    /// Returns [`Indices::own`] after the move, which is all that a leaf needs.
    #[inline(always)]
    pub(crate) fn own_after(&self, square: Square, flips: u64) -> Lanes {
        let placed = &DIGIT_WEIGHTS[square.index()];
        let mut own = flipped(flips);
        for lane in 0..64 {
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

/// Sums the digit weights of the flipped squares.
#[inline(always)]
fn flipped(flips: u64) -> Lanes {
    let mut sum = Lanes::ZERO;
    let mut rest = flips;
    // In steps of three, as most moves flip no more. The branches of a loop with one step per disc are hard to predict:
    // an evaluation in a search took a quarter longer.
    loop {
        for _ in 0..3 {
            let weights = &DIGIT_WEIGHTS[rest.trailing_zeros() as usize];
            for lane in 0..64 {
                sum.0[lane] = sum.0[lane].wrapping_add(weights.0[lane]);
            }
            rest &= rest.wrapping_sub(1);
        }
        if rest == 0 {
            return sum;
        }
    }
}

/// Returns the indices of a board's features for the side to move: for each feature, the entry in its pattern's table.
pub fn feature_indices(board: &Board) -> [u16; FEATURES] {
    struct Extract<'a>(&'a Board);
    impl Task for Extract<'_> {
        type Output = [u16; FEATURES];
        #[inline(always)]
        fn run<K: Kernel>(self, _: K) -> [u16; FEATURES] {
            let indices = own_indices(self.0);
            let mut features = [0; FEATURES];
            features.copy_from_slice(&indices.0[..FEATURES]);
            features
        }
    }
    dispatch(Extract(board))
}

/// Computes [`Indices::own`] of a board from scratch.
#[inline(always)]
pub(crate) fn own_indices(board: &Board) -> Lanes {
    let (mut own, other) = (digits(board.player()), digits(board.opponent()));
    for lane in 0..64 {
        own.0[lane] += 2 * other.0[lane];
    }
    own
}

/// For each half of a row and each set of discs on it, the sum of their digit weights.
static HALF_ROWS: [[Lanes; 16]; 16] = {
    let mut sums = [[Lanes::ZERO; 16]; 16];
    let mut half = 0;
    while half < 16 {
        let mut discs = 1;
        while discs < 16_usize {
            let rest = discs & (discs - 1);
            let square = 4 * half + discs.trailing_zeros() as usize;
            let mut lane = 0;
            while lane < 64 {
                sums[half][discs].0[lane] = sums[half][rest].0[lane].wrapping_add(DIGIT_WEIGHTS[square].0[lane]);
                lane += 1;
            }
            discs += 1;
        }
        half += 1;
    }
    sums
};

/// Sums the digit weights of any number of squares in a fixed number of steps, so that branches predict well.
#[inline(always)]
fn digits(squares: u64) -> Lanes {
    let mut sum = Lanes::ZERO;
    for (half, sums) in HALF_ROWS.iter().enumerate() {
        let weights = &sums[(squares >> (4 * half)) as usize % 16];
        for lane in 0..64 {
            sum.0[lane] += weights.0[lane];
        }
    }
    sum
}

/// Returns, for each entry of a pattern's table, the entry of its mirror image. The two share a weight.
pub fn mirror(pattern: usize) -> &'static [u16] {
    static MIRRORS: LazyLock<[Vec<u16>; 14]> = LazyLock::new(|| std::array::from_fn(|n| mirror_table(&PATTERNS[n])));
    &MIRRORS[pattern]
}

fn mirror_table(pattern: &Pattern) -> Vec<u16> {
    // The place of each square's mirror image in the pattern, under the first reflection that maps the pattern to
    // itself.
    let place = |square: u8| pattern.squares.iter().position(|&other| other == square);
    let places: Vec<usize> = (4..8)
        .find_map(|orientation| pattern.squares.iter().map(|&square| place(oriented(square, orientation))).collect())
        .expect("every pattern is its own mirror image");
    (0..pattern.entries())
        .map(|entry| {
            let digit = |k: usize| entry / 3_usize.pow(k as u32) % 3;
            places.iter().enumerate().map(|(k, &image)| digit(k) * 3_usize.pow(image as u32)).sum::<usize>() as u16
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::Symmetry;
    use crate::square::squares;
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};

    fn random_board(rng: &mut Xoshiro256PlusPlus) -> Board {
        let (a, b) = (rng.next_u64(), rng.next_u64());
        Board::new(a & !b, b & !a).unwrap()
    }

    /// Computes the indices digit by digit, from their definition.
    fn slow_indices(board: &Board) -> Vec<u16> {
        (0..FEATURES)
            .map(|feature| {
                feature_squares(feature).iter().rev().fold(0, |index, &square| {
                    let bit = Square::new(square).unwrap().bit();
                    index * 3 + u16::from(board.player() & bit != 0) + 2 * u16::from(board.opponent() & bit != 0)
                })
            })
            .collect()
    }

    #[test]
    fn the_patterns_are_the_designed_ones() {
        let designed = [
            "a1 b1 a2 b2 c2 b3 c3 d3 c4 d4",
            "a1 b1 a2 b2 c3 d4 e5 f6 g7 h8",
            "a1 b1 c1 d1 a2 b2 c2 a3 b3 a4",
            "a1 b1 c1 d1 e1 a2 b2 a3 a4 a5",
            "a1 b1 c1 d1 e1 f1 g1 h1 b2 g2",
            "a1 c1 d1 e1 f1 h1 c2 d2 e2 f2",
            "b1 c1 d1 e1 f1 g1 c2 d2 e2 f2",
            "a1 b1 c1 a2 b2 c2 a3 b3 c3",
            "a1 b1 c2 d3 e4 f5 g6 h7 h8",
            "a2 b2 c2 d2 e2 f2 g2 h2",
            "a3 b3 c3 d3 e3 f3 g3 h3",
            "a4 b4 c4 d4 e4 f4 g4 h4",
            "b1 c1 d2 e3 f4 g5 h6 h7",
            "d1 b2 e2 f3 g4 h5 g7",
        ];
        for (pattern, designed) in PATTERNS.iter().zip(designed) {
            let mut squares: Vec<Square> = designed.split(' ').map(|name| name.parse().unwrap()).collect();
            squares.sort_by_key(|square| {
                let (file, rank) = (square.index() as i32 % 8, square.index() as i32 / 8);
                (2 * file - 7).pow(2) + (2 * rank - 7).pow(2)
            });
            let squares: Vec<u8> = squares.iter().map(|square| square.index() as u8).collect();
            assert_eq!(pattern.squares, squares, "{}", pattern.name);
        }
        assert_eq!(PATTERNS.iter().map(Pattern::entries).sum::<usize>(), STAGE_ENTRIES);
        assert_eq!(ENTRIES, 28_868_400);
    }

    #[test]
    fn no_two_features_read_the_same_squares() {
        let mut sets: Vec<Vec<u8>> = (0..FEATURES)
            .map(|feature| {
                let mut squares = feature_squares(feature);
                squares.sort_unstable();
                squares
            })
            .collect();
        sets.sort();
        sets.dedup();
        assert_eq!(sets.len(), FEATURES);
    }

    #[test]
    fn indices_from_scratch_and_move_by_move_follow_the_definition() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        for _ in 0..500 {
            let board = random_board(&mut rng);
            assert_eq!(feature_indices(&board).to_vec(), slow_indices(&board));
        }
        for _ in 0..50 {
            let (mut board, mut indices) = (Board::START, Indices::of(&Board::START));
            loop {
                if board.moves() == 0 {
                    (board, indices) = (board.pass(), indices.pass());
                }
                let moves: Vec<Square> = squares(board.moves()).collect();
                if moves.is_empty() {
                    break;
                }
                let square = moves[rng.next_u64() as usize % moves.len()];
                let flips = board.flips(square);
                assert_eq!(indices.own_after(square, flips), indices.after(square, flips).own);
                (board, indices) = (board.after(square, flips), indices.after(square, flips));
                assert_eq!(indices, Indices::of(&board));
            }
        }
    }

    #[test]
    fn mirror_images_are_mutual() {
        for (n, pattern) in PATTERNS.iter().enumerate() {
            let mirror = mirror(n);
            assert_eq!(mirror.len(), pattern.entries());
            assert!(mirror.iter().enumerate().all(|(entry, &image)| usize::from(mirror[usize::from(image)]) == entry));
            assert!(mirror.iter().enumerate().any(|(entry, &image)| usize::from(image) != entry), "{}", pattern.name);
        }
    }

    #[test]
    fn a_symmetric_board_reads_the_same_entries_up_to_mirroring() {
        let read = |board: &Board| {
            let mut entries: Vec<(usize, u16)> = feature_indices(board)
                .iter()
                .enumerate()
                .map(|(feature, &index)| {
                    let pattern = pattern_of(feature);
                    (pattern, index.min(mirror(pattern)[usize::from(index)]))
                })
                .collect();
            entries.sort_unstable();
            entries
        };
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
        for _ in 0..50 {
            let board = random_board(&mut rng);
            for symmetry in Symmetry::ALL {
                assert_eq!(read(&board.symmetric(symmetry)), read(&board));
            }
        }
    }
}
