//! The memory in which a worker sums a table's errors.

use shirokuro_engine::{OutOfMemory, PatternSet, try_with_capacity};
use std::ops::Range;

/// The number of entries of the largest table.
const MAX_ENTRIES: usize = 3usize.pow(PatternSet::SQUARES.1 as u32);

/// The sums of one table. They are all zero between two tables; each worker has one.
#[derive(Debug)]
pub(crate) struct Scratch {
    pub cells: Vec<Cell>,
    /// The entries with units above 0, in the order of their first visit, followed by one dummy place that is
    /// overwritten.
    pub touched: Vec<u16>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cell {
    /// The weighted sum of the errors.
    pub sum: f32,
    /// The sum of the weights.
    pub units: u32,
}

impl Scratch {
    pub fn new() -> Result<Self, OutOfMemory> {
        const PURPOSE: &str = "a worker's scratch memory";
        let mut cells = try_with_capacity(MAX_ENTRIES, PURPOSE)?;
        cells.resize(MAX_ENTRIES, Cell::default());
        let mut touched = try_with_capacity(MAX_ENTRIES + 1, PURPOSE)?;
        touched.resize(MAX_ENTRIES + 1, 0);
        Ok(Self { cells, touched })
    }

    /// Returns the bytes held in memory.
    pub fn bytes() -> usize {
        MAX_ENTRIES * size_of::<Cell>() + (MAX_ENTRIES + 1) * size_of::<u16>()
    }

    /// Makes the cells of the first entries in `touched` zero again.
    pub fn clear(&mut self, touched: usize) {
        for &index in &self.touched[..touched] {
            self.cells[usize::from(index)] = Cell::default();
        }
    }

    /// Adds the weighted errors of positions to the entries that these features read, each to the lower of the entry and
    /// its mirror image; returns the number of entries touched so far, of which `touched` were before.
    pub fn gather<'a, I: AsRef<[u16]> + 'a>(
        &mut self,
        positions: impl Iterator<Item = (&'a I, f32)>,
        units: u32,
        (features, mirror): (Range<usize>, &[u16]),
        mut touched: usize,
    ) -> usize {
        let weight = units as f32;
        for (indices, error) in positions {
            let error = weight * error;
            for &index in &indices.as_ref()[features.clone()] {
                let index = index.min(mirror[usize::from(index)]);
                let cell = &mut self.cells[usize::from(index)];
                // Branch-free: the index is kept only if this was the first visit.
                self.touched[touched] = index;
                touched += usize::from(cell.units == 0);
                cell.sum += error;
                cell.units += units;
            }
        }
        touched
    }
}
