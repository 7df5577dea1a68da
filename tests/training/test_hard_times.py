"""Sessions when the disk is full, keys are pressed twice, and processes fork."""

from __future__ import annotations

import errno
import logging
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

import shirokuro as sk
from shirokuro.runs.checkpoints import Retention, checkpoint_name
from shirokuro.runs.directory import RunDirectory
from shirokuro.signals import StopSignals
from tests.support.runs import PATTERNS, PATTERNS_FILE

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and forks of Unix")


def full_after(files: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes saving fail if the folder already holds this many files that are not names of the same one."""
    real = sk.Trainer.save

    def save(trainer: sk.Trainer, path: Path) -> None:
        there = {each.stat().st_ino for each in (*path.parent.iterdir(), *path.parents[1].glob("*.shiro"))}
        if len(there) >= files:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        real(trainer, path)

    monkeypatch.setattr(sk.Trainer, "save", save)


def test_pausing_raises_what_ended_the_training(
    small: sk.TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_waiting: None
) -> None:
    del no_waiting
    monkeypatch.setattr("shirokuro.training.loop.time.sleep", lambda _: None)
    full_after(0, monkeypatch)
    trainer = sk.Trainer(small.replace(games=1_000_000), patterns=PATTERNS)
    trainer.start_training(directory=tmp_path, background=True)
    with pytest.raises(OSError, match="No space left"):
        trainer.pause_training()
    assert trainer.pause_training() is None  # it was raised
    with pytest.raises(OSError, match="No space left"):
        trainer.wait()


def test_on_a_disk_with_room_for_two_checkpoints_every_one_is_saved(
    small: sk.TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_waiting: None
) -> None:
    del no_waiting
    full_after(2, monkeypatch)
    trainer = sk.Trainer(small.replace(keep=5), patterns=PATTERNS)
    trainer.start_training(128, directory=tmp_path, checkpoint_every=64)
    assert not [each for each in trainer.warnings if each.kind == "checkpoint"]
    trainer.start_training(320, directory=tmp_path, checkpoint_every=64)
    assert [each.games_played for each in sk.list_checkpoints(tmp_path)] == [320, 256]
    messages = [each.message for each in trainer.warnings if each.kind == "checkpoint"]
    assert len(messages) == 3
    assert all(checkpoint_name(64 * number) in message for number, message in enumerate(messages, 1))
    assert "No space left" in messages[0]
    assert sk.file_digest(tmp_path / "model.shiro") == trainer.digest()


def test_the_newest_good_checkpoint_is_never_given_up(
    small: sk.TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_waiting: None
) -> None:
    del no_waiting
    trainer = sk.Trainer(small, patterns=PATTERNS)
    trainer.start_training(128, directory=tmp_path, checkpoint_every=64)
    newest = tmp_path / "checkpoints" / checkpoint_name(128)
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)
    retention = Retention(RunDirectory(tmp_path), trainer.state.run_id, 128)
    assert retention.give_up_oldest() is None
    full_after(1, monkeypatch)
    with pytest.raises(OSError, match="No space left"):
        trainer.start_training(192, directory=tmp_path)
    assert (tmp_path / "checkpoints" / checkpoint_name(64)).exists()


PROGRAM = f"""
import sys, time
import shirokuro as sk
patterns = sk.PatternSet.from_toml({str(PATTERNS_FILE)!r})
trainer = sk.Trainer(sk.TrainConfig(games=10**9, depth=1, exact_empties=0, table_mb=1), patterns=patterns)
save = sk.Trainer.save
def slow(self, path):
    print("saving", flush=True)
    time.sleep(float(sys.argv[2]))
    save(self, path)
sk.Trainer.save = slow
trainer.start_training(directory=sys.argv[1], progress=lambda games: games and print("plays", flush=True))
"""


def start(run: Path, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, str(run), str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def read_until(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout is not None
    while process.stdout.readline() != f"{word}\n":
        assert process.poll() is None


def test_a_key_pressed_twice_does_not_lose_what_is_being_saved(tmp_path: Path) -> None:
    with start(tmp_path, 0.5) as process:
        read_until(process, "plays")
        process.send_signal(signal.SIGINT)
        time.sleep(0.15)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    assert "KeyboardInterrupt" in errors
    assert sk.latest_checkpoint(tmp_path) is not None


def test_a_later_signal_ends_the_program_and_says_that_nothing_was_kept(tmp_path: Path) -> None:
    with start(tmp_path, 600) as process:
        read_until(process, "plays")
        process.send_signal(signal.SIGTERM)
        read_until(process, "saving")
        time.sleep(1.5)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGTERM
    assert "ended before the state was saved" in errors
    assert sk.latest_checkpoint(tmp_path) is None


FORK = f"""
import os, signal, sys, time
import shirokuro as sk
patterns = sk.PatternSet.from_toml({str(PATTERNS_FILE)!r})
trainer = sk.Trainer(sk.TrainConfig(games=10**9, depth=1, exact_empties=0, table_mb=1), patterns=patterns)
trainer.start_training(directory=sys.argv[1], background=True)
child = os.fork()
if child == 0:
    for call in (trainer.pause_training, trainer.wait):
        try:
            call()
        except RuntimeError as error:
            assert "forked" in str(error)
        else:
            os._exit(1)
    os.write(1, b"child\\n")
    while True:
        time.sleep(0.05)
while trainer.games_played < 64:
    time.sleep(0.01)
time.sleep(0.1)
os.kill(child, signal.SIGTERM)
_, status = os.waitpid(child, 0)
print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status), trainer.is_training_active())
trainer.pause_training()
"""


def test_a_forked_child_hears_its_first_signal_and_is_refused_the_training(tmp_path: Path) -> None:
    # The parent signals after the child's line was written; the child ends at its first signal.
    program = FORK.replace("time.sleep(0.1)", "time.sleep(2)")
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"{int(signal.SIGTERM)} True"


def test_signals_within_a_second_count_once(caplog: pytest.LogCaptureFixture) -> None:
    stops: list[Any] = []
    with caplog.at_level(logging.WARNING), StopSignals(lambda: stops.append(1)) as signals:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
    assert (len(stops), signals.received, caplog.text) == (1, signal.SIGINT, "")


class UnsyncedCore:
    """A core on a file system that can't sync folders."""

    def __init__(self, core: Any) -> None:
        self._core = core

    def __getattr__(self, name: str) -> Any:
        return getattr(self._core, name)

    def save(self, *arguments: Any, **options: Any) -> bool:
        self._core.save(*arguments, **options)
        return False


def test_a_folder_that_cannot_be_synced_is_one_warning_and_checkpoints_are_still_pruned(
    small: sk.TrainConfig, tmp_path: Path
) -> None:
    trainer = sk.Trainer(small.replace(checkpoint_games=64, keep=2), patterns=PATTERNS)
    core: Any = UnsyncedCore(trainer.state.core)
    trainer.state.core = core
    result = trainer.start_training(320, directory=tmp_path)
    assert result is not None
    assert result.outcome == "completed"
    messages = [warning.message for warning in trainer.warnings if "can't sync" in warning.message]
    assert len(messages) == 1
    assert str(tmp_path / "checkpoints") in messages[0]
    assert len(sk.list_checkpoints(tmp_path)) == 2
    assert (tmp_path / "model.shiro").exists()
