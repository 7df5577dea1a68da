//! Playing one game of self-play.

use crate::play::fault_injection::FaultInjector;
use crate::play::progress::Progress;
use crate::random::GameRandom;
use crate::record::{GameRecord, PlayedGame, Ply, SearchTotals, Searched, Unfinished};
use crate::settings::PlaySettings;
use shirokuro_engine::{Evaluation, Limits, Position, Score, SearchResult, Searcher, Square, squares};
use std::sync::atomic::AtomicBool;

/// The context of a game: the flag that stops it, its progress, and injected faults.
#[derive(Clone, Copy, Debug)]
pub struct GameContext<'a> {
    /// Ends the game when set.
    pub stop: &'a AtomicBool,
    /// The progress of the game, for other threads to read.
    pub progress: &'a Progress,
    /// Injected faults, for tests.
    pub faults: Option<&'a FaultInjector>,
}

/// An event at a ply of a game, for an observer.
#[derive(Clone, Copy, Debug)]
pub enum GameEvent<'a> {
    /// The position was searched. Following a solved line needs no search.
    Search(&'a SearchResult),
    /// The move was chosen. This is the last event of a ply.
    Choice(Choice),
}

/// The way a move was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// At random, in the opening, without a search.
    Opening,
    /// The search's best move.
    Best,
    /// At random among all legal moves.
    Random,
    /// The best move of a one-ply search. It may also be the search's best move.
    Shallow,
    /// The game was given with its moves.
    Given,
}

/// Plays game number `index` of the run with this seed.
///
/// The game depends on the arguments alone, unless a search is limited by time: the searcher's table is cleared first.
///
/// ```
/// use shirokuro_engine::{DiscCount, Searcher};
/// use shirokuro_train::{GameContext, PlaySettings, Progress, play_game};
/// use std::sync::atomic::AtomicBool;
///
/// let mut searcher = Searcher::new(1 << 20).unwrap();
/// let context = GameContext { stop: &AtomicBool::new(false), progress: &Progress::new(), faults: None };
/// let settings = PlaySettings { random_plies: 10, ..PlaySettings::default() };
/// let mut play = |index| play_game(&mut searcher, &DiscCount, &settings, 1, index, &context).unwrap();
/// let (game, other) = (play(7), play(8));
/// assert_ne!(game.record.plies, other.record.plies);
/// assert_eq!(game, play(7)); // the same seed and number give the same game
/// ```
///
/// # Errors
///
/// The game did not finish: it was stopped, or the search found no move, or an illegal one.
pub fn play_game<E: Evaluation>(
    searcher: &mut Searcher,
    evaluator: &E,
    settings: &PlaySettings,
    seed: u64,
    index: u64,
    context: &GameContext,
) -> Result<PlayedGame, Unfinished> {
    play_observed_game(searcher, evaluator, settings, seed, index, context, &mut |_| {})
}

