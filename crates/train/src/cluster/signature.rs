//! A fingerprint of how this build plays.

use crate::cluster::player::GamePlayer;
use crate::error::TrainerError;
use crate::file::records;
use crate::play::control::Control;
use crate::random::nth;
use crate::settings::PlaySettings;
use shirokuro_engine::{PATTERNS, STAGES, Weights};
use std::sync::atomic::Ordering::Relaxed;

const TABLE_BYTES: usize = 1 << 18;
/// The weights are within ±four discs.
const RANGE: u64 = 2048;

/// Returns a fingerprint of games that were played for it, at a depth of four plies and with weights from random
/// numbers. It is the same on every machine, until the rules, the evaluation or the search change what is played.
///
/// # Errors
///
/// There is not enough memory, or no threads are available.
pub fn engine_signature() -> Result<String, TrainerError> {
    let weights = Weights::neutral()?;
    for stage in 0..STAGES {
        for (number, pattern) in PATTERNS.iter().enumerate() {
            let (table, mirror) = (weights.table(stage, number), pattern.mirror());
            let key = (stage * PATTERNS.len() + number) as u64;
            for (index, entry) in table.iter().enumerate() {
                let random = nth(key, index.min(usize::from(mirror[index])) as u64) % RANGE;
                entry.store(random as u16 + Weights::NEUTRAL - RANGE as u16 / 2, Relaxed);
            }
        }
    }
    let mut player = GamePlayer::new(&PATTERNS, 1, TABLE_BYTES)?;
    player.weights.follow(&weights);
    let settings = PlaySettings {
        depth: Some(4),
        exact_empties: 10,
        epsilon: 0.1,
        shallow: 0.1,
        random_plies: 10,
        hang_timeout: None,
        ..PlaySettings::default()
    };
    let batch = player.batch(1, &[0, 1, 2, 3], &settings, TABLE_BYTES, &Control::new())?;
    let mut hash = crc32fast::Hasher::new();
    for game in &batch.games {
        hash.update(&records::encode(&game.record));
        hash.update(&game.totals.nodes.to_le_bytes());
    }
    Ok(format!("{:08x}", hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_has_one_signature() {
        assert_eq!(engine_signature().unwrap(), engine_signature().unwrap());
    }
}
