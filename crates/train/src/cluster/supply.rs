//! A trainer's games that other processes play.

use crate::cluster::batch::Batch;
use crate::cluster::changes::{TrackedWeights, WeightChanges};
use crate::file::error::Reason;
use crate::play::choices::check_choices;
use crate::play::pending::PlayConditions;
use crate::record::PlayedGame;
use crate::report::GameFailure;
use crate::settings::PlaySettings;
use crate::trainer::Trainer;
use shirokuro_engine::OutOfMemory;
use std::ops::Range;
use std::time::Instant;

/// The games are not what they were asked for; none was taken.
#[derive(Debug, thiserror::Error)]
#[error("games refused: {0}")]
pub struct RefusedGames(String);

impl From<Reason> for RefusedGames {
    fn from(reason: Reason) -> Self {
        Self(reason.to_string())
    }
}

/// What other processes were given and have supplied. It is not part of the state: it saves time and changes nothing.
#[derive(Debug, Default)]
pub(crate) struct Supplies {
    /// The weights that were shared last.
    copy: Option<TrackedWeights>,
    /// The generations that are played with shared weights, and the fingerprints of these: the current one, and with a
    /// delay also the next one.
    shared: Vec<(u64, u64)>,
    /// When the games were asked for.
    pub asked: Option<Instant>,
    /// The conditions under which games failed, and the failures, by number.
    failed: Option<(PlayConditions, Vec<GameFailure>)>,
}

impl Supplies {
    /// Removes and returns the failures of games with these numbers. Those under other conditions are dropped.
    pub fn take_failures(&mut self, numbers: &Range<u64>, conditions: &PlayConditions) -> Vec<GameFailure> {
        let Some((_, failures)) = self.failed.as_mut().filter(|(before, _)| before == conditions) else {
            self.failed = None;
            return Vec::new();
        };
        failures.extract_if(.., |failure| numbers.contains(&failure.index)).collect()
    }

    /// Returns the fingerprint of the weights that a generation is played with, if they were shared.
    fn shared(&self, generation: u64) -> Option<u64> {
        self.shared.iter().find(|(shared, _)| *shared == generation).map(|&(_, fingerprint)| fingerprint)
    }

    fn failures(&self, conditions: &PlayConditions) -> &[GameFailure] {
        self.failed.as_ref().filter(|(before, _)| before == conditions).map_or(&[], |(_, failures)| failures)
    }
}

impl Trainer {
    /// Returns what changed in the weights that the current generation is played with since the last call; at first,
    /// since they were neutral.
    ///
    /// # Errors
    ///
    /// There is not enough memory for a copy of the weights.
    pub fn share_weights(&mut self) -> Result<WeightChanges, OutOfMemory> {
        self.supplies.asked = Some(Instant::now());
        self.share(self.state.generation)
    }

    /// Returns what changes from the weights that the current generation is played with, which must have been shared,
    /// to those of the next one. `None` without a delay: the next one's weights are not known before the current one is
    /// learned.
    ///
    /// # Errors
    ///
    /// As [`share_weights`](Self::share_weights).
    pub fn share_next_weights(&mut self) -> Result<Option<WeightChanges>, OutOfMemory> {
        let is_known = self.state.earlier.is_some() && self.supplies.shared(self.state.generation).is_some();
        is_known.then(|| self.share(self.state.generation + 1)).transpose()
    }

    fn share(&mut self, generation: u64) -> Result<WeightChanges, OutOfMemory> {
        let Self { state, supplies, .. } = self;
        supplies.shared.retain(|&(shared, _)| shared >= state.generation);
        if let Some(fingerprint) = supplies.shared(generation) {
            return Ok(WeightChanges::none(fingerprint));
        }
        let neutral = || TrackedWeights::neutral(state.patterns());
        let mut copy = supplies.copy.take().map_or_else(neutral, Ok)?;
        let changes = if generation == state.generation {
            state.enter_play();
            let changes = copy.follow(&state.weights);
            state.leave_play();
            changes
        } else {
            state.swap_provisional();
            let changes = copy.follow(&state.weights);
            state.swap_provisional();
            changes
        };
        supplies.shared.push((generation, copy.fingerprint()));
        supplies.copy = Some(copy);
        Ok(changes)
    }

    /// Returns what leads from neutral weights to those that the current generation is played with.
    pub fn whole_weights(&mut self) -> WeightChanges {
        self.state.enter_play();
        let whole = WeightChanges::whole(&self.state.weights);
        self.state.leave_play();
        whole
    }

    /// Returns those of the next `games` games of the current generation that nobody has played under these settings.
    pub fn missing_games(&self, games: u32, play: &PlaySettings) -> Vec<u64> {
        let conditions = self.conditions(play, None);
        let pending = &self.state.pending;
        let played = if pending.conditions() == Some(&conditions) { pending.games() } else { &[] };
        let failed = self.supplies.failures(&conditions);
        let is_missing = |index: &u64| {
            played.binary_search_by_key(index, |game| game.record.index).is_err()
                && failed.binary_search_by_key(index, |failure| failure.index).is_err()
        };
        self.state.next_games(games).filter(is_missing).collect()
    }

    /// Takes games of the current generation that a [`GamePlayer`](crate::GamePlayer) has played, for the next call of
    /// [`advance`](Self::advance) to learn. Games that are there already are left out. Returns the number of new ones.
    ///
    /// Every game is replayed: it must be finished and legal, have the number, the opening and the random moves of a
    /// game of this run, and search values within their range. What the searches found is not checked.
    ///
    /// # Errors
    ///
    /// A game is not one of this generation's, or was played with other weights or under other settings; none was taken.
    pub fn supply(&mut self, games: &[u8], play: &PlaySettings) -> Result<u64, RefusedGames> {
        let conditions = self.conditions(play, None);
        let end = self.state.next_games(u32::MAX).end;
        let allowed = end - u64::from(self.state.generation_games)..end;
        let batch = Batch::decode(games, &allowed)?;
        if batch.seed != self.state.seed {
            return Err(RefusedGames(format!("of the run with seed {}", batch.seed)));
        }
        if self.supplies.shared(self.state.generation) != Some(batch.fingerprint) {
            return Err(RefusedGames("played with other weights".to_owned()));
        }
        if batch.conditions != conditions {
            return Err(RefusedGames("played under other settings".to_owned()));
        }
        for PlayedGame { record, .. } in &batch.games {
            let index = record.index;
            if record.plies.is_empty() {
                return Err(RefusedGames(format!("game {index} has no moves")));
            }
            check_choices(record, &conditions.play, batch.seed)
                .map_err(|ply| RefusedGames(format!("game {index}, ply {ply}: not a move of this run")))?;
        }
        let missing = self.missing_games(u32::MAX, play);
        let is_new = |index: u64| missing.binary_search(&index).is_ok();
        let before = missing.len();
        // Games under other conditions are dropped.
        self.state.pending.take(&(0..0), &conditions);
        self.state.pending.add(batch.games.into_iter().filter(|game| is_new(game.record.index)), conditions);
        let missing = self.missing_games(u32::MAX, play);
        let failures = batch.failures.into_iter().filter(|failure| missing.binary_search(&failure.index).is_ok());
        let (_, failed) = match &mut self.supplies.failed {
            Some(failed) if failed.0 == conditions => failed,
            other => other.insert((conditions, Vec::new())),
        };
        failed.extend(failures);
        failed.sort_by_key(|failure| failure.index);
        Ok((before - self.missing_games(u32::MAX, play).len()) as u64)
    }
}

#[cfg(test)]
#[path = "supply_tests.rs"]
mod tests;
