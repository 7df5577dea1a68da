//! Playing one game of the generator against itself.

use crate::faults::Faults;
use crate::progress::Progress;
use crate::random::GameRandom;
use crate::record::{GameRecord, Ply, Searched};
use crate::settings::PlaySettings;
use shirokuro_engine::{Evaluate, Limits, Position, Score, SearchResult, Searcher, Side, Square, squares};
use std::sync::atomic::AtomicBool;

/// What the searches of one or several games cost and said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SearchTotals {
    /// Searches made.
    pub searches: u64,
    /// Positions visited.
    pub nodes: u64,
    /// Look-ups in the transposition table.
    pub probes: u64,
    /// Look-ups that found the position.
    pub hits: u64,
    /// Plies looked ahead, summed over the searches.
    pub depth_sum: u64,
    /// The deepest search, in plies.
    pub depth_max: u32,
}

impl SearchTotals {
    /// Adds one search.
    fn count(&mut self, result: &SearchResult) {
        self.add(&Self {
            searches: 1,
            nodes: result.nodes,
            probes: result.probes,
            hits: result.hits,
            depth_sum: u64::from(result.depth),
            depth_max: result.depth,
        });
    }

    /// Adds the other totals to these.
    pub fn add(&mut self, other: &Self) {
        self.searches += other.searches;
        self.nodes += other.nodes;
        self.probes += other.probes;
        self.hits += other.hits;
        self.depth_sum += other.depth_sum;
        self.depth_max = self.depth_max.max(other.depth_max);
    }
}

/// A finished game and what it cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayedGame {
    /// The game.
    pub record: GameRecord,
    /// Its searches.
    pub totals: SearchTotals,
}

/// Why a game has no end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// It was stopped, and is as if never begun.
    Stopped,
    /// The search did not do what it promises; what it did instead.
    SearchError(String),
}

/// What watches a game and may end it.
#[derive(Clone, Copy, Debug)]
pub struct Oversight<'a> {
    /// Ends the game when it is set.
    pub stop: &'a AtomicBool,
    /// Shows how far the game is.
    pub progress: &'a Progress,
    /// Faults on purpose.
    pub faults: Option<&'a Faults>,
}

/// Plays game number `index` of the run with this seed.
///
/// What is played follows from the arguments alone, unless a search is limited by time: the searcher forgets what it
/// knew before.
///
/// # Errors
///
/// The game has no end: it was stopped, or the search found no move where there is one.
pub fn play_game<E: Evaluate>(
    searcher: &mut Searcher,
    evaluator: &E,
    settings: &PlaySettings,
    seed: u64,
    index: u64,
    oversight: &Oversight,
) -> Result<PlayedGame, Unfinished> {
    let Oversight { stop, progress, faults } = *oversight;
    let fault = faults.and_then(|faults| Some((faults, faults.of(seed, index)?)));
    searcher.forget();
    let mut random = GameRandom::new(seed, index);
    let limits = Limits {
        depth: settings.depth,
        nodes: settings.nodes,
        time: settings.time,
        exact: settings.exact_empties,
        stop: Some(stop),
        heartbeat: Some(progress.heartbeat()),
    };
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
            faults.strike(fault)?;
        }
        let moves = position.board.moves();
        let ply = if plies.len() < opening {
            Ply { square: random_move(moves, &mut random), searched: None }
        } else {
            if solved.line.is_empty() {
                let result = searcher.search(evaluator, &position.board, &limits);
                if result.stopped {
                    return Err(Unfinished::Stopped);
                }
                totals.count(&result);
                solved = Solved::of(position.side, result);
            }
            let best = solved.line.pop().filter(|best| moves & best.bit() != 0).ok_or_else(no_move)?;
            let (score, exact) = (position.side.black_view(solved.black_score), solved.exact);
            let (mut greedy, mut square) = (true, best);
            if random.chance(settings.epsilon) {
                (greedy, square) = (false, random_move(moves, &mut random));
            } else if random.chance(settings.shallow) {
                square = searcher.search(evaluator, &position.board, &one_ply).best.unwrap_or(best);
                greedy = square == best;
            }
            if !(exact && square == best) {
                solved.line.clear();
            }
            Ply { square, searched: Some(Searched { score, exact, greedy }) }
        };
        plies.push(ply);
        progress.push(ply.square);
        position = position.play(ply.square).expect("only legal moves are chosen").after_forced_pass();
    }
    let stone_difference = position.side.black_view(position.board.final_score());
    Ok(PlayedGame { record: GameRecord { index, plies, stone_difference }, totals })
}

/// The search gave no legal move.
#[cold]
fn no_move() -> Unfinished {
    Unfinished::SearchError("the search found no legal move".to_owned())
}

/// The last search's moves. If they are exact, they need not be searched again as long as they are played.
#[derive(Default)]
struct Solved {
    /// From Black's side.
    black_score: Score,
    exact: bool,
    /// The next move last.
    line: Vec<Square>,
}

