//! The positions of a generation, prepared for learning: indices and errors, by stage.

use crate::learn::sharing::Sharing;
use crate::learn::targets::Targets;
use crate::play::fault_injection::FaultInjector;
use crate::record::GameRecord;
use rayon::prelude::*;
use shirokuro_engine::{
    AnyReader, FEATURES, Layout, MAX_FEATURES, OutOfMemory, PatternSet, Position, STAGES, TableReader, UNITS_PER_DISC,
    Weights, require_memory, try_with_capacity,
};
use std::ops::Range;

/// A position as the tables need it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row<I> {
    /// For each feature, the entry within its pattern's table.
    pub indices: I,
    /// Target − evaluation, in discs, for the side to move.
    pub error: f32,
}

/// Positions by the kind of their patterns: rows of shipped ones are no longer than they need to be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Rows {
    /// They are the shipped ones.
    Shipped(Vec<Row<[u16; FEATURES]>>),
    /// They are others.
    Own(Vec<Row<[u16; MAX_FEATURES]>>),
}

/// All learned positions of a generation, grouped by stage, and within a stage in the order of the games and their
/// plies.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Positions {
    rows: Rows,
    /// For each row, its errors by the tables of the stages around its own; see [`Sharing::place`].
    shared: Vec<f32>,
    sharing: Sharing,
    stages: [Range<usize>; STAGES],
    errors: Vec<TdErrors>,
    nan_games: Vec<u64>,
    /// Marks the searched positions without a target; empty if all have one.
    left_out: Vec<bool>,
}

/// The TD errors of a game's positions: the distances between their targets and their evaluations.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TdErrors {
    /// The number of learned positions whose error is finite.
    pub positions: u32,
    /// The sum of (target − evaluation before learning)² over these positions, in discs².
    pub squared_error: f64,
    /// The number of learned positions whose unclamped evaluation before learning was outside −64…64 discs.
    pub out_of_range: u32,
}

/// The number of games whose rows are made at a time, before they are sorted by stage.
const CHUNK: usize = 512;

const PURPOSE: &str = "the positions of a generation";

impl Positions {
    /// Prepares the searched positions of the games: compares their targets with their evaluations by these weights.
    /// Injected faults come with the run's seed.
    ///
    /// Works on the games in parallel, in the current rayon pool.
    ///
    /// # Errors
    ///
    /// There is not enough memory.
    pub fn of(
        records: &[GameRecord],
        weights: &Weights,
        targets: Targets,
        sharing: Sharing,
        faults: Option<(&FaultInjector, u64)>,
    ) -> Result<Self, OutOfMemory> {
        match weights.reader() {
            AnyReader::Shipped(reader) => Self::read(records, reader, Rows::Shipped, targets, sharing, faults),
            AnyReader::Own(reader) => Self::read(records, reader, Rows::Own, targets, sharing, faults),
        }
    }

