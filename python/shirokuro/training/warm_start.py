"""Starting a run from the weights of another model."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias

from shirokuro._core import Evaluator, file_digest, read_header
from shirokuro.runs.checkpoints import model_of
from shirokuro.runs.origin import Origin, origins_of

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from shirokuro.training.learner import Learner

Init: TypeAlias = "Evaluator | Learner | str | PathLike[str]"
"""A model whose weights a run starts from: in memory, or a model file or a run directory (its latest checkpoint)."""


def starting_point(init: Init) -> tuple[Evaluator, tuple[Origin, ...]]:
    """Returns a model's weights, and its origins with the model itself first.

    Raises:
        FileNotFoundError: the file does not exist (other `OSError`s: it can't be read).
        ModelFileError: the file is not a model, or is damaged.
        RuntimeError: `init` is a trainer that is training.
        TypeError: `init` is not a model.
    """
    if isinstance(init, Evaluator):
        return init, (Origin(weights=init.digest()),)
    if isinstance(init, (str, os.PathLike)):
        return _from_file(model_of(init))
    if not hasattr(init, "state"):
        raise TypeError(f"init: must be an Evaluator, a Trainer or a path, not {type(init).__name__}")
    core, file = init.state.core, init.state.checkpoint
    origin = Origin(
        file=file.name if file else None,
        digest=core.digest(),
        weights=core.evaluator.digest(),
        games=core.games_played,
    )
    return core.evaluator, (origin, *init.state.origins)


def _from_file(path: Path) -> tuple[Evaluator, tuple[Origin, ...]]:
    evaluator, header = Evaluator.load(path), read_header(path)
    origin = Origin(
        file=path.name,
        weights=evaluator.digest(),
        digest=file_digest(path) if header["training_state"] else None,
        games=header["games_played"],
    )
    return evaluator, (origin, *origins_of(path))
