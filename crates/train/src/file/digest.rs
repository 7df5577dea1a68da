//! The fingerprint of a training state. States with equal digests are equal, except with negligible probability.

use crate::file::codec;
use crate::state::State;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::io;

/// SHA-256 over the fields and sections of a state, in the order of the model file.
pub(crate) struct StateHasher(Sha256);

impl StateHasher {
    /// Starts a hash with the header's fields.
    pub fn new(fields: &[u8]) -> Self {
        let mut hasher = Self(Sha256::new_with_prefix(b"shirokuro state 1\n"));
        hasher.0.update(fields);
        hasher
    }

    /// Starts the next section, of `length` bytes.
    pub fn section(&mut self, length: u64) {
        self.0.update(length.to_le_bytes());
    }

    /// Hashes a piece of the section.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Returns the digest as 64 lower-case hexadecimal digits.
    pub fn finish(self) -> String {
        self.0.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("writing to a String does not fail");
            hex
        })
    }
}

/// Returns the digest of a state.
pub(crate) fn state_digest(state: &State) -> String {
    let mut hasher = StateHasher::new(&codec::fields(state));
    for section in codec::STATE_SECTIONS {
        hasher.section(codec::length(state, section));
        let hashed = codec::stream(state, section, &mut |bytes| {
            hasher.update(bytes);
            io::Result::Ok(())
        });
        hashed.expect("hashing does not fail");
    }
    hasher.finish()
}
