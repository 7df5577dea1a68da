//! The evaluation of boards that the next move decides.

use crate::common::{NOISE, random_board, seeded, to_depth};
use rand_xoshiro::rand_core::Rng;
use shirokuro_engine::{AnyReader, Board, Evaluate, MAX_SCORE, Searcher, squares};

/// Returns boards of unfinished random games with 7 to 14 discs.
fn early_boards(seed: u64, count: usize) -> Vec<Board> {
    let mut rng = seeded(seed);
    let mut boards = Vec::with_capacity(count);
    while boards.len() < count {
        let empties = 50 + (rng.next_u64() % 8) as u32;
        boards.extend(Some(random_board(&mut rng, empties)).filter(|board| !board.is_over()));
    }
    boards
}

/// Checks whether the side to move can take all discs of the other side, which has at most six.
fn takes_the_last_disc(board: &Board) -> bool {
    board.opponent().count_ones() <= 6 && squares(board.moves()).any(|square| board.flips(square) == board.opponent())
}

#[test]
fn a_board_whose_side_to_move_can_take_the_last_of_few_discs_is_won() {
    let AnyReader::Shipped(reader) = NOISE.weights.reader() else { panic!("the patterns are the shipped ones") };
    let (mut won, mut others) = (0, 0);
    let boards = early_boards(21, 20_000);
    let children = boards.iter().flat_map(|board| squares(board.moves()).map(|square| board.play(square).unwrap()));
    for board in children.filter(|board| !board.is_over()) {
        let sum = reader.weight_sum(board.stage(), &reader.indices(&board));
        let taken = takes_the_last_disc(&board);
        let expected = if taken { MAX_SCORE } else { sum.clamp(-MAX_SCORE, MAX_SCORE) };
        assert_eq!(NOISE.evaluate(&board), expected, "{board:?}");
        (won, others) = if taken { (won + 1, others) } else { (won, others + 1) };
    }
    assert!(won > 10 && others > 50_000, "{won} {others}");
}

#[test]
fn a_board_is_evaluated_from_its_accumulator_as_from_scratch() {
    let AnyReader::Shipped(reader) = NOISE.weights.reader() else { panic!("the patterns are the shipped ones") };
    let mut won = 0;
    for board in early_boards(23, 5_000) {
        let before = reader.accumulator(&board);
        for square in squares(board.moves()) {
            let child = board.play(square).unwrap();
            let accumulator = reader.accumulator_after(&before, square, board.flips(square));
            assert_eq!(reader.evaluate_at(&child, &accumulator), reader.evaluate(&child), "{child:?}");
            won += u32::from(takes_the_last_disc(&child));
        }
    }
    assert!(won > 0, "a move that takes the last disc is part of both");
}

#[test]
fn a_search_of_one_ply_keeps_a_disc_if_it_can() {
    let mut kept = 0;
    for board in early_boards(22, 30_000) {
        let children: Vec<_> = squares(board.moves()).map(|square| board.play(square).unwrap()).collect();
        let losing = children.iter().filter(|child| takes_the_last_disc(child)).count();
        if losing > 0 && losing < children.len() {
            let best = Searcher::new(0).unwrap().search(&*NOISE, &board, &to_depth(1)).best.unwrap();
            assert!(!takes_the_last_disc(&board.play(best).unwrap()), "{board:?}");
            kept += 1;
        }
    }
    assert!(kept > 20, "{kept}");
}
