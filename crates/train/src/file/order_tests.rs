use super::*;
use crate::file::{file_digest, load_state, load_weights, save_state};
use crate::file::{header::verify_file, section::Encoding};
use crate::inspect::resident::resident_bytes;
use crate::learn::entries::entries_of;
use crate::state::State;
use crate::testing::{Folder, mirror_entry};
use proptest::prelude::*;
use shirokuro_engine::{Board, PatternEvaluator, STAGE_ENTRIES, Score, Square};
use std::path::{Path, PathBuf};

/// A training state written by a program of version 2 (commit 7d52a40; seed 7, depth 1, 2 games per generation, 8
/// random plies, 1 MB of table): a generation of two games, and the first game of the next one.
fn old_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/version_2.shiro")
}

/// Values of the positions after this many plies of the third game, computed by the program that wrote the file: before
/// that game was learned, and after.
const VALUES: [(usize, Score, Score); 7] =
    [(22, 0, 1568), (23, 0, -1571), (25, 0, -1573), (27, -309, 844), (28, 115, -1295), (58, 0, -1570), (59, 0, 1569)];

fn assert_values(state: &State, value: impl Fn(&(usize, Score, Score)) -> Score) {
    let evaluator = PatternEvaluator::new(state.weights.clone());
    for expected in &VALUES {
        let (ply, position, _) = state.records[0].searched_plies().find(|&(ply, ..)| ply == expected.0).unwrap();
        assert_eq!(evaluator.evaluate(&position.board), value(expected), "after {ply} plies");
    }
}

#[test]
fn a_training_of_version_2_goes_on() {
    let (mut state, texts) = load_state(&old_file()).unwrap();
    assert_eq!((state.generation, state.games()), (1, 3));
    assert!(texts.settings.contains("generation_games"));
    assert_values(&state, |&(_, _, after)| after);
    let resident = resident_bytes(&state.moments);
    assert!(resident.is_none_or(|bytes| bytes < size_of_val(&state.moments[..])), "{resident:?}");
    let folder = Folder::new();
    let (path, weights) = (folder.path("today.shiro"), load_weights(&old_file()).unwrap());
    save_state(&path, &state, &texts, Encoding::Zstd).unwrap();
    assert!(weights.entries().iter().zip(state.weights.entries()).all(|(a, b)| a.load(Relaxed) == b.load(Relaxed)));
    let (today, old) = (verify_file(&path).unwrap(), verify_file(&old_file()).unwrap());
    assert_eq!(((today.0.version, today.1), (old.0.version, old.1)), ((3, Some(texts.clone())), (2, Some(texts))));
    assert_eq!(file_digest(&path).unwrap(), file_digest(&old_file()).unwrap());
    state.swap_provisional();
    assert_values(&state, |&(_, before, _)| before);
}

#[test]
fn moments_and_coverage_of_version_2_belong_to_the_entries_that_were_read() {
    let (mut state, _) = load_state(&old_file()).unwrap();
    let read: Vec<u32> =
        state.records[0].searched().flat_map(|(position, _)| entries_of(&PATTERNS, &position)).collect();
    assert!(read.len() > 50 * 14);
    let updated = |state: &State, entry| {
        let (stage, pattern, index) = PATTERNS.table_of(entry as usize);
        state.coverage.updated.contains(stage, pattern, index)
    };
    assert!(read.iter().all(|&entry| updated(&state, entry)));
    let learned = |state: &State| {
        let mut count = 0;
        for (entry, &moments) in state.moments.iter().enumerate() {
            assert_eq!(moments, state.moments[mirror_entry(entry)], "entry {entry}");
            let weight = state.weights.entries()[entry].load(Relaxed);
            assert!(moments != [0.0, 0.0] || weight == Weights::NEUTRAL, "entry {entry}: only learning moves a weight");
            assert!(moments == [0.0, 0.0] || updated(state, entry as u32), "entry {entry}");
            count += usize::from(moments != [0.0, 0.0]);
        }
        count
    };
    let after = learned(&state);
    state.swap_provisional();
    let before = learned(&state);
    assert!(0 < before && before < after, "{before}, {after}");
}

/// Returns the entry that a board reads in the pattern's first rotation, from these squares.
fn index(squares: &[u8], board: &Board) -> usize {
    squares.iter().rev().fold(0, |index, &square| {
        let bit = Square::new(square).unwrap().bit();
        3 * index + usize::from(board.player() & bit != 0) + 2 * usize::from(board.opponent() & bit != 0)
    })
}

proptest! {
    #[test]
    fn an_entry_keeps_its_squares_and_their_discs(a: u64, b: u64, stage in 0_usize..60) {
        let order = OldOrder::of(2).unwrap();
        let board = Board::new(a & !b, b & !a).unwrap();
        for (pattern, today) in PATTERNS.iter().enumerate() {
            let mut ascending = today.squares.clone();
            ascending.sort_unstable();
            let (old, new) = (index(&ascending, &board), index(&today.squares, &board));
            prop_assert_eq!(usize::from(order.0[pattern][old]), new);
            let first = stage * STAGE_ENTRIES + today.offset();
            let expected = (first + new).min(mirror_entry(first + new));
            prop_assert_eq!(order.entry((first + old) as u32) as usize, expected);
        }
    }
}

#[test]
fn every_index_is_used_once() {
    let order = OldOrder::of(2).unwrap();
    for (places, pattern) in order.0.iter().zip(PATTERNS.iter()) {
        let mut places = places.clone();
        places.sort_unstable();
        assert!(places.iter().copied().eq(0..=(pattern.entries() - 1) as u16));
    }
    assert!(OldOrder::of(3).is_none());
    let mut moments: Vec<Moments> = (0..3 * STAGE_ENTRIES).map(|entry| [entry as f32, 1.0]).collect();
    order.reorder_moments(&mut moments);
    let entries: Vec<u32> = moments.iter().map(|moments| moments[0] as u32).collect();
    // Each value is its old index; converting that must give the current index, of two mirror images the lower.
    assert!(
        entries.iter().enumerate().all(|(today, &old)| { order.entry(old) as usize == today.min(mirror_entry(today)) })
    );
}
