//! The trained evaluation: reading the weights of a position's features.
//!
//! There are two readers. That of the [shipped patterns](crate::PATTERNS) knows their tables when it is compiled, and
//! that of any other patterns looks them up. Which one it is is decided once for each search, never for each board.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::AtomicU16;
use std::sync::atomic::Ordering::Relaxed;

use crate::board::Board;
use crate::evaluate::{Evaluate, Evaluation, MAX_SCORE, Score, WithEvaluator, decided_at_once, discs};
use crate::indices::{Indices, Lanes, MAX_FEATURES, PlaceValues};
use crate::kernel::{Kernel, Task, dispatch};
use crate::pattern::{Extract, PatternSet};
use crate::prefetch::prefetch;
use crate::shipped::{FEATURES, OFFSETS, PLACE_VALUES, ROTATIONS};
use crate::square::Square;
use crate::weights::{WINDOW, Weights};

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
        self.with(One(board))
    }

    /// Evaluates many boards as [`PatternEvaluator::evaluate`] does, in discs.
    ///
    /// # Panics
    /// The slices have different lengths.
    pub fn evaluate_many(&self, boards: &[Board], values: &mut [f32]) {
        assert_eq!(boards.len(), values.len(), "boards and values have the same length");
        self.with(Many { boards, values });
    }
}

impl Evaluation for PatternEvaluator {
    #[inline]
    fn with<W: WithEvaluator>(&self, work: W) -> W::Output {
        match self.weights.reader() {
            AnyReader::Shipped(reader) => work.run(&reader),
            AnyReader::Own(reader) => work.run(&reader),
        }
    }
}

struct One<'a>(&'a Board);

impl WithEvaluator for One<'_> {
    type Output = Score;

    fn run<E: Evaluate>(self, evaluator: &E) -> Score {
        dispatch(OneTask { evaluator, board: self.0 })
    }
}

struct OneTask<'a, E> {
    evaluator: &'a E,
    board: &'a Board,
}

impl<E: Evaluate> Task for OneTask<'_, E> {
    type Output = Score;

    #[inline(always)]
    fn run<K: Kernel>(self, _: K) -> Score {
        self.evaluator.evaluate(self.board)
    }
}

struct Many<'a> {
    boards: &'a [Board],
    values: &'a mut [f32],
}

impl WithEvaluator for Many<'_> {
    type Output = ();

    fn run<E: Evaluate>(self, evaluator: &E) {
        dispatch(ManyTask { evaluator, boards: self.boards, values: self.values });
    }
}

struct ManyTask<'a, E> {
    evaluator: &'a E,
    boards: &'a [Board],
    values: &'a mut [f32],
}

impl<E: Evaluate> Task for ManyTask<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<K: Kernel>(self, _: K) {
        for (board, value) in self.boards.iter().zip(self.values) {
            *value = discs(self.evaluator.evaluate(board));
        }
    }
}

/// How a reader finds the tables of its patterns.
///
/// The methods are for [`TableReader`], which knows that the weights are those of the layout.
pub trait Layout: Copy + Sync {
    /// One index for each feature; those beyond the features of the patterns are 0.
    type Indices: AsRef<[u16]> + Copy + std::fmt::Debug + PartialEq + Send + Sync + 'static;

    /// The indices of no position.
    const NONE: Self::Indices;

    /// Returns the place values of the features' digits.
    #[doc(hidden)]
    fn values(&self) -> &PlaceValues;

    /// Returns the first indices in the lanes of a vector.
    #[doc(hidden)]
    fn indices(lanes: [u16; MAX_FEATURES]) -> Self::Indices;

    /// Returns the sum of the weights of a stage, 0 to 59, that the indices select.
    #[doc(hidden)]
    fn sum(&self, weights: &Weights, stage: usize, indices: &[u16]) -> Score;

    /// Prefetches these weights.
    #[doc(hidden)]
    fn prefetch(&self, weights: &Weights, stage: usize, indices: &[u16]);
}

/// Reads the tables of some weights.
#[derive(Clone, Copy, Debug)]
pub struct TableReader<'a, L> {
    weights: &'a Weights,
    layout: L,
}

/// The reader of some weights, by the kind of their patterns.
#[derive(Clone, Copy, Debug)]
pub enum AnyReader<'a> {
    /// They are those of the shipped patterns.
    Shipped(TableReader<'a, Shipped>),
    /// They are those of other patterns.
    Own(TableReader<'a, Own<'a>>),
}

impl Weights {
    /// Returns the reader of these weights.
    #[inline]
    pub fn reader(&self) -> AnyReader<'_> {
        let patterns: &PatternSet = self.patterns();
        if patterns.is_shipped() {
            AnyReader::Shipped(TableReader { weights: self, layout: Shipped })
        } else {
            AnyReader::Own(TableReader { weights: self, layout: Own(patterns) })
        }
    }
}

impl<L: Layout> TableReader<'_, L> {
    /// Returns the indices of a board's features for the side to move.
    pub fn indices(&self, board: &Board) -> L::Indices {
        L::indices(dispatch(Extract { values: self.layout.values(), board }).0)
    }

    /// Returns the unclamped evaluation of a board from its stage, 0 to 59, and its [indices](Self::indices).
    ///
    /// # Panics
    /// The stage is out of range.
    #[inline]
    pub fn weight_sum(&self, stage: usize, indices: &L::Indices) -> Score {
        self.layout.sum(self.weights, stage, indices.as_ref())
    }

    /// Prefetches the weights that [`weight_sum`](Self::weight_sum) reads.
    ///
    /// # Panics
    /// The stage is out of range.
    #[inline]
    pub fn prefetch(&self, stage: usize, indices: &L::Indices) {
        self.layout.prefetch(self.weights, stage, indices.as_ref());
    }

    #[inline(always)]
    fn sum(&self, stage: usize, indices: &Lanes) -> Score {
        // Forces the indices through memory: extracting them from vector registers made an evaluation in a search a
        // third slower.
        let indices = black_box(indices);
        self.layout.sum(self.weights, stage, &indices.0).clamp(-MAX_SCORE, MAX_SCORE)
    }
}

