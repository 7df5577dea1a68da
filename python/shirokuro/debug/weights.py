"""Statistics of a model's weights: how many were learned, how large they are, and whether any is at its limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shirokuro._core import NEUTRAL_WEIGHT, STAGES, UNITS_PER_DISC, Evaluator
from shirokuro.debug.tables import evaluator_of, selected
from shirokuro.display import notebook
from shirokuro.display.tables import text_table

if TYPE_CHECKING:
    from os import PathLike

    from numpy.typing import NDArray

_LIMITS = (0, 2 * NEUTRAL_WEIGHT - 1)
"""The least and the greatest weight that can be stored."""

_PERCENTILES = (1, 50, 99)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightSummary:
    """The summary of one table, of the tables of a pattern or stage, or of all."""

    entries: int
    """The number of entries, mirror images counted."""

    learned: int
    """The number of entries whose weights are not neutral."""

    saturated: int
    """The number of weights at a limit of what can be stored, −128 or +127.996 discs."""

    sd: float | None
    """The standard deviation of the learned weights, in discs; `None` without any. The other values are of them too."""

    percentiles: tuple[float, float, float] | None
    """The 1st, 50th and 99th percentile, in discs."""

    least: float | None
    """The least weight, in discs."""

    greatest: float | None
    """The greatest weight, in discs."""


@dataclass(frozen=True, slots=True)
class WeightStatistics:
    """Statistics of a model's weights. As text: by pattern and by stage."""

    evaluator: Evaluator
    """The model; the statistics are those of its weights at the time of a call."""

    def table(self, *, pattern: str | None = None, stage: int | None = None) -> WeightSummary:
        """Returns the summary of one table, of the tables of a pattern or stage, or of all tables.

        Raises:
            ValueError: the pattern or stage does not exist.
        """
        patterns, stages = selected(self.evaluator.patterns, pattern, stage)
        tables = self.evaluator.get_weights()
        counts = np.zeros(_LIMITS[1] + 1, dtype=np.int64)
        for name in patterns:
            for number in stages:
                counts += np.bincount(tables[name][number], minlength=len(counts))
        return _summary(counts)

    def text(self) -> str:
        """Returns the summaries by pattern and by stage as text."""
        whole = self.table()
        learned = f"{whole.learned:,} of {whole.entries:,} weights were learned ({whole.learned / whole.entries:.2%})"
        parts = [f"{learned}; {whole.saturated:,} are at the limits of what can be stored", ""]
        measures = ("learned", "share", "sd", "least", *(f"{rank} %" for rank in _PERCENTILES), "greatest", "limits")
        rows = [(name, *_cells(self.table(pattern=name))) for name in self.evaluator.patterns.entries]
        parts += [text_table(("pattern", *measures), [*rows, ("all", *_cells(whole))], left=("pattern",)), ""]
        stages = [(str(stage), *_cells(self.table(stage=stage))) for stage in range(STAGES)]
        parts.append(text_table(("stage", *measures), stages))
        return "\n".join(parts)

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        """Returns the text, for notebooks."""
        return notebook.text(self)


def weight_statistics(model: Evaluator | str | PathLike[str]) -> WeightStatistics:
    """Returns statistics of a model's weights.

    Args:
        model: a model file, a run's directory (for its latest checkpoint), or an evaluator.

    Raises:
        FileNotFoundError: the file does not exist, or the directory contains no model.
        ModelFileError: the file is damaged.
    """
    return WeightStatistics(evaluator_of(model))


def _summary(counts: NDArray[np.int64]) -> WeightSummary:
    """Summarizes a histogram of stored weights."""
    entries, saturated = int(counts.sum()), int(counts[list(_LIMITS)].sum())
    counts[NEUTRAL_WEIGHT] = 0
    if not (learned := int(counts.sum())):
        return WeightSummary(
            entries=entries, learned=0, saturated=0, sd=None, percentiles=None, least=None, greatest=None
        )
    discs = (np.arange(len(counts)) - NEUTRAL_WEIGHT) / UNITS_PER_DISC
    mean = counts @ discs / learned
    ranks = np.searchsorted(np.cumsum(counts), np.array(_PERCENTILES) / 100 * learned)
    low, middle, high = discs[ranks].tolist()
    found = discs[np.flatnonzero(counts)]
    return WeightSummary(
        entries=entries,
        learned=learned,
        saturated=saturated,
        sd=float(np.sqrt(counts @ (discs - mean) ** 2 / learned)),
        percentiles=(low, middle, high),
        least=float(found[0]),
        greatest=float(found[-1]),
    )


def _cells(summary: WeightSummary) -> tuple[str | None, ...]:
    numbers = (summary.least, *(summary.percentiles or (None,) * len(_PERCENTILES)), summary.greatest)
    return (
        f"{summary.learned:,}",
        f"{summary.learned / summary.entries:.2%}",
        None if summary.sd is None else f"{summary.sd:.3f}",
        *(None if number is None else f"{number:+.2f}" for number in numbers),
        f"{summary.saturated:,}",
    )
