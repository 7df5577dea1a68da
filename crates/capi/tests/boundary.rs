//! The functions as C calls them: results, errors, and threads.

#![allow(unsafe_code, reason = "calls what C calls")]
// SAFETY, of all blocks: every pointer is null or that of a local variable, or came from the library and is freed once.
#![allow(clippy::undocumented_unsafe_blocks, reason = "the comment above says it for all of them")]

use shirokuro::error::SkStatus;
use shirokuro::exports::*;
use shirokuro::model::SkModel;
use shirokuro::position::{SK_BLACK, SK_PASS, SK_WHITE, SkPosition};
use shirokuro::search::{SkLimits, SkResult, SkSearcher};
use shirokuro_engine::{Limits, PatternEvaluator, Position, Searcher, Weights, discs};
use shirokuro_train::{Encoding, save_weights};
use std::ffi::{CStr, CString};
use std::fmt::Write;
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use std::{env, fs, process, thread};

/// A model file, and its evaluator. Its weights depend on the number of discs on a pattern's squares, so that mirror
/// images agree.
static MODEL: LazyLock<(PathBuf, PatternEvaluator)> = LazyLock::new(|| {
    let weights = Weights::neutral().unwrap();
    for (pattern, step) in (0..14).zip([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7]) {
        let difference = |mut entry: usize| {
            let mut difference = 0;
            while entry > 0 {
                difference += [0, 1, -1][entry % 3];
                entry /= 3;
            }
            (32_768 + step * difference) as u16
        };
        let table: Vec<u16> = (0..weights.table(0, pattern).len()).map(difference).collect();
        for stage in 0..60 {
            for (weight, &value) in weights.table(stage, pattern).iter().zip(&table) {
                weight.store(value, Relaxed);
            }
        }
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("boundary.shiro");
    save_weights(&path, &weights, Encoding::Zstd).unwrap();
    (path, PatternEvaluator::new(Arc::new(weights)))
});

fn temporary(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", process::id()))
}

fn load(path: &Path) -> *mut SkModel {
    let (path, mut model) = (CString::new(path.to_str().unwrap()).unwrap(), null_mut());
    assert_eq!(unsafe { sk_model_load(path.as_ptr(), &raw mut model) }, SkStatus::Ok);
    model
}

fn position(moves: &str) -> SkPosition {
    let (moves, mut position) = (CString::new(moves).unwrap(), MaybeUninit::uninit());
    assert_eq!(unsafe { sk_position_of_moves(moves.as_ptr(), position.as_mut_ptr()) }, SkStatus::Ok);
    unsafe { position.assume_init() }
}

fn message() -> String {
    unsafe { CStr::from_ptr(sk_last_error()) }.to_str().unwrap().to_owned()
}

#[test]
fn a_model_evaluates_and_searches_as_in_rust() {
    let (path, evaluator) = &*MODEL;
    let model = load(path);
    let mut searcher = null_mut();
    assert_eq!(unsafe { sk_searcher_new(1 << 20, &raw mut searcher) }, SkStatus::Ok);
    let from_start = position("f5d6c3d3c4");
    let board = from_start.checked().unwrap().board;
    let mut value = 0.0;
    assert_eq!(unsafe { sk_evaluate(model, &raw const from_start, &raw mut value) }, SkStatus::Ok);
    assert_eq!(value.to_bits(), discs(evaluator.evaluate(&board)).to_bits());
    let limits = SkLimits { depth: 5, ..SkLimits::default() };
    let mut result: MaybeUninit<SkResult> = MaybeUninit::uninit();
    let status = unsafe { sk_search(searcher, model, &raw const from_start, &raw const limits, result.as_mut_ptr()) };
    assert_eq!(status, SkStatus::Ok);
    let result = unsafe { result.assume_init() };
    let limits = Limits { depth: Some(5), ..Limits::default() };
    let expected = Searcher::new(1 << 20).unwrap().search(evaluator, &board, &limits);
    assert_eq!(result.best_move, expected.best.unwrap().index() as i32);
    assert_eq!(result.score.to_bits(), discs(expected.score).to_bits());
    assert_eq!((result.depth, result.nodes, result.exact), (5, expected.nodes, false));
    let line: Vec<u8> = expected.line.iter().map(|square| square.index() as u8).collect();
    assert_eq!(result.line[..result.line_length as usize], line);
    unsafe { (sk_searcher_free(searcher), sk_model_free(model)) };
}

#[test]
fn moves_are_played_with_the_passes_that_they_force() {
    let mut game: SkPosition = Position::START.into();
    assert_eq!(unsafe { sk_play(&raw mut game, 37) }, SkStatus::Ok);
    assert_eq!((game.side_to_move, game), (SK_WHITE, position("f5")));
    let mut squares = 0;
    assert_eq!(unsafe { sk_legal_moves(&raw const game, &raw mut squares) }, SkStatus::Ok);
    assert_eq!(squares, 1 << 29 | 1 << 43 | 1 << 45);
    for square in [37, 0, 64, -2, SK_PASS] {
        assert_eq!(unsafe { sk_play(&raw mut game, square) }, SkStatus::IllegalMove);
        assert!(message().starts_with("illegal"), "{}", message());
        assert_eq!(game, position("f5"));
    }
    let over = position("e6f4e3f6g5d6e7f5c5");
    let (mut is_over, mut score) = (false, 0);
    assert_eq!(unsafe { sk_is_over(&raw const over, &raw mut is_over) }, SkStatus::Ok);
    assert_eq!(unsafe { sk_score(&raw const over, &raw mut score) }, SkStatus::Ok);
    assert!(is_over);
    assert_eq!(if over.side_to_move == SK_BLACK { score } else { -score }, 64);
}

#[test]
fn errors_have_codes_and_messages() {
    let (mut model, mut out, start) = (null_mut(), 0.0, SkPosition::from(Position::START));
    let missing = CString::new("/no/such/file").unwrap();
    assert_eq!(unsafe { sk_model_load(missing.as_ptr(), &raw mut model) }, SkStatus::Io);
    assert!(message().starts_with("/no/such/file: "), "{}", message());
    assert_eq!(unsafe { sk_model_load(c"/".as_ptr(), &raw mut model) }, SkStatus::Io);
    let path = temporary("text.shiro");
    fs::write(&path, "no model").unwrap();
    let text = CString::new(path.to_str().unwrap()).unwrap();
    assert_eq!(unsafe { sk_model_load(text.as_ptr(), &raw mut model) }, SkStatus::BadModel);
    fs::remove_file(path).unwrap();
    assert_eq!(unsafe { sk_model_load(null(), &raw mut model) }, SkStatus::NullPointer);
    assert_eq!(message(), "path is null");
    assert!(model.is_null());
    assert_eq!(unsafe { sk_evaluate(null(), &raw const start, &raw mut out) }, SkStatus::NullPointer);
    let (mut parsed, mut squares) = (start, 0);
    assert_eq!(unsafe { sk_position_of_diagram(c"XO".as_ptr(), &raw mut parsed) }, SkStatus::InvalidArgument);
    assert_eq!(unsafe { sk_position_of_moves(c"f5f6a1".as_ptr(), &raw mut parsed) }, SkStatus::IllegalMove);
    assert_eq!(message(), "move 3: illegal move a1: it flips no disc");
    assert_eq!(unsafe { sk_position_of_moves(c"\xff".as_ptr(), &raw mut parsed) }, SkStatus::InvalidArgument);
    for wrong in [SkPosition { side_to_move: 3, ..start }, SkPosition { white: start.black, ..start }] {
        assert_eq!(unsafe { sk_legal_moves(&raw const wrong, &raw mut squares) }, SkStatus::InvalidArgument);
    }
    let mut searcher = null_mut();
    assert_eq!(unsafe { sk_searcher_new(u64::MAX, &raw mut searcher) }, SkStatus::InvalidArgument);
    unsafe { (sk_searcher_free(null_mut()), sk_model_free(null_mut())) };
}

#[test]
fn wrong_limits_are_named_with_their_range() {
    let searcher = SkSearcher::new(1 << 16).unwrap();
    let (model, start) = (SkModel::load(&MODEL.0).unwrap(), SkPosition::from(Position::START));
    let error = |limits: SkLimits| searcher.search(&model, &start, &limits).unwrap_err().message;
    let limits = SkLimits { depth: 1, ..SkLimits::default() };
    assert_eq!(error(SkLimits::default()), "depth, nodes, time_ms = 0: must be given, at least one of them");
    assert_eq!(error(SkLimits { depth: 61, ..limits }), "depth = 61: must be at most 60");
    assert_eq!(error(SkLimits { time_ms: f64::NAN, ..limits }), "time_ms = NaN: must be from 0 to 3.6e9");
    assert_eq!(error(SkLimits { threads: 257, ..limits }), "threads = 257: must be at most 256");
    assert!(error(SkLimits { confidence: 300, ..limits }).starts_with("confidence = 300: must be 0 or one of 73"));
}

#[test]
fn another_thread_stops_a_search_and_gets_busy() {
    let (model, start) = (SkModel::load(&MODEL.0).unwrap(), SkPosition::from(Position::START));
    let searcher = SkSearcher::new(1 << 20).unwrap();
    let limits = SkLimits { depth: 60, ..SkLimits::default() };
    let result = thread::scope(|scope| {
        let search = scope.spawn(|| {
            loop {
                match searcher.search(&model, &start, &limits) {
                    Err(error) if error.status == SkStatus::Busy => {}
                    result => break result.unwrap(),
                }
            }
        });
        while searcher.search(&model, &start, &SkLimits { depth: 1, ..limits }).map_err(|error| error.status).err()
            != Some(SkStatus::Busy)
        {
            thread::sleep(Duration::from_millis(1));
        }
        while !search.is_finished() {
            assert_eq!(unsafe { sk_searcher_stop(&raw const searcher) }, SkStatus::Ok);
            thread::sleep(Duration::from_millis(1));
        }
        search.join().unwrap()
    });
    assert!(result.stopped);
    assert!(result.depth < 60);
}

/// Compiles the example against the header and the shared library, and compares its game with one played in Rust.
#[test]
#[cfg(target_os = "linux")]
fn a_c_program_plays_a_game() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let library = env::current_exe().unwrap().parent().unwrap().join("libshirokuro.so");
    let program = temporary("self_play");
    let (path, evaluator) = &*MODEL;
    let compiled = process::Command::new("cc")
        .args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-I"])
        .arg(root.join("crates/capi/include"))
        .arg("-o")
        .arg(&program)
        .arg(root.join("examples/c/self_play.c"))
        .arg(&library)
        .status()
        .unwrap();
    assert!(compiled.success());
    let run =
        process::Command::new(&program).arg(path).env("LD_LIBRARY_PATH", library.parent().unwrap()).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let mut expected = String::new();
    let (mut position, mut searcher) = (Position::START, Searcher::new(16_000_000).unwrap());
    let limits = Limits { depth: Some(4), exact: 8, ..Limits::default() };
    while !position.board.is_over() {
        let found = searcher.search(evaluator, &position.board, &limits);
        let (side, square) = (format!("{:?}", position.side).to_lowercase(), found.best.unwrap());
        writeln!(expected, "{side} {square} {:+.2}", discs(found.score)).unwrap();
        position = position.play(square).unwrap().after_forced_pass();
    }
    let side = format!("{:?}", position.side).to_lowercase();
    writeln!(expected, "{side} {:+}", position.board.final_score()).unwrap();
    assert_eq!(String::from_utf8(run.stdout).unwrap(), expected);
    let failed = process::Command::new(&program)
        .arg("/no/such/file")
        .env("LD_LIBRARY_PATH", library.parent().unwrap())
        .output()
        .unwrap();
    assert_eq!(failed.status.code(), Some(1));
    assert!(String::from_utf8(failed.stderr).unwrap().starts_with("self_play: error 4: /no/such/file: "));
    fs::remove_file(program).unwrap();
}
