//! What a worker adds a table's errors up in.

use crate::learn::positions::Row;
use std::ops::Range;

/// Entries of the largest table.
const MAX_ENTRIES: usize = 3usize.pow(10);

/// Sums and counts of one table, all zero between two tables. One per worker.
#[derive(Debug)]
pub(crate) struct Scratch {
    pub cells: Vec<Cell>,
    /// The entries with a count above 0, in the order of their first visit; then one place to write to in vain.
    pub touched: Vec<u16>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cell {
    pub sum: f32,
    pub count: u32,
}

impl Scratch {
    pub fn new() -> Self {
        Self { cells: vec![Cell::default(); MAX_ENTRIES], touched: vec![0; MAX_ENTRIES + 1] }
    }

    /// Bytes held in memory.
    pub fn bytes() -> usize {
        MAX_ENTRIES * size_of::<Cell>() + (MAX_ENTRIES + 1) * size_of::<u16>()
    }

    /// Adds the errors of the rows to the entries that these features read, each to the lower of the entry and its mirror
    /// image; returns how many entries were touched.
    pub fn gather(&mut self, rows: &[Row], features: Range<usize>, mirror: &[u16]) -> usize {
        let mut touched = 0;
        for row in rows {
            for &index in &row.indices[features.clone()] {
                let index = index.min(mirror[usize::from(index)]);
                let cell = &mut self.cells[usize::from(index)];
                // Without a branch: the place is taken only if this was the first visit.
                self.touched[touched] = index;
                touched += usize::from(cell.count == 0);
                cell.sum += row.error;
                cell.count += 1;
            }
        }
        touched
    }
}
