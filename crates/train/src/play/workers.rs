//! The worker threads of a trainer and what each of them owns.

use crate::error::TrainerError;
use crate::learn::scratch::Scratch;
use crate::phases::AtomicDuration;
use crate::play::progress::Progress;
use crate::play::round::{GameResult, Round, Supervision};
use crate::play::worker_state::{WorkerSlot, WorkerState, lock};
use crate::record::{PlayedGame, Unfinished};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use shirokuro_engine::Searcher;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// Tables that a worker takes at a time: with each by itself, two workers took a tenth longer.
const TABLES_AT_A_TIME: usize = 8;

/// A pool of threads, each with a search state and scratch memory of its own.
#[derive(Debug)]
pub(crate) struct Workers {
    pool: ThreadPool,
    slots: Arc<[WorkerSlot]>,
    table_bytes: usize,
    /// Bytes of all transposition tables, as large as they became.
    all_table_bytes: usize,
    /// What the workers spent on tables is measured.
    pub timed: bool,
    /// What they spent.
    learning: AtomicDuration,
    /// A worker hangs, and others could not be had in place of them all.
    lost: bool,
}

impl Workers {
    /// `threads` workers, each with a transposition table of about `table_bytes`.
    pub fn new(threads: usize, table_bytes: usize) -> Result<Self, TrainerError> {
        let pool = ThreadPoolBuilder::new().num_threads(threads).thread_name(|n| format!("shirokuro-{n}")).build()?;
        let states = (0..threads).map(|_| WorkerState::new(table_bytes)).collect::<Result<Vec<_>, _>>()?;
        let all_table_bytes = states.iter().map(|state| state.searcher.table_bytes()).sum();
        let slots = states.into_iter().map(|state| Mutex::new(Some(state))).collect();
        Ok(Self {
            pool,
            slots,
            table_bytes,
            all_table_bytes,
            timed: true,
            learning: AtomicDuration::default(),
            lost: false,
        })
    }

    /// Number of workers.
    pub fn threads(&self) -> usize {
        self.slots.len()
    }

    /// The bytes that each transposition table was meant to have.
    pub fn table_bytes(&self) -> usize {
        self.table_bytes
    }

    /// Bytes of all transposition tables.
    pub fn all_table_bytes(&self) -> usize {
        self.all_table_bytes
    }

    /// Bytes of all scratch memory.
    pub fn scratch_bytes(&self) -> usize {
        self.threads() * Scratch::bytes()
    }

    /// Runs `work` in the pool, where rayon's parallel iterators use the workers.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.pool.install(work)
    }

    /// Plays the games with these numbers; the results have their order.
    ///
    /// If `play` panics, or a worker hangs, the game has failed and the other games go on. With a worker that hangs its
    /// whole pool is left alone: its threads end when they can, and new ones play what was not finished. If no new ones can be
    /// had, these games count as stopped, and the error comes with the results.
    pub fn play(
        &mut self,
        games: &[u64],
        supervision: &Supervision,
        play: impl Fn(&mut Searcher, u64, &Progress) -> Result<PlayedGame, Unfinished> + Send + Sync + 'static,
    ) -> (Vec<GameResult>, Result<(), TrainerError>) {
        let play = Arc::new(play);
        let mut results: Vec<Option<GameResult>> = games.iter().map(|_| None).collect();
        let mut threads = if self.lost { self.renew() } else { Ok(()) };
        while threads.is_ok() {
            let unfinished = (0..games.len()).filter(|&place| results[place].is_none());
            let left = unfinished.map(|place| (place, games[place])).collect();
            let timed = supervision.control.timed_games();
            let round = Round::start(&self.pool, &self.slots, left, timed, Arc::clone(&play));
            let playing = round.workers();
            let mut take = |place: usize, result: GameResult| {
                if !matches!(result, GameResult::Stopped) {
                    supervision.control.count_finished(1);
                }
                results[place] = Some(result);
            };
            let lost = round.collect(supervision, &mut take);
            playing.iter().for_each(|worker| supervision.control.play_times().add(worker.times()));
            if lost.is_empty() {
                break;
            }
            if !supervision.control.is_stopped() {
                for (place, failure) in lost {
                    take(place, failure);
                }
            }
            threads = self.renew();
            if supervision.control.is_stopped() {
                break;
            }
        }
        (results.into_iter().map(|result| result.unwrap_or(GameResult::Stopped)).collect(), threads)
    }

    /// Other threads in place of these.
    fn renew(&mut self) -> Result<(), TrainerError> {
        self.lost = true;
        // The worker that hangs keeps the places, but only its own state.
        for slot in self.slots.iter() {
            drop(lock(slot).take());
        }
        *self = Self::new(self.threads(), self.table_bytes)?;
        Ok(())
    }

    /// Does `work` once for each table, with the scratch memory of the worker that does it.
    pub fn for_each_table<T: Send>(&self, tables: &mut [T], work: impl Fn(&mut Scratch, &mut T) + Sync) {
        self.run(|| {
            tables.par_chunks_mut(TABLES_AT_A_TIME).with_max_len(1).for_each(|tables| {
                let mut state = self.state();
                let scratch = &mut state.as_mut().expect("nobody plays").scratch;
                let mut work = || tables.iter_mut().for_each(|table| work(scratch, table));
                if self.timed { self.learning.measure(&mut work) } else { work() }
            });
        });
    }

    /// What the workers have spent on tables since this was last asked, added up.
    pub fn take_learning_time(&self) -> Duration {
        self.learning.take()
    }

    /// What the current worker owns. Nobody else ever asks for it, so that the lock is always free.
    fn state(&self) -> MutexGuard<'_, Option<WorkerState>> {
        lock(&self.slots[rayon::current_thread_index().expect("called by a worker of the pool")])
    }
}

#[cfg(test)]
#[path = "workers_tests.rs"]
mod tests;
