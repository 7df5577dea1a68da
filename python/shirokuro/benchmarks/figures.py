"""Figures: what was measured several times, what it should be, and what a run of the suite leaves in a file."""

from __future__ import annotations

import dataclasses
import json
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

FORMAT = 1
"""The version of a result file."""

Scaling: TypeAlias = Literal["rate", "time", "none", "count", "points"]
"""How a figure depends on the machine's speed: it grows with it, shrinks with it, does not follow it, is not
measured by a clock at all, or is a difference that may be zero or the machine's own, which is not compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure and its measurements, one a round."""

    key: str
    """Its name in files."""
    name: str
    """Its name for people."""
    unit: str
    """What it is counted in."""
    target: float | None = None
    """What it should be, at least or at most; `None` if it only informs."""
    more_is_better: bool = False
    """The target is the least that it should be, not the most."""
    scaling: Scaling = "time"
    """How the machine's speed changes it."""
    all_cores: bool = False
    """It depends on the number of cores."""
    measured: tuple[float, ...] = ()
    """The measurements, in the order of the rounds."""

    @property
    def median(self) -> float:
        """The figure."""
        return statistics.median(self.measured)

    @property
    def met(self) -> bool | None:
        """The target is reached; `None` without one."""
        if self.target is None:
            return None
        return self.median >= self.target if self.more_is_better else self.median <= self.target

    @property
    def verdict(self) -> str:
        """In a word, with a tilde if only some of the rounds reach the target."""
        if self.target is None:
            return ""
        best = max(self.measured) if self.more_is_better else min(self.measured)
        worst = min(self.measured) if self.more_is_better else max(self.measured)
        reached = [dataclasses.replace(self, measured=(value,)).met for value in (best, worst)]
        word = "met" if self.met else "missed"
        return f"{word} ~" if reached[0] != reached[1] else word


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What a run of the suite measured."""

    version: str
    """The package's version."""
    quick: bool
    """It did less, so that its figures are not those of a full run."""
    machine: Mapping[str, Any]
    """Where it ran."""
    model: Mapping[str, Any]
    """The evaluation that was used for searching."""
    figures: tuple[Figure, ...]
    """The figures, in the order in which they are shown."""
    phases: Mapping[str, Mapping[str, float]]
    """Seconds by phase, by the key of the figure in whose measurement they were taken."""
    bottlenecks: Mapping[str, str]
    """What kept a figure from its target, by its key, in words."""

    def figure(self, key: str) -> Figure | None:
        """A figure by its key."""
        return next((figure for figure in self.figures if figure.key == key), None)

    def to_json(self) -> str:
        """A document that `from_json` reads."""
        figures = [
            {**dataclasses.asdict(figure), "median": figure.median, "met": figure.met} for figure in self.figures
        ]
        return json.dumps({"format": FORMAT, **dataclasses.asdict(self), "figures": figures}, indent=2) + "\n"

    @classmethod
    def from_json(cls, path: str | PathLike[str]) -> Self:
        """Reads a file of results.

        Raises:
            OSError: it can't be read.
            ValueError: it is none, or of another version.
        """
        try:
            with open(path, encoding="utf-8") as file:  # noqa: PTH123 (any path)
                document = json.load(file)
            if document.pop("format") != FORMAT:
                raise ValueError(f"{path}: results of another version of the suite: measure again")
            known = {field.name for field in dataclasses.fields(Figure)}
            document["figures"] = tuple(
                Figure(
                    **{name: value for name, value in figure.items() if name in known}
                    | {"measured": tuple(figure["measured"])}
                )
                for figure in document["figures"]
            )
            return cls(**document)
        except (KeyError, TypeError, AttributeError, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise ValueError(f"{path}: not results of `shirokuro bench --json`: {error!r}") from error
