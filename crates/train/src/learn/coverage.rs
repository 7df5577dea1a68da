//! The weight entries that have been learned, and the number of updates of each table.

use crate::learn::entry_bits::EntryBits;
use shirokuro_engine::{PatternSet, STAGES};
use std::sync::Arc;

/// The learned entries and updates by table. They do not affect how a run continues, so they are not part of its
/// digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Coverage {
    /// The entries that were ever updated, by games of the current generation too: an undone provisional update is
    /// always followed by one from the same games.
    pub updated: EntryBits,
    /// The number of updated entries by table.
    pub counts: Vec<u32>,
    /// Updates by complete generations, by table, mirror images included.
    pub complete: Vec<u64>,
    /// Updates by the current generation, as last learned.
    pub provisional: Vec<u64>,
}

impl Coverage {
    /// Returns the bytes held in memory.
    pub fn bytes(patterns: &PatternSet) -> usize {
        let tables = STAGES * patterns.len();
        EntryBits::bytes(patterns) + tables * (size_of::<u32>() + 2 * size_of::<u64>())
    }

    /// Creates the coverage of a run that has learned nothing.
    pub fn none(patterns: &Arc<PatternSet>) -> Self {
        let updates = vec![0; STAGES * patterns.len()];
        Self::new(EntryBits::none(patterns), updates.clone(), updates)
    }

    /// Creates the coverage from its saved parts.
    pub fn new(updated: EntryBits, complete: Vec<u64>, provisional: Vec<u64>) -> Self {
        let counts = updated.counts();
        debug_assert!(complete.len() == counts.len() && provisional.len() == counts.len());
        Self { updated, counts, complete, provisional }
    }

    /// Makes the current generation's updates final.
    pub fn complete_generation(&mut self) {
        for (complete, provisional) in self.complete.iter_mut().zip(&mut self.provisional) {
            *complete += std::mem::take(provisional);
        }
    }

    /// Returns the number of updates by table.
    pub fn updates(&self) -> Vec<u64> {
        self.complete.iter().zip(&self.provisional).map(|(complete, provisional)| complete + provisional).collect()
    }
}
