"""Matches that are interrupted leave what was played in the JSON file."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

import shirokuro as sk
from shirokuro.cli import main
from shirokuro.matches import players
from shirokuro.matches.result import MatchRecord

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

GAMES = 20


class Interrupting:
    """A player that sends a signal in its fifth game, once the games before are known."""

    name = "interrupting"

    def __init__(self, number: signal.Signals) -> None:
        self._number = number
        self._moves = 0

    def choose(self, position: sk.Position, random: Random) -> str:
        self._moves += 1
        if self._moves == 140:
            time.sleep(0.2)
            os.kill(os.getpid(), self._number)
            time.sleep(0.2)
        return random.choice(position.legal_moves)


def interrupted(
    monkeypatch: pytest.MonkeyPatch, model: Path, number: signal.Signals, *arguments: str | Path, json_to: Path | str
) -> int:
    monkeypatch.setitem(players.FIXED_PLAYERS, "interrupting", Interrupting(number))
    options = ["--opponent", "random", "--opponent", "interrupting", "--games", str(GAMES), "--threads", "1"]
    return main(["evaluate", str(model), "--depth", "1", *options, "--json", str(json_to), *map(str, arguments)])


def checked(content: Any, matches: int) -> Any:
    """Checks that all matches but the last one are whole, and returns the last one."""
    assert content["complete"] is False
    assert content["version"] == sk.__version__
    assert len(content["matches"]) == matches
    games = [2 * sum(match["pair_counts"]) for match in content["matches"]]
    assert games[:-1] == [GAMES] * (matches - 1)
    assert 2 <= games[-1] < GAMES
    return content["matches"][-1]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_matches_are_written_with_the_games_of_the_one_in_progress(
    number: signal.Signals,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    model: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = model.with_name(f"results-{code}.json")
    assert interrupted(monkeypatch, model, number, json_to=path) == code
    last = checked(json.loads(path.read_text(encoding="utf-8")), 2)
    assert last["opponent"] == "interrupting"
    assert len(last["differences"]) == last["games"] == last["wins"] + last["draws"] + last["losses"]
    shown = capsys.readouterr()
    assert "random" in shown.out
    assert f"stopped while playing against interrupting: {last['games']} of {GAMES}" in shown.err


def test_interrupted_matches_are_printed_as_json_alone(
    monkeypatch: pytest.MonkeyPatch, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert interrupted(monkeypatch, model, signal.SIGINT, json_to="-") == 130
    checked(json.loads(capsys.readouterr().out), 2)


def test_an_interrupted_round_robin_is_written_without_ratings(
    monkeypatch: pytest.MonkeyPatch, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "results.json"
    assert interrupted(monkeypatch, model, signal.SIGINT, "--round-robin", json_to=path) == 130
    content = json.loads(path.read_text(encoding="utf-8"))
    last = checked(content, 2)
    assert (last["first"], last["second"], len(last["differences"])) == (0, 2, last["games"])
    assert [player["name"] for player in content["players"]][1:] == ["random", "interrupting"]
    assert all(player.keys() == {"name", "games_played"} for player in content["players"])
    shown = capsys.readouterr()
    assert "random" in shown.out
    name = content["players"][0]["name"]
    assert f"stopped during {name} – interrupting, after {last['games']} of {GAMES} games" in shown.err


def test_an_interrupted_ladder_is_written_without_ratings_and_leaves_the_file_of_the_run_alone(
    monkeypatch: pytest.MonkeyPatch, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "results.json"
    (run / "ladder.json").write_text("an earlier one", encoding="utf-8")
    assert interrupted(monkeypatch, run, signal.SIGINT, "--ladder", json_to=path) == 130
    content = json.loads(path.read_text(encoding="utf-8"))
    last = checked(content, 3)
    assert (last["first"], last["second"]) == (0, 3)
    assert [player["games_played"] for player in content["players"]] == [64, 128, None, None]
    assert (run / "ladder.json").read_text(encoding="utf-8") == "an earlier one"
    assert "64 games – 128 games" in capsys.readouterr().out


def test_matches_that_ended_are_complete(model: Path, run: Path, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    few = ("--games", "2", "--depth", "1", "--opponent", "random", "--json", str(path))
    for more in ((model,), (model, "--round-robin"), (run, "--ladder")):
        assert main(["evaluate", *map(str, more), *few]) == 0
        assert json.loads(path.read_text(encoding="utf-8"))["complete"] is True


def test_nothing_is_written_if_nothing_was_played(monkeypatch: pytest.MonkeyPatch, model: Path, tmp_path: Path) -> None:
    class AtOnce(Interrupting):
        def choose(self, position: sk.Position, random: Random) -> str:
            self._moves = 139
            return super().choose(position, random)

    monkeypatch.setitem(players.FIXED_PLAYERS, "interrupting", AtOnce(signal.SIGINT))
    path = tmp_path / "results.json"
    path.write_text("an earlier one", encoding="utf-8")
    options = ["--opponent", "interrupting", "--games", "2", "--threads", "1", "--json", str(path)]
    assert main(["evaluate", str(model), "--depth", "1", *options]) == 130
    assert path.read_text(encoding="utf-8") == "an earlier one"


def test_a_record_has_whole_pairs_and_their_forfeits() -> None:
    record = MatchRecord()
    assert record.result is None

    def add(index: int, difference: int, fault: str = "") -> None:
        record.add(
            sk.MatchGame(
                index=index,
                first="one",
                second="other",
                start=sk.Position(),
                moves=("f5",),
                difference=difference,
                fault=fault,
            )
        )

    add(0, 10)
    assert record.result is None
    add(1, 64, "gave up")
    assert record.result == sk.MatchResult((10, 64), (sk.Forfeit(1, "other", "gave up", ("f5",)),))
    before = record.result
    add(2, 64, "gave up")
    assert record.result == before
    record.clear()
    assert record.result is None
