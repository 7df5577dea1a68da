//! The trainer: plays a generation, learns it, and is saved and loaded in between.

use crate::error::{TrainerError, require};
use crate::file::digest::state_digest;
use crate::file::error::FileError;
use crate::file::section::Encoding;
use crate::file::texts::Texts;
use crate::file::{load_state, save_state};
use crate::learn::adam::AdamStep;
use crate::learn::inspection::Inspection;
use crate::learn::positions::Positions;
use crate::learn::repair::reset_bad_moments;
use crate::learn::rounding::Rounding;
use crate::learn::update::{Update, UpdateOutcome, update_tables};
use crate::phases::{PhaseTimes, UpdateTimes};
use crate::play::control::Control;
use crate::play::fault_injection::FaultInjector;
use crate::play::pending::PlayConditions;
use crate::play::round::{GameResult, Supervision};
use crate::play::selfplay::{GameContext, play_game};
use crate::play::workers::Workers;
use crate::record::GameRecord;
use crate::record::PlayedGame;
use crate::report::{GameFailure, GenerationReport, Reset};
use crate::settings::{LearnSettings, PlaySettings, TrainerOptions};
use crate::state::State;
use shirokuro_engine::PatternEvaluator;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Games that ended, games that failed, and whether there are threads for more.
type Played = (Vec<PlayedGame>, Vec<GameFailure>, Result<(), TrainerError>);

/// Plays games against itself and learns pattern weights from them.
///
/// Games are numbered from 0; generation g is the games from g·G, G of them. All of a generation's games are played with the
/// weights from before it. What comes out follows from the seed and the settings alone — not from the number of
/// threads, nor from how the games are split into calls: `advance(n)` and then `advance(m)` is `advance(n + m)` to the last bit.
#[derive(Debug)]
pub struct Trainer {
    pub(crate) state: State,
    pub(crate) workers: Workers,
    /// Bytes of the positions that were learned last.
    pub(crate) rows: usize,
    faults: Option<Arc<FaultInjector>>,
    inspection: Inspection,
}

impl Trainer {
    /// A trainer that has played nothing, with neutral weights.
    ///
    /// # Errors
    ///
    /// An option is outside its range, or there are no threads to be had.
    pub fn new(options: &TrainerOptions) -> Result<Self, TrainerError> {
        options.validate()?;
        let workers = Workers::new(options.threads, options.table_bytes)?;
        Ok(Self {
            state: State::new(options.seed, options.generation_games),
            workers,
            rows: 0,
            faults: None,
            inspection: Inspection::default(),
        })
    }

    /// The trainer that was saved, and the texts that were saved with it.
    ///
    /// # Errors
    ///
    /// The file can not be read, is no model file, is damaged, or holds weights only; or `threads` is out of range.
    pub fn load(path: &Path, threads: usize, table_bytes: usize) -> Result<(Self, Texts), TrainerError> {
        TrainerOptions { threads, table_bytes, ..TrainerOptions::default() }.validate()?;
        let (state, texts) = load_state(path)?;
        let workers = Workers::new(threads, table_bytes)?;
        Ok((Self { state, workers, rows: 0, faults: None, inspection: Inspection::default() }, texts))
    }

    /// Saves everything that the run's continuation follows from, and the caller's two texts; in place of the old file or
    /// not at all.
    ///
    /// # Errors
    ///
    /// The operating system refused; the old file is as it was.
    pub fn save(&self, path: &Path, texts: &Texts, encoding: Encoding) -> Result<(), FileError> {
        save_state(path, &self.state, texts, encoding)
    }

    /// Other worker threads, or another size of their tables, from now on.
    ///
    /// # Errors
    ///
    /// `threads` is out of range, or there are no threads to be had; nothing was changed.
    pub fn set_workers(&mut self, threads: usize, table_bytes: usize) -> Result<(), TrainerError> {
        TrainerOptions { threads, table_bytes, ..TrainerOptions::default() }.validate()?;
        self.workers = Workers::new(threads, table_bytes)?;
        Ok(())
    }

    /// Makes games go wrong on purpose, for tests; `None` makes an end of it.
    pub fn inject_faults(&mut self, faults: Option<FaultInjector>) {
        if let Some(old) = std::mem::replace(&mut self.faults, faults.map(Arc::new)) {
            old.release();
        }
    }

    /// What is reported of the updates from now on.
    pub fn inspect(&mut self, inspection: Inspection) {
        self.inspection = inspection;
    }

    /// Makes every entry neutral whose moments are no finite numbers, as a file may bring them.
    pub fn reset_bad_numbers(&mut self) -> Vec<Reset> {
        let Self { state, workers, .. } = self;
        workers.run(|| reset_bad_moments(state))
    }

