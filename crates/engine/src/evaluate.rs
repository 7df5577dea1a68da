//! Static evaluation: what a search needs of it, and the plain disc difference.

use crate::board::Board;
use crate::square::{Square, squares};

/// A score for the side to move in 1/[`UNITS_PER_DISC`] disc, from −64 to +64 discs.
pub type Score = i32;

/// Units of a [`Score`] per disc. Weights use the same unit.
pub const UNITS_PER_DISC: Score = 256;

/// The highest score: 64 discs.
pub const MAX_SCORE: Score = 64 * UNITS_PER_DISC;

/// Converts a score to discs.
pub fn discs(score: Score) -> f32 {
    score as f32 / UNITS_PER_DISC as f32
}

/// A static evaluation that a search updates from board to board.
///
/// The inner loops of the search call all methods except [`version`](Self::version), so implementations mark them
/// `#[inline(always)]`.
pub trait Evaluate: Sync {
    /// Per-board state that is updated move by move, which is cheaper than computing it from scratch.
    type Accumulator: Copy;

    /// Returns a number that identifies this state of this evaluator. It changes whenever a score may change.
    fn version(&self) -> u64;

    /// Computes the accumulator of a board from scratch.
    fn accumulator(&self, board: &Board) -> Self::Accumulator;

    /// Returns the accumulator after the move to `square` that flips `flips`.
    fn accumulator_after(&self, accumulator: &Self::Accumulator, square: Square, flips: u64) -> Self::Accumulator;

    /// Returns the accumulator after a pass.
    fn accumulator_after_pass(&self, accumulator: &Self::Accumulator) -> Self::Accumulator;

    /// Evaluates the board after the move to `square` that flips `flips`, for the side that makes the move. `board` and
    /// `accumulator` are those before the move.
    fn leaf(&self, board: &Board, accumulator: &Self::Accumulator, square: Square, flips: u64) -> Score;

    /// Approximates [`Evaluate::leaf`] by the tables of `stage`, 0 to 59, which may differ from the board's. Used to
    /// order moves.
    #[inline(always)]
    fn estimate(
        &self,
        stage: usize,
        board: &Board,
        accumulator: &Self::Accumulator,
        square: Square,
        flips: u64,
    ) -> Score {
        let _ = stage;
        self.leaf(board, accumulator, square, flips)
    }

    /// Evaluates a board for its side to move.
    fn evaluate(&self, board: &Board) -> Score;

    /// Evaluates a board whose accumulator is known.
    #[inline(always)]
    fn evaluate_at(&self, board: &Board, accumulator: &Self::Accumulator) -> Score {
        let _ = accumulator;
        self.evaluate(board)
    }
}

/// An evaluation that a search can be made with: an [`Evaluate`], or a choice among several that is made once per search
/// and not once per board.
pub trait Evaluation: Sync {
    /// Does the work with the evaluator that stands for this evaluation now.
    fn with<W: WithEvaluator>(&self, work: W) -> W::Output;
}

/// Work that is compiled once for each kind of evaluator.
pub trait WithEvaluator {
    /// The result of the work.
    type Output;

    /// Does the work.
    fn run<E: Evaluate>(self, evaluator: &E) -> Self::Output;
}

impl<E: Evaluate> Evaluation for E {
    #[inline(always)]
    fn with<W: WithEvaluator>(&self, work: W) -> W::Output {
        work.run(self)
    }
}

/// Returns the final score of a board that is full or on which one side has no disc.
#[inline(always)]
fn decided(board: &Board) -> Option<Score> {
    let decided = board.player() == 0 || board.opponent() == 0 || board.empty() == 0;
    decided.then(|| board.final_score() * UNITS_PER_DISC)
}

/// With at most this many discs, a side may lose all of them to one move: the evaluation looks for it.
const FEW_DISCS: u32 = 6;

/// Returns the score of a board that is decided, or that the side to move decides at once by taking the last disc.
///
/// Patterns can't see this threat, since it depends on every disc on the board. And positions that allow it are rare in
/// games of players that search, so that their weights would not learn it either.
#[inline(always)]
pub(crate) fn decided_at_once(board: &Board) -> Option<Score> {
    match decided(board) {
        None if board.opponent().count_ones() <= FEW_DISCS && takes_all(board) => Some(MAX_SCORE),
        known => known,
    }
}

/// Checks whether one move of the side to move flips all discs of the other side.
#[cold]
#[inline(never)]
fn takes_all(board: &Board) -> bool {
    squares(board.moves()).any(|square| board.flips(square) == board.opponent())
}

/// The plain disc difference, for tests and for playing without a model.
#[derive(Clone, Copy, Debug)]
pub struct DiscCount;

impl Evaluate for DiscCount {
    type Accumulator = ();

    fn version(&self) -> u64 {
        0
    }

    #[inline(always)]
    fn accumulator(&self, _: &Board) {}

    #[inline(always)]
    fn accumulator_after(&self, (): &(), _: Square, _: u64) {}

    #[inline(always)]
    fn accumulator_after_pass(&self, (): &()) {}

    #[inline(always)]
    fn leaf(&self, board: &Board, (): &(), square: Square, flips: u64) -> Score {
        -self.evaluate(&board.after(square, flips))
    }

    #[inline(always)]
    fn evaluate(&self, board: &Board) -> Score {
        decided(board).unwrap_or_else(|| {
            (board.player().count_ones() as Score - board.opponent().count_ones() as Score) * UNITS_PER_DISC
        })
    }
}
