//! `ProbCut`: searches that trust shallower ones.

use crate::common::{NOISE, random_board, seeded, to_depth};
use shirokuro_engine::{Confidence, Limits, Searcher};

#[test]
fn a_full_width_search_ignores_the_table_of_a_search_with_confidence() {
    let mut rng = seeded(4);
    let confidence = Confidence::percent(73).unwrap();
    let mut changed = 0;
    for _ in 0..5 {
        let board = random_board(&mut rng, 40);
        let full = Searcher::new(1 << 20).unwrap().search(&*NOISE, &board, &to_depth(7));
        let mut searcher = Searcher::new(1 << 20).unwrap();
        let cut = searcher.search(&*NOISE, &board, &Limits { confidence, ..to_depth(7) });
        assert_eq!(searcher.search(&*NOISE, &board, &to_depth(7)), full, "the table was cleared");
        changed += u32::from(cut.nodes != full.nodes);
    }
    assert_eq!(changed, 5, "ProbCut changed the search");
}

#[test]
fn a_solved_position_has_its_true_result_at_any_confidence() {
    let mut rng = seeded(5);
    for empties in 8..15 {
        let board = random_board(&mut rng, empties);
        let confidence = Confidence::percent(73).unwrap();
        let limits = Limits { exact: 64, confidence, ..Limits::default() };
        let trusting = Searcher::new(1 << 18).unwrap().search(&*NOISE, &board, &limits);
        let proven = Searcher::new(1 << 18).unwrap().solve(&*NOISE, &board, None);
        assert_eq!((trusting.score, trusting.exact), (proven.score, true));
    }
}
