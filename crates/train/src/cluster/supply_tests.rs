use super::*;
use crate::cluster::player::GamePlayer;
use crate::play::control::Control;
use crate::play::fault_injection::{FaultInjector, FaultRates};
use crate::report::GenerationReport;
use crate::settings::{LearnSettings, TrainerOptions};
use crate::testing::few_patterns;
use std::time::Duration;

const GENERATION: u32 = 12;
const TABLE: usize = 1 << 16;
const PLAY: PlaySettings = PlaySettings {
    depth: Some(1),
    nodes: None,
    time: None,
    exact_empties: 4,
    epsilon: 0.1,
    shallow: 0.1,
    random_plies: 8,
    hang_timeout: Some(Duration::from_mins(1)),
};

fn trainer() -> Trainer {
    let options =
        TrainerOptions { seed: 5, generation_games: GENERATION, table_bytes: TABLE, ..TrainerOptions::default() };
    Trainer::with_patterns(&options, &few_patterns()).unwrap()
}

fn advance(trainer: &mut Trainer, games: u32) -> GenerationReport {
    trainer.advance(games, &PLAY, &LearnSettings::default(), &Control::new()).unwrap().unwrap()
}

fn player(trainer: &mut Trainer) -> GamePlayer {
    let mut player = GamePlayer::new(&few_patterns(), 2, TABLE).unwrap();
    player.apply(&trainer.whole_weights().bytes).unwrap();
    player
}

fn play(player: &mut GamePlayer, seed: u64, numbers: &[u64]) -> Vec<u8> {
    player.play(seed, numbers, &PLAY, TABLE, &Control::new()).unwrap()
}

#[test]
fn a_trainer_whose_games_are_played_elsewhere_has_the_same_digest() {
    let (mut alone, mut driver) = (trainer(), trainer());
    let mut node = GamePlayer::new(&few_patterns(), 2, TABLE).unwrap();
    // The second call continues a generation, which was learned provisionally.
    for games in [GENERATION, 5, GENERATION - 5, GENERATION] {
        let before = alone.generation();
        let expected = advance(&mut alone, games);
        let changes = driver.share_weights().unwrap();
        node.apply(&changes.bytes).unwrap();
        let missing = driver.missing_games(games, &PLAY);
        assert_eq!(missing.len(), games as usize);
        let (left, right) = missing.split_at(2);
        // Some are handed out twice, and one is left to the trainer.
        for part in [&right[1..], left, right] {
            driver.supply(&play(&mut node, 5, part), &PLAY).unwrap();
        }
        assert!(driver.missing_games(games, &PLAY).is_empty());
        let report = advance(&mut driver, games);
        assert_eq!((report.games, report.totals), (expected.games, expected.totals));
        assert_eq!(
            (before, driver.digest()),
            (driver.generation() - u64::from(driver.generation_left() == GENERATION), alone.digest())
        );
    }
}

#[test]
fn games_that_nobody_supplied_are_played_by_the_trainer_itself() {
    let (mut alone, mut driver) = (trainer(), trainer());
    advance(&mut alone, GENERATION);
    driver.share_weights().unwrap();
    let mut node = player(&mut driver);
    assert_eq!(driver.supply(&play(&mut node, 5, &[3, 7]), &PLAY).unwrap(), 2);
    assert_eq!(driver.supply(&play(&mut node, 5, &[7, 8]), &PLAY).unwrap(), 1);
    advance(&mut driver, GENERATION);
    assert_eq!(driver.digest(), alone.digest());
}

#[test]
fn failures_of_games_are_reported_as_if_the_trainer_had_played_them() {
    let rates = FaultRates { panic: 0.2, search_error: 0.2, ..FaultRates::default() };
    let inject = || Some(FaultInjector::new(rates, None).unwrap());
    let (mut alone, mut driver) = (trainer(), trainer());
    alone.inject_faults(inject());
    let expected = advance(&mut alone, GENERATION);
    driver.share_weights().unwrap();
    let mut node = player(&mut driver);
    node.inject_faults(inject());
    let all: Vec<u64> = (0..u64::from(GENERATION)).collect();
    assert_eq!(driver.supply(&play(&mut node, 5, &all), &PLAY).unwrap(), u64::from(GENERATION));
    let report = advance(&mut driver, GENERATION);
    assert!(!expected.failures.is_empty());
    assert_eq!((report.failures, report.games), (expected.failures, expected.games));
    assert_eq!(driver.digest(), alone.digest());
}

