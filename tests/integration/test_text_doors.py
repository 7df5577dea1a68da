"""One notation, one meaning: every place that takes moves or positions as text reads all of them."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro.cli import main
from shirokuro.engine.gtp_server import GtpServer
from shirokuro.game.ggf import GgfMove
from shirokuro.web import messages
from tests.support.transcripts import NOTATIONS, game_with_a_pass

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GAME = game_with_a_pass()
"""A whole game, in which a side passes."""


@pytest.fixture(params=NOTATIONS)
def written(request: pytest.FixtureRequest) -> str:
    return NOTATIONS[request.param](GAME)


def test_python_reads_it(written: str) -> None:
    assert sk.read_moves(written) == GAME.moves
    assert sk.LiveGame(written).moves == GAME.moves
    assert sk.read_position(written) == GAME.position
    assert sk.Position.from_moves(written) == GAME.position
    assert sk.Game(written).moves == list(GAME.moves)


def test_the_web_page_reads_it(written: str) -> None:
    setup = messages.parse(json.dumps({"do": "setup", "moves": written, "player": "both", "depth": 1}))
    assert isinstance(setup, messages.Setup)
    assert setup.moves == GAME.moves


def test_debug_board_reads_it(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["debug", "board", written, "--legal"]) == 0
    expected = sk.debug.board_text(GAME.position, legal_moves=True, last_move=GAME.last_move)
    assert capsys.readouterr().out.strip() == expected.strip()


@pytest.mark.parametrize("in_a_file", [False, True])
def test_play_reads_it(
    written: str,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    in_a_file: bool,
) -> None:
    moves = written
    if in_a_file:
        file = tmp_path / "game.txt"
        file.write_text(written, encoding="utf-8", newline="")
        moves = str(file)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert main(["play", str(model), "--depth", "1", "--exact", "0", "--side", "both", "--moves", moves]) == 0
    assert f"{len(GAME.moves)} moves: {GAME.transcript}\n" in capsys.readouterr().out


@pytest.mark.parametrize("word", ["pass", "PASS", "PA", "ps", "--", "@@"])
def test_protocols_know_every_name_of_a_pass(word: str, trained: sk.Trainer) -> None:
    assert GgfMove.parse(f"{word}/1.5/2").move == "--"
    server = GtpServer(sk.Engine(trained.evaluator, limits=sk.SearchLimits(depth=1), table_mb=1))
    replayed, passed = sk.LiveGame(), False
    for move in GAME.moves:
        assert server.answer(f"play {'bw'[replayed.position.side_to_move - 1]} {move}") == "=\n\n"
        replayed.play(move)
        if replayed.passed:
            passed = True
            assert server.answer(f"play {'bw'[replayed.passed - 1]} {word}") == "=\n\n"
    assert passed


@pytest.mark.parametrize("form", [str, sk.debug.board_text, lambda position: f"{str(position)[:-1]}\nwhite to move"])
def test_debug_board_reads_boards(form: Callable[[sk.Position], str], capsys: pytest.CaptureFixture[str]) -> None:
    position = GAME.positions[21]
    position = sk.Position(position.board, side_to_move="white")
    assert main(["debug", "board", "--", form(position)]) == 0
    assert capsys.readouterr().out.strip() == sk.debug.board_text(position).strip()


def test_play_names_the_file_and_the_move_that_it_cannot_read(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "game.txt"
    file.write_text("f5 f5", encoding="utf-8")
    for moves, message in ((str(file), f"{file}: move 2: illegal move f5"), ("f5" * 300, "and no file has this name")):
        assert main(["play", str(model), "--moves", moves]) == 2
        assert message in capsys.readouterr().err
