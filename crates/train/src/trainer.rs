//! The trainer, which plays and learns generations and can be saved and loaded between calls.

use crate::cluster::supply::Supplies;
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
use crate::learn::targets::Targets;
use crate::learn::update::{Update, UpdateOutcome, update_tables};
use crate::phases::{PhaseTimes, UpdateTimes};
use crate::play::control::Control;
use crate::play::fault_injection::FaultInjector;
use crate::play::games::{Played, play_games};
use crate::play::given::GivenGames;
use crate::play::pending::PlayConditions;
use crate::play::workers::Workers;
use crate::record::GameRecord;
use crate::record::PlayedGame;
use crate::report::{GenerationReport, Reset};
use crate::settings::{LearnSettings, PlaySettings, TrainerOptions};
use crate::state::State;
use shirokuro_engine::{OutOfMemory, PATTERNS, PatternEvaluator, PatternSet, Weights, require_memory};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// What a call learns from, and what it teaches; by default, λ-returns of games of self-play.
#[derive(Default)]
pub struct Lesson<'a> {
    /// Games to learn from in place of games of self-play: each takes the number of the run's next game. Those beyond
    /// the end of the current generation are left out. A call that was stopped leaves finished games for a later one
    /// that is given the same games.
    pub given: Option<&'a Arc<GivenGames>>,
    /// What the positions are taught in place of λ-returns.
    pub targets: Option<&'a mut TargetFunction<'a>>,
}

/// Returns a target for each searched position of the generation's games so far, in discs for its side to move, in the
/// order of the games and their moves. A position whose target is NaN is not learned. `None` stops the call.
pub type TargetFunction<'a> = dyn FnMut(&[GameRecord]) -> Option<Vec<f32>> + Send + 'a;

/// Plays games against itself and learns pattern weights from them.
///
/// Games are numbered from 0, and generation g consists of the G games from g·G on. All of a generation's games are
/// played with the weights from before it, or with a delay of one generation, with those from before the previous one.
/// The result depends only on the seed and the settings, not on the number of threads or on how the games are split into
/// calls: `advance(n)` followed by `advance(m)` equals `advance(n + m)` to the last bit.
///
/// ```
/// use shirokuro_train::{Control, LearnSettings, PlaySettings, Trainer, TrainerOptions};
///
/// let options = TrainerOptions { seed: 7, generation_games: 8, ..TrainerOptions::default() };
/// let play = PlaySettings { random_plies: 8, epsilon: 0.1, ..PlaySettings::default() };
/// let train = |calls: &[u32]| {
///     let mut trainer = Trainer::new(&options)?;
///     for &games in calls {
///         trainer.advance(games, &play, &LearnSettings::default(), &Control::new())?;
///     }
///     Ok::<_, shirokuro_train::TrainerError>(trainer)
/// };
/// let [whole, split] = [train(&[8])?, train(&[3, 5])?];
/// assert_eq!((whole.games_played(), whole.generation()), (8, 1));
/// assert_eq!(whole.digest(), split.digest());
/// # Ok::<_, shirokuro_train::TrainerError>(())
/// ```
#[derive(Debug)]
pub struct Trainer {
    pub(crate) state: State,
    pub(crate) workers: Workers,
    /// The bytes of the positions that were learned last.
    pub(crate) rows: usize,
    /// What other processes play for this trainer.
    pub(crate) supplies: Supplies,
    faults: Option<Arc<FaultInjector>>,
    inspection: Inspection,
}

impl Trainer {
    /// Creates a trainer that has played nothing, with neutral weights.
    ///
    /// # Errors
    ///
    /// An option is outside its range, or there is not enough memory, or no threads are available.
    pub fn new(options: &TrainerOptions) -> Result<Self, TrainerError> {
        Self::start(options, &PATTERNS, None)
    }

    /// Creates a trainer that has played nothing, with neutral weights of these patterns.
    ///
    /// # Errors
    ///
    /// An option is outside its range, or there is not enough memory, or no threads are available.
    pub fn with_patterns(options: &TrainerOptions, patterns: &Arc<PatternSet>) -> Result<Self, TrainerError> {
        Self::start(options, patterns, None)
    }

