use super::*;
use crate::file::header::verify_file;
use crate::file::{file_digest, load_weights, save_weights};
use crate::play::fault_injection::FaultRates;
use crate::testing::{Folder, few_patterns};
use std::sync::atomic::Ordering::Relaxed;

const PLAY: PlaySettings = PlaySettings {
    depth: Some(2),
    nodes: None,
    time: None,
    exact_empties: 6,
    epsilon: 0.1,
    shallow: 0.1,
    random_plies: 10,
    hang_timeout: None,
};
const LEARN: LearnSettings =
    LearnSettings { lambda: 0.7, rate: 0.2, adam_epsilon: 1e-8, share_stages: 0, share_weight: 0.0 };

fn options(threads: usize) -> TrainerOptions {
    TrainerOptions { seed: 11, generation_games: 6, threads, table_bytes: 1 << 16, ..TrainerOptions::default() }
}

fn trainer(threads: usize) -> Trainer {
    Trainer::with_patterns(&options(threads), &few_patterns()).unwrap()
}

/// Trains on the next `games` games, in as many calls as needed.
fn train(trainer: &mut Trainer, games: u32) {
    let goal = trainer.games_played() + u64::from(games);
    while trainer.games_played() < goal {
        let left = (goal - trainer.games_played()) as u32;
        trainer.advance(left, &PLAY, &LEARN, &Control::new()).unwrap();
    }
}

/// Returns everything that [`Trainer::digest`] covers, for comparison without hashing.
fn assert_same(a: &Trainer, b: &Trainer) {
    let (a, b) = (&a.state, &b.state);
    assert_eq!((a.games(), a.generation, a.powers), (b.games(), b.generation, b.powers));
    assert_eq!((&a.records, &a.undo, &a.earlier, &a.coverage), (&b.records, &b.undo, &b.earlier, &b.coverage));
    assert!(a.weights.entries().iter().zip(b.weights.entries()).all(|(a, b)| a.load(Relaxed) == b.load(Relaxed)));
    assert!(a.moments == b.moments);
}

#[test]
fn the_number_of_threads_does_not_change_the_digest() {
    let digests = [1, 2, 3, 4].map(|threads| {
        let mut trainer = Trainer::new(&options(threads)).unwrap();
        train(&mut trainer, 15);
        trainer.digest()
    });
    assert!(digests.iter().all(|digest| *digest == digests[0]), "{digests:?}");
    assert_eq!(digests[0].len(), 64);
}

#[test]
fn a_run_from_other_weights_takes_over_nothing_else_and_is_repeatable() {
    let mut first = trainer(2);
    train(&mut first, 15);
    let (before, weights) = (first.digest(), &first.state.weights);
    let options = TrainerOptions { seed: 12, ..options(1) };
    let digests = [(1, &[15][..]), (3, &[1, 9, 5])].map(|(threads, split)| {
        let mut next = Trainer::with_weights(&TrainerOptions { threads, ..options }, weights).unwrap();
        assert!(
            next.state.weights.entries().iter().zip(weights.entries()).all(|(a, b)| a.load(Relaxed) == b.load(Relaxed))
        );
        assert!((next.games_played(), next.state.powers) == (0, crate::Powers::START));
        assert!(next.state.moments.iter().all(|&moments| moments == [0.0, 0.0]));
        for &games in split {
            train(&mut next, games);
        }
        next.digest()
    });
    assert_eq!(digests[0], digests[1]);
    let mut neutral = Trainer::with_patterns(&options, &few_patterns()).unwrap();
    train(&mut neutral, 15);
    assert_ne!(digests[0], neutral.digest());
    assert_eq!(first.digest(), before);
}

#[test]
fn however_the_games_are_split_into_calls_the_result_is_the_same() {
    let mut whole = trainer(2);
    train(&mut whole, 15);
    for split in [&[1; 15][..], &[4, 5, 6], &[7, 8], &[6, 2, 7], &[14, 1]] {
        let mut parts = trainer(2);
        for &games in split {
            train(&mut parts, games);
        }
        assert_same(&whole, &parts);
    }
}

