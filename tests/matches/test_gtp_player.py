"""Programs that speak the Go Text Protocol, well-behaved and faulty ones."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

import shirokuro as sk
from shirokuro.matches.gtp_client import GtpRefusalError
from shirokuro.matches.players import PlayerFaultError
from tests.support.paths import PROGRAMS

PROGRAM = PROGRAMS / "gtp_program.py"


def command(*words: object) -> str:
    return shlex.join([sys.executable, str(PROGRAM), *map(str, words)])


@dataclass
class First:
    """A player that plays the first legal move, as the test program does."""

    name: str = "first"

    def choose(self, position: sk.Position, random: Random) -> str:  # noqa: ARG002
        return position.legal_moves[0]


def test_a_program_plays_as_the_same_player_in_this_process() -> None:
    here = sk.play_match(First(), sk.RandomPlayer(), games=10, threads=1)
    for how in ("well", "noisy", "passes"):
        assert sk.play_match(sk.GtpPlayer(command(how)), sk.RandomPlayer(), games=10, threads=2) == here


def test_a_program_plays_both_sides_and_itself() -> None:
    player = sk.GtpPlayer(command())
    assert sk.play_match(player, player, games=4) == sk.play_match(First(), First(), games=4)


def test_a_program_receives_every_pass() -> None:
    # The program keeps its own board and answers a move of the wrong side with an error.
    passes = 0
    player, random = First(), Random(1)
    session = sk.GtpPlayer(command("passes")).session()
    for _ in range(20):
        position, moves = sk.Position(), list[str]()
        while not position.is_over:
            move = session.choose(moves, position, random) if random.random() < 0.5 else player.choose(position, random)
            after = position.play(move)
            passes += after.side_to_move == position.side_to_move
            position = after
            moves.append(move)
    session.close()
    assert passes > 0


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("illegal", "'a1' is not a legal move"),
        ("pass", "'PASS' is not a legal move"),
        ("resign", "'resign' is not a legal move"),
        ("refuse", "refused 'genmove .*': I do not want to"),
        ("crash", "it exited with code 3 when asked 'genmove .*'; it wrote: something broke"),
        ("die", "it was killed by signal 9"),
        pytest.param("hang", "no answer within 1 second", marks=pytest.mark.timing),
        pytest.param("stubborn", "no answer within 1 second", marks=pytest.mark.timing),
        pytest.param("garbage", "no answer within 1 second, only '.* no answer'", marks=pytest.mark.timing),
        pytest.param("flood", "no answer within 1 second, only '=999 not yours'", marks=pytest.mark.timing),
        ("mute", "it closed its output"),
    ],
)
def test_a_fault_forfeits_its_game_and_a_new_process_plays_the_next_one(how: str, reason: str) -> None:
    # Each process fails at the third move of its second game.
    player = sk.GtpPlayer(command(how, 2, 3), timeout=1 if "no answer" in reason else 60)
    result = sk.play_match(sk.RandomPlayer(), player, games=4, threads=1, max_forfeits=2)
    assert [forfeit.game for forfeit in result.forfeits] == [1, 3]
    whole = sk.play_match(sk.RandomPlayer(), First(), games=4, threads=1)
    assert (result.differences[0], result.differences[2]) == (whole.differences[0], whole.differences[2])
    assert (result.differences[1], result.differences[3]) == (64, 64)
    assert result.mean_difference == (whole.differences[0] + whole.differences[2]) / 2
    for forfeit in result.forfeits:
        assert forfeit.player == player.name
        assert re.search(reason, forfeit.reason)
        assert len(forfeit.moves) in {8 + 4, 8 + 5}


def processes() -> set[str]:
    """Returns the child processes that run the test program, as the system lists them."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
            parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[1]
        except OSError:
            continue
        if PROGRAM.name.encode() in words and parent == str(os.getpid()):
            found.add(folder.name)
    return found


def test_too_many_forfeits_end_the_match_with_an_error() -> None:
    player = sk.GtpPlayer(command("illegal", 1, 1))
    reason = r"3 of 3 games were forfeited, too many for max_forfeits = 2; the last by .*: .*'a1' is not a legal move"
    with pytest.raises(sk.GtpError, match=reason):
        sk.play_match(player, sk.RandomPlayer(), games=20, max_forfeits=2)
    assert not processes()


