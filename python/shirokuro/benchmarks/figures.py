"""Figures: repeated measurements and their targets, and the file that a run of the suite writes."""

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
"""The dependence of a figure on the machine's speed.

A `"rate"` grows with the speed, a `"time"` shrinks with it, and `"none"` does not depend on it. A `"count"` is not
timed. `"points"` are differences that may be zero, or properties of the machine; they are not compared.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure and its measurements, one per round."""

    key: str
    """The name in files."""
    name: str
    """The name in tables."""
    unit: str
    """The unit of measurement."""
    target: float | None = None
    """The lower or upper bound to be reached; `None` if the figure is only informative."""
    more_is_better: bool = False
    """Whether the target is a lower bound rather than an upper one."""
    scaling: Scaling = "time"
    """The dependence on the machine's speed."""
    all_cores: bool = False
    """Whether the figure depends on the number of cores."""
    measured: tuple[float, ...] = ()
    """The measurements, in the order of the rounds."""

    @property
    def median(self) -> float:
        """The median of the measurements, which is the figure's value."""
        return statistics.median(self.measured)

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; `None` without a target."""
        if self.target is None:
            return None
        return self.median >= self.target if self.more_is_better else self.median <= self.target

    @property
    def verdict(self) -> str:
        """`met` or `missed`, with a tilde if only some of the rounds reach the target; empty without a target."""
        if self.target is None:
            return ""
        best = max(self.measured) if self.more_is_better else min(self.measured)
        worst = min(self.measured) if self.more_is_better else max(self.measured)
        reached = [dataclasses.replace(self, measured=(value,)).met for value in (best, worst)]
        word = "met" if self.met else "missed"
        return f"{word} ~" if reached[0] != reached[1] else word


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The results of one run of the suite."""

    version: str
    """The package's version."""
    quick: bool
    """Whether the run did less work, which makes its figures incomparable with those of a full run."""
    machine: Mapping[str, Any]
    """The machine on which the suite ran."""
    model: Mapping[str, Any]
    """The evaluation that the searches used."""
    figures: tuple[Figure, ...]
    """The figures, in the order in which they are shown."""
    phases: Mapping[str, Mapping[str, float]]
    """Seconds by phase, by the key of the figure during whose measurement they were taken."""
    bottlenecks: Mapping[str, str]
    """Explanations of missed targets, by the key of the figure."""

    def figure(self, key: str) -> Figure | None:
        """Returns the figure with this key; `None` if it was not measured."""
        return next((figure for figure in self.figures if figure.key == key), None)

    def to_json(self) -> str:
        """Returns a document that `from_json` reads."""
        figures = [
            {**dataclasses.asdict(figure), "median": figure.median, "met": figure.met} for figure in self.figures
        ]
        return json.dumps({"format": FORMAT, **dataclasses.asdict(self), "figures": figures}, indent=2) + "\n"

    @classmethod
    def from_json(cls, path: str | PathLike[str]) -> Self:
        """Reads a file of results.

        Raises:
            OSError: the file can't be read.
            ValueError: the file does not hold results, or is of another version.
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
