use super::*;
use crate::board::Symmetry;
use crate::shipped::{ENTRIES, OFFSETS, ROTATIONS, STAGE_ENTRIES};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

const DESIGNED: [&str; 14] = [
    "a1 b1 a2 b2 c2 b3 c3 d3 c4 d4",
    "a1 b1 a2 b2 c3 d4 e5 f6 g7 h8",
    "a1 b1 c1 d1 a2 b2 c2 a3 b3 a4",
    "a1 b1 c1 d1 e1 a2 b2 a3 a4 a5",
    "a1 b1 c1 d1 e1 f1 g1 h1 b2 g2",
    "a1 c1 d1 e1 f1 h1 c2 d2 e2 f2",
    "b1 c1 d1 e1 f1 g1 c2 d2 e2 f2",
    "a1 b1 c1 a2 b2 c2 a3 b3 c3",
    "a1 b1 c2 d3 e4 f5 g6 h7 h8",
    "a2 b2 c2 d2 e2 f2 g2 h2",
    "a3 b3 c3 d3 e3 f3 g3 h3",
    "a4 b4 c4 d4 e4 f4 g4 h4",
    "b1 c1 d2 e3 f4 g5 h6 h7",
    "d1 b2 e2 f3 g4 h5 g7",
];

fn names() -> impl Iterator<Item = String> {
    (1..=14).map(|n| format!("P{n:02}"))
}

#[test]
fn the_shipped_patterns_are_the_designed_ones() {
    let designed = PatternSet::new(names().zip(DESIGNED)).unwrap();
    assert!(Arc::ptr_eq(&designed, &PATTERNS) && designed.is_shipped());
    // Other names make another set of the same patterns.
    let renamed = PatternSet::new(names().map(|name| name.replace('P', "Q")).zip(DESIGNED)).unwrap();
    assert!(!renamed.is_shipped() && *renamed != **PATTERNS);
    for (own, shipped) in renamed.iter().zip(PATTERNS.iter()) {
        assert_eq!(
            (&own.squares, own.offset(), own.features()),
            (&shipped.squares, shipped.offset(), shipped.features())
        );
        assert_eq!(own.mirror(), shipped.mirror());
    }
}

#[test]
fn the_run_time_set_is_laid_out_as_the_compiler_knows_it() {
    assert_eq!((PATTERNS.features(), PATTERNS.stage_entries(), PATTERNS.entries()), (FEATURES, STAGE_ENTRIES, ENTRIES));
    assert_eq!(ENTRIES, 28_868_400);
    for (n, pattern) in PATTERNS.iter().enumerate() {
        assert_eq!((pattern.offset(), pattern.features()), (OFFSETS[n], ROTATIONS * n..ROTATIONS * (n + 1)));
        for (rotation, feature) in pattern.features().enumerate() {
            assert_eq!(PATTERNS.feature_squares(feature), image(&pattern.squares, rotation));
            assert_eq!(PATTERNS.pattern_of(feature), n);
        }
    }
}

#[test]
fn no_two_features_read_the_same_squares() {
    let squares: Vec<Vec<u8>> =
        (0..FEATURES).map(|feature| sorted(PATTERNS.feature_squares(feature).to_vec())).collect();
    let mut distinct = squares.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), squares.len());
}

/// Patterns with every kind of symmetry.
fn symmetric_in_all_ways() -> Arc<PatternSet> {
    PatternSet::new([
        ("hook", "a1 b1 c1 c2"),
        ("edge", "a1 b1 c1 d1 e1 f1 g1 h1"),
        ("corner", "a1 b1 a2 b2"),
        ("diagonal", "a1 b2 c3 d4 e5 f6 g7 h8"),
        ("half", "a1 b2 c3"),
        ("turned", "b1 c2 f7 g8"),
        ("corners", "a1 h1 a8 h8"),
        ("block", "c4 d4 e4 f4 c5 d5 e5 f5"),
    ])
    .unwrap()
}

#[test]
fn a_pattern_has_as_many_features_as_it_needs_to_cover_all_symmetries() {
    let patterns = symmetric_in_all_ways();
    let features: Vec<usize> = patterns.iter().map(|pattern| pattern.features().len()).collect();
    assert_eq!(features, [8, 4, 4, 2, 4, 4, 4, 4]);
    assert_eq!(patterns.features(), 34);
    let symmetric = |pattern: &Pattern| pattern.mirror().iter().enumerate().any(|(e, &m)| e != usize::from(m));
    let mirrored: Vec<bool> = patterns.iter().map(symmetric).collect();
    // The squares of half a diagonal stay where they are when they are reflected in it.
    assert_eq!(mirrored, [false, true, true, true, false, true, true, true]);
}

