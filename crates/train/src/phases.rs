//! The time that the workers spend on each phase of a call.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// By default, the searches of one game in this many are timed. Reading the clock for every search would cost as much
/// as the shortest searches.
pub const TIMED_GAMES: u64 = 8;

/// The time of one call of [`Trainer::advance`](crate::Trainer::advance) by phase, summed over the workers: one second
/// of two workers counts as two.
///
/// `playing`, `preparing`, `learning` and `waiting` add up to the total: workers × (play time + learn time).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhaseTimes {
    /// Playing games that ended, whether they failed or not.
    pub playing: Duration,
    /// The part of `playing` spent on the games whose searches were all timed.
    pub timed: Duration,
    /// The part of `timed` spent on searching positions that are not solved exactly.
    pub timed_search: Duration,
    /// The part of `timed` spent on solving positions exactly.
    pub timed_solving: Duration,
    /// Converting games to errors by table: the time of all workers, including the time they wait for each other.
    pub preparing: Duration,
    /// Summing errors and changing weights.
    pub learning: Duration,
    /// Waiting, mostly for the last games of a generation.
    pub waiting: Duration,
}

impl PhaseTimes {
    /// Computes the times of `workers` workers; the rest of the time is waiting.
    pub(crate) fn of(
        playing: &PlayTimes,
        workers: u32,
        play: Duration,
        preparing: Duration,
        update: UpdateTimes,
    ) -> Self {
        let playing_time = playing.playing.time();
        Self {
            playing: playing_time,
            timed: playing.timed.time(),
            timed_search: playing.search.time(),
            timed_solving: playing.solving.time(),
            preparing: workers * preparing,
            learning: update.busy,
            waiting: (workers * play).saturating_sub(playing_time)
                + (workers * update.wall).saturating_sub(update.busy),
        }
    }
}

/// The duration of an update of the tables, and the time that the workers were busy with it, summed over them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct UpdateTimes {
    pub wall: Duration,
    pub busy: Duration,
}

/// A duration that several threads add to.
#[derive(Debug, Default)]
pub(crate) struct AtomicDuration(AtomicU64);

impl AtomicDuration {
    pub fn add(&self, time: Duration) {
        self.0.fetch_add(time.as_nanos() as u64, Relaxed);
    }

    pub fn time(&self) -> Duration {
        Duration::from_nanos(self.0.load(Relaxed))
    }

    /// Runs `work` and adds its duration.
    pub fn measure<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.add(start.elapsed());
        result
    }

    /// Returns the time since the last call, or since the start.
    pub fn take(&self) -> Duration {
        Duration::from_nanos(self.0.swap(0, Relaxed))
    }
}

/// The time that one worker, or all of them together, spent on playing.
#[derive(Debug, Default)]
pub(crate) struct PlayTimes {
    pub playing: AtomicDuration,
    pub timed: AtomicDuration,
    pub search: AtomicDuration,
    pub solving: AtomicDuration,
}

impl PlayTimes {
    /// Adds the times of `other`.
    pub fn add(&self, other: &Self) {
        self.playing.add(other.playing.time());
        self.timed.add(other.timed.time());
        self.search.add(other.search.time());
        self.solving.add(other.solving.time());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play::control::Control;
    use crate::settings::{LearnSettings, PlaySettings, TrainerOptions};
    use crate::trainer::Trainer;

    const PLAY: PlaySettings = PlaySettings {
        depth: Some(1),
        nodes: None,
        time: None,
        exact_empties: 6,
        epsilon: 0.1,
        shallow: 0.1,
        random_plies: 8,
        hang_timeout: None,
    };

    /// Returns the digest after these games, the phases, and the total: workers × time.
    fn train(
        threads: usize,
        games: u32,
        timed_games: u64,
        play: &PlaySettings,
    ) -> (String, Option<PhaseTimes>, Duration) {
        let mut trainer = Trainer::new(&TrainerOptions { threads, ..TrainerOptions::default() }).unwrap();
        let control = Control::new();
        control.time_games(timed_games);
        let report = trainer.advance(games, play, &LearnSettings::default(), &control).unwrap().unwrap();
        (trainer.digest(), report.phases, threads as u32 * (report.play_time + report.learn_time))
    }

    #[test]
    fn the_phases_add_up_to_the_total_time_of_all_workers() {
        for threads in [1, 3] {
            let (_, phases, whole) = train(threads, 64, 1, &PLAY);
            let PhaseTimes { playing, timed, timed_search, timed_solving, preparing, learning, waiting } =
                phases.unwrap();
            let sum = playing + preparing + learning + waiting;
            assert_eq!(sum, whole);
            assert_eq!(timed, playing);
            assert!(timed_search + timed_solving < timed);
            assert!([timed_search, timed_solving, preparing, learning].iter().all(|time| *time > Duration::ZERO));
        }
    }

    #[test]
    fn one_game_in_n_is_timed_and_none_if_n_is_0() {
        let [all, some, none] = [1, 4, 0].map(|timed_games| train(1, 64, timed_games, &PLAY));
        let some_phases = some.1.unwrap();
        assert!(some_phases.timed > Duration::ZERO && some_phases.timed < some_phases.playing);
        assert_eq!(none.1, None);
        assert!(all.0 == some.0 && some.0 == none.0, "timing changed the weights");
    }

    #[test]
    fn workers_without_a_game_wait() {
        let slow = PlaySettings { depth: Some(4), ..PLAY };
        let (_, phases, whole) = train(4, 1, 1, &slow);
        // One game, four workers: three wait while it is played.
        let phases = phases.unwrap();
        assert!(phases.waiting >= 3 * phases.playing, "{phases:?} of {whole:?}");
    }

    #[test]
    fn searching_and_solving_are_timed_separately() {
        let [searched, solved] = [(4, 0), (1, 12)].map(|(depth, exact_empties)| {
            train(1, 16, 1, &PlaySettings { depth: Some(depth), exact_empties, ..PLAY }).1.unwrap()
        });
        assert_eq!(searched.timed_solving, Duration::ZERO);
        assert!(searched.timed_search > searched.timed / 2);
        assert!(solved.timed_solving > solved.timed / 2);
    }
}