@pytest.mark.parametrize(
    ("words", "timeout", "reason"),
    [
        ("no-such-program -l 3", 1, "no-such-program: no such program is installed"),
        (command("start"), 30, "it exited with code 1 when asked 'name'; it wrote: I will not start"),
        ("cat", 1, "no answer within 1 second, only '1 name' .*commands with a number.* when asked 'name'"),
        (
            command("numberless"),
            30,
            r"refused 'name': unknown command 1 \(it may not understand commands with a number, such as '1 name'\)",
        ),
    ],
)
def test_a_program_that_does_not_start_ends_the_match_with_an_error(words: str, timeout: float, reason: str) -> None:
    with pytest.raises(sk.GtpError, match=reason):
        sk.play_match(sk.RandomPlayer(), sk.GtpPlayer(words, timeout=timeout), games=4)


@pytest.mark.parametrize(
    ("words", "timeout", "message"), [("", 1, "empty"), ("cat", 0, "timeout = 0"), ("'", 1, "quot")]
)
def test_an_invalid_command_or_timeout_is_rejected(words: str, timeout: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sk.GtpEngine(words, timeout=timeout)


@pytest.mark.parametrize("how", ["hang", "flood", "stubborn"])
def test_ctrl_c_ends_a_match_while_a_program_is_silent(how: str) -> None:
    player = sk.GtpPlayer(command(how, 1, 2))
    started = threading.Event()

    @dataclass
    class Announcer(First):
        def choose(self, position: sk.Position, random: Random) -> str:
            started.set()
            return super().choose(position, random)

    def press() -> None:
        started.wait()
        time.sleep(0.5)
        pressed.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    pressed: list[float] = []
    thread = threading.Thread(target=press)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        sk.play_match(player, Announcer(), games=20, threads=2)
    thread.join()
    assert time.monotonic() - pressed[0] < 30
    assert not processes()


def test_one_process_runs_for_each_game_in_progress_and_none_is_left_after_the_match() -> None:
    seen: list[int] = []
    sk.play_match(
        sk.GtpPlayer(command()), First(), games=12, threads=2, progress=lambda _: seen.append(len(processes()))
    )
    assert 1 <= max(seen) <= 2
    assert not processes()


def test_the_child_processes_of_a_program_end_with_it() -> None:
    seconds = str(100_000 + os.getpid())

    def sleepers() -> list[Path]:
        found = []
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                found += [file] if file.read_bytes().split(b"\0")[:2] == [b"sleep", seconds.encode()] else []
        return found

    engine = sk.GtpEngine(["sh", "-c", f"sleep {seconds}; echo over"], timeout=1)
    with pytest.raises(sk.GtpError, match="no answer within 1 second"):
        engine.ask("name")
    assert not sleepers()
    with pytest.raises(sk.GtpError):
        engine.ask("name")


def test_an_engine_answers_commands_and_reports_refusals() -> None:
    with sk.GtpEngine([sys.executable, str(PROGRAM), "noisy"]) as engine:
        assert engine.ask("name") == "tester\nof programs"
        with pytest.raises(GtpRefusalError, match="refused 'set_game Go': unknown command"):
            engine.ask("set_game Go")
        assert engine.ask("genmove black") == "D3"
        assert engine.ask("play white c3") == ""
        with pytest.raises(GtpRefusalError, match="illegal move"):
            engine.ask("play white a1")
    with pytest.raises(sk.GtpError, match="exited"):
        engine.ask("name")


def test_a_session_can_switch_to_any_other_game() -> None:
    session = sk.GtpPlayer(command()).session()
    random = Random(1)
    for moves in (["f5"], ["f5", "d6", "c3"], ["d3"], [], ["d3", "c3", "c4", "c5"]):
        position = sk.Position.from_moves("".join(moves))
        assert session.choose(moves, position, random) == position.legal_moves[0]
    with pytest.raises(PlayerFaultError, match="illegal move"):
        session.choose(["a1"], sk.Position(), random)
    session.close()


def test_gtp_rhino_plays_by_the_same_rules(rhino: sk.GtpPlayer) -> None:
    # Random moves cause many passes, and gtp-rhino passes by itself.
    result = sk.play_match(rhino, sk.RandomPlayer(), games=40)
    assert (result.games, result.forfeits) == (40, ())
    assert result.score > 0.9
    assert sk.play_match(rhino, sk.RandomPlayer(), games=40, threads=1) == result
