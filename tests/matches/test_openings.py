"""Matches from lists of openings."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro.cli import main
from shirokuro.display.boards import board_line
from tests.support.paths import PROGRAMS

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random


class Recorder:
    """A player that records the first position of every game, and plays the first legal move."""

    name = "recorder"

    def __init__(self, empties: int) -> None:
        self.seen: list[sk.Position] = []
        self._empties = empties

    def choose(self, position: sk.Position, random: Random) -> str:  # noqa: ARG002
        if position.empties == self._empties:
            self.seen.append(position)
        return position.legal_moves[0]


@pytest.fixture
def xot(tmp_path: Path) -> Path:
    """A list of twelve openings of eight plies."""
    path = tmp_path / "xot.txt"
    path.write_text("# openings\n" + "\n".join("".join(game.moves[:8]) for game in sk.random_games(12, seed=4)))
    return path


def test_both_players_play_both_colours_of_every_opening(xot: Path) -> None:
    openings = sk.read_openings(xot)
    assert len(openings) == 12
    player = Recorder(60 - 8)
    sk.play_match(player, sk.RandomPlayer(), games=24, openings=openings, threads=1)
    black = {each.position for each in openings if each.position.side_to_move == sk.BLACK}
    assert len(black) == 12
    assert set(player.seen) == black
    assert len(player.seen) == 12, "in the other game of the pair, the opponent moves first"


def test_the_seed_chooses_among_the_openings_and_orders_them(xot: Path) -> None:
    openings = sk.read_openings(xot)

    def played(seed: int, games: int) -> list[sk.Position]:
        player = Recorder(60 - 8)
        sk.play_match(player, sk.RandomPlayer(), games=games, seed=seed, openings=openings, threads=1)
        return player.seen

    assert played(1, 10) == played(1, 10) != played(2, 10)
    assert set(played(1, 24)) == set(played(2, 24))


def test_symmetric_openings_count_once(tmp_path: Path) -> None:
    path = tmp_path / "openings.txt"
    path.write_text("f5d6c3\nc4e3f6\nf5f6\n")
    assert [each.moves for each in sk.read_openings(path)] == [("f5", "d6", "c3"), ("f5", "f6")]


def test_a_list_may_be_of_positions_which_programs_can_not_be_given(tmp_path: Path) -> None:
    path = tmp_path / "positions.obf"
    position = sk.Position.from_moves("f5d6c3")
    path.write_text(board_line(position))
    openings = sk.read_openings(path)
    assert [each.position for each in openings] == [position]
    assert sk.play_match(sk.RandomPlayer(), sk.RandomPlayer(), games=2, openings=openings).games == 2
    with pytest.raises(ValueError, match="is a set-up position, which a program can't be given"):
        sk.play_match(sk.RandomPlayer(), sk.GtpPlayer("unused"), games=2, openings=openings)


def test_unusable_lists_and_too_few_openings_are_refused(xot: Path, tmp_path: Path) -> None:
    path = tmp_path / "games.txt"
    path.write_text("f5d6\n" + sk.random_games(1, seed=1)[0].transcript)
    with pytest.raises(ValueError, match="opening 2: the game is over after it"):
        sk.read_openings(path)
    path.write_text("# nothing\n")
    with pytest.raises(ValueError, match="no openings"):
        sk.read_openings(path)
    openings = sk.read_openings(xot)
    with pytest.raises(ValueError, match="games = 26: 12 openings are enough for 24 games"):
        sk.play_match(sk.RandomPlayer(), sk.RandomPlayer(), games=26, openings=openings)
    with pytest.raises(ValueError, match="opening_plies = 4: can't be combined with openings"):
        sk.play_match(sk.RandomPlayer(), sk.RandomPlayer(), games=2, openings=openings, opening_plies=4)


def test_the_command_plays_every_opening_of_a_file(
    model: Path, xot: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / "out.json"
    arguments = ["evaluate", str(model), "--depth", "1", "--opponent", "random", "--openings", str(xot)]
    assert main([*arguments, "--json", str(written)]) == 0
    assert "openings of xot.txt): 24 games" in " ".join(capsys.readouterr().out.split())
    content = json.loads(written.read_text(encoding="utf-8"))
    assert (content["games"], content["openings"]) == (24, 12)
    assert main([*arguments, "--games", "26"]) == 2
    assert "xot.txt has openings for 24 games" in capsys.readouterr().err
    assert main([*arguments, "--opening-plies", "4"]) == 2
    assert "--opening-plies can't be combined with --openings" in capsys.readouterr().err


def test_programs_play_from_openings_of_moves(xot: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = f"gtp:{sys.executable} {PROGRAMS / 'gtp_program.py'}"
    arguments = ["evaluate", str(model), "--depth", "1", "--opponent", program]
    assert main([*arguments, "--openings", str(xot), "--games", "4", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["matches"][0]["forfeits"] == []
