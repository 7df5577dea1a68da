//! Evaluating many boards at once.

use crate::args::{SideToMove, wrong_type};
use crate::board::{
    Integers, SQUARES, from_squares, is_sequence, named_position, refuse_mask, shape_text, wrong_square,
};
use crate::error::{memory_error, value_error};
use crate::pool;
use numpy::{PyArray1, PyArrayDyn, PyArrayMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;
use shirokuro_engine::{Board, PatternEvaluator, STAGES, Side, require_memory, try_with_capacity};

/// The number of boards that one thread reads, sorts and evaluates at a time: enough that each stage has some.
const CHUNK: usize = 1 << 14;
/// Up to this number of boards, waking other threads and sorting cost more than they save.
const ALONE: usize = 1 << 12;

/// The sides to move: not given, one for all boards, or one per board.
enum Sides {
    None,
    One(SideToMove),
    Each(Vec<SideToMove>),
}

impl Sides {
    fn given(&self, board: usize) -> Option<SideToMove> {
        match self {
            Self::None => None,
            Self::One(side) => Some(*side),
            Self::Each(sides) => Some(sides[board]),
        }
    }

    fn of(&self, board: usize) -> Side {
        self.given(board).unwrap_or(SideToMove::BLACK).0
    }
}

/// Evaluates boards of shape (N, 64) or (N, 8, 8), in discs, each for its side to move.
pub fn evaluate<'py>(
    evaluator: &PatternEvaluator,
    boards: &Bound<'py, PyAny>,
    side_to_move: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyArray1<f32>>> {
    let py = boards.py();
    refuse_mask(boards, "boards")?;
    let values = if let Ok(array) = boards.cast::<PyUntypedArray>() {
        let count = match array.shape() {
            &[count, SQUARES] | &[count, 8, 8] => count,
            shape => return Err(wrong_shape(shape)),
        };
        let sides = sides(side_to_move, count)?;
        if let Ok(array) = boards.cast::<PyArrayDyn<i8>>()
            && array.is_c_contiguous()
            && let Ok(array) = array.try_readonly()
            && let Ok(squares) = array.as_slice()
        {
            in_parallel(py, count, || evaluate_boards(evaluator, count, read_squares(squares, &sides)))?
                .map_err(|board| wrong_board(board, squares, i128::from))?
        } else {
            let array = Integers::of(array, "boards")?;
            let wide = array.as_slice()?;
            let mut squares: Vec<i8> =
                try_with_capacity(wide.len(), "the boards").map_err(|error| memory_error(&error))?;
            squares.extend(wide.iter().map(|&square| i8::try_from(square).unwrap_or(-1)));
            in_parallel(py, count, || evaluate_boards(evaluator, count, read_squares(&squares, &sides)))?
                .map_err(|board| wrong_board(board, wide, |square| array.value(square)))?
        }
    } else {
        if !is_sequence(boards) {
            return Err(wrong_type("boards", boards, "an array or a sequence of boards"));
        }
        let count = boards.len()?;
        let sides = sides(side_to_move, count)?;
        let read = |board| {
            let item = boards.get_item(board)?;
            let position = named_position(&item, &format!("boards[{board}]"), sides.given(board));
            position.map(|position| position.board)
        };
        let boards: Vec<Board> = (0..count).map(read).collect::<PyResult<_>>()?;
        in_parallel(py, count, || evaluate_boards(evaluator, count, |board| Some(boards[board])))?
            .expect("every board was read")
    };
    Ok(PyArray1::from_vec(py, values))
}

/// Runs the work for this number of boards without the interpreter, in the pool if that pays off.
fn in_parallel<T: Send>(py: Python<'_>, boards: usize, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    if boards <= ALONE {
        return Ok(py.detach(work));
    }
    require_memory(boards * size_of::<f32>(), "the values of the boards").map_err(|error| memory_error(&error))?;
    let threads = pool::threads(py)?;
    Ok(py.detach(|| threads.install(work)))
}

/// Returns a function that reads a board of 64 squares by its index.
fn read_squares<'a>(squares: &'a [i8], sides: &'a Sides) -> impl Fn(usize) -> Option<Board> + Sync + 'a {
    let boards = squares.as_chunks::<SQUARES>().0;
    move |board| from_squares(&boards[board], sides.of(board)).map(|position| position.board)
}

