//! A board with colours, and its text forms.

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
    /// The other player.
    pub const fn opposite(self) -> Self {
        match self {
            Self::Black => Self::White,
            Self::White => Self::Black,
        }
    }

    /// A score of the side to move, `self`, as Black sees it. The one place where scores change their point of view.
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
/// As text it is a diagram: a row a line from row 1 down, `X` black, `O` white, `-` empty, then the side to move. [`FromStr`] reads
/// that with any white space, or the common one-line form of 64 squares and the side; `*`, `b` and `B` stand for black,
/// `w` and `W` for white, `.` for empty as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// The discs, seen from the side to move.
    pub board: Board,
    /// The side to move.
    pub side: Side,
}

/// The text is no position.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParsePositionError {
    /// A character that stands for nothing, and its place among those that are not white space.
    #[error("character {character:?} at place {place} stands for no square's content and no side")]
    Character {
        /// What was read.
        character: char,
        /// 0 for the first character that is not white space.
        place: usize,
    },
    /// Not 64 squares and one side.
    #[error("a position has 64 squares and the side to move, 65 characters in all, not {count}")]
    Length {
        /// How many characters were there, white space not counted.
        count: usize,
    },
}

impl Position {
    /// The start of a game.
    pub const START: Self = Self { board: Board::START, side: Side::Black };

    /// Black's discs and White's discs.
    pub const fn colours(&self) -> (u64, u64) {
        match self.side {
            Side::Black => (self.board.player(), self.board.opponent()),
            Side::White => (self.board.opponent(), self.board.player()),
        }
    }

    /// The position after a move. A side that can't move then still has the turn: see [`Position::pass`].
    ///
    /// # Errors
    /// The move is not legal.
    pub fn play(&self, square: Square) -> Result<Self, IllegalMove> {
        Ok(Self { board: self.board.play(square)?, side: self.side.opposite() })
    }

    /// The same board, the other side to move.
    pub const fn pass(&self) -> Self {
        Self { board: self.board.pass(), side: self.side.opposite() }
    }

    /// The position itself, or after the pass where the side to move has no move and the other side has one.
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
                Ok(Self { board: Board::new(player, opponent).expect("a square was read once"), side })
            }
            _ => Err(ParsePositionError::Length { count }),
        }
    }
}

/// The text is no game.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TranscriptError {
    /// Two characters that name no square.
    #[error("move {number}: {error}")]
    Square {
        /// 1 for the first move.
        number: usize,
        /// What is wrong with the name.
        error: ParseSquareError,
    },
    /// A move that the rules do not allow.
    #[error("move {number}: {error}")]
    Illegal {
        /// 1 for the first move.
        number: usize,
        /// What is wrong with the move.
        error: IllegalMove,
    },
}

/// Reads a game like `f5d6c3d3c4`: squares without separators (white space is allowed), passes implied, from the start position.
///
/// # Errors
/// A name is no square or a move is not legal; the error tells the number of the move.
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

/// The text of a game: the squares' names in a row.
pub fn transcript(moves: &[Square]) -> String {
    moves.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagram_reads_back() {
        let text = Position::START.to_string();
        assert_eq!(text.lines().nth(3), Some("---OX---"));
        assert_eq!(text.parse(), Ok(Position::START));
        let white = Position::START.play("f5".parse().unwrap()).unwrap();
        assert_eq!(white.to_string().parse(), Ok(white));
        assert!(white.to_string().ends_with('O'));
    }

    #[test]
    fn a_wrong_diagram_says_what_is_wrong() {
        let error = |text: &str| text.parse::<Position>().unwrap_err().to_string();
        assert!(error("XO").contains("not 2"));
        assert!(error(&"-".repeat(64)).contains("not 64"));
        assert!(error(&format!("{}?", "-".repeat(5))).contains("'?' at place 5"));
        assert!(error(&format!("{}-", "-".repeat(64))).contains("'-' at place 64"));
        assert!(error(&format!("{}XX", "-".repeat(64))).contains("not 66"));
    }

    #[test]
    fn a_transcript_reads_back_and_an_illegal_move_is_numbered() {
        let moves = parse_transcript("f5 D6c3d3c4").unwrap();
        assert_eq!(transcript(&moves), "f5d6c3d3c4");
        assert_eq!(parse_transcript("f5f6a1").unwrap_err().to_string(), "move 3: illegal move a1: it flips no disc");
        assert!(parse_transcript("f5f").unwrap_err().to_string().starts_with("move 2: \"f\" is no square"));
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
