//! Squares of the board.

use std::fmt;
use std::str::FromStr;

/// A square of the board: `a1` = 0 … `h1` = 7, `a2` = 8 … `h8` = 63.
///
/// ```
/// use shirokuro_engine::{Square, squares};
///
/// let f5: Square = "f5".parse()?;
/// assert_eq!((f5.index(), f5.file(), f5.rank()), (37, 5, 4));
/// assert_eq!(squares(f5.bit()).next(), Some(f5));
/// # Ok::<(), shirokuro_engine::ParseSquareError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Square(u8);

/// The text is not the name of a square, `a1` to `h8`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a square: a letter a to h and a digit 1 to 8 are needed")]
pub struct ParseSquareError {
    /// The text.
    pub text: String,
}

impl Square {
    /// Returns the square with this index; `None` if it is not 0 to 63.
    pub const fn new(index: u8) -> Option<Self> {
        if index < 64 { Some(Self(index)) } else { None }
    }

    /// Returns the square of the lowest set bit. `bits` must not be 0.
    pub(crate) const fn lowest(bits: u64) -> Self {
        debug_assert!(bits != 0);
        Self((bits.trailing_zeros() & 63) as u8)
    }

    /// Returns the index, 0 to 63.
    pub const fn index(self) -> usize {
        // The mask tells the compiler what the constructors guarantee, so tables of 64 entries need no bounds check.
        (self.0 & 63) as usize
    }

    /// Returns the bitboard with only this square.
    pub const fn bit(self) -> u64 {
        1 << self.index()
    }

    /// Returns the file: 0 for the a-file to 7 for the h-file.
    pub const fn file(self) -> usize {
        self.index() % 8
    }

    /// Returns the rank: 0 for row 1 to 7 for row 8.
    pub const fn rank(self) -> usize {
        self.index() / 8
    }
}

/// Iterates over the squares of a bitboard in ascending order.
pub fn squares(bits: u64) -> impl Iterator<Item = Square> {
    let mut rest = bits;
    std::iter::from_fn(move || {
        if rest == 0 {
            return None;
        }
        let square = Square::lowest(rest);
        rest &= rest - 1;
        Some(square)
    })
}

impl fmt::Display for Square {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = char::from(b'a' + self.file() as u8);
        write!(f, "{file}{}", self.rank() + 1)
    }
}

impl FromStr for Square {
    type Err = ParseSquareError;

    /// Parses `f5` or `F5`.
    fn from_str(text: &str) -> Result<Self, ParseSquareError> {
        match text.as_bytes() {
            [file, rank @ b'1'..=b'8'] if matches!(file.to_ascii_lowercase(), b'a'..=b'h') => {
                Ok(Self((rank - b'1') * 8 + (file.to_ascii_lowercase() - b'a')))
            }
            _ => Err(ParseSquareError { text: text.to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_square_parses_back_from_its_name() {
        for index in 0..64 {
            let square = Square::new(index).unwrap();
            assert_eq!(square.to_string().parse(), Ok(square));
            assert_eq!(square.to_string().to_uppercase().parse(), Ok(square));
        }
        assert_eq!(Square::new(64), None);
    }

    #[test]
    fn text_that_is_not_a_square_is_rejected() {
        for text in ["", "a", "a0", "a9", "i1", "a10", "11", "é1", "--"] {
            assert_eq!(text.parse::<Square>(), Err(ParseSquareError { text: text.to_owned() }));
        }
    }

    #[test]
    fn squares_of_a_bitboard_ascend() {
        let names: Vec<String> = squares(1 | 1 << 9 | 1 << 63).map(|square| square.to_string()).collect();
        assert_eq!(names, ["a1", "b2", "h8"]);
    }
}
