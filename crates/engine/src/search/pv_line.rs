//! The principal variation: the moves that both sides are expected to play.

use crate::square::Square;

/// A principal variation, built from its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct PvLine {
    moves: [Square; 64],
    length: usize,
    /// The first move of the first line set, which the present one has replaced, as better, if it is another.
    pub(super) tried_first: Option<Square>,
}

impl Default for PvLine {
    fn default() -> Self {
        Self { moves: [Square::new(0).expect("a1"); 64], length: 0, tried_first: None }
    }
}

impl PvLine {
    pub(super) fn moves(&self) -> &[Square] {
        &self.moves[..self.length]
    }

    pub(super) fn first(&self) -> Option<Square> {
        self.moves().first().copied()
    }

    /// Replaces the line by a better one of another search of the same position.
    pub(super) fn improve(&mut self, better: &Self) {
        let tried_first = self.tried_first.or(better.tried_first);
        *self = Self { tried_first, ..*better };
    }

    /// Sets the line to `square` followed by `rest`.
    pub(super) fn set(&mut self, square: Square, rest: &Self) {
        self.tried_first = self.tried_first.or(Some(square));
        self.length = (rest.length + 1).min(64);
        self.moves[0] = square;
        self.moves[1..self.length].copy_from_slice(&rest.moves[..self.length - 1]);
    }
}
