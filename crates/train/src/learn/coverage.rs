//! The weight entries that have been learned, and the number of updates of each table.

use crate::learn::entry_bits::{EntryBits, TABLES};

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
    /// Bytes held in memory.
    pub const BYTES: usize = EntryBits::BYTES + TABLES * (size_of::<u32>() + 2 * size_of::<u64>());

    /// Creates the coverage of a run that has learned nothing.
    pub fn none() -> Self {
        Self::new(EntryBits::none(), vec![0; TABLES], vec![0; TABLES])
    }

    /// Creates the coverage from its saved parts.
    pub fn new(updated: EntryBits, complete: Vec<u64>, provisional: Vec<u64>) -> Self {
        debug_assert!(complete.len() == TABLES && provisional.len() == TABLES);
        Self { counts: updated.counts(), updated, complete, provisional }
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
