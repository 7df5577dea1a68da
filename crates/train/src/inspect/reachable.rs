//! The weight entries that a position can read: many stand for squares that cannot occur in a game.
//!
//! - **Up to stage [`EXACT`]** every reachable position is visited, so the answer is exact.
//! - **Later stages** track only which squares of a pattern are occupied, not by whom. Each stage adds one disc: on a
//!   square outside the pattern, or on one inside it next to which, in some direction, two squares are or may be
//!   occupied (a move flips discs, so it needs a disc of each side in a row). The discs of the stage must fit inside
//!   and outside the pattern, and the four centre squares are never empty. Every colouring of such a set counts as
//!   possible.
//!
//! An entry outside the set therefore never occurs. After stage [`EXACT`], some entries in the set may not occur
//! either.

use crate::learn::entry_bits::{EntryBits, contains, insert};
use shirokuro_engine::{Board, PATTERNS, Pattern, PatternSet, STAGES, Square, parse_transcript, squares};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// The last stage whose positions are all visited.
const EXACT: usize = 8;

/// d4, e4, d5, e5.
const CENTRE: [u8; 4] = [27, 28, 35, 36];

/// Returns the entries that a position with a legal move can read. They are computed once for the shipped patterns, and
/// again for others when the last others were not the same.
pub(crate) fn reachable(patterns: &Arc<PatternSet>) -> Arc<EntryBits> {
    static SHIPPED: LazyLock<Arc<EntryBits>> = LazyLock::new(|| Arc::new(compute(&PATTERNS)));
    static LAST_OWN: Mutex<Option<(Arc<PatternSet>, Arc<EntryBits>)>> = Mutex::new(None);
    if patterns.is_shipped() {
        return Arc::clone(&SHIPPED);
    }
    let mut last = LAST_OWN.lock().unwrap_or_else(PoisonError::into_inner);
    match &*last {
        Some((known, entries)) if known == patterns => Arc::clone(entries),
        _ => {
            let entries = Arc::new(compute(patterns));
            *last = Some((Arc::clone(patterns), Arc::clone(&entries)));
            entries
        }
    }
}

/// Returns, for each entry of a stage in the order of the weights, whether a position can read it.
pub fn reachable_entries(patterns: &Arc<PatternSet>, stage: usize) -> Vec<bool> {
    reachable(patterns).stage(stage)
}

fn compute(patterns: &Arc<PatternSet>) -> EntryBits {
    let mut set = EntryBits::none(patterns);
    let mut tables = set.tables_mut();
    for (stage, boards) in boards_by_stage().iter().enumerate() {
        for (feature, index) in boards.iter().flat_map(|board| patterns.feature_indices(board).into_iter().enumerate())
        {
            let pattern = patterns.pattern_of(feature);
            let table = &mut tables[stage * patterns.len() + pattern];
            insert(table, usize::from(index));
            insert(table, usize::from(patterns[pattern].mirror()[usize::from(index)]));
        }
    }
    for (pattern, shape) in patterns.iter().enumerate() {
        let occupied: Vec<u16> = (0..shape.entries()).map(occupied_squares).collect();
        let mut sets = vec![false; 1 << shape.squares.len()];
        for entry in 0..shape.entries() {
            sets[usize::from(occupied[entry])] |= contains(tables[EXACT * patterns.len() + pattern], entry);
        }
        for stage in EXACT + 1..STAGES {
            sets = next_sets(shape, &sets, stage);
            let table = &mut tables[stage * patterns.len() + pattern];
            for entry in (0..shape.entries()).filter(|&entry| sets[usize::from(occupied[entry])]) {
                insert(table, entry);
            }
        }
    }
    set
}

/// Returns the boards of stages 0 to [`EXACT`] that have a legal move, up to the symmetries of the first move.
fn boards_by_stage() -> Vec<Vec<Board>> {
    let first = parse_transcript("f5").expect("f5 is a first move")[0];
    let second = Board::START.play(first).expect("f5 is a first move");
    let mut stages = vec![vec![Board::START], vec![second]];
    for stage in 1..EXACT {
        let mut next: Vec<Board> = stages[stage].iter().flat_map(successors).collect();
        next.sort_unstable_by_key(|board| (board.player(), board.opponent()));
        next.dedup();
        stages.push(next);
    }
    stages
}

/// Returns the boards after each move, including a forced pass, except those of finished games.
fn successors(board: &Board) -> Vec<Board> {
    let play = |square: Square| board.play(square).expect("the square is a legal move");
    let next = squares(board.moves()).map(play).filter(|board| !board.is_over());
    next.map(|board| if board.moves() == 0 { board.pass() } else { board }).collect()
}

/// Returns the squares of a pattern that are occupied in an entry, one bit each.
fn occupied_squares(mut entry: usize) -> u16 {
    let mut set = 0;
    for place in 0.. {
        if entry == 0 {
            break;
        }
        set |= u16::from(!entry.is_multiple_of(3)) << place;
        entry /= 3;
    }
    set
}

/// Returns the sets of occupied squares of a pattern that can follow the sets in `before`, at this stage.
fn next_sets(pattern: &Pattern, before: &[bool], stage: usize) -> Vec<bool> {
    let size = pattern.squares.len() as u32;
    let centre = pattern.squares.iter().filter(|square| CENTRE.contains(square)).count() as u32;
    let discs = stage as u32 + 4;
    let fits = |set: usize| {
        let inside = set.count_ones();
        inside + 4 - centre <= discs && discs - inside <= 64 - size
    };
    let mut next = vec![false; before.len()];
    for set in (0..before.len()).filter(|&set| before[set]) {
        next[set] |= fits(set);
        for place in (0..pattern.squares.len()).filter(|place| set >> place & 1 == 0) {
            let grown = set | 1 << place;
            next[grown] |= fits(grown) && may_flip_discs(pattern, set, pattern.squares[place]);
        }
    }
    next
}

