//! The undo log: what the entries that a provisional update has changed were before.
//!
//! A call may end in the middle of a generation. What was played is then learned at once, so that nothing is lost if it was
//! the last call; and if it was not, the log takes the update back, the missing games are played with the weights that the
//! others were played with, and the whole generation is learned as if there had been one call. If that call is stopped, the log brings the update back.

use crate::learn::adam::Moments;
use crate::learn::entries::mirror_entry;
use shirokuro_engine::Weights;
use std::sync::atomic::Ordering::Relaxed;

/// One entry as it was at the start of the generation. Its mirror image was the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct UndoEntry {
    /// The entry among all [`ENTRIES`]; of two mirror images the one with the lower number.
    pub entry: u32,
    /// Its weight.
    pub weight: u16,
    /// Its moments.
    pub moments: Moments,
}

/// Exchanges every logged entry, in both mirror images, with what the log says: what was undone is then in the log.
pub(crate) fn swap(log: &mut [UndoEntry], weights: &Weights, moments: &mut [Moments]) {
    for logged in log {
        let entry = logged.entry as usize;
        let now = (weights.entries()[entry].load(Relaxed), moments[entry]);
        for entry in [entry, mirror_entry(entry)] {
            weights.entries()[entry].store(logged.weight, Relaxed);
            moments[entry] = logged.moments;
        }
        (logged.weight, logged.moments) = now;
    }
}
