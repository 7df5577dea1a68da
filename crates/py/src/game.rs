//! `Game`: a finished game with its search results.

use crate::args::number;
use crate::error::value_error;
use crate::moves::read_moves;
use crate::picture;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use shirokuro_engine::{MAX_SCORE, Square, discs, transcript};
use shirokuro_train::{GameRecord, Ply, Searched};
use std::fmt::Write;

#[doc = doc!(Game)]
#[pyclass(frozen, name = "Game", module = "shirokuro._core")]
pub struct PyGame(pub GameRecord);

#[pymethods]
impl PyGame {
    #[new]
    #[pyo3(signature = (moves, *, index = 0, kinds = None, scores = None))]
    fn new(
        py: Python<'_>,
        moves: &str,
        index: u64,
        kinds: Option<&str>,
        scores: Option<Vec<Option<i32>>>,
    ) -> PyResult<Self> {
        let squares = read_moves(py, moves)?;
        let kinds: Vec<char> = kinds.map_or_else(|| vec!['o'; squares.len()], |kinds| kinds.chars().collect());
        let scores = scores.unwrap_or_else(|| vec![None; squares.len()]);
        for (name, length) in [("kinds", kinds.len()), ("scores", scores.len())] {
            if length != squares.len() {
                return Err(value_error(&format!("length of {name}"), length, squares.len()));
            }
        }
        let plies: PyResult<_> = squares
            .into_iter()
            .zip(kinds)
            .zip(scores)
            .map(|((square, kind), score)| ply(square, kind, score))
            .collect();
        let record =
            GameRecord::new(index, plies?).map_err(|error| PyValueError::new_err(format!("moves: {error}")))?;
        if record.plies.is_empty() {
            return Err(PyValueError::new_err("moves: must not be empty"));
        }
        Ok(Self(record))
    }

    #[doc = doc!(Game.index)]
    #[getter]
    fn index(&self) -> u64 {
        self.0.index
    }

    #[doc = doc!(Game.stone_difference)]
    #[getter]
    fn stone_difference(&self) -> i32 {
        self.0.stone_difference
    }

    #[doc = doc!(Game.move_count)]
    #[getter]
    fn move_count(&self) -> usize {
        self.0.plies.len()
    }

    #[doc = doc!(Game.winner)]
    #[getter]
    fn winner(&self) -> &'static str {
        match self.0.stone_difference {
            1.. => "black",
            0 => "draw",
            _ => "white",
        }
    }

    #[doc = doc!(Game.moves)]
    #[getter]
    fn moves(&self) -> Vec<String> {
        self.0.plies.iter().map(|ply| ply.square.to_string()).collect()
    }

    #[doc = doc!(Game.transcript)]
    #[getter]
    fn transcript(&self) -> String {
        let squares: Vec<_> = self.0.plies.iter().map(|ply| ply.square).collect();
        transcript(&squares)
    }

    #[doc = doc!(Game.random_plies)]
    #[getter]
    fn random_plies(&self) -> usize {
        self.0.random_plies()
    }

    #[doc = doc!(Game.values)]
    #[getter]
    fn values(&self) -> Vec<Option<f32>> {
        self.0.plies.iter().map(|ply| ply.searched.map(|searched| discs(searched.score))).collect()
    }

    #[doc = doc!(Game.kinds)]
    #[getter]
    fn kinds(&self) -> String {
        self.0.plies.iter().map(kind).collect()
    }

    #[doc = doc!(Game.targets)]
    fn targets(&self, lambda_: &Bound<'_, PyAny>) -> PyResult<Vec<Option<f32>>> {
        let mut targets = self.0.targets(lambda(lambda_)? as f32).into_iter();
        Ok(self.0.plies.iter().map(|ply| ply.searched.and_then(|_| targets.next())).collect())
    }

    #[doc = doc!(Game.to_json)]
    fn to_json(&self) -> String {
        let Self(GameRecord { index, stone_difference, plies }) = self;
        let (moves, kinds) = (self.transcript(), self.kinds());
        let mut scores = String::new();
        for (number, ply) in plies.iter().enumerate() {
            scores.push_str(if number == 0 { "" } else { ", " });
            // Writing to a String does not fail.
            let _ = match ply.searched {
                Some(searched) => write!(scores, "{}", searched.score),
                None => write!(scores, "null"),
            };
        }
        format!(
            r#"{{"game": {index}, "stone_difference": {stone_difference}, "moves": "{moves}", "kinds": "{kinds}", "scores": [{scores}]}}"#
        )
    }

    fn __repr__(&self) -> String {
        let GameRecord { index, stone_difference, .. } = self.0;
        format!("Game(index={index}, stone_difference={stone_difference}, transcript='{}')", self.transcript())
    }

    /// Returns the final position, the result and the course of the game, for notebooks.
    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        picture::html(slf, "game_html")
    }

    /// Returns the final position, where a notebook shows no HTML.
    fn _repr_svg_(&self, py: Python<'_>) -> PyResult<String> {
        picture::of_game(py, self.transcript())
    }

    /// Pickles the game as its parts.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let from_json = py.import("shirokuro.runs.games")?.getattr("game_of_line")?;
        Ok((from_json, (self.to_json(),)))
    }
}

/// Converts λ, 0 to 1.
pub fn lambda(value: &Bound<'_, PyAny>) -> PyResult<f64> {
    let lambda = number("lambda_", value)?;
    if (0.0..=1.0).contains(&lambda) { Ok(lambda) } else { Err(value_error("lambda_", lambda, "from 0 to 1")) }
}

fn kind(ply: &Ply) -> char {
    match ply.searched {
        None => 'o',
        Some(Searched { greedy: true, exact: false, .. }) => 'b',
        Some(Searched { greedy: true, exact: true, .. }) => 'B',
        Some(Searched { greedy: false, exact: false, .. }) => 'r',
        Some(Searched { greedy: false, exact: true, .. }) => 'R',
    }
}

fn ply(square: Square, kind: char, score: Option<i32>) -> PyResult<Ply> {
    let searched = match (kind, score) {
        ('o', None) => None,
        ('b' | 'B' | 'r' | 'R', Some(score)) if (-MAX_SCORE..=MAX_SCORE).contains(&score) => {
            Some(Searched { score, exact: kind.is_ascii_uppercase(), greedy: kind.eq_ignore_ascii_case(&'b') })
        }
        ('o' | 'b' | 'B' | 'r' | 'R', _) => {
            let score = score.map_or_else(|| "None".to_owned(), |score| score.to_string());
            let allowed = format!("None in the opening (o), else from {} to {MAX_SCORE}", -MAX_SCORE);
            return Err(value_error("scores", score, allowed));
        }
        _ => return Err(value_error("kinds", format_args!("'{kind}'"), "one of o, b, B, r and R")),
    };
    Ok(Ply { square, searched })
}