    /// Creates a trainer that has played nothing, with a copy of these weights.
    ///
    /// # Errors
    ///
    /// An option is outside its range, or there is not enough memory, or no threads are available.
    pub fn with_weights(options: &TrainerOptions, weights: &Weights) -> Result<Self, TrainerError> {
        Self::start(options, weights.patterns(), Some(weights))
    }

    fn start(
        options: &TrainerOptions,
        patterns: &Arc<PatternSet>,
        weights: Option<&Weights>,
    ) -> Result<Self, TrainerError> {
        options.validate()?;
        let mut state = State::new(options.seed, options.generation_games, patterns, weights)?;
        state.earlier = (options.delay_generations > 0).then(Vec::new);
        let workers = Workers::new(options.threads, options.table_bytes)?;
        Ok(Self::of(state, workers))
    }

    fn of(state: State, workers: Workers) -> Self {
        let (supplies, inspection) = (Supplies::default(), Inspection::default());
        Self { state, workers, rows: 0, supplies, faults: None, inspection }
    }

    /// Loads a trainer and the texts that were saved with it.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is not a model file, is damaged, or holds weights only; `threads` is out of range; or
    /// there is not enough memory.
    pub fn load(path: &Path, threads: usize, table_bytes: usize) -> Result<(Self, Texts), TrainerError> {
        TrainerOptions { threads, table_bytes, ..TrainerOptions::default() }.validate()?;
        let (state, texts) = load_state(path)?;
        let workers = Workers::new(threads, table_bytes)?;
        Ok((Self::of(state, workers), texts))
    }

    /// Saves everything that determines how the run continues, and the caller's texts. The file is replaced completely
    /// or not at all.
    ///
    /// Returns whether the folder was synced: some file systems do not support that, and then a power failure may
    /// restore the old file.
    ///
    /// # Errors
    ///
    /// The path is not a regular file, or the operating system reported an error; the old file is unchanged.
    pub fn save(&self, path: &Path, texts: &Texts, encoding: Encoding) -> Result<bool, FileError> {
        save_state(path, &self.state, texts, encoding)
    }

    /// Replaces the worker threads and their tables.
    ///
    /// # Errors
    ///
    /// `threads` is out of range, or there is not enough memory, or no threads are available; nothing was changed.
    pub fn set_workers(&mut self, threads: usize, table_bytes: usize) -> Result<(), TrainerError> {
        TrainerOptions { threads, table_bytes, ..TrainerOptions::default() }.validate()?;
        self.workers = Workers::new(threads, table_bytes)?;
        Ok(())
    }

    /// Injects faults into games, for tests; `None` ends it.
    pub fn inject_faults(&mut self, faults: Option<FaultInjector>) {
        if let Some(old) = std::mem::replace(&mut self.faults, faults.map(Arc::new)) {
            old.release();
        }
    }

    /// Sets what is reported of later updates.
    pub fn inspect(&mut self, inspection: Inspection) {
        self.inspection = inspection;
    }

    /// Resets every entry whose moments are NaN or infinite to neutral: a file may contain such moments.
    pub fn reset_bad_numbers(&mut self) -> Vec<Reset> {
        let Self { state, workers, .. } = self;
        workers.run(|| reset_bad_moments(state))
    }

    /// Plays the next `games` games, at most to the end of the current generation, and learns them.
    ///
    /// If the generation is not complete afterwards, its games are learned provisionally. The next call undoes this
    /// update, plays the missing games with the same weights as the others, and learns all of them together with its
    /// own settings. The settings should therefore not change within a generation.
    ///
    /// Returns `None` if the call was stopped. Then nothing has changed, except that the games it had finished are
    /// kept: a later call that reaches them reports them without playing them again.
    ///
    /// # Errors
    ///
    /// A setting is outside its range, and nothing was done. Or there is not enough memory, or the threads of a worker
    /// that hangs could not be replaced; the state is then that of a stopped call.
    pub fn advance(
        &mut self,
        games: u32,
        play: &PlaySettings,
        learn: &LearnSettings,
        control: &Control,
    ) -> Result<Option<GenerationReport>, TrainerError> {
        self.advance_with(games, Lesson::default(), play, learn, control)
    }

