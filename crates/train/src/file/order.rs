//! The order of a table's entries in files of version 2, and how what they hold comes into today's.
//!
//! The squares ascended there, from a1 to h8, as the digits of an entry.

use crate::entry_bits::{EntryBits, insert};
use crate::undo::mirror_entry;
use crate::updates::table_of;
use shirokuro_engine::{PATTERNS, Weights};
use std::sync::LazyLock;
use std::sync::atomic::Ordering::Relaxed;

/// For each pattern, the place that each entry of its table in version 2 has today.
#[derive(Debug)]
pub struct OldOrder([Vec<u16>; 14]);

impl OldOrder {
    /// The order in files of this version, unless it is today's.
    pub fn of(version: u32) -> Option<&'static Self> {
        static ORDER: LazyLock<OldOrder> = LazyLock::new(|| OldOrder(std::array::from_fn(places)));
        (version == 2).then(|| &*ORDER)
    }

    /// Brings all entries from the old order into today's.
    pub fn reorder<T: Copy>(&self, entries: &mut [T]) {
        let mut rest = entries;
        for places in self.0.iter().cycle() {
            let Some(table) = rest.split_off_mut(..places.len()) else { return };
            let old = table.to_vec();
            for (&place, entry) in places.iter().zip(old) {
                table[usize::from(place)] = entry;
            }
        }
    }

    /// The same for weights.
    pub fn reorder_weights(&self, weights: &Weights) {
        let mut entries: Vec<u16> = weights.entries().iter().map(|entry| entry.load(Relaxed)).collect();
        self.reorder(&mut entries);
        for (place, entry) in weights.entries().iter().zip(entries) {
            place.store(entry, Relaxed);
        }
        weights.changed();
    }

    /// The same for a set of entries.
    pub fn reorder_bits(&self, old: &EntryBits) -> EntryBits {
        let mut bits = EntryBits::none();
        for (table, words) in bits.tables_mut().into_iter().enumerate() {
            let (stage, pattern) = (table / PATTERNS.len(), table % PATTERNS.len());
            for (entry, &place) in self.0[pattern].iter().enumerate() {
                if old.contains(stage, pattern, entry) {
                    insert(words, usize::from(place));
                }
            }
        }
        bits
    }

    /// An entry's number among all of them; of two mirror images the lower one.
    pub fn entry(&self, old: u32) -> u32 {
        let (_, pattern, index) = table_of(old);
        let entry = old as usize - index + usize::from(self.0[pattern][index]);
        entry.min(mirror_entry(entry)) as u32
    }
}

fn places(pattern: usize) -> Vec<u16> {
    let mut digits: Vec<_> = (0..).zip(PATTERNS[pattern].squares).collect();
    digits.sort_by_key(|&(_, square)| square);
    let weights: Vec<usize> = digits.iter().map(|&(k, _)| 3_usize.pow(k)).collect();
    (0..PATTERNS[pattern].entries())
        .map(|old| (0..).zip(&weights).map(|(k, weight)| old / 3_usize.pow(k) % 3 * weight).sum::<usize>() as u16)
        .collect()
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
