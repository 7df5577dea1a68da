//! Slow and obvious implementations: the ground truth for tests of the fast ones.

use crate::board::Board;
use crate::evaluate::{Evaluate, Evaluation, Score, UNITS_PER_DISC, WithEvaluator};
use crate::square::{Square, squares};

/// Returns the discs that a move flips, found by walking square by square; 0 if the move is illegal.
pub fn flips(player: u64, opponent: u64, square: Square) -> u64 {
    let at = |file: i32, rank: i32| {
        if (0..8).contains(&file) && (0..8).contains(&rank) { 1_u64 << (rank * 8 + file) } else { 0 }
    };
    let mut flipped = 0;
    for (file_step, rank_step) in [(-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1)] {
        let (mut file, mut rank) = (square.file() as i32 + file_step, square.rank() as i32 + rank_step);
        let mut line = 0;
        while at(file, rank) & opponent != 0 {
            line |= at(file, rank);
            file += file_step;
            rank += rank_step;
        }
        if at(file, rank) & player != 0 {
            flipped |= line;
        }
    }
    flipped
}

/// Returns the score of `board` at `depth` plies by plain negamax, without pruning, move ordering or a table. A pass
/// does not count as a ply.
pub fn negamax<E: Evaluation>(evaluator: &E, board: &Board, depth: u32) -> Score {
    evaluator.with(Negamax { board, depth })
}

struct Negamax<'a> {
    board: &'a Board,
    depth: u32,
}

impl WithEvaluator for Negamax<'_> {
    type Output = Score;

    fn run<E: Evaluate>(self, evaluator: &E) -> Score {
        let Self { board, depth } = self;
        if depth == 0 {
            return evaluator.evaluate(board);
        }
        let child = |square: Square| board.after(square, board.flips(square));
        let children = squares(board.moves()).map(|square| -negamax(evaluator, &child(square), depth - 1));
        match children.max() {
            Some(score) => score,
            None if board.is_over() => board.final_score() * UNITS_PER_DISC,
            None => -negamax(evaluator, &board.pass(), depth),
        }
    }
}
