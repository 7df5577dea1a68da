//! Telling a worker that hangs from one that is slow.

use std::time::Duration;

/// The time that each worker has been silent.
///
/// Time is counted per check: if no check ran for long, because the whole process was suspended, no worker was silent.
#[derive(Debug)]
pub(crate) struct Watchdog {
    workers: Vec<Silence>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Silence {
    heartbeat: u64,
    time: Duration,
}

impl Watchdog {
    /// The time between two checks.
    pub const INTERVAL: Duration = Duration::from_millis(50);

    /// Watches this many workers.
    pub fn new(workers: usize) -> Self {
        Self { workers: vec![Silence::default(); workers] }
    }

    /// Reads the heartbeats, `None` for an idle worker; `elapsed` is the time since the last check. Returns the workers
    /// that have been silent for at least `timeout`.
    pub fn check(
        &mut self,
        elapsed: Duration,
        timeout: Option<Duration>,
        heartbeats: impl Iterator<Item = Option<u64>>,
    ) -> Vec<usize> {
        let elapsed = elapsed.min(2 * Self::INTERVAL);
        for (silence, heartbeat) in self.workers.iter_mut().zip(heartbeats) {
            match heartbeat {
                Some(heartbeat) if heartbeat == silence.heartbeat => silence.time += elapsed,
                alive => *silence = Silence { heartbeat: alive.unwrap_or(silence.heartbeat), time: Duration::ZERO },
            }
        }
        let hangs = |silence: &Silence| timeout.is_some_and(|timeout| silence.time >= timeout);
        (0..self.workers.len()).filter(|&worker| hangs(&self.workers[worker])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK: Duration = Watchdog::INTERVAL;
    const TIMEOUT: Option<Duration> = Some(Duration::from_millis(200));

    #[test]
    fn only_a_worker_that_plays_and_shows_no_heartbeat_hangs() {
        let mut watchdog = Watchdog::new(4);
        for look in 1..20 {
            // Alive; idle; silent; silent except at every third check.
            let heartbeats = [Some(look), None, Some(7), Some(look / 3)];
            let hanging = watchdog.check(LOOK, TIMEOUT, heartbeats.into_iter());
            // The first check only records the heartbeat.
            assert_eq!(hanging, if look >= 5 { vec![2] } else { vec![] }, "{look}");
        }
    }

    #[test]
    fn without_a_timeout_no_worker_hangs() {
        let mut watchdog = Watchdog::new(1);
        assert!((0..1000).all(|_| watchdog.check(LOOK, None, [Some(1)].into_iter()).is_empty()));
    }

    #[test]
    fn a_suspended_process_does_not_hang() {
        let mut watchdog = Watchdog::new(1);
        for _ in 0..2 {
            assert!(watchdog.check(Duration::from_hours(1), TIMEOUT, [Some(1)].into_iter()).is_empty());
        }
        assert!(watchdog.check(LOOK, TIMEOUT, [Some(2)].into_iter()).is_empty());
    }
}
