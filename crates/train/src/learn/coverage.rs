//! Which weight entries were ever learned, and how often each table's.

use crate::learn::entry_bits::{EntryBits, TABLES};

/// What was learned, table by table. It changes nothing in how a run goes on, and so is no part of its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Coverage {
    /// The entries that were ever updated. The games of the generation under way are part of it: a provisional update
    /// that is taken back is always followed by one of the same games.
    pub updated: EntryBits,
    /// How many they are, by table.
    pub counts: Vec<u32>,
    /// Updates by complete generations, by table, mirror images included.
    pub complete: Vec<u64>,
    /// Updates by the generation under way, as it was learned last.
    pub provisional: Vec<u64>,
}

impl Coverage {
    /// Bytes held in memory.
    pub const BYTES: usize = EntryBits::BYTES + TABLES * (size_of::<u32>() + 2 * size_of::<u64>());

    /// Nothing was learned.
    pub fn none() -> Self {
        Self::new(EntryBits::none(), vec![0; TABLES], vec![0; TABLES])
    }

    /// What was learned before.
    pub fn new(updated: EntryBits, complete: Vec<u64>, provisional: Vec<u64>) -> Self {
        debug_assert!(complete.len() == TABLES && provisional.len() == TABLES);
        Self { counts: updated.counts(), updated, complete, provisional }
    }

    /// The generation under way was learned for good.
    pub fn complete_generation(&mut self) {
        for (complete, provisional) in self.complete.iter_mut().zip(&mut self.provisional) {
            *complete += std::mem::take(provisional);
        }
    }

    /// Updates of each table's entries.
    pub fn updates(&self) -> Vec<u64> {
        self.complete.iter().zip(&self.provisional).map(|(complete, provisional)| complete + provisional).collect()
    }
}
