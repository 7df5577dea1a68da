"""The model that plays: the one of a file, or the newest of a run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shirokuro._core import Evaluator
from shirokuro.runs.checkpoints import games_in, list_checkpoints, model_of
from shirokuro.runs.directory import RunDirectory

if TYPE_CHECKING:
    from os import PathLike


@dataclass(frozen=True, slots=True)
class Model:
    """A model that was loaded."""

    name: str
    """Its file's name."""
    games_played: int | None
    """Of its training; `None` in a file of weights alone."""
    evaluator: Evaluator


class ModelSource:
    """Where models come from: a model file, or a run that may go on meanwhile, or may have no model yet.

    Args:
        path: the file or the run's directory.

    Raises:
        FileNotFoundError: there is neither.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        self.is_run = self.path.is_dir()
        if not self.path.exists():
            raise FileNotFoundError(2, "no model and no run", str(path))
        if self.is_run and not RunDirectory(self.path).config.exists() and not list_checkpoints(path):
            raise FileNotFoundError(2, "no run in", str(path))
        self.model: Model | None = None
        """The one that plays; `None` before the first `load`, and while a run has none."""
        self._seen = -1

    @property
    def name(self) -> str:
        """The file's or the directory's name, without where it is."""
        return self.path.resolve().name

    def newer_games(self) -> int | None:
        """Games of the run's newest checkpoint, if it came after the last `load`; its file may be damaged."""
        newest = self._newest()
        return newest if newest > self._seen else None

    def _newest(self) -> int:
        checkpoints = list_checkpoints(self.path) if self.is_run else []
        return checkpoints[0].games_played if checkpoints else -1

    def load(self) -> Model:
        """Loads the newest model, which plays from now on. Takes a second or so for a run: its file is checked first.

        Raises:
            FileNotFoundError: there is none (other `OSError`s: it can't be read).
            ModelFileError: it is damaged.
        """
        newest = self._newest()
        path = model_of(self.path)
        games = games_in(path)
        self.model = Model(path.name, games if games >= 0 else None, Evaluator.load(path))
        self._seen = newest
        return self.model
