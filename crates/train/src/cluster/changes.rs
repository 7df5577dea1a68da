//! A copy of the weights that follows them by their changes.

use crate::file::bytes::{u32_at, u64_at};
use crate::random::mix;
use shirokuro_engine::{OutOfMemory, PatternSet, STAGES, Weights};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// The bytes before the compressed entries: two fingerprints, the number of entries and the length of their gaps.
const HEAD: usize = 24;
/// The most bytes that an entry takes before compression: its gap, at most 25 bits, and its difference, 17 bits.
const MOST_BYTES: usize = 4 + 3;
/// The level of the compression. Higher ones took several times as long for a few per cent.
const LEVEL: i32 = 1;

/// The changes do not fit the weights; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("changes of weights refused: {0}")]
pub struct RefusedChanges(&'static str);

/// What changed between two states of the weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightChanges {
    /// The fingerprint of the weights before.
    pub before: u64,
    /// The fingerprint of the weights after.
    pub after: u64,
    /// The changed entries, for [`TrackedWeights::apply`].
    pub bytes: Vec<u8>,
}

impl WeightChanges {
    /// Returns the step from weights with this fingerprint to the same ones.
    pub fn none(fingerprint: u64) -> Self {
        Self { before: fingerprint, after: fingerprint, bytes: encode(fingerprint, fingerprint, &[]) }
    }

    /// Returns what leads from neutral weights to these.
    pub fn whole(weights: &Weights) -> Self {
        let changed = changed(weights, |_| Weights::NEUTRAL);
        let after = fingerprint(0, &changed);
        Self { before: 0, after, bytes: encode(0, after, &changed) }
    }
}

/// Weights and their fingerprint, which changes are checked against.
#[derive(Debug)]
pub struct TrackedWeights {
    weights: Arc<Weights>,
    fingerprint: u64,
}

impl TrackedWeights {
    /// Creates neutral weights of these patterns, which every copy starts from.
    ///
    /// # Errors
    ///
    /// There is not enough memory.
    pub fn neutral(patterns: &Arc<PatternSet>) -> Result<Self, OutOfMemory> {
        Ok(Self { weights: Arc::new(Weights::neutral_of(patterns)?), fingerprint: 0 })
    }

    /// Returns the weights.
    pub fn weights(&self) -> &Arc<Weights> {
        &self.weights
    }

    /// Returns a number that identifies the weights: 0 if they are neutral, and otherwise, except with negligible
    /// probability, different for different weights.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// Makes the copy equal to `now`; returns what changed.
    pub fn follow(&mut self, now: &Weights) -> WeightChanges {
        let entries = self.weights.entries();
        let changed = changed(now, |entry| entries[entry].load(Relaxed));
        let before = self.fingerprint;
        let after = fingerprint(before, &changed);
        self.set(&changed, after);
        WeightChanges { before, after, bytes: encode(before, after, &changed) }
    }

    /// Applies the changes.
    ///
    /// # Errors
    ///
    /// They are damaged, or start from other weights; nothing was changed.
    pub fn apply(&mut self, bytes: &[u8]) -> Result<(), RefusedChanges> {
        let (head, packed) = bytes.split_at_checked(HEAD).ok_or(RefusedChanges("too short"))?;
        let (before, after) = (u64_at(head, 0), u64_at(head, 8));
        if before != self.fingerprint {
            return Err(RefusedChanges("they start from other weights"));
        }
        let changed = self.decode(packed, u32_at(head, 16) as usize, u32_at(head, 20) as usize);
        let changed = changed.ok_or(RefusedChanges("damaged"))?;
        if fingerprint(before, &changed) != after {
            return Err(RefusedChanges("they lead to other weights than they declare"));
        }
        self.set(&changed, after);
        Ok(())
    }

    fn set(&mut self, changed: &[Change], fingerprint: u64) {
        for change in changed {
            let entry = change.entry as usize;
            for entry in [entry, self.weights.patterns().mirror_entry(entry)] {
                self.weights.entries()[entry].store(change.after, Relaxed);
            }
        }
        self.weights.changed();
        self.fingerprint = fingerprint;
    }