impl<L: Layout> Evaluate for TableReader<'_, L> {
    type Accumulator = Indices;

    fn version(&self) -> u64 {
        self.weights.version()
    }

    #[inline(always)]
    fn accumulator(&self, board: &Board) -> Indices {
        Indices::of(self.layout.values(), board)
    }

    #[inline(always)]
    fn accumulator_after(&self, accumulator: &Indices, square: Square, flips: u64) -> Indices {
        accumulator.after(self.layout.values(), square, flips)
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
            None => -self.sum(child.stage(), &accumulator.own_after(self.layout.values(), square, flips)),
        }
    }

    #[inline(always)]
    fn estimate(&self, stage: usize, _: &Board, accumulator: &Indices, square: Square, flips: u64) -> Score {
        -self.sum(stage, &accumulator.own_after(self.layout.values(), square, flips))
    }

    #[inline(always)]
    fn evaluate(&self, board: &Board) -> Score {
        // No closure here: it would not be inlined, and so not be compiled for the kernel's instructions.
        match decided_at_once(board) {
            Some(score) => score,
            None => self.sum(board.stage(), &self.layout.values().own_indices(board)),
        }
    }

    #[inline(always)]
    fn evaluate_at(&self, board: &Board, accumulator: &Indices) -> Score {
        match decided_at_once(board) {
            Some(score) => score,
            None => self.sum(board.stage(), accumulator.own()),
        }
    }
}

/// The layout of the shipped patterns.
#[derive(Clone, Copy, Debug)]
pub struct Shipped;

impl Layout for Shipped {
    type Indices = [u16; FEATURES];

    const NONE: Self::Indices = [0; FEATURES];

    #[inline(always)]
    fn values(&self) -> &PlaceValues {
        &PLACE_VALUES
    }

    #[inline(always)]
    fn indices(lanes: [u16; MAX_FEATURES]) -> Self::Indices {
        *first(&lanes)
    }

    #[inline(always)]
    fn sum(&self, weights: &Weights, stage: usize, indices: &[u16]) -> Score {
        let (window, indices) = (weights.window(stage), first(indices));
        // Written out, as the compiler does not unroll a loop over all features, which took a tenth longer.
        let corners = read::<0>(window, indices) + read::<1>(window, indices) + read::<2>(window, indices);
        let edges = read::<3>(window, indices) + read::<4>(window, indices) + read::<5>(window, indices);
        let inner = read::<6>(window, indices) + read::<7>(window, indices) + read::<8>(window, indices);
        let rows = read::<9>(window, indices) + read::<10>(window, indices) + read::<11>(window, indices);
        let sum = corners + edges + inner + rows + read::<12>(window, indices) + read::<13>(window, indices);
        sum - FEATURES as Score * Score::from(Weights::NEUTRAL)
    }

    #[inline(always)]
    fn prefetch(&self, weights: &Weights, stage: usize, indices: &[u16]) {
        let window = weights.window(stage);
        for (feature, &index) in first(indices).iter().enumerate() {
            prefetch(&window[OFFSETS[feature / ROTATIONS] + usize::from(index)]);
        }
    }
}

#[inline(always)]
fn first(indices: &[u16]) -> &[u16; FEATURES] {
    indices.first_chunk().expect("there is an index for each feature")
}

/// Sums a pattern's weights over its rotations.
#[inline(always)]
fn read<const PATTERN: usize>(window: &[AtomicU16; WINDOW], indices: &[u16; FEATURES]) -> Score {
    let offset = const { OFFSETS[PATTERN] };
    let weight = |rotation: usize| {
        let index = indices[const { PATTERN * ROTATIONS } + rotation];
        Score::from(window[offset + usize::from(index)].load(Relaxed))
    };
    (weight(0) + weight(1)) + (weight(2) + weight(3))
}

/// The layout of any patterns.
#[derive(Clone, Copy, Debug)]
pub struct Own<'a>(&'a PatternSet);

impl Layout for Own<'_> {
    type Indices = [u16; MAX_FEATURES];

    const NONE: Self::Indices = [0; MAX_FEATURES];

    #[inline(always)]
    fn values(&self) -> &PlaceValues {
        self.0.values()
    }

    #[inline(always)]
    fn indices(lanes: [u16; MAX_FEATURES]) -> Self::Indices {
        lanes
    }

    #[inline(always)]
    fn sum(&self, weights: &Weights, stage: usize, indices: &[u16]) -> Score {
        let entries = weights.entries_from(stage, self.0.stage_entries());
        let mut sum = 0;
        for (&offset, &index) in self.0.offsets().iter().zip(indices) {
            sum += Score::from(entries[offset as usize + usize::from(index)].load(Relaxed));
        }
        sum - self.0.offsets().len() as Score * Score::from(Weights::NEUTRAL)
    }

    #[inline(always)]
    fn prefetch(&self, weights: &Weights, stage: usize, indices: &[u16]) {
        let entries = weights.entries_from(stage, self.0.stage_entries());
        for (&offset, &index) in self.0.offsets().iter().zip(indices) {
            prefetch(&entries[offset as usize + usize::from(index)]);
        }
    }
}
