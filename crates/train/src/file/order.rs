//! The order of a table's entries in files of version 2, and its conversion to the current order.
//!
//! Files of version 2 have the patterns that ship with the package. In them, the digits of an entry were the pattern's squares in ascending order, from a1 to h8.

use crate::learn::adam::Moments;
use crate::learn::entry_bits::{EntryBits, insert};
use shirokuro_engine::{PATTERNS, Pattern, STAGES, Weights};
use std::sync::LazyLock;
use std::sync::atomic::Ordering::Relaxed;

/// For each pattern, the current index of each entry of its table in version 2.
#[derive(Debug)]
pub struct OldOrder(Vec<Vec<u16>>);

impl OldOrder {
    /// Returns the order in files of this version; `None` if it is the current order.
    pub fn of(version: u32) -> Option<&'static Self> {
        static ORDER: LazyLock<OldOrder> = LazyLock::new(|| OldOrder(PATTERNS.iter().map(places).collect()));
        (version == 2).then(|| &*ORDER)
    }

    /// Converts moments to the current order. Tables that were never learned are left untouched, so that their pages do
    /// not become resident.
    pub fn reorder_moments(&self, moments: &mut [Moments]) {
        let mut rest = moments;
        for places in self.0.iter().cycle() {
            let Some(table) = rest.split_off_mut(..places.len()) else { return };
            if table.iter().any(|&moments| moments != [0.0, 0.0]) {
                let old = table.to_vec();
                for (&place, moments) in places.iter().zip(old) {
                    table[usize::from(place)] = moments;
                }
            }
        }
    }

    /// Converts weights to the current order.
    pub fn reorder_weights(&self, weights: &Weights) {
        for stage in 0..STAGES {
            for (pattern, places) in self.0.iter().enumerate() {
                let table = weights.table(stage, pattern);
                let old: Vec<u16> = table.iter().map(|entry| entry.load(Relaxed)).collect();
                for (&place, weight) in places.iter().zip(old) {
                    table[usize::from(place)].store(weight, Relaxed);
                }
            }
        }
        weights.changed();
    }

    /// Converts a set of entries to the current order.
    pub fn reorder_bits(&self, old: &EntryBits) -> EntryBits {
        let mut bits = EntryBits::none(&PATTERNS);
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

    /// Converts an entry's number among all entries; of two mirror images, returns the lower number.
    pub fn entry(&self, old: u32) -> u32 {
        let (_, pattern, index) = PATTERNS.table_of(old as usize);
        let entry = old as usize - index + usize::from(self.0[pattern][index]);
        entry.min(PATTERNS.mirror_entry(entry)) as u32
    }
}

fn places(pattern: &Pattern) -> Vec<u16> {
    let mut digits: Vec<_> = (0..).zip(&pattern.squares).collect();
    digits.sort_by_key(|&(_, square)| square);
    let weights: Vec<usize> = digits.iter().map(|&(k, _)| 3_usize.pow(k)).collect();
    (0..pattern.entries())
        .map(|old| (0..).zip(&weights).map(|(k, weight)| old / 3_usize.pow(k) % 3 * weight).sum::<usize>() as u16)
        .collect()
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
