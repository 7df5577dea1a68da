//! Faults injected on purpose, so that tests show how a run handles them.
//!
//! They occur only when a caller asks for them by [`Trainer::inject_faults`](crate::Trainer::inject_faults).

use crate::error::{ParameterError, require};
use crate::random::{mix, nth};
use crate::record::Unfinished;
use std::panic::resume_unwind;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A fault of a game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The worker panics.
    Panic,
    /// The worker stands still.
    Hang,
    /// The search finds no move.
    SearchError,
    /// The value of a position is NaN when the game is learned.
    Nan,
}

/// The share of games that each fault affects, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FaultRates {
    /// [`Fault::Panic`].
    pub panic: f64,
    /// [`Fault::Hang`].
    pub hang: f64,
    /// [`Fault::SearchError`].
    pub search_error: f64,
    /// [`Fault::Nan`].
    pub nan: f64,
}

impl FaultRates {
    fn each(self) -> [(Fault, &'static str, f64); 4] {
        [
            (Fault::Panic, "panic", self.panic),
            (Fault::Hang, "hang", self.hang),
            (Fault::SearchError, "search_error", self.search_error),
            (Fault::Nan, "nan", self.nan),
        ]
    }

    fn sum(self) -> f64 {
        self.each().iter().map(|(.., rate)| rate).sum()
    }
}

/// Injects faults at given rates. The run's seed and the game's number decide which games fail, and at which ply.
#[derive(Debug)]
pub struct FaultInjector {
    rates: FaultRates,
    hang: Option<Duration>,
    released: Mutex<bool>,
    release: Condvar,
}

impl FaultInjector {
    /// The latest ply at which a fault occurs. A game that ends earlier is not affected.
    const PLIES: u64 = 40;

    /// Creates faults at these rates. A worker that hangs wakes up after `hang`, or when these faults are removed.
    ///
    /// # Errors
    ///
    /// A rate is not from 0 to 1, or their sum exceeds 1.
    pub fn new(rates: FaultRates, hang: Option<Duration>) -> Result<Self, ParameterError> {
        for (_, name, rate) in rates.each() {
            require((0.0..=1.0).contains(&rate), name, rate, "from 0 to 1")?;
        }
        require(rates.sum() <= 1.0, "sum of the rates", rates.sum(), "at most 1")?;
        Ok(Self { rates, hang, released: Mutex::new(false), release: Condvar::new() })
    }

    /// Returns the fault of a game and its ply.
    pub fn of(&self, seed: u64, game: u64) -> Option<(Fault, usize)> {
        // Rotated, so that these numbers differ from those that the game is played with.
        let random = nth(mix(seed.rotate_left(32) ^ 0xfa17), game);
        // 32 random bits for the kind, the others for the ply.
        let mut unit = (random >> 32) as f64 / (1u64 << 32) as f64;
        let ply = (random & 0xffff_ffff) % (Self::PLIES + 1);
        for (fault, _, rate) in self.rates.each() {
            if unit < rate {
                return Some((fault, ply as usize));
            }
            unit -= rate;
        }
        None
    }

    /// Returns the index of the searched position whose value becomes NaN, of `positions` in the game.
    pub(crate) fn nan(&self, seed: u64, game: u64, positions: usize) -> Option<usize> {
        self.of(seed, game).filter(|(fault, _)| *fault == Fault::Nan && positions > 0).map(|(_, ply)| ply % positions)
    }

    /// Triggers the fault in the calling worker.
    pub(crate) fn trigger(&self, fault: Fault) -> Result<(), Unfinished> {
        match fault {
            // As a panic, but without the message on standard error.
            Fault::Panic => resume_unwind(Box::new("panic on purpose")),
            Fault::Hang => {
                self.sleep();
                Ok(())
            }
            Fault::SearchError => Err(Unfinished::SearchError("search error on purpose".to_owned())),
            Fault::Nan => Ok(()),
        }
    }

    /// Wakes up the workers that hang.
    pub fn release(&self) {
        *self.released() = true;
        self.release.notify_all();
    }

    fn sleep(&self) {
        let released = self.released();
        match self.hang {
            Some(time) => drop(self.release.wait_timeout_while(released, time, |released| !*released)),
            None => drop(self.release.wait_while(released, |released| !*released)),
        }
    }

    fn released(&self) -> MutexGuard<'_, bool> {
        self.released.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_meets_its_share_of_the_games_and_always_the_same_ones() {
        let rates = FaultRates { panic: 0.1, hang: 0.05, search_error: 0.2, nan: 0.02 };
        let faults = FaultInjector::new(rates, None).unwrap();
        let games = 100_000;
        let of = |game| faults.of(7, game);
        for (fault, _, rate) in rates.each() {
            let met = (0..games).filter(|&game| of(game).is_some_and(|(met, _)| met == fault)).count() as f64;
            // The standard deviation is at most 127.
            assert!((met - rate * games as f64).abs() < 500.0, "{fault:?}: {met}");
        }
        assert!((0..games).all(|game| of(game) == of(game)));
        assert!((0..1000).any(|game| of(game) != faults.of(8, game)), "another seed, other games");
        let plies: Vec<usize> = (0..games).filter_map(|game| Some(of(game)?.1)).collect();
        assert_eq!((plies.iter().min(), plies.iter().max()), (Some(&0), Some(&40)));
    }

    #[test]
    fn rates_of_0_and_1_are_certain() {
        let never = FaultInjector::new(FaultRates::default(), None).unwrap();
        let always = FaultInjector::new(FaultRates { search_error: 1.0, ..FaultRates::default() }, None).unwrap();
        for game in 0..1000 {
            assert_eq!(never.of(1, game), None);
            assert_eq!(always.of(1, game).unwrap().0, Fault::SearchError);
        }
    }

    #[test]
    fn rates_that_make_no_sense_are_refused() {
        let refused = |rates| FaultInjector::new(rates, None).unwrap_err().parameter;
        assert_eq!(refused(FaultRates { hang: -0.1, ..FaultRates::default() }), "hang");
        assert_eq!(refused(FaultRates { nan: f64::NAN, ..FaultRates::default() }), "nan");
        assert_eq!(refused(FaultRates { panic: 0.6, nan: 0.6, ..FaultRates::default() }), "sum of the rates");
    }

    #[test]
    fn a_worker_that_hangs_wakes_up_when_its_time_is_over_or_the_faults_are_removed() {
        let faults = FaultInjector::new(FaultRates::default(), Some(Duration::from_millis(1))).unwrap();
        faults.trigger(Fault::Hang).unwrap();
        let faults = FaultInjector::new(FaultRates::default(), None).unwrap();
        std::thread::scope(|scope| {
            let hanging = scope.spawn(|| faults.trigger(Fault::Hang));
            faults.release();
            hanging.join().unwrap().unwrap();
        });
    }
}
