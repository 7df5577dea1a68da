//! The transposition table.

use std::collections::TryReserveError;

use crate::board::Board;
use crate::evaluate::Score;
use crate::huge_pages::prefer_huge_pages;
use crate::prefetch::prefetch;
use crate::square::Square;

/// What is known of a position at one depth: its value lies within the bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) lower: i16,
    pub(super) upper: i16,
    pub(super) depth: u8,
    /// The best move, or [`Known::NO_MOVE`].
    best: u8,
}

impl Known {
    const NO_MOVE: u8 = 64;

    pub(super) fn best(self) -> Option<Square> {
        Square::new(self.best)
    }
}

/// A position with what is known of it. Both sets of discs are kept whole: no other position can be taken for it.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
struct Entry {
    player: u64,
    opponent: u64,
    known: Known,
    /// The search that wrote the entry; 0 is none.
    search: u32,
}

const VACANT: Entry = Entry {
    player: 0,
    opponent: 0,
    known: Known { lower: i16::MIN, upper: i16::MAX, depth: 0, best: Known::NO_MOVE },
    search: 0,
};

/// The entries that share a place, and a line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Bucket([Entry; 2]);

/// Positions seen before, found by their discs.
#[derive(Debug)]
pub(super) struct Table {
    buckets: Box<[Bucket]>,
    /// The running search's number.
    search: u32,
    /// The first search whose entries may be seen.
    first: u32,
}

impl Table {
    /// A table of as many whole buckets as fit, at least one.
    pub(super) fn new(bytes: usize) -> Result<Self, TryReserveError> {
        let count = (bytes / size_of::<Bucket>()).max(1);
        let mut buckets = Vec::new();
        buckets.try_reserve_exact(count)?;
        prefer_huge_pages(buckets.spare_capacity_mut());
        buckets.resize(count, Bucket([VACANT; 2]));
        Ok(Self { buckets: buckets.into(), search: 1, first: 1 })
    }

    pub(super) fn bytes(&self) -> usize {
        self.buckets.len() * size_of::<Bucket>()
    }

    /// Begins a search: what earlier ones wrote may be overwritten first.
    pub(super) fn next_search(&mut self) {
        if self.search == u32::MAX {
            self.buckets.fill(Bucket([VACANT; 2]));
            (self.search, self.first) = (0, 1);
        }
        self.search += 1;
    }

    /// Makes all that was written unseen.
    pub(super) fn forget(&mut self) {
        self.next_search();
        self.first = self.search;
    }

    /// Where a board's bucket is.
    #[inline(always)]
    fn place(&self, board: &Board) -> usize {
        let mixed =
            board.player().wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ board.opponent().wrapping_mul(0xd6e8_feb8_6659_fd93);
        let hash = (mixed ^ (mixed >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // The high word of the product: any number of buckets, each about equally likely.
        ((u128::from(hash) * self.buckets.len() as u128) >> 64) as usize
    }

    /// Fetches what is known of a board before it is asked for.
    #[inline(always)]
    pub(super) fn prefetch(&self, board: &Board) {
        prefetch(&self.buckets[self.place(board)]);
    }

    #[inline(always)]
    pub(super) fn find(&self, board: &Board) -> Option<Known> {
        let bucket = &self.buckets[self.place(board)];
        bucket
            .0
            .iter()
            .find(|entry| {
                entry.player == board.player() && entry.opponent == board.opponent() && entry.search >= self.first
            })
            .map(|entry| entry.known)
    }

    /// Writes down that a search of `depth` plies with a window from `alpha` to `beta` gave `score` by way of `best`.
    #[inline(always)]
    pub(super) fn store(
        &mut self,
        board: &Board,
        depth: u32,
        alpha: Score,
        beta: Score,
        score: Score,
        best: Option<Square>,
    ) {
        let place = self.place(board);
        let (search, first) = (self.search, self.first);
        let bucket = &mut self.buckets[place].0;
        let lower = if score > alpha { score as i16 } else { i16::MIN };
        let upper = if score < beta { score as i16 } else { i16::MAX };
        let same = |entry: &Entry| {
            entry.player == board.player() && entry.opponent == board.opponent() && entry.search >= first
        };
        // The same position, else one of another search, else the less deep one; what is forgotten is worth nothing.
        let worth = |entry: &Entry| (entry.search == search, if entry.search >= first { entry.known.depth } else { 0 });
        let slot = if same(&bucket[0]) {
            0
        } else if same(&bucket[1]) {
            1
        } else {
            usize::from(worth(&bucket[1]) < worth(&bucket[0]))
        };
        let entry = &mut bucket[slot];
        let best = best.map_or(Known::NO_MOVE, |square| square.index() as u8);
        if same(entry) && u32::from(entry.known.depth) == depth {
            let known = &mut entry.known;
            known.lower = known.lower.max(lower);
            known.upper = known.upper.min(upper);
            if score > alpha || known.best == Known::NO_MOVE {
                known.best = best;
            }
            entry.search = search;
        } else {
            *entry = Entry {
                player: board.player(),
                opponent: board.opponent(),
                known: Known { lower, upper, depth: depth as u8, best },
                search,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(name: &str) -> Option<Square> {
        name.parse().ok()
    }

    #[test]
    fn bounds_of_the_same_depth_close_in() {
        let mut table = Table::new(1 << 12).unwrap();
        table.next_search();
        table.store(&Board::START, 5, 10, 11, 40, square("f5"));
        let known = table.find(&Board::START).unwrap();
        assert_eq!((known.lower, known.upper, known.depth, known.best()), (40, i16::MAX, 5, square("f5")));
        table.store(&Board::START, 5, 60, 61, 55, square("d3"));
        let known = table.find(&Board::START).unwrap();
        assert_eq!((known.lower, known.upper, known.best()), (40, 55, square("f5")), "a failing move is no best move");
        table.store(&Board::START, 6, -5, 5, 0, square("d3"));
        let known = table.find(&Board::START).unwrap();
        assert_eq!((known.lower, known.upper, known.depth, known.best()), (0, 0, 6, square("d3")));
    }

    #[test]
    fn a_table_has_the_size_that_was_asked_for() {
        for bytes in [64, 1_000_000, 4_194_304, 5_000_000] {
            let table = Table::new(bytes).unwrap();
            assert!(table.bytes() <= bytes && bytes - table.bytes() < 64, "{} of {bytes}", table.bytes());
        }
        assert!(Table::new(usize::MAX / 2).is_err());
    }

    #[test]
    fn what_is_forgotten_is_not_found() {
        let mut table = Table::new(0).unwrap();
        table.store(&Board::START, 5, 10, 11, 40, None);
        assert!(table.find(&Board::START).is_some());
        table.forget();
        assert_eq!(table.find(&Board::START), None);
        assert_eq!(table.find(&Board::START.pass()), None);
        table.search = u32::MAX;
        table.store(&Board::START, 5, 10, 11, 40, None);
        table.forget();
        assert_eq!(table.find(&Board::START), None, "the count of searches begins anew");
        table.store(&Board::START, 5, 10, 11, 40, None);
        table.next_search();
        assert!(table.find(&Board::START).is_some());
    }
}
