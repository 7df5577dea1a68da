//! What a trainer holds in memory.

use crate::inspect::resident::resident_bytes;
use crate::learn::coverage::Coverage;
use crate::record::GameRecord;
use crate::trainer::Trainer;

/// Bytes of a trainer's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// The pattern weights.
    pub weights: usize,
    /// Adam's moments.
    pub moments: usize,
    /// The part of the moments that is resident, the others never having been learned; `None` where the system does not tell.
    pub resident_moments: Option<usize>,
    /// The transposition tables of all workers.
    pub tables: usize,
    /// The workers' scratch memory for learning.
    pub scratch: usize,
    /// The game records and the undo log of the generation under way, and finished games that do not count yet.
    pub generation: usize,
    /// The positions of the generation that was learned last, while it was learned; they are freed after that.
    pub rows: usize,
    /// Which entries were ever updated, and how often.
    pub coverage: usize,
}

impl Trainer {
    /// Bytes by part.
    pub fn memory(&self) -> Memory {
        let state = &self.state;
        let records: usize = state.records.iter().map(GameRecord::bytes).sum();
        Memory {
            weights: size_of_val(state.weights.entries()),
            moments: size_of_val(&state.moments[..]),
            resident_moments: resident_bytes(&state.moments),
            tables: self.workers.all_table_bytes(),
            scratch: self.workers.scratch_bytes(),
            generation: records + state.pending.bytes() + size_of_val(&state.undo[..]),
            rows: self.rows,
            coverage: Coverage::BYTES,
        }
    }
}
