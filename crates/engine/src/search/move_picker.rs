//! The moves of a node, in the order in which they are tried.

use arrayvec::ArrayVec;

use super::node::Phase;
use super::tree::{Node, Tree};
use crate::evaluate::Evaluate;
use crate::kernel::Kernel;
use crate::square::{Square, squares};

/// A legal move, the discs it flips, and how promising it is.
#[derive(Clone, Copy)]
pub(super) struct Move {
    pub(super) flips: u64,
    /// The opponent's moves after it.
    pub(super) replies: u64,
    /// The higher, the earlier the move is tried.
    pub(super) score: i32,
    pub(super) square: Square,
}

impl Move {
    /// Checks whether the move was deferred before.
    #[inline(always)]
    pub(super) fn was_deferred(&self) -> bool {
        self.score == DEFERRED
    }
}

/// The score of deferred moves: lower than that of any other.
const DEFERRED: i32 = i32::MIN;

/// The moves of a node in the order in which they are tried: the table's best move first, then the others by score.
///
/// Scores are computed only after the table's move caused no cutoff, and moves are sorted only as far as they are
/// taken.
pub(super) struct MovePicker<'n, P, K, E: Evaluate> {
    phase: P,
    kernel: K,
    node: Node<'n, E>,
    /// The moves that have no score yet.
    unscored: u64,
    scored: ScoredMoves,
}

impl<'n, P: Phase, K: Kernel, E: Evaluate> MovePicker<'n, P, K, E> {
    #[inline(always)]
    pub(super) fn new(phase: P, kernel: K, node: &Node<'n, E>, hint: Option<Square>) -> Self {
        let mut scored = ScoredMoves::new();
        let mut unscored = node.moves;
        if let Some(square) = hint {
            unscored &= !square.bit();
            let board = node.board;
            let flips = kernel.flips(board.player(), board.opponent(), square);
            let child = board.after(square, flips);
            let replies = kernel.moves(child.player(), child.opponent());
            scored.push(Move { flips, replies, score: 0, square });
        }
        Self { phase, kernel, node: *node, unscored, scored }
    }

    /// Returns the next move to try.
    #[inline(always)]
    pub(super) fn next(&mut self, tree: &Tree<E>) -> Option<Move> {
        if let Some(next) = self.scored.take_best() {
            return Some(next);
        }
        let Node { board, depth, .. } = self.node;
        for square in squares(std::mem::take(&mut self.unscored)) {
            let flips = self.kernel.flips(board.player(), board.opponent(), square);
            let (mut replies, mut score) = (0, 0);
            if depth > 1 {
                let child = &board.after(square, flips);
                if depth > P::TABLE_DEPTH {
                    tree.table.prefetch(child);
                }
                replies = self.kernel.moves(child.player(), child.opponent());
                score = self.phase.order_score(tree, &self.node, square, flips, child, replies);
            }
            self.scored.push(Move { flips, replies, score, square });
        }
        self.scored.take_best()
    }

    /// Puts a move back, behind all others.
    #[inline(always)]
    pub(super) fn defer(&mut self, deferred: Move) {
        self.scored.push(Move { score: DEFERRED, ..deferred });
    }
}

/// Scored moves, with room for one to every square.
struct ScoredMoves(ArrayVec<Move, 64>);

impl ScoredMoves {
    #[inline(always)]
    fn new() -> Self {
        Self(ArrayVec::new())
    }

    #[inline(always)]
    fn push(&mut self, scored: Move) {
        self.0.push(scored);
    }

    /// Removes the move with the highest score.
    #[inline(always)]
    fn take_best(&mut self) -> Option<Move> {
        // Score and index share one number, so no comparison waits for a load that depends on the previous one.
        let ranked =
            self.0.iter().enumerate().map(|(index, scored)| (i64::from(scored.score) << 6) | (63 - index as i64));
        let best = 63 - (ranked.max()? & 63) as usize;
        self.0.swap_pop(best)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_come_by_score() {
        let mut moves = ScoredMoves::new();
        for (index, score) in [3, 7, 7, 1, 9, 3].into_iter().enumerate() {
            moves.push(Move { flips: 1, replies: 0, score, square: Square::new(index as u8).unwrap() });
        }
        let scores: Vec<i32> = std::iter::from_fn(|| moves.take_best()).map(|chosen| chosen.score).collect();
        assert_eq!(scores, [9, 7, 7, 3, 3, 1]);
    }
}
