use super::*;
use crate::play::fault_injection::FaultRates;
use crate::play::progress::Progress;
use crate::play::selfplay::{GameContext, play_game};
use crate::settings::PlaySettings;
use shirokuro_engine::{DiscCount, PATTERNS, Searcher, discs, feature_indices};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

type ShippedRow = Row<[u16; FEATURES]>;

impl Positions {
    /// Returns the positions of one stage, whose patterns are the shipped ones.
    pub fn stage(&self, stage: usize) -> &[ShippedRow] {
        let Rows::Shipped(rows) = &self.rows else { panic!("the patterns are others") };
        self.of_stage(rows, stage)
    }

    /// Returns the positions of one stage with their errors by the tables of another one around it.
    pub fn shared(&self, source: usize, stage: usize) -> impl Iterator<Item = (&[u16; FEATURES], f32)> {
        let Rows::Shipped(rows) = &self.rows else { panic!("the patterns are others") };
        self.taught(rows, source, stage)
    }

    /// Returns a copy in which one row of a stage has this error.
    pub fn with_error(&self, stage: usize, row: usize, error: f32) -> Self {
        let mut positions = self.clone();
        let Rows::Shipped(rows) = &mut positions.rows else { panic!("the patterns are others") };
        rows[positions.stages[stage].start + row].error = error;
        positions
    }
}

fn game_rows(
    record: &GameRecord,
    weights: &Weights,
    targets: Targets,
    bad: Option<usize>,
) -> (Vec<(usize, ShippedRow)>, TdErrors) {
    let AnyReader::Shipped(reader) = weights.reader() else { panic!("the patterns are others") };
    super::game_rows(record, reader, targets, bad)
}

fn pattern_sum(weights: &Weights, stage: usize, indices: &[u16; FEATURES]) -> f32 {
    let AnyReader::Shipped(reader) = weights.reader() else { panic!("the patterns are others") };
    super::pattern_sum(reader, stage, indices)
}

fn game(settings: &PlaySettings, index: u64) -> GameRecord {
    let stop = AtomicBool::new(false);
    let context = GameContext { stop: &stop, progress: &Progress::new(), faults: None };
    play_game(&mut Searcher::new(1 << 16).unwrap(), &DiscCount, settings, 1, index, &context).unwrap().record
}

/// Returns the target of each searched position of a game: the weights are neutral, so the error is the target.
fn targets(record: &GameRecord, lambda: f32) -> Vec<f32> {
    game_rows(record, &Weights::neutral().unwrap(), Targets::LambdaReturns(lambda), None)
        .0
        .iter()
        .map(|(_, row)| row.error)
        .collect()
}

#[test]
fn at_lambda_one_without_random_moves_every_target_is_the_outcome() {
    let record = game(&PlaySettings { random_plies: 8, ..PlaySettings::default() }, 0);
    for ((position, searched), target) in record.searched().zip(targets(&record, 1.0)) {
        if !searched.exact {
            assert_eq!(target as i32, position.side.black_view(record.stone_difference));
        }
    }
}

#[test]
fn exact_positions_and_random_moves_are_taught_the_search_value() {
    let settings = PlaySettings { epsilon: 0.3, exact_empties: 8, ..PlaySettings::default() };
    let record = game(&settings, 1);
    let (mut exact, mut random) = (0, 0);
    for ((_, searched), target) in record.searched().zip(targets(&record, 0.9)) {
        if searched.exact || !searched.greedy {
            assert_eq!(target, discs(searched.score));
            exact += u32::from(searched.exact);
            random += u32::from(!searched.greedy);
        }
    }
    assert!(exact >= 8 && random >= 5, "{exact} {random}");
}

#[test]
fn rows_are_grouped_by_stage_in_the_order_of_the_games() {
    let settings = PlaySettings { random_plies: 20, epsilon: 0.1, ..PlaySettings::default() };
    let records: Vec<GameRecord> = (0..6).map(|index| game(&settings, index)).collect();
    let weights = Weights::neutral().unwrap();
    let positions = Positions::of(&records, &weights, Targets::LambdaReturns(0.7), Sharing::new(0, 0.0), None).unwrap();
    let mut total = 0;
    for stage in 0..STAGES {
        let expected: Vec<ShippedRow> = records
            .iter()
            .flat_map(|record| game_rows(record, &weights, Targets::LambdaReturns(0.7), None).0)
            .filter_map(|(of, row)| (of == stage).then_some(row))
            .collect();
        assert_eq!(positions.stage(stage), expected);
        total += expected.len();
    }
    assert_eq!(total, records.iter().map(|record| record.searched().count()).sum());
}

