//! Repairing a state whose moments are NaN or infinite, as a file may contain them.

use crate::learn::adam::are_sound;
use crate::learn::entries::{mirror_entry, table_of};
use crate::report::Reset;
use crate::state::State;
use rayon::prelude::*;
use shirokuro_engine::Weights;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering::Relaxed;

/// Resets every entry whose moments are not sound, and its mirror image, to neutral, in the state and in the undo log.
///
/// Works in parallel, in the current rayon pool.
pub(crate) fn reset_bad_moments(state: &mut State) -> Vec<Reset> {
    const CHUNK: usize = 1 << 16;
    let bad: Vec<usize> = state
        .moments
        .par_chunks(CHUNK)
        .enumerate()
        .flat_map_iter(|(chunk, moments)| {
            let bad = moments.iter().enumerate().filter(|(_, moments)| !are_sound(**moments));
            bad.map(move |(entry, _)| chunk * CHUNK + entry)
        })
        .collect();
    let mut reset: BTreeSet<usize> = bad.into_iter().flat_map(|entry| [entry, mirror_entry(entry)]).collect();
    for &entry in &reset {
        state.moments[entry] = [0.0, 0.0];
        state.weights.entries()[entry].store(Weights::NEUTRAL, Relaxed);
    }
    state.weights.changed();
    for logged in state.undo.iter_mut().filter(|logged| !are_sound(logged.moments)) {
        (logged.weight, logged.moments) = (Weights::NEUTRAL, [0.0, 0.0]);
        reset.extend([logged.entry as usize, mirror_entry(logged.entry as usize)]);
    }
    by_table(&reset)
}

/// Counts the entries by table, in the order of the tables.
fn by_table(entries: &BTreeSet<usize>) -> Vec<Reset> {
    let mut tables = BTreeMap::<_, u64>::new();
    for entry in entries {
        let (stage, pattern, _) = table_of(*entry as u32);
        *tables.entry((stage, pattern)).or_default() += 1;
    }
    tables.into_iter().map(|((stage, pattern), entries)| Reset { pattern, stage, entries }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::undo::UndoEntry;
    use shirokuro_engine::{ENTRIES, PATTERNS, STAGE_ENTRIES};

    #[test]
    fn entries_whose_moments_are_nan_or_infinite_become_neutral_and_all_others_stay() {
        let mut state = State::new(1, 4).unwrap();
        assert_eq!(reset_bad_moments(&mut state), []);
        // Three entries of P02 in stage 3, one entry that is its own mirror image, and one of P14 in stage 59.
        let [low, high] = [3 * STAGE_ENTRIES + PATTERNS[1].offset(), 59 * STAGE_ENTRIES + PATTERNS[13].offset()];
        let uneven = (low..).filter(|&entry| mirror_entry(entry) != entry).take(3);
        let own_image = (low..high).find(|&entry| mirror_entry(entry) == entry).unwrap();
        let good = (high..ENTRIES).find(|&entry| mirror_entry(entry) != entry).unwrap();
        let bad: Vec<usize> = uneven.chain([own_image]).collect();
        let values = [[f32::NAN, 1.0], [1.0, f32::INFINITY], [1.0, -1.0], [f32::NEG_INFINITY, 0.0]];
        for (&entry, value) in bad.iter().zip(values) {
            state.moments[entry] = value;
            state.weights.entries()[entry].store(1, Relaxed);
        }
        state.moments[good] = [-1.0, 2.0];
        state.weights.entries()[good].store(2, Relaxed);
        state.undo.push(UndoEntry { entry: good as u32, weight: 3, moments: [f32::NAN, 0.0] });

        let resets = reset_bad_moments(&mut state);
        let touched: BTreeSet<usize> = bad.iter().flat_map(|&entry| [entry, mirror_entry(entry)]).collect();
        assert_eq!(
            resets,
            [
                Reset { pattern: 1, stage: 3, entries: touched.len() as u64 },
                Reset { pattern: 13, stage: 59, entries: 2 }
            ]
        );
        for entry in touched {
            assert_eq!(state.moments[entry], [0.0, 0.0]);
            assert_eq!(state.weights.entries()[entry].load(Relaxed), Weights::NEUTRAL);
        }
        assert_eq!((state.moments[good], state.weights.entries()[good].load(Relaxed)), ([-1.0, 2.0], 2));
        assert_eq!((state.undo[0].weight, state.undo[0].moments), (Weights::NEUTRAL, [0.0, 0.0]));
        assert_eq!(reset_bad_moments(&mut state), []);
    }
}
