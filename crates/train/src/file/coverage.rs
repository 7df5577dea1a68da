//! The bytes of a training's coverage: the entries that were ever updated, and the number of updates of each table.

use super::container::Sink;
use super::error::Reason;
use super::section::Section;
use crate::learn::coverage::Coverage;
use crate::learn::entry_bits::{EntryBits, TABLES};
use std::io;

/// The length of the section in bytes.
pub const BYTES: u64 = (EntryBits::BYTES + 2 * TABLES * size_of::<u64>()) as u64;

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

/// Decodes the section, which must be [`BYTES`] long.
pub fn decode(bytes: &[u8]) -> Result<Coverage, Reason> {
    let (words, _) = bytes.as_chunks();
    let mut words: Vec<u64> = words.iter().map(|&word| u64::from_le_bytes(word)).collect();
    let mut counts = words.split_off(EntryBits::BYTES / 8);
    let provisional = counts.split_off(TABLES);
    let updated = EntryBits::from_words(words)
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

    fn bytes(coverage: &Coverage) -> Vec<u8> {
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
        let mut updated = EntryBits::none();
        for (table, words) in updated.tables_mut().into_iter().enumerate() {
            insert(words, table);
        }
        let counts = |start: u64| (start..start + TABLES as u64).collect();
        let coverage = Coverage::new(updated, counts(1 << 40), counts(7));
        assert_eq!(bytes(&coverage).len() as u64, BYTES);
        assert_eq!(decode(&bytes(&coverage)).unwrap(), coverage);
    }

    #[test]
    fn invalid_bytes_are_refused() {
        let mut all = bytes(&Coverage::none());
        let last = all.len() - 1;
        all[last] = 0xff;
        assert!(decode(&all).unwrap_err().to_string().contains("counts out of range"));
        all[last] = 0;
        // P01 has 59,049 entries, so bit 41 of its last word is not an entry.
        all[59_049 / 64 * 8 + 5] = 1 << 1;
        assert!(decode(&all).unwrap_err().to_string().contains("beyond the end of a table"));
    }
}
