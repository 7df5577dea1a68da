use super::super::error::Reason;
use super::super::reader::{CHUNK, Container};
use super::*;
use std::io::Cursor;

const ENCODINGS: [Encoding; 2] = [Encoding::Raw, Encoding::Zstd];
const SECTIONS: [Section; 3] = [Section::Weights, Section::Records, Section::Undo];
const WEIGHTS: &[u8] = b"sixteen bytes ..";
const UNDO: &[u8] = b"undo undo undo undo undo undo undo undo undo undo undo undo undo";
/// The offset of the first section's description.
const LINE: usize = PREFIX + 4 + b"fields".len() + 4;
/// The offset of the header's checksum.
const HEADER_CRC: usize = LINE + 3 * LOCATION_BYTES;

/// Creates a file of about 200 bytes with three sections, one of them empty.
fn small_file(encoding: Encoding) -> Vec<u8> {
    let sections: [(Section, &Source); 3] = [
        (Section::Weights, &|sink| WEIGHTS.chunks(5).try_for_each(&mut *sink)),
        (Section::Records, &|_| Ok(())),
        (Section::Undo, &|sink| sink(UNDO)),
    ];
    file_of(&sections, encoding)
}

fn file_of(sections: &[(Section, &Source)], encoding: Encoding) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    write(&mut out, b"fields", sections, encoding).unwrap();
    out.into_inner()
}

/// Opens the file and reads every section; returns the number of bytes received.
fn read_counting(bytes: &[u8]) -> (u64, Result<(), Reason>) {
    let mut received = 0;
    let mut read = || {
        let mut container = Container::open(Cursor::new(bytes))?;
        for section in SECTIONS {
            container.read(section, &mut |piece| {
                received += piece.len() as u64;
                Ok(())
            })?;
        }
        Ok(())
    };
    let result = read();
    (received, result)
}

fn read_everything(bytes: &[u8]) -> Result<(), Reason> {
    read_counting(bytes).1
}

/// Returns the small file with its header changed by `change` and the header's checksum corrected.
fn forged(encoding: Encoding, change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let mut bytes = small_file(encoding);
    change(&mut bytes);
    let crc = crc32fast::hash(&bytes[..HEADER_CRC]);
    bytes[HEADER_CRC..HEADER_CRC + 4].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// Creates a file whose only section is stored as `stored` and declares `decoded` bytes, with correct checksums.
fn compressed_file(stored: &[u8], decoded: u64) -> Vec<u8> {
    let mut bytes = file_of(&[(Section::Weights, &|sink| sink(stored))], Encoding::Raw);
    bytes[LINE + 4] = Encoding::Zstd as u8;
    bytes[LINE + 16..LINE + 24].copy_from_slice(&decoded.to_le_bytes());
    let crc = crc32fast::hash(&bytes[..LINE + LOCATION_BYTES]);
    bytes[LINE + LOCATION_BYTES..][..4].copy_from_slice(&crc.to_le_bytes());
    bytes
}

fn compress(bytes: &[u8], window_log: u32) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new(), LEVEL).unwrap();
    encoder.window_log(window_log).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn what_was_written_is_read() {
    for encoding in ENCODINGS {
        let bytes = small_file(encoding);
        let mut container = Container::open(Cursor::new(&bytes)).unwrap();
        assert_eq!((container.fields(), container.bytes()), (&b"fields"[..], bytes.len() as u64));
        assert_eq!(container.read_all(Section::Undo, 64).unwrap(), UNDO);
        assert_eq!(container.read_all(Section::Weights, 100).unwrap(), WEIGHTS);
        assert_eq!(container.read_all(Section::Records, 0).unwrap(), b"");
        assert_eq!(container.length(Section::Weights).unwrap(), 16);
        assert!(matches!(container.length(Section::Moments), Err(Reason::WeightsOnly { missing: Section::Moments })));
        assert!(matches!(container.read_all(Section::Moments, 9), Err(Reason::WeightsOnly { .. })));
    }
}

