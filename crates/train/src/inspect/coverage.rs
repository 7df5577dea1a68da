//! A trainer's coverage of its tables.

use crate::inspect::reachable::reachable;
use crate::trainer::Trainer;

/// The learned entries and updates of one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableCoverage {
    /// An upper bound of the number of entries that a position can read; see
    /// [`reachable_entries`](crate::reachable_entries).
    pub reachable: u32,
    /// The number of entries that were ever updated.
    pub updated: u32,
    /// The number of updates, one per visit of a position. An entry and its mirror image count as two, each with its
    /// updates.
    pub updates: u64,
}

impl Trainer {
    /// Returns the coverage of each table, stage by stage, pattern by pattern.
    pub fn coverage(&self) -> Vec<TableCoverage> {
        let coverage = &self.state.coverage;
        let learned = coverage.counts.iter().zip(coverage.updates());
        let tables = learned.zip(reachable(self.state.patterns()).counts());
        tables.map(|((&updated, updates), reachable)| TableCoverage { reachable, updated, updates }).collect()
    }

    /// Returns, for each entry of a stage in the order of the weights, whether it was ever updated.
    pub fn updated_entries(&self, stage: usize) -> Vec<bool> {
        self.state.coverage.updated.stage(stage)
    }
}
