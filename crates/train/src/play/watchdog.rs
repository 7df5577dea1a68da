//! Telling a worker that hangs from one that only takes long.

use std::time::Duration;

/// How long each worker has been silent.
///
/// Time counts in looks: when nobody looked for long — the whole process was suspended — nobody was silent either.
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
    /// Time between two looks.
    pub const INTERVAL: Duration = Duration::from_millis(50);

    /// Watches so many workers.
    pub fn new(workers: usize) -> Self {
        Self { workers: vec![Silence::default(); workers] }
    }

    /// Looks at the heartbeats, `None` for a worker that has nothing to do; `elapsed` is the time since the last look.
    /// Returns the workers that have been silent for `timeout` or longer.
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
            // Alive; idle; silent; silent but for every third look.
            let heartbeats = [Some(look), None, Some(7), Some(look / 3)];
            let hanging = watchdog.check(LOOK, TIMEOUT, heartbeats.into_iter());
            // The first look only learns the heartbeat.
            assert_eq!(hanging, if look >= 5 { vec![2] } else { vec![] }, "{look}");
        }
    }

    #[test]
    fn without_a_timeout_nobody_hangs() {
        let mut watchdog = Watchdog::new(1);
        assert!((0..1000).all(|_| watchdog.check(LOOK, None, [Some(1)].into_iter()).is_empty()));
    }

    #[test]
    fn a_suspended_process_is_no_hang() {
        let mut watchdog = Watchdog::new(1);
        for _ in 0..2 {
            assert!(watchdog.check(Duration::from_hours(1), TIMEOUT, [Some(1)].into_iter()).is_empty());
        }
        assert!(watchdog.check(LOOK, TIMEOUT, [Some(2)].into_iter()).is_empty());
    }
}