    fn read<L: Layout>(
        records: &[GameRecord],
        reader: TableReader<L>,
        of_kind: fn(Vec<Row<L::Indices>>) -> Rows,
        targets: Targets,
        sharing: Sharing,
        faults: Option<(&FaultInjector, u64)>,
    ) -> Result<Self, OutOfMemory> {
        let (mut starts, mut left_out) = ([0; STAGES + 1], Vec::new());
        let (mut number, mut firsts) = (0, try_with_capacity(records.len(), PURPOSE)?);
        for record in records {
            firsts.push(number);
            // Every move adds a disc, and a forced pass is not a ply: a ply's number is its stage.
            for (stage, _) in record.plies.iter().enumerate().filter(|(_, ply)| ply.searched.is_some()) {
                starts[stage + 1] += usize::from(targets.teaches(number));
                number += 1;
            }
        }
        for stage in 0..STAGES {
            starts[stage + 1] += starts[stage];
        }
        if starts[STAGES] < number {
            left_out = try_with_capacity(number, PURPOSE)?;
            left_out.extend((0..number).map(|number| !targets.teaches(number)));
        }
        let width = sharing.width();
        require_memory(starts[STAGES] * (size_of::<Row<L::Indices>>() + width * size_of::<f32>()), PURPOSE)?;
        let mut rows = try_with_capacity(starts[STAGES], PURPOSE)?;
        rows.resize(starts[STAGES], Row { indices: L::NONE, error: 0.0 });
        let mut shared = try_with_capacity(starts[STAGES] * width, PURPOSE)?;
        shared.resize(starts[STAGES] * width, 0.0);
        let (mut next, mut errors, mut nan_games) = (starts, try_with_capacity(records.len(), PURPOSE)?, Vec::new());
        for (records, firsts) in records.chunks(CHUNK).zip(firsts.chunks(CHUNK)) {
            let games: Vec<_> = records
                .par_iter()
                .zip(firsts)
                .map(|(record, &first)| {
                    let positions = record.plies.iter().filter(|ply| ply.searched.is_some()).count();
                    let bad = faults.and_then(|(faults, seed)| faults.nan(seed, record.index, positions));
                    let (rows, errors) = game_rows(record, reader, targets.part(first, positions), bad);
                    let shared = shared_errors(&rows, reader, sharing);
                    (rows, shared, errors)
                })
                .collect();
            for (record, (of_game, mut shared_of_game, game_errors)) in records.iter().zip(games) {
                if game_errors.positions as usize != of_game.len() {
                    nan_games.push(record.index);
                }
                errors.push(game_errors);
                for (row, (stage, of_row)) in of_game.into_iter().enumerate() {
                    let place = next[stage];
                    rows[place] = of_row;
                    shared[place * width..][..width].swap_with_slice(&mut shared_of_game[row * width..][..width]);
                    next[stage] += 1;
                }
            }
        }
        let stages = std::array::from_fn(|stage| starts[stage]..starts[stage + 1]);
        Ok(Self { rows: of_kind(rows), shared, sharing, stages, errors, nan_games, left_out })
    }

    /// Returns all positions, for [`of_stage`](Self::of_stage) and [`taught`](Self::taught).
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Returns the positions of one stage.
    pub fn of_stage<'a, I>(&self, rows: &'a [Row<I>], stage: usize) -> &'a [Row<I>] {
        &rows[self.stages[stage].clone()]
    }

    /// Returns the positions of one stage with their errors by the tables of another one around it.
    pub fn taught<'a, I>(
        &'a self,
        rows: &'a [Row<I>],
        source: usize,
        stage: usize,
    ) -> impl Iterator<Item = (&'a I, f32)> {
        self.of_stage(rows, source)
            .iter()
            .zip(self.shared_errors(source, stage))
            .map(|(row, error)| (&row.indices, error))
    }

    /// Returns the errors of the positions of one stage by the tables of another one around it.
    pub fn shared_errors(&self, source: usize, stage: usize) -> impl Iterator<Item = f32> {
        let (width, place) = (self.sharing.width(), self.sharing.place(source, stage));
        let Range { start, end } = self.stages[source];
        self.shared[start * width..end * width].iter().skip(place).step_by(width.max(1)).copied()
    }

    /// Returns the errors of the positions of one stage.
    pub fn stage_errors(&self, stage: usize) -> Vec<f32> {
        match &self.rows {
            Rows::Shipped(rows) => self.of_stage(rows, stage).iter().map(|row| row.error).collect(),
            Rows::Own(rows) => self.of_stage(rows, stage).iter().map(|row| row.error).collect(),
        }
    }

    /// Returns the weights with which positions teach the tables around their own stage.
    pub fn sharing(&self) -> Sharing {
        self.sharing
    }

    /// Returns the number of positions that teach a stage's tables.
    pub fn teachers(&self, stage: usize) -> usize {
        self.stages[stage].len() + self.sharing.neighbours(stage).map(|source| self.stages[source].len()).sum::<usize>()
    }

    /// Returns the TD errors of each game, in the order of the games.
    pub fn errors(&self) -> &[TdErrors] {
        &self.errors
    }

    /// Returns the largest number of bytes that the positions of this many games take.
    pub fn most_bytes(games: usize, sharing: Sharing, patterns: &PatternSet) -> usize {
        let row = if patterns.is_shipped() {
            size_of::<Row<[u16; FEATURES]>>()
        } else {
            size_of::<Row<[u16; MAX_FEATURES]>>()
        };
        let position = row + sharing.width() * size_of::<f32>() + size_of::<bool>();
        games * (STAGES * position + size_of::<TdErrors>())
    }

    /// Returns the bytes held in memory.
    pub fn bytes(&self) -> usize {
        let rows = match &self.rows {
            Rows::Shipped(rows) => size_of_val(&rows[..]),
            Rows::Own(rows) => size_of_val(&rows[..]),
        };
        rows + size_of_val(&self.shared[..]) + size_of_val(&self.errors[..]) + size_of_val(&self.left_out[..])
    }

    /// Checks whether the searched position with this number, counted over all games, is learned.
    pub fn has(&self, number: usize) -> bool {
        !self.left_out.get(number).is_some_and(|left_out| *left_out)
    }

    /// Returns the games with a position whose error is NaN or infinite.
    pub fn nan_games(&self) -> &[u64] {
        &self.nan_games
    }
}

