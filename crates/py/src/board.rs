//! Boards from Python: 64 squares, 0 empty, 1 black, 2 white.

use crate::args::{SideToMove, type_name, wrong_type};
use crate::error::value_error;
use crate::position::PyPosition;
use numpy::{
    PyArrayDescrMethods, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArray, PyUntypedArrayMethods,
};
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyInt, PyList, PySequence, PyString};
use shirokuro_engine::{Board, Position, Side, Square};

/// The number of squares on a board.
pub const SQUARES: usize = 64;

/// Converts a board, with Black to move unless a side is given, or a `Position`, which has its own side to move.
pub fn position(value: &Bound<'_, PyAny>, side: Option<SideToMove>) -> PyResult<Position> {
    named_position(value, "board", side)
}

/// Converts a board as [`position`] does, for a parameter called `name`.
///
/// # Errors
///
/// `ValueError`, also if the given side is not that of the `Position`.
pub fn named_position(value: &Bound<'_, PyAny>, name: &str, side: Option<SideToMove>) -> PyResult<Position> {
    let Ok(position) = value.cast::<PyPosition>() else {
        return board(value, name, side.unwrap_or(SideToMove::BLACK));
    };
    let position = position.get().0;
    match side {
        Some(SideToMove(side)) if side != position.side => {
            let [given, own] = [side, position.side].map(SideToMove::number);
            Err(value_error("side_to_move", given, format_args!("{own}, the side to move of {name}, a Position")))
        }
        _ => Ok(position),
    }
}

/// Converts a board of shape (64,) or (8, 8); errors name the parameter `name`.
fn board(value: &Bound<'_, PyAny>, name: &str, SideToMove(side): SideToMove) -> PyResult<Position> {
    refuse_mask(value, name)?;
    // An int8 array is read in place.
    if let Ok(array) = value.cast::<PyArrayDyn<i8>>()
        && is_board_shape(array.shape())
        && array.is_c_contiguous()
        && let Ok(array) = array.try_readonly()
        && let Ok(squares) = array.as_slice()
        && let Some(squares) = squares.first_chunk()
    {
        return from_squares(squares, side).ok_or_else(|| wrong_square(name, squares.map(i128::from)));
    }
    if let Ok(list) = value.cast_exact::<PyList>()
        && let Some(position) = from_list(list, side)
    {
        return Ok(position);
    }
    let squares: [i128; SQUARES] = if let Ok(bytes) = value.cast::<PyBytes>() {
        let bytes: &[u8] = bytes.as_bytes();
        let squares: &[u8; SQUARES] =
            bytes.try_into().map_err(|_| wrong_shape(name, format_args!("({},)", bytes.len())))?;
        squares.map(i128::from)
    } else if let Ok(array) = value.cast::<PyUntypedArray>() {
        if !is_board_shape(array.shape()) {
            return Err(wrong_shape(name, shape_text(array.shape())));
        }
        let array = Integers::of(array, name)?;
        let squares: &[i64; SQUARES] = array.as_slice()?.first_chunk().expect("64 squares by its shape");
        squares.map(|square| array.value(square))
    } else {
        from_sequence(value, name)?
    };
    let narrow = squares.map(|square| i8::try_from(square).unwrap_or(-1));
    from_squares(&narrow, side).ok_or_else(|| wrong_square(name, squares))
}

/// Reads a list of 64 squares by comparing objects: Python has one object each for the small integers. Returns `None`
/// for any other list, which may be a board all the same.
fn from_list(list: &Bound<'_, PyList>, side: Side) -> Option<Position> {
    if list.len() != SQUARES {
        return None;
    }
    let [empty, black, white] = [0u8, 1, 2].map(|number| PyInt::new(list.py(), number));
    let (mut blacks, mut whites, mut others) = (0u64, 0u64, 0u64);
    for square in list {
        let (is_black, is_white) = (square.is(&black), square.is(&white));
        blacks = blacks >> 1 | u64::from(is_black) << 63;
        whites = whites >> 1 | u64::from(is_white) << 63;
        others |= u64::from(!(is_black || is_white || square.is(&empty)));
    }
    if others == 0 { of_colours(blacks, whites, side) } else { None }
}

/// Packs a board's squares into two bit sets, the side to move first; `None` if a square is not 0, 1 or 2.
#[inline]
pub fn from_squares(squares: &[i8; SQUARES], side: Side) -> Option<Position> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    // Gathers bit 0 of each byte into the top byte: the multiplication moves byte k's bit to bit 56 + k.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (mut black, mut white, mut wrong) = (0u64, 0u64, 0u64);
    for (rank, row) in squares.as_chunks::<8>().0.iter().enumerate() {
        let row = u64::from_le_bytes(row.map(i8::cast_unsigned));
        let (ones, twos) = (row & LOW, row >> 1 & LOW);
        wrong |= (row & !(3 * LOW)) | (ones & twos);
        black |= (ones.wrapping_mul(GATHER) >> 56) << (8 * rank);
        white |= (twos.wrapping_mul(GATHER) >> 56) << (8 * rank);
    }
    if wrong == 0 { of_colours(black, white, side) } else { None }
}

/// Returns the squares of a board as its side to move sees them: 0 empty, 1 the side to move, 2 the other side.
pub fn seen_by_mover(board: &Board) -> impl Iterator<Item = i8> + use<> {
    let (player, opponent) = (board.player(), board.opponent());
    (0..SQUARES).map(move |square| (player >> square & 1) as i8 + 2 * (opponent >> square & 1) as i8)
}

/// Creates a position from each colour's discs; `None` if they overlap.
#[inline]
fn of_colours(black: u64, white: u64, side: Side) -> Option<Position> {
    let (player, opponent) = match side {
        Side::Black => (black, white),
        Side::White => (white, black),
    };
    Some(Position { board: Board::new(player, opponent).ok()?, side })
}