    /// Learns as [`advance`](Self::advance) does, with other games or other targets.
    ///
    /// # Errors
    ///
    /// As [`advance`](Self::advance).
    pub fn advance_with(
        &mut self,
        games: u32,
        lesson: Lesson<'_>,
        play: &PlaySettings,
        learn: &LearnSettings,
        control: &Control,
    ) -> Result<Option<GenerationReport>, TrainerError> {
        let given = lesson.given;
        require(games >= 1, "games", games, "at least 1")?;
        let given_games = given.map_or(u32::MAX, |given| u32::try_from(given.games.len()).unwrap_or(u32::MAX));
        require(given_games >= 1, "given", "no games", "at least 1 game")?;
        let games = games.min(given_games);
        play.validate()?;
        learn.validate()?;
        require_memory(self.bytes_to_learn(games, learn), "the next games")?;
        // Games that other processes play are waited for from the moment they were asked for.
        let start = self.supplies.asked.take().unwrap_or_else(Instant::now);
        self.state.swap_provisional();
        let (played, failures, threads) = self.play(games, given, play, control);
        let learning = Instant::now();
        let play_time = learning - start;
        let mut records: Vec<GameRecord> = played.iter().map(|game| game.record.clone()).collect();
        records.extend(failures.iter().map(|failure| GameRecord::failed(failure.index)));
        records.sort_by_key(|record| record.index);
        let before = self.state.records.len();
        self.state.records.append(&mut records);
        let own = lesson.targets.filter(|_| threads.is_ok() && !control.is_stopped()).and_then(|function| {
            let targets = function(&self.state.records);
            if targets.is_none() {
                control.stop();
            }
            targets
        });
        if threads.is_err() || !control.begin_learning() {
            self.state.records.truncate(before);
            self.put_back(played, self.conditions(play, given));
            return threads.map(|()| None);
        }
        let targets = own.as_deref().map_or(Targets::LambdaReturns(learn.lambda), Targets::Own);
        self.workers.timed = control.timed_games() > 0;
        let learned = self.positions(*learn, targets).and_then(|positions| {
            let updating = Instant::now();
            Ok((self.update(*learn, &positions)?, positions, updating))
        });
        let (outcome, positions, updating) = match learned {
            Ok(learned) => learned,
            Err(error) => {
                self.state.records.truncate(before);
                self.put_back(played, self.conditions(play, given));
                return Err(error.into());
            }
        };
        let preparing = updating - learning;
        let mut report = GenerationReport { play_time, ..GenerationReport::of(played, failures) };
        self.describe(outcome, &positions, &mut report);
        drop(positions);
        let update = UpdateTimes { wall: updating.elapsed(), busy: self.workers.take_learning_time() };
        report.learn_time = preparing + update.wall;
        if self.workers.timed {
            let workers = self.threads() as u32;
            report.phases = Some(PhaseTimes::of(control.play_times(), workers, play_time, preparing, update));
        }
        Ok(Some(report))
    }

    /// Returns a bound for the bytes that playing and learning the next games takes, without the undo log.
    fn bytes_to_learn(&self, games: u32, learn: &LearnSettings) -> usize {
        /// A game's record and search results, with copies.
        const GAME: usize = 4096;
        let next = self.state.next_games(games).count();
        next * GAME + Positions::most_bytes(self.state.records.len() + next, learn.sharing(), self.state.patterns())
    }

    /// Ends a call that learns nothing: restores the provisional update and keeps the games for the next call.
    fn put_back(&mut self, played: Vec<PlayedGame>, conditions: PlayConditions) {
        self.state.swap_provisional();
        self.state.pending.add(played, conditions);
    }

    /// Returns the next games that finished, in their order: pending games and those played now.
    fn play(
        &mut self,
        games: u32,
        given: Option<&Arc<GivenGames>>,
        settings: &PlaySettings,
        control: &Control,
    ) -> Played {
        let next = self.state.next_games(games);
        let first = next.start;
        let conditions = self.conditions(settings, given);
        let mut played = self.state.pending.take(&next, &conditions);
        if let Some(given) = given {
            played.retain(|game| game.record.has_moves_of(&given.games[(game.record.index - first) as usize]));
        }
        control.count_finished(played.len() as u64);
        let mut failures = self.supplies.take_failures(&next, &conditions);
        control.count_finished(failures.len() as u64);
        let failed = |index: &u64| failures.iter().any(|failure| failure.index == *index);
        let finished = |index: &u64| played.binary_search_by_key(index, |game| game.record.index).is_ok();
        let missing: Vec<u64> = next.filter(|index| !finished(index) && !failed(index)).collect();
        let (evaluator, faults, seed) = (self.evaluator(), self.faults.clone(), self.state.seed);
        let given = given.map(|given| (Arc::clone(given), first));
        self.state.swap_earlier();
        let (others, lost, threads) =
            play_games(&mut self.workers, evaluator, faults, seed, &missing, given, settings, control);
        self.state.swap_earlier();
        played.extend(others);
        failures.extend(lost);
        failures.sort_by_key(|failure| failure.index);
        played.sort_by_key(|game| game.record.index);
        (played, failures, threads)
    }

