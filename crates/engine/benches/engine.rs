//! Benchmarks of the engine. Each one asserts its answer, so a change that is fast but wrong fails.

#[path = "../tests/common/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod common;

use std::hint::black_box;

use common::NOISE;
use divan::Bencher;
use divan::counter::ItemsCount;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use shirokuro_engine::{Board, Limits, Searcher, Square, perft, squares};

fn main() {
    divan::main();
}

/// Returns the boards of `games` random games, in the order of play.
fn random_games(games: usize) -> Vec<Board> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut boards = Vec::new();
    for _ in 0..games {
        let mut board = Board::START;
        loop {
            if board.moves() == 0 {
                board = board.pass();
            }
            let moves: Vec<Square> = squares(board.moves()).collect();
            if moves.is_empty() {
                break;
            }
            boards.push(board);
            let square = moves[rng.next_u64() as usize % moves.len()];
            board = board.after(square, board.flips(square));
        }
    }
    boards
}

/// Returns `count` boards with `empties` empty squares.
fn with_empties(empties: u32, count: usize) -> Vec<Board> {
    random_games(10 * count).into_iter().filter(|board| board.empties() == empties).take(count).collect()
}

/// Counts the leaves of perft.
#[divan::bench(sample_count = 5)]
fn perft_leaves(bencher: Bencher) {
    bencher.counter(ItemsCount::new(24_571_284_u64)).bench(|| {
        assert_eq!(perft(black_box(&Board::START), 10), 24_571_284);
    });
}

/// Evaluates boards from scratch: those of whole games in the order of play, where each needs the tables of another
/// stage, and those of a single stage.
#[divan::bench(args = ["of games", "of a stage"], sample_count = 50)]
fn evaluate_from_scratch(bencher: Bencher, order: &str) {
    let boards = match order {
        "of games" => random_games(100),
        _ => with_empties(30, 1_000),
    };
    let mut values = vec![0.0; boards.len()];
    let sum: f32 = boards.iter().map(|board| shirokuro_engine::discs(NOISE.evaluate(board))).sum();
    bencher.counter(ItemsCount::new(boards.len())).bench_local(|| {
        NOISE.evaluate_many(black_box(&boards), &mut values);
        assert_eq!(values.iter().sum::<f32>().to_bits(), sum.to_bits());
    });
}

/// Evaluates the boards after each move of a board: a search to one ply.
#[divan::bench(args = ["of games", "of a stage"], sample_count = 50)]
fn evaluate_in_search(bencher: Bencher, order: &str) {
    let boards = match order {
        "of games" => random_games(100).into_iter().filter(|board| board.empties() > 1).collect(),
        _ => with_empties(30, 1_000),
    };
    let mut searcher = Searcher::new(0).expect("memory");
    let limits = Limits { depth: Some(1), ..Limits::default() };
    let mut nodes = || boards.iter().map(|board| searcher.search(&*NOISE, board, &limits).nodes).sum::<u64>();
    let expected = nodes();
    bencher.counter(ItemsCount::new(expected)).bench_local(|| assert_eq!(nodes(), expected));
}

/// Counts the nodes of searches from boards with 40 empty squares.
#[divan::bench(args = [4, 8], sample_count = 5)]
fn search_nodes(bencher: Bencher, depth: u32) {
    let boards = with_empties(40, 20);
    let mut searcher = Searcher::new(16 << 20).expect("memory");
    let limits = Limits { depth: Some(depth), ..Limits::default() };
    let mut nodes = || {
        searcher.forget();
        boards.iter().map(|board| searcher.search(&*NOISE, board, &limits).nodes).sum::<u64>()
    };
    let expected = nodes();
    bencher.counter(ItemsCount::new(expected)).bench_local(|| assert_eq!(nodes(), expected));
}

/// Counts the nodes of the exact solver.
#[divan::bench(args = [8, 10, 14, 18], sample_count = 5)]
fn solve_nodes(bencher: Bencher, empties: u32) {
    let boards = with_empties(empties, 20);
    let mut searcher = Searcher::new(16 << 20).expect("memory");
    let mut nodes = || {
        searcher.forget();
        boards.iter().map(|board| searcher.solve(&*NOISE, board, None).nodes).sum::<u64>()
    };
    let expected = nodes();
    bencher.counter(ItemsCount::new(expected)).bench_local(|| assert_eq!(nodes(), expected));
}
