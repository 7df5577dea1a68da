//! The undo log: the entries changed by a provisional update, as they were before.
//!
//! A call may end in the middle of a generation. Its games are then learned at once, so that nothing is lost if it was
//! the last call. Otherwise the log undoes the update, the missing games are played with the same weights as the
//! others, and the whole generation is learned as if there had been one call. If that call is stopped, the log restores
//! the update.

use crate::learn::adam::Moments;
use shirokuro_engine::Weights;
use std::sync::atomic::Ordering::Relaxed;

/// An entry as it was at the start of the generation. Its mirror image was equal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct UndoEntry {
    /// The entry among all entries; of two mirror images, the one with the lower number.
    pub entry: u32,
    /// Its weight.
    pub weight: u16,
    /// Its moments.
    pub moments: Moments,
}

/// Swaps every logged entry, in both mirror images, with the log, which then holds what was undone.
pub(crate) fn swap(log: &mut [UndoEntry], weights: &Weights, moments: &mut [Moments]) {
    let patterns = weights.patterns();
    for logged in log {
        let entry = logged.entry as usize;
        let now = (weights.entries()[entry].load(Relaxed), moments[entry]);
        for entry in [entry, patterns.mirror_entry(entry)] {
            weights.entries()[entry].store(logged.weight, Relaxed);
            moments[entry] = logged.moments;
        }
        (logged.weight, logged.moments) = now;
    }
}
