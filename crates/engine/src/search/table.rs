//! The transposition table.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::board::Board;
use crate::evaluate::Score;
use crate::huge_pages::prefer_huge_pages;
use crate::memory::{OutOfMemory, try_with_capacity};
use crate::prefetch::prefetch;
use crate::square::Square;

/// Bounds of a position's score at one depth, and its best move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TableEntry {
    pub(super) lower: i16,
    pub(super) upper: i16,
    pub(super) depth: u8,
    /// The best move, or [`TableEntry::NO_MOVE`].
    best: u8,
}

impl TableEntry {
    const NO_MOVE: u8 = 64;

    /// Returns the best move, if one is known.
    pub(super) fn best(self) -> Option<Square> {
        Square::new(self.best)
    }

    /// Returns the bound that answers a search to `depth` with a zero window above `alpha`, if there is one.
    #[inline(always)]
    pub(super) fn cutoff(self, depth: u32, alpha: Score) -> Option<Score> {
        let (lower, upper) = (Score::from(self.lower), Score::from(self.upper));
        if u32::from(self.depth) != depth {
            None
        } else if lower > alpha {
            Some(lower)
        } else if upper <= alpha {
            Some(upper)
        } else {
            None
        }
    }

    /// Packs the entry into one word, whose upper sixteen bits are 0.
    #[inline(always)]
    const fn packed(self) -> u64 {
        let bounds = (self.lower as u16 as u64) | ((self.upper as u16 as u64) << 16);
        bounds | ((self.depth as u64) << 32) | ((self.best as u64) << 40)
    }

    /// Unpacks a word of [`packed`](Self::packed).
    #[inline(always)]
    const fn unpacked(word: u64) -> Self {
        Self { lower: word as i16, upper: (word >> 16) as i16, depth: (word >> 32) as u8, best: (word >> 40) as u8 }
    }
}

/// A position with its entry. Both sets of discs are stored in full, so no other position can be mistaken for it.
///
/// Threads may read and write a slot at the same time and see words of two positions mixed. The discs are therefore
/// combined by XOR with a hash of the other words, the seal, and match only the words with which they were written (R.
/// Hyatt, T. Mann: "A lock-less transposition table implementation for parallel search chess engines", ICGA Journal
/// 25(1), 2002). A vacant slot is all zeros.
#[derive(Debug, Default)]
#[repr(align(32))]
struct Slot {
    player: AtomicU64,
    opponent: AtomicU64,
    entry: AtomicU64,
    /// The number of the search that wrote the slot; 0 if it is vacant.
    search: AtomicU64,
}

/// The contents of a slot, as read for one position.
struct Read {
    entry: u64,
    search: u32,
    /// True if the slot holds the requested position.
    same: bool,
}

impl Slot {
    /// Returns the seals for the discs of both sides.
    #[inline(always)]
    fn seals(entry: u64, search: u64) -> [u64; 2] {
        let seal = (entry ^ search.rotate_right(16)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        [seal, seal.rotate_left(32)]
    }

    #[inline(always)]
    fn read(&self, board: &Board) -> Read {
        let [entry, search] = [&self.entry, &self.search].map(|word| word.load(Relaxed));
        let seals = Self::seals(entry, search);
        let same = self.player.load(Relaxed) ^ seals[0] == board.player()
            && self.opponent.load(Relaxed) ^ seals[1] == board.opponent();
        Read { entry, search: search as u32, same }
    }

    #[inline(always)]
    fn write(&self, board: &Board, entry: TableEntry, search: u32) {
        let (entry, search) = (entry.packed(), u64::from(search));
        let seals = Self::seals(entry, search);
        self.player.store(board.player() ^ seals[0], Relaxed);
        self.opponent.store(board.opponent() ^ seals[1], Relaxed);
        self.entry.store(entry, Relaxed);
        self.search.store(search, Relaxed);
    }
}

/// The slots that share an index and a cache line.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Bucket([Slot; 2]);

/// Positions with at most this many empty squares are kept in the near part of the table.
const NEAR_EMPTIES: u32 = 9;

/// Buckets of the near part: half a megabyte, which the second-level cache can hold. Positions near the end of the game
/// are the most numerous, and most are met again soon or never.
const NEAR_BUCKETS: usize = 1 << 13;

/// A table of positions seen before, looked up by their discs.
#[derive(Debug)]
pub(super) struct Table {
    buckets: Box<[Bucket]>,
    /// The number of buckets of the near part, the first ones. The other positions use all buckets.
    near: usize,
    /// The number of the current search.
    search: u32,
    /// The number of the first search whose entries are still valid.
    first: u32,
}

impl Table {
    /// Creates a table with the number of buckets that fit into `bytes`, at least one.
    pub(super) fn new(bytes: usize) -> Result<Self, OutOfMemory> {
        let count = (bytes / size_of::<Bucket>()).max(1);
        let mut buckets = try_with_capacity(count, "a transposition table")?;
        prefer_huge_pages(buckets.spare_capacity_mut());
        buckets.resize_with(count, Bucket::default);
        Ok(Self { buckets: buckets.into(), near: count.min(NEAR_BUCKETS), search: 1, first: 1 })
    }

    pub(super) fn bytes(&self) -> usize {
        self.buckets.len() * size_of::<Bucket>()
    }

    /// Starts a search: entries of earlier ones are replaced first.
    pub(super) fn next_search(&mut self) {
        if self.search == u32::MAX {
            self.buckets.fill_with(Bucket::default);
            (self.search, self.first) = (0, 1);
        }
        self.search += 1;
    }

    /// Invalidates all entries.
    pub(super) fn forget(&mut self) {
        self.next_search();
        self.first = self.search;
    }

