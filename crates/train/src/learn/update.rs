//! Learning a generation: every (stage, pattern) table is owned by exactly one worker while it is updated.
//!
//! The owner sums its table's errors in the order of the games. No two threads write to the same memory, and no sum
//! depends on the number of threads.

use crate::learn::adam::{AdamStep, Moments, are_sound};
use crate::learn::coverage::Coverage;
use crate::learn::entry_bits::insert;
use crate::learn::inspection::{Inspection, SuddenChanges, WeightUpdate};
use crate::learn::positions::{Positions, Row, Rows};
use crate::learn::rounding::Rounding;
use crate::learn::scratch::{Cell, Scratch};
use crate::learn::undo::UndoEntry;
use crate::play::workers::Workers;
use crate::report::Reset;
use shirokuro_engine::{
    OutOfMemory, Pattern, PatternSet, STAGES, UNITS_PER_DISC, Weights, prefetch, try_with_capacity,
};
use std::cmp::Reverse;
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};

/// An entry is prefetched this many entries ahead of its update: its moments are in main memory.
const AHEAD: usize = 16;

const UNDO: &str = "the undo log";
const LISTED: &str = "the list of changes";

/// The parameters of a generation's update.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Update {
    pub adam: AdamStep,
    pub rounding: Rounding,
    /// Whether the changed entries are logged as they were before.
    pub logged: bool,
    /// The changes to report.
    pub inspection: Inspection,
}

/// The result of an update.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct UpdateOutcome {
    /// Visits to entries, each counted for the entry and for its mirror image if that is a different entry.
    pub visits: u64,
    /// The entries that became NaN or infinite and were reset.
    pub resets: Vec<Reset>,
    /// The changed entries as they were before, if the update was logged.
    pub undo: Vec<UndoEntry>,
    /// The changes of the inspected tables.
    pub updates: Vec<WeightUpdate>,
    /// The suspiciously large changes.
    pub sudden: SuddenChanges,
}

/// A table and its owner's part of the result.
struct Table<'a> {
    stage: usize,
    /// The number of the pattern.
    pattern: usize,
    shape: &'a Pattern,
    /// The number of the table's first entry among all entries.
    first_entry: usize,
    moments: &'a mut [Moments],
    /// The bits of the entries that were ever updated; `count` is their number.
    updated: &'a mut [u64],
    count: &'a mut u32,
    outcome: UpdateOutcome,
    /// The reason why the table was not updated.
    failure: Option<OutOfMemory>,
}

/// Updates all tables from the positions, in parallel over the tables.
///
/// # Errors
///
/// There is not enough memory. The weights and moments are those from before.
pub(crate) fn update_tables(
    workers: &Workers,
    positions: &Positions,
    weights: &Weights,
    moments: &mut [Moments],
    coverage: &mut Coverage,
    update: Update,
) -> Result<UpdateOutcome, OutOfMemory> {
    let patterns: &PatternSet = weights.patterns();
    let mut tables = split(patterns, moments, coverage.updated.tables_mut(), &mut coverage.counts);
    tables.retain(|table| positions.teachers(table.stage) > 0);
    // Only a logged update can be rolled back, so the list of changes is allocated first.
    let mut listed = 0;
    for table in tables.iter_mut().filter(|table| table.is_listed(update.inspection)) {
        let features = table.shape.features().len();
        let most = table.moments.len().min(positions.teachers(table.stage) * features);
        table.outcome.updates = try_with_capacity(most, LISTED)?;
        listed += most;
    }
    let mut all = UpdateOutcome { updates: try_with_capacity(listed, LISTED)?, ..UpdateOutcome::default() };
    // Pattern by pattern, the largest first: a worker reuses the same mirror table, and small tables fill the end.
    let mut order: Vec<&mut Table> = tables.iter_mut().collect();
    order.sort_by_key(|table| (Reverse(table.moments.len()), table.pattern, table.stage));
    workers.for_each_table(&mut order, |scratch, table| {
        let weights = weights.table(table.stage, table.pattern);
        table.update(scratch, positions, weights, update);
    });
    let changed = tables.iter().map(|table| table.outcome.undo.len()).sum();
    let undo = try_with_capacity(changed, UNDO);
    let failure = tables.iter_mut().find_map(|table| table.failure.take());
    match failure.map_or(undo, Err) {
        Ok(undo) => all.undo = undo,
        Err(error) => {
            for mut table in tables {
                table.roll_back(weights);
            }
            return Err(error);
        }
    }
    coverage.provisional.fill(0);
    for table in tables {
        coverage.provisional[table.stage * patterns.len() + table.pattern] = table.outcome.visits;
        all.visits += table.outcome.visits;
        all.resets.extend(table.outcome.resets);
        all.undo.extend(table.outcome.undo);
        all.updates.extend(table.outcome.updates);
        all.sudden.extend(table.outcome.sudden);
    }
    Ok(all)
}

/// Splits the memory into the parts that each table's owner writes to.
fn split<'a>(
    patterns: &'a PatternSet,
    mut moments: &'a mut [Moments],
    updated: Vec<&'a mut [u64]>,
    counts: &'a mut [u32],
) -> Vec<Table<'a>> {
    let places = (0..STAGES).flat_map(|stage| patterns.iter().enumerate().map(move |pattern| (stage, pattern)));
    let tables = places.zip(updated.into_iter().zip(counts)).map(|((stage, (pattern, shape)), (updated, count))| {
        let moments = moments.split_off_mut(..shape.entries()).expect("there are moments for all tables");
        let first_entry = stage * patterns.stage_entries() + shape.offset();
        let outcome = UpdateOutcome::default();
        Table { stage, pattern, shape, first_entry, moments, updated, count, outcome, failure: None }
    });
    tables.collect()
}