    fn decode(&self, packed: &[u8], count: usize, gap_bytes: usize) -> Option<Vec<Change>> {
        let patterns = self.weights.patterns();
        if count > patterns.entries() {
            return None;
        }
        let bytes = zstd::bulk::decompress(packed, count * MOST_BYTES).ok()?;
        let (mut gaps, mut differences) = bytes.split_at_checked(gap_bytes)?;
        let mut changed = Vec::with_capacity(count);
        let mut next = 0;
        for _ in 0..count {
            let entry = take(&mut gaps)?.checked_add(next).filter(|&entry| (entry as usize) < patterns.entries())?;
            if patterns.mirror_entry(entry as usize) < entry as usize {
                return None;
            }
            let before = self.weights.entries()[entry as usize].load(Relaxed);
            let after = before.wrapping_add(u16::try_from(take(&mut differences)?).ok().map(unfold)?);
            changed.push(Change { entry, before, after });
            next = entry + 1;
        }
        (gaps.is_empty() && differences.is_empty()).then_some(changed)
    }
}

/// A changed entry; of two mirror images, the one with the lower number.
#[derive(Clone, Copy)]
struct Change {
    entry: u32,
    before: u16,
    after: u16,
}

/// Returns the fingerprint after these changes of weights that had the fingerprint `before`.
fn fingerprint(before: u64, changed: &[Change]) -> u64 {
    changed.iter().fold(before, |sum, change| {
        let entry = change.entry as usize;
        // Mirror images hold the same weight, so the lower one stands for both.
        sum.wrapping_sub(term(entry, change.before)).wrapping_add(term(entry, change.after))
    })
}

/// Returns an entry's term of the fingerprint, which is their sum: 0 for a neutral weight.
fn term(entry: usize, weight: u16) -> u64 {
    if weight == Weights::NEUTRAL { 0 } else { mix(((entry as u64) << 16 | u64::from(weight)).wrapping_add(1)) }
}

/// Returns the entries in which `now` differs from the weights before, in ascending order.
fn changed(now: &Weights, before: impl Fn(usize) -> u16) -> Vec<Change> {
    let mut changed = Vec::new();
    for stage in 0..STAGES {
        for (number, pattern) in now.patterns().iter().enumerate() {
            let (first, mirror) = (stage * now.patterns().stage_entries() + pattern.offset(), pattern.mirror());
            for (index, weight) in now.table(stage, number).iter().enumerate() {
                let (before, after) = (before(first + index), weight.load(Relaxed));
                if before != after && index <= usize::from(mirror[index]) {
                    changed.push(Change { entry: (first + index) as u32, before, after });
                }
            }
        }
    }
    changed
}

/// Encodes changes: all gaps between the entries, and then all differences, since like compresses well with like.
fn encode(before: u64, after: u64, changed: &[Change]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(2 * changed.len());
    let mut next = 0;
    for change in changed {
        put(&mut packed, change.entry - next);
        next = change.entry + 1;
    }
    let gap_bytes = packed.len() as u32;
    for change in changed {
        put(&mut packed, fold(change.after.wrapping_sub(change.before)).into());
    }
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&before.to_le_bytes());
    bytes.extend_from_slice(&after.to_le_bytes());
    bytes.extend_from_slice(&(changed.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&gap_bytes.to_le_bytes());
    bytes.extend(zstd::bulk::compress(&packed, LEVEL).expect("memory can be compressed"));
    bytes
}

/// Maps small differences of either sign to small numbers.
fn fold(difference: u16) -> u16 {
    (difference << 1) ^ if difference >> 15 == 1 { u16::MAX } else { 0 }
}

/// Reverses [`fold`].
fn unfold(folded: u16) -> u16 {
    (folded >> 1) ^ (folded & 1).wrapping_neg()
}

/// Appends a number in groups of seven bits, the lowest first; the highest bit says that more follow.
fn put(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 128 {
        bytes.push(number as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Removes the next number.
fn take(bytes: &mut &[u8]) -> Option<u32> {
    let mut number = 0;
    for shift in (0..28).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u32::from(byte & 127) << shift;
        if byte < 128 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
#[path = "changes_tests.rs"]
mod tests;
