//! Playing a list of games on the threads of a pool, supervised by the waiting thread.

use crate::play::control::Control;
use crate::play::progress::Progress;
use crate::play::watchdog::Watchdog;
use crate::play::worker_state::{WorkerSlot, WorkerState, lock};
use crate::record::{PlayedGame, Unfinished};
use crate::report::FailureKind;
use rayon::ThreadPool;
use shirokuro_engine::{Searcher, Square};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The longest time to wait, after a stop, for a worker that shows no sign of life.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// The outcome of a game.
#[derive(Debug)]
pub(crate) enum GameResult {
    /// The game was played to its end.
    Played(PlayedGame),
    /// The game was stopped and leaves no trace.
    Stopped,
    /// The game failed.
    Failed { kind: FailureKind, message: String, moves: Vec<Square> },
}

/// The conditions under which a round may be ended early.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Supervision<'a> {
    /// The call that the round belongs to.
    pub control: &'a Control,
    /// The longest time a worker may show no sign of life.
    pub hang_timeout: Option<Duration>,
}

impl Supervision<'_> {
    fn timeout(&self) -> Option<Duration> {
        let stop = self.control.is_stopped().then_some(STOP_TIMEOUT);
        stop.into_iter().chain(self.hang_timeout).min()
    }
}

/// A list of games being played.
///
/// It borrows nothing from the caller, so a worker that hangs can be left behind: results that it pushes after the
/// round has ended are never read.
pub(crate) struct Round {
    workers: Arc<[Progress]>,
    results: Arc<ResultQueue>,
}

/// The results that the workers have pushed and that have not been drained yet.
///
/// The waiting thread is woken only for the last result. Waking it for every game cost workers that searched one ply
/// deep 6 to 8 % of their time.
struct ResultQueue {
    queue: Mutex<Queue>,
    complete: Condvar,
}

struct Queue {
    results: Vec<(usize, GameResult)>,
    missing: usize,
}

impl ResultQueue {
    fn new(missing: usize) -> Self {
        Self { queue: Mutex::new(Queue { results: Vec::new(), missing }), complete: Condvar::new() }
    }

    fn push(&self, index: usize, result: GameResult) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.results.push((index, result));
        queue.missing -= 1;
        if queue.missing == 0 {
            self.complete.notify_one();
        }
    }

    /// Waits until all results have been pushed, at most for `timeout`; returns the new ones and the number still
    /// missing.
    fn drain(&self, timeout: Duration) -> (Vec<(usize, GameResult)>, usize) {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.complete.wait_timeout_while(queue, timeout, |queue| queue.missing > 0);
        let (mut queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        (std::mem::take(&mut queue.results), queue.missing)
    }
}

impl Round {
    /// Starts playing these games, each paired with its index in the caller's list.
    pub fn start(
        pool: &ThreadPool,
        slots: &Arc<[WorkerSlot]>,
        games: Vec<(usize, u64)>,
        timed_games: u64,
        play: Arc<impl Fn(&mut Searcher, u64, &Progress) -> Result<PlayedGame, Unfinished> + Send + Sync + 'static>,
    ) -> Self {
        let results = Arc::new(ResultQueue::new(games.len()));
        let workers: Arc<[Progress]> = slots.iter().map(|_| Progress::new()).collect();
        let round = Self { workers: Arc::clone(&workers), results: Arc::clone(&results) };
        let (slots, next) = (Arc::clone(slots), AtomicUsize::new(0));
        pool.spawn_broadcast(move |context| {
            let progress = &workers[context.index()];
            let slot = &slots[context.index()];
            // Every worker puts it back, unless its round was abandoned, perhaps before this thread got to it.
            let Some(mut state) = lock(slot).take() else { return };
            while !progress.is_abandoned()
                && let Some(&(index, game)) = games.get(next.fetch_add(1, Relaxed))
            {
                progress.begin(index);
                let mut play = || one_game(&mut state, game, progress, &*play);
                progress.time_searches(timed_games > 0 && game.is_multiple_of(timed_games));
                let result = if timed_games > 0 { progress.time_game(play) } else { play() };
                progress.end();
                results.push(index, result);
            }
            if !progress.is_abandoned() {
                *lock(slot) = Some(state);
            }
        });
        round
    }

    /// Returns the workers' progress.
    pub fn workers(&self) -> Arc<[Progress]> {
        Arc::clone(&self.workers)
    }

    /// Hands the results to `take`, about every 50 ms, until all have arrived or a worker hangs.
    ///
    /// Returns the games of hanging workers as failures. The round has then ended, and its pool must not be used again.
    pub fn collect(
        self,
        supervision: &Supervision,
        mut take: impl FnMut(usize, GameResult),
    ) -> Vec<(usize, GameResult)> {
        let mut watchdog = Watchdog::new(self.workers.len());
        let mut last_check = Instant::now();
        let mut take_all = |results: Vec<_>| results.into_iter().for_each(|(index, result)| take(index, result));
        loop {
            let (results, missing) = self.results.drain(Watchdog::INTERVAL);
            take_all(results);
            if missing == 0 {
                return Vec::new();
            }
            let (elapsed, timeout) = (last_check.elapsed(), supervision.timeout());
            last_check = Instant::now();
            let heartbeats = self.workers.iter().map(|worker| worker.game().map(|_| worker.heartbeat().load(Relaxed)));
            let hanging = watchdog.check(elapsed, timeout, heartbeats);
            let lost: Vec<_> = hanging.into_iter().filter_map(|worker| self.hang(worker, timeout)).collect();
            if !lost.is_empty() {
                self.workers.iter().for_each(Progress::abandon);
                let (results, _) = self.results.drain(Duration::ZERO);
                let arrived = |index: usize| results.iter().any(|&(other, _)| other == index);
                let lost = lost.into_iter().filter(|&(index, _)| !arrived(index)).collect();
                take_all(results);
                return lost;
            }
        }
    }

    /// Returns the game of a hanging worker as a failure, unless it has just ended.
    fn hang(&self, worker: usize, timeout: Option<Duration>) -> Option<(usize, GameResult)> {
        let worker = &self.workers[worker];
        let (kind, moves) = (FailureKind::Hang, worker.moves());
        let message = format!("no sign of life for {} s", timeout.unwrap_or_default().as_secs_f64());
        Some((worker.game()?, GameResult::Failed { kind, message, moves }))
    }
}

/// Plays one game. After a panic, the searcher's table is cleared.
fn one_game(
    state: &mut WorkerState,
    game: u64,
    progress: &Progress,
    play: &impl Fn(&mut Searcher, u64, &Progress) -> Result<PlayedGame, Unfinished>,
) -> GameResult {
    let failed = |kind, message| GameResult::Failed { kind, message, moves: progress.moves() };
    match catch_unwind(AssertUnwindSafe(|| play(&mut state.searcher, game, progress))) {
        Ok(Ok(played)) => GameResult::Played(played),
        Ok(Err(Unfinished::Stopped)) => GameResult::Stopped,
        Ok(Err(Unfinished::SearchError(message))) => failed(FailureKind::SearchError, message),
        Err(panic) => {
            state.searcher.forget();
            failed(FailureKind::Panic, message(panic.as_ref()))
        }
    }
}

/// Returns the message of a panic.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "unknown panic".to_owned())
}
