//! Observing and stopping a call from another thread.

use crate::phases::{PlayTimes, TIMED_GAMES};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The part of a call of [`Trainer::advance`](crate::Trainer::advance) that other threads share: they may read its
/// progress, and may stop it while it plays.
#[derive(Debug)]
pub struct Control {
    /// Workers that hang may read the flag long after the call.
    stop: Arc<AtomicBool>,
    finished: AtomicU64,
    learning: Mutex<bool>,
    /// The searches of one game in this many are timed; 0 times nothing.
    timed_games: AtomicU64,
    play_times: PlayTimes,
}

impl Control {
    /// Creates the control of a call that has not started.
    pub fn new() -> Self {
        Self {
            stop: Arc::default(),
            finished: AtomicU64::new(0),
            learning: Mutex::new(false),
            timed_games: AtomicU64::new(TIMED_GAMES),
            play_times: PlayTimes::default(),
        }
    }

    /// Times the searches of one game in `every`, by default [`TIMED_GAMES`]; 0 times nothing.
    pub fn time_games(&self, every: u64) {
        self.timed_games.store(every, Relaxed);
    }

    /// Returns the interval between timed games; 0 if nothing is timed.
    pub(crate) fn timed_games(&self) -> u64 {
        self.timed_games.load(Relaxed)
    }

    /// Returns the time that the workers of this call have spent on playing.
    pub(crate) fn play_times(&self) -> &PlayTimes {
        &self.play_times
    }

    /// Returns the number of games finished so far in this call.
    pub fn finished(&self) -> u64 {
        self.finished.load(Relaxed)
    }

    /// Runs `work` while the call plays, and delays learning until it has returned. Returns `None` if learning has
    /// started.
    ///
    /// A [`stop`](Self::stop) within `work` always takes effect.
    pub fn while_playing<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        let learning = self.gate();
        if *learning { None } else { Some(work()) }
    }

    /// Stops the call soon if it is still playing: current searches are aborted, and finished games are kept for the
    /// next call.
    pub fn stop(&self) {
        self.stop.store(true, Relaxed);
    }

    /// Returns the flag that the searches poll.
    pub(crate) fn stop_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// Checks whether the call has been stopped.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Relaxed)
    }

    /// Counts further finished games.
    pub(crate) fn count_finished(&self, games: u64) {
        self.finished.fetch_add(games, Relaxed);
    }

    /// Starts learning, after which nothing stops the call. Returns false if it was stopped before.
    pub(crate) fn begin_learning(&self) -> bool {
        let mut learning = self.gate();
        *learning = !self.is_stopped();
        *learning
    }

    fn gate(&self) -> MutexGuard<'_, bool> {
        self.learning.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Control {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_either_stopped_or_learns() {
        let control = Control::new();
        assert_eq!(control.while_playing(|| control.stop()), Some(()));
        assert!(!control.begin_learning());

        let control = Control::new();
        assert!(control.begin_learning());
        assert_eq!(control.while_playing(|| control.stop()), None);
    }
}