impl Table<'_> {
    /// Sums the errors of the positions that teach the table and changes every visited entry. An entry that becomes NaN
    /// or infinite is reset to neutral. If the undo log does not fit into memory, nothing is changed.
    fn update(&mut self, scratch: &mut Scratch, positions: &Positions, weights: &[AtomicU16], update: Update) {
        let mirror = self.shape.mirror();
        let touched = match positions.rows() {
            Rows::Shipped(rows) => self.gather(scratch, positions, rows),
            Rows::Own(rows) => self.gather(scratch, positions, rows),
        };
        let own_units = positions.sharing().own_units();
        let mut resets = 0;
        let listed = self.is_listed(update.inspection);
        let sudden = update.inspection.sudden.map_or(u32::MAX, u32::from);
        let first_entry = self.first_entry as u32;
        if update.logged {
            match try_with_capacity(touched, UNDO) {
                Ok(undo) => self.outcome.undo = undo,
                Err(error) => {
                    self.failure = Some(error);
                    return scratch.clear(touched);
                }
            }
        }
        let touched = &scratch.touched[..touched];
        for &index in touched.iter().take(AHEAD) {
            self.fetch(index, mirror, weights);
        }
        for (place, &index) in touched.iter().enumerate() {
            if let Some(&index) = touched.get(place + AHEAD) {
                self.fetch(index, mirror, weights);
            }
            let Cell { sum, units } = std::mem::take(&mut scratch.cells[usize::from(index)]);
            let entry = first_entry + u32::from(index);
            let (own, image) = (usize::from(index), usize::from(mirror[usize::from(index)]));
            let before = weights[own].load(Relaxed);
            let mut moments = self.moments[own];
            if update.logged {
                self.outcome.undo.push(UndoEntry { entry, weight: before, moments });
            }
            let entries = 1 + u64::from(own != image);
            let error = sum / units as f32;
            let step = update.adam.apply(&mut moments, error);
            let weight = if step.is_finite() && are_sound(moments) {
                update.rounding.apply(before, step * UNITS_PER_DISC as f32, entry)
            } else {
                resets += entries;
                moments = [0.0, 0.0];
                Weights::NEUTRAL
            };
            for index in [own, image] {
                self.moments[index] = moments;
                weights[index].store(weight, Relaxed);
                *self.count += u32::from(insert(self.updated, index));
            }
            let change = WeightUpdate { entry, visits: units.div_ceil(own_units), error, before, after: weight };
            if listed {
                self.outcome.updates.push(change);
            }
            if u32::from(change.size()) >= sudden {
                self.outcome.sudden.add(change);
            }
        }
        self.outcome.sudden.keep_largest();
        if resets > 0 {
            self.outcome.resets.push(Reset { pattern: self.pattern, stage: self.stage, entries: resets });
        }
    }

    /// Sums the errors of the stage's own positions and then of those around it, stage by stage; counts the visits of
    /// the own ones. Returns the number of entries touched.
    fn gather<I: AsRef<[u16]>>(&mut self, scratch: &mut Scratch, positions: &Positions, rows: &[Row<I>]) -> usize {
        let (features, mirror) = (self.shape.features(), self.shape.mirror());
        let sharing = positions.sharing();
        let own = positions.of_stage(rows, self.stage).iter().map(|row| (&row.indices, row.error));
        let mut touched = scratch.gather(own, sharing.own_units(), (features.clone(), mirror), 0);
        self.outcome.visits += scratch.touched[..touched].iter().fold(0, |visits, &index| {
            let entries = 1 + u64::from(index != mirror[usize::from(index)]);
            visits + entries * u64::from(scratch.cells[usize::from(index)].units / sharing.own_units())
        });
        for source in sharing.neighbours(self.stage) {
            // A NaN stays with the tables of its own stage.
            let finite = positions.taught(rows, source, self.stage).filter(|(_, error)| error.is_finite());
            touched = scratch.gather(finite, sharing.units(source, self.stage), (features.clone(), mirror), touched);
        }
        touched
    }

    /// Checks whether the changes of this table are listed.
    fn is_listed(&self, inspection: Inspection) -> bool {
        inspection.updates.is_some_and(|tables| tables.contains(self.stage, self.pattern))
    }

    /// Restores the changed entries. Those that had never been updated before stay in the set of updated entries: the
    /// same games will be learned again.
    fn roll_back(&mut self, weights: &Weights) {
        let mirror = self.shape.mirror();
        let weights = weights.table(self.stage, self.pattern);
        for UndoEntry { entry, weight, moments } in std::mem::take(&mut self.outcome.undo) {
            let own = entry as usize - self.first_entry;
            for index in [own, usize::from(mirror[own])] {
                self.moments[index] = moments;
                weights[index].store(weight, Relaxed);
            }
        }
    }

    /// Prefetches what the update of an entry and its mirror image reads.
    #[inline]
    fn fetch(&self, index: u16, mirror: &[u16], weights: &[AtomicU16]) {
        for index in [index, mirror[usize::from(index)]].map(usize::from) {
            prefetch(&weights[index]);
            prefetch(&self.moments[index]);
            prefetch(&self.updated[index / 64]);
        }
    }
}

#[cfg(test)]
#[path = "update_tests.rs"]
mod tests;
