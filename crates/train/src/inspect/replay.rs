//! Replaying a game of a training, to see its searches.

use crate::error::TrainerError;
use crate::error::require;
use crate::play::given::{GivenTargets, replay_given_game};
use crate::play::progress::Progress;
use crate::play::selfplay::{Choice, GameContext, GameEvent, play_observed_game};
use crate::record::GameRecord;
use crate::record::{PlayedGame, Unfinished};
use crate::settings::PlaySettings;
use crate::trainer::Trainer;
use shirokuro_engine::{PatternEvaluator, Position, SearchResult, Searcher, discs, require_memory};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// A replayed game and the events at each of its plies.
#[derive(Clone, Debug)]
pub struct ReplayedGame {
    /// The game.
    pub game: PlayedGame,
    /// The evaluations of the positions before the moves, in discs for the side to move.
    pub evaluations: Vec<f32>,
    /// The events, one item per ply.
    pub plies: Vec<ReplayedPly>,
}

/// The events at a ply.
#[derive(Clone, Debug)]
pub struct ReplayedPly {
    /// The search; `None` in the random opening and where a solved line is followed.
    pub search: Option<SearchResult>,
    /// The wall-clock time of the ply.
    pub time: Duration,
    /// The way the move was chosen.
    pub choice: Choice,
}

impl Trainer {
    /// Replays a game of the current generation with the weights from before the generation. Nothing is learned.
    ///
    /// It is the same game if the settings are those it was played with, and if no search is limited by time.
    ///
    /// # Errors
    ///
    /// The game is not of this generation, a setting is outside its range, or there is not enough memory for a table.
    /// The inner result is that of [`play_observed_game`].
    pub fn replay(
        &mut self,
        game: u64,
        play: &PlaySettings,
        stop: &AtomicBool,
    ) -> Result<Result<ReplayedGame, Unfinished>, TrainerError> {
        let seed = self.state.seed;
        self.observe_game(game, play, stop, |searcher, evaluator, context, mut observe| {
            play_observed_game(searcher, evaluator, play, seed, game, context, &mut observe)
        })
    }

    /// Replays a given game, which has the number `game` in the current generation, with the weights from before the
    /// generation. Nothing is learned.
    ///
    /// # Errors
    ///
    /// As [`replay`](Self::replay).
    pub fn replay_given(
        &mut self,
        game: u64,
        given: (&GameRecord, GivenTargets),
        play: &PlaySettings,
        stop: &AtomicBool,
    ) -> Result<Result<ReplayedGame, Unfinished>, TrainerError> {
        self.observe_game(game, play, stop, |searcher, evaluator, context, mut observe| {
            replay_given_game(searcher, evaluator, play, given, game, context, &mut observe)
        })
    }

    /// Plays a game of the current generation by calling `run` with a searcher, the weights from before the generation,
    /// the context and an observer.
    fn observe_game(
        &mut self,
        game: u64,
        play: &PlaySettings,
        stop: &AtomicBool,
        run: impl FnOnce(
            &mut Searcher,
            &PatternEvaluator,
            &GameContext,
            &mut dyn FnMut(GameEvent),
        ) -> Result<PlayedGame, Unfinished>,
    ) -> Result<Result<ReplayedGame, Unfinished>, TrainerError> {
        let size = u64::from(self.state.generation_games);
        let of_generation = game / size == self.state.generation;
        require(of_generation, "game", game, "a game of the current generation")?;
        play.validate()?;
        require_memory(self.workers.table_bytes(), "a search")?;
        let mut searcher = Searcher::new(self.workers.table_bytes())?;
        let (mut plies, mut search, mut start) = (Vec::new(), None, Instant::now());
        let mut observe = |sight: GameEvent| match sight {
            GameEvent::Search(result) => search = Some(result.clone()),
            GameEvent::Choice(choice) => {
                plies.push(ReplayedPly { search: search.take(), time: start.elapsed(), choice });
                start = Instant::now();
            }
        };
        let context = GameContext { stop, progress: &Progress::new(), faults: None };
        self.state.enter_play();
        let evaluator = self.evaluator();
        let played = run(&mut searcher, &evaluator, &context, &mut observe);
        let evaluations = played.as_ref().map_or_else(|_| Vec::new(), |game| evaluations(&game.record, &evaluator));
        self.state.leave_play();
        Ok(played.map(|game| ReplayedGame { game, evaluations, plies }))
    }
}

fn evaluations(record: &GameRecord, evaluator: &PatternEvaluator) -> Vec<f32> {
    let positions = record.plies.iter().scan(Position::START, |position, ply| {
        let before = *position;
        *position = position.play(ply.square).expect("the moves of a record are legal").after_forced_pass();
        Some(before)
    });
    positions.map(|position| discs(evaluator.evaluate(&position.board))).collect()
}

#[cfg(test)]
#[path = "replay_tests.rs"]
mod tests;
