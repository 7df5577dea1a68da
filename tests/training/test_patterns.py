"""Own patterns, from a file to a trained model."""

from __future__ import annotations

import os
import pickle
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

import shirokuro as sk
from shirokuro._core import read_header
from shirokuro.cli import main
from shirokuro.runs.checkpoints import candidates
from tests.support.paths import ROOT
from tests.support.runs import SMALL

if TYPE_CHECKING:
    from pathlib import Path

SMALL_FILE = ROOT / "examples" / "patterns" / "small.toml"
SETTINGS = ("--depth=1", "--exact-empties=0", "--table-mb=1", "--compress", "--seed=7", "--match-games=0", "--quiet")


@pytest.fixture(scope="module")
def patterns() -> sk.PatternSet:
    return sk.PatternSet.from_toml(SMALL_FILE)


@pytest.fixture(scope="module")
def own(patterns: sk.PatternSet) -> sk.Trainer:
    """A trainer with own patterns after 300 games. Tests must not change it."""
    trainer = sk.Trainer(SMALL, patterns=patterns)
    trainer.train_batch(300)
    return trainer


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def train(out: Path, *options: str) -> int:
    return main(["train", "--out", str(out), *SETTINGS, *options])


# The set


def test_a_set_is_what_its_file_says(patterns: sk.PatternSet, tmp_path: Path) -> None:
    assert list(patterns.squares)[:2] == ["edge", "corner2x3"]
    assert set(patterns.squares["edge"]) == {f"{file}1" for file in "abcdefgh"}
    assert {name: len(features) for name, features in patterns.features.items()} == {
        name: {"corner2x3": 8, "diagonal8": 2}.get(name, 4) for name in patterns.squares
    }
    assert sum(map(len, patterns.features.values())) == 38
    assert sum(patterns.entries.values()) == 13_851
    again = sk.PatternSet.from_toml(written(tmp_path, patterns.to_toml()))
    assert again == patterns == pickle.loads(pickle.dumps(patterns))  # noqa: S301
    assert {again, patterns} == {patterns}
    assert patterns != sk.PatternSet.default()


def test_the_squares_of_a_pattern_begin_at_the_centre_in_whatever_order_they_are_given() -> None:
    a, b = (sk.PatternSet({"x": squares}) for squares in ("h8 a1 d4 c3", ["D4", "c3", "h8 a1"]))
    assert a == b
    assert a.squares == {"x": ["d4", "c3", "h8", "a1"]}


def test_a_file_of_the_default_patterns_is_the_default_set(tmp_path: Path) -> None:
    default = sk.PatternSet.default()
    again = sk.PatternSet.from_toml(written(tmp_path, default.to_toml()))
    assert again == default
    assert again.is_default
    trainers = [sk.Trainer(SMALL), sk.Trainer(SMALL, patterns=again)]
    for trainer in trainers:
        trainer.train_batch(64)
    assert trainers[0].digest() == trainers[1].digest()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "patterns = 0: must be at least 1"),
        ("[[pattern]", "Expected"),
        ("name = 'x'", "name: unknown; a file of patterns has tables [[pattern]] alone"),
        ("pattern = 3", "pattern: must be tables [[pattern]], each with a name and squares"),
        ("[[pattern]]\nsquares = 'a1 b1'", "pattern number 1: name is missing"),
        ("[[pattern]]\nname = 'x'", "pattern 'x': squares is missing"),
        ("[[pattern]]\nname = 'x'\nsquares = 'a1 b1'\nsize = 2", "pattern 'x': size: unknown"),
        ("[[pattern]]\nname = 3\nsquares = 'a1 b1'", "pattern number 1: name = 3: must be a text"),
        ("[[pattern]]\nname = 'x'\nsquares = [1, 2]", 'squares of pattern "x": must be a string or a list of strings'),
        ("[[pattern]]\nname = 'x'\nsquares = 'a1 z1'", 'pattern "x": "z1" is not a square, a1 to h8'),
        ("[[pattern]]\nname = 'x'\nsquares = 'a1 b1 a1'", 'pattern "x": a1 is given twice'),
        ("[[pattern]]\nname = 'x'\nsquares = 'a1'", 'pattern "x": 1 squares: must have 2 to 10'),
        ("[[pattern]]\nname = 'x y'\nsquares = 'a1 b1'", 'pattern "x y": a name must start with a letter'),
        ("[[pattern]]\nname='x'\nsquares='a1 b1'\n[[pattern]]\nname='x'\nsquares='a1 c1'", "pattern 'x': the name is"),
        (
            "[[pattern]]\nname='x'\nsquares='a1 b1'\n[[pattern]]\nname='y'\nsquares='h8 g8'",
            'pattern "y": the same squares as pattern "x", up to a symmetry of the board',
        ),
    ],
)
def test_a_wrong_file_is_an_error_that_names_file_pattern_and_square(text: str, message: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ValueError, match=re.escape(f"{path}: ") + ".*" + re.escape(message)):
        sk.PatternSet.from_toml(path)


