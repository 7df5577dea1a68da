"""The model that plays, from a file or the newest checkpoint of a run."""

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
    """A loaded model."""

    name: str
    """The name of the model's file."""
    games_played: int | None
    """The games of its training; `None` for a file with weights only."""
    evaluator: Evaluator


class ModelSource:
    """A source of models: a model file, or a run that may still be training and may not have a model yet.

    Args:
        path: the file or the run directory.

    Raises:
        FileNotFoundError: `path` does not exist, or is a directory without a run.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        self.is_run = self.path.is_dir()
        if not self.path.exists():
            raise FileNotFoundError(2, "no model or run of this name", str(path))
        if self.is_run and not RunDirectory(self.path).config.exists() and not list_checkpoints(path):
            raise FileNotFoundError(2, "no run in this directory", str(path))
        self.model: Model | None = None
        """The current model; `None` before the first `load`, and while the run has no model."""
        self._seen = -1

    @property
    def name(self) -> str:
        """The name of the file or the directory, without its path."""
        return self.path.resolve().name

    def newer_games(self) -> int | None:
        """Returns the games of the run's newest checkpoint if it is newer than the last `load`; it may be damaged."""
        newest = self._newest()
        return newest if newest > self._seen else None

    def _newest(self) -> int:
        checkpoints = list_checkpoints(self.path) if self.is_run else []
        return checkpoints[0].games_played if checkpoints else -1

    def load(self) -> Model:
        """Loads the newest model and makes it the current one; verifying a checkpoint of a run takes about a second.

        Raises:
            FileNotFoundError: the model does not exist.
            OSError: the model can't be read.
            ModelFileError: the model is damaged.
        """
        newest = self._newest()
        path = model_of(self.path)
        games = games_in(path)
        self.model = Model(path.name, games if games >= 0 else None, Evaluator.load(path))
        self._seen = newest
        return self.model
