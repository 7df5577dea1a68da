//! The worker threads of a trainer.

use crate::error::TrainerError;
use crate::learn::scratch::Scratch;
use crate::phases::AtomicDuration;
use crate::play::progress::Progress;
use crate::play::round::{GameResult, Round, Supervision};
use crate::play::worker_state::{WorkerSlot, WorkerState, lock};
use crate::record::{PlayedGame, Unfinished};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use shirokuro_engine::{Searcher, require_memory};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// Tables that a worker takes at a time. With one at a time, two workers took 10 % longer.
const TABLES_AT_A_TIME: usize = 8;

/// The size of a worker's stack.
const STACK_BYTES: usize = 2 << 20;

/// A pool of threads, each with its own searcher and scratch memory.
#[derive(Debug)]
pub(crate) struct Workers {
    pool: ThreadPool,
    slots: Arc<[WorkerSlot]>,
    table_bytes: usize,
    /// Bytes of all transposition tables, as allocated.
    all_table_bytes: usize,
    /// Whether the time that workers spend on tables is measured.
    pub timed: bool,
    /// The time they have spent.
    learning: AtomicDuration,
    /// A worker hangs, and the pool could not be replaced.
    lost: bool,
}

impl Workers {
    /// Creates `threads` workers, each with a transposition table of about `table_bytes`.
    pub fn new(threads: usize, table_bytes: usize) -> Result<Self, TrainerError> {
        let each = table_bytes.saturating_add(Scratch::bytes() + STACK_BYTES);
        require_memory(each.saturating_mul(threads), "the worker threads and their tables")?;
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .stack_size(STACK_BYTES)
            .thread_name(|n| format!("shirokuro-{n}"))
            .build()?;
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

    /// Returns the number of workers.
    pub fn threads(&self) -> usize {
        self.slots.len()
    }

    /// Returns the requested size of each transposition table, in bytes.
    pub fn table_bytes(&self) -> usize {
        self.table_bytes
    }

    /// Returns the bytes of all transposition tables.
    pub fn all_table_bytes(&self) -> usize {
        self.all_table_bytes
    }

    /// Returns the bytes of all scratch memory.
    pub fn scratch_bytes(&self) -> usize {
        self.threads() * Scratch::bytes()
    }

    /// Runs `work` in the pool, where rayon's parallel iterators use the workers.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.pool.install(work)
    }

    /// Plays the games with these numbers; returns the results in the same order.
    ///
    /// If `play` panics or a worker hangs, its game fails and the other games continue. The whole pool of a worker that
    /// hangs is left behind: its threads end when they can, and new threads play the unfinished games. If no new
    /// threads can be started, these games count as stopped, and the error is returned along with the results.
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
            let unfinished = (0..games.len()).filter(|&index| results[index].is_none());
            let left = unfinished.map(|index| (index, games[index])).collect();
            let timed = supervision.control.timed_games();
            let round = Round::start(&self.pool, &self.slots, left, timed, Arc::clone(&play));
            let playing = round.workers();
            let mut take = |index: usize, result: GameResult| {
                if !matches!(result, GameResult::Stopped) {
                    supervision.control.count_finished(1);
                }
                results[index] = Some(result);
            };
            let lost = round.collect(supervision, &mut take);
            playing.iter().for_each(|worker| supervision.control.play_times().add(worker.times()));
            if lost.is_empty() {
                break;
            }
            if !supervision.control.is_stopped() {
                for (index, failure) in lost {
                    take(index, failure);
                }
            }
            threads = self.renew();
            if supervision.control.is_stopped() {
                break;
            }
        }
        (results.into_iter().map(|result| result.unwrap_or(GameResult::Stopped)).collect(), threads)
    }

    /// Replaces the threads by new ones.
    fn renew(&mut self) -> Result<(), TrainerError> {
        self.lost = true;
        // The worker that hangs keeps the slots alive, but only its own state.
        for slot in self.slots.iter() {
            drop(lock(slot).take());
        }
        *self = Self::new(self.threads(), self.table_bytes)?;
        Ok(())
    }

    /// Calls `work` once for each table, with the scratch memory of the worker that runs it.
    pub fn for_each_table<T: Send>(&self, tables: &mut [T], work: impl Fn(&mut Scratch, &mut T) + Sync) {
        self.run(|| {
            tables.par_chunks_mut(TABLES_AT_A_TIME).with_max_len(1).for_each(|tables| {
                let mut state = self.state();
                let scratch = &mut state.as_mut().expect("no worker is playing").scratch;
                let mut work = || tables.iter_mut().for_each(|table| work(scratch, table));
                if self.timed { self.learning.measure(&mut work) } else { work() }
            });
        });
    }

    /// Returns the time that the workers have spent on tables since the last call, summed over the workers.
    pub fn take_learning_time(&self) -> Duration {
        self.learning.take()
    }

    /// Returns the current worker's state. No other thread asks for it, so the lock is always free.
    fn state(&self) -> MutexGuard<'_, Option<WorkerState>> {
        lock(&self.slots[rayon::current_thread_index().expect("the caller is a worker of the pool")])
    }
}

#[cfg(test)]
#[path = "workers_tests.rs"]
mod tests;