#[test]
fn mirror_images_are_mutual() {
    for patterns in [Arc::clone(&PATTERNS), symmetric_in_all_ways()] {
        for pattern in patterns.iter() {
            let mirror = pattern.mirror();
            assert_eq!(mirror.len(), 3_usize.pow(pattern.squares.len() as u32));
            assert!((0..mirror.len()).all(|entry| usize::from(mirror[usize::from(mirror[entry])]) == entry));
        }
        for entry in (0..patterns.entries()).step_by(1009) {
            let (stage, pattern, index) = patterns.table_of(entry);
            assert_eq!(stage * patterns.stage_entries() + patterns[pattern].offset() + index, entry);
            assert_eq!(patterns.mirror_entry(patterns.mirror_entry(entry)), entry);
        }
    }
}

#[test]
fn a_symmetric_board_reads_the_same_entries_up_to_mirroring() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
    for patterns in [Arc::clone(&PATTERNS), symmetric_in_all_ways()] {
        let read = |board: &Board| {
            let entry = |(feature, index): (usize, u16)| {
                let pattern = patterns.pattern_of(feature);
                (pattern, index.min(patterns[pattern].mirror()[usize::from(index)]))
            };
            let mut entries: Vec<_> = patterns.feature_indices(board).into_iter().enumerate().map(entry).collect();
            entries.sort_unstable();
            entries
        };
        for _ in 0..50 {
            let (a, b) = (rng.next_u64(), rng.next_u64());
            let board = Board::new(a & !b, b & !a).unwrap();
            for symmetry in Symmetry::ALL {
                assert_eq!(read(&board.symmetric(symmetry)), read(&board));
            }
        }
    }
}

#[test]
fn a_set_is_restored_from_its_definition() {
    for patterns in [Arc::clone(&PATTERNS), symmetric_in_all_ways()] {
        let restored = PatternSet::from_definition(&patterns.definition()).unwrap();
        assert_eq!((&restored, restored.is_shipped()), (&patterns, patterns.is_shipped()));
    }
    assert_eq!(PatternSet::new([("x", "H8 a1  b2")]).unwrap().definition(), "x b2 h8 a1\n");
}

#[test]
fn wrong_patterns_are_refused_by_name_and_square() {
    let refused = |patterns: &[(&str, &str)]| PatternSet::new(patterns.iter().copied()).unwrap_err().to_string();
    assert_eq!(refused(&[]), "patterns = 0: must be at least 1");
    assert_eq!(refused(&[("a", "a1 b1"), ("x", "a1 b2 A1")]), "pattern \"x\": a1 is given twice");
    assert_eq!(refused(&[("x", "a1 b9")]), "pattern \"x\": \"b9\" is not a square, a1 to h8");
    assert_eq!(refused(&[("x", "a1")]), "pattern \"x\": 1 squares: must have 2 to 10");
    let eleven = "a1 b1 c1 d1 e1 f1 g1 h1 a2 b2 c2";
    assert_eq!(refused(&[("x", eleven)]), "pattern \"x\": 11 squares: must have 2 to 10");
    assert_eq!(refused(&[("x", "a1 b1"), ("x", "c1 d1")]), "pattern \"x\": the name is given twice");
    // g8 h8 is a1 b1 seen from the other side.
    let same = "pattern \"y\": the same squares as pattern \"x\", up to a symmetry of the board";
    assert_eq!(refused(&[("x", "a1 b1"), ("y", "h8 g8")]), same);
    for name in ["", "two words", "-x", "naïve", "1st", "12345678901234567"] {
        assert!(
            refused(&[(name, "a1 b1")]).contains("a name must start with a letter and have at most 16 letters"),
            "{name}"
        );
    }
    let hooks: Vec<_> =
        ["a1 b1 c2", "a1 b1 c3", "a1 b1 c4", "a1 b1 c5", "a1 b1 c6", "a1 b1 c7", "a1 b1 d2", "a1 b1 d3"]
            .into_iter()
            .enumerate()
            .map(|(n, squares)| (format!("hook{n}"), squares.to_owned()))
            .collect();
    assert_eq!(PatternSet::new(hooks.clone()).unwrap().features(), 64);
    let error = PatternSet::new(hooks.into_iter().chain([("pair".to_owned(), "d1 e1".to_owned())])).unwrap_err();
    let message = "patterns: 68 features, that is patterns in different orientations: must be at most 64";
    assert_eq!((error.to_string(), error), (message.to_owned(), PatternError::TooManyFeatures { features: 68 }));
}
