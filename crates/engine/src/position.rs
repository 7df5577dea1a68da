//! Positions with colours, and their text forms.

use std::fmt;
use std::str::FromStr;

use crate::board::{Board, IllegalMove};
use crate::square::{ParseSquareError, Square, squares};

/// One of the two players.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The side that moves first.
    Black,
    /// The other side.
    White,
}

impl Side {
    /// Returns the other player.
    pub const fn opposite(self) -> Self {
        match self {
            Self::Black => Self::White,
            Self::White => Self::Black,
        }
    }

    /// Converts a score for the side to move, `self`, to Black's point of view. This is the only place that does so.
    pub const fn black_view(self, score: i32) -> i32 {
        match self {
            Self::Black => score,
            Self::White => -score,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Black => "black",
            Self::White => "white",
        })
    }
}

/// A board and the colour of the side to move.
///
/// Its text form is a diagram: one line per row from row 1 down, `X` black, `O` white, `-` empty, then the side to
/// move. [`FromStr`] reads it with any white space, including the common one-line form of 64 squares and the side. It
/// also accepts `x`, `*`, `b` and `B` for black, `o`, `w` and `W` for white, and `.` for empty.
///
/// ```
/// use shirokuro_engine::{Position, Side, squares};
///
/// let position = Position::START.play("f5".parse()?)?;
/// assert_eq!(position.side, Side::White);
/// let replies: Vec<String> = squares(position.board.moves()).map(|square| square.to_string()).collect();
/// assert_eq!(replies, ["f4", "d6", "f6"]);
///
/// let diagram = "
///     --------
///     --------
///     --------
///     ---OX---
///     ---XXX--
///     --------
///     --------
///     --------
///     O";
/// assert_eq!(diagram.parse(), Ok(position));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// The discs, from the point of view of the side to move.
    pub board: Board,
    /// The side to move.
    pub side: Side,
}

/// The text is not a position.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParsePositionError {
    /// An invalid character.
    #[error("character {character:?} at place {place} is neither a disc, an empty square nor a side")]
    Character {
        /// The character.
        character: char,
        /// Its place among the characters that are not white space, counted from 0.
        place: usize,
    },
    /// The text does not consist of 64 squares and one side.
    #[error("a position has 64 squares and the side to move, 65 characters in all, not {count}")]
    Length {
        /// The number of characters that are not white space.
        count: usize,
    },
}

impl Position {
    /// The start of a game.
    pub const START: Self = Self { board: Board::START, side: Side::Black };

    /// Returns Black's discs and White's discs.
    pub const fn colours(&self) -> (u64, u64) {
        match self.side {
            Side::Black => (self.board.player(), self.board.opponent()),
            Side::White => (self.board.opponent(), self.board.player()),
        }
    }

    /// Returns the position after a move. The opponent then has the turn even if it can't move: see [`Position::pass`].
    ///
    /// # Errors
    /// The move is illegal.
    pub fn play(&self, square: Square) -> Result<Self, IllegalMove> {
        Ok(Self { board: self.board.play(square)?, side: self.side.opposite() })
    }

    /// Returns the same board with the other side to move.
    pub const fn pass(&self) -> Self {
        Self { board: self.board.pass(), side: self.side.opposite() }
    }

    /// Passes if the side to move has no move and the other side has one; otherwise returns the position unchanged.
    pub fn after_forced_pass(&self) -> Self {
        if self.board.moves() == 0 && self.board.pass().moves() != 0 { self.pass() } else { *self }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (black, white) = self.colours();
        for square in squares(u64::MAX) {
            f.write_str(match square.bit() {
                bit if black & bit != 0 => "X",
                bit if white & bit != 0 => "O",
                _ => "-",
            })?;
            if square.file() == 7 {
                f.write_str("\n")?;
            }
        }
        f.write_str(match self.side {
            Side::Black => "X",
            Side::White => "O",
        })
    }
}

impl FromStr for Position {
    type Err = ParsePositionError;

