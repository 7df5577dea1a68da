//! The effects of injected faults on a run.

use super::*;
use crate::play::fault_injection::{Fault, FaultRates};
use crate::report::{FailureKind, GameFailure};
use crate::testing::{Folder, few_patterns};
use std::time::Duration;

const PLAY: PlaySettings = PlaySettings {
    depth: Some(2),
    nodes: None,
    time: None,
    exact_empties: 6,
    epsilon: 0.1,
    shallow: 0.0,
    random_plies: 10,
    hang_timeout: Some(Duration::from_millis(700)),
};
const LEARN: LearnSettings =
    LearnSettings { lambda: 0.7, rate: 0.2, adam_epsilon: 1e-8, share_stages: 0, share_weight: 0.0 };
const SEED: u64 = 5;
const GAMES: u32 = 24;

fn trainer(threads: usize) -> Trainer {
    let options =
        TrainerOptions { seed: SEED, generation_games: 16, threads, table_bytes: 1 << 16, ..TrainerOptions::default() };
    Trainer::with_patterns(&options, &few_patterns()).unwrap()
}

fn inject(trainer: &mut Trainer, rates: FaultRates) {
    trainer.inject_faults(Some(FaultInjector::new(rates, None).unwrap()));
}

/// Trains on the next games, at most `at_most` per call.
fn train(trainer: &mut Trainer, games: u32, at_most: u32) -> Vec<GenerationReport> {
    let goal = trainer.games_played() + u64::from(games);
    let mut reports = Vec::new();
    while trainer.games_played() < goal {
        let left = (goal - trainer.games_played()) as u32;
        reports.push(trainer.advance(left.min(at_most), &PLAY, &LEARN, &Control::new()).unwrap().unwrap());
    }
    reports
}

fn failures(reports: &[GenerationReport]) -> Vec<GameFailure> {
    reports.iter().flat_map(|report| report.failures.clone()).collect()
}

/// Returns the games of the run that have this fault.
fn meeting(rates: FaultRates, fault: Fault) -> Vec<u64> {
    let faults = FaultInjector::new(rates, None).unwrap();
    (0..u64::from(GAMES)).filter(|&game| faults.of(SEED, game).is_some_and(|(met, _)| met == fault)).collect()
}

#[test]
fn a_run_with_failures_does_not_depend_on_threads_splits_or_files() {
    let rates = FaultRates { panic: 0.15, hang: 0.06, search_error: 0.15, nan: 0.1 };
    let digests = [(1, GAMES), (2, 5), (4, 11)].map(|(threads, at_most)| {
        let mut trainer = trainer(threads);
        inject(&mut trainer, rates);
        let reports = train(&mut trainer, GAMES, at_most);
        let kind = |kind| {
            failures(&reports).iter().filter(|failure| failure.kind == kind).map(|failure| failure.index).collect()
        };
        let kinds: [Vec<u64>; 3] = [FailureKind::Panic, FailureKind::Hang, FailureKind::SearchError].map(kind);
        assert!(kinds.iter().all(|games| !games.is_empty()), "{kinds:?}");
        assert_eq!(kinds, [Fault::Panic, Fault::Hang, Fault::SearchError].map(|fault| meeting(rates, fault)));
        let nan: Vec<u64> = reports.iter().flat_map(|report| report.nan_games.clone()).collect();
        assert_eq!(nan, meeting(rates, Fault::Nan));
        assert_eq!(trainer.threads(), threads);
        // Lost workers wake up and find that nothing waits for them.
        trainer.inject_faults(None);
        trainer.digest()
    });
    assert!(digests.iter().all(|digest| *digest == digests[0]), "{digests:?}");

    let folder = Folder::new();
    let path = folder.path("model.shiro");
    let mut first = trainer(2);
    inject(&mut first, rates);
    train(&mut first, 10, GAMES);
    first.save(&path, &Texts::default(), Encoding::Zstd).unwrap();
    let (mut second, _) = Trainer::load(&path, 1, 1 << 16).unwrap();
    assert_eq!(second.digest(), first.digest());
    inject(&mut second, rates);
    train(&mut second, GAMES - 10, GAMES);
    assert_eq!(second.digest(), digests[0]);
}

#[test]
fn nothing_is_learned_from_a_failed_game_whose_report_explains_the_failure() {
    let rates = FaultRates { panic: 0.2, search_error: 0.2, ..FaultRates::default() };
    let mut healthy = trainer(2);
    let games = train(&mut healthy, 16, 16).remove(0).games;
    let mut faulty = trainer(2);
    inject(&mut faulty, rates);
    let report = train(&mut faulty, 16, 16).remove(0);
    assert!(!report.failures.is_empty() && report.resets.is_empty());
    for failure in &report.failures {
        let game = &games[failure.index as usize];
        let moves: Vec<_> = game.plies.iter().map(|ply| ply.square).collect();
        assert_eq!(failure.moves, moves[..failure.moves.len()], "the moves up to the failure");
        assert_eq!((failure.seed, failure.message.ends_with("on purpose")), (SEED, true));
    }
    let survivors: Vec<_> =
        games.into_iter().filter(|game| report.failures.iter().all(|failure| failure.index != game.index)).collect();
    assert_eq!(report.games, survivors);

    // Learning only from the other games gives the same weights.
    let mut alone = trainer(1);
    alone.state.records = (0..16).map(GameRecord::failed).collect();
    for game in survivors {
        let place = game.index as usize;
        alone.state.records[place] = game;
    }
    let mut report = GenerationReport::of(Vec::new(), Vec::new());
    let positions = alone.positions(LEARN, Targets::LambdaReturns(LEARN.lambda)).unwrap();
    let outcome = alone.update(LEARN, &positions).unwrap();
    alone.describe(outcome, &positions, &mut report);
    assert_eq!(alone.digest(), faulty.digest());
}

#[test]
fn a_game_with_a_nan_value_resets_the_entries_of_that_position() {
    let rates = FaultRates { nan: 0.2, ..FaultRates::default() };
    let mut trainer = trainer(2);
    inject(&mut trainer, rates);
    let report = train(&mut trainer, 16, 16).remove(0);
    let expected: Vec<u64> = meeting(rates, Fault::Nan).into_iter().filter(|&game| game < 16).collect();
    assert_eq!(report.nan_games, expected);
    assert!(!expected.is_empty() && report.failures.is_empty() && report.games.len() == 16);
    assert_eq!(report.positions(), report.values.count - expected.len() as u64);
    assert!(report.td_error().unwrap().is_finite());
    assert!(report.resets.len() >= 4, "four patterns each");
    assert!(trainer.reset_bad_numbers().is_empty(), "no bad entry is left");
    trainer.inject_faults(None);
    assert!(train(&mut trainer, 16, 16)[0].resets.is_empty());
}

#[test]
fn a_file_with_nan_moments_loads_and_is_repaired() {
    let folder = Folder::new();
    let path = folder.path("model.shiro");
    let mut trainer = trainer(1);
    train(&mut trainer, 16, 16);
    trainer.state.moments[0] = [f32::NAN, f32::NAN];
    trainer.save(&path, &Texts::default(), Encoding::Raw).unwrap();
    let (mut loaded, _) = Trainer::load(&path, 1, 1 << 16).unwrap();
    assert_eq!(loaded.reset_bad_numbers(), [Reset { pattern: 0, stage: 0, entries: 1 }]);
    assert!(loaded.reset_bad_numbers().is_empty());
}
