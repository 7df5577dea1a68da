"""Saves over what is there already: links, modes, folders, devices; and file systems that cannot sync a folder."""

from __future__ import annotations

import errno
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro._core import TrainerCore, file_digest, read_header, verify_file

if TYPE_CHECKING:
    from collections.abc import Callable

STRACE = shutil.which("strace")
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links, modes and devices are those of Unix")


@pytest.fixture(scope="module")
def core() -> TrainerCore:
    return TrainerCore(seed=1, generation_games=8, threads=1, table_mb=0)


@pytest.fixture(params=["weights", "state"])
def save(request: pytest.FixtureRequest, core: TrainerCore) -> Callable[[Path], object]:
    """Saves weights alone, or a training state."""
    if request.param == "weights":
        return core.evaluator.save
    return lambda path: core.save(path, settings="{}", statistics="{}", compress=True)


def special(folder: Path, kind: str) -> Path:
    path = folder / "model.shiro"
    if kind == "a directory":
        path.mkdir()
    elif kind == "a named pipe":
        os.mkfifo(path)
    elif kind == "a socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
    else:
        return Path("/dev/zero")
    return path


def identity(path: Path) -> tuple[int, ...]:
    """Returns what changes if a file is replaced or written. Following a link may change its time of access."""
    status = path.lstat()
    return status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns


@pytest.mark.parametrize("link_name", [None, "link"])
@pytest.mark.parametrize("kind", ["a directory", "a named pipe", "a socket", "a device"])
def test_what_is_not_a_regular_file_is_neither_replaced_nor_read(
    kind: str, link_name: str | None, save: Callable[[Path], object], tmp_path: Path
) -> None:
    path = special(tmp_path, kind)
    if link_name is not None:
        link = tmp_path / link_name
        link.symlink_to(path)
        path = link
    before = identity(path)
    reads: list[Callable[[Path], object]] = [sk.Evaluator.load, sk.Trainer.load, read_header, verify_file, file_digest]
    for work in [save, *reads]:
        with pytest.raises(OSError, match=re.escape(f"not a regular file but {kind}: '{path}'")) as failure:
            work(path)
        assert failure.value.filename == str(path)
        assert failure.value.errno == (errno.EISDIR if kind == "a directory" else errno.EINVAL)
    assert identity(path) == before
    assert not list(tmp_path.glob(".*.tmp"))


def test_a_symbolic_link_is_written_through(save: Callable[[Path], object], tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link, dangling = tmp_path / "real" / "old", tmp_path / "link", tmp_path / "dangling"
    target.write_bytes(b"old")
    link.symlink_to("real/old")
    dangling.symlink_to("real/new")
    for path, real in [(link, target), (dangling, tmp_path / "real" / "new")]:
        save(path)
        assert path.is_symlink()
        assert not real.is_symlink()
        verify_file(real)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["dangling", "link", "new", "old", "real"]


def test_a_symbolic_link_that_leads_nowhere_is_an_error(save: Callable[[Path], object], tmp_path: Path) -> None:
    circle, lost = tmp_path / "circle", tmp_path / "lost"
    circle.symlink_to("circle")
    lost.symlink_to("missing/model")
    for path in (circle, lost):
        with pytest.raises(OSError, match=re.escape(str(path))):
            save(path)
        assert path.is_symlink()


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444])
def test_a_replaced_file_keeps_its_mode(mode: int, save: Callable[[Path], object], tmp_path: Path) -> None:
    path = tmp_path / "model.shiro"
    path.touch()
    path.chmod(mode)
    save(path)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    verify_file(path)


def test_a_new_file_has_the_mode_of_new_files(save: Callable[[Path], object], tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    save(tmp_path / "model.shiro")
    assert (tmp_path / "model.shiro").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.skipif(not AS_ROOT, reason="only root may give files away")
def test_a_replaced_file_keeps_its_owner(save: Callable[[Path], object], tmp_path: Path) -> None:
    path = tmp_path / "model.shiro"
    path.touch()
    os.chown(path, 12345, 23456)
    path.chmod(0o640)
    save(path)
    file = path.stat()
    assert (file.st_uid, file.st_gid, stat.S_IMODE(file.st_mode)) == (12345, 23456, 0o640)


SAVES = """
import sys
from shirokuro._core import TrainerCore
core = TrainerCore(seed=1, generation_games=8, threads=1, table_mb=0)
print(core.save(sys.argv[1], settings="{}", statistics="{}", compress=True))
"""


@pytest.mark.skipif(STRACE is None, reason="strace is not installed: `make .venv/.programs` installs it on Debian")
@pytest.mark.parametrize(
    ("error", "number", "synced"),
    [
        ("EINVAL", 2, "False"),
        ("EOPNOTSUPP", 2, "False"),
        ("ENOSYS", 2, "False"),
        ("EBADF", 2, "False"),
        ("EACCES", 2, "False"),
        ("EIO", 2, None),
        ("ENOSPC", 2, None),
        ("EINVAL", 1, None),
        ("EINVAL", 3, "True"),
    ],
)
def test_a_folder_that_cannot_be_synced_does_not_fail_a_save(
    error: str, number: int, synced: str | None, tmp_path: Path
) -> None:
    # The first fsync is that of the file, the second one that of the folder.
    path, log = tmp_path / "model.shiro", tmp_path / "calls"
    assert STRACE is not None
    inject = f"inject=fsync:error={error}:when={number}"
    command: list[str | Path] = [STRACE, "-f", "-o", log, "-e", "trace=fsync", "-e", inject]
    run = subprocess.run(
        [*command, sys.executable, "-c", SAVES, path], capture_output=True, text=True, check=False, timeout=60
    )
    if synced is None:
        assert run.returncode == 1
        assert str(path) in run.stderr
        assert path.exists() == (number == 2)
    else:
        assert (run.returncode, run.stdout.strip()) == (0, synced), run.stderr
        verify_file(path)
    assert not list(tmp_path.glob(".*.tmp"))


@pytest.mark.skipif(STRACE is None, reason="strace is not installed: `make .venv/.programs` installs it on Debian")
def test_weights_that_are_saved_without_a_synced_folder_come_with_one_warning(tmp_path: Path) -> None:
    path = tmp_path / "weights.shiro"
    program = "import sys, shirokuro as sk; e = sk.Evaluator(); [e.save(sys.argv[1]) for _ in range(3)]"
    assert STRACE is not None
    command: list[str | Path] = [STRACE, "-f", "-o", tmp_path / "calls", "-e", "trace=fsync"]
    command += ["-e", "inject=fsync:error=EINVAL:when=2+2", sys.executable, "-c", program, path]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stderr
    assert run.stderr.count("RuntimeWarning") == 1
    assert str(path) in run.stderr
    verify_file(path)