/// Evaluates the boards; the error is the index of the first one that is invalid.
fn evaluate_boards(
    evaluator: &PatternEvaluator,
    count: usize,
    read: impl Fn(usize) -> Option<Board> + Sync,
) -> Result<Vec<f32>, usize> {
    let mut values = vec![0.0; count];
    let chunk = |(number, values): (usize, &mut [f32])| {
        let first = number * CHUNK;
        let boards: Result<Vec<Board>, usize> =
            (first..first + values.len()).map(|board| read(board).ok_or(board)).collect();
        boards.map(|boards| evaluate_chunk(evaluator, &boards, values))
    };
    if count <= ALONE {
        chunk((0, &mut values))?;
    } else {
        // If several chunks hold an invalid board, the first one is reported.
        values.par_chunks_mut(CHUNK).enumerate().map(chunk).reduce(|| Ok(()), Result::and)?;
    }
    Ok(values)
}

/// Evaluates boards on this thread. Many boards are evaluated stage by stage, because one stage's tables fit a core's
/// cache.
fn evaluate_chunk(evaluator: &PatternEvaluator, boards: &[Board], values: &mut [f32]) {
    if boards.len() <= ALONE {
        return evaluator.evaluate_many(boards, values);
    }
    let order = by_stage(boards);
    let sorted: Vec<Board> = order.iter().map(|&board| boards[board as usize]).collect();
    let mut sorted_values = vec![0.0; boards.len()];
    evaluator.evaluate_many(&sorted, &mut sorted_values);
    for (&board, value) in order.iter().zip(sorted_values) {
        values[board as usize] = value;
    }
}

/// Returns the boards' indices ordered by stage, by a counting sort.
fn by_stage(boards: &[Board]) -> Vec<u32> {
    let mut places = [0; STAGES + 1];
    for board in boards {
        places[board.stage() + 1] += 1;
    }
    for stage in 0..STAGES {
        places[stage + 1] += places[stage];
    }
    let mut order = vec![0; boards.len()];
    for (number, board) in boards.iter().enumerate() {
        let place = &mut places[board.stage()];
        order[*place] = number as u32;
        *place += 1;
    }
    order
}

/// Converts one side, or an array or sequence with one side per board.
fn sides(value: Option<&Bound<'_, PyAny>>, count: usize) -> PyResult<Sides> {
    let Some(value) = value else { return Ok(Sides::None) };
    refuse_mask(value, "side_to_move")?;
    let sides: Vec<SideToMove> = if let Ok(array) = value.cast::<PyUntypedArray>() {
        if array.ndim() == 0 {
            return value.extract().map(Sides::One);
        }
        if array.ndim() != 1 {
            let shape = shape_text(array.shape());
            return Err(PyValueError::new_err(format!("side_to_move: shape {shape}: must be ({count},)")));
        }
        let array = Integers::of(array, "side_to_move")?;
        let side = |(index, &number): (usize, &i64)| {
            let side = SideToMove::from_number(number);
            side.ok_or_else(|| {
                value_error(&format!("side_to_move[{index}]"), array.value(number), "1 (black) or 2 (white)")
            })
        };
        array.as_slice()?.iter().enumerate().map(side).collect::<PyResult<_>>()?
    } else if is_sequence(value) {
        (0..value.len()?).map(|index| value.get_item(index)?.extract()).collect::<PyResult<_>>()?
    } else {
        return value.extract().map(Sides::One);
    };
    if sides.len() != count {
        let length = sides.len();
        return Err(PyValueError::new_err(format!(
            "side_to_move: {length} sides: must be one side, or {count}, one for each board"
        )));
    }
    Ok(Sides::Each(sides))
}

fn wrong_board<T: Copy>(board: usize, squares: &[T], value: impl Fn(T) -> i128) -> PyErr {
    let squares = squares[board * SQUARES..][..SQUARES].iter();
    wrong_square(&format!("boards[{board}]"), squares.map(|&square| value(square)))
}

fn wrong_shape(shape: &[usize]) -> PyErr {
    PyValueError::new_err(format!("boards: shape {}: must be (N, 64) or (N, 8, 8)", shape_text(shape)))
}
