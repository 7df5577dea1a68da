"""`shirokuro evaluate --save-games`: the games of matches in a file."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro.cli import main
from shirokuro.matches import players
from shirokuro.matches.result import MatchRecord
from tests.support.paths import PROGRAMS

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

GTP = f"gtp:{sys.executable} {PROGRAMS / 'gtp_program.py'}"


def evaluated(model: Path, file: Path, *arguments: str) -> int:
    options = ["--games", "6", "--depth", "1", "--json", str(file.with_suffix(".json"))]
    return main(["evaluate", str(model), *options, "--save-games", str(file), *arguments])


def differences(games: list[sk.GameRecord], first: str) -> list[float | None]:
    """Returns the results in the view of the player who is Black in every other game."""
    assert [game.black for game in games[::2]] == [game.white for game in games[1::2]] == [first] * (len(games) // 2)
    return [None if game.score is None else game.score * (-1) ** number for number, game in enumerate(games)]


def test_the_file_has_every_game_of_all_matches(model: Path, tmp_path: Path) -> None:
    file = tmp_path / "games.ggf"
    assert evaluated(model, file, "--opponent", "random", "--opponent", "heuristic") == 0
    games = list(sk.read_games(file))
    matches = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))["matches"]
    assert len(games) == 12
    assert {game.white for game in games[:6:2]} == {"random"}
    assert {game.white for game in games[6::2]} == {"heuristic"}
    assert [differences(games[at : at + 6], str(games[0].black)) for at in (0, 6)] == [
        match["differences"] for match in matches
    ]
    assert all(game.position.is_over for game in games)


def test_the_file_does_not_depend_on_the_number_of_threads(model: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"{threads}.ggf" for threads in (1, 3)]
    for file in files:
        assert evaluated(model, file, "--threads", file.stem) == 0
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize(
    ("arguments", "games"), [(["--ladder", "--opponent", "random"], 18), (["--round-robin", "--opponent", "random"], 6)]
)
def test_ladders_and_round_robins_save_their_games_too(
    arguments: list[str], games: int, run: Path, tmp_path: Path
) -> None:
    file = tmp_path / "games.ggf"
    assert evaluated(run, file, *arguments) == 0
    assert sum(game.position.is_over for game in sk.read_games(file)) == games


def test_a_forfeited_game_is_saved_as_lost_and_unfinished(model: Path, tmp_path: Path) -> None:
    file = tmp_path / "games.ggf"
    assert evaluated(model, file, "--opponent", f"{GTP} resign", "--max-forfeits", "6") == 0
    games = list(sk.read_games(file))
    assert not any(game.position.is_over for game in games)
    assert differences(games, str(games[0].black)) == [64] * 6


def test_games_before_an_interruption_are_saved(
    monkeypatch: pytest.MonkeyPatch, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two_known = threading.Event()
    add = MatchRecord.add

    def watched(record: MatchRecord, game: sk.MatchGame) -> None:
        add(record, game)
        if game.index:
            two_known.set()

    class Interrupting:
        name = "interrupting"
        moves = 0

        def choose(self, position: sk.Position, random: Random) -> str:
            self.moves += 1
            if self.moves == 100:  # in the fourth game: a player has some 27 moves in each
                assert two_known.wait(60)
                os.kill(os.getpid(), signal.SIGINT)
            return random.choice(position.legal_moves)

    monkeypatch.setattr(MatchRecord, "add", watched)
    monkeypatch.setitem(players.FIXED_PLAYERS, "interrupting", Interrupting())
    file = tmp_path / "games.ggf"
    assert evaluated(model, file, "--opponent", "interrupting", "--threads", "1") == 130
    played = [game.position.is_over for game in sk.read_games(file)]
    assert 2 <= len(played) < 6
    assert all(played)
    assert "stopped while playing" in capsys.readouterr().err


def test_a_file_that_can_not_be_written_is_reported_before_the_matches(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "missing" / "games.ggf"
    assert main(["evaluate", str(model), "--games", "2", "--depth", "1", "--save-games", str(file)]) == 2
    assert str(file) in capsys.readouterr().err
    assert not file.parent.exists()


def test_results_and_games_do_not_share_a_file(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "results"
    other = tmp_path / "." / "results"
    assert main(["evaluate", str(model), "--games", "2", "--json", str(file), "--save-games", str(other)]) == 2
    assert "--save-games and --json can't both be" in capsys.readouterr().err
    assert not file.exists()


def test_saved_games_can_be_analysed(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "games.ggf"
    assert evaluated(model, file, "--opponent", "random") == 0
    capsys.readouterr()
    assert main(["analyse", str(file), "--game", "2", "--depth", "1", "--exact-empties", "0"]) == 0
    assert capsys.readouterr().out.startswith("random – ")
