//! Timers for the benchmark suite: measurements that exclude the time of Python.

use crate::args::{integer, small_integer};
use crate::error::memory_error;
use crate::evaluator::PyEvaluator;
use crate::position::PyPosition;
use pyo3::prelude::*;
use shirokuro_engine::{Board, DiscCount, Evaluation, Limits, Searcher, try_with_capacity};
use std::hint::black_box;
use std::time::Instant;

#[doc = doc!(time_evaluation)]
#[pyfunction]
#[pyo3(signature = (evaluator, positions, *, rounds))]
pub fn time_evaluation(
    py: Python<'_>,
    evaluator: &PyEvaluator,
    positions: Vec<PyRef<'_, PyPosition>>,
    rounds: &Bound<'_, PyAny>,
) -> PyResult<(f64, f64)> {
    let rounds = small_integer("rounds", rounds, 1..=u32::MAX)?;
    let boards: Vec<Board> = positions.iter().map(|position| position.0.board).collect();
    drop(positions);
    let mut values = vec![0.0; boards.len()];
    let seconds = py.detach(|| {
        let start = Instant::now();
        for _ in 0..rounds {
            evaluator.0.evaluate_many(black_box(&boards), &mut values);
        }
        start.elapsed().as_secs_f64()
    });
    Ok((seconds, values.iter().map(|&value| f64::from(value)).sum()))
}

#[doc = doc!(time_searches)]
#[pyfunction]
#[pyo3(signature = (evaluator, positions, *, rounds))]
pub fn time_searches(
    py: Python<'_>,
    evaluator: Option<&PyEvaluator>,
    positions: Vec<PyRef<'_, PyPosition>>,
    rounds: &Bound<'_, PyAny>,
) -> PyResult<(f64, u64)> {
    fn search<E: Evaluation>(evaluator: &E, boards: &[Board], rounds: u32) -> (f64, u64) {
        let mut searcher = Searcher::new(0).expect("a table of one line");
        let limits = Limits { depth: Some(1), ..Limits::default() };
        let (start, mut nodes) = (Instant::now(), 0);
        for board in (0..rounds).flat_map(|_| boards) {
            nodes += black_box(searcher.search(evaluator, board, &limits)).nodes;
        }
        (start.elapsed().as_secs_f64(), nodes)
    }

    let rounds = small_integer("rounds", rounds, 1..=u32::MAX)?;
    let boards: Vec<Board> = positions.iter().map(|position| position.0.board).collect();
    drop(positions);
    Ok(py.detach(|| match evaluator {
        Some(evaluator) => search(&evaluator.0, &boards, rounds),
        None => search(&DiscCount, &boards, rounds),
    }))
}

#[doc = doc!(time_steps)]
#[pyfunction]
#[pyo3(signature = (count))]
pub fn time_steps(py: Python<'_>, count: &Bound<'_, PyAny>) -> PyResult<f64> {
    /// The number of steps per loop, so large that the loop itself costs nothing.
    const UNROLLED: u32 = 16;
    let count = small_integer("count", count, 1..=u32::MAX)?;
    Ok(py.detach(|| {
        let (mut number, first, second) = black_box((1_u64, 0x0123_4567_89ab_cdef, 0x9e37_79b9_7f4a_7c15));
        let mut step = || number = (number ^ first).wrapping_add(second);
        let start = Instant::now();
        for _ in 0..count / UNROLLED {
            for _ in 0..UNROLLED {
                step();
            }
        }
        for _ in 0..count % UNROLLED {
            step();
        }
        black_box(number);
        start.elapsed().as_secs_f64()
    }))
}

#[doc = doc!(time_reads)]
#[pyfunction]
#[pyo3(signature = (size, *, count))]
pub fn time_reads(py: Python<'_>, size: &Bound<'_, PyAny>, count: &Bound<'_, PyAny>) -> PyResult<f64> {
    /// A cache line, which a read loads as a whole.
    #[derive(Clone)]
    #[repr(align(64))]
    struct Line(usize);

    let (size, count) = (integer("size", size, 64..=1 << 32)?, small_integer("count", count, 1..=u32::MAX)?);
    let lines = (size / 64) as usize;
    py.detach(|| {
        let mut memory = try_with_capacity(lines, "the memory to read").map_err(|error| memory_error(&error))?;
        memory.extend((0..lines).map(Line));
        // Sattolo's algorithm: one cycle through all lines.
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        for last in (1..lines).rev() {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let other = (random % last as u64) as usize;
            (memory[last].0, memory[other].0) = (memory[other].0, memory[last].0);
        }
        let (start, mut place) = (Instant::now(), 0);
        for _ in 0..count {
            place = memory[place].0;
        }
        black_box(place);
        Ok(start.elapsed().as_secs_f64())
    })
}
