use super::*;
use std::io::Cursor;

const WEIGHTS: &[u8] = b"sixteen bytes ..";
const UNDO: &[u8] = b"undo";

/// A file of 132 bytes with three sections, one of them empty.
fn small_file() -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let sections: [(Section, &Source); 3] = [
        (Section::Weights, &|sink| WEIGHTS.chunks(5).try_for_each(&mut *sink)),
        (Section::Records, &|_| Ok(())),
        (Section::Undo, &|sink| sink(UNDO)),
    ];
    write(&mut out, b"fields", &sections).unwrap();
    out.into_inner()
}

/// Opens the file and reads every section.
fn read_everything(bytes: &[u8]) -> Result<(), Reason> {
    let mut container = Container::open(Cursor::new(bytes))?;
    for section in [Section::Weights, Section::Records, Section::Undo] {
        container.read_all(section)?;
    }
    Ok(())
}

/// The file with its header changed by `change` and the header's checksum made right again.
fn forged(change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let mut bytes = small_file();
    change(&mut bytes);
    let end = bytes.len() - WEIGHTS.len() - UNDO.len() - 4;
    let crc = crc32fast::hash(&bytes[..end]);
    bytes[end..end + 4].copy_from_slice(&crc.to_le_bytes());
    bytes
}

#[test]
fn what_was_written_is_read() {
    let mut container = Container::open(Cursor::new(small_file())).unwrap();
    assert_eq!(container.fields(), b"fields");
    assert_eq!(container.read_all(Section::Undo).unwrap(), UNDO);
    assert_eq!(container.read_all(Section::Weights).unwrap(), WEIGHTS);
    assert_eq!(container.read_all(Section::Records).unwrap(), b"");
    assert_eq!(container.length(Section::Weights), Some(16));
    assert_eq!(container.length(Section::Moments), None);
    assert!(matches!(container.read_all(Section::Moments), Err(Reason::WeightsOnly { missing: Section::Moments })));
}

#[test]
fn a_section_longer_than_a_chunk_is_read_in_pieces() {
    let long: Vec<u8> = (0..3 * CHUNK + 7).map(|i| (i % 251) as u8).collect();
    let mut out = Cursor::new(Vec::new());
    write(&mut out, &[], &[(Section::Moments, &|sink| sink(&long))]).unwrap();
    let mut container = Container::open(out).unwrap();
    let mut pieces = Vec::new();
    let read = container.read(Section::Moments, &mut |piece| {
        pieces.push(piece.len());
        Ok(())
    });
    read.unwrap();
    assert_eq!(pieces, [CHUNK, CHUNK, CHUNK, 7]);
    assert_eq!(container.read_all(Section::Moments).unwrap(), long);
}

#[test]
fn every_truncation_is_reported_as_one() {
    let bytes = small_file();
    for length in 0..bytes.len() {
        let error = read_everything(&bytes[..length]).unwrap_err();
        assert!(matches!(error, Reason::Truncated { .. }), "{length} bytes: {error}");
    }
}

#[test]
fn every_flipped_bit_is_reported() {
    let bytes = small_file();
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let error = read_everything(&damaged).unwrap_err();
        let expected = match bit / 8 {
            0..8 => matches!(error, Reason::NotAModelFile),
            8..12 => matches!(error, Reason::UnsupportedVersion { .. }),
            12..16 => matches!(
                error,
                Reason::HeaderChecksum | Reason::Truncated { .. } | Reason::Invalid { part: "header", .. }
            ),
            byte if byte < bytes.len() - 20 => matches!(error, Reason::HeaderChecksum),
            byte if byte < bytes.len() - 4 => {
                matches!(error, Reason::SectionChecksum { section: Section::Weights })
            }
            _ => matches!(error, Reason::SectionChecksum { section: Section::Undo }),
        };
        assert!(expected, "bit {bit}: {error}");
    }
}

#[test]
fn bytes_after_the_end_are_reported() {
    let mut bytes = small_file();
    bytes.extend_from_slice(b"more");
    let error = read_everything(&bytes).unwrap_err();
    assert_eq!(error.to_string(), "4 bytes after its end");
}

#[test]
fn other_files_and_versions_are_named_as_such() {
    assert!(matches!(read_everything(b"PK\x03\x04"), Err(Reason::NotAModelFile)));
    assert!(matches!(read_everything(&[0; 100]), Err(Reason::NotAModelFile)));
    let newer = forged(|bytes| bytes[8] = 9);
    let error = read_everything(&newer).unwrap_err();
    assert_eq!(error.to_string(), "format version 9 is not supported (this program reads version 1)");
}

#[test]
fn a_header_that_lies_with_a_right_checksum_allocates_nothing() {
    let line = PREFIX + 4 + b"fields".len() + 4;
    let huge = forged(|bytes| {
        bytes[line + 8..line + 16].copy_from_slice(&(1u64 << 50).to_le_bytes());
        bytes[line + 16..line + 24].copy_from_slice(&(1u64 << 50).to_le_bytes());
    });
    assert!(matches!(read_everything(&huge), Err(Reason::Truncated { .. })));
    let overflow = forged(|bytes| bytes[line + 8..line + 24].fill(0xff));
    assert!(matches!(read_everything(&overflow), Err(Reason::Invalid { part: "header", .. })));
    let unknown = forged(|bytes| bytes[line] = 77);
    assert!(read_everything(&unknown).unwrap_err().to_string().contains("unknown section 77"));
    let compressed = forged(|bytes| bytes[line + 4] = 1);
    assert!(read_everything(&compressed).unwrap_err().to_string().contains("unknown encoding 1"));
    let twice = forged(|bytes| bytes[line + SECTION_LINE] = 1);
    assert!(read_everything(&twice).unwrap_err().to_string().contains("two weights sections"));
    let long_fields = forged(|bytes| bytes[PREFIX] = 0xff);
    assert!(matches!(read_everything(&long_fields), Err(Reason::Invalid { part: "header", .. })));
}
