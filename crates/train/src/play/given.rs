//! Games that are given in place of games of self-play.

use crate::play::selfplay::{Choice, GameContext, GameEvent, Solved, search_error, search_limits};
use crate::record::{GameRecord, PlayedGame, Ply, SearchTotals, Searched, Unfinished};
use crate::settings::PlaySettings;
use shirokuro_engine::{Evaluation, Position, Searcher, UNITS_PER_DISC};

/// What the positions of given games are taught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenTargets {
    /// The game's outcome. Nothing is searched.
    Outcome,
    /// The λ-return of search values, as in self-play.
    Search,
}

/// Games to learn from in place of games of self-play. Their numbers do not count: the run numbers them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenGames {
    /// The games. Only their moves and outcomes count.
    pub games: Vec<GameRecord>,
    /// What their positions are taught.
    pub targets: GivenTargets,
}

/// Replays the moves of a game as game number `index` of a run.
///
/// With [`GivenTargets::Outcome`], the value of each position is the outcome, and no move counts as a search's best one:
/// its target is then the outcome, whatever λ is. With [`GivenTargets::Search`], each position is searched as in
/// self-play, and a move that is not the search's best one cuts the λ-return.
///
/// # Errors
///
/// The game was stopped, or a search found no move.
///
/// # Panics
///
/// A move is illegal: the record was not made by [`GameRecord::new`] or [`play_game`](crate::play_game).
pub fn replay_given_game<E: Evaluation>(
    searcher: &mut Searcher,
    evaluator: &E,
    settings: &PlaySettings,
    (given, targets): (&GameRecord, GivenTargets),
    index: u64,
    context: &GameContext,
    observe: &mut impl FnMut(GameEvent),
) -> Result<PlayedGame, Unfinished> {
    searcher.forget();
    let limits = search_limits(settings, context);
    let mut plies = Vec::with_capacity(given.plies.len());
    let mut totals = SearchTotals::default();
    let mut position = Position::START;
    let mut solved = Solved::default();
    for &Ply { square, .. } in &given.plies {
        if context.progress.is_abandoned() {
            return Err(Unfinished::Stopped);
        }
        let searched = match targets {
            GivenTargets::Outcome => {
                let score = position.side.black_view(given.stone_difference * UNITS_PER_DISC);
                Searched { score, exact: false, greedy: false }
            }
            GivenTargets::Search => {
                if solved.line.is_empty() {
                    solved = Solved::search(
                        searcher,
                        evaluator,
                        &position,
                        settings,
                        &limits,
                        context.progress,
                        |result| {
                            totals.count(result);
                            observe(GameEvent::Search(result));
                        },
                    )?;
                }
                let best = solved.line.pop().ok_or_else(|| search_error(&"the search found no move"))?;
                let (score, exact) = (position.side.black_view(solved.black_score), solved.exact);
                if !(exact && square == best) {
                    solved.line.clear();
                }
                Searched { score, exact, greedy: square == best }
            }
        };
        observe(GameEvent::Choice(Choice::Given));
        plies.push(Ply { square, searched: Some(searched) });
        context.progress.push(square);
        position = position.play(square).expect("the moves of a record are legal").after_forced_pass();
    }
    Ok(PlayedGame { record: GameRecord { index, plies, stone_difference: given.stone_difference }, totals })
}

#[cfg(test)]
#[path = "given_tests.rs"]
mod tests;
