"""Comparison of two models, weight by weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shirokuro._core import STAGES, UNITS_PER_DISC, PatternSet
from shirokuro.debug.tables import digits, discs, evaluator_of, mirrors, selected, sizes
from shirokuro.display import notebook
from shirokuro.display.tables import text_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from numpy.typing import NDArray

    from shirokuro._core import Evaluator

_CHANGE = [("pattern", "U16"), ("stage", "u1"), ("entry", "u2"), ("mirror", "u2"), ("before", "u2"), ("after", "u2")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChange:
    """The summary of the differences in one table, in the tables of a stage or pattern, or in all."""

    entries: int
    """The number of entries, mirror images counted."""

    changed: int
    """The number of entries whose weights differ."""

    mean: float | None
    """The mean absolute difference over the changed entries, in discs; `None` if there are none."""

    rms: float | None
    """The root mean square of the differences, in discs; `None` if there are none."""

    largest: float | None
    """The largest absolute difference, in discs; `None` if there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightDiff:
    """The differences between the weights of two models. The arrays are indexed by [stage, pattern]."""

    changed: NDArray[np.int64]
    """The number of entries whose weights differ, mirror images counted."""

    absolute_sum: NDArray[np.float64]
    """The sum of the absolute differences, in discs."""

    square_sum: NDArray[np.float64]
    """The sum of the squared differences, in square discs."""

    largest: NDArray[np.float64]
    """The largest absolute difference in a table, in discs; 0 where nothing differs."""

    top: NDArray[Any]
    """The largest differences, one row per entry, largest first: `pattern`, `stage`, `entry`, `mirror` (the mirror
    image, which has the same weight and no row of its own), `before` and `after` (weights as they are stored)."""

    _models: tuple[Evaluator, Evaluator]

    @property
    def _patterns(self) -> PatternSet:
        return self._models[0].patterns

    def table(self, *, pattern: str | None = None, stage: int | None = None) -> TableChange:
        """Returns the summary of one table, of the tables of a pattern or stage, or of all tables.

        Raises:
            ValueError: the pattern or stage does not exist.
        """
        patterns, stages = selected(self._patterns, pattern, stage)
        entries = self._patterns.entries
        at = np.ix_(stages, [list(entries).index(name) for name in patterns])
        sizes = np.tile(list(entries.values()), (STAGES, 1))
        changed = int(self.changed[at].sum())
        return TableChange(
            entries=int(sizes[at].sum()),
            changed=changed,
            mean=float(self.absolute_sum[at].sum() / changed) if changed else None,
            rms=float(np.sqrt(self.square_sum[at].sum() / changed)) if changed else None,
            largest=float(self.largest[at].max()) if changed else None,
        )

    def changes(self, *, pattern: str | None = None, stage: int | None = None) -> Iterator[NDArray[Any]]:
        """Yields every entry that differs, table by table, with the columns of `top`; mirror images are included."""
        before, after = (model.get_weights() for model in self._models)
        for name in self._patterns.entries if pattern is None else [pattern]:
            mirror = mirrors(self._patterns)[name]
            for number in range(STAGES) if stage is None else [stage]:
                entries = np.flatnonzero(before[name][number] != after[name][number])
                if len(entries):
                    yield _rows(mirror, (name, number), entries, before[name][number], after[name][number])

    def text(self, *, limit: int = 20) -> str:
        """Returns the summaries by pattern and by stage, and the largest differences, as text."""
        whole = self.table()
        parts = [f"{whole.changed:,} of {whole.entries:,} weights differ ({whole.changed / whole.entries:.2%})", ""]
        measures = ("changed", "share", "mean", "rms", "largest")
        rows = [(name, *_cells(self.table(pattern=name))) for name in self._patterns.entries]
        parts += [text_table(("pattern", *measures), [*rows, ("all", *_cells(whole))], left=("pattern",)), ""]
        stages = [
            (str(stage), *_cells(self.table(stage=stage))) for stage in range(STAGES) if self.changed[stage].any()
        ]
        parts += [text_table(("stage", *measures), stages), ""]
        rows, squares = [], sizes(self._patterns)
        for name, stage, entry, _, before, after in self.top[:limit].tolist():
            numbers = (f"{discs(before):+.4f}", f"{discs(after):+.4f}", f"{(after - before) / UNITS_PER_DISC:+.4f}")
            rows.append((name, str(stage), str(entry), digits(squares[name], entry), *numbers))
        header = ("pattern", "stage", "entry", "digits", "before", "after", "change")
        parts.append(text_table(header, rows, left=("pattern", "digits")))
        return "\n".join(parts)

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        """Returns the text, for notebooks."""
        return notebook.text(self)


def diff_weights(
    before: Evaluator | str | PathLike[str], after: Evaluator | str | PathLike[str], *, top: int = 20
) -> WeightDiff:
    """Compares the weights of two models. Memory holds the two models, 58 MB each, and little more.

    Args:
        before: a model file, a run's directory (for its latest checkpoint), or an evaluator.
        after: the same.
        top: the number of largest differences to keep; mirror images count once.

    Raises:
        ValueError: `top` is negative, or the models have different patterns.
        FileNotFoundError: the file does not exist, or the directory contains no model.
        ModelFileError: a file is damaged.
    """
    if top < 0:
        raise ValueError(f"top = {top}: must be 0 or more")
    models = evaluator_of(before), evaluator_of(after)
    patterns = models[0].patterns
    if models[1].patterns != patterns:
        raise ValueError("the models have different patterns, so their weights can't be compared")
    first, second = (model.get_weights() for model in models)
    shape = (STAGES, len(patterns))
    changed = np.zeros(shape, dtype=np.int64)
    absolute, square, largest = (np.zeros(shape) for _ in range(3))
    best = np.empty(0, dtype=_CHANGE)
    for number, name in enumerate(patterns.entries):
        mirror = mirrors(patterns)[name]
        lower = np.arange(len(mirror)) <= mirror
        for stage in range(STAGES):
            old, new = first[name][stage], second[name][stage]
            size = np.abs(new.astype(np.int32) - old)
            entries = np.flatnonzero(size)
            if not len(entries):
                continue
            discs_each = size[entries] / UNITS_PER_DISC
            changed[stage, number] = len(entries)
            absolute[stage, number], square[stage, number] = discs_each.sum(), (discs_each**2).sum()
            largest[stage, number] = discs_each.max()
            own = entries[lower[entries]]
            own = own[np.argsort(-size[own], kind="stable")[:top]]
            best = np.concatenate([best, _rows(mirror, (name, stage), own, old, new)])
            order = np.argsort(-np.abs(best["after"].astype(np.int32) - best["before"]), kind="stable")
            best = best[order[:top]]
    return WeightDiff(
        changed=changed, absolute_sum=absolute, square_sum=square, largest=largest, top=best, _models=models
    )


def _rows(
    mirror: NDArray[np.uint16],
    table: tuple[str, int],
    entries: NDArray[Any],
    before: NDArray[np.uint16],
    after: NDArray[np.uint16],
) -> NDArray[Any]:
    rows = np.empty(len(entries), dtype=_CHANGE)
    rows["pattern"], rows["stage"] = table
    rows["entry"], rows["mirror"] = entries, mirror[entries]
    rows["before"], rows["after"] = before[entries], after[entries]
    return rows


def _cells(change: TableChange) -> tuple[str | None, ...]:
    numbers = (change.mean, change.rms, change.largest)
    shown = (None if number is None else f"{number:.4f}" for number in numbers)
    return (f"{change.changed:,}", f"{change.changed / change.entries:.2%}", *shown)
