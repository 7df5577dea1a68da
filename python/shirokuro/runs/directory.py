"""The directory of a run: the one contract between a training run and whatever watches it."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self, TextIO

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shirokuro.config import TrainConfig

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """The directory in which a run keeps its settings, metrics, games, checkpoints, logs and model."""

    path: Path
    """The path of the directory."""

    @classmethod
    def named_by_time(cls) -> Self:
        """Returns a directory in `runs` that is named after the current date and time."""
        return cls(Path("runs") / _now())

    @property
    def config(self) -> Path:
        """The file of settings, with every value resolved."""
        return self.path / "config.toml"

    @property
    def metrics(self) -> Path:
        """The append-only file of metrics, with one JSON object per report."""
        return self.path / "metrics.jsonl"

    @property
    def games(self) -> Path:
        """The folder of recorded games."""
        return self.path / "games"

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints."""
        return self.path / "checkpoints"

    @property
    def logs(self) -> Path:
        """The folder of log files, one per session."""
        return self.path / "logs"

    @property
    def model(self) -> Path:
        """The file with the complete state of the training at its end, or at its last stop."""
        return self.path / "model.shiro"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Creates the directory, and locks it against other training runs.

        Raises:
            BlockingIOError: another training run is using the directory.
            OSError: the directory can't be created.
        """
        self.checkpoints.mkdir(parents=True, exist_ok=True)
        path = self.path / ".lock"
        with path.open("w") as file:
            if sys.platform != "win32":
                try:
                    _lock(file)
                except BlockingIOError as error:
                    raise BlockingIOError(
                        error.errno, "another training run is using this directory", str(path)
                    ) from None
            self._remove_leftovers()
            yield

    def is_held(self) -> bool:
        """Checks whether a training run is using the directory."""
        if sys.platform == "win32":
            return False
        try:
            with (self.path / ".lock").open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def _remove_leftovers(self) -> None:
        # No other process writes here now, so a temporary file was left by a killed process.
        for folder in (self.path, self.checkpoints):
            for file in folder.glob(".*.shiro.*.tmp"):
                file.unlink(missing_ok=True)
                _log.info("removed %s, left behind by a killed process", file)

    def set_aside(self, files: Iterable[Path]) -> None:
        """Moves files that do not belong to this run's history into a separate folder; nothing is deleted."""
        folder = self.path / "set-aside" / _now()
        for file in files:
            folder.mkdir(parents=True, exist_ok=True)
            file.replace(folder / file.name)
            _log.warning("%s does not belong to this run's history: moved to %s", file, folder)

    def write_config(self, config: TrainConfig) -> None:
        """Writes the file of settings."""
        temporary = self.config.with_name(".config.toml.tmp")
        temporary.write_text(config.to_toml(), encoding="utf-8")
        temporary.replace(self.config)

    def publish(self, checkpoint: Path) -> None:
        """Makes the model file a hard link to a checkpoint, or a copy if the file system has no hard links.

        Raises:
            OSError: the model file can't be written.
        """
        temporary = self.model.with_name(f".{self.model.name}.{os.getpid()}.tmp")
        temporary.unlink(missing_ok=True)
        try:
            temporary.hardlink_to(checkpoint)
        except OSError:
            shutil.copyfile(checkpoint, temporary)
        temporary.replace(self.model)


if sys.platform != "win32":

    def _lock(file: TextIO) -> None:
        """Takes the lock; retries, because `is_held` in another process may hold it for a moment."""
        for _ in range(4):
            with suppress(BlockingIOError):
                return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            time.sleep(0.02)
        return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _now() -> str:
    return datetime.now().astimezone().strftime("%Y%m%d_%H%M%S")