    /// Plays the next `games` games, at most to the end of the generation under way, and learns them.
    ///
    /// If the generation is not complete afterwards, its games are learned provisionally: the next call takes that back,
    /// plays the missing games with the weights that the others were played with, and learns them all together, with the settings
    /// of that call. So the settings of a generation should not change within it.
    ///
    /// `None` if the call was stopped. Nothing has changed then, but that the games it had finished are kept: a later call that
    /// comes to them reports them without playing them again.
    ///
    /// # Errors
    ///
    /// A setting is outside its range: nothing was done. Or no threads are to be had in place of those of a worker that hangs: as if
    /// stopped.
    pub fn advance(
        &mut self,
        games: u32,
        play: &PlaySettings,
        learn: &LearnSettings,
        control: &Control,
    ) -> Result<Option<GenerationReport>, TrainerError> {
        require(games >= 1, "games", games, "at least 1")?;
        play.validate()?;
        learn.validate()?;
        let start = Instant::now();
        self.state.swap_provisional();
        let (played, failures, threads) = self.play(games, play, control);
        if threads.is_err() || !control.begin_learning() {
            self.state.swap_provisional();
            self.state.pending.add(played, self.conditions(play));
            return threads.map(|()| None);
        }
        let learning = Instant::now();
        let play_time = learning - start;
        self.state.undo = Vec::new();
        let mut report = GenerationReport { play_time, ..GenerationReport::of(played, failures) };
        let mut records: Vec<GameRecord> = report.games.clone();
        records.extend(report.failures.iter().map(|failure| GameRecord::failed(failure.index)));
        records.sort_by_key(|record| record.index);
        self.state.records.append(&mut records);
        self.workers.timed = control.timed_games() > 0;
        let positions = self.positions(*learn);
        let updating = Instant::now();
        let preparing = updating - learning;
        self.learn(*learn, &positions, &mut report);
        drop(positions);
        let update = UpdateTimes { wall: updating.elapsed(), busy: self.workers.take_learning_time() };
        report.learn_time = preparing + update.wall;
        if self.workers.timed {
            let workers = self.threads() as u32;
            report.phases = Some(PhaseTimes::of(control.play_times(), workers, play_time, preparing, update));
        }
        Ok(Some(report))
    }

    /// The next games, as far as they ended: those that were kept, and those that are played now, in their order.
    fn play(&mut self, games: u32, settings: &PlaySettings, control: &Control) -> Played {
        let next = self.state.next_games(games);
        let conditions = self.conditions(settings);
        let mut played = self.state.pending.take(&next, &conditions);
        control.count_finished(played.len() as u64);
        let missing: Vec<u64> =
            next.filter(|index| played.binary_search_by_key(index, |game| game.record.index).is_err()).collect();
        let (evaluator, faults, stop) = (self.evaluator(), self.faults.clone(), control.stop_flag());
        let (settings, seed) = (*settings, self.state.seed);
        let supervision = Supervision { control, hang_timeout: settings.hang_timeout };
        let (results, threads) = self.workers.play(&missing, &supervision, move |searcher, index, progress| {
            let context = GameContext { stop: &stop, progress, faults: faults.as_deref() };
            play_game(searcher, &evaluator, &settings, seed, index, &context)
        });
        let mut failures = Vec::new();
        for (&index, result) in missing.iter().zip(results) {
            match result {
                GameResult::Played(game) => played.push(game),
                GameResult::Failed { kind, message, moves } => {
                    failures.push(GameFailure { index, kind, message, seed, moves });
                }
                GameResult::Stopped => {}
            }
        }
        played.sort_by_key(|game| game.record.index);
        (played, failures, threads)
    }

    /// What decides how games are played now.
    fn conditions(&self, play: &PlaySettings) -> PlayConditions {
        PlayConditions::new(play, self.workers.table_bytes())
    }

    /// What there is to learn from the games of the generation under way.
    fn positions(&self, settings: LearnSettings) -> Positions {
        let Self { state, workers, faults, .. } = self;
        let faults = faults.as_deref().map(|faults| (faults, state.seed));
        workers.run(|| Positions::of(&state.records, &state.weights, settings.lambda, faults))
    }

    /// Learns all games of the generation under way.
    fn learn(&mut self, settings: LearnSettings, positions: &Positions, report: &mut GenerationReport) {
        let Self { state, workers, rows, inspection, .. } = self;
        let complete = state.generation_left() == 0;
        let update = Update {
            adam: AdamStep::new(settings.rate, state.powers.next()),
            rounding: Rounding::new(state.seed, state.generation),
            provisional: !complete,
            inspection: *inspection,
        };
        let State { weights, moments, coverage, .. } = state;
        let UpdateOutcome { visits, resets, undo, updates, sudden } =
            update_tables(workers, positions, weights, moments, coverage, update);
        state.weights.changed();
        state.undo = undo;
        (report.updates, report.sudden_count) = (updates, sudden.count);
        report.sudden = sudden.explain(&state.records, positions);
        *rows = positions.bytes();
        let new = |game: u64| report.games.binary_search_by_key(&game, |record| record.index).is_ok();
        let errors = state.records.iter().zip(positions.errors()).filter(|(record, _)| new(record.index));
        report.errors_by_game = errors.map(|(_, errors)| *errors).collect();
        report.nan_games = positions.nan_games().iter().filter(|game| new(**game)).copied().collect();
        report.resets = resets;
        report.visits = visits;
        if complete {
            state.complete_generation();
        }
        report.generation_complete = complete;
    }

    /// Finished games.
    pub fn games_played(&self) -> u64 {
        self.state.games()
    }

    /// Games that the generation under way still misses; all of its games at the start of one.
    pub fn generation_left(&self) -> u32 {
        self.state.generation_left()
    }

    /// Number of complete generations.
    pub fn generation(&self) -> u64 {
        self.state.generation
    }

    /// The run's seed.
    pub fn seed(&self) -> u64 {
        self.state.seed
    }

    /// Games in a generation.
    pub fn generation_games(&self) -> u32 {
        self.state.generation_games
    }

    /// Number of worker threads.
    pub fn threads(&self) -> usize {
        self.workers.threads()
    }

    /// An evaluator that shares the weights: it sees every update.
    pub fn evaluator(&self) -> PatternEvaluator {
        PatternEvaluator::new(Arc::clone(&self.state.weights))
    }

    /// SHA-256 over everything that the run's continuation follows from but the settings: 64 hexadecimal digits.
    pub fn digest(&self) -> String {
        state_digest(&self.state)
    }
}

#[cfg(test)]
#[path = "trainer_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "faulty_run_tests.rs"]
mod faulty_run_tests;
