"""Signals, file systems and outputs as they may be: nothing is lost, and no command ends with a traceback."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro.cli.exit_codes import ExitCode
from tests.support.paths import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

PROGRAM = (sys.executable, "-m", "shirokuro")
SETTINGS = ("--seed=7", "--depth=1", "--exact-empties=0", "--table-mb=1", "--generation-games=64", "--match-games=0")
STRACE = shutil.which("strace")


@pytest.mark.proof("signals at random moments of a background training")
def test_a_training_in_the_background_loses_nothing_to_a_signal(
    size: Callable[[int, int], int], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    count = size(2, 200)
    record_property("count", count)
    command = [sys.executable, str(PROGRAMS / "interrupted.py"), str(tmp_path), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\n") == count


@pytest.mark.skipif(STRACE is None, reason="strace is not installed: `make .venv/.programs` installs it on Debian")
@pytest.mark.proof("file systems without folder syncs, locks or hard links")
@pytest.mark.parametrize(
    ("fault", "warning"),
    [
        ("fsync:error=EINVAL", "a power failure may restore the old file"),
        ("flock:error=ENOLCK", "can't be locked"),
        ("link,linkat:error=EPERM", ""),
    ],
)
def test_a_run_continues_on_a_file_system_that_lacks_something(
    *,
    fault: str,
    warning: str,
    size: Callable[[int, int], int],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    steps = size(3, 40)
    record_property("count", steps)
    run = tmp_path / "run"
    run.joinpath("checkpoints").mkdir(parents=True)
    assert STRACE is not None
    # Only the syncs of folders fail, not those of files.
    only = [f"-P{run}", f"-P{run / 'checkpoints'}"] if "fsync" in fault else []
    tracer = [STRACE, "-f", "-qq", "-o", "/dev/null", *only, "-e", f"inject={fault}"]
    command = [*tracer, *PROGRAM, "train", "--out", str(run), "--resume", f"--games={64 * steps}", *SETTINGS]
    command += ["--checkpoint-games=64", "--keep=2", "--compress"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(warning) == 1 or not warning
    assert "Traceback" not in done.stderr
    whole = sk.Trainer(sk.TrainConfig(seed=7, games=64 * steps, generation_games=64, depth=1, exact_empties=0))
    whole.train_batch(64 * steps)
    assert sk.file_digest(run / "model.shiro") == whole.digest()
    assert len(sk.list_checkpoints(run)) == 2
    assert not list(run.glob("**/.*.tmp*"))


OUTPUTS = (">&-", ">/dev/full", "2>&-", "2>/dev/full", ">&- 2>&-", ">/dev/full 2>/dev/full", "| true", "<&- >&- 2>&-")


@pytest.mark.proof("closed and full outputs of every command")
def test_no_command_fails_over_its_output(
    model: Path,
    run_of: Callable[..., Path],
    size: Callable[[int, int], int],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    trained = (*SETTINGS, "--games=64", "--compress")
    commands: tuple[Sequence[object], ...] = (
        ("train", "--out", "NEW", *trained),
        ("monitor", "--once", run_of(20_000)),
        ("serve", model, "--port=99999"),
        ("checkpoints", tmp_path),
        ("export", model, "NEW"),
        ("evaluate", model, "--games=2", "--depth=1", "--opponent=random"),
        ("play", model, "--depth=1"),
        ("gtp", model, "--depth=1"),
        ("nboard", model),
        ("debug", "board"),
        ("bench", "--help"),
        ("digest", model),
        ("perft", "3"),
        ("--help",),
    )
    allowed = {0, ExitCode.USAGE, ExitCode.IO_ERROR, ExitCode.OUTPUT_CLOSED}
    bash, code, errors = shutil.which("bash"), tmp_path / "code", tmp_path / "errors"
    assert bash is not None
    count = 0
    for number, command in list(enumerate(commands))[:: size(3, 1)]:
        for into in OUTPUTS if size(0, 1) else (OUTPUTS[number % len(OUTPUTS)],):
            words = [str(tmp_path / f"new{count}.shiro") if word == "NEW" else str(word) for word in command]
            inside, outside = (f"2>{errors}", into) if into.startswith("|") else (into, "")
            line = f"{{ {shlex.join((*PROGRAM, *words))} </dev/null {inside}; echo $? >{code}; }} {outside}"
            done = subprocess.run([bash, "-c", line], capture_output=True, text=True, check=False)
            shown = done.stdout + done.stderr + (errors.read_text(encoding="utf-8") if outside else "")
            assert "Traceback" not in shown, (command, into, shown)
            assert "Exception ignored" not in shown, (command, into, shown)
            assert int(code.read_text(encoding="utf-8")) in allowed, (command, into, shown)
            count += 1
    record_property("count", count)
