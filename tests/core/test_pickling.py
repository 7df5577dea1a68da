"""Pickling and copying: what other processes may need arrives there, and the rest says why it does not."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pytest

import shirokuro as sk
from shirokuro import _core

if TYPE_CHECKING:
    from collections.abc import Callable

    from shirokuro._core import GenerationReport

T = TypeVar("T")


def pickled(value: T) -> T:
    return pickle.loads(pickle.dumps(value))  # type: ignore[no-any-return]  # noqa: S301


COPIES = pytest.mark.parametrize("copied", [pickled, copy.copy, copy.deepcopy], ids=["pickle", "copy", "deepcopy"])

RESULT_FIELDS = [name for name in vars(sk.SearchResult) if not name.startswith("_")]


@COPIES
def test_an_evaluator_is_copied_with_the_weights_of_its_moment(
    copied: Callable[[Any], Any], fast: sk.TrainConfig
) -> None:
    trainer = sk.Trainer(fast)
    trainer.train_batch(fast.generation_games)
    before = {name: table.copy() for name, table in trainer.evaluator.get_weights().items()}
    other = copied(trainer.evaluator)
    trainer.train_batch(fast.generation_games)
    after = trainer.evaluator.get_weights()
    assert not all(np.array_equal(before[name], after[name]) for name in before)
    for name, table in other.get_weights().items():
        assert np.array_equal(table, before[name])


def test_a_pickled_evaluator_has_two_bytes_a_weight(trained: sk.Trainer) -> None:
    assert 2 * 28_868_400 < len(pickle.dumps(trained.evaluator, protocol=5)) < 2 * 28_868_400 + 1000


def test_damaged_weights_are_refused() -> None:
    with pytest.raises(ValueError, match="weights = array of length 10"):
        _core.Evaluator._of(bytes(20))  # type: ignore[attr-defined]


@COPIES
@pytest.mark.parametrize("moves", ["", "f5d6c3"])
def test_a_search_result_is_copied_with_every_field(moves: str, copied: Callable[[Any], Any]) -> None:
    assert "principal_variation" in RESULT_FIELDS
    found = sk.search(sk.Position.from_moves(moves), evaluator=sk.Evaluator(), depth=4, confidence=95)
    other = copied(found)
    assert [getattr(other, name) for name in RESULT_FIELDS] == [getattr(found, name) for name in RESULT_FIELDS]


@COPIES
def test_a_search_result_without_a_move_is_copied(copied: Callable[[Any], Any]) -> None:
    full = sk.search(sk.Position([sk.BLACK] * 64), evaluator=sk.Evaluator(), depth=1)
    other = copied(full)
    assert [getattr(other, name) for name in RESULT_FIELDS] == [getattr(full, name) for name in RESULT_FIELDS]
    assert (other.best_move, other.score, other.exact) == (None, 64, True)


@COPIES
def test_searchers_and_engines_find_the_same_after_copying(copied: Callable[[Any], Any], trained: sk.Trainer) -> None:
    position, limits = sk.Position.from_moves("f5d6c3"), sk.SearchLimits(depth=5, exact_empties=4)
    engine = sk.Engine(trained.evaluator, limits=limits, table_mb=2, confidence=95)
    searcher = sk.Searcher(trained.evaluator, table_mb=2)
    expected = engine.search(position)
    searcher.search(position, depth=5)
    other = copied(engine)
    assert (other.limits, other.threads, other.confidence) == (limits, 1, 95)
    assert repr(other) == repr(engine)
    for found in (other.search(position), copied(searcher).search(position, depth=5, confidence=95)):
        assert (found.best_move, found.score, found.nodes) == (expected.best_move, expected.score, expected.nodes)


@COPIES
@pytest.mark.parametrize("table_mb", [{}, {"table_mb": 0}])
@pytest.mark.usefixtures("shipped")
def test_a_searcher_without_a_model_is_copied(copied: Callable[[Any], Any], table_mb: dict[str, Any]) -> None:
    assert copied(sk.Searcher(**table_mb)).search(sk.Position(), depth=3).best_move


@COPIES
def test_positions_games_settings_players_and_reports_are_copied(
    copied: Callable[[Any], Any], trained: sk.Trainer, fast: sk.TrainConfig
) -> None:
    position = sk.Position.from_moves("f5d6c3")
    players = (sk.RandomPlayer(), sk.HeuristicPlayer(), sk.WeightedPieceCounter(), sk.GtpPlayer("some engine"))
    result = sk.play_match(players[0], players[1], games=4, seed=1)
    plain = [
        position,
        fast,
        fast.at(0),
        sk.Schedule.parse("0:1,0.5:3"),
        sk.SearchLimits(depth=3),
        *players,
        result,
        result.elo,
        trained.get_statistics(),
        trained.errors,
    ]
    for value in plain:
        assert copied(value) == value
    report = trained.convergence()
    other = copied(report)
    assert other.line() == report.line()
    assert np.array_equal(other.updates, report.updates)
    live = sk.LiveGame()
    live.play("f5")
    assert copied(live).position == live.position
    model = copied(sk.ModelPlayer(evaluator=trained.evaluator, depth=2))
    assert model.choose(position, Random(1)) == sk.search(position, evaluator=trained.evaluator, depth=2).best_move


@COPIES
def test_what_owns_threads_or_processes_refuses_to_be_copied_and_says_why(
    copied: Callable[[Any], Any], fast: sk.TrainConfig
) -> None:
    trainer, reports = sk.Trainer(fast), list["GenerationReport"]()
    with trainer.observed(reports.append):
        trainer.train_batch(10)
    with pytest.raises(TypeError, match=r"cannot pickle or copy a Trainer: .* Trainer\.save, .* Trainer\.load"):
        copied(trainer)
    with pytest.raises(TypeError, match=r"cannot pickle or copy a TrainerCore: .*save.*load"):
        copied(trainer.state.core)
    with pytest.raises(TypeError, match=r"cannot pickle or copy a Cancellation: .*this process"):
        copied(_core.Cancellation())
    with pytest.raises(TypeError, match=r"cannot pickle or copy a GenerationReport: keep its games"):
        copied(reports[0])
    program = sk.GtpEngine(["cat"])
    try:
        with pytest.raises(TypeError, match=r"cannot pickle or copy a GtpEngine: .*command"):
            copied(program)
    finally:
        program.kill()
    assert copied(reports[0].games[0]).to_json() == reports[0].games[0].to_json()


def solved_elsewhere(engine: sk.Engine, position: sk.Position) -> sk.SearchResult:
    return engine.search(position)


def test_another_process_searches_with_an_engine_and_returns_its_result(trained: sk.Trainer) -> None:
    engine = sk.Engine(trained.evaluator, limits=sk.SearchLimits(depth=3))
    position = sk.Position.from_moves("f5d6c3")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        found = pool.submit(solved_elsewhere, engine, position).result(timeout=300)
    expected = engine.search(position)
    assert (found.position, found.score, found.nodes) == (position, expected.score, expected.nodes)
