"""Origins: the models from whose weights a run descends. Its checkpoints remember them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from shirokuro._core import ModelFileError, read_header
from shirokuro.runs.texts import build, read_object

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

KEY = "origins"
"""The key of the origins in the monitor's text of a checkpoint."""

MAX_ORIGINS = 20
"""The number of origins that a run remembers, so that files stay small in a long chain of runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A model from whose weights a run started. What is unknown is `None`."""

    file: str | None = None
    """The name of the model's file, without its folder; `None` if the weights were not read from a file."""
    weights: str
    """The digest of the weights (`Evaluator.digest`)."""
    digest: str | None = None
    """The digest of the model's training state (`file_digest`)."""
    games: int | None = None
    """The games that the model's own run had played."""

    def __str__(self) -> str:
        """Returns the model's file, games and digest, as far as they are known."""
        words = [self.file or "weights in memory"]
        if self.games is not None:
            words.append(f"{self.games:,} games")
        words.append(f"digest {self.digest}" if self.digest else f"digest of the weights {self.weights}")
        return ", ".join(words)


def origins_in(fields: Mapping[str, Any]) -> tuple[Origin, ...]:
    """Returns the origins in the monitor's fields, the model that the run started from first.

    Raises:
        TypeError: the field does not consist of origins.
    """
    values = fields.get(KEY, [])
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise TypeError(f"{KEY}: must be a list of objects")
    return tuple(build(Origin, value) for value in values[:MAX_ORIGINS])


def to_json(origins: Sequence[Origin]) -> list[dict[str, Any]]:
    """Returns what `origins_in` reads."""
    return [asdict(origin) for origin in origins[:MAX_ORIGINS]]


def origins_of(path: Path) -> tuple[Origin, ...]:
    """Returns the origins of the run that saved a file; none if they can't be read."""
    try:
        return origins_in(read_object(read_header(path)["monitor"] or "{}", "monitor"))
    except (OSError, ModelFileError, ValueError, TypeError):
        return ()
