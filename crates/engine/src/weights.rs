//! The weights that training writes and everything else reads.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU16, AtomicU64};

use crate::huge_pages::prefer_huge_pages;
use crate::pattern::{ENTRIES, PATTERN_LIST, PATTERNS, STAGE_ENTRIES};

/// The pattern tables of all stages: `[stage][pattern][entry]`, 57.7 MB.
///
/// A weight is a `u16` in steps of 1/256 disc, [`NEUTRAL`](Weights::NEUTRAL) being none: −128 to +127.996 discs. Entries are
/// relaxed atomics, plain loads and stores on the machines of today, so that an evaluator may read while a trainer writes.
/// An entry and its [mirror image](crate::mirror) hold the same weight; whoever writes keeps it so.
#[derive(Debug)]
pub struct Weights {
    /// The entries, and as many unused ones that every [window](Weights::window) lies within.
    entries: Box<[AtomicU16]>,
    version: AtomicU64,
}

/// Entries of a [`Weights::window`]: whatever 16-bit index is added to the [`offset`](crate::Pattern::offset) of a pattern is within.
pub(crate) const WINDOW: usize = PATTERN_LIST[PATTERN_LIST.len() - 1].offset() + (1 << 16);

/// The next [`Weights::version`]; 0 stands for evaluations that never change.
static NEXT_VERSION: AtomicU64 = AtomicU64::new(1);

fn next_version() -> u64 {
    NEXT_VERSION.fetch_add(1, Relaxed)
}

/// The number of weights is not that of the pattern tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{count} weights were given; the tables have {ENTRIES}")]
pub struct WrongCount {
    /// How many there were.
    pub count: usize,
}

impl Weights {
    /// The weight that adds nothing.
    pub const NEUTRAL: u16 = 32_768;

    /// Tables that evaluate every position to 0.
    pub fn neutral() -> Self {
        Self::collect(std::iter::repeat_n(Self::NEUTRAL, ENTRIES))
    }

    /// Tables with these entries, [`ENTRIES`] in all.
    ///
    /// # Errors
    /// The number of entries is another.
    pub fn from_entries(entries: Vec<u16>) -> Result<Self, WrongCount> {
        if entries.len() != ENTRIES {
            return Err(WrongCount { count: entries.len() });
        }
        Ok(Self::collect(entries.into_iter()))
    }

    fn collect(weights: impl Iterator<Item = u16>) -> Self {
        let mut entries = Vec::with_capacity(ENTRIES - STAGE_ENTRIES + WINDOW);
        prefer_huge_pages(entries.spare_capacity_mut());
        entries.extend(weights.map(AtomicU16::new));
        entries.resize_with(ENTRIES - STAGE_ENTRIES + WINDOW, || AtomicU16::new(Self::NEUTRAL));
        Self { entries: entries.into(), version: next_version().into() }
    }

    /// A number that no other weights of this process have, nor these before they were last [`changed`](Self::changed).
    pub fn version(&self) -> u64 {
        self.version.load(Relaxed)
    }

    /// Says that entries were written: what was computed from them before is out of date.
    pub fn changed(&self) {
        self.version.store(next_version(), Relaxed);
    }

    /// All entries. Whoever writes some calls [`changed`](Self::changed) then.
    pub fn entries(&self) -> &[AtomicU16] {
        &self.entries[..ENTRIES]
    }

    /// The fourteen tables of a stage, 0 to 59, one behind the other: a pattern's begins at its
    /// [`offset`](crate::Pattern::offset).
    pub fn stage(&self, stage: usize) -> &[AtomicU16] {
        &self.entries[stage * STAGE_ENTRIES..][..STAGE_ENTRIES]
    }

    /// The entries from the beginning of a stage, 0 to 59: its tables, and more than them. Reading them needs no check of bounds.
    #[inline(always)]
    pub(crate) fn window(&self, stage: usize) -> &[AtomicU16; WINDOW] {
        self.entries[stage * STAGE_ENTRIES..].first_chunk().expect("every stage is followed by so many entries")
    }

    /// The table of one pattern, 0 to 13, in a stage, 0 to 59.
    pub fn table(&self, stage: usize, pattern: usize) -> &[AtomicU16] {
        let pattern = &PATTERNS[pattern];
        &self.stage(stage)[pattern.offset()..][..pattern.entries()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::STAGES;

    #[test]
    fn the_tables_of_a_stage_follow_each_other() {
        let weights = Weights::neutral();
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
    fn every_window_begins_with_its_stage() {
        let weights = Weights::neutral();
        for stage in 0..STAGES {
            let window = &weights.window(stage)[..STAGE_ENTRIES];
            assert_eq!(window.as_ptr_range(), weights.stage(stage).as_ptr_range());
        }
    }

    #[test]
    fn another_number_of_entries_is_refused() {
        assert_eq!(
            Weights::from_entries(vec![0; 7]).unwrap_err().to_string(),
            "7 weights were given; the tables have 28868400"
        );
    }
}
