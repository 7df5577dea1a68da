"""Evaluations from Python, and weights from arrays."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import shirokuro as sk
from shirokuro._core import PATTERN_ENTRIES

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

START = sk.Position.from_moves("f5d6c3d3c4")


class Wrapped:
    """Another evaluator in Python's clothes, which notes how it is called."""

    def __init__(self, evaluator: sk.Evaluator) -> None:
        self.evaluator = evaluator
        self.batches: list[int] = []
        self.threads: set[int] = set()

    def evaluate_batch(self, boards: NDArray[np.int8]) -> NDArray[np.float32]:
        assert boards.dtype == np.int8
        assert boards.shape[1:] == (64,)
        self.batches.append(len(boards))
        self.threads.add(threading.get_ident())
        return self.evaluator.evaluate_batch(boards)


class Returning:
    """Returns what it is asked to, or raises it."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def evaluate_batch(self, boards: NDArray[np.int8]) -> Any:
        if isinstance(self.value, BaseException):
            raise self.value
        return self.value(len(boards)) if callable(self.value) else self.value


@pytest.mark.parametrize(("depth", "threads"), [(1, 1), (4, 1), (3, 2)])
def test_a_search_finds_what_it_finds_with_an_evaluator(depth: int, threads: int, trained: sk.Trainer) -> None:
    for moves in ("", "f5d6c3d3c4", "f5f6e6f4"):
        position, own = sk.Position.from_moves(moves), Wrapped(trained.evaluator)
        found = sk.search(position, evaluator=own, depth=depth, threads=threads)
        expected = sk.search(position, evaluator=trained.evaluator, depth=depth)
        assert (found.score, found.depth) == (expected.score, expected.depth)
        assert own.threads == {threading.get_ident()}


def test_the_moves_of_a_position_are_evaluated_in_one_call_and_once(trained: sk.Trainer) -> None:
    own = Wrapped(trained.evaluator)
    sk.search(START, evaluator=own, depth=1)
    assert own.batches == [len(START.legal_moves)]


def test_decided_boards_are_not_asked_about() -> None:
    last_disc = sk.Position.from_diagram("XO" + "-" * 62 + "X")
    found = sk.search(last_disc, evaluator=Returning(ValueError("asked")), depth=1)
    assert (found.best_move, found.score) == ("c1", 64)


def test_values_are_limited_and_may_be_lists() -> None:
    found = sk.search(START, evaluator=Returning(lambda count: [100] * count), depth=1)
    assert found.score == -64


@pytest.mark.parametrize("error", [ZeroDivisionError("mine"), KeyError("mine"), KeyboardInterrupt()])
def test_an_exception_comes_out_as_it_was_raised(error: BaseException) -> None:
    for threads in (1, 2):
        with pytest.raises(type(error)) as raised:
            sk.search(START, evaluator=Returning(error), depth=20, threads=threads)
        assert raised.value is error
        assert raised.traceback[-1].name == "evaluate_batch"
    assert sk.search(START, depth=3).depth == 3


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, r"evaluate_batch returned NoneType: must be \d+ numbers|evaluate_batch returned shape \(\)"),
        ("text", r"evaluator: evaluate_batch returned str: must be \d+ numbers"),
        (0.0, r"evaluator: evaluate_batch returned shape \(\): must be \(\d+,\)"),
        (lambda count: np.zeros((count, 1)), r"evaluate_batch returned shape \(\d+, 1\): must be \(\d+,\)"),
        (lambda count: [np.nan] * count, r"evaluate_batch returned value\[0\] = NaN: must be a finite number"),
        (lambda count: [np.inf] * count, r"evaluate_batch returned value\[0\] = inf: must be a finite number"),
    ],
)
def test_wrong_values_are_errors(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sk.search(START, evaluator=Returning(value), depth=3)


@pytest.mark.parametrize("wrong", [7, "default", object(), sk.Position()])
def test_an_object_that_cannot_evaluate_is_refused(wrong: Any) -> None:
    with pytest.raises(
        TypeError, match=r"evaluator: must be an Evaluator, an object with evaluate_batch\(boards\), or"
    ):
        sk.search(START, evaluator=wrong, depth=3)
    with pytest.raises(TypeError, match="evaluator: must be an Evaluator or None"):
        sk.Searcher(wrong)


def test_ctrl_c_ends_a_search_between_its_calls() -> None:
    calls = 0

    def interrupting(count: int) -> list[float]:
        nonlocal calls
        calls += 1
        if calls == 5:
            os.kill(os.getpid(), signal.SIGINT)
        return [0.0] * count

    with pytest.raises(KeyboardInterrupt):
        sk.search(START, evaluator=Returning(interrupting), depth=20)
    assert calls < 10


def test_weights_from_arrays_are_those_of_the_arrays(trained: sk.Trainer, tmp_path: Path) -> None:
    weights = trained.evaluator.get_weights()
    made = sk.Evaluator.from_weights({name: table.astype(np.int64) for name, table in reversed(weights.items())})
    assert made.digest() == trained.evaluator.digest()
    made.save(tmp_path / "model.shiro")
    assert sk.Evaluator.load(tmp_path / "model.shiro").digest() == made.digest()
    assert not np.shares_memory(made.get_weights()["P01"], weights["P01"])


def changed(change: str) -> Any:
    weights: dict[str, Any] = {name: np.full((60, entries), 32_768) for name, entries in PATTERN_ENTRIES.items()}
    match change:
        case "missing":
            del weights["P07"]
        case "unknown":
            weights["P15"] = weights["P14"]
        case "shape":
            weights["P02"] = weights["P02"][:59]
        case "floats":
            weights["P03"] = weights["P03"].astype(float)
        case "range":
            weights["P04"][3, 5] = 65_536
        case "negative":
            weights["P04"][3, 5] = -1
        case "mirror":
            weights["P10"][7, 1] += 1
        case "mask":
            weights["P05"] = np.ma.masked_array(weights["P05"])
        case "list":
            return list(weights.values())
    return weights


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ("missing", ValueError, "weights: the array of P07 is missing"),
        ("unknown", ValueError, "name in weights = 'P15': must be P01 to P14"),
        ("shape", ValueError, r'weights\["P02"\]: shape \(59, 59049\): must be \(60, 59049\)'),
        ("floats", TypeError, r'weights\["P03"\]: must be .*integers.*float64'),
        ("range", ValueError, r'weights\["P04"\] = 65536: must be from 0 to 65535'),
        ("negative", ValueError, r'weights\["P04"\] = -1: must be from 0 to 65535'),
        (
            "mirror",
            ValueError,
            r'weights\["P10"\]\[7, 1\] = 32769: must be that of its mirror image, entry 3, which is',
        ),
        ("mask", TypeError, "must be an array without a mask"),
        ("list", TypeError, "weights: must be arrays by pattern name, not list"),
    ],
)
def test_wrong_weights_are_named(change: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        sk.Evaluator.from_weights(changed(change))
