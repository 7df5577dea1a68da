//! Fixtures shared by the tests and the benchmarks.

use std::sync::{Arc, LazyLock};

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use shirokuro_engine::{Board, Limits, PATTERNS, PatternEvaluator, STAGES, Square, Weights, squares};

/// An evaluator with random weights, equal for mirror images, so that almost every position has its own score.
pub static NOISE: LazyLock<PatternEvaluator> = LazyLock::new(|| {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    let mut entries = Vec::new();
    for _ in 0..STAGES {
        for pattern in PATTERNS.iter() {
            let noise: Vec<u16> =
                (0..pattern.entries()).map(|_| Weights::NEUTRAL - 200 + (rng.next_u64() % 401) as u16).collect();
            entries
                .extend(pattern.mirror().iter().zip(0..).map(|(&image, entry)| noise[usize::from(image.min(entry))]));
        }
    }
    PatternEvaluator::new(Arc::new(Weights::from_entries(&PATTERNS, entries).unwrap()))
});

/// Returns a seeded random number generator.
pub fn seeded(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

/// Returns a board with the given number of empty squares, reached by random moves.
pub fn random_board(rng: &mut Xoshiro256PlusPlus, empties: u32) -> Board {
    'game: loop {
        let mut board = Board::START;
        while board.empties() > empties {
            if board.moves() == 0 {
                board = board.pass();
            }
            let moves: Vec<Square> = squares(board.moves()).collect();
            if moves.is_empty() {
                continue 'game;
            }
            board = board.play(moves[rng.next_u64() as usize % moves.len()]).unwrap();
        }
        return board;
    }
}

/// Limits a search to `depth` plies.
pub fn to_depth(depth: u32) -> Limits<'static> {
    Limits { depth: Some(depth), ..Limits::default() }
}
