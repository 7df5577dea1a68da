//! The outer layer of a model file: magic, version, header, checksummed sections. `docs/formats.md` describes it.
//!
//! Nothing here knows what a section means, so that the layer is tested with sections of a few bytes.

use super::error::Reason;
use crc32fast::Hasher;
use std::fmt;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// The first bytes of every model file. The byte that is no text and the line end show a transfer as text at once.
pub const MAGIC: [u8; 8] = *b"\x89SHIRO\r\n";
/// The version of the format that is written and read.
pub const VERSION: u32 = 1;

/// Bytes before the header: magic, version, length of the header.
const PREFIX: usize = 16;
/// Bytes of a section's line in the header.
const SECTION_LINE: usize = 32;
/// Longest header that is believed.
const MAX_HEADER: u64 = 1 << 20;
/// Bytes read at a time; a multiple of every element's size but the records'.
const CHUNK: usize = 1 << 16;
/// A section stored as it is; the only encoding so far.
const RAW: u32 = 0;

/// Receives a section piece by piece.
pub type Sink<'a> = dyn FnMut(&[u8]) -> io::Result<()> + 'a;
/// Hands a section's bytes to a sink.
pub type Source<'a> = dyn Fn(&mut Sink) -> io::Result<()> + 'a;

/// How a section is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Encoding {
    /// As it is.
    Raw = 0,
    /// Compressed by Zstandard.
    Zstd = 1,
}

/// A part of a model file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Section {
    /// The pattern weights.
    Weights = 1,
    /// Adam's moments.
    Moments = 2,
    /// The games of the unfinished generation, as far as they count.
    Records = 3,
    /// What the entries that the unfinished generation has changed were before.
    Undo = 4,
    /// Games of the unfinished generation that a stopped call had finished, and that do not count yet.
    Kept = 5,
    /// The settings, a JSON text that the caller owns.
    Settings = 6,
    /// The statistics, a JSON text that the caller owns.
    Statistics = 7,
}

impl Section {
    const ALL: [Self; 7] =
        [Self::Weights, Self::Moments, Self::Records, Self::Undo, Self::Kept, Self::Settings, Self::Statistics];

    /// The section's name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Weights => "weights",
            Self::Moments => "moments",
            Self::Records => "records",
            Self::Undo => "undo",
            Self::Kept => "kept games",
            Self::Settings => "settings",
            Self::Statistics => "statistics",
        }
    }

    fn from_code(code: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|&section| section as u32 == code)
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a section lies in the file.
#[derive(Clone, Copy, Debug)]
struct Line {
    section: Section,
    offset: u64,
    length: u64,
    crc: u32,
}

/// Writes a whole file: `fields` into the header, then the sections in this order.
///
/// The header comes last in time, so that a file that was not finished does not even start as a model file does.
pub fn write(out: &mut (impl Write + Seek), fields: &[u8], sections: &[(Section, &Source)]) -> io::Result<()> {
    let header_length = 4 + fields.len() + 4 + sections.len() * SECTION_LINE;
    out.write_all(&vec![0; PREFIX + header_length + 4])?;

    let mut header = Vec::with_capacity(PREFIX + header_length);
    header.extend_from_slice(&MAGIC);
    header.extend_from_slice(&VERSION.to_le_bytes());
    header.extend_from_slice(&(header_length as u32).to_le_bytes());
    header.extend_from_slice(&(fields.len() as u32).to_le_bytes());
    header.extend_from_slice(fields);
    header.extend_from_slice(&(sections.len() as u32).to_le_bytes());
    for (section, source) in sections {
        let (mut length, mut crc) = (0u64, Hasher::new());
        source(&mut |bytes| {
            length += bytes.len() as u64;
            crc.update(bytes);
            out.write_all(bytes)
        })?;
        header.extend_from_slice(&(*section as u32).to_le_bytes());
        header.extend_from_slice(&RAW.to_le_bytes());
        // Stored and original length: the same, as long as nothing is compressed.
        header.extend_from_slice(&length.to_le_bytes());
        header.extend_from_slice(&length.to_le_bytes());
        header.extend_from_slice(&crc.finalize().to_le_bytes());
        header.extend_from_slice(&[0; 4]);
    }
    let crc = crc32fast::hash(&header);
    header.extend_from_slice(&crc.to_le_bytes());
    out.seek(SeekFrom::Start(0))?;
    out.write_all(&header)?;
    out.flush()
}

/// A file whose header has been read and found right, and whose length is the one that the header says.
#[derive(Debug)]
pub struct Container<R> {
    input: R,
    fields: Vec<u8>,
    lines: Vec<Line>,
}

