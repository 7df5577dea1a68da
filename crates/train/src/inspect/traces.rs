//! The backward view of TD(λ) with sparse eligibility traces, for inspection and as the reference of the forward view.
//!
//! The trainer computes λ-returns ([`lambda_returns`](crate::lambda_returns)) and never needs a trace. The traces
//! answer another question: which entries would a surprise at this ply change, and by how much? Both views add up to
//! the same change over a game (Sutton & Barto, *Reinforcement Learning*, 2nd ed., §12.2 and the equivalence in §12.1).

use crate::learn::entries::entries_of;
use crate::record::GameRecord;
use shirokuro_engine::PatternSet;
use std::collections::BTreeMap;

/// Smaller eligibilities are dropped: this keeps the storage sparse, and they are too small to change an f32.
pub const FLOOR: f64 = 1e-9;

/// The influence of later search values on each weight entry: entry → eligibility. Entries without eligibility are
/// absent.
///
/// An entry read by a position with Black to move counts +1, with White to move −1, because values are in Black's view.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traces {
    eligibility: BTreeMap<u32, f64>,
}

impl Traces {
    /// Creates empty traces.
    pub fn new() -> Self {
        Self::default()
    }

    /// Multiplies every eligibility by λ, once per ply.
    pub fn decay(&mut self, lambda: f64) {
        self.eligibility.retain(|_, eligibility| {
            *eligibility *= lambda;
            eligibility.abs() >= FLOOR
        });
    }

    /// Adds `sign` to the eligibility of each entry that a position reads; an entry may occur several times.
    pub fn visit(&mut self, entries: &[u32], sign: f64) {
        for &entry in entries {
            *self.eligibility.entry(entry).or_insert(0.0) += sign;
        }
    }

    /// Drops all eligibilities: a random move or an exact value cuts the trace.
    pub fn cut(&mut self) {
        self.eligibility.clear();
    }

    /// Returns the entry's eligibility, 0 if it has none.
    pub fn eligibility(&self, entry: u32) -> f64 {
        self.eligibility.get(&entry).copied().unwrap_or(0.0)
    }

    /// Returns the eligible entries and their eligibilities, ordered by entry.
    pub fn iter(&self) -> impl Iterator<Item = (u32, f64)> {
        self.eligibility.iter().map(|(&entry, &eligibility)| (entry, eligibility))
    }

    /// Returns the number of eligible entries.
    pub fn len(&self) -> usize {
        self.eligibility.len()
    }

    /// Checks whether no entry is eligible.
    pub fn is_empty(&self) -> bool {
        self.eligibility.is_empty()
    }
}

/// Returns the traces of a game after its first `plies` moves: the influence of the next search value on each entry.
///
/// Entries are numbered among all weights of the patterns; a mirror image counts as the entry with the lower number. λ is applied once
/// per search: the last searched position contributes ±1 for each time that it reads the entry.
pub fn traces_of(patterns: &PatternSet, record: &GameRecord, plies: usize, lambda: f64) -> Traces {
    let mut traces = Traces::new();
    for (_, position, searched) in record.searched_plies().take_while(|(ply, ..)| *ply < plies) {
        traces.decay(lambda);
        if searched.exact || !searched.greedy {
            traces.cut();
        } else {
            traces.visit(&entries_of(patterns, &position), f64::from(position.side.black_view(1)));
        }
    }
    traces
}

/// A searched position, as the backward view needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct TracedStep {
    /// The entries that the position reads.
    pub entries: Vec<u32>,
    /// +1 if Black is to move, −1 if White is.
    pub sign: f64,
    /// The search value in discs, in Black's view.
    pub value: f64,
    /// The static evaluation in discs, in Black's view.
    pub evaluation: f64,
    /// Whether the move played was random or the value is exact.
    pub cut: bool,
}

/// Returns the sum of (target − evaluation) over a game by entry, for the side to move, without computing any target.
///
/// At each step, the change of the search value since the last one, times the traces, is credited to the entries of
/// earlier positions. The position's own surprise, value − evaluation, is credited to its own entries.
pub fn backward_view(steps: &[TracedStep], outcome: f64, lambda: f64) -> BTreeMap<u32, f64> {
    let mut sums = BTreeMap::new();
    let mut traces = Traces::new();
    let mut last_value = 0.0;
    for step in steps {
        traces.decay(lambda);
        propagate(&mut sums, &traces, step.value - last_value);
        for &entry in &step.entries {
            *sums.entry(entry).or_insert(0.0) += (step.value - step.evaluation) * step.sign;
        }
        if step.cut {
            traces.cut();
        } else {
            traces.visit(&step.entries, step.sign);
        }
        last_value = step.value;
    }
    traces.decay(lambda);
    propagate(&mut sums, &traces, outcome - last_value);
    sums
}

fn propagate(sums: &mut BTreeMap<u32, f64>, traces: &Traces, change: f64) {
    for (entry, eligibility) in traces.iter() {
        *sums.entry(entry).or_insert(0.0) += change * eligibility;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::targets::{Step, lambda_returns};
    use proptest::prelude::*;

    fn any_game() -> impl Strategy<Value = Vec<TracedStep>> {
        let value = || (-64i32 * 256..=64 * 256).prop_map(|score| f64::from(score) / 256.0);
        let entries = prop::collection::vec(0u32..20, 1..8);
        let step = (entries, prop::bool::ANY, value(), value(), prop::bool::weighted(0.1));
        let step = step.prop_map(|(entries, black, value, evaluation, cut)| {
            let sign = if black { 1.0 } else { -1.0 };
            TracedStep { entries, sign, value, evaluation, cut }
        });
        prop::collection::vec(step, 0..61)
    }

    proptest! {
        #[test]
        fn forward_view_equals_backward_view(game in any_game(), outcome in -64i8..=64, lambda in 0.0f32..=1.0) {
            let steps: Vec<Step> =
                game.iter().map(|step| Step { value: step.value as f32, cut: step.cut }).collect();
            let targets = lambda_returns(&steps, f32::from(outcome), lambda);
            let mut forward = BTreeMap::new();
            for (step, target) in game.iter().zip(targets) {
                for &entry in &step.entries {
                    *forward.entry(entry).or_insert(0.0) += (f64::from(target) - step.evaluation) * step.sign;
                }
            }
            let backward = backward_view(&game, f64::from(outcome), f64::from(lambda));
            prop_assert_eq!(forward.len(), backward.len());
            for (entry, sum) in forward {
                prop_assert!((sum - backward[&entry]).abs() < 0.01, "entry {}: {} and {}", entry, sum, backward[&entry]);
            }
        }

        #[test]
        fn only_eligible_entries_are_stored(game in any_game(), lambda in 0.0f64..0.5) {
            let mut traces = Traces::new();
            for step in &game {
                traces.decay(lambda);
                traces.visit(&step.entries, step.sign);
                prop_assert!(traces.len() <= 20);
            }
            for _ in 0..64 {
                traces.decay(lambda);
            }
            prop_assert!(traces.is_empty());
        }
    }
}