#[test]
fn a_section_longer_than_its_limit_is_not_read() {
    for encoding in ENCODINGS {
        let mut container = Container::open(Cursor::new(small_file(encoding))).unwrap();
        let error = container.read_all(Section::Undo, 63).unwrap_err().to_string();
        assert_eq!(error, "invalid undo: 64 bytes long, more than 63");
    }
}

#[test]
fn a_section_longer_than_a_chunk_is_read_in_pieces() {
    let long: Vec<u8> = (0..3 * CHUNK + 7).map(|i| (i % 251) as u8).collect();
    for encoding in ENCODINGS {
        let file = file_of(&[(Section::Moments, &|sink| sink(&long))], encoding);
        assert_eq!(file.len() < long.len(), encoding == Encoding::Zstd);
        let mut container = Container::open(Cursor::new(file)).unwrap();
        let mut pieces = Vec::new();
        let read = container.read(Section::Moments, &mut |piece| {
            pieces.push(piece.len());
            Ok(())
        });
        read.unwrap();
        assert_eq!(pieces, [CHUNK, CHUNK, CHUNK, 7]);
        assert_eq!(container.read_all(Section::Moments, long.len() as u64).unwrap(), long);
    }
}

#[test]
fn every_truncation_is_reported_as_such() {
    for bytes in ENCODINGS.map(small_file) {
        for length in 0..bytes.len() {
            let error = read_everything(&bytes[..length]).unwrap_err();
            assert!(matches!(error, Reason::Truncated { .. }), "{length} bytes: {error}");
        }
    }
}

#[test]
fn every_flipped_bit_is_reported() {
    for bytes in ENCODINGS.map(small_file) {
        let container = Container::open(Cursor::new(&bytes)).unwrap();
        let ends = [0, 1, 2].map(|n| (container.locations()[n].offset + container.locations()[n].stored) as usize);
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let error = read_everything(&damaged).unwrap_err();
            let section = ends.iter().position(|&end| bit / 8 < end).map(|n| SECTIONS[n]);
            let expected = match bit / 8 {
                0..8 => matches!(error, Reason::NotAModelFile),
                8 if bit == 64 => matches!(error, Reason::HeaderChecksum), // version 2, which is read
                8..12 => matches!(error, Reason::UnsupportedVersion { .. }),
                12..16 => matches!(
                    error,
                    Reason::HeaderChecksum | Reason::Truncated { .. } | Reason::Invalid { part: "header", .. }
                ),
                16..HEADER_CRC => matches!(error, Reason::HeaderChecksum),
                byte if byte < HEADER_CRC + 4 => matches!(error, Reason::HeaderChecksum),
                _ => matches!(&error, Reason::SectionChecksum { section: damaged } if Some(*damaged) == section),
            };
            assert!(expected, "bit {bit}: {error}");
        }
    }
}

#[test]
fn every_zeroed_range_is_reported() {
    for bytes in ENCODINGS.map(small_file) {
        for start in 0..bytes.len() {
            for end in start + 1..=bytes.len() {
                let mut damaged = bytes.clone();
                damaged[start..end].fill(0);
                assert!(damaged == bytes || read_everything(&damaged).is_err(), "{start}..{end}");
            }
        }
    }
}

#[test]
fn bytes_after_the_end_are_reported() {
    for mut bytes in ENCODINGS.map(small_file) {
        bytes.extend_from_slice(b"more");
        assert_eq!(
            read_everything(&bytes).unwrap_err().to_string(),
            format!("too long: its length in bytes is {}, not {}", bytes.len(), bytes.len() - 4)
        );
    }
}

#[test]
fn other_files_and_versions_are_named_as_such() {
    assert!(matches!(read_everything(b"PK\x03\x04"), Err(Reason::NotAModelFile)));
    assert!(matches!(read_everything(&[0; 100]), Err(Reason::NotAModelFile)));
    let newer = forged(Encoding::Raw, |bytes| bytes[8] = 9);
    let error = read_everything(&newer).unwrap_err();
    assert_eq!(error.to_string(), "format version 9 is not supported (this program reads versions 2 to 3)");
}

