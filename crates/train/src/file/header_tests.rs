use super::*;
use crate::file::{container, save_state, save_weights};
use crate::play::control::Control;
use crate::settings::{LearnSettings, PlaySettings, TrainerOptions};
use crate::state::State;
use crate::testing::Folder;
use crate::trainer::Trainer;
use shirokuro_engine::{ENTRIES, PATTERNS, Weights};

fn texts() -> Texts {
    Texts { settings: r#"{"λ": 0.7}"#.to_owned(), statistics: "{}".to_owned(), monitor: "[1]".to_owned() }
}

/// Writes a compressed file of a state in which nothing was played.
fn state_file(folder: &Folder, name: &str) -> std::path::PathBuf {
    let path = folder.path(name);
    save_state(&path, &State::new(7, 64, &PATTERNS, None).unwrap(), &texts(), Encoding::Zstd).unwrap();
    path
}

#[test]
fn the_header_of_a_training_state_describes_its_contents() {
    let folder = Folder::new();
    let path = state_file(&folder, "state.shiro");
    let (header, read) = verify_file(&path).unwrap();
    assert_eq!(read, Some(texts()));
    assert_eq!(header, read_header(&path).unwrap());
    assert_eq!(header.monitor.as_deref(), Some("[1]"));
    assert_eq!((header.version, header.bytes), (3, std::fs::metadata(&path).unwrap().len()));
    assert!(header.training_state && header.compressed() && header.bytes < 100_000, "{header:?}");
    assert_eq!((header.seed, header.generation_games), (Some(7), Some(64)));
    assert_eq!((header.generation, header.games_played), (Some(0), Some(0)));
    let sections: Vec<_> = header.sections.iter().map(|section| (section.section, section.decoded)).collect();
    let [weights, moments] = [2, 8].map(|size| size * ENTRIES as u64);
    let lengths = [weights, moments, 0, 0, 0, crate::file::coverage::bytes(&PATTERNS), 11, 2, 3];
    assert_eq!(sections, Section::OF_STATE.into_iter().zip(lengths).collect::<Vec<_>>());
}

#[test]
fn the_header_of_a_weights_file_has_no_run() {
    let folder = Folder::new();
    let path = folder.path("weights.shiro");
    for encoding in [Encoding::Raw, Encoding::Zstd] {
        save_weights(&path, &Weights::neutral().unwrap(), encoding).unwrap();
        let (header, texts) = verify_file(&path).unwrap();
        assert_eq!((header.compressed(), header.training_state), (encoding == Encoding::Zstd, false));
        assert_eq!((texts, header.games_played, header.seed), (None, None, None));
        assert_eq!((header.generation, header.generation_games, header.monitor), (None, None, None));
    }
}

#[test]
fn damage_in_any_section_is_found_by_verifying_the_file() {
    let folder = Folder::new();
    let path = state_file(&folder, "state.shiro");
    let bytes = std::fs::read(&path).unwrap();
    let mut end = bytes.len();
    for section in read_header(&path).unwrap().sections.iter().rev() {
        let mut damaged = bytes.clone();
        damaged[end - 1] ^= 1;
        std::fs::write(&path, damaged).unwrap();
        assert_eq!(read_header(&path).is_ok(), section.section != Section::Monitor);
        let error = verify_file(&path).unwrap_err();
        let name = section.section.name();
        assert_eq!(
            error.to_string(),
            format!("{}: damaged: the checksum of the {name} section does not match", path.display())
        );
        end -= section.stored as usize;
    }
}

#[test]
fn an_entry_that_the_undo_log_has_twice_is_refused() {
    let folder = Folder::new();
    let path = folder.path("state.shiro");
    let mut trainer = Trainer::new(&TrainerOptions::default()).unwrap();
    let play = PlaySettings { depth: Some(1), ..PlaySettings::default() };
    trainer.advance(1, &play, &LearnSettings::default(), &Control::new()).unwrap().unwrap();
    let entry = trainer.state.undo[0].entry;
    trainer.state.undo[1].entry = entry;
    save_state(&path, &trainer.state, &texts(), Encoding::Zstd).unwrap();
    let error = verify_file(&path).unwrap_err().to_string();
    assert!(error.ends_with(&format!("entry {entry} twice")), "{error}");
}

/// Writes a file with the sections of an empty state, except that `other` holds `zeros` zeros.
fn file_with(path: &Path, other: Section, zeros: usize) {
    let state = State::new(7, 64, &PATTERNS, None).unwrap();
    let piece = vec![0; 1 << 16];
    let source = |section: Section| {
        let (state, piece) = (&state, &piece);
        move |sink: &mut container::Sink<'_>| {
            if section != other {
                return codec::stream(state, section, sink);
            }
            (0..zeros).step_by(piece.len()).try_for_each(|at| sink(&piece[..piece.len().min(zeros - at)]))
        }
    };
    let sources = Section::OF_STATE.map(source);
    let sections: Vec<(Section, &container::Source)> =
        Section::OF_STATE.into_iter().zip(sources.iter().map(|source| source as &container::Source)).collect();
    let mut file = File::create(path).unwrap();
    container::write(&mut file, &codec::fields(&state), &sections, Encoding::Zstd).unwrap();
}

#[test]
fn a_section_that_decompresses_to_too_many_bytes_is_refused_unread() {
    let folder = Folder::new();
    let path = folder.path("bomb.shiro");
    for section in Section::OF_STATE {
        file_with(&path, section, 300_000_000);
        assert!(std::fs::metadata(&path).unwrap().len() < 100_000);
        let error = verify_file(&path).unwrap_err().to_string();
        assert!(error.contains(&format!("invalid {section}: 300000000 bytes long")), "{error}");
        assert_eq!(crate::file::load_state(&path).unwrap_err().to_string(), error);
    }
}

#[test]
fn a_text_that_readers_would_refuse_is_not_written() {
    let folder = Folder::new();
    let path = folder.path("state.shiro");
    let text = |length: usize| " ".repeat(length + 1);
    for (long, section, limit) in [
        (Texts { settings: text(1 << 20), ..Texts::default() }, "settings", 1 << 20),
        (Texts { statistics: text(1 << 20), ..Texts::default() }, "statistics", 1 << 20),
        (Texts { monitor: text(64 << 20), ..Texts::default() }, "monitor", 64 << 20),
    ] {
        let error = save_state(&path, &State::new(7, 64, &PATTERNS, None).unwrap(), &long, Encoding::Zstd)
            .unwrap_err()
            .to_string();
        assert!(error.ends_with(&format!("invalid {section}: {} bytes long, more than {limit}", limit + 1)), "{error}");
    }
    assert_eq!(folder.names(), [""; 0]);
}
