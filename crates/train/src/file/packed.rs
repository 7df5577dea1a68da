//! Weights without redundancy, which compress to less than half: one of two mirror images, and each entry's stages next
//! to each other.
//!
//! For each pattern, the section has the low bytes of all values and then the high bytes. The values are in the order
//! `[entry][stage]`, of two mirror images only the entry with the lower number. A value is the weight's distance d from
//! neutral as a number that is small where the distance is: 2d, or −2d − 1 where d is negative.

use super::container::Sink;
use shirokuro_engine::{Pattern, PatternSet, STAGES, Weights};
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Returns the entries of a pattern that are stored, in ascending order.
fn stored(pattern: &Pattern) -> Vec<u16> {
    (0_u16..).zip(pattern.mirror()).filter(|(entry, mirror)| entry <= mirror).map(|(entry, _)| entry).collect()
}

/// Returns the length of the section in bytes.
pub fn bytes(patterns: &PatternSet) -> u64 {
    patterns.iter().map(|pattern| 2 * (STAGES * stored(pattern).len()) as u64).sum()
}

/// Checks whether all mirror images have equal weights, so that one of the two is enough.
pub fn is_lossless(weights: &Weights) -> bool {
    (0..STAGES).all(|stage| {
        weights.patterns().iter().enumerate().all(|(number, pattern)| {
            let table = weights.table(stage, number);
            let images = pattern.mirror().iter().map(|&image| table[usize::from(image)].load(Relaxed));
            table.iter().map(|weight| weight.load(Relaxed)).eq(images)
        })
    })
}

/// Hands the section's bytes to `sink`, piece by piece.
pub fn stream(weights: &Weights, sink: &mut Sink) -> io::Result<()> {
    for (number, pattern) in weights.patterns().iter().enumerate() {
        let stored = stored(pattern);
        let count = STAGES * stored.len();
        let mut bytes = vec![0; 2 * count];
        for stage in 0..STAGES {
            let table = weights.table(stage, number);
            for (n, &entry) in stored.iter().enumerate() {
                let [low, high] = value(table[usize::from(entry)].load(Relaxed)).to_le_bytes();
                let at = STAGES * n + stage;
                (bytes[at], bytes[count + at]) = (low, high);
            }
        }
        sink(&bytes)?;
    }
    Ok(())
}

/// Stores the weights of a section that arrives in pieces.
#[derive(Debug)]
pub struct Unpacker<'a> {
    weights: &'a Weights,
    patterns: Arc<PatternSet>,
    /// The number of the current pattern, and its stored entries.
    current: (usize, Vec<u16>),
    /// The bytes of the current pattern that have arrived.
    waiting: Vec<u8>,
}

impl<'a> Unpacker<'a> {
    /// Starts with the first byte of the section. The weights must be neutral: those that stay so are not written.
    pub fn new(weights: &'a Weights) -> Self {
        let patterns = Arc::clone(weights.patterns());
        let current = (0, stored(&patterns[0]));
        Self { weights, patterns, current, waiting: Vec::new() }
    }

    /// Stores the weights of every pattern that the next piece completes.
    pub fn push(&mut self, mut piece: &[u8]) {
        while self.current.0 < self.patterns.len() {
            let missing = 2 * STAGES * self.current.1.len() - self.waiting.len();
            let (now, later) = piece.split_at(missing.min(piece.len()));
            self.waiting.extend_from_slice(now);
            if now.len() < missing {
                return;
            }
            self.store();
            piece = later;
            self.waiting.clear();
            let next = self.current.0 + 1;
            self.current = (next, self.patterns.get(next).map_or_else(Vec::new, stored));
        }
    }

    fn store(&self) {
        let (lows, highs) = self.waiting.split_at(self.waiting.len() / 2);
        let (number, stored) = &self.current;
        let images = self.patterns[*number].mirror();
        for stage in 0..STAGES {
            let table = self.weights.table(stage, *number);
            for (n, &entry) in stored.iter().enumerate() {
                let at = STAGES * n + stage;
                let value = u16::from_le_bytes([lows[at], highs[at]]);
                if value != 0 {
                    let (weight, entry) = (weight(value), usize::from(entry));
                    table[entry].store(weight, Relaxed);
                    table[usize::from(images[entry])].store(weight, Relaxed);
                }
            }
        }
    }
}

fn value(weight: u16) -> u16 {
    let distance = weight.wrapping_sub(Weights::NEUTRAL).cast_signed();
    (distance << 1 ^ distance >> 15).cast_unsigned()
}

fn weight(value: u16) -> u16 {
    (value >> 1 ^ (value & 1).wrapping_neg()).wrapping_add(Weights::NEUTRAL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::{load_weights, save_weights, section::Encoding};
    use crate::testing::Folder;
    use shirokuro_engine::{ENTRIES, PATTERNS};

    /// Weights in which every entry differs from its neighbours; equal ones for mirror images.
    fn varied() -> Weights {
        let weight = |entry: usize| (entry.min(PATTERNS.mirror_entry(entry)) as u32).wrapping_mul(2_654_435_761) as u16;
        Weights::from_entries(&PATTERNS, (0..ENTRIES).map(weight).collect()).unwrap()
    }

    fn assert_same(a: &Weights, b: &Weights) {
        assert!(a.entries().iter().zip(b.entries()).all(|(a, b)| a.load(Relaxed) == b.load(Relaxed)));
    }

    #[test]
    fn every_weight_has_a_value_and_the_smallest_values_are_next_to_neutral() {
        assert!((0..=u16::MAX).all(|each| weight(value(each)) == each));
        assert_eq!([32_768, 32_767, 32_769, 32_766].map(value), [0, 1, 2, 3]);
    }

    #[test]
    fn weights_that_arrive_in_pieces_of_any_length_are_the_packed_ones() {
        let (packed, unpacked) = (varied(), Weights::neutral().unwrap());
        let (mut unpacker, mut length) = (Unpacker::new(&unpacked), 0);
        stream(&packed, &mut |bytes| {
            for piece in bytes.chunks(65_537) {
                unpacker.push(piece);
            }
            length += bytes.len() as u64;
            Ok(())
        })
        .unwrap();
        assert_eq!(length, bytes(&PATTERNS));
        assert_same(&packed, &unpacked);
    }

    #[test]
    fn compressed_files_hold_every_weight_also_where_mirror_images_differ() {
        let folder = Folder::new();
        let path = folder.path("weights.shiro");
        let weights = varied();
        for equal in [true, false] {
            assert_eq!(is_lossless(&weights), equal);
            save_weights(&path, &weights, Encoding::Zstd).unwrap();
            assert_same(&weights, &load_weights(&path).unwrap());
            let entry = (0..ENTRIES).find(|&entry| PATTERNS.mirror_entry(entry) > entry).unwrap();
            weights.entries()[entry].fetch_add(1, Relaxed);
        }
    }
}
