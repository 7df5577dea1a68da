//! The speed of playing and learning. Every benchmark checks its answer: a change that is fast but wrong fails.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use shirokuro_engine::{PatternEvaluator, Searcher, Weights};
use shirokuro_train::{
    Control, GameContext, LearnSettings, PlaySettings, Progress, Step, Trainer, TrainerOptions, lambda_returns,
    play_game,
};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

fn main() {
    divan::main();
}

const PLAY: PlaySettings = PlaySettings {
    depth: Some(1),
    nodes: None,
    time: None,
    exact_empties: 0,
    epsilon: 0.1,
    shallow: 0.0,
    random_plies: 8,
    hang_timeout: None,
};

/// The λ-returns of one game.
#[divan::bench]
fn lambda_returns_of_a_game(bencher: Bencher) {
    let steps: Vec<Step> = (0..60i16).map(|t| Step { value: f32::from(t % 17 - 8), cut: t % 10 == 9 }).collect();
    bencher.counter(ItemsCount::new(1u32)).bench(|| {
        let targets = lambda_returns(black_box(&steps), black_box(12.0), black_box(0.9));
        assert!((targets[9] - steps[9].value).abs() < f32::EPSILON);
        targets
    });
}

/// One game of self-play with one-ply searches and neutral weights, with or without timing of the searches.
#[divan::bench(args = ["timed", "not timed"])]
fn a_game_one_ply_deep(bencher: Bencher, searches: &str) {
    let evaluator = PatternEvaluator::new(Arc::new(Weights::neutral().expect("there is memory")));
    let (mut searcher, stop, progress) =
        (Searcher::new(1 << 20).expect("memory"), AtomicBool::new(false), Progress::new());
    progress.time_searches(searches == "timed");
    let context = GameContext { stop: &stop, progress: &progress, faults: None };
    bencher.counter(ItemsCount::new(1u32)).bench_local(|| {
        let game = play_game(&mut searcher, &evaluator, &PLAY, 1, 7, &context).expect("the call is not stopped");
        assert_eq!(game.totals.searches as usize, game.record.searched().count());
        game
    });
}

/// A generation with one-ply searches, one item per game: its cost beyond [`a_game_one_ply_deep`] is learning.
#[divan::bench(args = [64, 1024], sample_count = 20)]
fn play_and_learn_a_generation(bencher: Bencher, games: u32) {
    let options = TrainerOptions { seed: 1, generation_games: games, ..TrainerOptions::default() };
    let mut trainer = Trainer::new(&options).expect("the options are in range");
    let learn = LearnSettings::default();
    bencher.counter(ItemsCount::new(games)).bench_local(|| {
        let report = trainer.advance(games, &PLAY, &learn, &Control::new()).expect("the settings are in range");
        let report = report.expect("the call is not stopped");
        assert!(report.generation_complete && report.failures.is_empty());
        assert_eq!((report.games.len(), report.positions()), (games as usize, report.values.count));
        // Every position visits 56 entries; most have a mirror image that is a different entry.
        assert!((90 * report.positions()..=112 * report.positions()).contains(&report.visits));
    });
}
