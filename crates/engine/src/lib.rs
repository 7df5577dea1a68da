//! The rules of Othello, the pattern evaluation and the search of shirokuro.
//!
//! The crate computes and decides nothing: it knows no clock policy, no files and no training.
//!
//! - [`Square`], [`Board`], [`Position`]: the rules; [`perft`] checks them.
//! - [`PATTERNS`], [`Weights`], [`PatternEvaluator`]: what a position is worth, exactly the same for all eight symmetries of the board.
//! - [`Searcher`]: the best move by depth, nodes or time, and exact results of the last plies.
//! - [`reference`]: slow and obvious versions, which tests compare with.
//!
//! Every score is for the side to move.

mod board;
mod evaluate;
mod huge_pages;
mod kernel;
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
pub use pattern::{
    ENTRIES, FEATURES, Indices, PATTERNS, Pattern, STAGE_ENTRIES, STAGES, feature_indices, feature_squares, mirror,
    pattern_of,
};
pub use perft::perft;
pub use position::{ParsePositionError, Position, Side, TranscriptError, parse_transcript, transcript};
pub use prefetch::prefetch;
pub use search::{Confidence, Limits, SearchResult, Searcher, TableTooLarge};
pub use square::{ParseSquareError, Square, squares};
pub use weights::{Weights, WrongCount};
