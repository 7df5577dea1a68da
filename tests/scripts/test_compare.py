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
from shirokuro.matches.players import SessionPlayer
from tests.support.paths import SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def engines() -> Iterator[list[Any]]:
    """This engine and the other available ones."""
    sys.path.insert(0, str(SCRIPTS))
    try:
        own, others = importlib.import_module("engines"), importlib.import_module("other_engines")
    finally:
        sys.path.remove(str(SCRIPTS))
    found: list[Any] = [own.Shirokuro(sk.Evaluator())]
    for _, make in others.OTHERS:
        try:
            found.append(make())
        except (ImportError, OSError):
            continue  # rust-reversi has no wheel for every Python; `test_the_comparison_runs` checks the message
    assert {"shirokuro", "OpenSpiel", "cli-othello"} <= {engine.name for engine in found}
    yield found
    for name in ("engines", "other_engines"):
        sys.modules.pop(name, None)


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


def test_solvers_keep_a_win_and_some_of_them_its_score(engines: list[Any]) -> None:
    transcript = (
        "f5f6f7g7e6f8g8h8g6e7d8d6c5f4c6c4e8d7g5c8h7b4b5h4g4h3b3h6h5b6c7b8g3f3d3e3d2f2f1c3a7c1e1b7e2c2a8a6a5a3a4g1h1g2"
    )
    game = sk.LiveGame(transcript)
    assert (game.position.empties, sk.solve(game.position).score) == (6, 8)
    for engine in engines:
        player = engine.solver()
        if isinstance(player, SessionPlayer):
            session = player.session()
            move = session.choose(game.moves, game.position, Random(1))
            session.close()
        else:
            move = player.choose(game.position, Random(1))
        assert move in ({"a2"} if engine.name in ("shirokuro", "gtp-rhino") else {"a2", "d1", "h2"}), engine.name


def test_the_comparison_runs(tmp_path: Path, model: Path) -> None:
    few = (
        "--games",
        "2",
        "--time-ms",
        "1",
        "--seconds",
        "0.02",
        "--rounds",
        "1",
        "--opponents",
        "OpenSpiel,rust-reversi,gtp-rhino",
    )
    command = [sys.executable, str(SCRIPTS / "compare.py"), "--model", str(model), *few]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    for name in ("shirokuro", "OpenSpiel", "rust-reversi", "gtp-rhino"):
        assert re.search(rf"^ *{name} .*\d|^not compared: {name}", result.stdout, re.MULTILINE), name
    assert "cli-othello" not in result.stdout
    for name in ("shirokuro, Gymnasium", "shirokuro, PettingZoo", "OpenSpiel", "pgx"):
        pattern = rf"^ *{name} +[\d.]+ +\d|^not compared: {name} as an environment"
        assert re.search(pattern, result.stdout, re.MULTILINE), name
    assert re.search(
        r"^Solving 20–22 empty squares: [\d,]+ nodes/s, 0\.\d{3} of the leaves/s of perft", result.stdout, re.MULTILINE
    )


def test_an_unknown_opponent_is_an_error(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPTS / "compare.py"), "--opponents", "edax"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path)
    assert result.returncode == 2
    assert "edax" in result.stderr
