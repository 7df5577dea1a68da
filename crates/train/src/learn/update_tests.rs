use super::*;
use crate::learn::adam::{EPSILON, Powers};
use crate::learn::positions::Row;
use crate::learn::sharing::Sharing;
use crate::learn::targets::Targets;
use crate::learn::undo::swap;
use crate::play::progress::Progress;
use crate::play::selfplay::{GameContext, play_game};
use crate::record::{GameRecord, Ply, Searched};
use crate::settings::PlaySettings;
use crate::testing::mirror_entry;
use shirokuro_engine::{
    DiscCount, ENTRIES, FEATURES, PATTERNS, STAGE_ENTRIES, Searcher, feature_indices, parse_transcript,
};
use std::sync::atomic::AtomicBool;

const RATE: f32 = 0.3;

/// Weights and moments, and the effect of a generation on them.
struct Bench {
    workers: Workers,
    weights: Weights,
    moments: Vec<Moments>,
    coverage: Coverage,
}

impl Bench {
    fn new(threads: usize) -> Self {
        let workers = Workers::new(threads, 0).unwrap();
        Self {
            workers,
            weights: Weights::neutral().unwrap(),
            moments: vec![[0.0, 0.0]; ENTRIES],
            coverage: Coverage::none(&PATTERNS),
        }
    }

    fn learn(&mut self, positions: &Positions, generation: u64, logged: bool) -> UpdateOutcome {
        let Self { workers, weights, moments, coverage } = self;
        update_tables(workers, positions, weights, moments, coverage, update(generation, logged)).unwrap()
    }

    fn weight(&self, entry: usize) -> u16 {
        self.weights.entries()[entry].load(Relaxed)
    }

    fn assert_same(&self, weights: &[u16], moments: &[Moments]) {
        assert!((0..ENTRIES).all(|entry| self.weight(entry) == weights[entry]));
        assert!(self.moments == moments);
    }
}

fn update(generation: u64, logged: bool) -> Update {
    let powers = (0..=generation).fold(Powers::START, |powers, _| powers.next());
    Update {
        adam: AdamStep::new(RATE, EPSILON, powers),
        rounding: Rounding::new(1, generation),
        logged,
        inspection: Inspection::default(),
    }
}

fn games(generation: u64) -> Vec<GameRecord> {
    let settings = PlaySettings { random_plies: 12, epsilon: 0.1, ..PlaySettings::default() };
    let mut searcher = Searcher::new(1 << 16).unwrap();
    let (stop, progress) = (AtomicBool::new(false), Progress::new());
    let context = GameContext { stop: &stop, progress: &progress, faults: None };
    let play = |index| play_game(&mut searcher, &DiscCount, &settings, 3, index, &context).unwrap().record;
    (generation * 8..generation * 8 + 8).map(play).collect()
}

/// Applies Adam to all entries of all tables that have a gradient: dense arrays, one position after the other.
fn dense_update(positions: &Positions, weights: &mut [u16], moments: &mut [Moments], update: Update) {
    let mut sums = vec![0.0f32; ENTRIES];
    let mut counts = vec![0u32; ENTRIES];
    let sharing = positions.sharing();
    for stage in 0..STAGES {
        let mut teach = |indices: &[u16; FEATURES], error: f32, units: u32| {
            for (feature, &index) in indices.iter().enumerate() {
                let entry =
                    stage * STAGE_ENTRIES + PATTERNS[PATTERNS.pattern_of(feature)].offset() + usize::from(index);
                let entry = entry.min(mirror_entry(entry));
                sums[entry] += units as f32 * error;
                counts[entry] += units;
            }
        };
        positions.stage(stage).iter().for_each(|row| teach(&row.indices, row.error, sharing.own_units()));
        for source in sharing.neighbours(stage) {
            let units = sharing.units(source, stage);
            positions.shared(source, stage).for_each(|(indices, error)| teach(indices, error, units));
        }
    }
    for entry in 0..ENTRIES {
        if counts[entry] > 0 {
            let step = update.adam.apply(&mut moments[entry], sums[entry] / counts[entry] as f32);
            weights[entry] = update.rounding.apply(weights[entry], step * 256.0, entry as u32);
            weights[mirror_entry(entry)] = weights[entry];
            moments[mirror_entry(entry)] = moments[entry];
        }
    }
}

#[test]
fn sparse_adam_equals_dense_adam_bit_for_bit_and_mirror_images_stay_equal() {
    for sharing in [Sharing::new(0, 0.0), Sharing::new(2, 0.7)] {
        sparse_equals_dense(sharing);
    }
}

