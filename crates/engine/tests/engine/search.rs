//! The search compared with plain negamax, and its limits.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use crate::common::{NOISE, random_board, seeded, to_depth};
use rand_xoshiro::rand_core::Rng;
use shirokuro_engine::{
    Board, DiscCount, Evaluation, Limits, PatternEvaluator, Position, SearchResult, Searcher, Square, Symmetry,
    UNITS_PER_DISC, Weights, reference,
};

/// Returns the result under best play, by brute force to the end of the game.
fn brute_force(board: &Board) -> i32 {
    reference::negamax(&DiscCount, board, 64)
}

/// Asserts that the principal variation earns the score: its moves are legal, and the position at its end has the
/// result's score.
fn assert_line_earns_the_score<E: Evaluation>(evaluator: &E, board: &Board, result: &SearchResult) {
    let (mut end, mut sign) = (*board, 1);
    for &square in &result.line {
        if end.moves() == 0 {
            (end, sign) = (end.pass(), -sign);
        }
        (end, sign) = (end.play(square).unwrap(), -sign);
    }
    let value = if result.line.len() == result.depth as usize {
        shirokuro_engine::reference::negamax(evaluator, &end, 0)
    } else {
        assert!(end.is_over(), "the line ends early: {board:?} {result:?}");
        end.final_score() * UNITS_PER_DISC
    };
    assert_eq!(sign * value, result.score, "{board:?} {result:?}");
    assert_eq!(result.best, result.line.first().copied().filter(|_| board.moves() != 0));
}

/// Compares searches of random boards with negamax.
fn assert_finds_the_score_of_negamax<E: Evaluation>(
    evaluator: &E,
    seed: u64,
    boards: usize,
    depths: RangeInclusive<u32>,
) {
    let mut rng = seeded(seed);
    let mut kept = Searcher::new(1 << 20).unwrap();
    for _ in 0..boards {
        let empties = 5 + (rng.next_u64() % 50) as u32;
        let board = random_board(&mut rng, empties);
        for depth in depths.clone() {
            let expected = reference::negamax(evaluator, &board, depth);
            // A tiny table, an empty one, and one filled by earlier searches.
            for searcher in [&mut Searcher::new(0).unwrap(), &mut Searcher::new(1 << 16).unwrap(), &mut kept] {
                let result = searcher.search(evaluator, &board, &to_depth(depth));
                assert_eq!(result.score, expected, "{board:?} depth {depth}");
                assert_eq!(result.depth, depth.min(board.empties()));
                assert_line_earns_the_score(evaluator, &board, &result);
            }
        }
    }
}

#[test]
fn search_finds_the_score_of_plain_negamax_with_patterns() {
    assert_finds_the_score_of_negamax(&*NOISE, 1, 200, 1..=4);
}

#[test]
fn search_finds_the_score_of_plain_negamax_with_disc_counts() {
    assert_finds_the_score_of_negamax(&DiscCount, 2, 200, 1..=5);
}

#[test]
fn the_solver_finds_the_result_of_brute_force() {
    let mut rng = seeded(3);
    let mut kept = Searcher::new(1 << 20).unwrap();
    for round in 0..400 {
        let board = random_board(&mut rng, round % 9);
        let expected = brute_force(&board);
        for result in [kept.solve(&DiscCount, &board, None), Searcher::new(0).unwrap().solve(&*NOISE, &board, None)] {
            assert_eq!(result.score, expected, "{board:?}");
            assert!(result.exact);
            assert_line_earns_the_score(&DiscCount, &board, &result);
        }
    }
}

#[test]
fn the_solver_finds_the_result_of_brute_force_with_ten_empty_squares() {
    let mut rng = seeded(4);
    for _ in 0..12 {
        let board = random_board(&mut rng, 10);
        assert_eq!(
            Searcher::new(1 << 20).unwrap().solve(&*NOISE, &board, None).score,
            brute_force(&board),
            "{board:?}"
        );
    }
}

#[test]
fn the_solver_finds_the_result_of_brute_force_for_arbitrary_sets_of_discs() {
    // On boards that no game reaches, passes, wipe-outs and early ends are frequent.
    let mut rng = seeded(5);
    let mut solved = 0;
    while solved < 2_000 {
        let (sides, holes) = (rng.next_u64(), rng.next_u64() & rng.next_u64() & rng.next_u64() & rng.next_u64());
        let board = Board::new(sides & !holes, !sides & !holes).unwrap();
        if board.empties() <= 7 {
            assert_eq!(
                Searcher::new(0).unwrap().solve(&DiscCount, &board, None).score,
                brute_force(&board),
                "{board:?}"
            );
            solved += 1;
        }
    }
}

