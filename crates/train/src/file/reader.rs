//! Reading the outer layer of a model file, in bounded memory whatever the file declares.

use super::bytes::{u32_at, u64_at};
use super::container::{LOCATION_BYTES, MAGIC, OLDEST_VERSION, PREFIX, VERSION};
use super::error::Reason;
use super::section::{Encoding, Section, SectionLocation};
use crc32fast::Hasher;
use shirokuro_engine::OutOfMemory;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use zstd::stream::read::Decoder;

/// The largest header length that is accepted.
const MAX_HEADER: u64 = 1 << 20;
/// The number of bytes handed over at a time; a multiple of every number's size.
pub const CHUNK: usize = 1 << 16;
/// The largest window of a compressed section, as a power of two: 8 MiB, which every decoder must support.
const WINDOW_LOG: u32 = 23;

/// Receives a section piece by piece.
pub type Receiver<'a> = dyn FnMut(&[u8]) -> Result<(), Reason> + 'a;

/// A file whose header has been read and checked, and whose length is the one that the header declares.
#[derive(Debug)]
pub struct Container<R> {
    input: R,
    version: u32,
    bytes: u64,
    fields: Vec<u8>,
    locations: Vec<SectionLocation>,
}

impl<R: Read + Seek> Container<R> {
    /// Reads and checks everything except the sections' bytes.
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
        if !(OLDEST_VERSION..=VERSION).contains(&version) {
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
        let (fields, locations) = parse(&header[PREFIX..crc_at], start)?;
        let expected = locations.last().map_or(start, |location| location.offset + location.stored);
        if found < expected {
            return Err(Reason::Truncated { expected, found });
        }
        if found > expected {
            return Err(Reason::TrailingBytes { expected, found });
        }
        Ok(Self { input, version, bytes: found, fields, locations })
    }

    /// Returns the format version.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Returns the file's length.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns the header's fields, as they were written.
    pub fn fields(&self) -> &[u8] {
        &self.fields
    }

    /// Returns the sections, in their order.
    pub fn locations(&self) -> &[SectionLocation] {
        &self.locations
    }

    /// Returns the section's length when decoded.
    pub fn length(&self, section: Section) -> Result<u64, Reason> {
        self.location(section).map(|location| location.decoded)
    }

    /// Hands the section's bytes to `receiver`, then verifies them: what was received is valid only if this returns
    /// `Ok`.
    ///
    /// Pieces are 64 KiB, except the last. A section that the file lacks is [`Reason::WeightsOnly`].
    pub fn read(&mut self, section: Section, receiver: &mut Receiver) -> Result<(), Reason> {
        let location = self.location(section)?;
        self.input.seek(SeekFrom::Start(location.offset))?;
        let mut stored =
            ChecksummedReader { input: &mut self.input, left: location.stored, crc: Hasher::new(), failed: false };
        let result = match location.encoding {
            Encoding::Raw => hand_over(&mut stored, location.decoded, receiver),
            Encoding::Zstd => decompress(&mut stored, location.decoded, receiver),
        };
        if stored.failed {
            return result;
        }
        // Damage may have caused an error long before the end; it is still reported as damage.
        io::copy(&mut stored, &mut io::sink())?;
        if stored.crc.finalize() != location.crc {
            return Err(Reason::SectionChecksum { section });
        }
        result.map_err(|reason| match reason {
            // Reading has not failed, so this error is the decoder's.
            Reason::Io(error) => Reason::invalid(section.name(), error),
            other => other,
        })
    }