fn sparse_equals_dense(sharing: Sharing) {
    let mut sparse = Bench::new(2);
    let mut weights = vec![Weights::NEUTRAL; ENTRIES];
    let mut moments = vec![[0.0, 0.0]; ENTRIES];
    for generation in 0..3 {
        let positions =
            Positions::of(&games(generation), &sparse.weights, Targets::LambdaReturns(0.8), sharing, None).unwrap();
        sparse.learn(&positions, generation, false);
        dense_update(&positions, &mut weights, &mut moments, update(generation, false));
    }
    sparse.assert_same(&weights, &moments);
    assert!((0..ENTRIES).all(|entry| {
        let image = mirror_entry(entry);
        weights[entry] == weights[image] && moments[entry] == moments[image]
    }));
    assert!(weights.iter().filter(|&&weight| weight != Weights::NEUTRAL).count() > 10_000);
}

#[test]
fn sharing_does_not_depend_on_threads_and_counts_the_visits_of_own_positions() {
    let sharing = Sharing::new(3, 0.8);
    let benches = [1, 3].map(|threads| {
        let mut bench = Bench::new(threads);
        let visits = [0, 1].map(|generation| {
            let positions =
                Positions::of(&games(generation), &bench.weights, Targets::LambdaReturns(0.8), sharing, None).unwrap();
            bench.learn(&positions, generation, false).visits
        });
        (bench, visits)
    });
    let [(one, visits), (three, _)] = &benches;
    assert!((0..ENTRIES).all(|entry| one.weight(entry) == three.weight(entry)));
    assert!(one.moments == three.moments);
    let mut alone = Bench::new(1);
    for (generation, visits) in visits.iter().enumerate() {
        let positions = Positions::of(
            &games(generation as u64),
            &alone.weights,
            Targets::LambdaReturns(0.8),
            Sharing::new(0, 0.0),
            None,
        )
        .unwrap();
        assert_eq!(alone.learn(&positions, generation as u64, false).visits, *visits);
    }
    // More entries are learned than those that the positions read in their own stages.
    assert!(one.coverage.counts.iter().sum::<u32>() > 2 * alone.coverage.counts.iter().sum::<u32>());
}

#[test]
fn a_nan_stays_with_the_tables_of_its_own_stage() {
    let sharing = Sharing::new(2, 0.7);
    let mut bench = Bench::new(1);
    let positions = Positions::of(&games(0), &bench.weights, Targets::LambdaReturns(0.8), sharing, None).unwrap();
    let bad = positions.with_error(30, 0, f32::NAN);
    let outcome = bench.learn(&bad, 0, false);
    assert!(outcome.resets.iter().all(|reset| reset.stage == 30) && outcome.resets.len() == PATTERNS.len());
}

#[test]
fn a_provisional_update_is_the_final_one_and_can_be_undone_and_redone() {
    let mut bench = Bench::new(2);
    let positions =
        Positions::of(&games(0), &bench.weights, Targets::LambdaReturns(0.8), Sharing::new(0, 0.0), None).unwrap();
    bench.learn(&positions, 0, false);
    let before: Vec<u16> = (0..ENTRIES).map(|entry| bench.weight(entry)).collect();
    let moments_before = bench.moments.clone();

    let positions =
        Positions::of(&games(1), &bench.weights, Targets::LambdaReturns(0.8), Sharing::new(0, 0.0), None).unwrap();
    let mut provisional = bench.learn(&positions, 1, true);
    let after: Vec<u16> = (0..ENTRIES).map(|entry| bench.weight(entry)).collect();
    let moments_after = bench.moments.clone();
    swap(&mut provisional.undo, &bench.weights, &mut bench.moments);
    bench.assert_same(&before, &moments_before);
    swap(&mut provisional.undo, &bench.weights, &mut bench.moments);
    bench.assert_same(&after, &moments_after);
    swap(&mut provisional.undo, &bench.weights, &mut bench.moments);
    let last = bench.learn(&positions, 1, false);
    bench.assert_same(&after, &moments_after);
    assert_eq!((last.undo.len(), last.visits), (0, provisional.visits));
}

