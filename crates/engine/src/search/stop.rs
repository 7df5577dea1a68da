//! The conditions that end a search.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use super::Limits;
use super::parallel::ThreadTeam;

/// Nodes between two checks of the clock and the flag.
const POLL_INTERVAL: u64 = 1024;

/// The limits of a search, and whether one was reached.
pub(super) struct StopCondition<'a> {
    deadline: Option<Instant>,
    nodes: u64,
    stop: Option<&'a AtomicBool>,
    /// The threads that search together: one of them may have finished.
    team: Option<&'a ThreadTeam>,
    heartbeat: Option<&'a AtomicU64>,
    next_check: u64,
    /// Set when a limit was reached. All recursion then returns, and its scores are meaningless.
    pub(super) aborted: bool,
    /// True if the stop flag ended the search.
    pub(super) stopped: bool,
    /// False during the first iteration, which only the flag may end.
    armed: bool,
}

impl<'a> StopCondition<'a> {
    pub(super) fn new(limits: &Limits<'a>, team: Option<&'a ThreadTeam>) -> Self {
        Self {
            deadline: limits.time.map(|time| Instant::now() + time),
            nodes: limits.nodes.unwrap_or(u64::MAX),
            stop: limits.stop,
            team,
            heartbeat: limits.heartbeat,
            next_check: 0,
            aborted: false,
            stopped: false,
            armed: false,
        }
    }

    /// Checks the limits every [`POLL_INTERVAL`] nodes, sooner if the node limit is near.
    #[inline(always)]
    pub(super) fn poll(&mut self, nodes: u64) {
        if nodes >= self.next_check {
            self.check(nodes);
        }
    }

    #[cold]
    #[inline(never)]
    fn check(&mut self, nodes: u64) {
        if let Some(heartbeat) = self.heartbeat {
            heartbeat.fetch_add(1, Relaxed);
        }
        self.stopped |= self.stop.is_some_and(|stop| stop.load(Relaxed));
        let spent = nodes >= self.nodes || self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        self.aborted = self.stopped || self.team.is_some_and(ThreadTeam::is_finished) || (self.armed && spent);
        self.next_check =
            if self.armed { (nodes + POLL_INTERVAL).min(self.nodes.max(nodes + 1)) } else { nodes + POLL_INTERVAL };
    }

    /// Enforces every limit from now on.
    pub(super) fn arm(&mut self, nodes: u64) {
        self.armed = true;
        self.check(nodes);
    }
}
