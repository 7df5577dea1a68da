//! Static evaluation: the trained patterns, and the plain disc difference.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::AtomicU16;
use std::sync::atomic::Ordering::Relaxed;

use crate::board::Board;
use crate::kernel::{Kernel, Task, dispatch};
use crate::pattern::{FEATURES, Indices, Lanes, PATTERN_LIST, ROTATIONS, own_indices, pattern_of};
use crate::prefetch::prefetch;
use crate::square::{Square, squares};
use crate::weights::{WINDOW, Weights};

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
fn decided_at_once(board: &Board) -> Option<Score> {
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

/// The trained evaluation: the sum of the weights of a position's features.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::Ordering;
/// use shirokuro_engine::{Board, PatternEvaluator, Weights, discs, feature_indices};
///
/// let evaluator = PatternEvaluator::new(Arc::new(Weights::neutral()?));
/// assert_eq!(evaluator.evaluate(&Board::START), 0);
///
/// // The first feature reads the table of the first pattern: half a disc more for the entry that it reads here.
/// let entry = usize::from(feature_indices(&Board::START)[0]);
/// let table = evaluator.weights.table(Board::START.stage(), 0);
/// table[entry].store(Weights::NEUTRAL + 128, Ordering::Relaxed);
/// evaluator.weights.changed();
///
/// // Two of the four rotations read that entry, the other two its mirror image.
/// assert_eq!(discs(evaluator.evaluate(&Board::START)), 1.0);
/// # Ok::<(), shirokuro_engine::OutOfMemory>(())
/// ```
#[derive(Clone, Debug)]
pub struct PatternEvaluator {
    /// The tables, which a trainer may share.
    pub weights: Arc<Weights>,
}

impl PatternEvaluator {
    /// Creates an evaluator that reads these tables.
    pub fn new(weights: Arc<Weights>) -> Self {
        Self { weights }
    }

    /// Evaluates a board for its side to move. A board that is full or on which one side has no disc has its final
    /// score. A board on which the side to move can take the last disc, of at most six, is won by 64 discs. Any other
    /// has the sum of its weights, clamped to ±64 discs. The score is the same for all eight symmetries of the board.
    pub fn evaluate(&self, board: &Board) -> Score {
        dispatch(One { evaluator: self, board })
    }

    /// Evaluates many boards as [`PatternEvaluator::evaluate`] does, in discs.
    ///
    /// # Panics
    /// The slices have different lengths.
    pub fn evaluate_many(&self, boards: &[Board], values: &mut [f32]) {
        assert_eq!(boards.len(), values.len(), "boards and values have the same length");
        dispatch(Many { evaluator: self, boards, values });
    }

    #[inline(always)]
    fn sum(&self, stage: usize, indices: &Lanes) -> Score {
        let window = self.weights.window(stage);
        // Forces the indices through memory: extracting them from vector registers made an evaluation in a search a
        // third slower.
        let indices = black_box(indices);
        unlimited_sum(window, &indices.0).clamp(-MAX_SCORE, MAX_SCORE)
    }
}

/// Returns the unclamped evaluation of a board from its stage, 0 to 59, and its
/// [`feature_indices`](crate::feature_indices).
///
/// # Panics
/// The stage is out of range.
pub fn weight_sum(weights: &Weights, stage: usize, indices: &[u16; FEATURES]) -> Score {
    unlimited_sum(weights.window(stage), indices)
}

/// Prefetches the weights that [`weight_sum`] reads.
///
/// # Panics
/// The stage is out of range.
pub fn prefetch_weights(weights: &Weights, stage: usize, indices: &[u16; FEATURES]) {
    let window = weights.window(stage);
    for (feature, &index) in indices.iter().enumerate() {
        prefetch(&window[PATTERN_LIST[pattern_of(feature)].offset() + usize::from(index)]);
    }
}

#[inline(always)]
fn unlimited_sum<const N: usize>(window: &[AtomicU16; WINDOW], indices: &[u16; N]) -> Score {
    // Written out, as the compiler does not unroll a loop over all features, which took a tenth longer.
    let corners = read::<0, N>(window, indices) + read::<1, N>(window, indices) + read::<2, N>(window, indices);
    let edges = read::<3, N>(window, indices) + read::<4, N>(window, indices) + read::<5, N>(window, indices);
    let inner = read::<6, N>(window, indices) + read::<7, N>(window, indices) + read::<8, N>(window, indices);
    let rows = read::<9, N>(window, indices) + read::<10, N>(window, indices) + read::<11, N>(window, indices);
    let sum = corners + edges + inner + rows + read::<12, N>(window, indices) + read::<13, N>(window, indices);
    sum - FEATURES as Score * Score::from(Weights::NEUTRAL)
}

/// Sums a pattern's weights over its rotations.
#[inline(always)]
fn read<const PATTERN: usize, const N: usize>(window: &[AtomicU16; WINDOW], indices: &[u16; N]) -> Score {
    let offset = const { PATTERN_LIST[PATTERN].offset() };
    let weight = |rotation: usize| {
        let index = indices[const { PATTERN * ROTATIONS } + rotation];
        Score::from(window[offset + usize::from(index)].load(Relaxed))
    };
    (weight(0) + weight(1)) + (weight(2) + weight(3))
}

struct One<'a> {
    evaluator: &'a PatternEvaluator,
    board: &'a Board,
}

impl Task for One<'_> {
    type Output = Score;
    #[inline(always)]
    fn run<K: Kernel>(self, _: K) -> Score {
        Evaluate::evaluate(self.evaluator, self.board)
    }
}

struct Many<'a> {
    evaluator: &'a PatternEvaluator,
    boards: &'a [Board],
    values: &'a mut [f32],
}

impl Task for Many<'_> {
    type Output = ();
    #[inline(always)]
    fn run<K: Kernel>(self, _: K) {
        for (board, value) in self.boards.iter().zip(self.values) {
            *value = discs(Evaluate::evaluate(self.evaluator, board));
        }
    }
}

impl Evaluate for PatternEvaluator {
    type Accumulator = Indices;

    fn version(&self) -> u64 {
        self.weights.version()
    }

    #[inline(always)]
    fn accumulator(&self, board: &Board) -> Indices {
        Indices::of(board)
    }

    #[inline(always)]
    fn accumulator_after(&self, accumulator: &Indices, square: Square, flips: u64) -> Indices {
        accumulator.after(square, flips)
    }

    #[inline(always)]
    fn accumulator_after_pass(&self, accumulator: &Indices) -> Indices {
        accumulator.pass()
    }

    #[inline(always)]
    fn leaf(&self, board: &Board, accumulator: &Indices, square: Square, flips: u64) -> Score {
        let child = board.after(square, flips);
        match decided_at_once(&child) {
            Some(score) => -score,
            None => -self.sum(child.stage(), &accumulator.own_after(square, flips)),
        }
    }

    #[inline(always)]
    fn estimate(&self, stage: usize, _: &Board, accumulator: &Indices, square: Square, flips: u64) -> Score {
        -self.sum(stage, &accumulator.own_after(square, flips))
    }

    #[inline(always)]
    fn evaluate(&self, board: &Board) -> Score {
        // No closure here: it would not be inlined, and so not be compiled for the kernel's instructions.
        match decided_at_once(board) {
            Some(score) => score,
            None => self.sum(board.stage(), &own_indices(board)),
        }
    }
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
