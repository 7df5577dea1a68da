//! The numbering of weight entries.

use shirokuro_engine::{PatternSet, Position};

/// Returns the entries that a position reads, one per feature; of two mirror images, the one with the lower number.
pub(crate) fn entries_of(patterns: &PatternSet, position: &Position) -> Vec<u32> {
    let first = position.board.stage() * patterns.stage_entries();
    let entry = |(feature, index): (usize, u16)| {
        let pattern = &patterns[patterns.pattern_of(feature)];
        (first + pattern.offset()) as u32 + u32::from(index.min(pattern.mirror()[usize::from(index)]))
    };
    patterns.feature_indices(&position.board).into_iter().enumerate().map(entry).collect()
}