    /// Returns the bucket of a board.
    #[inline(always)]
    fn bucket(&self, board: &Board) -> &Bucket {
        let count = if board.empties() <= NEAR_EMPTIES { self.near } else { self.buckets.len() };
        // The high word of the product is an index for any number of buckets, each about equally likely.
        &self.buckets[((u128::from(hash(board)) * count as u128) >> 64) as usize]
    }

    /// Prefetches the bucket of a board.
    #[inline(always)]
    pub(super) fn prefetch(&self, board: &Board) {
        prefetch(self.bucket(board));
    }

    /// Looks a board up.
    #[inline(always)]
    pub(super) fn find(&self, board: &Board) -> Option<TableEntry> {
        let [first, second] = &self.bucket(board).0;
        let mut found = first.read(board);
        if !found.same {
            found = second.read(board);
        }
        (found.same && found.search >= self.first).then(|| TableEntry::unpacked(found.entry))
    }

    /// Stores the result of a search to `depth` with the window from `alpha` to `beta`: `score`, reached by `best`.
    #[inline(always)]
    pub(super) fn store(
        &self,
        board: &Board,
        depth: u32,
        alpha: Score,
        beta: Score,
        score: Score,
        best: Option<Square>,
    ) {
        let (search, first) = (self.search, self.first);
        let bucket = &self.bucket(board).0;
        let present = [bucket[0].read(board), bucket[1].read(board)];
        let same = |index: usize| present[index].same && present[index].search >= first;
        // Replace the same position, else one of an earlier search, else the shallower one. An invalid entry counts as
        // depth 0.
        let worth = |index: usize| {
            let Read { entry, search: written, .. } = present[index];
            (written == search, if written >= first { TableEntry::unpacked(entry).depth } else { 0 })
        };
        let index = if same(0) {
            0
        } else if same(1) {
            1
        } else {
            usize::from(worth(1) < worth(0))
        };
        let lower = if score > alpha { score as i16 } else { i16::MIN };
        let upper = if score < beta { score as i16 } else { i16::MAX };
        let best = best.map_or(TableEntry::NO_MOVE, |square| square.index() as u8);
        let mut entry = TableEntry { lower, upper, depth: depth as u8, best };
        let before = TableEntry::unpacked(present[index].entry);
        if same(index) && u32::from(before.depth) == depth {
            entry.lower = lower.max(before.lower);
            entry.upper = upper.min(before.upper);
            if score <= alpha && before.best != TableEntry::NO_MOVE {
                entry.best = before.best;
            }
        }
        bucket[index].write(board, entry, search);
    }
}

/// Returns a uniformly distributed hash of a board.
#[inline(always)]
pub(super) fn hash(board: &Board) -> u64 {
    let mixed =
        board.player().wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ board.opponent().wrapping_mul(0xd6e8_feb8_6659_fd93);
    (mixed ^ (mixed >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(name: &str) -> Option<Square> {
        name.parse().ok()
    }

    #[test]
    fn bounds_of_the_same_depth_narrow() {
        let mut table = Table::new(1 << 12).unwrap();
        table.next_search();
        table.store(&Board::START, 5, 10, 11, 40, square("f5"));
        let entry = table.find(&Board::START).unwrap();
        assert_eq!((entry.lower, entry.upper, entry.depth, entry.best()), (40, i16::MAX, 5, square("f5")));
        table.store(&Board::START, 5, 60, 61, 55, square("d3"));
        let entry = table.find(&Board::START).unwrap();
        assert_eq!(
            (entry.lower, entry.upper, entry.best()),
            (40, 55, square("f5")),
            "a move that fails low is not a best move"
        );
        table.store(&Board::START, 6, -5, 5, 0, square("d3"));
        let entry = table.find(&Board::START).unwrap();
        assert_eq!((entry.lower, entry.upper, entry.depth, entry.best()), (0, 0, 6, square("d3")));
    }

    #[test]
    fn mixed_words_of_two_positions_match_neither() {
        let table = Table::new(0).unwrap();
        table.store(&Board::START, 5, 10, 11, 40, square("f5"));
        let [first, second] = &table.buckets[0].0;
        let slot = if first.read(&Board::START).same { first } else { second };
        assert!(slot.read(&Board::START).same);
        for word in [&slot.player, &slot.opponent, &slot.entry, &slot.search] {
            for bit in 0..64 {
                word.fetch_xor(1 << bit, Relaxed);
                assert!(!slot.read(&Board::START).same, "bit {bit}");
                word.fetch_xor(1 << bit, Relaxed);
            }
        }
        assert!(slot.read(&Board::START).same);
    }

    #[test]
    fn a_table_has_the_requested_size() {
        for bytes in [64, 1_000_000, 4_194_304, 5_000_000] {
            let table = Table::new(bytes).unwrap();
            assert!(table.bytes() <= bytes && bytes - table.bytes() < 64, "{} of {bytes}", table.bytes());
        }
        assert!(Table::new(usize::MAX / 2).is_err());
    }

    #[test]
    fn forgotten_entries_are_not_found() {
        let mut table = Table::new(0).unwrap();
        table.store(&Board::START, 5, 10, 11, 40, None);
        assert!(table.find(&Board::START).is_some());
        table.forget();
        assert_eq!(table.find(&Board::START), None);
        assert_eq!(table.find(&Board::START.pass()), None);
        table.search = u32::MAX;
        table.store(&Board::START, 5, 10, 11, 40, None);
        table.forget();
        assert_eq!(table.find(&Board::START), None, "the search number wraps around");
        table.store(&Board::START, 5, 10, 11, 40, None);
        table.next_search();
        assert!(table.find(&Board::START).is_some());
    }
}
