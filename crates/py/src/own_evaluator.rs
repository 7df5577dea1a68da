//! Evaluations of the caller's: any Python object with a method `evaluate_batch`.
//!
//! The search asks from its own threads. The thread that called it answers, so the object is used by one thread only,
//! and its exceptions are raised where the search was started.

use crate::args::wrong_type;
use crate::board::{SQUARES, seen_by_mover};
use crate::error::value_error;
use crate::returned::numbers;
use numpy::{IntoPyArray, PyArrayMethods};
use pyo3::prelude::*;
use shirokuro_engine::{Board, Evaluate, MAX_SCORE, Score, Square, UNITS_PER_DISC, squares};
use std::collections::HashMap;
use std::sync::mpsc::{Sender, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

/// The number of values that are remembered in a search. One takes about 40 bytes.
const MOST_KNOWN: usize = 1 << 20;

/// Boards to be evaluated, each for its side to move. Dropped without a reply, the search gets meaningless values: it
/// must be about to end.
pub struct Request {
    boards: Vec<Board>,
    reply: SyncSender<Vec<Score>>,
}

impl Request {
    /// Asks the object, and passes its values on.
    ///
    /// # Errors
    ///
    /// The exception of the object; `ValueError` or `TypeError` if it returns something else than a number per board.
    pub fn answer(self, evaluator: &Bound<'_, PyAny>) -> PyResult<()> {
        let values = evaluate_batch(evaluator, &self.boards)?;
        // The search waits for it, or has ended.
        let _ = self.reply.send(values);
        Ok(())
    }
}

/// Checks that an object can evaluate.
pub fn check(evaluator: &Bound<'_, PyAny>) -> PyResult<()> {
    if evaluator.getattr_opt("evaluate_batch")?.is_some_and(|method| method.is_callable()) {
        return Ok(());
    }
    Err(wrong_type("evaluator", evaluator, "an Evaluator, an object with evaluate_batch(boards), or None"))
}

fn evaluate_batch(evaluator: &Bound<'_, PyAny>, boards: &[Board]) -> PyResult<Vec<Score>> {
    const NAME: &str = "evaluator: evaluate_batch returned";
    let squares: Vec<i8> = boards.iter().flat_map(seen_by_mover).collect();
    let array = squares.into_pyarray(evaluator.py()).reshape([boards.len(), SQUARES])?;
    let numbers: Vec<f64> = numbers(&evaluator.call_method1("evaluate_batch", (array,))?, NAME, boards.len())?;
    let score = |(index, &discs): (usize, &f64)| {
        if !discs.is_finite() {
            return Err(value_error(&format!("{NAME} value[{index}]"), discs, "a finite number"));
        }
        Ok(((discs * f64::from(UNITS_PER_DISC)).round() as Score).clamp(-MAX_SCORE, MAX_SCORE))
    };
    numbers.iter().enumerate().map(score).collect()
}

/// The evaluation as the search sees it. All children of a position are evaluated in one call, and remembered.
pub struct OwnEvaluator {
    requests: Sender<Request>,
    known: Mutex<HashMap<Board, Score>>,
}

impl OwnEvaluator {
    /// Creates an evaluator whose requests somebody answers.
    pub fn new(requests: Sender<Request>) -> Self {
        Self { requests, known: Mutex::default() }
    }

    /// Returns the value of one of these boards, which are evaluated together if it is not known yet.
    fn value_among(&self, board: Board, others: impl Iterator<Item = Board>) -> Score {
        if let Some(score) = decided(&board) {
            return score;
        }
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&score) = known().get(&board) {
            return score;
        }
        let boards: Vec<Board> = {
            let known = known();
            let unknown = |other: &Board| *other != board && decided(other).is_none() && !known.contains_key(other);
            std::iter::once(board).chain(others.filter(unknown)).collect()
        };
        let (reply, answer) = sync_channel(1);
        let request = Request { boards: boards.clone(), reply };
        let Some(values) = self.requests.send(request).ok().and_then(|()| answer.recv().ok()) else { return 0 };
        let mut known = known();
        if known.len() + values.len() > MOST_KNOWN {
            known.clear();
        }
        let score = values[0];
        known.extend(boards.into_iter().zip(values));
        score
    }
}

/// Returns the final score of a board that is full or on which one side has no disc.
fn decided(board: &Board) -> Option<Score> {
    let decided = board.player() == 0 || board.opponent() == 0 || board.empty() == 0;
    decided.then(|| board.final_score() * UNITS_PER_DISC)
}

impl Evaluate for OwnEvaluator {
    type Accumulator = ();

    /// Returns a number that no other evaluator has. Nothing is kept from one search to the next.
    fn version(&self) -> u64 {
        u64::MAX
    }

    fn accumulator(&self, _: &Board) {}

    fn accumulator_after(&self, (): &(), _: Square, _: u64) {}

    fn accumulator_after_pass(&self, (): &()) {}

    fn leaf(&self, board: &Board, (): &(), square: Square, flips: u64) -> Score {
        let children = squares(board.moves()).map(|square| board.after(square, board.flips(square)));
        -self.value_among(board.after(square, flips), children)
    }

    fn evaluate(&self, board: &Board) -> Score {
        self.value_among(*board, std::iter::empty())
    }
}
