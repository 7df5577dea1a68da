"""The engines that `make compare` measures play by the same rules."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

import shirokuro as sk
from tests.support.paths import SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def engines() -> Iterator[list[Any]]:
    """This engine and the other available ones."""
    sys.path.insert(0, str(SCRIPTS))
    try:
        module = importlib.import_module("engines")
    finally:
        sys.path.remove(str(SCRIPTS))
    found: list[Any] = [module.Shirokuro(sk.Evaluator())]
    for _, make in module.OTHERS:
        try:
            found.append(make())
        except (ImportError, OSError):
            continue  # rust-reversi has no wheel for every Python; `test_the_comparison_runs` checks the message
    assert {"shirokuro", "OpenSpiel", "cli-othello"} <= {engine.name for engine in found}
    yield found
    sys.modules.pop("engines", None)


def test_all_engines_count_the_same_moves(engines: list[Any]) -> None:
    counts = {engine.name: engine.perft(4) for engine in engines}
    assert {count for count in counts.values() if count is not None} == {244}
    assert counts["OpenSpiel"] == 244


def test_their_games_are_legal(engines: list[Any]) -> None:
    """`play_match` rejects an illegal move, which would reveal a rotated board or swapped sides."""
    for engine in engines[1:]:
        assert sk.play_match(engine.player(), sk.RandomPlayer(), games=2, threads=1).games == 2, engine.name


def test_random_games_have_up_to_sixty_moves_and_evaluations_run(engines: list[Any]) -> None:
    for engine in engines:
        moves = engine.random_game(Random(1))
        assert moves is None or 30 < moves <= 60, engine.name
        if evaluate := engine.evaluator():
            evaluate()


def test_the_comparison_runs(tmp_path: Path, model: Path) -> None:
    few = ("--games", "2", "--time-ms", "1", "--seconds", "0.02", "--opponents", "OpenSpiel,rust-reversi,gtp-rhino")
    command = [sys.executable, str(SCRIPTS / "compare.py"), "--model", str(model), *few]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    for name in ("shirokuro", "OpenSpiel", "rust-reversi", "gtp-rhino"):
        assert re.search(rf"^ *{name} .*\d|^not compared: {name}", result.stdout, re.MULTILINE), name
    assert "cli-othello" not in result.stdout


def test_an_unknown_opponent_is_an_error(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPTS / "compare.py"), "--opponents", "edax"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path)
    assert result.returncode == 2
    assert "edax" in result.stderr
