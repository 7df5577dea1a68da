//! The fourteen patterns that ship with the package, as the compiler knows them.
//!
//! Every one is its own mirror image, so that four rotations of each cover all eight symmetries: 56 features. The other
//! modules see them as a [`PatternSet`](crate::PatternSet); what is computed here at compile time makes the evaluation
//! by them fast.

use crate::indices::{Lanes, PlaceValues};

/// Features of a position: fourteen patterns in four rotations.
pub const FEATURES: usize = 14 * ROTATIONS;

pub(crate) const ROTATIONS: usize = 4;

/// Entries of the fourteen tables of one stage.
pub const STAGE_ENTRIES: usize = 481_140;

/// Entries of all stages.
pub const ENTRIES: usize = crate::pattern::STAGES * STAGE_ENTRIES;

/// The squares of the patterns, those nearest to the centre first. Their order is part of the file format.
///
/// The positions of one search differ most around the centre. With the least significant digits there, the weights that
/// a search reads share cache lines. With the corners first, play and search were slower.
pub(crate) const SHAPES: [(&str, &[u8]); 14] = [
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

/// The start of each pattern's table within the entries of a stage.
pub(crate) const OFFSETS: [usize; 14] = {
    let mut offsets = [0; 14];
    let (mut offset, mut n) = (0, 0);
    while n < 14 {
        offsets[n] = offset;
        offset += 3_usize.pow(SHAPES[n].1.len() as u32);
        n += 1;
    }
    assert!(offset == STAGE_ENTRIES);
    offsets
};

/// The place values of the digits in the 56 features.
pub(crate) static PLACE_VALUES: PlaceValues = {
    let mut values = [Lanes::ZERO; 65];
    let mut feature = 0;
    while feature < FEATURES {
        let squares = SHAPES[feature / ROTATIONS].1;
        let (mut k, mut value) = (0, 1);
        while k < squares.len() {
            values[oriented(squares[k], feature % ROTATIONS) as usize].0[feature] = value;
            value = value.wrapping_mul(3);
            k += 1;
        }
        feature += 1;
    }
    PlaceValues::new(&values)
};

/// Maps a square to an orientation: if `orientation` is 4 or more, it is first reflected in the a1–h8 diagonal, then
/// rotated by `orientation % 4` quarter turns.
pub(crate) const fn oriented(square: u8, orientation: usize) -> u8 {
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