/// A game's rows with their stages.
type GameRows<L> = Vec<(usize, Row<<L as Layout>::Indices>)>;

/// Returns the rows of one game with their stages, and its errors. The searched position with index `bad` gets a target
/// that is not a number, or infinite.
fn game_rows<L: Layout>(
    record: &GameRecord,
    reader: TableReader<L>,
    targets: Targets,
    bad: Option<usize>,
) -> (GameRows<L>, TdErrors) {
    let searched: Vec<_> = record.searched().collect();
    let mut errors = TdErrors::default();
    let read: Vec<_> = searched
        .iter()
        .map(|(Position { board, .. }, _)| {
            let indices = reader.indices(board);
            // Starts all reads before the first result is needed.
            reader.prefetch(board.stage(), &indices);
            indices
        })
        .collect();
    let values = targets.of_game(&searched, record.stone_difference, bad);
    let learned = searched.iter().zip(read).zip(values).enumerate().filter(|(number, _)| targets.teaches(*number));
    let rows = learned.map(|(_, (((position, _), indices), target))| {
        let stage = position.board.stage();
        let evaluation = pattern_sum(reader, stage, &indices);
        let error = target - evaluation;
        if error.is_finite() {
            errors.positions += 1;
            errors.squared_error += f64::from(error) * f64::from(error);
        }
        errors.out_of_range += u32::from(evaluation.abs() > 64.0);
        (stage, Row { indices, error })
    });
    (rows.collect(), errors)
}

/// Returns the errors of a game's rows by the tables of the stages around their own, row by row.
fn shared_errors<L: Layout>(rows: &GameRows<L>, reader: TableReader<L>, sharing: Sharing) -> Vec<f32> {
    let width = sharing.width();
    if width == 0 {
        return Vec::new();
    }
    let mut errors = vec![0.0; rows.len() * width];
    for (row, (stage, Row { indices, .. })) in rows.iter().enumerate() {
        for other in sharing.neighbours(*stage) {
            reader.prefetch(other, indices);
        }
        let target = rows[row].1.error + pattern_sum(reader, *stage, indices);
        for other in sharing.neighbours(*stage) {
            errors[row * width + sharing.place(*stage, other)] = target - pattern_sum(reader, other, indices);
        }
    }
    errors
}

/// Returns the sum of a position's weights in discs: the evaluation before clamping.
fn pattern_sum<L: Layout>(reader: TableReader<L>, stage: usize, indices: &L::Indices) -> f32 {
    // At most 64 · 65535 < 2^24 units: exact in f32.
    reader.weight_sum(stage, indices) as f32 / UNITS_PER_DISC as f32
}

#[cfg(test)]
#[path = "positions_tests.rs"]
mod tests;
