//! Several threads that search one position together.
//!
//! All of them search the whole tree and share the transposition table. A move that another thread is at is put off until the others
//! have been tried; by then the table often knows its value (T. Kerrigan, "Simplified ABDADA"; J.-C. Weill, "The ABDADA distributed
//! minimax search algorithm", ICCA Journal 19(1), 1996). The first thread that is through ends the search.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;

use super::table::hash;
use super::{Limits, SearchResult};
use crate::board::Board;

/// Positions that can be marked at the same time; two that share a place only make the division of work worse.
const CLAIM_SLOTS: usize = 4096;

/// What the threads know of each other.
#[derive(Debug)]
pub(super) struct ThreadTeam {
    /// The positions that a thread is at, by their hash; 0 where there is none.
    claimed: Box<[AtomicU64]>,
    /// A thread has the result.
    finished: AtomicBool,
}

/// A thread is at a position, until this is dropped.
#[derive(Debug, Default)]
pub(super) struct Claim<'a>(Option<&'a AtomicU64>);

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.0 {
            place.store(0, Relaxed);
        }
    }
}

impl ThreadTeam {
    fn new() -> Self {
        Self { claimed: (0..CLAIM_SLOTS).map(|_| AtomicU64::new(0)).collect(), finished: AtomicBool::new(false) }
    }

    /// Marks a position, unless another thread is at it. A place that is taken by another position stays as it is.
    pub(super) fn claim(&self, board: &Board) -> Option<Claim<'_>> {
        let hash = hash(board).max(1);
        let place = &self.claimed[hash as usize % CLAIM_SLOTS];
        match place.compare_exchange(0, hash, Relaxed, Relaxed) {
            Ok(_) => Some(Claim(Some(place))),
            Err(present) if present == hash => None,
            Err(_) => Some(Claim::default()),
        }
    }

    pub(super) fn finish(&self) {
        self.finished.store(true, Relaxed);
    }

    pub(super) fn is_finished(&self) -> bool {
        self.finished.load(Relaxed)
    }
}

/// Runs a search in as many threads as the limits say; the result is the deepest one that a thread has, with what all of them visited.
pub(super) fn search_in_parallel<'a>(
    limits: &Limits<'a>,
    search: impl Fn(&Limits<'a>, &ThreadTeam) -> SearchResult + Sync,
) -> SearchResult {
    let team = ThreadTeam::new();
    let nodes = limits.nodes.map(|nodes| nodes.div_ceil(limits.threads as u64));
    let limits = &Limits { nodes, ..*limits };
    let results: Vec<SearchResult> = thread::scope(|scope| {
        let others: Vec<_> = (1..limits.threads).map(|_| scope.spawn(|| search(limits, &team))).collect();
        let own = search(limits, &team);
        let others = others.into_iter().map(|other| other.join().expect("a thread of the search has panicked"));
        std::iter::once(own).chain(others).collect()
    });
    let total = |count: fn(&SearchResult) -> u64| results.iter().map(count).sum();
    let (nodes, probes, hits) = (total(|each| each.nodes), total(|each| each.probes), total(|each| each.hits));
    // The first one of the deepest.
    let deepest = results.into_iter().rev().max_by_key(|each| each.depth).expect("there is at least one thread");
    SearchResult { nodes, probes, hits, ..deepest }
}