impl Solved {
    fn of(side: Side, result: SearchResult) -> Self {
        let mut line = result.line;
        line.reverse();
        Self { black_score: side.black_view(result.score), exact: result.exact, line }
    }
}

/// One of the moves, each equally likely.
fn random_move(moves: u64, random: &mut GameRandom) -> Square {
    let n = random.below(moves.count_ones());
    squares(moves).nth(n as usize).expect("n is below the number of moves")
}

#[cfg(test)]
mod tests {
    use super::*;
    use shirokuro_engine::DiscCount;

    fn play_overseen(
        searcher: &mut Searcher,
        settings: &PlaySettings,
        index: u64,
        stop: &AtomicBool,
    ) -> Result<PlayedGame, Unfinished> {
        let oversight = Oversight { stop, progress: &Progress::new(), faults: None };
        play_game(searcher, &DiscCount, settings, 1, index, &oversight)
    }

    fn play(settings: &PlaySettings, index: u64) -> PlayedGame {
        let mut searcher = Searcher::new(1 << 16);
        play_overseen(&mut searcher, settings, index, &AtomicBool::new(false)).unwrap()
    }

    #[test]
    fn a_game_is_finished_and_every_ply_after_the_opening_is_searched() {
        let settings = PlaySettings { random_plies: 10, epsilon: 0.2, exact_empties: 4, ..PlaySettings::default() };
        for index in 0..20 {
            let PlayedGame { record, totals } = play(&settings, index);
            assert_eq!(GameRecord::new(index, record.plies.clone()).unwrap(), record);
            let opening = record.random_plies();
            assert!(opening <= 10);
            assert!(record.plies[opening..].iter().all(|ply| ply.searched.is_some()));
            // A solved position's best line is played on without another search.
            let played_on = record.plies.windows(2).filter(|pair| {
                let [before, after] = [0, 1].map(|n| pair[n].searched.is_some_and(|searched| searched.exact));
                before && after && pair[0].searched.is_some_and(|searched| searched.greedy)
            });
            let searches = record.plies.len() - opening - played_on.count();
            assert!(totals.searches as usize <= searches);
            // A random move may be the best one as well.
            assert!(totals.searches as usize + 4 >= searches);
        }
    }

    #[test]
    fn the_last_positions_are_exact_and_agree_with_the_outcome_when_nothing_is_random() {
        let settings = PlaySettings { exact_empties: 6, ..PlaySettings::default() };
        let record = play(&settings, 0).record;
        for (position, searched) in record.searched() {
            assert!(searched.exact || position.board.empties() > 6);
            if position.board.empties() <= 6 {
                assert_eq!(position.side.black_view(searched.score), record.stone_difference * 256);
            }
        }
    }

    #[test]
    fn opening_lengths_are_spread_over_their_range() {
        let settings = PlaySettings { random_plies: 4, ..PlaySettings::default() };
        let mut counts = [0; 5];
        for index in 0..200 {
            counts[play(&settings, index).record.random_plies()] += 1;
        }
        // 40 expected each, standard deviation 5.7.
        assert!(counts.iter().all(|count| (15..=65).contains(count)), "{counts:?}");
    }

    #[test]
    fn epsilon_one_plays_at_random_and_epsilon_zero_never() {
        let greedy = |epsilon| {
            let record = play(&PlaySettings { epsilon, ..PlaySettings::default() }, 0).record;
            record.searched().filter(|(_, searched)| searched.greedy).count()
        };
        assert_eq!(greedy(1.0), 0);
        assert!(greedy(0.0) > 50);
    }

    #[test]
    fn a_shallow_move_is_the_best_one_ply_ahead_and_cuts_the_trace_if_the_search_prefers_another() {
        let settings = PlaySettings { depth: Some(3), shallow: 1.0, ..PlaySettings::default() };
        let record = play(&settings, 0).record;
        let one_ply = play(&PlaySettings::default(), 0).record;
        let squares = |record: &GameRecord| record.plies.iter().map(|ply| ply.square).collect::<Vec<_>>();
        assert_eq!(squares(&record), squares(&one_ply), "the game is that of a search of one ply");
        let greedy = record.searched().filter(|(_, searched)| searched.greedy).count();
        assert!((1..record.plies.len()).contains(&greedy), "{greedy}");
    }

    #[test]
    fn what_a_searcher_did_before_changes_nothing() {
        let settings = PlaySettings {
            depth: Some(3),
            epsilon: 0.1,
            shallow: 0.2,
            random_plies: 8,
            exact_empties: 6,
            ..PlaySettings::default()
        };
        let mut used = Searcher::new(1 << 16);
        for index in 0..5 {
            let game = play_overseen(&mut used, &settings, index, &AtomicBool::new(false)).unwrap();
            assert_eq!(game, play(&settings, index));
        }
    }

    #[test]
    fn a_set_stop_flag_drops_the_game() {
        let mut searcher = Searcher::new(1 << 16);
        let stop = AtomicBool::new(true);
        assert_eq!(play_overseen(&mut searcher, &PlaySettings::default(), 0, &stop), Err(Unfinished::Stopped));
    }
}
