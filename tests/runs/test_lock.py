"""The lock of a run's directory: no second training enters, and file systems without locks do not stop the first."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro import files
from shirokuro.runs.directory import RunDirectory
from tests.support.runs import PATTERNS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no flock")


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS])
def test_without_locks_it_trains_with_a_warning_that_names_the_directory(
    number: int, tmp_path: Path, small: sk.TrainConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(_file: int, _operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", flock)
    trainer = sk.Trainer(small, patterns=PATTERNS)
    trainer.start_training(64, directory=tmp_path)
    assert trainer.games_played == 64
    (warning,) = [each for each in trainer.warnings if each.kind == "lock"]
    assert str(tmp_path) in warning.message
    (log,) = (tmp_path / "logs").iterdir()
    assert str(tmp_path) in log.read_text(encoding="utf-8").split("can't be locked")[0]
    assert not RunDirectory(tmp_path).is_held()


def test_a_folder_that_cannot_be_locked_leaves_the_lock_to_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fcntl.flock

    def flock(file: int, operation: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{file}"):  # noqa: PTH112
            raise OSError(errno.EBADF, "as on NFS")
        real(file, operation)

    monkeypatch.setattr("fcntl.flock", flock)
    directory = RunDirectory(tmp_path)
    with directory.held() as held:
        assert held.problem is None
        assert directory.is_held()
        with pytest.raises(BlockingIOError, match="another training"), directory.held():
            pass
        (tmp_path / ".lock").unlink()
        held.check()  # made and locked again
        with pytest.raises(BlockingIOError, match="another training"), directory.held():
            pass


def test_a_deleted_lock_file_lets_no_second_training_in(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path)
    with directory.held():
        (tmp_path / ".lock").unlink()
        assert directory.is_held()
        with pytest.raises(BlockingIOError, match="another training"), directory.held():
            pass
    with directory.held():
        pass


def test_a_lock_file_that_is_replaced_while_it_is_opened_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, opened = files.open_own, []

    def open_own(path: Path, flags: int) -> object:
        file = real(path, flags)
        opened.append(path)
        if len(opened) == 1:
            path.unlink()
        return file

    monkeypatch.setattr("shirokuro.runs.lock.open_own", open_own)
    with RunDirectory(tmp_path).held():
        assert len(opened) == 2
        assert (tmp_path / ".lock").exists()


def test_a_directory_that_was_replaced_is_not_written_to(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path / "run")
    with directory.held() as held:
        held.check()
        shutil.move(directory.path, tmp_path / "moved")
        with pytest.raises(OSError, match="deleted or replaced"):
            held.check()
        with directory.held(), pytest.raises(OSError, match="deleted or replaced"):
            held.check()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_forked_process_does_not_keep_the_lock(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path)
    reader, writer = os.pipe()
    with directory.held():
        child = os.fork()
        if child == 0:
            os.close(writer)
            os.read(reader, 1)  # until the parent is done
            os._exit(0)
        assert directory.is_held()
    os.close(reader)
    try:
        assert not directory.is_held()
    finally:
        os.close(writer)
        os.waitpid(child, 0)
