//! The outer layer of a model file: magic, version, header, checksummed sections. `docs/formats.md` describes it.
//!
//! Neither this module nor [`reader`](super::reader) knows what the sections mean, so the layer can be tested with
//! sections of a few bytes.

use super::section::{Encoding, Section};
use crc32fast::Hasher;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use zstd::stream::write::Encoder;

/// The first bytes of every model file. The non-text byte and the line end reveal a transfer in text mode.
pub const MAGIC: [u8; 8] = *b"\x89SHIRO\r\n";
/// The format version that is written.
pub const VERSION: u32 = 3;
/// The oldest format version that is read.
pub const OLDEST_VERSION: u32 = 2;

/// The number of bytes before the header: magic, version, length of the header.
pub const PREFIX: usize = 16;
/// The number of bytes that describe a section in the header.
pub const LOCATION_BYTES: usize = 32;
/// The number of bytes written at a time.
const BUFFER: usize = 1 << 18;
/// The compression level: higher ones take much longer and gain little.
const LEVEL: i32 = 1;

/// Receives a section piece by piece.
pub type Sink<'a> = dyn FnMut(&[u8]) -> io::Result<()> + 'a;
/// Hands a section's bytes to a sink.
pub type Source<'a> = dyn Fn(&mut Sink) -> io::Result<()> + 'a;

/// Writes a whole file: `fields` into the header, then the sections in this order.
///
/// The header is written last. An unfinished file therefore does not even start like a model file.
pub fn write(
    out: impl Write + Seek,
    fields: &[u8],
    sections: &[(Section, &Source)],
    encoding: Encoding,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(BUFFER, out);
    let header_length = 4 + fields.len() + 4 + sections.len() * LOCATION_BYTES;
    out.write_all(&vec![0; PREFIX + header_length + 4])?;

    let mut header = Vec::with_capacity(PREFIX + header_length + 4);
    header.extend_from_slice(&MAGIC);
    header.extend_from_slice(&VERSION.to_le_bytes());
    header.extend_from_slice(&(header_length as u32).to_le_bytes());
    header.extend_from_slice(&(fields.len() as u32).to_le_bytes());
    header.extend_from_slice(fields);
    header.extend_from_slice(&(sections.len() as u32).to_le_bytes());
    for (section, source) in sections {
        let mut stored = ChecksummedWriter { out: &mut out, length: 0, crc: Hasher::new() };
        let decoded = write_section(&mut stored, source, encoding)?;
        header.extend_from_slice(&(*section as u32).to_le_bytes());
        header.extend_from_slice(&(encoding as u32).to_le_bytes());
        header.extend_from_slice(&stored.length.to_le_bytes());
        header.extend_from_slice(&decoded.to_le_bytes());
        header.extend_from_slice(&stored.crc.finalize().to_le_bytes());
        header.extend_from_slice(&[0; 4]);
    }
    let crc = crc32fast::hash(&header);
    header.extend_from_slice(&crc.to_le_bytes());
    out.seek(SeekFrom::Start(0))?;
    out.write_all(&header)?;
    out.flush()
}

/// Writes one section; returns its length before encoding.
fn write_section(out: &mut impl Write, source: &Source, encoding: Encoding) -> io::Result<u64> {
    let mut length = 0;
    match encoding {
        Encoding::Raw => source(&mut |bytes| {
            length += bytes.len() as u64;
            out.write_all(bytes)
        })?,
        Encoding::Zstd => {
            let mut encoder = Encoder::new(out, LEVEL)?;
            source(&mut |bytes| {
                length += bytes.len() as u64;
                encoder.write_all(bytes)
            })?;
            encoder.finish()?;
        }
    }
    Ok(length)
}

/// A writer that measures and checksums a section's bytes.
struct ChecksummedWriter<'a, W> {
    out: &'a mut W,
    length: u64,
    crc: Hasher,
}

impl<W: Write> Write for ChecksummedWriter<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.length += written as u64;
        self.crc.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
#[path = "container_tests.rs"]
mod tests;
