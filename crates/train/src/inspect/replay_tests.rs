//! Tests of the reports about updates, and of replayed games.

use super::*;
use crate::inspect::traces::traces_of;
use crate::learn::entries::entries_of;
use crate::learn::entries::mirror_entry;
use crate::learn::inspection::{Inspection, Tables};
use crate::play::control::Control;
use crate::record::GameRecord;
use crate::settings::{LearnSettings, TrainerOptions};
use shirokuro_engine::{PATTERNS, STAGE_ENTRIES};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;

const PLAY: PlaySettings = PlaySettings {
    depth: Some(2),
    nodes: None,
    time: None,
    exact_empties: 6,
    epsilon: 0.1,
    shallow: 0.2,
    random_plies: 10,
    hang_timeout: None,
};
const LEARN: LearnSettings =
    LearnSettings { lambda: 0.7, rate: 0.2, adam_epsilon: 1e-8, share_stages: 0, share_weight: 0.0 };
const ALL: Inspection = Inspection { updates: Some(Tables::ALL), sudden: Some(1) };

fn trainer() -> Trainer {
    delayed(0)
}

fn delayed(delay_generations: u32) -> Trainer {
    let options = TrainerOptions { seed: 11, generation_games: 6, threads: 2, table_bytes: 1 << 16, delay_generations };
    Trainer::new(&options).unwrap()
}

fn advance(trainer: &mut Trainer, games: u32) -> crate::report::GenerationReport {
    trainer.advance(games, &PLAY, &LEARN, &Control::new()).unwrap().unwrap()
}

fn weights(trainer: &Trainer) -> Vec<u16> {
    trainer.state.weights.entries().iter().map(|entry| entry.load(Relaxed)).collect()
}

#[test]
fn the_listed_changes_are_complete_and_listing_them_changes_nothing() {
    let (mut inspected, mut plain) = (trainer(), trainer());
    inspected.inspect(ALL);
    let mut generation_start = weights(&inspected);
    for games in [6, 4, 2] {
        let report = advance(&mut inspected, games);
        advance(&mut plain, games);
        let (mut expected, mut visits) = (generation_start.clone(), 0);
        for update in &report.updates {
            let (own, image) = (update.entry as usize, mirror_entry(update.entry as usize));
            assert!(own <= image);
            visits += u64::from(update.visits) * if own == image { 1 } else { 2 };
            assert_eq!(expected[own], update.before);
            (expected[own], expected[image]) = (update.after, update.after);
        }
        assert!(weights(&inspected) == expected);
        assert_eq!(visits, report.visits);
        let changed = report.updates.iter().filter(|update| update.size() > 0).count() as u64;
        assert!(changed > 1000);
        assert_eq!(report.sudden_count, changed);
        assert_eq!(inspected.digest(), plain.digest());
        // The second part of a generation is learned together with the first, from the state before it.
        if report.generation_complete {
            generation_start = expected;
        }
    }
}

#[test]
fn only_the_tables_asked_for_are_listed() {
    let mut trainer = trainer();
    trainer.inspect(Inspection { updates: Some(Tables { stages: 1 << 20, patterns: 1 << 4 }), sudden: None });
    let report = advance(&mut trainer, 6);
    let first = 20 * STAGE_ENTRIES + PATTERNS[4].offset();
    let table = first..first + PATTERNS[4].entries();
    assert!(!report.updates.is_empty());
    assert!(report.updates.iter().all(|update| table.contains(&(update.entry as usize))));
    assert_eq!((report.sudden_count, report.sudden.len()), (0, 0));
}

