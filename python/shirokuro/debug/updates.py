"""The log of updates: every weight that a training changes, before and after."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shirokuro._core import UNITS_PER_DISC
from shirokuro.debug.tables import NAMES, bit_sets, digits, discs
from shirokuro.display.tables import text_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike
    from typing import TextIO

    from numpy.typing import NDArray

    from shirokuro._core import GenerationReport
    from shirokuro.training.learner import Learner

COLUMNS = ("games_played", "final", "pattern", "stage", "entry", "mirror", "visits", "error", "before", "after")
"""The columns of the log."""

_UPDATE = [
    ("pattern", "U3"),
    ("stage", "u1"),
    ("entry", "u2"),
    ("mirror", "u2"),
    ("visits", "u4"),
    ("error", "f4"),
    ("before", "u2"),
    ("after", "u2"),
]


class UpdateLog:
    """Writes updates to a CSV file as they are made, and keeps those of the last call of the core."""

    def __init__(self, trainer: Learner, file: TextIO) -> None:
        self._trainer = trainer
        self._file = file
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(COLUMNS)
        self.updates = 0
        """Updates that were written."""
        self.last: NDArray[Any] = np.empty(0, dtype=_UPDATE)
        """The last generation's updates, an entry a row: `pattern`, `stage`, `entry`, `mirror` (the mirror image, which
        changes as well), `visits` (times that positions read either), `error` (their mean target − evaluation, in discs
        for their sides to move), `before` and `after` (weights as they are stored)."""

    def __call__(self, report: GenerationReport) -> None:
        """Takes in what the core reports."""
        columns = report.updates
        if columns is None:
            return
        last = np.empty(len(columns["stage"]), dtype=_UPDATE)
        last["pattern"] = NAMES[columns["pattern"]]
        last["stage"], last["entry"], last["mirror"] = columns["stage"], columns["entry"], columns["mirror"]
        last["visits"], last["error"] = columns["visits"], columns["error"]
        last["before"], last["after"] = columns["before"], columns["after"]
        head = (self._trainer.games_played, int(report.generation_complete))
        for *table, visits, error, before, after in last.tolist():
            self._writer.writerow((*head, *table, visits, f"{error:.9g}", before, after))  # 9 digits are an f32 exactly
        self._file.flush()
        self.last = last
        self.updates += len(last)

    def text(self, *, limit: int = 20) -> str:
        """The largest changes of the last generation."""
        change = self.last["after"].astype(np.int64) - self.last["before"]
        rows = []
        for at in np.argsort(-np.abs(change), kind="stable")[:limit]:
            name, stage, entry, _, visits, error, before, after = self.last[at].item()
            shown = (discs(before), discs(after), change[at] / UNITS_PER_DISC)
            numbers = (f"{number:+.4f}" for number in (error, *shown))
            rows.append((name, stage, entry, digits(name, entry), visits, *numbers))
        header = ("pattern", "stage", "entry", "digits", "visits", "error", "before", "after", "change")
        return text_table(header, rows, left=("pattern", "digits"))


@contextmanager
def log_updates(
    trainer: Learner,
    path: str | PathLike[str],
    *,
    stages: Iterable[int] | None = None,
    patterns: Iterable[str] | None = None,
) -> Iterator[UpdateLog]:
    """Debug mode: within it, every update of a weight is written to a CSV file. It changes nothing of the training.

    A generation changes an entry once, by the mean error of all positions that read it or its mirror image. If it is
    trained in several calls, it is learned anew each time, from the weights before it: `final` is 1 in the rows of the
    call that completed it. One generation's updates are in memory at a time, some 40 bytes each.

    Args:
        trainer: whose updates; sessions in the background too.
        path: the file, which is replaced.
        stages: only those of these stages, 0 … 59.
        patterns: only those of these patterns, `"P01"` … `"P14"`.

    Raises:
        ValueError: there is no such stage or pattern.
        OSError: the file can't be written.
    """
    tables = bit_sets(stages, patterns)
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        log = UpdateLog(trainer, file)
        with trainer.observed(log, updates=tables):
            yield log
