"""Outputs as they are: closed, full, in other encodings, and with texts from files in them."""

from __future__ import annotations

import errno
import fcntl
import json
import logging
import os
import pty
import re
import resource
import shlex
import signal
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro.cli import main
from shirokuro.cli.console import MessageHandler
from shirokuro.cli.exit_codes import ExitCode, of_error
from shirokuro.cli.terminal import console, printable
from tests.support.paths import ROOT
from tests.support.runs import PATTERNS_ARG

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

PROGRAM = (sys.executable, "-m", "shirokuro")
_TRAIN = ("train", "--games=128", "--generation-games=64", "--report-games=64", "--depth=1", "--exact-empties=0")
TRAIN = (*_TRAIN, "--table-mb=1", "--match-games=2", "--compress", PATTERNS_ARG)
ESCAPES = "\x1b[31m\x9b2J\x07\x1b]0;title\x07\u202e\u2066"
CONTROLS = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"


def run(*arguments: object, before: str = "", into: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs the program with its output redirected by a shell."""
    words = shlex.join(map(str, (*PROGRAM, *arguments)))
    command = [
        "env",
        *(f"{name}={value}" for name, value in variables.items()),
        "bash",
        "-c",
        f"{before}{words} {into}",
    ]
    return subprocess.run(command, capture_output=True, encoding="latin-1", check=False, timeout=300)


@pytest.mark.parametrize("into", [">&-", ">/dev/full", "<&- >&- 2>&-", ">/dev/full 2>/dev/full"])
def test_training_goes_on_without_its_output(into: str, tmp_path: Path) -> None:
    done = run(*TRAIN, "--out", tmp_path / "run", into=into)
    assert (done.returncode, done.stdout) == (0, "")
    expected = "standard output is incomplete: No space left on device\n" if into == ">/dev/full" else ""
    assert done.stderr == expected
    assert sk.Trainer.load(tmp_path / "run" / "model.shiro").games_played == 128
    [log] = (tmp_path / "run" / "logs").iterdir()
    assert log.read_text(encoding="utf-8").count("games/s") >= 1


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    ("into", "code"), [(">&-", 0), (">/dev/full", ExitCode.IO_ERROR), ("|", ExitCode.OUTPUT_CLOSED)]
)
def test_an_output_that_fails_has_an_exit_code_of_its_own(into: str, code: int, unbuffered: str, model: Path) -> None:
    commands = (("--help",), ("--version",), ("debug", "board"), ("evaluate", model, "--games=2", "--depth=1"))
    for command in commands:
        if into == "|":
            with_code = run(
                *command, into="; echo $? >&2; } | true", before="{ sleep 0.5; ", PYTHONUNBUFFERED=unbuffered
            )
            assert with_code.stderr == f"{code:d}\n", command
            continue
        done = run(*command, into=into, PYTHONUNBUFFERED=unbuffered)
        assert done.returncode == code, command
        assert "Traceback" not in done.stderr
        assert done.stderr.count("\n") == (code != 0)


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_characters_that_the_encoding_lacks_are_replaced(
    encoding: str, model: Path, tmp_path: Path, run_of: Callable[..., Path]
) -> None:
    commands: tuple[tuple[object, ...], ...] = (
        ("--help",),
        ("train", "--help"),
        ("monitor", "--once", run_of(20_000)),
        ("evaluate", model, "--games=2", "--depth=1", "--opponent=random"),
        (*TRAIN, "--out", tmp_path / "trained"),
    )
    shown = ""
    for command in commands:
        done = run(*command, PYTHONIOENCODING=encoding)
        assert (done.returncode, done.stderr) == (0, ""), command
        assert done.stdout
        shown = done.stdout
    assert "?" in shown  # the interval of the Elo difference
    done = run("evaluate", model, "--games=2", "--depth=1", "--opponent=gtp:é", "--json=-", PYTHONIOENCODING=encoding)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)


def test_a_disk_that_fails_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = subprocess.run(
        [*PROGRAM, *TRAIN, "--out", str(tmp_path / "run")],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        preexec_fn=limit,
    )
    assert done.returncode == ExitCode.IO_ERROR, done.stderr
    assert "File too large" in done.stderr.splitlines()[-1]


def test_errors_of_arguments_and_of_the_disk_have_different_exit_codes() -> None:
    for number in (errno.ENOENT, errno.EACCES, errno.EEXIST, errno.EISDIR):
        assert of_error(OSError(number, "")) == ExitCode.USAGE
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG, errno.EMFILE, errno.ESTALE):
        assert of_error(OSError(number, "")) == ExitCode.IO_ERROR
    assert of_error(sk.GtpError("it does not start")) == ExitCode.USAGE
    assert of_error(ValueError()) == of_error(MemoryError()) == ExitCode.USAGE
    assert of_error(BlockingIOError(errno.EAGAIN, "in use")) == ExitCode.IN_USE
    assert of_error(BrokenPipeError()) == 128 + signal.SIGPIPE
    assert of_error(KeyboardInterrupt()) == 128 + signal.SIGINT


def test_the_guide_lists_every_exit_code() -> None:
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    table = guide[guide.index("## Exit codes") :]
    listed = {int(code) for row in re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE) for code in row.split(",")}
    assert listed >= set(ExitCode)


def warn_in(metrics: Path, message: str) -> None:
    """Adds a warning to the last line of a run's metrics."""
    *lines, last = metrics.read_text(encoding="utf-8").splitlines()
    row = {**json.loads(last), "warnings": [{"kind": message, "message": message}]}
    metrics.write_text("\n".join((*lines, json.dumps(row))) + "\n", encoding="utf-8")


def test_control_characters_never_reach_the_terminal(
    model: Path, run_of: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = run_of(20_000, name=f"run{ESCAPES}")
    warn_in(directory / "metrics.jsonl", f"look here {ESCAPES}")
    named = tmp_path / f"model{ESCAPES}[red].shiro"
    named.write_bytes(model.read_bytes())
    commands = (
        ("monitor", "--once", directory),
        ("checkpoints", tmp_path / ESCAPES.replace("/", "")),
        ("evaluate", model, "--opponent", named, "--games", 2, "--depth", 1),
        ("evaluate", tmp_path / f"none{ESCAPES}"),
        ("play", model, "--moves", ESCAPES),
        ("export", named, tmp_path / f"out{ESCAPES}.shiro"),
    )
    for command in commands:
        main([*map(str, command)])
        shown = capsys.readouterr()
        assert shown.out + shown.err
        assert not re.search(CONTROLS, shown.out + shown.err), command


def on_a_terminal(command: Sequence[object], *keys: tuple[str, bytes]) -> str:
    """Runs the program on a terminal, and returns all that it sends. Each key is pressed once its text is shown."""
    main_end, program_end = pty.openpty()
    fcntl.ioctl(program_end, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
    process = subprocess.Popen(
        [*PROGRAM, *map(str, command)],
        stdin=program_end,
        stdout=program_end,
        stderr=program_end,
        env={**os.environ, "TERM": "xterm-256color"},
        start_new_session=True,
    )
    os.close(program_end)
    sent, left = b"", list(keys)
    with os.fdopen(main_end, "rb+", buffering=0) as terminal, suppress(OSError):  # EIO: the program has ended
        while part := terminal.read(65536):
            sent += part
            if left and left[0][0].encode() in sent:
                terminal.write(left.pop(0)[1])
    assert process.wait(60) == 0, sent
    return sent.decode()


def test_control_characters_never_reach_the_terminal_through_a_live_display(
    run_of: Callable[..., Path], tmp_path: Path
) -> None:
    directory = run_of(20_000, name=f"run{ESCAPES}")
    warn_in(directory / "metrics.jsonl", f"look here {ESCAPES}")
    keys = (("look here", b"4"), ("newest first", b"q"))
    displays = {
        "monitor": on_a_terminal(("monitor", directory), *keys),
        "train": on_a_terminal((*TRAIN, "--out", tmp_path / f"new{ESCAPES}")),
    }
    for name, sent in displays.items():
        assert "title" in sent, name
        own = re.sub(r"\x1b\[[?\d;]*[A-Za-z]|[\r\n]", "", sent)
        assert not re.search(CONTROLS, own), (name, re.findall(f".{{20}}{CONTROLS}.{{20}}", own))
        assert not re.search(r"\x1b\[2J[^\x1b]*title", sent), name


def test_messages_and_consoles_remove_control_characters_and_keep_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert printable(f"a{ESCAPES}\n\tb") == "a[31m2J]0;title\n\tb"
    record = logging.LogRecord("x", logging.WARNING, "", 0, "failed: %s", (ESCAPES,), None)
    assert MessageHandler().format(record) == "failed: [31m2J]0;title"
    console().print(f"a{ESCAPES}", highlight=False)
    assert capsys.readouterr().out == "a[31m2J]0;title\n"
    coloured = console()
    coloured._force_terminal = True
    coloured._color_system = None
    with coloured.capture() as captured:
        coloured.show_cursor(False)
    assert captured.get() == "\x1b[?25l"


def test_the_package_is_a_program() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout.split()[1]) == (0, sk.__version__)
