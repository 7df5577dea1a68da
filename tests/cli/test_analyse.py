"""`shirokuro analyse`."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

import shirokuro as sk
from shirokuro.cli import analyse, main
from tests.support.game_files import ggf, wthor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GAMES = [game.moves for game in sk.random_games(3, seed=8)]


@pytest.fixture
def analysed(model: Path) -> Callable[..., int]:
    """Runs the command at a low depth."""
    options = ("--model", str(model), "--depth", "1", "--exact-empties", "4", "--table-mb", "1")
    return lambda *arguments: main(["analyse", *options, *map(str, arguments)])


def content(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_moves_are_analysed_as_text_json_and_page(
    analysed: Callable[..., int], model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written, page = tmp_path / "game.json", tmp_path / "game.html"
    assert analysed("f5 d6 c3", "--json", written, "--html", page, "--mistake", "0.5") == 0
    limits = sk.SearchLimits(depth=1, exact_empties=4)
    expected = sk.analyse("f5d6c3", evaluator=sk.Evaluator.load(model), limits=limits, mistake=0.5)
    assert capsys.readouterr().out == f"{expected}\n"
    assert content(written)["games"] == [expected.to_dict()]
    assert "<!DOCTYPE html>" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["wthor", "ggf", "lines"])
def test_a_file_is_analysed_whole_or_one_game_of_it(
    analysed: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    path = tmp_path / ("games.wtb" if kind == "wthor" else "games.txt")
    if kind == "wthor":
        path.write_bytes(wthor(GAMES))
    else:
        path.write_text("\n".join(map(ggf, GAMES) if kind == "ggf" else map("".join, GAMES)))
    assert analysed(path, "--json", "-") == 0
    games = json.loads(capsys.readouterr().out)["games"]
    assert [each["transcript"] for each in games] == ["".join(moves) for moves in GAMES]
    assert analysed(path, "--game", "2", "--json", "-") == 0
    assert json.loads(capsys.readouterr().out)["games"] == games[1:2]
    assert analysed(path, "--game", "4") == 2
    assert "there is no game 4" in capsys.readouterr().err
    assert analysed(path, "--start", "f5d6") == 2
    assert f"--start is for moves: the games of {path} have starts of their own" in capsys.readouterr().err


def test_moves_may_follow_another_start(analysed: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert analysed("d3c4", f"--start={sk.Position.from_moves('f5d6c3')}", "--json", "-") == 0
    (game,) = json.loads(capsys.readouterr().out)["games"]
    assert [each["move"] for each in game["moves"]] == ["d3", "c4"]


def test_damaged_games_stop_or_are_skipped(
    analysed: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "games.txt"
    path.write_text("f5d6\nf5f5\nf5f6\n")
    assert analysed(path) == 2
    output = capsys.readouterr()
    assert "opening: Perpendicular" in output.out
    assert "line 2: move 2: illegal move f5" in output.err
    assert analysed(path, "--skip-damaged") == 0
    output = capsys.readouterr()
    assert "opening: Diagonal" in output.out
    assert "1 damaged game skipped; the first: " in output.err


def test_ctrl_c_keeps_the_games_that_are_analysed(
    analysed: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(game: sk.GameRecord, **options: Any) -> sk.GameAnalysis:
        if game.moves == ("f5", "f6"):
            raise KeyboardInterrupt
        return sk.analyse(game, **options)

    monkeypatch.setattr(analyse, "analyse", interrupted)
    written = tmp_path / "games.json"
    assert analysed("f5d6", "f5f6", "f5f4", "--json", written) == 130
    assert "interrupted: 1 game was analysed" in capsys.readouterr().err
    assert [each["transcript"] for each in content(written)["games"]] == ["f5d6"]


def test_moves_may_be_longer_than_any_name_of_a_file() -> None:
    random, position, words = Random(1), sk.Position(), list[str]()
    while not position.is_over:
        move = random.choice(position.legal_moves)
        words.append(f"{len(words) // 2 + 1}. {move}" if len(words) % 2 == 0 else move)
        position = position.play(move)
    moves = " ".join(words[:-4])
    assert len(moves) > 255
    assert main(["analyse", moves, "--depth", "1", "--exact-empties", "0"]) == 0
    assert main(["debug", "patterns", moves]) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere.ggf",), "'nowhere.ggf' is neither a file nor the moves of a game: "),
        (("f5", "--game", "0"), "game = 0: must be at least 1"),
        (("f5", "--mistake", "-1"), "mistake = -1: must be greater than 0"),
        (("f5", "--html", "/nowhere/page.html"), "/nowhere"),
    ],
)
def test_a_wrong_argument_is_explained(
    analysed: Callable[..., int], arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert analysed(*arguments) == 2
    assert message in capsys.readouterr().err


def test_an_empty_file_has_no_games(
    analysed: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "empty.txt"
    path.write_text("")
    assert analysed(path) == 2
    assert "no games" in capsys.readouterr().err
