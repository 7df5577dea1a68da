"""Killed processes and failing system calls: saved files survive, and a run continues as if nothing had happened."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro._core import verify_file
from tests.support.paths import PROGRAMS
from tests.support.runs import PATTERNS, PATTERNS_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROGRAM = Path(sys.executable).parent / "shirokuro"
SAVER = PROGRAMS / "saver.py"
OLD_SEED, NEW_SEED = 8, 7

STRACE = shutil.which("strace")
needs_strace = pytest.mark.skipif(
    STRACE is None, reason="strace is not installed: `make .venv/.programs` installs it on Debian"
)


@pytest.mark.proof("SIGKILL at random moments of a run, then resume")
def test_a_run_killed_repeatedly_ends_with_the_same_result(
    size: Callable[[int, int], int], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    kills = size(4, 100)
    games = size(1500, 30_000)
    settings = ["--seed=7", "--depth=1", "--exact-empties=0", "--table-mb=1", "--threads=2"]
    policy = ["--checkpoint-games=100", "--keep=2", "--compress", "--match-games=0", "--report-games=100"]
    command: list[str | Path] = [
        PROGRAM,
        "train",
        "--resume",
        f"--out={tmp_path}",
        f"--games={games}",
        *settings,
        *policy,
    ]
    random = Random(1)
    killed = acknowledged = 0
    while True:
        before = newest(tmp_path)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if killed < kills:
            # Kill the run in progress, some time after its first new checkpoint.
            while process.poll() is None and newest(tmp_path) <= before:
                time.sleep(0.005)
            time.sleep(random.uniform(0, 0.5))
            acknowledged = newest(tmp_path)
            process.kill()
        _, errors = process.communicate()
        if process.returncode == 0:
            break
        assert process.returncode == -9, errors
        killed += 1
        latest = sk.latest_checkpoint(tmp_path, on_corrupt="fail")
        assert latest is not None
        assert (verify_file(latest)["games_played"] or 0) >= acknowledged
    record_property("count", killed)
    assert killed == kills
    whole = sk.Trainer(sk.TrainConfig(games=games, seed=7, depth=1, exact_empties=0, table_mb=1, threads=2))
    whole.train_batch(games)
    assert sk.file_digest(tmp_path / "model.shiro") == whole.digest()
    assert not list(tmp_path.glob("**/.*.tmp"))


def newest(directory: Path) -> int:
    checkpoints = sk.list_checkpoints(directory)
    return checkpoints[0].games_played if checkpoints else 0


class Saver:
    """A process whose children save files; `strace` can make one of their system calls fail."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "model.shiro"
        self._old = folder / "old"
        config = sk.TrainConfig(seed=OLD_SEED, depth=1, threads=1, table_mb=1, compress=True)
        sk.Trainer(config, patterns=PATTERNS).save(self._old)
        self._log = folder / "calls"
        command: list[str | Path] = [sys.executable, SAVER, folder / "example", PATTERNS_FILE]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def close(self) -> None:
        self._process.communicate(timeout=60)

    def _request(self, line: str) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def save(self, how: str, *options: str) -> int:
        """Saves over an old file under strace with the given options; returns the exit code."""
        shutil.copy(self._old, self.path)
        child = self._request(f"{how} {self.path}")
        assert STRACE is not None
        command: list[str | Path] = [STRACE, "-p", str(child), "-o", self._log, "-e", "trace=%file,%desc", *options]
        tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert tracer.stderr is not None
        attached = tracer.stderr.readline()
        assert "attached" in attached, attached
        code = self._request("go")
        tracer.communicate(timeout=60)
        return code

    def save_undisturbed(self) -> int:
        self._request(f"shirokuro {self.path}")
        return self._request("go")

    def calls(self, how: str) -> list[tuple[str, int]]:
        """Returns the file-related system calls of a save, each with its number among the calls of the same name."""
        assert self.save(how) == 0
        names = re.findall(r"^(\w+)\(", self._log.read_text(encoding="utf-8"), re.MULTILINE)
        counted = [(name, names[: index + 1].count(name)) for index, name in enumerate(names)]
        return [(name, number) for name, number in counted if name not in {"read", "mmap"}]

    def content(self) -> str:
        """Reads the whole file; returns "old", "new" or "neither"."""
        try:
            return {OLD_SEED: "old", NEW_SEED: "new"}[verify_file(self.path)["seed"] or 0]
        except sk.ModelFileError:
            return "neither"


@pytest.fixture(scope="module")
def saver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Saver]:
    saver = Saver(tmp_path_factory.mktemp("saver"))
    yield saver
    saver.close()


@needs_strace
@pytest.mark.proof("SIGKILL, ENOSPC and EIO at every file-system call of a save")
@pytest.mark.parametrize("fault", ["signal=SIGKILL", "error=ENOSPC", "error=EIO"])
def test_a_save_leaves_the_old_or_the_new_file_whichever_call_fails(
    fault: str, saver: Saver, record_property: Callable[[str, object], None]
) -> None:
    calls = saver.calls("shirokuro")
    record_property("count", len(calls))
    assert {"openat", "write", "fsync", "rename", "close"} <= {name for name, _ in calls}
    found = []
    for name, number in calls:
        code = saver.save("shirokuro", "-e", f"inject={name}:{fault}:when={number}")
        content = saver.content()
        leftovers = list(saver.path.parent.glob(".*.tmp"))
        found.append(content)
        if code == 0:
            assert content == "new", (name, number)
        else:
            assert code == (-9 if "SIGKILL" in fault else 3), (name, number)
            assert content in {"old", "new"}, (name, number)
        assert not leftovers or code == -9, (name, number)
        for leftover in leftovers:
            leftover.unlink()
        assert saver.save_undisturbed() == 0
        assert saver.content() == "new"
    assert set(found) == {"old", "new"}


@needs_strace
def test_a_naive_writer_fails_that_test(saver: Saver) -> None:
    calls = saver.calls("naive")
    contents = set()
    for name, number in calls:
        saver.save("naive", "-e", f"inject={name}:signal=SIGKILL:when={number}")
        contents.add(saver.content())
    assert "neither" in contents


@needs_strace
def test_a_save_syncs_the_file_before_the_rename_and_the_folder_after_it(saver: Saver) -> None:
    names = [name for name, _ in saver.calls("shirokuro")]
    order = [name for name in names if name in {"write", "fsync", "rename"}]
    last_write = len(order) - order[::-1].index("write")
    assert order[last_write:] == ["fsync", "rename", "fsync"]
