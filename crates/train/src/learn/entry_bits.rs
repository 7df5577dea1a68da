//! One bit for each weight entry.

use shirokuro_engine::{PATTERNS, STAGES};

/// The number of tables in all stages.
pub const TABLES: usize = STAGES * PATTERNS.len();

/// A set of weight entries.
///
/// Every (stage, pattern) table starts with its own word, so that different threads can change different tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntryBits(Vec<u64>);

/// Returns the number of words of a pattern's table.
const fn words(pattern: usize) -> usize {
    PATTERNS[pattern].entries().div_ceil(64)
}

/// Returns the number of words of a stage's tables before this pattern's.
const fn words_before(pattern: usize) -> usize {
    let (mut sum, mut before) = (0, 0);
    while before < pattern {
        sum += words(before);
        before += 1;
    }
    sum
}

/// The number of words of all tables.
const WORDS: usize = STAGES * words_before(PATTERNS.len());

impl EntryBits {
    /// The size of a set in bytes.
    pub const BYTES: usize = 8 * WORDS;

    /// Creates an empty set.
    pub fn none() -> Self {
        Self(vec![0; WORDS])
    }

    /// Returns the words, table by table, least significant bit first.
    pub fn words(&self) -> &[u64] {
        &self.0
    }

    /// Creates a set from its words. Returns `None` if their number is wrong or a bit lies beyond the last entry of a
    /// table.
    pub fn from_words(words: Vec<u64>) -> Option<Self> {
        let set = Self(words);
        let sound = set.0.len() == WORDS
            && (0..TABLES).all(|table| {
                let used = PATTERNS[table % PATTERNS.len()].entries() % 64;
                used == 0 || set.table(table / PATTERNS.len(), table % PATTERNS.len()).last().unwrap() >> used == 0
            });
        sound.then_some(set)
    }

    /// Returns the words of one table.
    pub fn table(&self, stage: usize, pattern: usize) -> &[u64] {
        let start = stage * words_before(PATTERNS.len()) + words_before(pattern);
        &self.0[start..start + words(pattern)]
    }

    /// Returns the words of every table, stage by stage, pattern by pattern.
    pub fn tables_mut(&mut self) -> Vec<&mut [u64]> {
        let mut rest = &mut self.0[..];
        (0..TABLES)
            .map(|table| rest.split_off_mut(..words(table % PATTERNS.len())).expect("WORDS is the sum over all tables"))
            .collect()
    }

    /// Checks whether an entry of this table is in the set.
    pub fn contains(&self, stage: usize, pattern: usize, entry: usize) -> bool {
        self.table(stage, pattern)[entry / 64] >> (entry % 64) & 1 != 0
    }

    /// Returns the number of entries in each table, stage by stage, pattern by pattern.
    pub fn counts(&self) -> Vec<u32> {
        let count = |table: &[u64]| table.iter().map(|word| word.count_ones()).sum();
        let tables = (0..TABLES).map(|table| self.table(table / PATTERNS.len(), table % PATTERNS.len()));
        tables.map(count).collect()
    }

    /// Returns, for each entry of a stage in the order of the weights, whether it is in the set.
    pub fn stage(&self, stage: usize) -> Vec<bool> {
        let tables = PATTERNS.iter().enumerate();
        tables
            .flat_map(|(pattern, table)| (0..table.entries()).map(move |e| self.contains(stage, pattern, e)))
            .collect()
    }
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

    #[test]
    fn each_table_has_its_own_words() {
        let mut set = EntryBits::none();
        assert_eq!(size_of_val(set.words()), EntryBits::BYTES);
        for (table, words) in set.tables_mut().into_iter().enumerate() {
            let last = PATTERNS[table % 14].entries() - 1;
            assert!(insert(words, last) && insert(words, table % 7) && !insert(words, last));
        }
        assert_eq!(set.counts(), [2; TABLES]);
        for (stage, pattern) in [(0, 0), (59, 13), (30, 5)] {
            let table = stage * 14 + pattern;
            let entries: Vec<usize> =
                (0..PATTERNS[pattern].entries()).filter(|&entry| set.contains(stage, pattern, entry)).collect();
            assert_eq!(entries, [table % 7, PATTERNS[pattern].entries() - 1]);
            let place = PATTERNS[pattern].offset() + table % 7;
            assert!(set.stage(stage)[place]);
        }
        assert_eq!(set.stage(7).iter().filter(|&&held| held).count(), 28);
        assert_eq!(EntryBits::from_words(set.words().to_vec()), Some(set));
    }

    #[test]
    fn words_that_are_not_a_set_are_refused() {
        assert_eq!(EntryBits::from_words(vec![0; WORDS - 1]), None);
        let mut words = vec![0; WORDS];
        // P01 has 59,049 entries, so its last word holds 41.
        words[59_049 / 64] = 1 << 41;
        assert_eq!(EntryBits::from_words(words.clone()), None);
        words[59_049 / 64] = 1 << 40;
        assert!(EntryBits::from_words(words).is_some());
    }
}