/// Checks whether, in some direction, the two squares next to `square` may be occupied when only the squares in `set`
/// are occupied within the pattern.
fn may_flip_discs(pattern: &Pattern, set: usize, square: u8) -> bool {
    let (file, rank) = (i32::from(square % 8), i32::from(square / 8));
    let may_be_occupied = |file: i32, rank: i32| {
        let on_board = (0..8).contains(&file) && (0..8).contains(&rank);
        let place = pattern.squares.iter().position(|&other| i32::from(other) == 8 * rank + file);
        on_board && place.is_none_or(|place| set >> place & 1 != 0)
    };
    let directions = (-1..=1).flat_map(|x| (-1..=1).map(move |y| (x, y))).filter(|&direction| direction != (0, 0));
    directions
        .into_iter()
        .any(|(x, y)| may_be_occupied(file + x, rank + y) && may_be_occupied(file + 2 * x, rank + 2 * y))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::GameRandom;
    use shirokuro_engine::{Position, feature_indices};
    use std::collections::HashSet;

    /// Returns the entry of a pattern with discs of the side to move on these squares only.
    fn entry(pattern: usize, discs: &[&str]) -> usize {
        let squares = PATTERNS[pattern].squares.iter().map(|&square| Square::new(square).unwrap().to_string());
        (0..).zip(squares).map(|(k, square)| 3_usize.pow(k) * usize::from(discs.contains(&square.as_str()))).sum()
    }

    #[test]
    fn every_entry_that_a_game_reads_counts_as_possible() {
        let (set, mut seen) = (reachable(&PATTERNS), 0);
        for game in 0..4_000 {
            let mut random = GameRandom::new(1, game);
            let mut position = Position::START;
            while !position.board.is_over() {
                let stage = position.board.stage();
                for (feature, &index) in feature_indices(&position.board).iter().enumerate() {
                    let (pattern, index) = (PATTERNS.pattern_of(feature), usize::from(index));
                    for index in [index, usize::from(PATTERNS[pattern].mirror()[index])] {
                        assert!(set.contains(stage, pattern, index), "stage {stage}, P{pattern}, {index}");
                    }
                    seen += 1;
                }
                let moves = position.board.moves();
                let n = random.below(moves.count_ones()) as usize;
                position = position.play(squares(moves).nth(n).unwrap()).unwrap().after_forced_pass();
            }
        }
        assert!(seen > 10_000_000);
    }

    #[test]
    fn early_stages_hold_exactly_the_entries_that_all_games_read() {
        // From all four first moves, without using symmetry.
        let mut positions = HashSet::from([Position::START]);
        for stage in 0..5 {
            let mut entries = HashSet::new();
            for position in &positions {
                let indices = feature_indices(&position.board);
                entries
                    .extend(indices.iter().enumerate().map(|(feature, &index)| (PATTERNS.pattern_of(feature), index)));
            }
            let mirrored = |&(pattern, index): &(usize, u16)| (pattern, PATTERNS[pattern].mirror()[usize::from(index)]);
            let images: HashSet<_> = entries.iter().map(mirrored).collect();
            entries.extend(images);
            let count: u32 = reachable(&PATTERNS).counts()[14 * stage..14 * (stage + 1)].iter().sum();
            assert_eq!(entries.len(), count as usize, "stage {stage}");
            assert!(entries.iter().all(|&(pattern, index)| reachable(&PATTERNS).contains(
                stage,
                pattern,
                usize::from(index)
            )));
            let moves = |position: &Position| {
                let position = *position;
                squares(position.board.moves()).map(move |square| position.play(square).unwrap().after_forced_pass())
            };
            positions = positions.iter().flat_map(moves).collect();
        }
    }

    #[test]
    fn what_the_rules_forbid_is_impossible() {
        let set = reachable(&PATTERNS);
        for stage in 0..STAGES {
            // P12 is the fourth row: d4 and e4 are never empty.
            let without_d4 = entry(11, &["a4", "b4", "c4", "e4", "f4", "g4", "h4"]);
            assert!(!set.contains(stage, 11, without_d4));
            // P10, the second row, can be empty only while that many squares are empty.
            assert_eq!(set.contains(stage, 9, 0), stage <= 60 - 8, "stage {stage}");
            // A single disc on a corner of P04, an edge and the row next to it, without a disc to flip.
            assert!(stage > 8 || !set.contains(stage, 3, entry(3, &["a1"])));
        }
        // With one empty square, no entry has two.
        assert!((0..59_049).filter(|&e| set.contains(59, 0, e)).all(|e| occupied_squares(e).count_ones() >= 9));
    }

    #[test]
    fn an_entry_and_its_mirror_image_are_both_possible_or_neither() {
        let set = reachable(&PATTERNS);
        for (pattern, shape) in PATTERNS.iter().enumerate() {
            for stage in 0..STAGES {
                assert!((0..shape.entries()).all(|entry| {
                    let image = usize::from(shape.mirror()[entry]);
                    set.contains(stage, pattern, entry) == set.contains(stage, pattern, image)
                }));
            }
        }
    }
}
