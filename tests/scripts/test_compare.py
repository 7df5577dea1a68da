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


def test_the_same_random_games_are_played_in_every_library(engines: list[Any]) -> None:
    helpers = sys.modules["engines"]

    def square(move: Any) -> str:
        if isinstance(move, tuple):
            move = 8 * move[0] + move[1]
        return move if isinstance(move, str) else str(helpers.square_of(move))

    games: dict[str, list[str]] = {}
    for engine in engines:
        if rules := engine.rules():
            moves: list[str] = []

            def play(state: Any, move: Any, rules: Any = rules, moves: list[str] = moves) -> Any:
                moves.append(square(move))
                return rules.play(state, move)

            random = Random(1)
            counts = [helpers.random_game(helpers.Rules(rules.start, rules.moves, play), random) for _ in range(12)]
            games[engine.name] = moves
            assert sum(counts) == len(moves)
    own = games.pop("shirokuro")
    assert {"OpenSpiel", "cli-othello"} <= games.keys()
    assert len(own) < 12 * 60, "no game has a pass"
    assert all(other == own for other in games.values())


def test_evaluations_run(engines: list[Any]) -> None:
    for engine in engines:
        if evaluate := engine.evaluator():
            evaluate()


def test_the_search_of_openspiel_finds_the_move_that_wins_the_most_discs(engines: list[Any]) -> None:
    (openspiel,) = (engine for engine in engines if engine.name == "OpenSpiel")
    game = sk.LiveGame("f5d6c3d3c4f4")

    def lead(position: sk.Position, plies: int, side: int) -> int:
        """Negamax without pruning, for three plies without a pass or an end."""
        if not plies:
            board = [int(square) for square in position.board]
            return board.count(side) - board.count(3 - side)
        values = [lead(child, plies - 1, side) for child in position.children]
        return max(values) if position.side_to_move == side else min(values)

    position = game.position
    values = {
        move: lead(child, 2, position.side_to_move)
        for move, child in zip(position.legal_moves, position.children, strict=True)
    }
    move = openspiel.shallow().session().choose(game.moves, position, Random(1))
    assert values[move] == max(values.values()) > min(values.values())


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
        r"^Solving 20–22 empty squares: [\d,]+ ± *\d+% nodes/s, 0\.\d{3} of the leaves/s of perft",
        result.stdout,
        re.MULTILINE,
    )


def test_an_unknown_opponent_is_an_error(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPTS / "compare.py"), "--opponents", "edax"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path)
    assert result.returncode == 2
    assert "edax" in result.stderr