#[test]
fn every_updated_entry_is_known_and_every_update_counted_once_however_often_it_is_undone() {
    let mut bench = Bench::new(2);
    let mut updates = vec![0_u64; ENTRIES];
    for generation in 0..3 {
        let records = games(generation);
        let whole =
            Positions::of(&records, &bench.weights, Targets::LambdaReturns(0.8), Sharing::new(0, 0.0), None).unwrap();
        for played in [1, 5] {
            // Calls that end within the generation: their update is undone before the next one.
            let part = Positions::of(
                &records[..played],
                &bench.weights,
                Targets::LambdaReturns(0.8),
                Sharing::new(0, 0.0),
                None,
            )
            .unwrap();
            let mut learned = bench.learn(&part, generation, true);
            swap(&mut learned.undo, &bench.weights, &mut bench.moments);
        }
        bench.learn(&whole, generation, false);
        bench.coverage.complete_generation();
        for (stage, row) in (0..STAGES).flat_map(|stage| whole.stage(stage).iter().map(move |row| (stage, row))) {
            for (feature, &index) in row.indices.iter().enumerate() {
                let entry =
                    stage * STAGE_ENTRIES + PATTERNS[PATTERNS.pattern_of(feature)].offset() + usize::from(index);
                updates[entry] += 1;
                updates[mirror_entry(entry)] += u64::from(mirror_entry(entry) != entry);
            }
        }
    }
    let (sums, counts) = (bench.coverage.updates(), bench.coverage.updated.counts());
    assert_eq!(counts, bench.coverage.counts);
    for stage in 0..STAGES {
        let of_stage = &updates[stage * STAGE_ENTRIES..(stage + 1) * STAGE_ENTRIES];
        let known = bench.coverage.updated.stage(stage);
        assert!(known.iter().zip(of_stage).all(|(&known, &updates)| known == (updates > 0)), "stage {stage}");
        for (pattern, shape) in PATTERNS.iter().enumerate() {
            let of_table = &of_stage[shape.offset()..][..shape.entries()];
            assert_eq!(sums[stage * PATTERNS.len() + pattern], of_table.iter().sum::<u64>());
        }
    }
    assert!(updates.iter().sum::<u64>() > 100_000);
}

/// One learned position of exact value 64 discs: the gradient of every entry it reads is 64, and the length of Adam's
/// first step is the rate.
#[test]
fn one_exact_position_moves_its_entries_by_the_rate() {
    let mut plies: Vec<Ply> = parse_transcript("e6f4e3f6g5d6e7f5c5")
        .unwrap()
        .into_iter()
        .map(|square| Ply { square, searched: None })
        .collect();
    plies[8].searched = Some(Searched { score: 64 * 256, exact: true, greedy: true });
    let record = GameRecord::new(0, plies).unwrap();
    let (position, _) = record.searched().next().unwrap();
    let indices = feature_indices(&position.board);
    let mut bench = Bench::new(1);
    let positions =
        Positions::of(&[record], &bench.weights, Targets::LambdaReturns(0.9), Sharing::new(0, 0.0), None).unwrap();
    assert_eq!(positions.errors()[0].squared_error, 64.0 * 64.0);
    let learned = bench.learn(&positions, 0, true);

    let mut entries: Vec<usize> = Vec::new();
    for (feature, &index) in indices.iter().enumerate() {
        // There are twelve discs on the board before the last move.
        let entry = 8 * STAGE_ENTRIES + PATTERNS[PATTERNS.pattern_of(feature)].offset() + usize::from(index);
        entries.extend([entry, mirror_entry(entry)]);
    }
    entries.sort_unstable();
    entries.dedup();
    for &entry in &entries {
        // 0.3 discs are 76.8 units.
        assert!([76, 77].contains(&(bench.weight(entry) - Weights::NEUTRAL)), "{entry}: {}", bench.weight(entry));
        let [m, v] = bench.moments[entry];
        assert!((m - 0.1 * 64.0).abs() < 1e-5 && (v - 0.001 * 64.0 * 64.0).abs() < 1e-5, "{m} {v}");
    }
    let changed = (0..ENTRIES).filter(|&entry| bench.weight(entry) != Weights::NEUTRAL).count();
    assert_eq!(changed, entries.len());
    assert_eq!(learned.undo.len(), entries.iter().filter(|&&entry| entry <= mirror_entry(entry)).count());
    // Each feature visits its entry, and the mirror image if that is a different entry.
    assert!((FEATURES as u64..=2 * FEATURES as u64).contains(&learned.visits));
}

/// Returns the entries that a row reads, mirror images included.
fn entries_of(stage: usize, row: &Row<[u16; FEATURES]>) -> Vec<usize> {
    let own = row.indices.iter().enumerate().map(|(feature, &index)| {
        stage * STAGE_ENTRIES + PATTERNS[PATTERNS.pattern_of(feature)].offset() + usize::from(index)
    });
    own.flat_map(|entry| [entry, mirror_entry(entry)]).collect()
}

