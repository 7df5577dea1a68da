//! The numbering of weight entries.

use shirokuro_engine::{ENTRIES, FEATURES, PATTERNS, Position, STAGE_ENTRIES, feature_indices, mirror, pattern_of};

/// Returns the stage, the pattern and the index within the pattern's table of an entry numbered among all weights.
pub fn table_of(entry: u32) -> (usize, usize, usize) {
    let (stage, within_stage) = (entry as usize / STAGE_ENTRIES, entry as usize % STAGE_ENTRIES);
    let pattern = PATTERNS.partition_point(|pattern| pattern.offset() <= within_stage) - 1;
    (stage, pattern, within_stage - PATTERNS[pattern].offset())
}

/// Returns the entries that a position reads, one per feature; of two mirror images, the one with the lower number.
pub(crate) fn entries_of(position: &Position) -> [u32; FEATURES] {
    let indices = feature_indices(&position.board);
    let first = position.board.stage() * STAGE_ENTRIES;
    std::array::from_fn(|feature| {
        let entry = first + PATTERNS[pattern_of(feature)].offset() + usize::from(indices[feature]);
        entry.min(mirror_entry(entry)) as u32
    })
}

/// Returns the mirror image of an entry among all [`ENTRIES`].
pub(crate) fn mirror_entry(entry: usize) -> usize {
    debug_assert!(entry < ENTRIES);
    let (_, pattern, index) = table_of(entry as u32);
    entry - index + usize::from(mirror(pattern)[index])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_mirror_image_of_the_mirror_image_is_the_entry_itself(entry in 0..ENTRIES) {
            let image = mirror_entry(entry);
            prop_assert_eq!(mirror_entry(image), entry);
            prop_assert_eq!(image / STAGE_ENTRIES, entry / STAGE_ENTRIES);
        }
    }
}
