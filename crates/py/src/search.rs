//! `Searcher`, `search` and `solve`: the best move.

use crate::args::{SideToMove, evaluator, evaluator_or_default, integer, milliseconds, small_integer, table_bytes};
use crate::board::position;
use crate::error::{busy, memory_error, value_error};
use crate::evaluator::PyEvaluator;
use crate::interrupt::{check_interrupts, with_polling, with_requests};
use crate::own_evaluator::{self, OwnEvaluator, Request};
use crate::search_result::PySearchResult;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use shirokuro_engine::{Board, Confidence, DiscCount, Limits, PatternEvaluator, Position, Searcher, require_memory};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The limits of a search.
#[derive(Clone, Copy, Debug, Default)]
pub struct SearchLimits {
    /// Search depth in plies, 1 to 60.
    pub depth: Option<u32>,
    /// The number of positions that a search may visit, at least 1.
    pub nodes: Option<u64>,
    /// Time, more than zero.
    pub time: Option<Duration>,
    /// Positions with at most this many empty squares are solved exactly, 0 to 60.
    pub exact_empties: u32,
}

impl SearchLimits {
    /// Checks types and ranges, but not whether any limit is given.
    pub fn new(
        depth: Option<&Bound<'_, PyAny>>,
        nodes: Option<&Bound<'_, PyAny>>,
        time_ms: Option<&Bound<'_, PyAny>>,
        exact_empties: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let exact_empties = exact_empties.map(|empties| small_integer("exact_empties", empties, 0..=60));
        Ok(Self {
            depth: depth.map(|depth| small_integer("depth", depth, 1..=60)).transpose()?,
            nodes: nodes.map(|nodes| integer("nodes", nodes, 1..=u64::MAX)).transpose()?,
            time: time_ms.map(milliseconds).transpose()?,
            exact_empties: exact_empties.transpose()?.unwrap_or(0),
        })
    }

    /// Requires at least one limit.
    fn required(self) -> PyResult<Self> {
        if self.depth.is_some() || self.nodes.is_some() || self.time.is_some() {
            return Ok(self);
        }
        Err(value_error("depth, nodes, time_ms", "None", "given, at least one of them"))
    }

    /// Checks whether the search certainly takes less than about 50 ms, so that a thread to wait for Ctrl-C is not
    /// worthwhile.
    fn is_short(&self, board: &Board) -> bool {
        let empties = board.empties();
        let solves = empties <= self.exact_empties.max(self.depth.unwrap_or(60));
        empties <= 10
            || self.time.is_some_and(|time| time <= Duration::from_millis(50))
            || (!solves && self.depth.is_some_and(|depth| depth <= 5))
            || (!solves && self.nodes.is_some_and(|nodes| nodes <= 20_000))
    }
}

/// The options of a search beyond its limits.
#[derive(Clone, Copy, Debug, Default)]
struct SearchOptions {
    /// The number of threads that search together, 1 to 256.
    threads: usize,
    /// The confidence of Multi-`ProbCut`, as the engine takes it.
    confidence: Confidence,
    /// The same in percent.
    percent: u8,
}

impl SearchOptions {
    fn new(threads: Option<&Bound<'_, PyAny>>, confidence: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let threads = threads.map_or(Ok(1), |threads| small_integer("threads", threads, 1..=256))?;
        let percent = confidence.map_or(Ok(100), |percent| small_integer("confidence", percent, 0..=100))? as u8;
        let confidence = Confidence::percent(percent).ok_or_else(|| {
            let levels = Confidence::PERCENT.map(|level| level.to_string()).join(", ");
            value_error("confidence", percent, format!("one of {levels}"))
        })?;
        Ok(Self { threads: threads as usize, confidence, percent })
    }
}