/// An integer array as int64 in C order. Unsigned numbers beyond int64 become negative. It is a copy unless the array
/// has this type already.
pub struct Integers<'py> {
    array: PyReadonlyArrayDyn<'py, i64>,
    unsigned: bool,
}

impl<'py> Integers<'py> {
    /// Converts an array with its current content.
    ///
    /// # Errors
    ///
    /// `TypeError` if it is not an array of integers.
    pub fn of(array: &Bound<'py, PyUntypedArray>, name: &str) -> PyResult<Self> {
        let kind = array.dtype().kind();
        if kind != b'i' && kind != b'u' {
            let dtype = array.dtype();
            return Err(wrong_type_text(name, format_args!("an array of {dtype}")));
        }
        let wide = array.call_method1("astype", ("int64", "C", "unsafe", true, false))?;
        let array = wide.cast_into::<PyArrayDyn<i64>>().map_err(PyErr::from)?.readonly();
        Ok(Self { array, unsigned: kind == b'u' })
    }

    /// Returns the numbers.
    pub fn as_slice(&self) -> PyResult<&[i64]> {
        Ok(self.array.as_slice()?)
    }

    /// Returns a number as it was in the array.
    pub fn value(&self, number: i64) -> i128 {
        if self.unsigned { i128::from(number.cast_unsigned()) } else { i128::from(number) }
    }
}

/// Reads 64 integers, or 8 rows of 8.
fn from_sequence(value: &Bound<'_, PyAny>, name: &str) -> PyResult<[i128; SQUARES]> {
    if !is_sequence(value) {
        return Err(wrong_type(name, value, "an array or a sequence of integers"));
    }
    let mut squares = [0; SQUARES];
    match value.len()? {
        SQUARES => {
            for (index, square) in squares.iter_mut().enumerate() {
                *square = integer(&value.get_item(index)?, name, index)?;
            }
        }
        8 => {
            for rank in 0..8 {
                let row = value.get_item(rank)?;
                let length = if is_sequence(&row) { row.len()? } else { return Err(wrong_shape(name, "(8,)")) };
                if length != 8 {
                    return Err(wrong_shape(name, format_args!("of 8 rows, row {rank} of length {length}")));
                }
                for file in 0..8 {
                    let index = 8 * rank + file;
                    squares[index] = integer(&row.get_item(file)?, name, index)?;
                }
            }
        }
        length => return Err(wrong_shape(name, format_args!("({length},)"))),
    }
    Ok(squares)
}

/// Checks whether a value has a length and indexed items: a sequence other than text, or an array, which is not a
/// `Sequence` to Python.
pub fn is_sequence(value: &Bound<'_, PyAny>) -> bool {
    let sequence = value.cast::<PySequence>().is_ok() && !value.is_instance_of::<PyString>();
    sequence || value.cast::<PyUntypedArray>().is_ok()
}

/// Refuses an array that says which of its numbers do not count: nothing here would look at its mask.
///
/// # Errors
///
/// `TypeError` for a masked array, even if its mask is empty.
pub fn refuse_mask(value: &Bound<'_, PyAny>, name: &str) -> PyResult<()> {
    // Plain arrays, the usual case, take one comparison.
    if value.is_exact_instance_of::<PyUntypedArray>() || value.cast::<PyUntypedArray>().is_err() {
        return Ok(());
    }
    if value.is_instance(&value.py().import("numpy.ma")?.getattr("MaskedArray")?)? {
        return Err(PyTypeError::new_err(format!(
            "{name}: must be an array without a mask, not a {}: fill it first, as in {name}.filled(0)",
            type_name(value)
        )));
    }
    Ok(())
}

fn integer(value: &Bound<'_, PyAny>, name: &str, index: usize) -> PyResult<i128> {
    match value.extract::<i64>() {
        Ok(square) if !value.is_instance_of::<PyBool>() => Ok(square.into()),
        Err(error) if error.is_instance_of::<PyOverflowError>(value.py()) => Err(wrong_value(name, index, value)),
        _ => Err(wrong_type_text(name, format_args!("{} at {}", type_name(value), place(index)))),
    }
}

fn is_board_shape(shape: &[usize]) -> bool {
    shape == [SQUARES] || shape == [8, 8]
}

/// Returns a square's name and index: "c4 (index 26)".
fn place(index: usize) -> String {
    Square::new(index as u8).map_or_else(String::new, |square| format!("{square} (index {index})"))
}

fn wrong_value(name: &str, index: usize, value: impl std::fmt::Display) -> PyErr {
    value_error(&format!("{name}: {}", place(index)), value, "0 (empty), 1 (black) or 2 (white)")
}

/// Creates the error for the first square that is not 0, 1 or 2.
pub fn wrong_square(name: &str, squares: impl IntoIterator<Item = i128>) -> PyErr {
    let mut squares = squares.into_iter().enumerate();
    let (index, value) = squares.find(|(_, value)| !(0..=2).contains(value)).unwrap_or_default();
    wrong_value(name, index, value)
}

/// Creates the error for a board of another shape.
pub fn wrong_shape(name: &str, shape: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(format!("{name}: shape {shape}: must be (64,) or (8, 8)"))
}

fn wrong_type_text(name: &str, what: impl std::fmt::Display) -> PyErr {
    PyTypeError::new_err(format!("{name}: must be of integers, not {what}"))
}

/// Formats a shape as Python does.
pub fn shape_text(shape: &[usize]) -> String {
    match shape {
        [one] => format!("({one},)"),
        more => format!("({})", more.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
    }
}
