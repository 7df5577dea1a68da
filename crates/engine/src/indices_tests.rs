use super::*;
use crate::board::Board;
use crate::pattern::{PATTERNS, PatternSet, feature_indices};
use crate::shipped::PLACE_VALUES;
use crate::square::squares;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

fn random_board(rng: &mut Xoshiro256PlusPlus) -> Board {
    let (a, b) = (rng.next_u64(), rng.next_u64());
    Board::new(a & !b, b & !a).unwrap()
}

/// Computes the indices digit by digit, from their definition.
fn slow_indices(patterns: &PatternSet, board: &Board) -> Vec<u16> {
    (0..patterns.features())
        .map(|feature| {
            patterns.feature_squares(feature).iter().rev().fold(0, |index, &square| {
                let bit = Square::new(square).unwrap().bit();
                index * 3 + u16::from(board.player() & bit != 0) + 2 * u16::from(board.opponent() & bit != 0)
            })
        })
        .collect()
}

#[test]
fn indices_from_scratch_follow_the_definition() {
    let own =
        PatternSet::new([("hook", "a1 b1 c1 c2"), ("diagonal", "a1 b2 c3 d4 e5 f6 g7 h8"), ("pair", "d3 e6")]).unwrap();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    for _ in 0..500 {
        let board = random_board(&mut rng);
        assert_eq!(feature_indices(&board).to_vec(), slow_indices(&PATTERNS, &board));
        for patterns in [&**PATTERNS, &*own] {
            assert_eq!(patterns.feature_indices(&board), slow_indices(patterns, &board));
        }
    }
}

#[test]
fn indices_move_by_move_are_those_from_scratch() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
    let values = &PLACE_VALUES;
    for _ in 0..50 {
        let (mut board, mut indices) = (Board::START, Indices::of(values, &Board::START));
        loop {
            if board.moves() == 0 {
                (board, indices) = (board.pass(), indices.pass());
            }
            let moves: Vec<Square> = squares(board.moves()).collect();
            if moves.is_empty() {
                break;
            }
            let square = moves[rng.next_u64() as usize % moves.len()];
            let flips = board.flips(square);
            assert_eq!(indices.own_after(values, square, flips), indices.after(values, square, flips).own);
            (board, indices) = (board.after(square, flips), indices.after(values, square, flips));
            assert_eq!(indices, Indices::of(values, &board));
            assert_eq!(indices.own, values.own_indices(&board));
        }
    }
}
