"""The caller's own parts of a training: targets, and opponents. A checkpoint has their names alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from shirokuro.runs.texts import typed
from shirokuro.training.opponents import Opponents

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike

    from shirokuro._core import GamePositions

    TargetFunction: TypeAlias = Callable[[GamePositions], ArrayLike]
    """Returns a target for each position, in discs for its side to move; NaN for one that is not to be learned."""

KEY = "own"
"""The key of the parts' names in the monitor's text of a checkpoint."""

KINDS = ("targets", "opponents")


def check_targets(targets: object) -> None:
    """Checks that the targets are a function.

    Raises:
        TypeError: they are something else.
    """
    if targets is not None and not callable(targets):
        raise TypeError(f"targets = {targets!r}: must be a function of GamePositions, or None")


def check_opponents(opponents: object) -> None:
    """Checks that the opponents are `Opponents`.

    Raises:
        TypeError: they are something else.
    """
    if opponents is not None and not isinstance(opponents, Opponents):
        raise TypeError(f"opponents = {opponents!r}: must be Opponents or None")


def names_of(targets: TargetFunction | None, opponents: Opponents | None) -> dict[str, str]:
    """Returns the names of the parts that there are, by kind."""
    names = {}
    if targets is not None:
        names["targets"] = str(getattr(targets, "__qualname__", type(targets).__qualname__))
    if opponents is not None:
        names["opponents"] = str(opponents)
    return names


def names_in(fields: Mapping[str, Any]) -> dict[str, str]:
    """Returns the names in the monitor's fields of a checkpoint, by kind.

    Raises:
        TypeError: the field has the wrong structure.
    """
    names = typed(fields.get(KEY, {}), dict)
    return {kind: typed(names[kind], str) for kind in KINDS if kind in names}


def check_complete(before: Mapping[str, str], now: Mapping[str, str]) -> None:
    """Checks that a run continues with every kind of part that it has had.

    Raises:
        ValueError: a part is missing.
    """
    for kind, name in before.items():
        if kind not in now:
            raise ValueError(
                f"{kind}: the run has its own, which no checkpoint holds ({name}): set trainer.{kind} to continue it"
            )
