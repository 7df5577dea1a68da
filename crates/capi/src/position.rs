//! Boards and moves in C's terms.

use crate::error::{Error, SkStatus};
use shirokuro_engine::{Board, Position, Side, Square, parse_transcript};

/// The side that moves first.
pub const SK_BLACK: i32 = 1;

/// The other side.
pub const SK_WHITE: i32 = 2;

/// Stands for a pass, and for the absence of a move.
pub const SK_PASS: i32 = -1;

/// A board and the side to move. Bit 0 of the bit sets is a1, bit 1 is b1 … bit 63 is h8.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkPosition {
    /// Black's discs.
    pub black: u64,
    /// White's discs.
    pub white: u64,
    /// `SK_BLACK` or `SK_WHITE`.
    pub side_to_move: i32,
}

impl From<Position> for SkPosition {
    fn from(position: Position) -> Self {
        let (black, white) = position.colours();
        let side_to_move = if position.side == Side::Black { SK_BLACK } else { SK_WHITE };
        Self { black, white, side_to_move }
    }
}

impl SkPosition {
    /// Converts and checks the position.
    ///
    /// # Errors
    /// The side is unknown, or both sides have a disc on the same square.
    pub fn checked(&self) -> Result<Position, Error> {
        let (side, player, opponent) = match self.side_to_move {
            SK_BLACK => (Side::Black, self.black, self.white),
            SK_WHITE => (Side::White, self.white, self.black),
            other => return Err(Error::argument("side_to_move", other, "1 (black) or 2 (white)")),
        };
        let board = Board::new(player, opponent).map_err(|error| Error::new(SkStatus::InvalidArgument, error))?;
        Ok(Position { board, side })
    }

    /// Returns the position after a move, or after `SK_PASS`; a pass that follows is automatic.
    ///
    /// # Errors
    /// The position is invalid, or the move is illegal.
    pub fn after(&self, square: i32) -> Result<Self, Error> {
        let position = self.checked()?;
        let illegal = |message: &str| Error::new(SkStatus::IllegalMove, message);
        let next = if square == SK_PASS {
            let passed = position.after_forced_pass();
            if passed == position {
                return Err(illegal("illegal pass: the side to move has a move, or the game is over"));
            }
            passed
        } else {
            let square = u8::try_from(square).ok().and_then(Square::new);
            let square = square.ok_or_else(|| illegal("illegal move: not a square from 0 to 63, and not SK_PASS"))?;
            let next = position.play(square).map_err(|error| illegal(&error.to_string()))?;
            next.after_forced_pass()
        };
        Ok(next.into())
    }
}

/// Reads a diagram: 64 squares and the side to move.
///
/// # Errors
/// The text is not a diagram.
pub fn of_diagram(text: &str) -> Result<SkPosition, Error> {
    let position: Result<Position, _> = text.parse();
    position.map(Into::into).map_err(|error| Error::new(SkStatus::InvalidArgument, error))
}

/// Returns the position after moves from the start.
///
/// # Errors
/// A name is not a square, or a move is illegal.
pub fn of_moves(moves: &str) -> Result<SkPosition, Error> {
    let moves = parse_transcript(moves).map_err(|error| Error::new(SkStatus::IllegalMove, error))?;
    moves
        .into_iter()
        .try_fold(Position::START.into(), |position: SkPosition, square| position.after(square.index() as i32))
}
