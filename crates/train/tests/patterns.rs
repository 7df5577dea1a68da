//! Trainings with custom patterns.

use shirokuro_engine::{PATTERNS, PatternSet, Weights, square_names};
use shirokuro_train::{
    Control, Encoding, Inspection, LearnSettings, PlaySettings, Tables, Texts, Trainer, TrainerOptions, file_digest,
    load_weights, read_header, save_weights, verify_file, weights_digest,
};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

const PLAY: PlaySettings = PlaySettings {
    depth: Some(1),
    nodes: None,
    time: None,
    exact_empties: 6,
    epsilon: 0.1,
    shallow: 0.1,
    random_plies: 8,
    hang_timeout: None,
};

/// The shipped patterns under other names.
fn renamed() -> Arc<PatternSet> {
    let squares = |squares: &[u8]| square_names(squares).map(|square| square.to_string()).collect::<Vec<_>>().join(" ");
    PatternSet::new(PATTERNS.iter().map(|pattern| (pattern.name.to_lowercase(), squares(&pattern.squares)))).unwrap()
}

fn own() -> Arc<PatternSet> {
    PatternSet::new([
        ("hook", "a1 b1 c1 c2"),
        ("edge", "a1 b1 c1 d1 e1 f1 g1 h1"),
        ("diagonal", "a1 b2 c3 d4 e5 f6 g7 h8"),
    ])
    .unwrap()
}

fn trainer(patterns: &Arc<PatternSet>, threads: usize) -> Trainer {
    let options = TrainerOptions { seed: 3, generation_games: 16, threads, table_bytes: 1 << 16, delay_generations: 0 };
    Trainer::with_patterns(&options, patterns).unwrap()
}

fn train(trainer: &mut Trainer, games: u32) {
    let learn = LearnSettings { share_stages: 2, ..LearnSettings::default() };
    let mut left = games;
    while left > 0 {
        left -= trainer.advance(left, &PLAY, &learn, &Control::new()).unwrap().unwrap().games.len() as u32;
    }
}

fn entries(weights: &Weights) -> Vec<u16> {
    weights.entries().iter().map(|entry| entry.load(Relaxed)).collect()
}

struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("shirokuro-patterns-{}-{name}", std::process::id())))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn the_shipped_patterns_under_other_names_learn_the_same_weights_to_the_bit() {
    let [mut shipped, mut renamed] = [trainer(&PATTERNS, 2), trainer(&renamed(), 1)];
    for trainer in [&mut shipped, &mut renamed] {
        trainer.inspect(Inspection { updates: Some(Tables::ALL), sudden: Some(1) });
        train(trainer, 40);
    }
    let [a, b] = [&shipped, &renamed].map(|trainer| entries(&trainer.evaluator().weights));
    assert!(a == b && a.iter().filter(|&&weight| weight != Weights::NEUTRAL).count() > 10_000);
    assert_eq!(shipped.coverage(), renamed.coverage());
    // Digests tell what the weights belong to.
    assert_ne!(shipped.digest(), renamed.digest());
    assert_ne!(weights_digest(&shipped.evaluator().weights), weights_digest(&renamed.evaluator().weights));
}

#[test]
fn a_training_with_own_patterns_does_not_depend_on_threads_or_calls() {
    let [mut whole, mut split] = [trainer(&own(), 1), trainer(&own(), 3)];
    train(&mut whole, 40);
    for games in [7, 20, 13] {
        train(&mut split, games);
    }
    assert_eq!(whole.digest(), split.digest());
}

#[test]
fn a_training_with_own_patterns_continues_from_its_file() {
    let file = File::new("state.shiro");
    let [mut straight, mut stopped] = [trainer(&own(), 1), trainer(&own(), 1)];
    train(&mut straight, 50);
    train(&mut stopped, 23);
    for encoding in [Encoding::Raw, Encoding::Zstd] {
        stopped.save(&file.0, &Texts::default(), encoding).unwrap();
        assert_eq!(file_digest(&file.0).unwrap(), stopped.digest());
        assert_eq!(verify_file(&file.0).unwrap().0.patterns, own());
        let (mut resumed, _) = Trainer::load(&file.0, 2, 1 << 16).unwrap();
        assert_eq!(resumed.evaluator().weights.patterns(), &own());
        assert_eq!(resumed.coverage(), stopped.coverage());
        train(&mut resumed, 27);
        assert_eq!(resumed.digest(), straight.digest());
    }
}

#[test]
fn files_of_weights_name_their_patterns() {
    let file = File::new("weights.shiro");
    let mut trainer = trainer(&own(), 1);
    train(&mut trainer, 20);
    let weights = trainer.evaluator().weights;
    for encoding in [Encoding::Raw, Encoding::Zstd] {
        save_weights(&file.0, &weights, encoding).unwrap();
        let loaded = load_weights(&file.0).unwrap();
        assert_eq!((loaded.patterns(), entries(&loaded)), (&own(), entries(&weights)));
        assert_eq!(weights_digest(&loaded), weights_digest(&weights));
        assert_eq!(verify_file(&file.0).unwrap().0.patterns, own());
    }
    save_weights(&file.0, &Weights::neutral().unwrap(), Encoding::Zstd).unwrap();
    let header = read_header(&file.0).unwrap();
    assert!(header.patterns.is_shipped() && header.sections.len() == 1);
}

#[test]
fn a_file_with_patterns_that_were_not_written_so_is_refused() {
    let file = File::new("changed.shiro");
    let weights = Weights::neutral_of(&PatternSet::new([("x", "d4 a1")]).unwrap()).unwrap();
    save_weights(&file.0, &weights, Encoding::Raw).unwrap();
    let bytes = std::fs::read(&file.0).unwrap();
    let at = bytes.windows(8).position(|window| window == b"x d4 a1\n").unwrap();
    // Section descriptions follow the fields: 16 + 4 + 44 + 4 bytes; the checksum is at 24 of the 32.
    let (description, header) = (68, 68 + 64);
    let refused = |definition: &[u8; 8]| {
        let mut bytes = bytes.clone();
        bytes[at..at + 8].copy_from_slice(definition);
        bytes[description + 24..description + 28].copy_from_slice(&crc32fast::hash(definition).to_le_bytes());
        let crc = crc32fast::hash(&bytes[..header]);
        bytes[header..header + 4].copy_from_slice(&crc.to_le_bytes());
        std::fs::write(&file.0, bytes).unwrap();
        load_weights(&file.0).unwrap_err().to_string()
    };
    assert!(refused(b"x d4 i1\n").contains("invalid patterns: pattern \"x\": \"i1\" is not a square, a1 to h8"));
    assert!(refused(b"x a1 d4\n").contains("invalid patterns: not as they are written"));
    assert!(refused(b"x d4\na1\n").contains("invalid patterns: pattern \"x\": 1 squares"));
}
