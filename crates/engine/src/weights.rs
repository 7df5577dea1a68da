//! The weights, written by training and read by everything else.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU16, AtomicU64};

use crate::huge_pages::prefer_huge_pages;
use crate::memory::{OutOfMemory, try_with_capacity};
use crate::pattern::{PATTERNS, PatternSet};
use crate::shipped::{OFFSETS, STAGE_ENTRIES};

/// The pattern tables of all stages: `[stage][pattern][entry]`, 57.7 MB for the patterns that ship with the package.
///
/// A weight is a `u16` in steps of 1/256 disc, with [`NEUTRAL`](Weights::NEUTRAL) as zero: −128 to +127.996 discs.
/// Entries are relaxed atomics, which compile to plain loads and stores, so an evaluator may read while a trainer
/// writes. An entry and its [mirror image](crate::Pattern::mirror) hold the same weight; writers must preserve this.
#[derive(Debug)]
pub struct Weights {
    patterns: Arc<PatternSet>,
    /// The entries, followed by enough unused ones to contain the [window](Weights::window) of the last stage.
    entries: Box<[AtomicU16]>,
    version: AtomicU64,
}

/// Entries of a [`Weights::window`]: enough for the offset of any shipped pattern plus any 16-bit index.
pub(crate) const WINDOW: usize = OFFSETS[OFFSETS.len() - 1] + (1 << 16);

/// The next [`Weights::version`]; 0 is reserved for evaluators that never change.
static NEXT_VERSION: AtomicU64 = AtomicU64::new(1);

fn next_version() -> u64 {
    NEXT_VERSION.fetch_add(1, Relaxed)
}

/// The number of weights differs from that of the pattern tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("weights = array of length {count}: must have {entries} entries")]
pub struct WrongCount {
    /// The number of weights given.
    pub count: usize,
    /// The number of entries of the tables.
    pub entries: usize,
}

impl Weights {
    /// The weight that stands for 0 discs.
    pub const NEUTRAL: u16 = 32_768;

    /// Creates tables of the patterns that ship with the package, which evaluate every undecided position to 0.
    ///
    /// # Errors
    /// There is not enough memory.
    pub fn neutral() -> Result<Self, OutOfMemory> {
        Self::neutral_of(&PATTERNS)
    }

    /// Creates tables of these patterns, which evaluate every undecided position to 0.
    ///
    /// # Errors
    /// There is not enough memory.
    pub fn neutral_of(patterns: &Arc<PatternSet>) -> Result<Self, OutOfMemory> {
        Self::collect(patterns, std::iter::repeat_n(Self::NEUTRAL, patterns.entries()))
    }

    /// Creates tables of these patterns with these entries, [`PatternSet::entries`] in all.
    ///
    /// # Errors
    /// The number of entries is wrong.
    ///
    /// # Panics
    /// There is not enough memory.
    pub fn from_entries(patterns: &Arc<PatternSet>, entries: Vec<u16>) -> Result<Self, WrongCount> {
        if entries.len() != patterns.entries() {
            return Err(WrongCount { count: entries.len(), entries: patterns.entries() });
        }
        Ok(Self::collect(patterns, entries.into_iter()).expect("there is memory for the weights"))
    }

    /// Returns a copy with the entries of this moment.
    ///
    /// # Errors
    /// There is not enough memory.
    pub fn copy(&self) -> Result<Self, OutOfMemory> {
        Self::collect(&self.patterns, self.entries().iter().map(|entry| entry.load(Relaxed)))
    }

    fn collect(patterns: &Arc<PatternSet>, weights: impl Iterator<Item = u16>) -> Result<Self, OutOfMemory> {
        let len = patterns.entries() - patterns.stage_entries() + patterns.window();
        let mut entries = try_with_capacity(len, "the weights")?;
        prefer_huge_pages(entries.spare_capacity_mut());
        entries.extend(weights.map(AtomicU16::new));
        entries.resize_with(len, || AtomicU16::new(Self::NEUTRAL));
        Ok(Self { patterns: Arc::clone(patterns), entries: entries.into(), version: next_version().into() })
    }

    /// Returns the patterns whose tables these are.
    pub fn patterns(&self) -> &Arc<PatternSet> {
        &self.patterns
    }

    /// Returns a number that is unique in this process, for these weights since they were last marked as
    /// [`changed`](Self::changed).
    pub fn version(&self) -> u64 {
        self.version.load(Relaxed)
    }

    /// Marks the weights as changed: anything computed from them before is outdated.
    pub fn changed(&self) {
        self.version.store(next_version(), Relaxed);
    }

    /// Returns all entries. Call [`changed`](Self::changed) after writing any.
    pub fn entries(&self) -> &[AtomicU16] {
        &self.entries[..self.patterns.entries()]
    }

    /// Returns the tables of a stage, 0 to 59, one after another. A pattern's table starts at its
    /// [`offset`](crate::Pattern::offset).
    pub fn stage(&self, stage: usize) -> &[AtomicU16] {
        let len = self.patterns.stage_entries();
        &self.entries[stage * len..][..len]
    }

    /// Returns the entries from the start of a stage, 0 to 59, of the shipped patterns, extending beyond its tables.
    /// Reading them needs no bounds checks.
    #[inline(always)]
    pub(crate) fn window(&self, stage: usize) -> &[AtomicU16; WINDOW] {
        self.entries[stage * STAGE_ENTRIES..]
            .first_chunk()
            .expect("the unused entries at the end complete the last window")
    }

    /// Returns the entries from the start of a stage, 0 to 59, whose tables have `stage_entries` entries.
    #[inline(always)]
    pub(crate) fn entries_from(&self, stage: usize, stage_entries: usize) -> &[AtomicU16] {
        &self.entries[stage * stage_entries..]
    }

    /// Returns the table of one pattern in a stage, 0 to 59.
    pub fn table(&self, stage: usize, pattern: usize) -> &[AtomicU16] {
        let pattern = &self.patterns[pattern];
        &self.stage(stage)[pattern.offset()..][..pattern.entries()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::STAGES;

    #[test]
    fn the_tables_of_a_stage_are_contiguous() {
        let weights = Weights::neutral().unwrap();
        assert_eq!(weights.entries().len(), 28_868_400);
        for stage in [0, 59] {
            let mut next = &raw const weights.entries()[stage * STAGE_ENTRIES];
            for pattern in 0..PATTERNS.len() {
                let table = weights.table(stage, pattern).as_ptr_range();
                assert_eq!(table.start, next);
                next = table.end;
            }
        }
    }

    #[test]
    fn every_window_starts_with_its_stage() {
        let weights = Weights::neutral().unwrap();
        for stage in 0..STAGES {
            let window = &weights.window(stage)[..STAGE_ENTRIES];
            assert_eq!(window.as_ptr_range(), weights.stage(stage).as_ptr_range());
        }
    }

    #[test]
    fn a_wrong_number_of_entries_is_rejected() {
        assert_eq!(
            Weights::from_entries(&PATTERNS, vec![0; 7]).unwrap_err().to_string(),
            "weights = array of length 7: must have 28868400 entries"
        );
    }
}
