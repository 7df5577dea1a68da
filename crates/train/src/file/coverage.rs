//! The bytes of a training's coverage: the entries that were ever updated, and the number of updates of each table.

use super::container::Sink;
use super::error::Reason;
use super::section::Section;
use crate::learn::coverage::Coverage;
use crate::learn::entry_bits::EntryBits;
use shirokuro_engine::{PatternSet, STAGES};
use std::io;
use std::sync::Arc;

/// Returns the length of the section in bytes.
pub fn bytes(patterns: &PatternSet) -> u64 {
    (EntryBits::bytes(patterns) + 2 * STAGES * patterns.len() * size_of::<u64>()) as u64
}

/// Hands the section's bytes to `sink`, piece by piece.
pub fn stream(coverage: &Coverage, sink: &mut Sink) -> io::Result<()> {
    for words in [coverage.updated.words(), &coverage.complete, &coverage.provisional] {
        for words in words.chunks(8_192) {
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            sink(&bytes)?;
        }
    }
    Ok(())
}

/// Decodes the section, which must have the right [length](bytes).
pub fn decode(patterns: &Arc<PatternSet>, bytes: &[u8]) -> Result<Coverage, Reason> {
    let (words, _) = bytes.as_chunks();
    let mut words: Vec<u64> = words.iter().map(|&word| u64::from_le_bytes(word)).collect();
    let mut counts = words.split_off(EntryBits::bytes(patterns) / 8);
    let provisional = counts.split_off(STAGES * patterns.len());
    let updated = EntryBits::from_words(patterns, words)
        .ok_or_else(|| Reason::invalid(Section::Coverage.name(), "entries beyond the end of a table"))?;
    // Within this limit, sums fit in 64 bits.
    if counts.iter().chain(&provisional).any(|&updates| updates > u64::MAX >> 2) {
        return Err(Reason::invalid(Section::Coverage.name(), "counts out of range"));
    }
    Ok(Coverage::new(updated, counts, provisional))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::entry_bits::insert;
    use shirokuro_engine::PATTERNS;

    fn encoded(coverage: &Coverage) -> Vec<u8> {
        let mut all = Vec::new();
        stream(coverage, &mut |bytes| {
            all.extend_from_slice(bytes);
            Ok(())
        })
        .unwrap();
        all
    }

    #[test]
    fn coverage_reads_back() {
        let mut updated = EntryBits::none(&PATTERNS);
        for (table, words) in updated.tables_mut().into_iter().enumerate() {
            insert(words, table);
        }
        let counts = |start: u64| (start..start + 840).collect();
        let coverage = Coverage::new(updated, counts(1 << 40), counts(7));
        assert_eq!(encoded(&coverage).len() as u64, bytes(&PATTERNS));
        assert_eq!(decode(&PATTERNS, &encoded(&coverage)).unwrap(), coverage);
    }

    #[test]
    fn invalid_bytes_are_refused() {
        let mut all = encoded(&Coverage::none(&PATTERNS));
        let last = all.len() - 1;
        all[last] = 0xff;
        assert!(decode(&PATTERNS, &all).unwrap_err().to_string().contains("counts out of range"));
        all[last] = 0;
        // P01 has 59,049 entries, so bit 41 of its last word is not an entry.
        all[59_049 / 64 * 8 + 5] = 1 << 1;
        assert!(decode(&PATTERNS, &all).unwrap_err().to_string().contains("beyond the end of a table"));
    }
}