# Evaluators


def test_an_evaluator_with_own_patterns_is_read_written_and_copied_with_them(
    own: sk.Trainer, patterns: sk.PatternSet, tmp_path: Path
) -> None:
    evaluator = own.evaluator
    for compress in (True, False):
        evaluator.save(tmp_path / "model.shiro", compress=compress)
        assert read_header(tmp_path / "model.shiro")["patterns"] == patterns
        for copy in (sk.Evaluator.load(tmp_path / "model.shiro"), pickle.loads(pickle.dumps(evaluator))):  # noqa: S301
            assert copy.patterns == patterns
            assert copy.digest() == evaluator.digest()
    weights = evaluator.get_weights()
    assert {name: table.shape for name, table in weights.items()} == {
        name: (60, entries) for name, entries in patterns.entries.items()
    }
    assert sk.Evaluator.from_weights(weights, patterns=patterns).digest() == evaluator.digest()
    with pytest.raises(ValueError, match="name in weights = 'edge': must be P01 to P14"):
        sk.Evaluator.from_weights(weights)


def test_the_evaluation_is_the_sum_of_the_weights_that_a_view_shows(own: sk.Trainer) -> None:
    for moves in ("f5", "f5d6c3d3c4", "f5f6e6f4e3c5c4d3e2"):
        position = sk.Position.from_moves(moves)
        view = sk.debug.pattern_view(own.evaluator, position)
        assert len(view.reads) == 38
        assert view.sum == pytest.approx(view.evaluation, abs=1e-6)
        assert sum(view.by_pattern.values()) == pytest.approx(view.sum)
        assert all(read.digits.count("1") + read.digits.count("2") <= 64 - position.empties for read in view.reads)
        assert view.text("corner2x3").count("entry ") == 8
    view = sk.debug.pattern_view(own.evaluator, sk.Position())
    with pytest.raises(ValueError, match=r"pattern = 'P01': must be one of edge, corner2x3, "):
        sk.debug.pattern_view(own.evaluator, sk.Position()).text("P01")


def test_own_patterns_search_and_play(own: sk.Trainer) -> None:
    result = sk.search(sk.Position(), evaluator=own.evaluator, depth=6)
    assert result.depth == 6
    match = sk.play_match(
        sk.ModelPlayer(evaluator=own.evaluator, depth=2), sk.ModelPlayer(evaluator=own.evaluator, depth=1), games=4
    )
    assert match.wins + match.draws + match.losses == 4


# Training


def test_a_training_with_own_patterns_does_not_depend_on_threads_or_saving(
    own: sk.Trainer, patterns: sk.PatternSet, tmp_path: Path
) -> None:
    other = sk.Trainer(SMALL.replace(threads=1), patterns=patterns)
    other.train_batch(100)
    other.save(tmp_path / "state.shiro")
    loaded = sk.Trainer.load(tmp_path / "state.shiro", threads=3)
    assert loaded.patterns == patterns
    loaded.train_batch(200)
    assert loaded.digest() == own.digest()
    loaded.save(tmp_path / "state.shiro")
    assert sk.file_digest(tmp_path / "state.shiro") == own.digest()


def test_a_training_that_starts_from_a_model_has_its_patterns(own: sk.Trainer, patterns: sk.PatternSet) -> None:
    for given in (None, patterns):
        assert sk.Trainer(SMALL, init=own, patterns=given).patterns == patterns
    with pytest.raises(ValueError, match="patterns: must be those of the model that the run starts from"):
        sk.Trainer(SMALL, init=own, patterns=sk.PatternSet({"x": "a1 b1"}))


