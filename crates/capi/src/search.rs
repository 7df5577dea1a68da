//! Searching: limits, searcher, result.

use crate::error::{Error, SkStatus};
use crate::model::SkModel;
use crate::position::{SK_PASS, SkPosition};
use shirokuro_engine::{Confidence, Limits, Searcher, discs};
use std::sync::Mutex;
use std::sync::TryLockError::{Poisoned, WouldBlock};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

/// The limits of a search, which ends at the first one reached. 0 means no limit; at least one of `depth`, `nodes` and
/// `time_ms` must be given, so start with `SkLimits limits = {0}`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct SkLimits {
    /// Plies to look ahead, at most 60.
    pub depth: u32,
    /// Positions with at most this many empty squares are solved exactly, at most 60.
    pub exact_empties: u32,
    /// Positions to visit.
    pub nodes: u64,
    /// Milliseconds, at most 3.6e9.
    pub time_ms: f64,
    /// Threads that search together, at most 256; 0 means 1.
    pub threads: u32,
    /// Confidence in percent: 73, 87, 95, 98, 99 or 100; 0 means 100. Below 100, a line is cut off when a shallower
    /// search predicts, with this confidence, that it is decided.
    pub confidence: u32,
}

/// The result of a search.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SkResult {
    /// The best move, from 0 to 63; `SK_PASS` when the side must pass or the game is over.
    pub best_move: i32,
    /// The value in discs for the side to move, found by the last complete iteration.
    pub score: f32,
    /// The depth of the last complete iteration in plies.
    pub depth: u32,
    /// The number of squares in `line`.
    pub line_length: u32,
    /// Positions visited.
    pub nodes: u64,
    /// Whether the score is the result of the game under best play.
    pub exact: bool,
    /// Whether `sk_searcher_stop` ended the search.
    pub stopped: bool,
    /// The principal variation, starting with the best move; passes are implied.
    pub line: [u8; 60],
}

/// A search with a table that it keeps for the next search. One thread at a time may search with it.
pub struct SkSearcher {
    searcher: Mutex<Searcher>,
    stop: AtomicBool,
}

impl SkSearcher {
    /// Creates a searcher with a table of at most this many bytes.
    ///
    /// # Errors
    /// The size is out of its range, or there is not enough memory.
    pub fn new(table_bytes: u64) -> Result<Self, Error> {
        const MOST: u64 = 1 << 36;
        if table_bytes > MOST {
            return Err(Error::argument("table_bytes", table_bytes, "at most 2^36"));
        }
        Ok(Self { searcher: Mutex::new(Searcher::new(table_bytes as usize)?), stop: AtomicBool::new(false) })
    }

    /// Ends the search that is running.
    pub fn stop(&self) {
        self.stop.store(true, Relaxed);
    }

    /// Searches a position.
    ///
    /// # Errors
    /// The position or a limit is invalid, or another thread is using the searcher.
    pub fn search(&self, model: &SkModel, position: &SkPosition, limits: &SkLimits) -> Result<SkResult, Error> {
        let board = position.checked()?.board;
        let limits = limits.checked()?;
        let mut searcher = match self.searcher.try_lock() {
            Ok(searcher) => searcher,
            // A search that failed left its table in an unknown state.
            Err(Poisoned(poisoned)) => {
                let mut searcher = poisoned.into_inner();
                searcher.forget();
                searcher
            }
            Err(WouldBlock) => return Err(Error::new(SkStatus::Busy, "another thread is using the searcher")),
        };
        self.stop.store(false, Relaxed);
        let found = searcher.search(&model.0, &board, &Limits { stop: Some(&self.stop), ..limits });
        let mut line = [0; 60];
        for (place, square) in line.iter_mut().zip(&found.line) {
            *place = square.index() as u8;
        }
        Ok(SkResult {
            best_move: found.best.map_or(SK_PASS, |square| square.index() as i32),
            score: discs(found.score),
            depth: found.depth,
            line_length: found.line.len().min(line.len()) as u32,
            nodes: found.nodes,
            exact: found.exact,
            stopped: found.stopped,
            line,
        })
    }
}

impl SkLimits {
    /// Converts the limits and checks their ranges.
    fn checked(&self) -> Result<Limits<'static>, Error> {
        let small = |parameter: &str, value: u32, most: u32| {
            if value <= most { Ok(value) } else { Err(Error::argument(parameter, value, &format!("at most {most}"))) }
        };
        if !(0.0..=3.6e9).contains(&self.time_ms) {
            return Err(Error::argument("time_ms", self.time_ms, "from 0 to 3.6e9"));
        }
        if self.depth == 0 && self.nodes == 0 && self.time_ms == 0.0 {
            return Err(Error::argument("depth, nodes, time_ms", 0, "given, at least one of them"));
        }
        let confidence = if self.confidence == 0 { 100 } else { self.confidence };
        let levels = Confidence::PERCENT.map(|level| level.to_string()).join(", ");
        let confidence = u8::try_from(confidence).ok().and_then(Confidence::percent);
        let time = Duration::from_secs_f64(self.time_ms / 1e3).max(Duration::from_nanos(1));
        Ok(Limits {
            depth: Some(small("depth", self.depth, 60)?).filter(|&depth| depth > 0),
            nodes: Some(self.nodes).filter(|&nodes| nodes > 0),
            time: Some(time).filter(|_| self.time_ms > 0.0),
            exact: small("exact_empties", self.exact_empties, 60)?,
            confidence: confidence
                .ok_or_else(|| Error::argument("confidence", self.confidence, &format!("0 or one of {levels}")))?,
            threads: small("threads", self.threads, 256)? as usize,
            ..Limits::default()
        })
    }
}