#[test]
fn shared_errors_are_targets_less_evaluations_by_the_tables_that_are_taught() {
    let settings = PlaySettings { random_plies: 20, ..PlaySettings::default() };
    let records: Vec<GameRecord> = (0..3).map(|index| game(&settings, index)).collect();
    let weights = Weights::neutral().unwrap();
    for (entry, weight) in weights.entries().iter().enumerate() {
        weight.store(Weights::NEUTRAL - 60 + (crate::random::nth(2, entry as u64) % 121) as u16, Relaxed);
    }
    let sharing = Sharing::new(2, 0.5);
    let positions = Positions::of(&records, &weights, Targets::LambdaReturns(0.9), sharing, None).unwrap();
    let mut shared = 0;
    for source in 0..STAGES {
        for stage in sharing.neighbours(source) {
            let errors: Vec<_> = positions.shared(source, stage).collect();
            assert_eq!(errors.len(), positions.stage(source).len());
            for (row, (indices, error)) in positions.stage(source).iter().zip(errors) {
                let target = row.error + pattern_sum(&weights, source, &row.indices);
                assert_eq!((indices, error), (&row.indices, target - pattern_sum(&weights, stage, indices)));
                shared += 1;
            }
        }
    }
    assert!(shared > 400, "{shared}");
    assert!(positions.shared(20, 21).all(|(_, error)| error.is_finite()));
}

#[test]
fn the_pattern_sum_is_the_evaluation_where_it_is_within_its_limits() {
    let weights = std::sync::Arc::new(Weights::neutral().unwrap());
    for (entry, weight) in weights.entries().iter().enumerate() {
        weight.store(32_768 - 60 + (crate::random::nth(1, entry as u64) % 121) as u16, Relaxed);
    }
    let evaluator = shirokuro_engine::PatternEvaluator::new(weights.clone());
    for (position, _) in game(&PlaySettings::default(), 2).searched() {
        let (stage, indices) = (position.board.stage(), feature_indices(&position.board));
        let weight = |(feature, &index): (usize, &u16)| {
            i32::from(weights.table(stage, PATTERNS.pattern_of(feature))[usize::from(index)].load(Relaxed)) - 32_768
        };
        let slow: i32 = indices.iter().enumerate().map(weight).sum();
        let sum = pattern_sum(&weights, stage, &indices);
        assert_eq!(sum, discs(slow));
        assert_eq!(sum, discs(evaluator.evaluate(&position.board)));
    }
}

#[test]
fn a_nan_value_affects_its_own_position_only() {
    let settings = PlaySettings { random_plies: 20, ..PlaySettings::default() };
    let (record, weights) = (game(&settings, 3), Weights::neutral().unwrap());
    let (sound, _) = game_rows(&record, &weights, Targets::LambdaReturns(0.9), None);
    for nan in [0, 7, sound.len() - 1] {
        let (rows, errors) = game_rows(&record, &weights, Targets::LambdaReturns(0.9), Some(nan));
        assert_eq!(errors.positions as usize, rows.len() - 1);
        assert!(rows.iter().enumerate().all(|(step, (_, row))| row.error.is_finite() == (step != nan)));
        assert_eq!(rows[nan + 1..], sound[nan + 1..]);
    }
    let faults = FaultInjector::new(FaultRates { nan: 1.0, ..FaultRates::default() }, None).unwrap();
    let records = [record, GameRecord::failed(4)];
    let positions =
        Positions::of(&records, &weights, Targets::LambdaReturns(0.9), Sharing::new(0, 0.0), Some((&faults, 1)))
            .unwrap();
    let [errors, of_failed] = positions.errors() else { panic!("two games") };
    assert_eq!((positions.nan_games(), errors.positions as usize), (&[3][..], sound.len() - 1));
    assert!(errors.squared_error.is_finite());
    assert_eq!(*of_failed, TdErrors::default());
}

#[test]
fn errors_are_those_of_the_rows_and_evaluations_beyond_64_discs_are_counted() {
    let settings = PlaySettings { random_plies: 20, epsilon: 0.1, ..PlaySettings::default() };
    let records: Vec<GameRecord> = (0..3).map(|index| game(&settings, index)).collect();
    let weights = Weights::neutral().unwrap();
    for entry in weights.entries() {
        entry.store(Weights::NEUTRAL + 300, Relaxed);
    }
    for (records, out_of_range) in [(&records[..], true), (&[GameRecord::failed(0)], false)] {
        let positions =
            Positions::of(records, &weights, Targets::LambdaReturns(0.9), Sharing::new(0, 0.0), None).unwrap();
        for (record, errors) in records.iter().zip(positions.errors()) {
            let (rows, _) = game_rows(record, &weights, Targets::LambdaReturns(0.9), None);
            let squares = rows.iter().map(|(_, row)| f64::from(row.error) * f64::from(row.error));
            assert_eq!((errors.positions as usize, errors.squared_error), (rows.len(), squares.sum::<f64>()));
            // 56 · 300 / 256 is more than 64.
            assert_eq!(errors.out_of_range, if out_of_range { errors.positions } else { 0 });
        }
    }
}