def test_coverage_and_memory_follow_the_patterns(own: sk.Trainer, patterns: sk.PatternSet) -> None:
    report = own.convergence()
    assert report.updated.shape == (60, len(patterns))
    assert 0 < report.coverage < 1
    assert (report.updated <= report.reachable).all()
    assert (report.reachable <= np.array(list(patterns.entries.values()))).all()
    assert 0.7 < report.mean_updates / report.expected_updates <= 1
    assert (report.typical_coverage, "typical_coverage" in report.line()) == (None, False)
    assert own.memory()["weights"] == 2 * 60 * 13_851


def test_changes_of_weights_are_logged_and_compared_by_the_names_of_the_patterns(
    own: sk.Trainer, patterns: sk.PatternSet, tmp_path: Path
) -> None:
    trainer = sk.Trainer(SMALL, patterns=patterns)
    with sk.debug.log_updates(trainer, tmp_path / "updates.csv", patterns=["corner2x3"]) as log:
        trainer.train_batch(64)
    assert set(log.last["pattern"]) == {"corner2x3"}
    assert "corner2x3" in log.text()
    diff = sk.debug.diff_weights(trainer.evaluator, own.evaluator)
    assert diff.changed.shape == (60, len(patterns))
    assert diff.table(pattern="edge").entries == 60 * 6561
    assert set(diff.top["pattern"]) <= set(patterns.squares)
    assert sk.debug.weight_statistics(own.evaluator).table(pattern="edge").learned > 0
    with pytest.raises(ValueError, match="the models have different patterns"):
        sk.debug.diff_weights(own.evaluator, sk.Evaluator())
    game = trainer.train_game()
    views = (sk.debug.trace_view(game, plies, lambda_=0.9, evaluator=trainer.evaluator) for plies in range(20, 50))
    view = max(views, key=lambda view: len(view.entries))
    assert set(view.entries["pattern"]) <= set(patterns.squares)
    assert "corner2x3" in view.text(limit=10_000)


# The command line


def test_a_run_with_own_patterns_is_trained_resumed_and_played_with(
    own: sk.Trainer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    file = ("--patterns", str(SMALL_FILE), "--rate=0.1", "--epsilon=0.1")
    assert train(run, "--games=128", *file) == 0
    assert sk.PatternSet.from_toml(run / "patterns.toml") == own.patterns
    assert train(run, "--games=192", "--resume", *file) == 0
    whole = tmp_path / "whole"
    assert train(whole, "--games=192", *file) == 0
    assert sk.file_digest(run / "model.shiro") == sk.file_digest(whole / "model.shiro")
    capsys.readouterr()
    assert main(["evaluate", str(run), "--games=4", "--depth=1"]) == 0
    assert main(["debug", "patterns", str(run), "f5d6", "--pattern", "diagonal8"]) == 0
    assert "diagonal8  d4 e5 c3" in capsys.readouterr().out
    assert main(["export", str(run), str(tmp_path / "model.npz")]) == 0
    with np.load(tmp_path / "model.npz") as archive:
        assert archive["squares"].shape == (9, 8, 8)
        assert archive["edge"].shape == (60, 6561)


def test_a_run_keeps_its_patterns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, other = tmp_path / "run", written(tmp_path, "[[pattern]]\nname = 'x'\nsquares = 'a1 b1'")
    assert train(run, "--games=64", "--patterns", str(SMALL_FILE)) == 0
    assert train(run, "--games=128", "--resume", "--patterns", str(other)) != 0
    assert f"patterns: the run in {run} has others, which can't be changed" in capsys.readouterr().err


def test_a_run_that_starts_over_has_the_patterns_that_its_directory_names(tmp_path: Path, own: sk.Trainer) -> None:
    run = tmp_path / "run"
    assert train(run, "--games=64", "--patterns", str(SMALL_FILE)) == 0
    for file in {*candidates(run), run / "model.shiro"}:
        os.truncate(file, 100)
    assert train(run, "--games=128", "--resume", "--on-corrupt=fresh") == 0
    assert sk.Evaluator.load(run / "model.shiro").patterns == own.patterns