    /// Reads the whole section and verifies it, if it is not longer than `limit`.
    pub fn read_all(&mut self, section: Section, limit: u64) -> Result<Vec<u8>, Reason> {
        let length = self.length(section)?;
        if length > limit {
            return Err(Reason::invalid(section.name(), format_args!("{length} bytes long, more than {limit}")));
        }
        let mut bytes = Vec::new();
        self.read(section, &mut |piece| {
            let out_of_memory = |_| OutOfMemory { purpose: section.name(), bytes: length as usize };
            bytes.try_reserve(piece.len()).map_err(out_of_memory)?;
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(bytes)
    }

    fn location(&self, section: Section) -> Result<SectionLocation, Reason> {
        let location = self.locations.iter().copied().find(|location| location.section == section);
        location.ok_or(Reason::WeightsOnly { missing: section })
    }
}

/// Hands the next `length` bytes of the input to `receiver`.
fn hand_over(input: &mut impl Read, length: u64, receiver: &mut Receiver) -> Result<(), Reason> {
    let mut chunk = vec![0; (CHUNK as u64).min(length) as usize];
    let mut left = length;
    while left > 0 {
        let piece = &mut chunk[..left.min(CHUNK as u64) as usize];
        input.read_exact(piece)?;
        receiver(piece)?;
        left -= piece.len() as u64;
    }
    Ok(())
}

/// Hands the decompressed input to `receiver`: one frame of `length` bytes and nothing else.
fn decompress(input: &mut impl Read, length: u64, receiver: &mut Receiver) -> Result<(), Reason> {
    let mut decoder = Decoder::with_buffer(BufReader::with_capacity(CHUNK, input))?.single_frame();
    decoder.window_log_max(WINDOW_LOG)?;
    hand_over(&mut decoder, length, receiver)?;
    if decoder.read(&mut [0])? > 0 {
        return Err(io::Error::other("longer than declared").into());
    }
    if decoder.finish().read(&mut [0])? > 0 {
        return Err(io::Error::other("bytes after the compressed frame").into());
    }
    Ok(())
}

/// A reader of a section's bytes in the file that counts and checksums them.
struct ChecksummedReader<'a, R> {
    input: &'a mut R,
    left: u64,
    crc: Hasher,
    /// Whether reading has failed.
    failed: bool,
}

impl<R: Read> Read for ChecksummedReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(0);
        }
        let read = match self.input.read(&mut buffer[..most]) {
            Ok(0) => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            read => read,
        };
        self.failed |= read.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        let read = read?;
        self.left -= read as u64;
        self.crc.update(&buffer[..read]);
        Ok(read)
    }
}

/// Parses a header whose checksum was correct into the fields and the sections' locations; the sections start at
/// `start`.
fn parse(header: &[u8], start: u64) -> Result<(Vec<u8>, Vec<SectionLocation>), Reason> {
    let too_short = || Reason::invalid("header", "too short for its parts");
    let (length, rest) = header.split_first_chunk::<4>().ok_or_else(too_short)?;
    let (fields, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(too_short)?;
    let (count, rest) = rest.split_first_chunk::<4>().ok_or_else(too_short)?;
    if rest.len() as u64 != u64::from(u32::from_le_bytes(*count)) * LOCATION_BYTES as u64 {
        return Err(too_short());
    }
    let mut locations: Vec<SectionLocation> = Vec::new();
    let mut offset = start;
    for bytes in rest.chunks_exact(LOCATION_BYTES) {
        let location = parse_location(bytes, offset)?;
        if locations.iter().any(|other| other.section == location.section) {
            return Err(Reason::invalid("header", format_args!("two {} sections", location.section)));
        }
        offset = offset
            .checked_add(location.stored)
            .ok_or_else(|| Reason::invalid("header", "section lengths out of range"))?;
        locations.push(location);
    }
    Ok((fields.to_vec(), locations))
}

fn parse_location(bytes: &[u8], offset: u64) -> Result<SectionLocation, Reason> {
    let code = u32_at(bytes, 0);
    let section =
        Section::from_code(code).ok_or_else(|| Reason::invalid("header", format_args!("unknown section {code}")))?;
    let code = u32_at(bytes, 4);
    let encoding = Encoding::from_code(code)
        .ok_or_else(|| Reason::invalid(section.name(), format_args!("unknown encoding {code}")))?;
    let (stored, decoded) = (u64_at(bytes, 8), u64_at(bytes, 16));
    if encoding == Encoding::Raw && stored != decoded {
        return Err(Reason::invalid(section.name(), format_args!("{stored} bytes stored, {decoded} declared")));
    }
    Ok(SectionLocation { section, encoding, offset, stored, decoded, crc: u32_at(bytes, 24) })
}
