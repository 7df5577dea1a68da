//! Repairing a state whose moments are NaN or infinite, as a file may contain them.

use crate::learn::adam::are_sound;
use crate::learn::entry_bits::{EntryBits, insert};
use crate::report::Reset;
use crate::state::State;
use rayon::prelude::*;
use shirokuro_engine::{STAGES, Weights};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Resets every entry whose moments are not sound, and its mirror image, to neutral, in the state and in the undo log.
///
/// Works in parallel, in the current rayon pool. Its memory does not depend on the number of such entries, which may be
/// all in a file that was made to harm.
pub(crate) fn reset_bad_moments(state: &mut State) -> Vec<Reset> {
    let State { weights, moments, undo, .. } = state;
    let patterns = Arc::clone(weights.patterns());
    let mut reset = EntryBits::none(&patterns);
    let places = (0..STAGES).flat_map(|stage| patterns.iter().enumerate().map(move |pattern| (stage, pattern)));
    let mut rest = &mut moments[..];
    let mut tables: Vec<_> = places
        .zip(reset.tables_mut())
        .map(|((stage, (number, pattern)), reset)| {
            let moments = rest.split_off_mut(..pattern.entries()).expect("there are moments for all tables");
            (weights.table(stage, number), pattern.mirror(), moments, reset)
        })
        .collect();
    tables.par_iter_mut().for_each(|(weights, mirror, moments, reset)| {
        for entry in 0..moments.len() {
            if !are_sound(moments[entry]) {
                for entry in [entry, usize::from(mirror[entry])] {
                    moments[entry] = [0.0, 0.0];
                    weights[entry].store(Weights::NEUTRAL, Relaxed);
                    insert(reset, entry);
                }
            }
        }
    });
    for logged in undo.iter_mut().filter(|logged| !are_sound(logged.moments)) {
        (logged.weight, logged.moments) = (Weights::NEUTRAL, [0.0, 0.0]);
        let (stage, pattern, entry) = patterns.table_of(logged.entry as usize);
        let (_, mirror, _, reset) = &mut tables[stage * patterns.len() + pattern];
        insert(reset, entry);
        insert(reset, usize::from(mirror[entry]));
    }
    drop(tables);
    weights.changed();
    by_table(&reset, patterns.len())
}

/// Counts the entries by table, in the order of the tables.
fn by_table(entries: &EntryBits, patterns: usize) -> Vec<Reset> {
    let tables = entries.counts().into_iter().enumerate().filter(|&(_, entries)| entries > 0);
    let reset =
        |(table, entries)| Reset { pattern: table % patterns, stage: table / patterns, entries: u64::from(entries) };
    tables.map(reset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::undo::UndoEntry;
    use crate::testing::mirror_entry;
    use shirokuro_engine::{ENTRIES, PATTERNS, STAGE_ENTRIES};
    use std::collections::BTreeSet;

    #[test]
    fn entries_whose_moments_are_nan_or_infinite_become_neutral_and_all_others_stay() {
        let mut state = State::new(1, 4, &PATTERNS, None).unwrap();
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

    #[test]
    fn a_state_without_a_sound_entry_becomes_neutral() {
        let mut state = State::new(1, 4, &PATTERNS, None).unwrap();
        state.moments.fill([f32::NAN, f32::NAN]);
        let resets = reset_bad_moments(&mut state);
        assert_eq!(resets.iter().map(|reset| reset.entries).sum::<u64>(), ENTRIES as u64);
        assert!(state.moments.iter().all(|&moments| moments == [0.0, 0.0]));
    }
}
