//! Custom patterns: evaluation and search by tables that the compiler does not know.

use crate::common::{NOISE, random_board, seeded, to_depth};
use rand_xoshiro::rand_core::Rng;
use shirokuro_engine::reference::negamax;
use shirokuro_engine::{
    Board, MAX_SCORE, PATTERNS, PatternEvaluator, PatternSet, STAGES, Searcher, Symmetry, Weights, square_names,
};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, LazyLock};

/// The weights of [`NOISE`] for the same patterns under other names, which no reader knows.
static RENAMED: LazyLock<PatternEvaluator> = LazyLock::new(|| {
    let squares = |squares: &[u8]| square_names(squares).map(|square| square.to_string()).collect::<Vec<_>>().join(" ");
    let patterns = PATTERNS.iter().map(|pattern| (pattern.name.to_lowercase(), squares(&pattern.squares)));
    let entries = NOISE.weights.entries().iter().map(|entry| entry.load(Relaxed)).collect();
    let weights = Weights::from_entries(&PatternSet::new(patterns).unwrap(), entries).unwrap();
    assert!(!weights.patterns().is_shipped());
    PatternEvaluator::new(Arc::new(weights))
});

/// Random weights, equal for mirror images, of patterns with and without symmetry.
static OWN: LazyLock<PatternEvaluator> = LazyLock::new(|| {
    let patterns = [
        ("hook", "a1 b1 c1 c2 d2 e2"),
        ("edge", "a1 b1 c1 d1 e1 f1 g1 h1"),
        ("diagonal", "a1 b2 c3 d4 e5 f6 g7 h8"),
        ("corners", "a1 h1 a8 h8"),
        ("centre", "c3 d3 e3 f3 c4 d4 e4 f4 c5 d5"),
    ];
    let weights = Weights::neutral_of(&PatternSet::new(patterns).unwrap()).unwrap();
    let mut rng = seeded(9);
    for (entry, weight) in weights.entries().iter().enumerate() {
        let image = weights.patterns().mirror_entry(entry);
        let noise = Weights::NEUTRAL - 500 + (rng.next_u64() % 1001) as u16;
        weight.store(if image < entry { weights.entries()[image].load(Relaxed) } else { noise }, Relaxed);
    }
    PatternEvaluator::new(Arc::new(weights))
});

fn boards(seed: u64, count: usize) -> Vec<Board> {
    let mut rng = seeded(seed);
    (0..count).map(|n| random_board(&mut rng, 1 + n as u32 % (STAGES as u32 - 1))).collect()
}

#[test]
fn the_shipped_patterns_under_other_names_give_the_same_evaluations_to_the_bit() {
    let boards = boards(31, 3_000);
    let mut values = [vec![0.0; boards.len()], vec![0.0; boards.len()]];
    NOISE.evaluate_many(&boards, &mut values[0]);
    RENAMED.evaluate_many(&boards, &mut values[1]);
    assert!(values[0].iter().zip(&values[1]).all(|(a, b)| a.to_bits() == b.to_bits()));
    assert!(boards.iter().all(|board| NOISE.evaluate(board) == RENAMED.evaluate(board)));
}

#[test]
fn the_shipped_patterns_under_other_names_give_the_same_searches() {
    let mut rng = seeded(32);
    for empties in [50, 38, 24, 14] {
        let board = random_board(&mut rng, empties);
        let [a, b] = [&*NOISE, &*RENAMED].map(|evaluator| {
            let mut searcher = Searcher::new(1 << 20).unwrap();
            (
                searcher.search(evaluator, &board, &to_depth(7)),
                searcher.solve(evaluator, &random_board(&mut seeded(33), 9), None),
            )
        });
        assert_eq!(a, b);
    }
}

#[test]
fn own_patterns_are_evaluated_by_the_sum_of_their_weights() {
    let (patterns, weights) = (OWN.weights.patterns(), &OWN.weights);
    for board in boards(34, 2_000).into_iter().filter(|board| board.opponent().count_ones() > 6 && !board.is_over()) {
        let weight = |(feature, index): (usize, u16)| {
            let table = weights.table(board.stage(), patterns.pattern_of(feature));
            i32::from(table[usize::from(index)].load(Relaxed)) - i32::from(Weights::NEUTRAL)
        };
        let sum: i32 = patterns.feature_indices(&board).into_iter().enumerate().map(weight).sum();
        assert_eq!(OWN.evaluate(&board), sum.clamp(-MAX_SCORE, MAX_SCORE));
        for symmetry in Symmetry::ALL {
            assert_eq!(OWN.evaluate(&board.symmetric(symmetry)), OWN.evaluate(&board));
        }
    }
}

#[test]
fn a_search_with_own_patterns_finds_the_score_of_negamax() {
    for board in boards(35, 40).into_iter().filter(|board| !board.is_over()) {
        let depth = board.empties().min(4);
        let found = Searcher::new(1 << 16).unwrap().search(&*OWN, &board, &to_depth(depth));
        assert_eq!(found.score, negamax(&*OWN, &board, depth), "{board:?}");
    }
}