#[test]
fn a_delay_is_part_of_the_run_and_of_its_file() {
    let delayed = |threads| {
        let options = TrainerOptions { delay_generations: 1, ..options(threads) };
        Trainer::with_patterns(&options, &few_patterns()).unwrap()
    };
    let folder = Folder::new();
    let path = folder.path("delayed.shiro");
    let (mut whole, mut plain) = (delayed(2), trainer(2));
    train(&mut whole, 21);
    train(&mut plain, 21);
    assert_ne!(whole.digest(), plain.digest());
    assert_ne!(delayed(1).digest(), trainer(1).digest());
    for split in [&[4, 9, 8][..], &[12, 9]] {
        let mut parts = delayed(1);
        for &games in split {
            train(&mut parts, games);
            parts.save(&path, &Texts::default(), Encoding::Zstd).unwrap();
            assert_eq!(file_digest(&path).unwrap(), parts.digest());
            verify_file(&path).unwrap();
            parts = Trainer::load(&path, 1, 1 << 16).unwrap().0;
            assert_eq!(parts.delay_generations(), 1);
        }
        assert_same(&whole, &parts);
        assert_eq!(whole.digest(), parts.digest());
    }
}

/// Games that are searched to the end, so that each of them polls the stop flag.
const SEARCHED: PlaySettings = PlaySettings { depth: None, nodes: Some(5_000), ..PLAY };

/// Of games 7 to 16, the 8th, 16th and 17th have a fault at this rate.
const HANGING: FaultRates = FaultRates { panic: 0.0, hang: 0.54, search_error: 0.0, nan: 0.0 };

/// Calls `advance` and stops it when all games have finished except those that hang; these wake up only then.
fn advance_and_stop(trainer: &mut Trainer, games: u32) {
    let (control, faults) = (Control::new(), Arc::new(FaultInjector::new(HANGING, None).unwrap()));
    let next = trainer.state.next_games(games);
    let ending = next.filter(|&game| faults.of(trainer.seed(), game).is_none()).count() as u64;
    assert!((1..u64::from(games)).contains(&ending));
    trainer.faults = Some(Arc::clone(&faults));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while control.finished() < ending {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            control.stop();
            faults.release();
        });
        assert!(trainer.advance(games, &SEARCHED, &LEARN, &control).unwrap().is_none());
    });
    trainer.faults = None;
    assert_eq!(trainer.state.pending.games().len() as u64, ending);
}

#[test]
fn a_stopped_call_changes_nothing_except_that_its_games_are_not_played_again() {
    let mut straight = trainer(2);
    train(&mut straight, 7);
    let mut stopped = trainer(2);
    train(&mut stopped, 7);
    for games in [3, 5] {
        advance_and_stop(&mut stopped, games);
        assert_same(&straight, &stopped);
    }
    for trainer in [&mut straight, &mut stopped] {
        let report = trainer.advance(5, &SEARCHED, &LEARN, &Control::new()).unwrap().unwrap();
        assert_eq!(report.games.iter().map(|game| game.index).collect::<Vec<_>>(), [7, 8, 9, 10, 11]);
        assert!(report.totals.searches > 0);
    }
    assert_same(&straight, &stopped);
}

#[test]
fn games_of_a_stopped_call_are_not_used_by_a_call_with_other_settings() {
    let other = PlaySettings { nodes: Some(300), epsilon: 0.3, ..SEARCHED };
    let mut straight = trainer(2);
    let mut stopped = trainer(2);
    for trainer in [&mut straight, &mut stopped] {
        train(trainer, 7);
    }
    advance_and_stop(&mut stopped, 5);
    for trainer in [&mut straight, &mut stopped] {
        trainer.advance(5, &other, &LEARN, &Control::new()).unwrap().unwrap();
    }
    assert_same(&straight, &stopped);
    // A call with another table size does not use them either.
    advance_and_stop(&mut stopped, 5);
    for trainer in [&mut straight, &mut stopped] {
        trainer.set_workers(2, 1 << 12).unwrap();
        trainer.advance(5, &SEARCHED, &LEARN, &Control::new()).unwrap().unwrap();
    }
    assert_same(&straight, &stopped);
}

#[test]
fn a_call_that_is_stopped_at_once_returns_at_once() {
    let mut trainer = trainer(1);
    let control = Control::new();
    control.stop();
    assert!(trainer.advance(4, &PLAY, &LEARN, &control).unwrap().is_none());
    assert_eq!((trainer.games_played(), control.finished()), (0, 0));
}

#[test]
fn pending_games_are_saved_and_loaded() {
    let folder = Folder::new();
    let path = folder.path("model.shiro");
    let mut stopped = trainer(2);
    train(&mut stopped, 1);
    advance_and_stop(&mut stopped, 5);
    stopped.save(&path, &Texts::default(), Encoding::Raw).unwrap();
    let (loaded, _) = Trainer::load(&path, 1, 1 << 16).unwrap();
    let pending = |trainer: &Trainer| trainer.state.pending.clone();
    assert_eq!(pending(&loaded), pending(&stopped));
    assert_same(&loaded, &stopped);
}

