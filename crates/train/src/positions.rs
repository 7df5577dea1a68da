//! The positions of a generation, prepared for learning: indices and errors, by stage.

use crate::record::GameRecord;
use crate::targets::{Step, lambda_returns};
use rayon::prelude::*;
use shirokuro_engine::{FEATURES, PATTERNS, STAGES, Side, UNITS_PER_DISC, Weights, discs, feature_indices};
use std::ops::Range;
use std::sync::atomic::Ordering::Relaxed;

/// One position, as the tables need it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// For each feature the entry within its pattern's table.
    pub indices: [u16; FEATURES],
    /// Target − evaluation, in discs, for the side to move.
    pub error: f32,
}

/// All learned positions of a generation, grouped by stage; within a stage in the order of the games and their plies.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Positions {
    rows: Vec<Row>,
    stages: [Range<usize>; STAGES],
    squared_error: f64,
}

impl Positions {
    /// The searched positions of the games with their λ-returns, compared with what these weights say now.
    ///
    /// Works in parallel over the games, in the current rayon pool.
    pub fn of(records: &[GameRecord], weights: &Weights, lambda: f32) -> Self {
        let games: Vec<Vec<(usize, Row)>> =
            records.par_iter().map(|record| game_rows(record, weights, lambda)).collect();

        let mut starts = [0; STAGES + 1];
        for (stage, _) in games.iter().flatten() {
            starts[stage + 1] += 1;
        }
        for stage in 0..STAGES {
            starts[stage + 1] += starts[stage];
        }
        let mut rows = vec![Row { indices: [0; FEATURES], error: 0.0 }; starts[STAGES]];
        let mut next = starts;
        let mut squared_error = 0.0;
        for (stage, row) in games.iter().flatten() {
            squared_error += f64::from(row.error) * f64::from(row.error);
            rows[next[*stage]].clone_from(row);
            next[*stage] += 1;
        }
        let stages = std::array::from_fn(|stage| starts[stage]..starts[stage + 1]);
        Self { rows, stages, squared_error }
    }

    /// The positions of one stage.
    pub fn stage(&self, stage: usize) -> &[Row] {
        &self.rows[self.stages[stage].clone()]
    }

    /// Root of the mean squared error, in discs; `None` if there is no position.
    pub fn root_mean_square(&self) -> Option<f64> {
        (!self.rows.is_empty()).then(|| (self.squared_error / self.rows.len() as f64).sqrt())
    }
}

/// The rows of one game and their stages.
fn game_rows(record: &GameRecord, weights: &Weights, lambda: f32) -> Vec<(usize, Row)> {
    let steps: Vec<Step> = record
        .searched()
        .map(|(position, searched)| Step {
            value: discs(position.side.black_view(searched.score)),
            cut: searched.exact || !searched.greedy,
        })
        .collect();
    let targets = lambda_returns(&steps, record.stone_difference as f32, lambda);
    let rows = record.searched().zip(targets).map(|((position, _), target)| {
        let stage = position.board.stage();
        let indices = feature_indices(&position.board);
        let target = mover_view(position.side, target);
        (stage, Row { indices, error: target - pattern_sum(weights, stage, &indices) })
    });
    rows.collect()
}

/// A target in discs from Black's side as `side` sees it. Only the sign changes, so that nothing is rounded.
fn mover_view(side: Side, target: f32) -> f32 {
    match side {
        Side::Black => target,
        Side::White => -target,
    }
}

/// The sum of a position's weights in discs: the evaluation without its limits.
pub(crate) fn pattern_sum(weights: &Weights, stage: usize, indices: &[u16; FEATURES]) -> f32 {
    let mut sum = 0;
    for (pattern, table) in PATTERNS.iter().enumerate() {
        let weights = weights.table(stage, pattern);
        for feature in table.features() {
            sum += i32::from(weights[usize::from(indices[feature])].load(Relaxed));
        }
    }
    // At most 60 · 65535 < 2^24 units: exact in f32.
    (sum - FEATURES as i32 * i32::from(Weights::NEUTRAL)) as f32 / UNITS_PER_DISC as f32
}
