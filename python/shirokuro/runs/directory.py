"""A run's directory: the one contract between a training and whatever looks at it."""

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
    """Where a run keeps its settings, its metrics, its checkpoints and its model."""

    path: Path
    """The directory."""

    @classmethod
    def named_by_time(cls) -> Self:
        """A directory in `runs`, named by the time of day."""
        return cls(Path("runs") / _now())

    @property
    def config(self) -> Path:
        """Every setting, resolved."""
        return self.path / "config.toml"

    @property
    def metrics(self) -> Path:
        """One JSON object a report, append-only."""
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
        """The folder of log files, one a session."""
        return self.path / "logs"

    @property
    def model(self) -> Path:
        """The whole state of the training at its end, or where it was last stopped."""
        return self.path / "model.shiro"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Makes the directory, and keeps other trainings out of it.

        Raises:
            BlockingIOError: another training is using it.
            OSError: it can't be made.
        """
        self.checkpoints.mkdir(parents=True, exist_ok=True)
        path = self.path / ".lock"
        with path.open("w") as file:
            if sys.platform != "win32":
                try:
                    _lock(file)
                except BlockingIOError as error:
                    raise BlockingIOError(error.errno, "another training is using this directory", str(path)) from None
            self._remove_leftovers()
            yield

    def is_held(self) -> bool:
        """A training is using it."""
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
        # Nobody else writes here now: a temporary file is of a process that was killed.
        for folder in (self.path, self.checkpoints):
            for file in folder.glob(".*.shiro.*.tmp"):
                file.unlink(missing_ok=True)
                _log.info("removed %s, which a killed process left", file)

    def set_aside(self, files: Iterable[Path]) -> None:
        """Moves files that are not of this run's past into a folder of their own; nothing is deleted."""
        folder = self.path / "set-aside" / _now()
        for file in files:
            folder.mkdir(parents=True, exist_ok=True)
            file.replace(folder / file.name)
            _log.warning("%s is not of this run's past: moved to %s", file, folder)

    def write_config(self, config: TrainConfig) -> None:
        """Writes the settings."""
        temporary = self.config.with_name(".config.toml.tmp")
        temporary.write_text(config.to_toml(), encoding="utf-8")
        temporary.replace(self.config)

    def publish(self, checkpoint: Path) -> None:
        """Makes the model file a checkpoint's second name, or its copy where the file system knows no second names.

        Raises:
            OSError: it can't be written.
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
        """Takes the lock, also when somebody is just looking whether it is free."""
        for _ in range(4):
            with suppress(BlockingIOError):
                return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            time.sleep(0.02)
        return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _now() -> str:
    return datetime.now().astimezone().strftime("%Y%m%d_%H%M%S")
