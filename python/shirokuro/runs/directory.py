"""The directory of a run: the one contract between a training run and whatever watches it."""

from __future__ import annotations

import logging
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Self

from shirokuro._core import PatternSet
from shirokuro.files import open_own, write_text
from shirokuro.runs.lock import DirectoryLock, is_locked

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
    def patterns(self) -> Path:
        """The file of patterns of a run whose patterns are not the default ones."""
        return self.path / "patterns.toml"

    def own_patterns(self) -> PatternSet | None:
        """Returns the patterns in the directory's file of them; `None` without one.

        Raises:
            OSError: the file can't be read (ValueError: it is damaged).
        """
        return PatternSet.from_toml(self.patterns) if self.patterns.exists() else None

    def write_patterns(self, patterns: PatternSet) -> None:
        """Writes the file of patterns, unless it defines these already, or there is none and they are the default ones.

        Raises:
            OSError: the file can't be written.
        """
        if patterns.is_default and not self.patterns.exists():
            return
        with suppress(ValueError):
            if self.own_patterns() == patterns:
                return
        write_text(self.patterns, patterns.to_toml())

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
    def snapshots(self) -> Path:
        """The folder of snapshots: weights alone, from the measurements of strength."""
        return self.path / "snapshots"

    @property
    def strength(self) -> Path:
        """The file of the games between snapshots and fixed opponents, and their ratings."""
        return self.path / "strength.json"

    @property
    def best(self) -> Path:
        """The weights of the strongest snapshot."""
        return self.path / "best.shiro"

    @property
    def logs(self) -> Path:
        """The folder of log files, one per session."""
        return self.path / "logs"

    @property
    def model(self) -> Path:
        """The file with the complete state of the training at its end, or at its last stop."""
        return self.path / "model.shiro"

    @contextmanager
    def held(self) -> Iterator[DirectoryLock]:
        """Creates the directory, and locks it against other training runs.

        Yields the lock, which knows whether the file system has locks at all.

        Raises:
            BlockingIOError: another training run is using the directory.
            OSError: the directory can't be created.
        """
        self.checkpoints.mkdir(parents=True, exist_ok=True)
        with DirectoryLock(self.path) as lock:
            self._remove_leftovers()
            yield lock

    def is_held(self) -> bool:
        """Checks whether a training run is using the directory."""
        return is_locked(self.path)

    def _remove_leftovers(self) -> None:
        # No other process writes here now, so a temporary file was left by a killed process.
        for folder in (self.path, self.checkpoints, self.snapshots):
            for pattern in (".*.shiro.*.tmp", ".config.*.tmp.toml", ".patterns.*.tmp.toml", ".strength.*.tmp.json"):
                for file in folder.glob(pattern):
                    file.unlink(missing_ok=True)
                    _log.info("removed %s, left behind by a killed process", file)

    def set_aside(self, files: Iterable[Path]) -> None:
        """Moves files that do not belong to this run's history into a separate folder; nothing is deleted.

        Raises:
            OSError: a file can't be moved; then all are where they were.
        """
        folder, moved = _unused(self.path / "set-aside" / _now()), []
        try:
            for file in files:
                folder.mkdir(parents=True, exist_ok=True)
                file.rename(folder / file.name)
                moved.append(file)
        except OSError:
            for file in moved:
                (folder / file.name).rename(file)
            raise
        for file in moved:
            _log.warning("%s does not belong to this run's history: moved to %s", file, folder)

    def write_config(self, config: TrainConfig) -> None:
        """Writes the file of settings."""
        write_text(self.config, config.to_toml(), follow=False)

    def publish(self, source: Path, name: Path | None = None) -> None:
        """Makes a file a hard link to another one, or a copy if the file system has no hard links.

        Args:
            source: a checkpoint or snapshot.
            name: the file that it replaces in one step; by default, the model file.

        Raises:
            OSError: the file can't be written.
        """
        name = name or self.model
        temporary = name.with_name(f".{name.name}.{os.getpid()}.tmp")
        temporary.unlink(missing_ok=True)
        try:
            temporary.hardlink_to(source)
        except OSError:
            with (
                source.open("rb") as content,
                open_own(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as copy,
            ):
                shutil.copyfileobj(content, copy, 1 << 20)
            shutil.copystat(source, temporary)  # views of the run compare the times, which a hard link shares
        temporary.replace(name)
        temporary.unlink(missing_ok=True)  # still there if both were already the same file


def _unused(folder: Path) -> Path:
    """Returns a folder's path, with a number if it exists."""
    paths = (folder if number == 1 else folder.with_name(f"{folder.name}_{number}") for number in count(1))
    return next(path for path in paths if not path.exists())


def _now() -> str:
    return datetime.now().astimezone().strftime("%Y%m%d_%H%M%S")