/// The positional and keyword arguments from which a searcher was made.
type SearcherArguments<'a, 'py> = ((Option<&'a Py<PyAny>>,), Bound<'py, PyDict>);

#[doc = doc!(Searcher)]
#[pyclass(frozen, name = "Searcher", module = "shirokuro._core")]
pub struct PySearcher {
    evaluator: PatternEvaluator,
    searcher: Mutex<Searcher>,
    /// The arguments from which it was made: the `Evaluator` or `None`, and the table's size.
    model: Option<Py<PyAny>>,
    table_mb: Option<Py<PyAny>>,
}

#[pymethods]
impl PySearcher {
    #[new]
    #[pyo3(signature = (evaluator = None, *, table_mb = None), text_signature = "(evaluator=None, *, table_mb=16)")]
    fn new(
        py: Python<'_>,
        evaluator: Option<&Bound<'_, PyAny>>,
        table_mb: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let searcher = Mutex::new(new_searcher(table_bytes(table_mb)?)?);
        let kept = |argument: Option<&Bound<'_, PyAny>>| argument.map(|argument| argument.clone().unbind());
        let (model, table_mb) = (kept(evaluator), kept(table_mb));
        Ok(Self { evaluator: evaluator_or_default(py, evaluator)?, searcher, model, table_mb })
    }

    /// Pickles the searcher as the arguments from which it was made: a copy starts with an empty table.
    fn __getnewargs_ex__<'a, 'py>(&'a self, py: Python<'py>) -> PyResult<SearcherArguments<'a, 'py>> {
        let keywords = PyDict::new(py);
        keywords.set_item("table_mb", self.table_mb.as_ref())?;
        Ok(((self.model.as_ref(),), keywords))
    }

    #[doc = doc!(Searcher.search)]
    #[expect(clippy::too_many_arguments, reason = "they are Python's keyword arguments")]
    #[pyo3(
        signature = (
            board, *, side_to_move = None, depth = None, nodes = None, time_ms = None, exact_empties = None,
            threads = None, confidence = None
        ),
        text_signature = "($self, board, *, side_to_move=None, depth=None, nodes=None, time_ms=None, exact_empties=0, threads=1, confidence=100)"
    )]
    fn search(
        &self,
        board: &Bound<'_, PyAny>,
        side_to_move: Option<SideToMove>,
        depth: Option<&Bound<'_, PyAny>>,
        nodes: Option<&Bound<'_, PyAny>>,
        time_ms: Option<&Bound<'_, PyAny>>,
        exact_empties: Option<&Bound<'_, PyAny>>,
        threads: Option<&Bound<'_, PyAny>>,
        confidence: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PySearchResult> {
        let position = position(board, side_to_move)?;
        let limits = limits(depth, nodes, time_ms, exact_empties)?;
        let options = SearchOptions::new(threads, confidence)?;
        let mut searcher = self.searcher.try_lock().map_err(|_| busy("searcher"))?;
        run(board.py(), &mut searcher, Some(&self.evaluator), position, limits, options)
    }
}

#[doc = doc!(search)]
#[pyfunction]
#[pyo3(
    signature = (
        board, *, evaluator = None, side_to_move = None, depth = None, nodes = None, time_ms = None,
        exact_empties = None, table_mb = None, threads = None, confidence = None
    ),
    text_signature = "(board, *, evaluator=None, side_to_move=None, depth=None, nodes=None, time_ms=None, exact_empties=0, table_mb=16, threads=1, confidence=100)"
)]
#[expect(clippy::too_many_arguments, reason = "they are Python's keyword arguments")]
pub fn search(
    board: &Bound<'_, PyAny>,
    evaluator: Option<&Bound<'_, PyAny>>,
    side_to_move: Option<SideToMove>,
    depth: Option<&Bound<'_, PyAny>>,
    nodes: Option<&Bound<'_, PyAny>>,
    time_ms: Option<&Bound<'_, PyAny>>,
    exact_empties: Option<&Bound<'_, PyAny>>,
    table_mb: Option<&Bound<'_, PyAny>>,
    threads: Option<&Bound<'_, PyAny>>,
    confidence: Option<&Bound<'_, PyAny>>,
) -> PyResult<PySearchResult> {
    let position = position(board, side_to_move)?;
    let limits = limits(depth, nodes, time_ms, exact_empties)?;
    let options = SearchOptions::new(threads, confidence)?;
    let table_bytes = table_bytes(table_mb)?;
    if let Some(own) = evaluator.filter(|evaluator| !evaluator.is_instance_of::<PyEvaluator>()) {
        own_evaluator::check(own)?;
        let search = |searcher: &mut Searcher| run_own(searcher, own, position, limits, options);
        return with_empty_table(table_bytes, search);
    }
    let evaluator = evaluator_or_default(board.py(), evaluator)?;
    let search = |searcher: &mut Searcher| run(board.py(), searcher, Some(&evaluator), position, limits, options);
    with_empty_table(table_bytes, search)
}

