"""A run's checkpoints: listing them, finding the latest intact one, and deleting old ones."""

from __future__ import annotations

import errno
import logging
import os
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

from shirokuro import models
from shirokuro._core import ModelFileError, ModelVersionError, read_header, verify_file
from shirokuro.config import TrainConfig
from shirokuro.display.format import counted, message_of
from shirokuro.runs.directory import RunDirectory
from shirokuro.runs.texts import read_object

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from shirokuro._core import _VerifiedFile

_log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0
"""The delay before a failed save is retried."""

OnCorrupt: TypeAlias = Literal["previous", "fresh", "fail"]
"""The reaction to a damaged newest checkpoint: fall back to an earlier one, start over, or raise the error."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A checkpoint file, identified by its name alone: its content may be damaged."""

    path: Path
    """The path of the file."""

    games_played: int
    """The number of games played when it was saved."""

    size: int
    """The size in bytes."""

    saved: datetime
    """The time when it was written."""


def checkpoint_name(games_played: int) -> str:
    """Returns the file name of a checkpoint."""
    return f"checkpoint_{games_played:09}.shiro"


def list_checkpoints(directory: str | PathLike[str]) -> list[Checkpoint]:
    """Returns the checkpoints in a run's directory, newest first; a run in progress may save others in the meantime."""
    return list_files(RunDirectory(Path(directory)).checkpoints, "checkpoint")


def list_files(folder: Path, kind: str) -> list[Checkpoint]:
    """Returns the files in a folder that are named by their kind and the number of games, newest first."""
    found = []
    for path in folder.glob(f"{kind}_*.shiro"):
        if name := re.fullmatch(rf"{kind}_(\d{{9,}})\.shiro", path.name):
            try:
                status = path.stat()
            except FileNotFoundError:  # deleted in the meantime
                continue
            saved = datetime.fromtimestamp(status.st_mtime, UTC)
            found.append(Checkpoint(path=path, games_played=int(name[1]), size=status.st_size, saved=saved))
    return sorted(found, key=lambda checkpoint: checkpoint.games_played, reverse=True)


def latest_checkpoint(
    directory: str | PathLike[str],
    *,
    on_corrupt: OnCorrupt = "previous",
    check: Callable[[Path], object] | None = None,
) -> Path | None:
    """Returns the file from which a run resumes: the newest intact checkpoint, or the model if that is newer.

    Each candidate is read in full, and its checksums are verified.

    Args:
        directory: the run's directory.
        on_corrupt: what to do when the newest file is damaged.
        check: a function that reads a file, and raises `ModelFileError` if it is damaged; by default, `verify`.

    Returns:
        The file; `None` if none exists, or if the newest one is damaged and `on_corrupt` is `"fresh"`.

    Raises:
        ModelVersionError: a file has a format version that this program does not read.
        ModelFileError: the newest file is damaged and `on_corrupt` is `"fail"`, or all are damaged.
        OSError: a file can't be read.
    """
    if on_corrupt not in {"previous", "fresh", "fail"}:
        raise ValueError(f"on_corrupt = {on_corrupt!r}: must be 'previous', 'fresh' or 'fail'")
    damage = None
    for path in candidates(Path(directory)):
        try:
            (check or verify)(path)
        except FileNotFoundError:  # deleted after a newer one was saved
            return latest_checkpoint(directory, on_corrupt=on_corrupt, check=check)
        except ModelVersionError:
            raise
        except ModelFileError as error:
            if on_corrupt == "fail":
                raise
            _log.warning("%s", error)
            if on_corrupt == "fresh":
                return None
            damage = damage or error
        else:
            return path
    if damage:
        raise ModelFileError(f"{damage}; no other checkpoint is intact")
    return None


def model_of(path: str | PathLike[str]) -> Path:
    """Returns the model file that `path` stands for.

    Args:
        path: a model file; a run's directory, for its latest intact file; or `"default"`, for the model that ships with
            the package.

    Raises:
        FileNotFoundError: the directory contains no model, or none ships with the package.
        ModelFileError: all of the directory's files are damaged.
    """
    if path == models.DEFAULT:
        return models.default_model()
    if not Path(path).is_dir():
        return Path(path)
    if latest := latest_checkpoint(path):
        return latest
    raise FileNotFoundError(2, "no checkpoint or model in this directory", os.fspath(path))


def verify(path: Path) -> str | None:
    """Reads a whole file, verifies every checksum, and returns the id of its run, if it has one.

    Raises:
        ModelFileError: the file is not a model, is damaged, or contains only weights.
        OSError: the file can't be read.
    """
    return _run_in(verified(path)["monitor"])


def verified(path: Path) -> _VerifiedFile:
    """Reads a whole file, verifies every checksum, and returns its header and its texts, which are JSON objects.

    Raises:
        ModelFileError: the file is not a model, is damaged, or contains only weights.
        OSError: the file can't be read.
    """
    content = verify_file(path)
    if not content["training_state"]:
        raise ModelFileError(f"{path}: holds weights only, no training state")
    try:
        TrainConfig(**read_object(content["settings"], "settings"))
        for name in ("statistics", "monitor"):
            read_object(content[name], name)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise ModelFileError(f"{path}: damaged: {error}") from error
    return content


