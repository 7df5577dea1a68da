//! One bit for each weight entry.

use shirokuro_engine::{Pattern, PatternSet, STAGES};
use std::sync::Arc;

/// A set of weight entries.
///
/// Every (stage, pattern) table starts with its own word, so that different threads can change different tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntryBits {
    words: Vec<u64>,
    patterns: Arc<PatternSet>,
    /// The start of each pattern's words within those of a stage, and the number of the latter.
    starts: Vec<usize>,
}

/// Returns the number of words of a pattern's table.
fn words(pattern: &Pattern) -> usize {
    pattern.entries().div_ceil(64)
}

impl EntryBits {
    /// Returns the size of a set in bytes.
    pub fn bytes(patterns: &PatternSet) -> usize {
        8 * STAGES * patterns.iter().map(words).sum::<usize>()
    }

    /// Creates an empty set of the entries of these patterns.
    pub fn none(patterns: &Arc<PatternSet>) -> Self {
        Self::of(patterns, vec![0; Self::bytes(patterns) / 8])
    }

    fn of(patterns: &Arc<PatternSet>, words: Vec<u64>) -> Self {
        let starts = (0..=patterns.len()).map(|end| patterns[..end].iter().map(self::words).sum()).collect();
        Self { words, patterns: Arc::clone(patterns), starts }
    }

    /// Returns the words, table by table, least significant bit first.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Creates a set from its words. Returns `None` if their number is wrong or a bit lies beyond the last entry of a
    /// table.
    pub fn from_words(patterns: &Arc<PatternSet>, words: Vec<u64>) -> Option<Self> {
        let set = Self::of(patterns, words);
        let fits = |(table, words): (usize, &[u64])| {
            let used = patterns[table % patterns.len()].entries() % 64;
            used == 0 || words.last().is_some_and(|last| last >> used == 0)
        };
        let sound = size_of_val(set.words()) == Self::bytes(patterns) && set.tables().enumerate().all(fits);
        sound.then_some(set)
    }

    /// Returns the words of one table.
    pub fn table(&self, stage: usize, pattern: usize) -> &[u64] {
        let of_stage = &self.words[stage * self.starts[self.patterns.len()]..];
        &of_stage[self.starts[pattern]..self.starts[pattern + 1]]
    }

    /// Returns the words of every table, stage by stage, pattern by pattern.
    fn tables(&self) -> impl Iterator<Item = &[u64]> {
        let mut rest = &self.words[..];
        let lengths = std::iter::repeat_n(self.patterns.iter().map(words), STAGES).flatten();
        lengths.map(move |length| rest.split_off(..length).expect("there are words for all tables"))
    }

    /// Returns the words of every table, stage by stage, pattern by pattern.
    pub fn tables_mut(&mut self) -> Vec<&mut [u64]> {
        let mut rest = &mut self.words[..];
        let lengths = std::iter::repeat_n(self.patterns.iter().map(words), STAGES).flatten();
        lengths.map(|length| rest.split_off_mut(..length).expect("there are words for all tables")).collect()
    }

    /// Checks whether an entry of this table is in the set.
    pub fn contains(&self, stage: usize, pattern: usize, entry: usize) -> bool {
        contains(self.table(stage, pattern), entry)
    }

    /// Returns the number of entries in each table, stage by stage, pattern by pattern.
    pub fn counts(&self) -> Vec<u32> {
        let count = |table: &[u64]| table.iter().map(|word| word.count_ones()).sum();
        self.tables().map(count).collect()
    }

    /// Returns, for each entry of a stage in the order of the weights, whether it is in the set.
    pub fn stage(&self, stage: usize) -> Vec<bool> {
        let tables = self.patterns.iter().enumerate();
        tables
            .flat_map(|(number, pattern)| {
                let table = self.table(stage, number);
                (0..pattern.entries()).map(move |entry| contains(table, entry))
            })
            .collect()
    }
}

/// Checks whether an entry is in a table's words.
pub(crate) fn contains(table: &[u64], entry: usize) -> bool {
    table[entry / 64] >> (entry % 64) & 1 != 0
}

/// Adds an entry to a table's words; returns whether it is new.
#[inline]
pub(crate) fn insert(table: &mut [u64], entry: usize) -> bool {
    let (word, bit) = (&mut table[entry / 64], 1 << (entry % 64));
    let new = *word & bit == 0;
    *word |= bit;
    new
}

#[cfg(test)]
mod tests {
    use super::*;
    use shirokuro_engine::PATTERNS;

    #[test]
    fn each_table_has_its_own_words() {
        let mut set = EntryBits::none(&PATTERNS);
        assert_eq!(size_of_val(set.words()), EntryBits::bytes(&PATTERNS));
        for (table, words) in set.tables_mut().into_iter().enumerate() {
            let last = PATTERNS[table % 14].entries() - 1;
            assert!(insert(words, last) && insert(words, table % 7) && !insert(words, last));
        }
        assert_eq!(set.counts(), [2; 840]);
        for (stage, pattern) in [(0, 0), (59, 13), (30, 5)] {
            let table = stage * 14 + pattern;
            let entries: Vec<usize> =
                (0..PATTERNS[pattern].entries()).filter(|&entry| set.contains(stage, pattern, entry)).collect();
            assert_eq!(entries, [table % 7, PATTERNS[pattern].entries() - 1]);
            let place = PATTERNS[pattern].offset() + table % 7;
            assert!(set.stage(stage)[place]);
        }
        assert_eq!(set.stage(7).iter().filter(|&&held| held).count(), 28);
        assert_eq!(EntryBits::from_words(&PATTERNS, set.words().to_vec()), Some(set));
    }

    #[test]
    fn words_that_are_not_a_set_are_refused() {
        assert_eq!(EntryBits::from_words(&PATTERNS, vec![0; EntryBits::bytes(&PATTERNS) / 8 - 1]), None);
        let mut words = vec![0; EntryBits::bytes(&PATTERNS) / 8];
        // P01 has 59,049 entries, so its last word holds 41.
        words[59_049 / 64] = 1 << 41;
        assert_eq!(EntryBits::from_words(&PATTERNS, words.clone()), None);
        words[59_049 / 64] = 1 << 40;
        assert!(EntryBits::from_words(&PATTERNS, words).is_some());
    }
}
