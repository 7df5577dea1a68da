//! The worker threads of a trainer and what each of them owns.

use crate::learn::Scratch;
use crate::selfplay::PlayedGame;
use crate::trainer::TrainerError;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use shirokuro_engine::{Searcher, TableTooLarge};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How a game ended for the worker that played it.
#[derive(Debug)]
pub(crate) enum GameResult {
    /// It was played to its end.
    Played(PlayedGame),
    /// It was stopped, and is as if never begun.
    Stopped,
    /// Its worker panicked with this message.
    Panicked(String),
}

/// A pool of threads, each with a search state and scratch memory of its own.
#[derive(Debug)]
pub(crate) struct Workers {
    pool: ThreadPool,
    states: Vec<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    searcher: Searcher,
    scratch: Scratch,
}

impl Workers {
    /// `threads` workers, each with a transposition table of about `table_bytes`.
    pub fn new(threads: usize, table_bytes: usize) -> Result<Self, TrainerError> {
        let pool = ThreadPoolBuilder::new().num_threads(threads).thread_name(|n| format!("shirokuro-{n}")).build()?;
        let state = || Ok(Mutex::new(State { searcher: Searcher::new(table_bytes)?, scratch: Scratch::new() }));
        let states = (0..threads).map(|_| state()).collect::<Result<_, TableTooLarge>>()?;
        Ok(Self { pool, states })
    }

    /// Number of workers.
    pub fn threads(&self) -> usize {
        self.states.len()
    }

    /// Bytes of all transposition tables.
    pub fn table_bytes(&self) -> usize {
        self.states.iter().map(|state| lock(state).searcher.table_bytes()).sum()
    }

    /// Bytes of all scratch memory.
    pub fn scratch_bytes(&self) -> usize {
        self.threads() * Scratch::bytes()
    }

    /// Runs `work` in the pool, where rayon's parallel iterators use the workers.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.pool.install(work)
    }

    /// Plays the games with these numbers; the results have their order. `finished` counts them as they end.
    ///
    /// `play` returns `None` for a game that was stopped. If it panics, the game has failed, the worker gets a new search
    /// state, and the other games go on.
    pub fn play(
        &self,
        games: &[u64],
        finished: &AtomicU64,
        play: impl Fn(&mut Searcher, u64) -> Option<PlayedGame> + Sync,
    ) -> Vec<GameResult> {
        let one = |&game: &u64| {
            let mut state = self.state();
            let result = match catch_unwind(AssertUnwindSafe(|| play(&mut state.searcher, game))) {
                Ok(Some(played)) => GameResult::Played(played),
                Ok(None) => return GameResult::Stopped,
                Err(panic) => {
                    state.searcher.forget();
                    GameResult::Panicked(message(panic.as_ref()))
                }
            };
            finished.fetch_add(1, Relaxed);
            result
        };
        self.run(|| games.par_iter().with_max_len(1).map(one).collect())
    }

    /// Does `work` once for each table, with the scratch memory of the worker that does it.
    pub fn for_each_table<T: Send>(&self, tables: &mut [T], work: impl Fn(&mut Scratch, &mut T) + Sync) {
        self.run(|| {
            tables.par_iter_mut().with_max_len(1).for_each(|table| work(&mut self.state().scratch, table));
        });
    }

    /// What the current worker owns. Nobody else ever asks for it, so that the lock is always free.
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.states[rayon::current_thread_index().expect("called by a worker of the pool")])
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    // A panic while learning leaves the scratch memory dirty, but also the trainer without use: nothing to protect.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The text of a panic.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "unknown panic".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::GameRecord;
    use crate::selfplay::SearchTotals;

    fn played(index: u64) -> PlayedGame {
        PlayedGame { record: GameRecord::failed(index), totals: SearchTotals::default() }
    }

    #[test]
    fn results_have_the_order_of_the_games_whoever_plays_them() {
        let workers = Workers::new(3, 0).unwrap();
        let games: Vec<u64> = (100..140).collect();
        let finished = AtomicU64::new(0);
        let results = workers.play(&games, &finished, |_, game| Some(played(game)));
        let indices: Vec<u64> = results
            .iter()
            .map(|result| match result {
                GameResult::Played(game) => game.record.index,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(indices, games);
        assert_eq!(finished.into_inner(), 40);
    }

    #[test]
    fn a_panic_fails_its_game_and_no_other() {
        let workers = Workers::new(2, 0).unwrap();
        let finished = AtomicU64::new(0);
        let results = workers.play(&[0, 1, 2, 3], &finished, |_, game| match game {
            1 => panic!("board {game} is broken"),
            2 => None,
            _ => Some(played(game)),
        });
        assert!(matches!(results[0], GameResult::Played(_)));
        assert!(matches!(&results[1], GameResult::Panicked(message) if message == "board 1 is broken"));
        assert!(matches!(results[2], GameResult::Stopped));
        assert!(matches!(results[3], GameResult::Played(_)));
        assert_eq!(finished.into_inner(), 3);
    }
}
