//! Helpers for several tests.

use shirokuro_engine::{PATTERNS, PatternSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// An empty folder for one test, removed when the test ends.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("shirokuro-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Returns the names of the files in it, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Returns a few small patterns, which have 24 times fewer entries than the shipped ones.
pub fn few_patterns() -> Arc<PatternSet> {
    let patterns = [
        ("hook", "a1 b1 c1 c2"),
        ("edge", "a1 b1 c1 d1 e1 f1 g1 h1"),
        ("diagonal", "a1 b2 c3 d4 e5 f6 g7 h8"),
        ("block", "a1 b1 c1 a2 b2 c2 a3 b3"),
    ];
    PatternSet::new(patterns).unwrap()
}

/// Returns the mirror image of an entry among all those of the shipped patterns.
pub fn mirror_entry(entry: usize) -> usize {
    PATTERNS.mirror_entry(entry)
}