impl<R: Read + Seek> Container<R> {
    /// Reads and checks everything but the sections' bytes.
    pub fn open(mut input: R) -> Result<Self, Reason> {
        let found = input.seek(SeekFrom::End(0))?;
        input.seek(SeekFrom::Start(0))?;
        let mut header = vec![0; found.min(PREFIX as u64) as usize];
        input.read_exact(&mut header)?;
        let magic = header.len().min(MAGIC.len());
        if header[..magic] != MAGIC[..magic] {
            return Err(Reason::NotAModelFile);
        }
        if header.len() < PREFIX {
            return Err(Reason::Truncated { expected: PREFIX as u64, found });
        }
        let version = u32_at(&header, 8);
        if version != VERSION {
            return Err(Reason::UnsupportedVersion { found: version });
        }
        let header_length = u64::from(u32_at(&header, 12));
        if header_length > MAX_HEADER {
            return Err(Reason::invalid("header", format_args!("{header_length} bytes long, more than {MAX_HEADER}")));
        }
        let start = PREFIX as u64 + header_length + 4;
        if found < start {
            return Err(Reason::Truncated { expected: start, found });
        }
        header.resize(start as usize, 0);
        input.read_exact(&mut header[PREFIX..])?;
        let crc_at = header.len() - 4;
        if crc32fast::hash(&header[..crc_at]) != u32_at(&header, crc_at) {
            return Err(Reason::HeaderChecksum);
        }
        let (fields, lines) = parse(&header[PREFIX..crc_at], start)?;
        let expected = lines.last().map_or(start, |line| line.offset + line.length);
        if found < expected {
            return Err(Reason::Truncated { expected, found });
        }
        if found > expected {
            return Err(Reason::TrailingBytes { expected, found });
        }
        Ok(Self { input, fields, lines })
    }

    /// The header's fields, as they were written.
    pub fn fields(&self) -> &[u8] {
        &self.fields
    }

    /// The section's length in bytes, `None` if the file has no such section.
    pub fn length(&self, section: Section) -> Option<u64> {
        self.line(section).map(|line| line.length)
    }

    /// Hands the section's bytes to `sink`, then checks them: what was received counts only if this is `Ok`.
    ///
    /// Pieces are 64 KiB but for the last. A section that the file does not have is [`Reason::WeightsOnly`].
    pub fn read(&mut self, section: Section, sink: &mut Sink) -> Result<(), Reason> {
        let line = self.line(section).ok_or(Reason::WeightsOnly { missing: section })?;
        self.input.seek(SeekFrom::Start(line.offset))?;
        let mut crc = Hasher::new();
        let mut chunk = vec![0; CHUNK.min(line.length as usize)];
        let mut left = line.length;
        while left > 0 {
            let piece = &mut chunk[..left.min(CHUNK as u64) as usize];
            self.input.read_exact(piece)?;
            crc.update(piece);
            sink(piece)?;
            left -= piece.len() as u64;
        }
        if crc.finalize() == line.crc { Ok(()) } else { Err(Reason::SectionChecksum { section }) }
    }

    /// The whole section, checked.
    pub fn read_all(&mut self, section: Section) -> Result<Vec<u8>, Reason> {
        let mut bytes = Vec::new();
        self.read(section, &mut |piece| {
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(bytes)
    }

    fn line(&self, section: Section) -> Option<Line> {
        self.lines.iter().copied().find(|line| line.section == section)
    }
}

/// Splits a header, whose checksum was right, into the fields and the sections' lines; sections start at `start`.
fn parse(header: &[u8], start: u64) -> Result<(Vec<u8>, Vec<Line>), Reason> {
    let too_short = || Reason::invalid("header", "shorter than its parts");
    let (length, rest) = header.split_first_chunk::<4>().ok_or_else(too_short)?;
    let (fields, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(too_short)?;
    let (count, rest) = rest.split_first_chunk::<4>().ok_or_else(too_short)?;
    if rest.len() as u64 != u64::from(u32::from_le_bytes(*count)) * SECTION_LINE as u64 {
        return Err(too_short());
    }
    let mut lines: Vec<Line> = Vec::new();
    let mut offset = start;
    for bytes in rest.chunks_exact(SECTION_LINE) {
        let code = u32_at(bytes, 0);
        let section = Section::from_code(code)
            .ok_or_else(|| Reason::invalid("header", format_args!("unknown section {code}")))?;
        let encoding = u32_at(bytes, 4);
        let (length, original) = (u64_at(bytes, 8), u64_at(bytes, 16));
        if encoding != RAW || length != original {
            return Err(Reason::invalid(section.name(), format_args!("unknown encoding {encoding}")));
        }
        if lines.iter().any(|line| line.section == section) {
            return Err(Reason::invalid("header", format_args!("two {section} sections")));
        }
        lines.push(Line { section, offset, length, crc: u32_at(bytes, 24) });
        offset = offset.checked_add(length).ok_or_else(|| Reason::invalid("header", "sections of absurd length"))?;
    }
    Ok((fields.to_vec(), lines))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(std::array::from_fn(|i| bytes[at + i]))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|i| bytes[at + i]))
}

#[cfg(test)]
#[path = "container_tests.rs"]
mod tests;