#[doc = doc!(solve)]
#[pyfunction]
#[pyo3(
    signature = (board, *, evaluator = None, side_to_move = None, table_mb = None, threads = None),
    text_signature = "(board, *, evaluator=None, side_to_move=None, table_mb=16, threads=1)"
)]
pub fn solve(
    board: &Bound<'_, PyAny>,
    evaluator: Option<&Bound<'_, PyAny>>,
    side_to_move: Option<SideToMove>,
    table_mb: Option<&Bound<'_, PyAny>>,
    threads: Option<&Bound<'_, PyAny>>,
) -> PyResult<PySearchResult> {
    let position = position(board, side_to_move)?;
    let limits = SearchLimits { exact_empties: 64, ..SearchLimits::default() };
    let options = SearchOptions::new(threads, None)?;
    let evaluator = self::evaluator(evaluator)?;
    let search = |searcher: &mut Searcher| run(board.py(), searcher, evaluator.as_ref(), position, limits, options);
    with_empty_table(table_bytes(table_mb)?, search)
}

fn limits(
    depth: Option<&Bound<'_, PyAny>>,
    nodes: Option<&Bound<'_, PyAny>>,
    time_ms: Option<&Bound<'_, PyAny>>,
    exact_empties: Option<&Bound<'_, PyAny>>,
) -> PyResult<SearchLimits> {
    SearchLimits::new(depth, nodes, time_ms, exact_empties)?.required()
}

fn new_searcher(table_bytes: usize) -> PyResult<Searcher> {
    let searcher = require_memory(table_bytes, "a transposition table").and_then(|()| Searcher::new(table_bytes));
    searcher.map_err(|error| memory_error(&error))
}

/// The size in bytes of the largest table that is kept for the next search: the default size.
const MOST_KEPT: usize = 1 << 24;

/// Searches with an empty table, in the last search's memory if it had the same size: allocating a table takes longer
/// than a short search.
fn with_empty_table(
    table_bytes: usize,
    search: impl FnOnce(&mut Searcher) -> PyResult<PySearchResult>,
) -> PyResult<PySearchResult> {
    static IDLE: Mutex<Option<(usize, Searcher)>> = Mutex::new(None);
    let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).take_if(|(bytes, _)| *bytes == table_bytes);
    let mut searcher = idle.map_or_else(|| new_searcher(table_bytes), |(_, searcher)| Ok(searcher))?;
    searcher.forget();
    let result = search(&mut searcher);
    if table_bytes <= MOST_KEPT {
        *IDLE.lock().unwrap_or_else(PoisonError::into_inner) = Some((table_bytes, searcher));
    }
    result
}

/// Searches without the interpreter. Ctrl-C ends a search that may be long.
fn run(
    py: Python<'_>,
    searcher: &mut Searcher,
    evaluator: Option<&PatternEvaluator>,
    position: Position,
    limits: SearchLimits,
    options: SearchOptions,
) -> PyResult<PySearchResult> {
    let board = &position.board;
    let stop = AtomicBool::new(false);
    let start = Instant::now();
    let search = || {
        let limits = engine_limits(limits, options, &stop);
        match evaluator {
            Some(evaluator) => searcher.search(evaluator, board, &limits),
            None => searcher.search(&DiscCount, board, &limits),
        }
    };
    let result = if limits.is_short(board) {
        py.detach(search)
    } else {
        let poll = || check_interrupts().inspect_err(|_| stop.store(true, Relaxed));
        let (result, error) = with_polling(py, poll, search)?;
        if let Some(error) = error {
            return Err(error);
        }
        result
    };
    PySearchResult::new(py, position, &result, options.percent, start.elapsed())
}

/// Searches with an evaluation of the caller's, which this thread makes.
fn run_own(
    searcher: &mut Searcher,
    evaluator: &Bound<'_, PyAny>,
    position: Position,
    limits: SearchLimits,
    options: SearchOptions,
) -> PyResult<PySearchResult> {
    let py = evaluator.py();
    let stop = AtomicBool::new(false);
    let start = Instant::now();
    let object = evaluator.clone().unbind();
    let serve = |request: Option<Request>| {
        let answered = check_interrupts()
            .and_then(|()| request.map_or(Ok(()), |request| Python::attach(|py| request.answer(object.bind(py)))));
        answered.inspect_err(|_| stop.store(true, Relaxed))
    };
    let search = |requests| {
        searcher.search(&OwnEvaluator::new(requests), &position.board, &engine_limits(limits, options, &stop))
    };
    let (result, error) = with_requests(py, serve, search)?;
    match error {
        Some(error) => Err(error),
        None => PySearchResult::new(py, position, &result, options.percent, start.elapsed()),
    }
}

fn engine_limits(limits: SearchLimits, options: SearchOptions, stop: &AtomicBool) -> Limits<'_> {
    let SearchLimits { depth, nodes, time, exact_empties } = limits;
    let SearchOptions { threads, confidence, .. } = options;
    Limits { depth, nodes, time, exact: exact_empties, confidence, threads, stop: Some(stop), heartbeat: None }
}
