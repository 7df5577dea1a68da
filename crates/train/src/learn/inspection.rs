//! What an update is asked to show of itself: every change of a weight, or those that are suspiciously large.

use crate::learn::entries::entries_of;
use crate::learn::positions::Positions;
use crate::record::GameRecord;
use shirokuro_engine::{PATTERNS, Position, STAGE_ENTRIES, STAGES};
use std::cmp::Reverse;

/// What [`Trainer::advance`](crate::Trainer::advance) reports of its updates. It never changes what is learned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// The tables of which every change is listed; `None`: of no table.
    pub updates: Option<Tables>,
    /// A change of at least so many units (1/256 disc) in one update is sudden; `None`: none is.
    pub sudden: Option<u16>,
}

/// Some of the 840 tables: those of these stages and these patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tables {
    /// Bit n stands for stage n, 0 to 59.
    pub stages: u64,
    /// Bit n stands for pattern n, 0 to 13.
    pub patterns: u16,
}

impl Tables {
    /// All of them.
    pub const ALL: Self = Self { stages: (1 << STAGES) - 1, patterns: (1 << PATTERNS.len()) - 1 };

    /// The table of this stage and pattern is one of them.
    pub fn contains(self, stage: usize, pattern: usize) -> bool {
        self.stages >> stage & 1 == 1 && self.patterns >> pattern & 1 == 1
    }
}

/// One change of a weight, and of its mirror image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightUpdate {
    /// The entry among all weights; of two mirror images the one with the lower number.
    pub entry: u32,
    /// Times that the learned positions read the entry or its mirror image.
    pub visits: u32,
    /// Mean of their target − evaluation, in discs, for the side to move: what Adam is given.
    pub error: f32,
    /// The weight before.
    pub before: u16,
    /// The weight after.
    pub after: u16,
}

impl WeightUpdate {
    /// How far the weight moved, in units.
    pub fn size(&self) -> u16 {
        self.before.abs_diff(self.after)
    }
}

/// A change of a weight that is suspiciously large, and the position that had most to do with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SuddenChange {
    /// The change.
    pub update: WeightUpdate,
    /// The game.
    pub game: u64,
    /// Moves played before the position.
    pub ply: usize,
    /// The position: of those that read the entry the one whose target was farthest from its evaluation.
    pub position: Position,
    /// Its target − evaluation in discs, for the side to move.
    pub error: f32,
}

/// The largest sudden changes, and how many there were.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SuddenChanges {
    pub count: u64,
    pub largest: Vec<WeightUpdate>,
}

impl SuddenChanges {
    /// More are counted, not kept.
    const KEPT: usize = 8;

    pub fn add(&mut self, update: WeightUpdate) {
        self.count += 1;
        self.largest.push(update);
    }

    pub fn extend(&mut self, other: Self) {
        self.count += other.count;
        self.largest.extend(other.largest);
        self.keep_largest();
    }

    /// Forgets all but the largest; of equal ones the first entries stay.
    pub fn keep_largest(&mut self) {
        self.largest.sort_by_key(|update| (Reverse(update.size()), update.entry));
        self.largest.truncate(Self::KEPT);
    }

    /// The changes with the positions that they come from; `positions` are those of the games.
    pub fn explain(&self, records: &[GameRecord], positions: &Positions) -> Vec<SuddenChange> {
        self.largest.iter().filter_map(|&update| explain(update, records, positions)).collect()
    }
}

fn explain(update: WeightUpdate, records: &[GameRecord], positions: &Positions) -> Option<SuddenChange> {
    let stage = update.entry as usize / STAGE_ENTRIES;
    let of_stage = records.iter().flat_map(|record| {
        let searched = record.searched_plies().filter(|(_, position, _)| position.board.stage() == stage);
        searched.map(|(ply, position, _)| (record.index, ply, position))
    });
    let readers =
        of_stage.zip(positions.stage(stage)).filter(|((.., position), _)| entries_of(position).contains(&update.entry));
    // Not a number is farther than any number.
    let farthest = readers.max_by(|(_, a), (_, b)| a.error.abs().total_cmp(&b.error.abs()));
    farthest.map(|((game, ply, position), row)| SuddenChange { update, game, ply, position, error: row.error })
}