/// Plays a game as [`play_game`] does and reports each event to `observe`.
///
/// # Errors
///
/// As [`play_game`].
pub fn play_observed_game<E: Evaluation>(
    searcher: &mut Searcher,
    evaluator: &E,
    settings: &PlaySettings,
    seed: u64,
    index: u64,
    context: &GameContext,
    observe: &mut impl FnMut(GameEvent),
) -> Result<PlayedGame, Unfinished> {
    let GameContext { progress, faults, .. } = *context;
    let fault = faults.and_then(|faults| Some((faults, faults.of(seed, index)?)));
    searcher.forget();
    let mut random = GameRandom::new(seed, index);
    let limits = search_limits(settings, context);
    let one_ply = Limits { depth: Some(1), ..Limits::default() };
    let opening = random.below(settings.random_plies + 1) as usize;
    let mut plies = Vec::with_capacity(60);
    let mut totals = SearchTotals::default();
    let mut position = Position::START;
    let mut solved = Solved::default();
    while !position.board.is_over() {
        if progress.is_abandoned() {
            return Err(Unfinished::Stopped);
        }
        if let Some((faults, (fault, _))) = fault.filter(|(_, (_, ply))| *ply == plies.len()) {
            faults.trigger(fault)?;
        }
        let moves = position.board.moves();
        let ply = if plies.len() < opening {
            observe(GameEvent::Choice(Choice::Opening));
            Ply { square: random_move(moves, &mut random), searched: None }
        } else {
            if solved.line.is_empty() {
                solved = Solved::search(searcher, evaluator, &position, settings, &limits, progress, |result| {
                    totals.count(result);
                    observe(GameEvent::Search(result));
                })?;
            }
            let best = solved.line.pop().ok_or_else(|| search_error(&"the search found no move"))?;
            let (score, exact) = (position.side.black_view(solved.black_score), solved.exact);
            let (mut greedy, mut square, mut choice) = (true, best, Choice::Best);
            if random.chance(settings.epsilon) {
                (greedy, square, choice) = (false, random_move(moves, &mut random), Choice::Random);
            } else if random.chance(settings.shallow) {
                let search = || searcher.search(evaluator, &position.board, &one_ply);
                let result = progress.time(&progress.times().search, search);
                totals.count(&result);
                square = result.best.unwrap_or(best);
                (greedy, choice) = (square == best, Choice::Shallow);
            }
            observe(GameEvent::Choice(choice));
            if !(exact && square == best) {
                solved.line.clear();
            }
            Ply { square, searched: Some(Searched { score, exact, greedy }) }
        };
        position = position.play(ply.square).map_err(|error| search_error(&error))?.after_forced_pass();
        plies.push(ply);
        progress.push(ply.square);
    }
    let stone_difference = position.side.black_view(position.board.final_score());
    Ok(PlayedGame { record: GameRecord { index, plies, stone_difference }, totals })
}

/// Returns the limits of a game's searches.
pub(crate) fn search_limits<'a>(settings: &PlaySettings, context: &GameContext<'a>) -> Limits<'a> {
    Limits {
        depth: settings.depth,
        nodes: settings.nodes,
        time: settings.time,
        exact: settings.exact_empties,
        stop: Some(context.stop),
        heartbeat: Some(context.progress.heartbeat()),
        ..Limits::default()
    }
}

/// Blames the search for the error: random moves are legal.
pub(crate) fn search_error(reason: &impl ToString) -> Unfinished {
    Unfinished::SearchError(reason.to_string())
}

/// The principal variation of the last search. While it is exact and its moves are played, no further search is needed.
#[derive(Default)]
pub(crate) struct Solved {
    /// In Black's view.
    pub black_score: Score,
    pub exact: bool,
    /// The moves, the next one last.
    pub line: Vec<Square>,
}

impl Solved {
    /// Searches a position, and hands the result to `count`.
    pub fn search<E: Evaluation>(
        searcher: &mut Searcher,
        evaluator: &E,
        position: &Position,
        settings: &PlaySettings,
        limits: &Limits,
        progress: &Progress,
        count: impl FnOnce(&SearchResult),
    ) -> Result<Self, Unfinished> {
        let solves = position.board.empties() <= settings.exact_empties;
        let total = if solves { &progress.times().solving } else { &progress.times().search };
        let result = progress.time(total, || searcher.search(evaluator, &position.board, limits));
        if result.stopped {
            return Err(Unfinished::Stopped);
        }
        count(&result);
        let mut line = result.line;
        line.reverse();
        Ok(Self { black_score: position.side.black_view(result.score), exact: result.exact, line })
    }
}

/// Returns one of the moves, each equally likely.
pub(crate) fn random_move(moves: u64, random: &mut GameRandom) -> Square {
    let n = random.below(moves.count_ones());
    squares(moves).nth(n as usize).expect("n is below the number of moves")
}

#[cfg(test)]
#[path = "selfplay_tests.rs"]
mod tests;
