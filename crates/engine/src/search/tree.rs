//! The state that all nodes of a search share, and the position of a node.

use super::Confidence;
use super::move_picker::Move;
use super::parallel::{Claim, ThreadTeam};
use super::stop::StopCondition;
use super::table::{Table, TableEntry};
use crate::board::Board;
use crate::evaluate::{Evaluate, Score};
use crate::kernel::Kernel;
use crate::square::squares;

/// The state that all nodes of one search share.
pub(super) struct Tree<'a, E: Evaluate> {
    pub(super) evaluator: &'a E,
    pub(super) table: &'a Table,
    /// The threads that search together; `None` if there is only one.
    pub(super) team: Option<&'a ThreadTeam>,
    pub(super) stop: StopCondition<'a>,
    pub(super) confidence: Confidence,
    /// The stage whose tables order the moves. It is the same for the whole search, so its tables stay in the cache.
    pub(super) order_stage: usize,
    /// The square of the last move that caused a cutoff one ply above the leaves. It often does so again after the
    /// opponent's next move.
    pub(super) killer: u64,
    pub(super) nodes: u64,
    pub(super) probes: u64,
    pub(super) hits: u64,
}

impl<'a, E: Evaluate> Tree<'a, E> {
    /// Counts a node. Returns false if the search was aborted.
    #[inline(always)]
    pub(super) fn enter(&mut self) -> bool {
        self.stop.poll(self.nodes);
        if self.stop.aborted {
            return false;
        }
        self.nodes += 1;
        true
    }

    /// Looks the position up in the table.
    #[inline(always)]
    pub(super) fn find(&mut self, board: &Board) -> Option<TableEntry> {
        let entry = self.table.find(board);
        self.probes += 1;
        self.hits += u64::from(entry.is_some());
        entry
    }

    /// Returns a score above `alpha` that the table already holds for some move (enhanced transposition cutoff; Plaat
    /// et al. 1996, "Exploiting graph properties of game trees").
    #[inline(always)]
    pub(super) fn etc_cutoff<K: Kernel>(&self, kernel: K, node: &Node<E>, alpha: Score) -> Option<Score> {
        let board = node.board;
        for square in squares(node.moves) {
            let child = board.after(square, kernel.flips(board.player(), board.opponent(), square));
            if let Some(entry) = self.table.find(&child)
                && u32::from(entry.depth) == node.depth - 1
            {
                let score = -Score::from(entry.upper);
                if entry.upper != i16::MAX && score > alpha {
                    return Some(score);
                }
            }
        }
        None
    }

    /// Claims the position after a move for this thread, if the node is `shared`. Returns `None` if another thread is
    /// searching it and the move has not been deferred yet.
    #[inline(always)]
    pub(super) fn claim(&self, shared: bool, chosen: &Move, child: &Board) -> Option<Claim<'a>> {
        match self.team {
            Some(team) if shared && !chosen.was_deferred() => team.claim(child),
            _ => Some(Claim::default()),
        }
    }
}

/// A position in the tree.
pub(super) struct Node<'n, E: Evaluate> {
    pub(super) board: &'n Board,
    pub(super) accumulator: &'n E::Accumulator,
    /// The legal moves.
    pub(super) moves: u64,
    /// Remaining plies.
    pub(super) depth: u32,
}

impl<E: Evaluate> Clone for Node<'_, E> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: Evaluate> Copy for Node<'_, E> {}