#[test]
fn evaluation_and_search_are_the_same_for_all_symmetries() {
    let mut rng = seeded(6);
    for round in 0..200 {
        let board = random_board(&mut rng, round % 60);
        for symmetry in Symmetry::ALL {
            assert_eq!(NOISE.evaluate(&board.symmetric(symmetry)), NOISE.evaluate(&board));
        }
    }
    let board = random_board(&mut rng, 40);
    let value = |board: &Board| Searcher::new(1 << 16).unwrap().search(&*NOISE, board, &to_depth(4)).score;
    assert!(Symmetry::ALL.iter().all(|&symmetry| value(&board.symmetric(symmetry)) == value(&board)));
}

#[test]
fn evaluating_many_boards_at_once_matches_evaluating_each() {
    let mut rng = seeded(8);
    let boards: Vec<Board> = (0..300).map(|n| random_board(&mut rng, n % 61)).collect();
    let mut values = vec![0.0; boards.len()];
    NOISE.evaluate_many(&boards, &mut values);
    for (board, value) in boards.iter().zip(values) {
        assert_eq!((value * UNITS_PER_DISC as f32) as i32, NOISE.evaluate(board), "{board:?}");
    }
}

#[test]
fn a_side_without_a_move_has_no_best_move() {
    // Black on b1, White on a1: Black can't move, and White captures everything with c1.
    let passes = Board::new(0b10, 0b01).unwrap();
    let result = Searcher::new(0).unwrap().solve(&DiscCount, &passes, None);
    assert_eq!((result.best, result.score), (None, -64 * UNITS_PER_DISC));
    assert_eq!(result.line.iter().map(Square::to_string).collect::<Vec<_>>(), ["c1"]);
    let over = Board::new(1, 0).unwrap();
    let result = Searcher::new(0).unwrap().search(&*NOISE, &over, &to_depth(3));
    assert_eq!((result.best, result.score, result.line.len()), (None, 64 * UNITS_PER_DISC, 0));
    assert!(result.exact, "the result of a finished game is exact");
}

#[test]
fn positions_with_at_most_exact_empty_squares_are_solved_whatever_the_depth() {
    let board = random_board(&mut seeded(9), 8);
    let search = |exact| {
        Searcher::new(1 << 16).unwrap().search(&*NOISE, &board, &Limits { depth: Some(1), exact, ..Limits::default() })
    };
    assert_eq!((search(7).exact, search(7).depth), (false, 1));
    assert_eq!((search(8).exact, search(8).depth), (true, 8));
    assert_eq!(search(8).score, brute_force(&board));
}

#[test]
fn a_time_limit_is_kept_within_a_few_milliseconds() {
    let mut searcher = Searcher::new(1 << 22).unwrap();
    let mut rng = seeded(10);
    let time = Duration::from_millis(20);
    let late = [50, 40, 30, 26, 24].map(|empties| {
        let board = random_board(&mut rng, empties);
        let start = Instant::now();
        let result = searcher.search(&*NOISE, &board, &Limits { time: Some(time), ..Limits::default() });
        let taken = start.elapsed();
        assert!(result.best.is_some() && result.depth >= 1 && !result.stopped);
        assert!(taken >= time || result.exact, "{taken:?}");
        taken.saturating_sub(time)
    });
    // The minimum, as a busy machine may suspend the process for longer, but not every time.
    assert!(late.iter().min().unwrap() < &Duration::from_millis(5), "{late:?}");
}

#[test]
fn a_node_limit_is_kept() {
    let board = random_board(&mut seeded(11), 40);
    for nodes in [1, 100, 5_000, 100_000] {
        let limits = Limits { nodes: Some(nodes), ..Limits::default() };
        let result = Searcher::new(1 << 20).unwrap().search(&*NOISE, &board, &limits);
        assert!(result.best.is_some());
        // The first ply and the leaves of one node may exceed the limit.
        assert!(result.nodes <= nodes + 100, "{} of {nodes}", result.nodes);
    }
}

/// Returns the score of a move at `depth` plies.
fn score_of_move(board: &Board, square: Square, depth: u32) -> i32 {
    let child = board.play(square).unwrap();
    -Searcher::new(1 << 20).unwrap().search(&*NOISE, &child, &to_depth(depth - 1)).score
}

#[test]
fn a_better_move_found_by_the_last_iteration_is_returned_though_a_limit_ends_it() {
    let mut rng = seeded(12);
    let mut replaced = 0;
    for case in 0..60 {
        let board = random_board(&mut rng, 40);
        let limits = Limits { nodes: Some(3_000 + 200 * case), ..Limits::default() };
        let result = Searcher::new(1 << 20).unwrap().search(&*NOISE, &board, &limits);
        let complete = Searcher::new(1 << 20).unwrap().search(&*NOISE, &board, &to_depth(result.depth));
        assert_eq!((result.score, result.best), (complete.score, result.line.first().copied()));
        let [found, before] = [result.best.unwrap(), complete.best.unwrap()];
        if score_of_move(&board, found, result.depth) < complete.score {
            let deeper = result.depth + 1;
            assert!(
                score_of_move(&board, found, deeper) > score_of_move(&board, before, deeper),
                "{board:?} {result:?}"
            );
            replaced += 1;
        }
    }
    assert!(replaced > 2, "{replaced}");
}

