"""Matches with game clocks."""

from __future__ import annotations

import json
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import shirokuro as sk
from shirokuro.cli import main
from shirokuro.game.clock import GameClock
from shirokuro.matches import arena
from shirokuro.matches.gtp_client import GtpRefusalError
from shirokuro.matches.gtp_player import GtpSession

if TYPE_CHECKING:
    from pathlib import Path


class Timed:
    """A player that records the times that it is given, and plays the first legal move."""

    name = "timed"

    def __init__(self) -> None:
        self.times: list[tuple[int, float]] = []

    def choose(self, position: sk.Position, random: Random) -> str:  # noqa: ARG002
        raise AssertionError("asked without a time")

    def choose_within(self, position: sk.Position, random: Random, time_ms: float) -> str:  # noqa: ARG002
        self.times.append((position.empties, time_ms))
        return position.legal_moves[0]


def slow_machine(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Makes every move take this time, by the clock of the match."""
    ticks = count()
    monkeypatch.setattr(arena, "time", SimpleNamespace(monotonic=lambda: seconds * next(ticks)))


def test_a_player_gets_a_share_of_its_own_time_for_each_move(monkeypatch: pytest.MonkeyPatch) -> None:
    slow_machine(monkeypatch, 0.5)
    player, clock = Timed(), GameClock(main=60, increment=0.1)
    sk.play_match(player, sk.RandomPlayer(), games=2, threads=1, clock=clock)
    left, before = clock.new(), 60
    for empties, time in player.times:
        if empties > before:  # the second game
            left = clock.new()
        assert time == pytest.approx(1000 * left.budget(empties))
        left.spend(0.5)
        before = empties


def test_a_side_that_runs_out_of_time_forfeits(monkeypatch: pytest.MonkeyPatch) -> None:
    slow_machine(monkeypatch, 1)
    result = sk.play_match(
        sk.HeuristicPlayer(), sk.RandomPlayer(), games=2, threads=1, clock=GameClock(main=5), max_forfeits=2
    )
    assert [abs(difference) for difference in result.differences] == [64, 64]
    assert len(result.forfeits) == 2
    for forfeit in result.forfeits:
        assert forfeit.reason == "ran out of time: a move took 1.00 s, and 0.00 s were left"


def test_an_increment_is_added_after_each_move(monkeypatch: pytest.MonkeyPatch) -> None:
    slow_machine(monkeypatch, 1)
    clock = GameClock(main=5, increment=1)
    assert sk.play_match(sk.HeuristicPlayer(), sk.RandomPlayer(), games=2, threads=1, clock=clock).forfeits == ()


class Engine:
    """A program that records what it is asked."""

    command = "fake"

    def __init__(self, *refused: str) -> None:
        self.asked: list[str] = []
        self._refused = refused

    def ask(self, command: str) -> str:
        self.asked.append(command)
        if command.partition(" ")[0] in self._refused:
            raise GtpRefusalError("unknown command")
        return sk.Position().legal_moves[0]


@pytest.mark.parametrize("refused", [(), ("time_settings", "time_left")])
def test_a_program_gets_whole_seconds_and_may_lack_clocks(refused: tuple[str, ...]) -> None:
    engine: Any = Engine(*refused)
    session = GtpSession(engine)
    clock = GameClock(main=61.5)
    clock.spend(10)
    session.set_clock(clock)
    assert session.choose((), sk.Position(), None) == "d3"  # type: ignore[arg-type]
    times = [command for command in engine.asked if command.startswith("time")]
    assert times == ["time_settings 61 0 0", "time_left black 51 0"][: 1 if refused else 2]
    assert engine.asked[-1] == "genmove black"


def test_a_model_stops_thinking_when_its_time_is_over(trained: sk.Trainer) -> None:
    player = sk.ModelPlayer(evaluator=trained.evaluator, time_ms=3_600_000)
    assert player.choose_within(sk.Position(), Random(1), 1) in sk.Position().legal_moves


@pytest.mark.parametrize(("text", "main_time", "increment"), [("60", 60, 0), ("5+0.5", 5, 0.5)])
def test_a_clock_is_read(text: str, main_time: float, increment: float) -> None:
    assert GameClock.parse(text) == GameClock(main=main_time, increment=increment)


@pytest.mark.parametrize("text", ["", "x", "0", "-1", "5+-1", "5+", "1+1+1", "inf", "nan", "1e9"])
def test_a_wrong_clock_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be SECONDS or SECONDS"):
        GameClock.parse(text)


def test_the_command_plays_with_clocks(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["evaluate", str(model), "--opponent", "random", "--games", "2", "--clock", "10000", "--depth", "1"]
    assert main([*arguments, "--json", "-"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["how"] == "depth 1, exact_empties 8, clock 10000"
    assert content["matches"][0]["forfeits"] == []
    assert main([*arguments[:-4], "--clock", "soon"]) == 2
    assert "clock = soon: must be SECONDS or SECONDS+INCREMENT" in capsys.readouterr().err
    assert main([*arguments, "--ladder"]) == 2
    assert "--clock can't be combined with --ladder" in capsys.readouterr().err


def test_a_model_with_random_moves_keeps_to_its_time_too(trained: sk.Trainer) -> None:
    model = sk.ModelPlayer(evaluator=trained.evaluator, time_ms=800)
    player = sk.EpsilonPlayer(player=model, epsilon=0.0)
    result = sk.play_match(player, sk.RandomPlayer(), games=2, clock=GameClock(main=1.0), threads=1, opening_plies=30)
    assert not result.forfeits


def test_a_clock_of_hours_is_accepted(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = (
        "--opponent",
        "random",
        "--games",
        "2",
        "--opening-plies",
        "30",
        "--exact-empties",
        "24",
        "--nodes",
        "99",
    )
    assert main(["evaluate", str(model), *options, "--clock", "7200"]) == 0
    assert "clock 7200" in capsys.readouterr().out
