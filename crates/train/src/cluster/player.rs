//! A process that plays games of a run for its trainer.

use crate::cluster::batch::Batch;
use crate::cluster::changes::{RefusedChanges, TrackedWeights};
use crate::error::TrainerError;
use crate::play::control::Control;
use crate::play::fault_injection::FaultInjector;
use crate::play::games::play_games;
use crate::play::pending::PlayConditions;
use crate::play::workers::Workers;
use crate::settings::{PlaySettings, TrainerOptions};
use shirokuro_engine::{PatternEvaluator, PatternSet};
use std::sync::Arc;

/// Plays games of a run with a copy of its weights. They are those that the trainer would play, to the last bit.
#[derive(Debug)]
pub struct GamePlayer {
    pub(crate) weights: TrackedWeights,
    workers: Workers,
    faults: Option<Arc<FaultInjector>>,
}

impl GamePlayer {
    /// Creates a player with neutral weights of these patterns and this many threads, each with a transposition table.
    ///
    /// # Errors
    ///
    /// `threads` is out of range, or there is not enough memory, or no threads are available.
    pub fn new(patterns: &Arc<PatternSet>, threads: usize, table_bytes: usize) -> Result<Self, TrainerError> {
        TrainerOptions { threads, table_bytes, ..TrainerOptions::default() }.validate()?;
        let weights = TrackedWeights::neutral(patterns)?;
        Ok(Self { weights, workers: Workers::new(threads, table_bytes)?, faults: None })
    }

    /// Returns the fingerprint of the weights.
    pub fn fingerprint(&self) -> u64 {
        self.weights.fingerprint()
    }

    /// Returns the number of threads.
    pub fn threads(&self) -> usize {
        self.workers.threads()
    }

    /// Replaces the weights by neutral ones.
    ///
    /// # Errors
    ///
    /// There is not enough memory; nothing was changed.
    pub fn forget(&mut self) -> Result<(), TrainerError> {
        let patterns = Arc::clone(self.weights.weights().patterns());
        self.weights = TrackedWeights::neutral(&patterns)?;
        Ok(())
    }

    /// Applies changes of the weights.
    ///
    /// # Errors
    ///
    /// They are damaged, or start from other weights; nothing was changed.
    pub fn apply(&mut self, changes: &[u8]) -> Result<(), RefusedChanges> {
        self.weights.apply(changes)
    }

    /// Injects faults into games, for tests; `None` ends it.
    pub fn inject_faults(&mut self, faults: Option<FaultInjector>) {
        if let Some(old) = std::mem::replace(&mut self.faults, faults.map(Arc::new)) {
            old.release();
        }
    }

    /// Plays the games with these ascending numbers of the run with this seed, each thread with a transposition table
    /// of `table_bytes`. Returns them for [`Trainer::supply`](crate::Trainer::supply); if the call was stopped, only
    /// those that had finished.
    ///
    /// # Errors
    ///
    /// A setting is outside its range, or there is not enough memory, or the threads of a worker that hangs could not be
    /// replaced.
    pub fn play(
        &mut self,
        seed: u64,
        numbers: &[u64],
        play: &PlaySettings,
        table_bytes: usize,
        control: &Control,
    ) -> Result<Vec<u8>, TrainerError> {
        Ok(self.batch(seed, numbers, play, table_bytes, control)?.encode())
    }

    pub(crate) fn batch(
        &mut self,
        seed: u64,
        numbers: &[u64],
        play: &PlaySettings,
        table_bytes: usize,
        control: &Control,
    ) -> Result<Batch, TrainerError> {
        play.validate()?;
        if table_bytes != self.workers.table_bytes() {
            self.workers = Workers::new(self.threads(), table_bytes)?;
        }
        let evaluator = PatternEvaluator::new(Arc::clone(self.weights.weights()));
        let (mut games, failures, threads) =
            play_games(&mut self.workers, evaluator, self.faults.clone(), seed, numbers, None, play, control);
        threads?;
        games.sort_by_key(|game| game.record.index);
        let conditions = PlayConditions::new(play, table_bytes);
        Ok(Batch { seed, fingerprint: self.fingerprint(), conditions, games, failures })
    }
}
