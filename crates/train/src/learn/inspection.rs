//! Reports about an update: all changes of some tables, and suspiciously large changes.

use crate::learn::entries::entries_of;
use crate::learn::positions::Positions;
use crate::record::GameRecord;
use shirokuro_engine::{PatternSet, Position, STAGES};
use std::cmp::Reverse;

/// The changes that [`Trainer::advance`](crate::Trainer::advance) reports. They never affect what is learned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// The tables whose changes are all listed; `None` lists nothing.
    pub updates: Option<Tables>,
    /// A change of at least this many units (1/256 disc) in one update is sudden; `None` reports no change as sudden.
    pub sudden: Option<u16>,
}

/// A set of tables: every combination of these stages and these patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tables {
    /// Bit n stands for stage n, 0 to 59.
    pub stages: u64,
    /// Bit n stands for pattern n.
    pub patterns: u64,
}

impl Tables {
    /// All tables.
    pub const ALL: Self = Self { stages: (1 << STAGES) - 1, patterns: u64::MAX };

    /// Checks whether the table of this stage and pattern is in the set.
    pub fn contains(self, stage: usize, pattern: usize) -> bool {
        self.stages >> stage & 1 == 1 && self.patterns >> pattern & 1 == 1
    }
}

/// A change of a weight and of its mirror image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightUpdate {
    /// The entry among all weights; of two mirror images, the one with the lower number.
    pub entry: u32,
    /// The number of times that learned positions read the entry or its mirror image. Positions of neighbouring stages
    /// count by their weight; the sum is rounded up.
    pub visits: u32,
    /// The mean of target − evaluation over these visits, in discs for the side to move: Adam's gradient.
    pub error: f32,
    /// The weight before the update.
    pub before: u16,
    /// The weight after the update.
    pub after: u16,
}

impl WeightUpdate {
    /// Returns how far the weight moved, in units.
    pub fn size(&self) -> u16 {
        self.before.abs_diff(self.after)
    }
}

/// A suspiciously large change of a weight, and the position that contributed most to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SuddenChange {
    /// The change.
    pub update: WeightUpdate,
    /// The number of the game.
    pub game: u64,
    /// The number of moves played before the position.
    pub ply: usize,
    /// The position: of all that read the entry, the one whose target was farthest from its evaluation.
    pub position: Position,
    /// Target − evaluation of the position, in discs for the side to move.
    pub error: f32,
}

/// The number of sudden changes, and the largest of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SuddenChanges {
    pub count: u64,
    pub largest: Vec<WeightUpdate>,
}

impl SuddenChanges {
    /// The number of changes kept; further ones are only counted.
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

    /// Drops all but the largest; among equal ones, the lowest entries are kept.
    pub fn keep_largest(&mut self) {
        self.largest.sort_by_key(|update| (Reverse(update.size()), update.entry));
        self.largest.truncate(Self::KEPT);
    }

    /// Returns the changes with the positions that caused them; `positions` are those of the games in `records`.
    pub fn explain(&self, records: &[GameRecord], positions: &Positions, patterns: &PatternSet) -> Vec<SuddenChange> {
        self.largest.iter().filter_map(|&update| explain(update, records, positions, patterns)).collect()
    }
}

fn explain(
    update: WeightUpdate,
    records: &[GameRecord],
    positions: &Positions,
    patterns: &PatternSet,
) -> Option<SuddenChange> {
    let (stage, within_stage) =
        (update.entry as usize / patterns.stage_entries(), update.entry as usize % patterns.stage_entries());
    let searched = || {
        let of_game = |record: &'_ GameRecord| {
            let game = record.index;
            record.searched_plies().map(move |(ply, position, _)| (game, ply, position)).collect::<Vec<_>>()
        };
        records.iter().flat_map(of_game).enumerate()
    };
    let of_stage = |source: usize| {
        let learned = searched().filter(|(number, _)| positions.has(*number)).map(|(_, position)| position);
        learned.filter(move |(_, _, position)| position.board.stage() == source)
    };
    let own = of_stage(stage).zip(positions.stage_errors(stage));
    let shared = positions
        .sharing()
        .neighbours(stage)
        .flat_map(|source| of_stage(source).zip(positions.shared_errors(source, stage).collect::<Vec<_>>()));
    // The entry of the table that the position reads in its own stage, moved to the stage that it teaches.
    let reads = |position: &Position| {
        entries_of(patterns, position).iter().any(|&entry| entry as usize % patterns.stage_entries() == within_stage)
    };
    // NaN counts as farther than any number.
    let farthest = own
        .chain(shared)
        .filter(|((.., position), _)| reads(position))
        .max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()));
    farthest.map(|((game, ply, position), error)| SuddenChange { update, game, ply, position, error })
}