#[test]
fn a_nan_error_resets_the_entries_of_its_position_only() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let records = games(0);
        let mut sound = Bench::new(2);
        let mut spoilt = Bench::new(2);
        // Both have a history.
        for bench in [&mut sound, &mut spoilt] {
            bench.learn(
                &Positions::of(&games(1), &bench.weights, Targets::LambdaReturns(0.8), Sharing::new(0, 0.0), None)
                    .unwrap(),
                0,
                false,
            );
        }
        let positions =
            Positions::of(&records, &sound.weights, Targets::LambdaReturns(0.8), Sharing::new(0, 0.0), None).unwrap();
        let with_bad = positions.with_error(30, 2, bad);
        sound.learn(&positions, 1, false);
        let learned = spoilt.learn(&with_bad, 1, false);
        let concerned = entries_of(30, &with_bad.stage(30)[2]);
        for &entry in &concerned {
            assert_eq!((spoilt.weight(entry), spoilt.moments[entry]), (Weights::NEUTRAL, [0.0, 0.0]));
            sound.weights.entries()[entry].store(Weights::NEUTRAL, Relaxed);
            sound.moments[entry] = [0.0, 0.0];
        }
        assert!((0..ENTRIES).all(|entry| spoilt.weight(entry) == sound.weight(entry)));
        assert!(spoilt.moments == sound.moments);
        let distinct: std::collections::BTreeSet<_> = concerned.into_iter().collect();
        assert!(learned.resets.iter().all(|reset| reset.stage == 30));
        assert_eq!(learned.resets.len(), PATTERNS.len());
        assert_eq!(learned.resets.iter().map(|reset| reset.entries).sum::<u64>(), distinct.len() as u64);
    }
}

#[test]
fn an_entry_with_nan_or_infinite_moments_is_reset_when_it_is_visited() {
    for bad in [[f32::NAN, 1.0], [0.0, f32::NAN], [f32::INFINITY, 1.0], [0.0, f32::INFINITY], [0.0, -1.0]] {
        let mut bench = Bench::new(1);
        let positions =
            Positions::of(&games(0), &bench.weights, Targets::LambdaReturns(0.8), Sharing::new(0, 0.0), None).unwrap();
        let entry = entries_of(20, &positions.stage(20)[0])[0];
        bench.moments[entry] = bad;
        bench.moments[mirror_entry(entry)] = bad;
        let learned = bench.learn(&positions, 0, true);
        assert_eq!((bench.weight(entry), bench.moments[entry]), (Weights::NEUTRAL, [0.0, 0.0]), "{bad:?}");
        assert_eq!(bench.moments[mirror_entry(entry)], [0.0, 0.0]);
        let entries = 1 + u64::from(entry != mirror_entry(entry));
        assert_eq!(learned.resets, [Reset { pattern: 0, stage: 20, entries }]);
    }
}

#[test]
fn a_provisional_update_can_be_rolled_back() {
    let mut bench = Bench::new(2);
    bench.learn(
        &Positions::of(&games(0), &bench.weights, Targets::LambdaReturns(0.8), Sharing::new(0, 0.0), None).unwrap(),
        0,
        false,
    );
    let weights: Vec<u16> = (0..ENTRIES).map(|entry| bench.weight(entry)).collect();
    let moments = bench.moments.clone();
    let positions =
        Positions::of(&games(1), &bench.weights, Targets::LambdaReturns(0.8), Sharing::new(0, 0.0), None).unwrap();
    {
        let Bench { workers, weights, moments, coverage } = &mut bench;
        let mut tables = split(&PATTERNS, moments, coverage.updated.tables_mut(), &mut coverage.counts);
        let mut all: Vec<&mut Table> = tables.iter_mut().collect();
        workers.for_each_table(&mut all, |scratch, table| {
            let weights = weights.table(table.stage, table.pattern);
            table.update(scratch, &positions, weights, update(1, true));
        });
        assert!(tables.iter().map(|table| table.outcome.undo.len()).sum::<usize>() > 1000);
        for mut table in tables {
            table.roll_back(weights);
        }
    }
    bench.assert_same(&weights, &moments);
    assert_eq!(bench.coverage.counts, bench.coverage.updated.counts());
}

#[test]
fn cleared_scratch_memory_is_as_good_as_new() {
    let weights = Weights::neutral().unwrap();
    let positions =
        Positions::of(&games(0), &weights, Targets::LambdaReturns(0.8), Sharing::new(0, 0.0), None).unwrap();
    let mut scratch = Scratch::new().unwrap();
    let own = positions.stage(30).iter().map(|row| (&row.indices, row.error));
    let touched = scratch.gather(own, 1, (PATTERNS[0].features(), PATTERNS[0].mirror()), 0);
    assert!(touched > 0);
    scratch.clear(touched);
    assert!(scratch.cells.iter().all(|cell| (cell.sum, cell.units) == (0.0, 0)));
}
