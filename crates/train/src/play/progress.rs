//! The progress of a worker's game, readable by other threads.

use crate::phases::{AtomicDuration, PlayTimes};
use shirokuro_engine::Square;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

/// The largest number of plies in a game.
const MAX_PLIES: usize = 60;

/// The heartbeat and the moves of one worker's game.
///
/// One thread writes, any thread may read. Aligned, so that workers do not share cache lines.
#[derive(Debug)]
#[repr(align(128))]
pub struct Progress {
    heartbeat: AtomicU64,
    /// The game's index in the list of games plus one; 0 between games.
    game: AtomicUsize,
    plies: AtomicUsize,
    squares: [AtomicU8; MAX_PLIES],
    abandoned: AtomicBool,
    /// Whether the searches of the current game are timed.
    timed: AtomicBool,
    times: PlayTimes,
}

impl Progress {
    /// Creates the progress of a worker without a game.
    pub fn new() -> Self {
        Self {
            heartbeat: AtomicU64::new(0),
            game: AtomicUsize::new(0),
            plies: AtomicUsize::new(0),
            squares: [const { AtomicU8::new(0) }; MAX_PLIES],
            abandoned: AtomicBool::new(false),
            timed: AtomicBool::new(false),
            times: PlayTimes::default(),
        }
    }

    /// Returns a counter that increases as long as the worker is alive.
    pub fn heartbeat(&self) -> &AtomicU64 {
        &self.heartbeat
    }

    /// Returns the moves played so far.
    pub fn moves(&self) -> Vec<Square> {
        let squares = &self.squares[..self.plies.load(Relaxed).min(MAX_PLIES)];
        squares.iter().filter_map(|square| Square::new(square.load(Relaxed))).collect()
    }

    /// Adds a move.
    pub(crate) fn push(&self, square: Square) {
        let ply = self.plies.load(Relaxed);
        if let Some(slot) = self.squares.get(ply) {
            slot.store(square.index() as u8, Relaxed);
        }
        self.plies.store(ply + 1, Relaxed);
        self.beat();
    }

    /// Starts the game at this index of the list.
    pub(crate) fn begin(&self, index: usize) {
        self.plies.store(0, Relaxed);
        self.game.store(index + 1, Relaxed);
        self.beat();
    }

    /// Ends the game.
    pub(crate) fn end(&self) {
        self.game.store(0, Relaxed);
    }

    /// Returns the index of the current game.
    pub(crate) fn game(&self) -> Option<usize> {
        self.game.load(Relaxed).checked_sub(1)
    }

    /// Marks the worker as abandoned: its results are ignored, and it should end when it can.
    pub(crate) fn abandon(&self) {
        self.abandoned.store(true, Relaxed);
    }

    /// Checks whether the worker has been abandoned.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.abandoned.load(Relaxed)
    }

    /// Sets whether searches are timed from now on.
    pub fn time_searches(&self, timed: bool) {
        self.timed.store(timed, Relaxed);
    }

    /// Returns the time that this worker has spent on playing.
    pub(crate) fn times(&self) -> &PlayTimes {
        &self.times
    }

    /// Runs `work`; adds its duration to `total` if searches are timed.
    pub(crate) fn time<T>(&self, total: &AtomicDuration, work: impl FnOnce() -> T) -> T {
        if self.timed.load(Relaxed) { total.measure(work) } else { work() }
    }

    /// Plays a game; adds its duration to the worker's times.
    pub(crate) fn time_game<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        let time = start.elapsed();
        self.times.playing.add(time);
        if self.timed.load(Relaxed) {
            self.times.timed.add(time);
        }
        result
    }

    fn beat(&self) {
        self.heartbeat.fetch_add(1, Relaxed);
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_are_those_of_the_game_under_way_and_each_step_is_a_sign_of_life() {
        let progress = Progress::new();
        assert_eq!((progress.game(), progress.moves()), (None, vec![]));
        let squares = ["f5", "d6", "c3"].map(|name| name.parse::<Square>().unwrap());
        for index in [4, 0] {
            let mut last = progress.heartbeat().load(Relaxed);
            progress.begin(index);
            for square in squares {
                assert!(progress.heartbeat().load(Relaxed) > last);
                last = progress.heartbeat().load(Relaxed);
                progress.push(square);
            }
            assert_eq!((progress.game(), progress.moves()), (Some(index), squares.to_vec()));
            progress.end();
            assert_eq!(progress.game(), None);
        }
    }
}