#[test]
fn a_run_that_is_saved_and_loaded_equals_one_that_is_not() {
    let folder = Folder::new();
    let path = folder.path("model.shiro");
    let mut straight = trainer(2);
    train(&mut straight, 9);
    let [settings, statistics, monitor] = [r#"{"λ": 0.7}"#, "{}", "[]"].map(str::to_owned);
    let texts = Texts { settings, statistics, monitor };
    for (encoding, left) in [(Encoding::Raw, 3), (Encoding::Zstd, 2)] {
        straight.save(&path, &texts, encoding).unwrap();
        verify_file(&path).unwrap();
        let (mut loaded, read) = Trainer::load(&path, 1, 1 << 16).unwrap();
        assert_eq!(read, texts);
        assert_eq!((loaded.seed(), loaded.generation_games(), loaded.generation_left()), (11, 6, left));
        assert_same(&straight, &loaded);
        assert_eq!(file_digest(&path).unwrap(), straight.digest());
        train(&mut straight, 7);
        train(&mut loaded, 7);
        assert_same(&straight, &loaded);
    }
    assert_eq!(folder.names(), ["model.shiro"]);
}

#[test]
fn a_weights_file_loads_as_an_evaluator_but_not_as_a_trainer() {
    let folder = Folder::new();
    let (path, state_path) = (folder.path("weights.shiro"), folder.path("state.shiro"));
    let mut trainer = trainer(2);
    train(&mut trainer, 6);
    let weights = &trainer.state.weights;
    for encoding in [Encoding::Raw, Encoding::Zstd] {
        save_weights(&path, weights, encoding).unwrap();
        trainer.save(&state_path, &Texts::default(), encoding).unwrap();
        for path in [&path, &state_path] {
            let loaded = load_weights(path).unwrap();
            assert!(loaded.entries().iter().zip(weights.entries()).all(|(a, b)| a.load(Relaxed) == b.load(Relaxed)));
        }
    }
    let error = Trainer::load(&path, 1, 0).unwrap_err().to_string();
    assert!(error.ends_with("weights.shiro: holds weights only, no training state (missing: moments)"), "{error}");
    assert!(file_digest(&path).unwrap_err().to_string().contains("holds weights only"));
}

#[test]
fn a_missing_file_is_an_error_of_the_operating_system_that_names_the_file() {
    let folder = Folder::new();
    let TrainerError::File(error) = Trainer::load(&folder.path("none.shiro"), 1, 0).unwrap_err() else {
        panic!("another kind of error");
    };
    assert!(matches!(&error.reason, crate::Reason::Io(error) if error.kind() == std::io::ErrorKind::NotFound));
    assert!(error.to_string().contains("none.shiro"));
}

#[test]
fn a_report_describes_the_call() {
    let mut trainer = Trainer::new(&options(2)).unwrap();
    let mut advance = |games| trainer.advance(games, &PLAY, &LEARN, &Control::new()).unwrap().unwrap();
    let first = advance(4);
    assert_eq!(first.games.iter().map(|game| game.index).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert!(!first.generation_complete && first.failures.is_empty());
    let second = advance(4);
    assert_eq!(second.games.len(), 2, "not beyond the generation");
    assert!(second.generation_complete);
    assert!(second.visits > first.visits, "the whole generation is learned");
    assert_eq!((trainer.generation(), trainer.games_played(), trainer.generation_left()), (1, 6, 6));
    let positions: usize = first.games.iter().map(|game| game.searched().count()).sum();
    assert_eq!((first.positions(), first.values.count), [positions as u64; 2].into());
    assert!(first.totals.searches > 0 && first.totals.depth_min == Some(1));
    assert_eq!(second.positions(), second.values.count);
    assert!(first.td_error().unwrap() > 0.0 && first.totals.nodes > first.totals.searches);
    let (min, max) = first.values.range.unwrap();
    assert!(-64 * 256 <= min && min < max && max <= 64 * 256);
    let memory = trainer.memory();
    assert_eq!((memory.weights, memory.moments), (57_736_800, 230_947_200));
    assert_eq!(memory.generation, 0);
}

#[test]
fn settings_out_of_range_are_refused_before_anything_is_done() {
    let mut trainer = trainer(1);
    let control = Control::new();
    let mut refused = |games, play: &PlaySettings, learn: &LearnSettings| {
        let TrainerError::Parameter(error) = trainer.advance(games, play, learn, &control).unwrap_err() else {
            panic!("another kind of error");
        };
        error.parameter
    };
    assert_eq!(refused(0, &PLAY, &LEARN), "games");
    let play = PlaySettings { epsilon: 2.0, ..PLAY };
    assert_eq!(refused(1, &play, &LEARN), "epsilon");
    let learn = LearnSettings { lambda: -1.0, ..LEARN };
    assert_eq!(refused(1, &PLAY, &learn), "lambda");
    assert_eq!(trainer.games_played(), 0);
}

/// Learns games with this function's targets, in calls of these sizes.
fn taught(calls: &[u32], targets: fn(&GameRecord) -> Vec<f32>) -> Trainer {
    let mut trainer = trainer(2);
    for &games in calls {
        let mut ask = |records: &[GameRecord]| Some(records.iter().flat_map(targets).collect());
        let lesson = Lesson { targets: Some(&mut ask), ..Lesson::default() };
        trainer.advance_with(games, lesson, &PLAY, &LEARN, &Control::new()).unwrap().unwrap();
    }
    trainer
}

#[test]
fn lambda_returns_as_own_targets_change_nothing_however_a_generation_is_split() {
    let mut plain = trainer(1);
    train(&mut plain, 12);
    assert_same(&taught(&[6, 6], |record| record.targets(LEARN.lambda)), &plain);
    assert_same(&taught(&[1, 3, 2, 6], |record| record.targets(LEARN.lambda)), &plain);
}

#[test]
fn positions_whose_own_target_is_nan_teach_nothing_and_large_changes_are_explained_by_the_others() {
    fn late(record: &GameRecord) -> Vec<f32> {
        record.searched_plies().map(|(ply, ..)| if ply < 40 { f32::NAN } else { 64.0 }).collect()
    }
    let mut trainer = trainer(2);
    trainer.inspect(Inspection { sudden: Some(1), ..Inspection::default() });
    let mut ask = |records: &[GameRecord]| Some(records.iter().flat_map(late).collect());
    let lesson = Lesson { targets: Some(&mut ask), ..Lesson::default() };
    let report = trainer.advance_with(6, lesson, &PLAY, &LEARN, &Control::new()).unwrap().unwrap();
    let learned = report.games.iter().flat_map(late).filter(|target| !target.is_nan()).count() as u64;
    assert_eq!((report.positions(), report.nan_games.len()), (learned, 0));
    assert!(report.sudden.len() == 8 && report.sudden.iter().all(|sudden| sudden.ply >= 40 && sudden.error == 64.0));
    let changed = |stage: usize| {
        (0..4).any(|pattern| {
            trainer.state.weights.table(stage, pattern).iter().any(|weight| weight.load(Relaxed) != Weights::NEUTRAL)
        })
    };
    assert!(!(0..40).any(changed) && (40..55).all(changed));
}

#[test]
fn a_call_without_targets_is_stopped_and_keeps_its_games() {
    let mut trainer = trainer(2);
    let before = trainer.digest();
    let mut asked = 0;
    let mut ask = |records: &[GameRecord]| {
        asked = records.len();
        None
    };
    let lesson = Lesson { targets: Some(&mut ask), ..Lesson::default() };
    assert!(trainer.advance_with(6, lesson, &PLAY, &LEARN, &Control::new()).unwrap().is_none());
    assert_eq!((asked, trainer.state.pending.games().len(), trainer.state.records.len()), (6, 6, 0));
    assert_eq!(trainer.digest(), before);
    train(&mut trainer, 6);
    let mut plain = super::tests::trainer(1);
    train(&mut plain, 6);
    assert_same(&trainer, &plain);
}

#[test]
fn the_weights_of_a_generation_are_those_from_before_its_games() {
    let mut trainer = trainer(1);
    let at_start = trainer.generation_weights().unwrap();
    train(&mut trainer, 4);
    let digest = trainer.digest();
    let within = trainer.generation_weights().unwrap();
    let equal =
        |a: &Weights, b: &Weights| a.entries().iter().zip(b.entries()).all(|(a, b)| a.load(Relaxed) == b.load(Relaxed));
    assert!(equal(&at_start, &within) && !equal(&within, &trainer.state.weights));
    assert_eq!(trainer.digest(), digest);
}
