use super::*;
use crate::file::section::Encoding;
use crate::file::texts::Texts;
use crate::play::control::Control;
use crate::play::random_game::random_game;
use crate::settings::{LearnSettings, TrainerOptions};
use crate::testing::{Folder, few_patterns};
use crate::trainer::{Lesson, Trainer};
use std::sync::Arc;

const PLAY: PlaySettings = PlaySettings {
    depth: Some(2),
    nodes: None,
    time: None,
    exact_empties: 6,
    epsilon: 0.3,
    shallow: 0.1,
    random_plies: 10,
    hang_timeout: None,
};
const LEARN: LearnSettings =
    LearnSettings { lambda: 0.7, rate: 0.2, adam_epsilon: 1e-8, share_stages: 0, share_weight: 0.0 };

fn trainer(threads: usize) -> Trainer {
    let options =
        TrainerOptions { seed: 11, generation_games: 6, threads, table_bytes: 1 << 16, ..TrainerOptions::default() };
    Trainer::with_patterns(&options, &few_patterns()).unwrap()
}

fn lesson(given: &Arc<GivenGames>) -> Lesson<'_> {
    Lesson { given: Some(given), ..Lesson::default() }
}

fn games(count: u64) -> Vec<GameRecord> {
    (0..count).map(|index| random_game(3, index)).collect()
}

/// Learns from the given games, split into calls of at most `size`.
fn learn(trainer: &mut Trainer, games: &[GameRecord], targets: GivenTargets, size: usize) {
    let mut rest = games;
    while !rest.is_empty() {
        let count = rest.len().min(size).min(trainer.generation_left() as usize);
        let (now, later) = rest.split_at(count);
        let given = Arc::new(GivenGames { games: now.to_vec(), targets });
        let report = trainer.advance_with(u32::MAX, lesson(&given), &PLAY, &LEARN, &Control::new()).unwrap().unwrap();
        assert_eq!(report.games.len(), count);
        rest = later;
    }
}

fn squares(game: &GameRecord) -> Vec<usize> {
    game.plies.iter().map(|ply| ply.square.index()).collect()
}

#[test]
fn every_position_of_a_given_game_is_taught_its_outcome_whatever_lambda_is() {
    let given = games(5);
    let mut trainer = trainer(2);
    let batch = Arc::new(GivenGames { games: given.clone(), targets: GivenTargets::Outcome });
    let report = trainer.advance_with(u32::MAX, lesson(&batch), &PLAY, &LEARN, &Control::new()).unwrap().unwrap();
    assert_eq!((report.totals.searches, report.values.count), (0, 0), "nothing was searched");
    for ((number, game), given) in report.games.iter().enumerate().zip(&given) {
        assert_eq!((game.index, squares(game)), (number as u64, squares(given)));
        for lambda in [0.0, 0.7, 1.0] {
            for ((position, _), target) in game.searched().zip(game.targets(lambda)) {
                assert_eq!(target as i32, position.side.black_view(given.stone_difference));
            }
        }
    }
    assert_eq!(report.positions(), given.iter().map(|game| game.plies.len() as u64).sum());
}

#[test]
fn a_given_game_is_searched_as_in_self_play_and_a_move_that_is_not_the_best_cuts_its_targets() {
    let settings = PlaySettings { epsilon: 0.0, shallow: 0.0, random_plies: 0, ..PLAY };
    let mut played = trainer(1);
    let own = played.advance(3, &settings, &LEARN, &Control::new()).unwrap().unwrap();
    let again = Arc::new(GivenGames { games: own.games.clone(), targets: GivenTargets::Search });
    let mut given = trainer(2);
    let replayed = given.advance_with(u32::MAX, lesson(&again), &PLAY, &LEARN, &Control::new()).unwrap().unwrap();
    assert_eq!((&replayed.games, replayed.totals), (&own.games, own.totals), "its own games, with the same weights");
    assert_eq!(given.digest(), played.digest());

    let others = Arc::new(GivenGames { games: games(3), targets: GivenTargets::Search });
    let report = given.advance_with(u32::MAX, lesson(&others), &PLAY, &LEARN, &Control::new()).unwrap().unwrap();
    let (mut best, mut other) = (0, 0);
    for game in &report.games {
        for ((_, searched), target) in game.searched().zip(game.targets(0.9)) {
            best += u32::from(searched.greedy);
            other += u32::from(!searched.greedy);
            assert!(searched.greedy || target == shirokuro_engine::discs(searched.score));
        }
    }
    assert!(best > 20 && other > 60, "{best} {other}");
}