#[test]
fn a_sudden_change_names_the_position_with_the_largest_error_among_those_that_read_the_entry() {
    // The games that the second generation will play: they do not depend on the moments.
    let mut ahead = trainer();
    advance(&mut ahead, 6);
    let before = weights(&ahead);
    let coming = advance(&mut ahead, 6).games;
    let leaping = entries_of(&coming[2].searched_plies().nth(20).unwrap().1)[7];

    let mut trainer = trainer();
    advance(&mut trainer, 6);
    for entry in [leaping as usize, mirror_entry(leaping as usize)] {
        trainer.state.moments[entry] = [40.0, 1e-6];
    }
    trainer.inspect(Inspection { updates: None, sudden: Some(20 * 256) });
    let report = advance(&mut trainer, 6);
    assert_eq!((report.sudden_count, report.sudden.len(), report.updates.len()), (1, 1, 0));
    let sudden = report.sudden[0];
    assert_eq!((sudden.update.entry, sudden.update.before), (leaping, before[leaping as usize]));
    assert!(sudden.update.size() >= 20 * 256);

    let evaluate = |position: &Position| {
        let units = entries_of(position).iter().map(|&entry| i32::from(before[entry as usize]) - 32768).sum::<i32>();
        units as f32 / 256.0
    };
    let readers = coming.iter().flat_map(|game| {
        let errors = game.searched_plies().zip(game.targets(LEARN.lambda));
        errors
            .filter(|((_, position, _), _)| entries_of(position).contains(&leaping))
            .map(|((ply, position, _), target)| (target - evaluate(&position), game.index, ply, position))
    });
    let (error, game, ply, position) = readers.max_by(|a, b| a.0.abs().total_cmp(&b.0.abs())).unwrap();
    assert_eq!((sudden.error, sudden.game, sudden.ply, sudden.position), (error, game, ply, position));
}

#[test]
fn a_replayed_game_is_the_same_anywhere_in_its_generation_and_changes_nothing() {
    for delay in [0, 1] {
        check_replays(delayed(delay));
    }
}

fn check_replays(mut trainer: Trainer) {
    advance(&mut trainer, 6);
    let (mut games, mut choices) = (Vec::<GameRecord>::new(), Vec::new());
    let stop = AtomicBool::new(false);
    for _ in 0..2 {
        games.extend(advance(&mut trainer, 2).games);
        let digest = trainer.digest();
        for record in &games {
            let ReplayedGame { game, plies, evaluations } =
                trainer.replay(record.index, &PLAY, &stop).unwrap().unwrap();
            assert_eq!(game.record, *record);
            assert_eq!((plies.len(), evaluations.len()), (record.plies.len(), record.plies.len()));
            let searches = || plies.iter().filter_map(|ply| ply.search.as_ref());
            let shallow = plies.iter().filter(|ply| ply.choice == Choice::Shallow).count() as u64;
            assert_eq!(searches().count() as u64 + shallow, game.totals.searches);
            let nodes: u64 = searches().map(|search| search.nodes).sum();
            assert!(if shallow == 0 { nodes == game.totals.nodes } else { nodes < game.totals.nodes });
            for (watched, ply) in plies.iter().zip(&record.plies) {
                assert_eq!(watched.choice == Choice::Opening, ply.searched.is_none());
                if let Some((search, searched)) = watched.search.as_ref().zip(ply.searched) {
                    assert_eq!((search.score, search.exact), (searched.score, searched.exact));
                    assert_eq!(searched.greedy, watched.choice != Choice::Random && search.best == Some(ply.square));
                }
            }
            choices.extend(plies.iter().map(|ply| ply.choice));
        }
        assert_eq!(trainer.digest(), digest);
    }
    let kinds = [Choice::Opening, Choice::Best, Choice::Random, Choice::Shallow];
    assert!(kinds.iter().all(|choice| choices.contains(choice)));
    assert!(trainer.replay(3, &PLAY, &stop).is_err(), "a generation that has ended");
    stop.store(true, Relaxed);
    assert_eq!(trainer.replay(6, &PLAY, &stop).unwrap().unwrap_err(), Unfinished::Stopped);
}

#[test]
fn traces_of_a_game_are_lambda_to_the_power_of_the_searches_since() {
    for record in advance(&mut trainer(), 6).games {
        for plies in [0, 15, 40, record.plies.len()] {
            let searched: Vec<_> = record.searched_plies().filter(|(ply, ..)| *ply < plies).collect();
            let mut expected = BTreeMap::<u32, f64>::new();
            for (since, (_, position, searched)) in searched.iter().rev().enumerate() {
                if searched.exact || !searched.greedy {
                    break;
                }
                let eligibility = f64::from(position.side.black_view(1)) * 0.7f64.powi(since as i32);
                for entry in entries_of(position) {
                    *expected.entry(entry).or_default() += eligibility;
                }
            }
            let traces = traces_of(&record, plies, 0.7);
            assert_eq!(traces.len(), expected.len());
            assert!(traces.iter().all(|(entry, eligibility)| (eligibility - expected[&entry]).abs() < 1e-12));
        }
    }
}
