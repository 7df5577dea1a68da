"""`shirokuro gtp` as a process: matches against real programs, and its termination."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
import time
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


def test_a_byte_order_mark_is_dropped(model: Path) -> None:
    ended = run(model, b"\xef\xbb\xbf1 name\n\xef\xbb\xbf2 name\n")
    assert ended.stdout == b"=1 shirokuro\n\n=2 shirokuro\n\n"


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


def test_a_move_is_answered_although_the_input_has_ended(model: Path) -> None:
    ended = run(model, b"genmove b\n", "--time-ms", "1500", "--exact-empties", "0")
    assert re.fullmatch(rb"= [A-H][1-8]\n\n", ended.stdout)


SEARCHES = {
    "depth": ("gtp", "--depth", "60"),
    "threads": ("gtp", "--depth", "60", "--threads", "2"),
    "confidence": ("gtp", "--depth", "60", "--confidence", "95"),
    "nodes": ("gtp", "--nodes", "900000000000"),
    "time": ("gtp", "--time-ms", "3600000"),
    "exact": ("gtp", "--depth", "1", "--exact-empties", "24"),
    "exact with threads": ("gtp", "--depth", "1", "--exact-empties", "24", "--threads", "2"),
    "nboard go, exact": ("nboard", "--depth", "1", "--exact-empties", "24"),
    "nboard hint, exact": ("nboard", "--depth", "1", "--exact-empties", "24"),
    "nboard go": ("nboard", "--depth", "60"),
    "nboard hint": ("nboard", "--depth", "60"),
    "nboard analyze": ("nboard", "--depth", "60"),
    "waiting for input": ("gtp",),
    "nboard waiting for input": ("nboard",),
}
"""Commands and their options, by what the engine does when its output is closed."""

MOVES = "c4c5f6c3b5g7e3e6c2f3g3a5h8b3f4f2b4f5f7h3a3d2e2e1a6e7d7c1c6g8f1g4d1b6b1d3"


def commands(kind: str) -> str:
    """Returns the commands that lead to a position with 24 empty squares, or 60, and start an endless search there."""
    moves = MOVES if "exact" in kind else ""
    if kind.startswith("nboard"):
        played = "".join(f"move {moves[start : start + 2]}\n" for start in range(0, len(moves), 2))
        return f"{played}{kind.split()[1].strip(',')} 60\n"
    position, played = sk.Position(), ""
    for start in range(0, len(moves), 2):
        played += f"play {'bw'[position.side_to_move - 1]} {moves[start : start + 2]}\n"
        position = position.play(moves[start : start + 2])
    return f"{played}genmove {'bw'[position.side_to_move - 1]}\n"


@pytest.mark.parametrize("pipes", ["output", "both"])
@pytest.mark.parametrize("kind", SEARCHES)
def test_a_closed_output_ends_the_program_whatever_it_does(model: Path, kind: str, pipes: str) -> None:
    name, *options = SEARCHES[kind]
    program: list[str | Path] = [PROGRAM, name, model, "--table-mb", "1", *options]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(b"name\n" if name == "gtp" else b"nboard 2\n")
        process.stdin.flush()
        assert process.stdout.readline()
        if "waiting" not in kind:
            # In this order, the search begins first.
            process.stdin.write(commands(kind).encode())
            process.stdin.flush()
            time.sleep(0.3)
        process.stdout.close()
        if pipes == "both":
            process.stdin.close()
        try:
            assert process.wait(30) == 141  # the searches take longer, most of them for hours
        finally:
            process.kill()
        assert process.stderr.read() == b""


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
