//! The fingerprints of a training state and of weights. What has equal digests is equal, except with negligible
//! probability.

use crate::file::codec;
use crate::state::State;
use sha2::{Digest, Sha256};
use shirokuro_engine::Weights;
use std::fmt::Write;
use std::io;
use std::sync::atomic::Ordering::Relaxed;

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
        hex(self.0)
    }
}

fn hex(hasher: Sha256) -> String {
    hasher.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a String does not fail");
        hex
    })
}

/// Returns the digest of weights, whatever training they come from: 64 lower-case hexadecimal digits.
pub fn weights_digest(weights: &Weights) -> String {
    let mut hasher = Sha256::new_with_prefix(b"shirokuro weights 1\n");
    if !weights.patterns().is_shipped() {
        hasher.update(weights.patterns().definition());
    }
    for entries in weights.entries().chunks(8_192) {
        let bytes: Vec<u8> = entries.iter().flat_map(|weight| weight.load(Relaxed).to_le_bytes()).collect();
        hasher.update(bytes);
    }
    hex(hasher)
}

/// Returns the digest of a state.
pub(crate) fn state_digest(state: &State) -> String {
    let mut hasher = StateHasher::new(&codec::fields(state));
    for section in codec::state_sections(state.patterns(), state.earlier.is_some()) {
        hasher.section(codec::length(state, section));
        let hashed = codec::stream(state, section, &mut |bytes| {
            hasher.update(bytes);
            io::Result::Ok(())
        });
        hashed.expect("hashing does not fail");
    }
    hasher.finish()
}