    /// Returns the conditions under which games are played now.
    pub(crate) fn conditions(&self, play: &PlaySettings, given: Option<&Arc<GivenGames>>) -> PlayConditions {
        let table_bytes = self.workers.table_bytes();
        given.map_or_else(
            || PlayConditions::new(play, table_bytes),
            |given| PlayConditions::of_given(play, table_bytes, given.targets),
        )
    }

    /// Prepares the positions of the current generation's games for learning.
    fn positions(&self, settings: LearnSettings, targets: Targets) -> Result<Positions, OutOfMemory> {
        let Self { state, workers, faults, .. } = self;
        let faults = faults.as_deref().map(|faults| (faults, state.seed));
        workers.run(|| Positions::of(&state.records, &state.weights, targets, settings.sharing(), faults))
    }

    /// Learns all games of the current generation. On an error, nothing has changed.
    fn update(&mut self, settings: LearnSettings, positions: &Positions) -> Result<UpdateOutcome, OutOfMemory> {
        let Self { state, workers, inspection, .. } = self;
        let complete = state.generation_left() == 0;
        let update = Update {
            adam: AdamStep::new(settings.rate, settings.adam_epsilon, state.powers.next()),
            rounding: Rounding::new(state.seed, state.generation),
            logged: !complete || state.earlier.is_some(),
            inspection: *inspection,
        };
        let State { weights, moments, coverage, .. } = state;
        let outcome = update_tables(workers, positions, weights, moments, coverage, update);
        state.weights.changed();
        outcome
    }

    /// Completes the report of learned games, and the generation if these were its last.
    fn describe(&mut self, outcome: UpdateOutcome, positions: &Positions, report: &mut GenerationReport) {
        let Self { state, rows, .. } = self;
        let complete = state.generation_left() == 0;
        let UpdateOutcome { visits, resets, undo, updates, sudden } = outcome;
        state.undo = undo;
        (report.updates, report.sudden_count) = (updates, sudden.count);
        report.sudden = sudden.explain(&state.records, positions, state.patterns());
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

    /// Returns the number of finished games.
    pub fn games_played(&self) -> u64 {
        self.state.games()
    }

    /// Returns the number of games missing in the current generation; all of its games at its start.
    pub fn generation_left(&self) -> u32 {
        self.state.generation_left()
    }

    /// Returns the number of complete generations.
    pub fn generation(&self) -> u64 {
        self.state.generation
    }

    /// Returns the run's seed.
    pub fn seed(&self) -> u64 {
        self.state.seed
    }

    /// Returns the number of games in a generation.
    pub fn generation_games(&self) -> u32 {
        self.state.generation_games
    }

    /// Returns the number of generations that are played before the ones before them are learned.
    pub fn delay_generations(&self) -> u32 {
        u32::from(self.state.earlier.is_some())
    }

    /// Returns the number of worker threads.
    pub fn threads(&self) -> usize {
        self.workers.threads()
    }

    /// Returns an evaluator that shares the weights: it follows every update.
    pub fn evaluator(&self) -> PatternEvaluator {
        PatternEvaluator::new(Arc::clone(&self.state.weights))
    }

    /// Returns a copy of the weights that the current generation's games are played with.
    ///
    /// # Errors
    ///
    /// There is not enough memory.
    pub fn generation_weights(&mut self) -> Result<Weights, OutOfMemory> {
        self.state.enter_play();
        let copy = self.state.weights.copy();
        self.state.leave_play();
        copy
    }

    /// Returns the SHA-256 of everything except the settings that determines how the run continues: 64 hexadecimal
    /// digits.
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