def _run_of(path: Path) -> str | None:
    """Returns the id of the run that saved a file; `None` if it is unknown."""
    try:
        return _run_in(read_header(path)["monitor"])
    except (OSError, ModelFileError):
        return None


def _run_in(monitor: str | None) -> str | None:
    try:
        run = read_object(monitor or "{}", "monitor").get("run")
    except ValueError:
        return None
    return run if isinstance(run, str) else None


def games_in(path: Path) -> int:
    """Returns the number of games played when a file was saved; −1 if it is unknown."""
    try:
        games = read_header(path)["games_played"]
    except (OSError, ModelFileError):
        games = None
    return -1 if games is None else games


def candidates(directory: Path) -> list[Path]:
    """Returns a run's files, newest first; the model is left out if it is a hard link to a checkpoint."""
    files = [(checkpoint.games_played, 1, checkpoint.path) for checkpoint in list_checkpoints(directory)]
    model = RunDirectory(directory).model
    if model.exists() and not any(_same(model, path) for _, _, path in files):
        files.append((games_in(model), 0, model))
    return [path for _, _, path in sorted(files, reverse=True)]


def _same(first: Path, second: Path) -> bool:
    try:
        return first.samefile(second)
    except FileNotFoundError:
        return False


def with_one_retry(save: Callable[[], T], wait: Callable[[float], object] = time.sleep) -> T:
    """Calls `save`, and retries once after a delay if it fails.

    Raises:
        OSError: both attempts failed.
        ModelFileError: both attempts wrote a damaged file.
    """
    try:
        return save()
    except (OSError, ModelFileError) as error:
        _log.warning("saving failed: %s; trying again in %g s", message_of(error), RETRY_SECONDS)
        wait(RETRY_SECONDS)
        return save()


class Retention:
    """The policy that deletes a run's old checkpoints: only its own, and only after a newer one was verified.

    Raises:
        ValueError: the directory belongs to another run, and contains no file of this one.
    """

    def __init__(self, directory: RunDirectory, run: str, games_played: int) -> None:
        self._directory = directory
        files = [(each.path, each.games_played) for each in list_checkpoints(directory.path)]
        if directory.model.exists():
            files.append((directory.model, games_in(directory.model)))
        own = {path for path, _ in files if _run_of(path) == run}
        if files and not own:
            raise ValueError(f"{directory.path} belongs to another run: continue that run, or choose another directory")
        # Files saved after the state from which the run resumes are damaged or abandoned.
        later = [path for path, games in files if games > games_played]
        directory.set_aside(later)
        self._own = own.difference(later)

    def saved(self, path: Path, *, keep: int) -> None:
        """Verifies a file that was just written, and then deletes the run's oldest files until `keep` are left.

        Raises:
            ModelFileError: the file is damaged; it was removed, and no other file was.
            OSError: the file can't be read.
        """
        try:
            verify(path)
        except ModelFileError:
            path.unlink(missing_ok=True)
            raise
        self._own.add(path)
        own = [each.path for each in list_checkpoints(self._directory.path) if each.path in self._own]
        for old in own[keep:]:
            if old != path:
                old.unlink(missing_ok=True)
                _log.info("deleted %s: the run keeps %s", old, counted(keep, "checkpoint"))

    def give_up_oldest(self) -> Path | None:
        """Deletes the run's oldest checkpoint, to make room for a new one.

        Returns:
            The deleted file; `None` if nothing could be deleted, because none is older than the newest good one.

        Raises:
            OSError: a file can't be read or deleted.
        """
        own = [each.path for each in list_checkpoints(self._directory.path) if each.path in self._own]
        good = next((path for path in own if _is_intact(path)), None)
        if good is None or own[-1] == good:
            return None
        oldest, model = own[-1], self._directory.model
        oldest_is_model = model.exists() and _same(model, oldest)
        oldest.unlink()
        if oldest_is_model:  # its space is free only without its second name
            self._directory.publish(good)
        return oldest


def _is_intact(path: Path) -> bool:
    try:
        verify(path)
    except ModelFileError:
        return False
    return True


def prune(directory: str | PathLike[str], *, keep: int) -> list[Path]:
    """Deletes all except a run's newest checkpoints, if the newest one is intact.

    Returns:
        The deleted files. Files of other runs, and files whose run is unknown, are never deleted.

    Raises:
        ValueError: `keep` is less than 1.
        FileNotFoundError: there is no such directory.
        ModelFileError: the newest file is damaged.
        BlockingIOError: a training run is using the directory.
    """
    if keep < 1:
        raise ValueError(f"keep = {keep}: must be 1 or more")
    if not Path(directory).is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), os.fspath(directory))
    with RunDirectory(Path(directory)).held() as lock:
        if lock.problem:
            _log.warning("%s can't be locked: %s", directory, lock.problem)
        checkpoints = [checkpoint.path for checkpoint in list_checkpoints(directory)]
        if not checkpoints:
            return []
        run = verify(checkpoints[0])
        old = [path for path in checkpoints if run and _run_of(path) == run][keep:]
        for path in old:
            path.unlink()
        return old
