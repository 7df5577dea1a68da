"""`shirokuro gtp` as a process: matches against real programs, and its termination."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import shirokuro as sk

PROGRAM = Path(sys.executable).parent / "shirokuro"


def command(model: Path, *options: str) -> str:
    return shlex.join([str(PROGRAM), "gtp", str(model), "--table-mb", "1", *options])


def test_a_model_plays_the_same_moves_through_the_protocol_as_in_process(model: Path, trained: sk.Trainer) -> None:
    remote = sk.GtpPlayer(command(model, "--depth", "3", "--exact-empties", "6"))
    local = sk.ModelPlayer(evaluator=trained.evaluator, depth=3, exact_empties=6)
    opponent = sk.HeuristicPlayer()
    result = sk.play_match(remote, opponent, games=6, threads=2, max_forfeits=0)
    assert result.differences == sk.play_match(local, opponent, games=6).differences
    mixed, same = sk.play_match(remote, local, games=4, threads=2), sk.play_match(local, local, games=4)
    assert mixed.differences == same.differences


def test_the_arena_referees_a_match_between_two_programs(model: Path, rhino: sk.GtpPlayer) -> None:
    result = sk.play_match(sk.GtpPlayer(command(model, "--depth", "2")), rhino, games=6, threads=2)
    assert (result.games, result.forfeits) == (6, ())


def run(model: Path, text: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    program: list[str | Path] = [PROGRAM, "gtp", model, *options]
    return subprocess.run(program, input=text, capture_output=True, check=False, timeout=60)


def test_the_end_of_the_input_ends_the_program(model: Path) -> None:
    ended = run(model, b"1 name\nplay black f5\n2 \xff\xfe\nname")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout == b"=1 shirokuro\n\n=\n\n?2 unknown command\n\n= shirokuro\n\n"


def test_nothing_is_answered_after_quit(model: Path) -> None:
    ended = run(model, b"quit\nname\n")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"=\n\n", b"")


def test_a_signal_ends_a_long_search(model: Path) -> None:
    program: list[str | Path] = [PROGRAM, "gtp", model, "--depth", "60"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"name\ngenmove black\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"= shirokuro\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, b"shirokuro gtp: interrupted\n")


def test_a_closed_output_ends_the_program_quietly(model: Path) -> None:
    program: list[str | Path] = [PROGRAM, "gtp", model]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdout.close()
        process.stdin.write(b"name\n")
        process.stdin.close()
        assert process.stderr
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--depth", "0"), "depth = 0"),
        (("--threads", "0"), "threads = 0"),
        (("--confidence", "50"), "50"),
        (("--time-ms", "-3"), "time_ms = -3"),
    ],
)
def test_invalid_options_are_reported(model: Path, options: tuple[str, ...], message: str) -> None:
    ended = run(model, b"", *options)
    assert ended.returncode == 2
    assert message in ended.stderr.decode()
