//! How another thread takes part in a call that plays and learns.

use crate::phases::{PlayTimes, TIMED_GAMES};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What one call of [`Trainer::advance`](crate::Trainer::advance) shares with other threads: they see how far it is, and may
/// stop it as long as it plays.
#[derive(Debug)]
pub struct Control {
    /// Workers that hang may look at it long after the call.
    stop: Arc<AtomicBool>,
    finished: AtomicU64,
    learning: Mutex<bool>,
    /// Of so many games one is timed; 0: nothing is.
    timed_games: AtomicU64,
    play_times: PlayTimes,
}

impl Control {
    /// A call that has not begun.
    pub fn new() -> Self {
        Self {
            stop: Arc::default(),
            finished: AtomicU64::new(0),
            learning: Mutex::new(false),
            timed_games: AtomicU64::new(TIMED_GAMES),
            play_times: PlayTimes::default(),
        }
    }

    /// Times the searches of one game in so many, [`TIMED_GAMES`] without this; with 0 nothing at all is timed.
    pub fn time_games(&self, every: u64) {
        self.timed_games.store(every, Relaxed);
    }

    /// Of so many games one is timed; 0: nothing is.
    pub(crate) fn timed_games(&self) -> u64 {
        self.timed_games.load(Relaxed)
    }

    /// What the workers of this call spent on playing.
    pub(crate) fn play_times(&self) -> &PlayTimes {
        &self.play_times
    }

    /// Games finished so far in this call.
    pub fn finished(&self) -> u64 {
        self.finished.load(Relaxed)
    }

    /// Does `work` while the call plays, and keeps it from learning for so long; `None` if it learns already.
    ///
    /// A [`stop`](Self::stop) within `work` is certain to be in time.
    pub fn while_playing<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        let learning = self.gate();
        if *learning { None } else { Some(work()) }
    }

    /// Ends the call soon, if it still plays: searches under way are given up, finished games are kept for the next call.
    pub fn stop(&self) {
        self.stop.store(true, Relaxed);
    }

    /// The flag that the searches look at.
    pub(crate) fn stop_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// The call was told to end.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Relaxed)
    }

    /// More games are finished.
    pub(crate) fn count_finished(&self, games: u64) {
        self.finished.fetch_add(games, Relaxed);
    }

    /// All games are played: from here on nothing stops the call. False if it was stopped before.
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