#[test]
fn a_false_header_with_a_correct_checksum_allocates_nothing() {
    let raw = |change: &dyn Fn(&mut [u8])| read_everything(&forged(Encoding::Raw, change)).unwrap_err();
    let lengths = |bytes: &mut [u8], length: u64| {
        bytes[LINE + 8..LINE + 16].copy_from_slice(&length.to_le_bytes());
        bytes[LINE + 16..LINE + 24].copy_from_slice(&length.to_le_bytes());
    };
    assert!(matches!(raw(&|bytes| lengths(bytes, 1 << 50)), Reason::Truncated { .. }));
    assert!(matches!(raw(&|bytes| lengths(bytes, u64::MAX)), Reason::Invalid { part: "header", .. }));
    assert!(matches!(raw(&|bytes| lengths(bytes, 15)), Reason::TrailingBytes { .. }));
    assert!(matches!(raw(&|bytes| bytes[PREFIX] = 0xff), Reason::Invalid { part: "header", .. }));
    assert_eq!(raw(&|bytes| bytes[LINE] = 77).to_string(), "invalid header: unknown section 77");
    assert_eq!(raw(&|bytes| bytes[LINE + 4] = 2).to_string(), "invalid weights: unknown encoding 2");
    assert_eq!(raw(&|bytes| bytes[LINE + 16] = 17).to_string(), "invalid weights: 16 bytes stored, 17 declared");
    assert_eq!(raw(&|bytes| bytes[LINE + LOCATION_BYTES] = 1).to_string(), "invalid header: two weights sections");
    let as_compressed = raw(&|bytes| bytes[LINE + 4] = 1);
    assert!(matches!(as_compressed, Reason::Invalid { part: "weights", .. }), "{as_compressed}");
}

#[test]
fn compressed_bytes_of_another_length_than_declared_are_refused() {
    let stored = compress(WEIGHTS, 10);
    for decoded in [0, 1, 15, 17, 1 << 40] {
        let (received, result) = read_counting(&compressed_file(&stored, decoded));
        let error = result.unwrap_err();
        assert!(matches!(error, Reason::Invalid { part: "weights", .. }), "{decoded}: {error}");
        assert!(received <= decoded.min(16));
    }
    let twice = [stored.clone(), stored.clone()].concat();
    for (bytes, decoded) in [(twice, 32), ([&stored[..], b"x"].concat(), 16), (vec![], 0), (b"no frame".to_vec(), 8)] {
        let error = read_everything(&compressed_file(&bytes, decoded)).unwrap_err();
        assert!(matches!(error, Reason::Invalid { part: "weights", .. }), "{error}");
    }
}

#[test]
fn a_decompression_bomb_is_abandoned_at_its_declared_length() {
    let bomb = compress(&vec![0; 64 << 20], 20);
    assert!(bomb.len() < 10_000);
    let (received, result) = read_counting(&compressed_file(&bomb, 1000));
    assert_eq!(result.unwrap_err().to_string(), "invalid weights: longer than declared");
    assert_eq!(received, 1000);
    let honest = compressed_file(&bomb, 64 << 20);
    let error = Container::open(Cursor::new(honest)).unwrap().read_all(Section::Weights, 1 << 20).unwrap_err();
    assert_eq!(error.to_string(), "invalid weights: 67108864 bytes long, more than 1048576");
}

#[test]
fn a_frame_that_asks_for_a_large_window_is_refused() {
    let (content, at) = (vec![0; 1000], |window_log| compress(&vec![0; 1000], window_log));
    let read = |window_log| {
        let file = compressed_file(&at(window_log), content.len() as u64);
        Container::open(Cursor::new(file)).unwrap().read_all(Section::Weights, 1000)
    };
    assert_eq!(read(23).unwrap(), content);
    assert!(matches!(read(27), Err(Reason::Invalid { part: "weights", .. })));
}