    fn from_str(text: &str) -> Result<Self, ParsePositionError> {
        let (mut black, mut white) = (0_u64, 0_u64);
        let mut side = None;
        let mut count = 0;
        for character in text.chars().filter(|character| !character.is_whitespace()) {
            let disc = match character {
                'X' | 'x' | '*' | 'b' | 'B' => Some(Side::Black),
                'O' | 'o' | 'w' | 'W' => Some(Side::White),
                '-' | '.' if count < 64 => None,
                _ => return Err(ParsePositionError::Character { character, place: count }),
            };
            match (count, disc) {
                (0..64, Some(Side::Black)) => black |= 1 << count,
                (0..64, Some(Side::White)) => white |= 1 << count,
                (64, _) => side = disc,
                _ => {}
            }
            count += 1;
        }
        match side {
            Some(side) if count == 65 => {
                let (player, opponent) = if side == Side::Black { (black, white) } else { (white, black) };
                Ok(Self { board: Board::new(player, opponent).expect("every square was read once"), side })
            }
            _ => Err(ParsePositionError::Length { count }),
        }
    }
}

/// The text is not a game.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TranscriptError {
    /// Two characters that do not name a square.
    #[error("move {number}: {error}")]
    Square {
        /// The number of the move, counted from 1.
        number: usize,
        /// The error in the name.
        error: ParseSquareError,
    },
    /// An illegal move.
    #[error("move {number}: {error}")]
    Illegal {
        /// The number of the move, counted from 1.
        number: usize,
        /// The reason why it is illegal.
        error: IllegalMove,
    },
}

/// Parses a game from the start position: squares without separators, with optional white space and with passes
/// implied.
///
/// ```
/// use shirokuro_engine::{parse_transcript, transcript};
///
/// assert_eq!(transcript(&parse_transcript("F5 d6 c3")?), "f5d6c3");
/// assert_eq!(parse_transcript("f5f6a1").unwrap_err().to_string(), "move 3: illegal move a1: it flips no disc");
/// # Ok::<(), shirokuro_engine::TranscriptError>(())
/// ```
///
/// # Errors
/// A name is not a square or a move is illegal; the error gives the number of the move.
pub fn parse_transcript(text: &str) -> Result<Vec<Square>, TranscriptError> {
    let characters: Vec<char> = text.chars().filter(|character| !character.is_whitespace()).collect();
    let mut position = Position::START;
    let mut moves = Vec::new();
    for (index, name) in characters.chunks(2).enumerate() {
        let number = index + 1;
        let square = String::from_iter(name).parse().map_err(|error| TranscriptError::Square { number, error })?;
        position =
            position.after_forced_pass().play(square).map_err(|error| TranscriptError::Illegal { number, error })?;
        moves.push(square);
    }
    Ok(moves)
}

/// Formats a game as the names of its squares without separators.
pub fn transcript(moves: &[Square]) -> String {
    moves.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagram_parses_back() {
        let text = Position::START.to_string();
        assert_eq!(text.lines().nth(3), Some("---OX---"));
        assert_eq!(text.parse(), Ok(Position::START));
        let white = Position::START.play("f5".parse().unwrap()).unwrap();
        assert_eq!(white.to_string().parse(), Ok(white));
        assert!(white.to_string().ends_with('O'));
    }

    #[test]
    fn an_invalid_diagram_says_what_is_wrong() {
        let error = |text: &str| text.parse::<Position>().unwrap_err().to_string();
        assert!(error("XO").contains("not 2"));
        assert!(error(&"-".repeat(64)).contains("not 64"));
        assert!(error(&format!("{}?", "-".repeat(5))).contains("'?' at place 5"));
        assert!(error(&format!("{}-", "-".repeat(64))).contains("'-' at place 64"));
        assert!(error(&format!("{}XX", "-".repeat(64))).contains("not 66"));
    }

    #[test]
    fn a_transcript_parses_back_and_an_illegal_move_is_numbered() {
        let moves = parse_transcript("f5 D6c3d3c4").unwrap();
        assert_eq!(transcript(&moves), "f5d6c3d3c4");
        assert_eq!(parse_transcript("f5f6a1").unwrap_err().to_string(), "move 3: illegal move a1: it flips no disc");
        assert!(parse_transcript("f5f").unwrap_err().to_string().starts_with("move 2: \"f\" is not a square"));
    }

    /// The shortest game: Black wipes White out at move 9.
    #[test]
    fn a_transcript_may_end_in_a_wipe_out() {
        let position = parse_transcript("e6f4e3f6g5d6e7f5c5")
            .unwrap()
            .into_iter()
            .fold(Position::START, |position, square| position.play(square).unwrap());
        assert!(position.board.is_over());
        assert_eq!(position.side.black_view(position.board.final_score()), 64);
    }
}
