//! The time to save and load a full training state, compared with the time the disk takes for the same number of bytes.
//!
//! Run by `cargo bench -p shirokuro-train --bench file [-- FOLDER]`. A save is compared with `dd conv=fsync`, a load
//! with reading the file into memory, a verification with `dd of=/dev/null`; the file is then in the system's cache.
//! The benchmark writes the state itself, as `docs/formats.md` describes it, with moments that are not zero.

use shirokuro_engine::ENTRIES;
use shirokuro_train::{Encoding, Texts, Trainer, read_header, verify_file};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The length of the coverage section in bytes.
const COVERAGE_BYTES: usize = 8 * (60 * 7_524 + 2 * 840);
/// The number of times each operation is measured, in turn; the median counts.
const RUNS: usize = 5;

fn main() {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let folder = folder.map_or_else(std::env::temp_dir, PathBuf::from);
    let name = |end: &str| folder.join(format!("shirokuro-{}-{end}", std::process::id()));
    let (state, copy, compressed) = (name("state.shiro"), name("copy"), name("compressed.shiro"));
    write_state(&state);
    let (trainer, texts) = Trainer::load(&state, 1, 0).expect("the file is as the format says");
    let bytes = read_header(&state).expect("it has just been loaded").bytes;
    let digest = trainer.digest();
    let load = |path: &Path| {
        let (loaded, _) = Trainer::load(path, 1, 0).expect("the file is sound");
        loaded
    };

    let mut times: [Vec<Duration>; 8] = Default::default();
    for _ in 0..RUNS {
        times[0].push(time(|| dd(&state, &copy, &["conv=fsync"])));
        times[1].push(time(|| save(&trainer, &state, &texts, Encoding::Raw)));
        times[2].push(time(|| dd(&state, Path::new("/dev/null"), &[])));
        times[3].push(time(|| drop(fs::read(&state).expect("the file is there"))));
        times[4].push(time(|| drop(load(&state))));
        times[5].push(time(|| drop(verify_file(&state).expect("the file is sound"))));
        times[6].push(time(|| save(&trainer, &compressed, &texts, Encoding::Zstd)));
        times[7].push(time(|| drop(load(&compressed))));
    }
    for path in [&state, &compressed] {
        assert_eq!(load(path).digest(), digest, "a save changed the state");
    }
    let small = fs::metadata(&compressed).expect("it was written").len();
    for path in [&state, &copy, &compressed] {
        fs::remove_file(path).expect("it was written");
    }

    let median = times.map(|mut times| {
        times.sort();
        times[RUNS / 2].as_secs_f64()
    });
    println!("{bytes} bytes, medians of {RUNS} in {}", folder.display());
    let line = |name: &str, seconds: f64, base: f64| {
        println!(
            "{name:<34} {:7.1} ms  {:6.0} MB/s  × {:.2}",
            1e3 * seconds,
            bytes as f64 / 1e6 / seconds,
            seconds / base
        );
    };
    line("dd conv=fsync", median[0], median[0]);
    line("save", median[1], median[0]);
    line("dd to /dev/null", median[2], median[2]);
    line("read into memory", median[3], median[3]);
    line("load", median[4], median[3]);
    line("verify", median[5], median[2]);
    line(&format!("save, compressed to {:.0} MB", small as f64 / 1e6), median[6], median[0]);
    line("load, compressed", median[7], median[3]);
}

fn save(trainer: &Trainer, path: &Path, texts: &Texts, encoding: Encoding) {
    trainer.save(path, texts, encoding).expect("there is space");
}

fn dd(from: &Path, to: &Path, options: &[&str]) {
    let [from, to] = [("if", from), ("of", to)].map(|(name, path)| format!("{name}={}", path.display()));
    let mut dd = Command::new("dd");
    assert!(dd.args([&from, &to, "bs=1M", "status=none"]).args(options).status().expect("dd is there").success());
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Writes a training state before a generation's first game, with weights and moments that resemble learned ones.
fn write_state(path: &Path) {
    let numbers = (0..ENTRIES as u64).map(|entry| entry.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40);
    let weights: Vec<u8> = numbers.clone().flat_map(|n| (32_768 + (n % 4096) as u16 - 2048).to_le_bytes()).collect();
    let moments: Vec<u8> =
        numbers.flat_map(|n| [(n as f32 - 8e6) / 1e6, n as f32 / 1e6].map(f32::to_le_bytes)).flatten().collect();
    // Nothing was learned: 7,552 words of bits per stage, and two counts for each of 840 tables.
    let coverage = vec![0; COVERAGE_BYTES];
    let sections = [&weights[..], &moments, b"", b"", b"", b"{}", b"{}", b"{}", &coverage];

    // Seed 1, 64 games per generation, nothing played, powers 1.
    let mut fields = [&1u64.to_le_bytes()[..], &64u32.to_le_bytes(), &[0; 16]].concat();
    fields.extend([1f64; 2].into_iter().flat_map(f64::to_le_bytes));
    let mut header = [&(fields.len() as u32).to_le_bytes()[..], &fields, &9u32.to_le_bytes()].concat();
    for (number, section) in (1u32..).zip(sections) {
        let length = (section.len() as u64).to_le_bytes();
        header.extend([number, 0].into_iter().flat_map(u32::to_le_bytes));
        header.extend([length, length].concat());
        header.extend([crc32fast::hash(section), 0].into_iter().flat_map(u32::to_le_bytes));
    }
    let start = [b"\x89SHIRO\r\n", &2u32.to_le_bytes()[..], &(header.len() as u32).to_le_bytes(), &header].concat();
    let mut file = BufWriter::new(File::create(path).expect("the folder is there"));
    for bytes in [&start[..], &crc32fast::hash(&start).to_le_bytes()].into_iter().chain(sections) {
        file.write_all(bytes).expect("there is space");
    }
    file.into_inner().expect("there is space").sync_all().expect("there is space");
}
