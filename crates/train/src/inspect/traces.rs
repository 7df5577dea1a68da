//! The backward view of TD(λ) with sparse eligibility traces: for inspection, and the reference of the forward view.
//!
//! The trainer computes λ-returns ([`lambda_returns`](crate::lambda_returns)) and never needs a trace. The traces answer
//! another question: at this ply, which entries would a surprise now change, and by how much? Both views add up to the
//! same change over a game (Sutton & Barto, *Reinforcement Learning*, 2nd ed., §12.2 and the equivalence in §12.1).

use crate::learn::entries::entries_of;
use crate::record::GameRecord;
use std::collections::BTreeMap;

/// Eligibilities smaller than this are forgotten: they keep the storage sparse and change nothing that f32 could hold.
pub const FLOOR: f64 = 1e-9;

/// How much each weight entry shares in what the next search values will say: entry → eligibility, entries that have
/// none absent.
///
/// An entry read by Black's positions counts with +1, by White's with −1, as values are taken from Black's side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traces {
    eligibility: BTreeMap<u32, f64>,
}

impl Traces {
    /// No entry is eligible.
    pub fn new() -> Self {
        Self::default()
    }

    /// Multiplies every eligibility by λ, once a ply.
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

    /// Forgets everything: a random move or an exact value cuts the trace.
    pub fn cut(&mut self) {
        self.eligibility.clear();
    }

    /// The entry's eligibility, 0 if it has none.
    pub fn eligibility(&self, entry: u32) -> f64 {
        self.eligibility.get(&entry).copied().unwrap_or(0.0)
    }

    /// The eligible entries and their eligibilities, by entry.
    pub fn iter(&self) -> impl Iterator<Item = (u32, f64)> {
        self.eligibility.iter().map(|(&entry, &eligibility)| (entry, eligibility))
    }

    /// Number of eligible entries.
    pub fn len(&self) -> usize {
        self.eligibility.len()
    }

    /// True if no entry is eligible.
    pub fn is_empty(&self) -> bool {
        self.eligibility.is_empty()
    }
}

/// The traces in a game when its first `plies` moves are played: an entry's share in what the next search value says.
///
/// Entries are numbered among all weights; a mirror image counts as the entry with the lower number. λ is applied once a search:
/// the last searched position has ±1 for each time that it reads the entry.
pub fn traces_of(record: &GameRecord, plies: usize, lambda: f64) -> Traces {
    let mut traces = Traces::new();
    for (_, position, searched) in record.searched_plies().take_while(|(ply, ..)| *ply < plies) {
        traces.decay(lambda);
        if searched.exact || !searched.greedy {
            traces.cut();
        } else {
            traces.visit(&entries_of(&position), f64::from(position.side.black_view(1)));
        }
    }
    traces
}

/// One searched position, as the backward view sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct TracedStep {
    /// The entries the position reads.
    pub entries: Vec<u32>,
    /// +1 if Black is to move, −1 if White is.
    pub sign: f64,
    /// The search value in discs, from Black's side.
    pub value: f64,
    /// The static evaluation in discs, from Black's side.
    pub evaluation: f64,
    /// The move played was random, or the value is exact.
    pub cut: bool,
}

/// Sum over a game of (target − evaluation), by entry and for the side to move, without ever computing a target.
///
/// At each step the change of the search value since the last one, times the traces, tells the earlier positions what has
/// become of them; then the position's own surprise, value − evaluation, goes to its own entries.
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
