//! The memory of a trainer.

use crate::inspect::resident::resident_bytes;
use crate::learn::coverage::Coverage;
use crate::record::GameRecord;
use crate::trainer::Trainer;

/// The memory of a trainer's parts, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// The pattern weights.
    pub weights: usize,
    /// Adam's moments.
    pub moments: usize,
    /// The resident part of the moments, that is, those that were ever learned; `None` where the system does not report
    /// it.
    pub resident_moments: Option<usize>,
    /// The transposition tables of all workers.
    pub tables: usize,
    /// The workers' scratch memory for learning.
    pub scratch: usize,
    /// The game records and the undo log of the current generation, and finished games that do not count yet.
    pub generation: usize,
    /// The positions of the last generation while it was learned; they are freed afterwards.
    pub rows: usize,
    /// The set of entries that were ever updated, and the numbers of updates.
    pub coverage: usize,
}

impl Trainer {
    /// Returns the memory by part.
    pub fn memory(&self) -> Memory {
        let state = &self.state;
        let records: usize = state.records.iter().map(GameRecord::bytes).sum();
        Memory {
            weights: size_of_val(state.weights.entries()),
            moments: size_of_val(&state.moments[..]),
            resident_moments: resident_bytes(&state.moments),
            tables: self.workers.all_table_bytes(),
            scratch: self.workers.scratch_bytes(),
            generation: records
                + state.pending.bytes()
                + size_of_val(&state.undo[..])
                + size_of_val(state.earlier.as_deref().unwrap_or_default()),
            rows: self.rows,
            coverage: Coverage::bytes(state.patterns()),
        }
    }
}
