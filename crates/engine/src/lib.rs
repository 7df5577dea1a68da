//! The rules of Othello, the pattern evaluation and the search of shirokuro.
//!
//! The crate only computes: time management, files and training live elsewhere.
//!
//! - [`Square`], [`Board`], [`Position`]: the rules, checked by [`perft`].
//! - [`PATTERNS`], [`Weights`], [`PatternEvaluator`]: the static evaluation, identical for all eight symmetries of the
//!   board.
//! - [`Searcher`]: the best move within a limit of depth, nodes or time, and exact results near the end of the game.
//! - [`reference`]: slow and obvious implementations for tests to compare with.
//!
//! Every score is for the side to move.

mod board;
mod evaluate;
mod huge_pages;
mod kernel;
mod memory;
mod pattern;
mod perft;
mod position;
mod prefetch;
pub mod reference;
mod search;
mod square;
mod weights;

pub use board::{Board, IllegalMove, IllegalMoveReason, OverlappingDiscs, Symmetry};
pub use evaluate::{
    DiscCount, Evaluate, MAX_SCORE, PatternEvaluator, Score, UNITS_PER_DISC, discs, prefetch_weights, weight_sum,
};
pub use huge_pages::prefer_huge_pages;
pub use kernel::kernel_name;
pub use memory::{OutOfMemory, require_memory, try_with_capacity};
pub use pattern::{
    ENTRIES, FEATURES, Indices, PATTERNS, Pattern, STAGE_ENTRIES, STAGES, feature_indices, feature_squares, mirror,
    pattern_of,
};
pub use perft::perft;
pub use position::{ParsePositionError, Position, Side, TranscriptError, parse_transcript, transcript};
pub use prefetch::prefetch;
pub use search::{Confidence, Limits, SearchResult, Searcher};
pub use square::{ParseSquareError, Square, squares};
pub use weights::{Weights, WrongCount};
