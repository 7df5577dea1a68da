//! What a trainer has learned of its tables.

use crate::inspect::reachable::reachable_counts;
use crate::trainer::Trainer;

/// What was learned of the entries of one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableCoverage {
    /// Entries that a position can read, at most; see [`reachable_entries`](crate::reachable_entries).
    pub reachable: u32,
    /// Entries that were ever updated.
    pub updated: u32,
    /// Updates, one for each visit of a position. An entry and its mirror image count as two, each with its updates.
    pub updates: u64,
}

impl Trainer {
    /// What was learned of each table, stage by stage, pattern by pattern.
    pub fn coverage(&self) -> Vec<TableCoverage> {
        let coverage = &self.state.coverage;
        let learned = coverage.counts.iter().zip(coverage.updates());
        let tables = learned.zip(reachable_counts());
        tables.map(|((&updated, updates), &reachable)| TableCoverage { reachable, updated, updates }).collect()
    }

    /// For each entry of a stage, in the order of the weights, whether it was ever updated.
    pub fn updated_entries(&self, stage: usize) -> Vec<bool> {
        self.state.coverage.updated.stage(stage)
    }
}
