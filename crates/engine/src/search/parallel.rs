//! Parallel search of one position.
//!
//! Every thread searches the whole tree, and all share the transposition table. A move that another thread is searching
//! is deferred until the others have been tried; by then the table often holds its score (T. Kerrigan, "Simplified
//! ABDADA"; J.-C. Weill, "The ABDADA distributed minimax search algorithm", ICCA Journal 19(1), 1996). The first thread
//! to finish ends the search.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;

use super::table::hash;
use super::{Limits, SearchResult};
use crate::board::Board;

/// Number of positions that can be claimed at the same time. Two that share a slot only make the division of work
/// worse.
const CLAIM_SLOTS: usize = 4096;

/// The state that the threads of one search share.
#[derive(Debug)]
pub(super) struct ThreadTeam {
    /// The hashes of the positions being searched; 0 for a free slot.
    claimed: Box<[AtomicU64]>,
    /// Set when a thread has the result.
    finished: AtomicBool,
}

/// Marks a position as being searched by one thread until dropped.
#[derive(Debug, Default)]
pub(super) struct Claim<'a>(Option<&'a AtomicU64>);

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if let Some(slot) = self.0 {
            slot.store(0, Relaxed);
        }
    }
}

impl ThreadTeam {
    fn new() -> Self {
        Self { claimed: (0..CLAIM_SLOTS).map(|_| AtomicU64::new(0)).collect(), finished: AtomicBool::new(false) }
    }

    /// Claims a position, unless another thread is searching it. A slot taken by another position stays as it is.
    pub(super) fn claim(&self, board: &Board) -> Option<Claim<'_>> {
        let hash = hash(board).max(1);
        let slot = &self.claimed[hash as usize % CLAIM_SLOTS];
        match slot.compare_exchange(0, hash, Relaxed, Relaxed) {
            Ok(_) => Some(Claim(Some(slot))),
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

/// Runs a search in `limits.threads` threads. Returns the deepest result of any thread, with the totals of nodes,
/// probes and hits.
pub(super) fn search_in_parallel<'a>(
    limits: &Limits<'a>,
    search: impl Fn(&Limits<'a>, &ThreadTeam) -> SearchResult + Sync,
) -> SearchResult {
    let team = ThreadTeam::new();
    let nodes = limits.nodes.map(|nodes| nodes.div_ceil(limits.threads as u64));
    let limits = &Limits { nodes, ..*limits };
    let results: Vec<SearchResult> = thread::scope(|scope| {
        let spawn = || thread::Builder::new().spawn_scoped(scope, || search(limits, &team)).ok();
        let others: Vec<_> = (1..limits.threads).map_while(|_| spawn()).collect();
        let own = search(limits, &team);
        let others = others.into_iter().map(|other| other.join().expect("a search thread panicked"));
        std::iter::once(own).chain(others).collect()
    });
    let total = |count: fn(&SearchResult) -> u64| results.iter().map(count).sum();
    let (nodes, probes, hits) = (total(|each| each.nodes), total(|each| each.probes), total(|each| each.hits));
    // `rev`, as `max_by_key` returns the last maximum: the first thread wins ties.
    let deepest = results.into_iter().rev().max_by_key(|each| each.depth).expect("there is at least one thread");
    SearchResult { nodes, probes, hits, ..deepest }
}
