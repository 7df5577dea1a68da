//! The rules of Othello, the pattern evaluation and the search of shirokuro.
//!
//! The crate only computes: time management, files and training live elsewhere.
//!
//! - [`Square`], [`Board`], [`Position`]: the rules, checked by [`perft`].
//! - [`PatternSet`], [`Weights`], [`PatternEvaluator`]: the static evaluation, identical for all eight symmetries of the
//!   board.
//! - [`Searcher`]: the best move within a limit of depth, nodes or time, and exact results near the end of the game.
//! - [`reference`]: slow and obvious implementations for tests to compare with.
//!
//! Every score is for the side to move.

mod board;
mod evaluate;
mod huge_pages;
mod indices;
mod kernel;
mod memory;
mod pattern;
mod perft;
mod position;
mod prefetch;
pub mod reference;
mod search;
mod shipped;
mod square;
mod tables;
mod weights;

pub use board::{Board, IllegalMove, IllegalMoveReason, OverlappingDiscs, Symmetry};
pub use evaluate::{DiscCount, Evaluate, Evaluation, MAX_SCORE, Score, UNITS_PER_DISC, WithEvaluator, discs};
pub use huge_pages::prefer_huge_pages;
pub use indices::{Indices, MAX_FEATURES};
pub use kernel::kernel_name;
pub use memory::{OutOfMemory, require_memory, try_with_capacity};
pub use pattern::{PATTERNS, Pattern, PatternError, PatternSet, STAGES, feature_indices, square_names};
pub use perft::perft;
pub use position::{ParsePositionError, Position, Side, TranscriptError, parse_transcript, transcript};
pub use prefetch::prefetch;
pub use search::{Confidence, Limits, SearchResult, Searcher};
pub use shipped::{ENTRIES, FEATURES, STAGE_ENTRIES};
pub use square::{ParseSquareError, Square, squares};
pub use tables::{AnyReader, Layout, PatternEvaluator, TableReader};
pub use weights::{Weights, WrongCount};
