//! Parallel searches.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::common::{NOISE, random_board, seeded, to_depth};
use rand_xoshiro::rand_core::Rng;
use shirokuro_engine::{Board, Limits, Searcher};

#[test]
fn any_number_of_threads_finds_the_score_of_one_thread() {
    let mut rng = seeded(1);
    for round in 0..60 {
        let empties = 12 + (rng.next_u64() % 40) as u32;
        let board = random_board(&mut rng, empties);
        let depth = 5 + round % 3;
        let alone = Searcher::new(1 << 20).unwrap().search(&*NOISE, &board, &to_depth(depth));
        for (threads, bytes) in [(2, 1 << 20), (4, 1 << 20), (3, 0)] {
            let limits = Limits { threads, ..to_depth(depth) };
            let mut searcher = Searcher::new(bytes).unwrap();
            let together = searcher.search(&*NOISE, &board, &limits);
            assert_eq!((together.score, together.depth, together.stopped), (alone.score, alone.depth, false));
            let best = together.best.expect("a best move");
            let reply = searcher.search(&*NOISE, &board.play(best).unwrap(), &to_depth(depth - 1));
            assert_eq!(-reply.score, alone.score, "{best} is one of the best moves of {board:?}");
        }
    }
}

#[test]
fn several_threads_find_the_result_that_one_solves() {
    let mut rng = seeded(2);
    for empties in 8..17 {
        let board = random_board(&mut rng, empties);
        let alone = Searcher::new(1 << 20).unwrap().solve(&*NOISE, &board, None);
        let limits = Limits { exact: 64, threads: 4, ..Limits::default() };
        let together = Searcher::new(1 << 20).unwrap().search(&*NOISE, &board, &limits);
        assert_eq!((together.score, together.exact), (alone.score, true), "{board:?}");
    }
}

#[test]
fn limits_hold_for_all_threads_together() {
    let board = random_board(&mut seeded(3), 40);
    let limits = Limits { nodes: Some(100_000), threads: 4, ..Limits::default() };
    let result = Searcher::new(1 << 20).unwrap().search(&*NOISE, &board, &limits);
    assert!(result.best.is_some());
    assert!(result.nodes <= 100_000 + 4 * 100, "{}", result.nodes);
}

#[test]
fn the_stop_flag_ends_all_threads() {
    let stop = AtomicBool::new(false);
    LazyLock::force(&NOISE);
    std::thread::scope(|scope| {
        let limits = Limits { exact: 64, threads: 3, stop: Some(&stop), ..Limits::default() };
        let search = scope.spawn(move || Searcher::new(1 << 20).unwrap().search(&*NOISE, &Board::START, &limits));
        std::thread::sleep(Duration::from_millis(50));
        stop.store(true, Ordering::Relaxed);
        let result = search.join().unwrap();
        assert!(result.stopped && !result.exact);
    });
}