#[test]
fn threads_and_split_of_given_games_change_nothing_and_self_play_may_follow_within_the_generation() {
    for targets in [GivenTargets::Outcome, GivenTargets::Search] {
        let digests = [(1, 99), (3, 2), (2, 1)].map(|(threads, size)| {
            let mut trainer = trainer(threads);
            trainer.advance(2, &PLAY, &LEARN, &Control::new()).unwrap().unwrap();
            learn(&mut trainer, &games(9), targets, size);
            trainer.advance(4, &PLAY, &LEARN, &Control::new()).unwrap().unwrap();
            trainer.digest()
        });
        assert!(digests.iter().all(|digest| *digest == digests[0]), "{targets:?} {digests:?}");
    }
}

#[test]
fn given_games_kept_by_a_stopped_call_serve_only_the_same_games_with_the_same_targets() {
    let folder = Folder::new();
    let path = folder.path("model.shiro");
    let [first, others] = [games(3), games(6).split_off(3)];
    let search = |games: &[GameRecord]| Arc::new(GivenGames { games: games.to_vec(), targets: GivenTargets::Search });
    let mut stopped = trainer(1);
    stopped
        .state
        .pending
        .add(replayed(&first), crate::play::pending::PlayConditions::of_given(&PLAY, 1 << 16, GivenTargets::Search));
    stopped.save(&path, &Texts::default(), Encoding::Raw).unwrap();
    let load = || Trainer::load(&path, 1, 1 << 16).unwrap().0;

    let mut same = load();
    let report = same.advance_with(u32::MAX, lesson(&search(&first)), &PLAY, &LEARN, &Control::new()).unwrap().unwrap();
    assert_eq!(report.games, replayed(&first).into_iter().map(|game| game.record).collect::<Vec<_>>());
    assert_eq!(report.totals.searches, 3, "the kept games were not searched again");

    for continued in [&others, &first] {
        let (mut straight, mut loaded) = (trainer(2), load());
        let targets = if continued == &first { GivenTargets::Outcome } else { GivenTargets::Search };
        for trainer in [&mut straight, &mut loaded] {
            learn(trainer, continued, targets, 99);
        }
        assert_eq!(straight.digest(), loaded.digest());
    }
    let (mut straight, mut loaded) = (trainer(2), load());
    for trainer in [&mut straight, &mut loaded] {
        trainer.advance(6, &PLAY, &LEARN, &Control::new()).unwrap().unwrap();
    }
    assert_eq!(straight.digest(), loaded.digest(), "self-play leaves given games alone");
}

/// Returns the games as a trainer with neutral weights replays them.
fn replayed(games: &[GameRecord]) -> Vec<PlayedGame> {
    let mut trainer = trainer(1);
    let given = Arc::new(GivenGames { games: games.to_vec(), targets: GivenTargets::Search });
    let report = trainer.advance_with(u32::MAX, lesson(&given), &PLAY, &LEARN, &Control::new()).unwrap().unwrap();
    report
        .games
        .into_iter()
        .map(|record| PlayedGame { record, totals: SearchTotals { searches: 1, ..SearchTotals::default() } })
        .collect()
}

#[test]
fn an_empty_list_of_given_games_is_refused() {
    let given = Arc::new(GivenGames { games: Vec::new(), targets: GivenTargets::Outcome });
    let error =
        trainer(1).advance_with(u32::MAX, lesson(&given), &PLAY, &LEARN, &Control::new()).unwrap_err().to_string();
    assert_eq!(error, "given = no games: must be at least 1 game");
}

#[test]
fn a_given_game_is_replayed_for_inspection_with_its_searches() {
    let given = games(2);
    let mut trainer = trainer(1);
    learn(&mut trainer, &given, GivenTargets::Search, 99);
    let stop = std::sync::atomic::AtomicBool::new(false);
    let seen = trainer.replay_given(1, (&given[1], GivenTargets::Search), &PLAY, &stop).unwrap().unwrap();
    assert_eq!(seen.game.record, trainer.state.records[1]);
    assert!(seen.plies.iter().all(|ply| ply.choice == Choice::Given));
    assert!(seen.plies[..50].iter().all(|ply| ply.search.is_some()));
}