#[test]
fn games_that_are_not_of_this_generation_are_refused_and_none_is_taken() {
    let mut driver = trainer();
    driver.share_weights().unwrap();
    let mut node = player(&mut driver);
    let sound = play(&mut node, 5, &[1, 2]);
    let refused = |driver: &mut Trainer, games: &[u8], play: &PlaySettings| {
        let missing = driver.missing_games(GENERATION, play).len();
        let error = driver.supply(games, play).unwrap_err().to_string();
        assert_eq!(driver.missing_games(GENERATION, play).len(), missing);
        error
    };
    let other_seed = play(&mut node, 6, &[1]);
    assert_eq!(refused(&mut driver, &other_seed, &PLAY), "games refused: of the run with seed 6");
    // A node that lies about the seed plays other random moves.
    let mut lie = other_seed;
    lie[..8].copy_from_slice(&5u64.to_le_bytes());
    assert!(refused(&mut driver, &lie, &PLAY).contains("not a move of this run"));
    let deeper = PlaySettings { depth: Some(2), ..PLAY };
    assert_eq!(refused(&mut driver, &sound, &deeper), "games refused: played under other settings");
    let small = node.play(5, &[1], &PLAY, TABLE / 2, &Control::new()).unwrap();
    assert_eq!(refused(&mut driver, &small, &PLAY), "games refused: played under other settings");
    let later = play(&mut node, 5, &[u64::from(GENERATION)]);
    assert!(refused(&mut driver, &later, &PLAY).contains("game 12 is not in order or not of this generation"));
    assert!(refused(&mut driver, &sound[..sound.len() - 1], &PLAY).starts_with("games refused"));

    // The same games are old after the generation, and so are games with its weights before they are shared again.
    advance(&mut driver, GENERATION);
    assert!(refused(&mut driver, &sound, &PLAY).contains("not of this generation"));
    let stale = play(&mut node, 5, &[u64::from(GENERATION)]);
    assert_eq!(refused(&mut driver, &stale, &PLAY), "games refused: played with other weights");
    driver.share_weights().unwrap();
    assert_eq!(refused(&mut driver, &stale, &PLAY), "games refused: played with other weights");
}

#[test]
fn a_player_that_is_stopped_returns_the_games_that_it_has_finished() {
    let mut driver = trainer();
    driver.share_weights().unwrap();
    let control = Control::new();
    control.stop();
    let games = player(&mut driver).play(5, &[1, 2, 3], &PLAY, TABLE, &control).unwrap();
    assert_eq!(driver.supply(&games, &PLAY).unwrap(), 0);
}

fn delayed() -> Trainer {
    let options = TrainerOptions {
        seed: 5,
        generation_games: GENERATION,
        table_bytes: TABLE,
        delay_generations: 1,
        ..TrainerOptions::default()
    };
    Trainer::with_patterns(&options, &few_patterns()).unwrap()
}

#[test]
fn with_a_delay_a_generation_is_played_with_the_weights_from_before_the_last_one() {
    let mut trainer = delayed();
    let mut before = [WeightChanges::whole(&trainer.state.weights).after; 2];
    for _ in 0..4 {
        assert_eq!(trainer.whole_weights().after, before[0]);
        advance(&mut trainer, 5);
        assert_eq!(trainer.whole_weights().after, before[0]);
        advance(&mut trainer, GENERATION - 5);
        before = [before[1], WeightChanges::whole(&trainer.state.weights).after];
    }
    assert_ne!(before[0], before[1]);
}

#[test]
fn with_a_delay_a_generation_can_be_played_before_the_last_one_is_learned() {
    let (mut alone, mut driver) = (delayed(), delayed());
    let mut node = GamePlayer::new(&few_patterns(), 2, TABLE).unwrap();
    assert!(driver.share_next_weights().unwrap().is_none());
    let mut games = Vec::new();
    for generation in 0..4 {
        advance(&mut alone, GENERATION);
        let changes = driver.share_weights().unwrap();
        assert!(generation == 0 || changes.before == changes.after);
        if generation == 0 {
            games = play(&mut node, 5, &driver.missing_games(GENERATION, &PLAY));
        }
        // A node that joins starts with the weights of the current generation.
        let joined = player(&mut driver);
        assert_eq!(joined.fingerprint(), changes.after);
        let next = driver.share_next_weights().unwrap().unwrap();
        assert_eq!(driver.supply(&games, &PLAY).unwrap(), u64::from(GENERATION));
        node.apply(&next.bytes).unwrap();
        let first = (generation + 1) * u64::from(GENERATION);
        games = play(&mut node, 5, &(first..first + u64::from(GENERATION)).collect::<Vec<_>>());
        assert!(driver.supply(&games, &PLAY).is_err());
        advance(&mut driver, GENERATION);
        assert_eq!(driver.digest(), alone.digest());
    }
    assert!(trainer().share_next_weights().unwrap().is_none());
}

#[test]
fn games_that_were_learned_meanwhile_are_left_out() {
    let (mut alone, mut driver) = (trainer(), trainer());
    advance(&mut alone, GENERATION);
    driver.share_weights().unwrap();
    let all = play(&mut player(&mut driver), 5, &driver.missing_games(GENERATION, &PLAY));
    advance(&mut driver, 3);
    assert_eq!(driver.supply(&all, &PLAY).unwrap(), u64::from(GENERATION) - 3);
    advance(&mut driver, GENERATION - 3);
    assert_eq!(driver.digest(), alone.digest());
}