#[test]
fn every_line_can_be_played_wherever_a_limit_ends_the_search() {
    let mut rng = seeded(13);
    for case in 0..150 {
        let mut board = random_board(&mut rng, 12 + case % 40);
        let limits = Limits { nodes: Some(2_000 + 53 * u64::from(case)), ..Limits::default() };
        let result = Searcher::new(1 << 16).unwrap().search(&*NOISE, &board, &limits);
        for &square in &result.line {
            board = if board.moves() == 0 { board.pass() } else { board };
            board = board.play(square).unwrap_or_else(|error| panic!("case {case}: {error} in {result:?}"));
        }
    }
}

#[test]
fn the_stop_flag_ends_a_search_at_once() {
    let stop = AtomicBool::new(false);
    LazyLock::force(&NOISE);
    std::thread::scope(|scope| {
        let search = scope.spawn(|| Searcher::new(1 << 20).unwrap().solve(&*NOISE, &Board::START, Some(&stop)));
        std::thread::sleep(Duration::from_millis(50));
        stop.store(true, Ordering::Relaxed);
        let result = search.join().unwrap();
        assert!(result.stopped && !result.exact);
    });
}

#[test]
fn a_search_that_is_stopped_before_it_starts_finds_nothing() {
    let result = Searcher::new(0).unwrap().solve(&*NOISE, &Board::START, Some(&AtomicBool::new(true)));
    assert!(result.stopped && result.best.is_none() && result.depth == 0);
}

#[test]
fn the_heartbeat_shows_that_a_search_is_alive_and_changes_nothing() {
    for (empties, exact) in [(40, 0), (14, 14)] {
        let board = random_board(&mut seeded(13), empties);
        let heartbeat = AtomicU64::new(0);
        let limits = Limits { depth: Some(8), exact, ..Limits::default() };
        let silent = Searcher::new(1 << 18).unwrap().search(&*NOISE, &board, &limits);
        let limits = Limits { heartbeat: Some(&heartbeat), ..limits };
        assert_eq!(Searcher::new(1 << 18).unwrap().search(&*NOISE, &board, &limits), silent);
        let beats = heartbeat.into_inner();
        // One beat per 1,024 nodes, and one before each iteration.
        assert!((silent.nodes / 2048..=silent.nodes / 1024 + 20).contains(&beats), "{beats} in {} nodes", silent.nodes);
        assert!(beats > 5);
    }
}

#[test]
fn a_cleared_searcher_repeats_its_first_search() {
    let mut rng = seeded(12);
    let board = random_board(&mut rng, 44);
    let mut searcher = Searcher::new(1 << 18).unwrap();
    let fresh = searcher.search(&*NOISE, &board, &to_depth(7));
    let _ = searcher.search(&DiscCount, &random_board(&mut rng, 40), &to_depth(7));
    searcher.forget();
    assert_eq!(searcher.search(&*NOISE, &board, &to_depth(7)), fresh);
}

/// Position 40 of the FFO end-game test suite, <http://www.radagast.se/othello/ffotest.html>, with its known result.
#[test]
fn the_solver_finds_a_published_result() {
    let diagram = "O--OOOOX-OOOOOOXOOXXOOOXOOXOOOXXOOOOOOXX---OOOOX----O--X--------X";
    let position: Position = diagram.parse().unwrap();
    let result = Searcher::new(64 << 20).unwrap().solve(&DiscCount, &position.board, None);
    assert_eq!(result.score, 38 * UNITS_PER_DISC);
    assert_eq!(result.best.unwrap().to_string(), "a2");
}

#[test]
fn a_searcher_never_answers_from_the_scores_of_another_evaluator_or_of_old_weights() {
    let board = random_board(&mut seeded(13), 30);
    let mut kept = Searcher::new(1 << 20).unwrap();
    let fresh =
        |evaluator: &PatternEvaluator| Searcher::new(1 << 20).unwrap().search(evaluator, &board, &to_depth(5)).score;
    let changing = PatternEvaluator::new(Arc::new(Weights::neutral().unwrap()));
    for evaluator in [&*NOISE, &changing, &*NOISE] {
        assert_eq!(kept.search(evaluator, &board, &to_depth(5)).score, fresh(evaluator));
    }
    assert_eq!(kept.search(&changing, &board, &to_depth(5)).score, 0);
    for weight in changing.weights.entries() {
        weight.store(Weights::NEUTRAL + 7, Ordering::Relaxed);
    }
    changing.weights.changed();
    assert_ne!(fresh(&changing), 0);
    assert_eq!(kept.search(&changing, &board, &to_depth(5)).score, fresh(&changing));
}
