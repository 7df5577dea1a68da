"""Checkpoints: which a run has, which of them is the latest that is whole, and which may go."""

from __future__ import annotations

import json
import logging
import os
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

from shirokuro._core import ModelFileError, ModelVersionError, read_header, verify_file
from shirokuro.runs.directory import RunDirectory

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

_log = logging.getLogger(__name__)

_NAME = re.compile(r"checkpoint_(\d{9,})\.shiro")

RETRY_SECONDS = 5.0
"""How long a save that failed waits for its second try."""

OnCorrupt: TypeAlias = Literal["previous", "fresh", "fail"]
"""What to do when the newest checkpoint is damaged: go back to one before it, start afresh, or raise the error."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A checkpoint file, by its name alone: it may be damaged."""

    path: Path
    """The file."""

    games_played: int
    """Games played when it was saved."""

    size: int
    """Bytes."""

    saved: datetime
    """When it was written."""


def checkpoint_name(games_played: int) -> str:
    """The file's name."""
    return f"checkpoint_{games_played:09}.shiro"


def list_checkpoints(directory: str | PathLike[str]) -> list[Checkpoint]:
    """The checkpoints in a run's directory, the newest first; other runs may go on saving meanwhile."""
    found = []
    for path in RunDirectory(Path(directory)).checkpoints.glob("checkpoint_*.shiro"):
        if name := _NAME.fullmatch(path.name):
            try:
                status = path.stat()
            except FileNotFoundError:  # deleted meanwhile
                continue
            saved = datetime.fromtimestamp(status.st_mtime, UTC)
            found.append(Checkpoint(path=path, games_played=int(name[1]), size=status.st_size, saved=saved))
    return sorted(found, key=lambda checkpoint: checkpoint.games_played, reverse=True)


def latest_checkpoint(directory: str | PathLike[str], *, on_corrupt: OnCorrupt = "previous") -> Path | None:
    """The file from which a run goes on: its newest checkpoint, or its model, if that is newer; read in full and whole.

    Args:
        directory: the run's directory.
        on_corrupt: what to do when the newest file is damaged.

    Returns:
        The file; `None` if there is none, or if the newest is damaged and `on_corrupt` is `"fresh"`.

    Raises:
        ModelVersionError: a file is of a version of the format that this program does not read.
        ModelFileError: the newest file is damaged and `on_corrupt` is `"fail"`, or all are damaged.
        OSError: a file can't be read.
    """
    if on_corrupt not in {"previous", "fresh", "fail"}:
        raise ValueError(f"on_corrupt = {on_corrupt!r}: must be 'previous', 'fresh' or 'fail'")
    damage = None
    for path in candidates(Path(directory)):
        try:
            verify(path)
        except FileNotFoundError:  # a newer one has come, and this one was deleted
            return latest_checkpoint(directory, on_corrupt=on_corrupt)
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
        raise ModelFileError(f"{damage}; no other checkpoint is whole")
    return None


def model_of(path: str | PathLike[str]) -> Path:
    """The model file that is meant: the file itself, or the latest whole one of a run's directory.

    Raises:
        FileNotFoundError: the directory holds no model.
        ModelFileError: all of its files are damaged.
    """
    if not Path(path).is_dir():
        return Path(path)
    if latest := latest_checkpoint(path):
        return latest
    raise FileNotFoundError(2, "no checkpoint and no model in", os.fspath(path))


def verify(path: Path) -> str | None:
    """Reads a whole file and checks every checksum; the id of its run, if it has one.

    Raises:
        ModelFileError: it is no model, is damaged, or holds weights alone.
        OSError: it can't be read.
    """
    content = verify_file(path)
    if not content["training_state"]:
        raise ModelFileError(f"{path}: holds weights only, no training state")
    return _run_in(content["monitor"])


def _run_of(path: Path) -> str | None:
    """The id of the run that saved a file; `None` if that can't be told."""
    try:
        return _run_in(read_header(path)["monitor"])
    except (OSError, ModelFileError):
        return None


def _run_in(monitor: str | None) -> str | None:
    try:
        run = json.loads(monitor or "{}").get("run")
    except (ValueError, AttributeError):
        return None
    return run if isinstance(run, str) else None


def games_in(path: Path) -> int:
    """Games played when a file was saved; −1 if that can't be told."""
    try:
        games = read_header(path)["games_played"]
    except (OSError, ModelFileError):
        games = None
    return -1 if games is None else games


def candidates(directory: Path) -> list[Path]:
    """A run's files, the newest first; its model only if it is not a checkpoint's second name."""
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
    """Does `save`; if it fails, once more a little later.

    Raises:
        OSError: it failed twice.
        ModelFileError: what was written twice is not what was to be written.
    """
    try:
        return save()
    except (OSError, ModelFileError) as error:
        _log.warning("saving failed: %s; trying again in %g s", error, RETRY_SECONDS)
        wait(RETRY_SECONDS)
        return save()


class Retention:
    """Deletes a run's old checkpoints: its own alone, and none before a newer one was verified.

    Raises:
        ValueError: the directory holds another run, and nothing of this one.
    """

    def __init__(self, directory: RunDirectory, run: str, games_played: int) -> None:
        self._directory = directory
        files = [(each.path, each.games_played) for each in list_checkpoints(directory.path)]
        if directory.model.exists():
            files.append((directory.model, games_in(directory.model)))
        own = {path for path, _ in files if _run_of(path) == run}
        if files and not own:
            raise ValueError(f"{directory.path} holds another run: go on with that one, or name another directory")
        # What was saved later than the state that the run goes on from is damaged, or was given up.
        later = [path for path, games in files if games > games_played]
        directory.set_aside(later)
        self._own = own.difference(later)

    def saved(self, path: Path, *, keep: int) -> None:
        """Checks a file that was just written, and then deletes the run's oldest ones, so that `keep` are left.

        Raises:
            ModelFileError: the file is damaged; it was removed, and nothing else.
            OSError: it can't be read.
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
                _log.info("deleted %s: the run keeps %d checkpoints", old, keep)


def prune(directory: str | PathLike[str], *, keep: int) -> list[Path]:
    """Deletes all but a run's newest checkpoints, if the newest is whole.

    Returns:
        The files that were deleted. Those of other runs, and those whose run can't be told, are never deleted.

    Raises:
        ValueError: `keep` is less than 1.
        ModelFileError: the newest file is damaged.
        BlockingIOError: a training is using the directory.
    """
    if keep < 1:
        raise ValueError(f"keep = {keep}: must be 1 or more")
    with RunDirectory(Path(directory)).held():
        checkpoints = [checkpoint.path for checkpoint in list_checkpoints(directory)]
        if not checkpoints:
            return []
        run = verify(checkpoints[0])
        old = [path for path in checkpoints if run and _run_of(path) == run][keep:]
        for path in old:
            path.unlink()
        return old
