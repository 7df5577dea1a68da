use super::*;
use crate::play::control::Control;
use crate::record::GameRecord;
use crate::record::SearchTotals;
use crate::report::FailureKind;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Long enough for a live thread to show a heartbeat on a busy machine.
const TIMEOUT: Option<Duration> = Some(Duration::from_millis(700));

fn played(index: u64) -> PlayedGame {
    PlayedGame { record: GameRecord::failed(index), totals: SearchTotals::default() }
}

/// P: played, S: stopped, or the first letter of the failure.
fn letters(results: &[GameResult]) -> String {
    let letter = |result: &GameResult| match result {
        GameResult::Played(_) => 'P',
        GameResult::Stopped => 'S',
        GameResult::Failed { kind: FailureKind::Panic, .. } => 'p',
        GameResult::Failed { kind: FailureKind::Hang, .. } => 'h',
        GameResult::Failed { kind: FailureKind::SearchError, .. } => 's',
    };
    results.iter().map(letter).collect()
}

/// Stands still until the flag is set, at most ten seconds.
fn hang(until: &AtomicBool) {
    let start = Instant::now();
    while !until.load(Relaxed) && start.elapsed() < Duration::from_secs(10) {
        sleep(Duration::from_millis(5));
    }
}

#[test]
fn results_have_the_order_of_the_games_whoever_plays_them() {
    let (mut workers, control) = (Workers::new(3, 0).unwrap(), Control::new());
    let games: Vec<u64> = (100..140).collect();
    let supervision = Supervision { control: &control, hang_timeout: TIMEOUT };
    let (results, threads) = workers.play(&games, &supervision, |_, game, _| Ok(played(game)));
    threads.unwrap();
    let indices: Vec<u64> = results
        .iter()
        .map(|result| match result {
            GameResult::Played(game) => game.record.index,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(indices, games);
    assert_eq!(control.finished(), 40);
    assert!(workers.play(&[], &supervision, |_, game, _| Ok(played(game))).0.is_empty());
}

#[test]
fn a_panic_or_a_search_error_fails_its_game_and_no_other() {
    let (mut workers, control) = (Workers::new(2, 0).unwrap(), Control::new());
    let supervision = Supervision { control: &control, hang_timeout: None };
    let (results, _) = workers.play(&[0, 1, 2, 3, 4], &supervision, |_, game, progress| {
        progress.push("f5".parse().unwrap());
        match game {
            1 => panic!("board {game} is broken"),
            2 => Err(Unfinished::Stopped),
            3 => Err(Unfinished::SearchError("nothing found".to_owned())),
            _ => Ok(played(game)),
        }
    });
    assert_eq!(letters(&results), "PpSsP");
    let failure = |result: &GameResult| match result {
        GameResult::Failed { message, moves, .. } => (message.clone(), moves.len()),
        other => panic!("{other:?}"),
    };
    assert_eq!(failure(&results[1]), ("board 1 is broken".to_owned(), 1));
    assert_eq!(failure(&results[3]), ("nothing found".to_owned(), 1));
    assert_eq!(control.finished(), 4);
}

#[test]
fn a_worker_that_hangs_is_replaced_and_its_later_results_are_ignored() {
    for threads in [1, 3] {
        let (mut workers, control) = (Workers::new(threads, 0).unwrap(), Control::new());
        let supervision = Supervision { control: &control, hang_timeout: TIMEOUT };
        let (awake, woken, calls) =
            (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let shared = (Arc::clone(&awake), Arc::clone(&woken), Arc::clone(&calls));
        let games: Vec<u64> = (0..9).collect();
        let lost_states = Arc::downgrade(&workers.slots);
        let (results, renewed) = workers.play(&games, &supervision, move |_, game, progress| {
            let (awake, woken, calls) = &shared;
            calls.fetch_add(1, Relaxed);
            if game == 2 || game == 7 {
                progress.push("f5".parse().unwrap());
                hang(awake);
                assert!(progress.is_abandoned());
                woken.fetch_add(1, Relaxed);
            }
            Ok(played(game))
        });
        renewed.unwrap();
        assert_eq!(letters(&results), "PPhPPPPhP", "{threads} threads");
        let GameResult::Failed { message, moves, .. } = &results[2] else { unreachable!() };
        assert_eq!((message.as_str(), moves.len()), ("no sign of life for 0.7 s", 1));
        assert_eq!(control.finished(), 9);

        let slots = lost_states.upgrade().expect("a worker still hangs");
        while slots.iter().any(|slot| lock(slot).is_some()) {
            sleep(Duration::from_millis(5));
        }
        awake.store(true, Relaxed);
        while woken.load(Relaxed) < 2 {
            sleep(Duration::from_millis(5));
        }
        let (results, _) = workers.play(&games, &supervision, |_, game, _| Ok(played(game)));
        assert_eq!(letters(&results), "P".repeat(9));
        assert_eq!((workers.threads(), workers.run(rayon::current_num_threads)), (threads, threads));
        assert!(calls.load(Relaxed) <= 9 + 2 * (threads as u64 - 1), "lost workers start no game");
    }
}

#[test]
fn a_worker_that_is_slow_but_alive_is_waited_for() {
    let (mut workers, control) = (Workers::new(2, 0).unwrap(), Arc::new(Control::new()));
    let supervision = Supervision { control: &control, hang_timeout: TIMEOUT };
    let (others, finished) = (Arc::clone(&control), Arc::new(AtomicU64::new(0)));
    let seen = Arc::clone(&finished);
    let (results, _) = workers.play(&[0, 1, 2], &supervision, move |_, game, progress| {
        for _ in 0..if game == 1 { 100 } else { 1 } {
            sleep(Duration::from_millis(10));
            progress.heartbeat().fetch_add(1, Relaxed);
        }
        if game == 1 {
            seen.store(others.finished(), Relaxed);
        }
        Ok(played(game))
    });
    assert_eq!(letters(&results), "PPP");
    assert_eq!(finished.load(Relaxed), 2, "the others are counted while it plays");
}

#[test]
fn a_stop_does_not_wait_for_a_worker_that_hangs_whose_game_does_not_fail() {
    let (mut workers, control) = (Workers::new(2, 0).unwrap(), Control::new());
    let supervision = Supervision { control: &control, hang_timeout: None };
    let awake = Arc::new(AtomicBool::new(false));
    let (stop, sleeper) = (control.stop_flag(), Arc::clone(&awake));
    let start = Instant::now();
    let (results, renewed) = workers.play(&[0, 1, 2, 3], &supervision, move |_, game, _| {
        if game == 1 {
            stop.store(true, Relaxed);
            hang(&sleeper);
        }
        if game > 1 { Err(Unfinished::Stopped) } else { Ok(played(game)) }
    });
    renewed.unwrap();
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(letters(&results), "PSSS");
    assert_eq!(control.finished(), 1);
    awake.store(true, Relaxed);
}
