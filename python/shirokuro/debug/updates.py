"""A log of weight updates: every weight that training changes, before and after."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from shirokuro._core import UNITS_PER_DISC
from shirokuro.debug.tables import bit_sets, digits, discs, names, sizes
from shirokuro.display.tables import text_table
from shirokuro.files import target_of

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
    ("pattern", "U16"),
    ("stage", "u1"),
    ("entry", "u2"),
    ("mirror", "u2"),
    ("visits", "u4"),
    ("error", "f4"),
    ("before", "u2"),
    ("after", "u2"),
]


class UpdateLog:
    """A writer of updates to a CSV file, which also keeps those of the core's last call."""

    def __init__(self, trainer: Learner, file: TextIO) -> None:
        self._trainer = trainer
        self._file = file
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(COLUMNS)
        self.updates = 0
        """The number of updates written."""
        self.last: NDArray[Any] = np.empty(0, dtype=_UPDATE)
        """The updates of the last generation, one row per entry: `pattern`, `stage`, `entry`, `mirror` (the mirror
        image, which changes as well), `visits` (the number of times that positions read either of them), `error` (the
        mean of target − evaluation over these, in discs for the side to move), `before` and `after` (weights as they
        are stored)."""

    def __call__(self, report: GenerationReport) -> None:
        """Writes the updates of a report from the core."""
        columns = report.updates
        if columns is None:
            return
        last = np.empty(len(columns["stage"]), dtype=_UPDATE)
        last["pattern"] = names(self._trainer.patterns)[columns["pattern"]]
        last["stage"], last["entry"], last["mirror"] = columns["stage"], columns["entry"], columns["mirror"]
        last["visits"], last["error"] = columns["visits"], columns["error"]
        last["before"], last["after"] = columns["before"], columns["after"]
        head = (self._trainer.games_played, int(report.generation_complete))
        for *table, visits, error, before, after in last.tolist():
            # 9 digits identify an f32 exactly.
            self._writer.writerow((*head, *table, visits, f"{error:.9g}", before, after))
        self._file.flush()
        self.last = last
        self.updates += len(last)

    def text(self, *, limit: int = 20) -> str:
        """Returns the largest changes of the last generation as text."""
        squares = sizes(self._trainer.patterns)
        change = self.last["after"].astype(np.int64) - self.last["before"]
        rows = []
        for at in np.argsort(-np.abs(change), kind="stable")[:limit]:
            name, stage, entry, _, visits, error, before, after = self.last[at].item()
            shown = (discs(before), discs(after), change[at] / UNITS_PER_DISC)
            numbers = (f"{number:+.4f}" for number in (error, *shown))
            rows.append((name, stage, entry, digits(squares[name], entry), visits, *numbers))
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
    """Writes every weight update within the `with` block to a CSV file. The training itself is not affected.

    A generation changes an entry once, by the mean error of all positions that read it or its mirror image. A
    generation that is trained in several calls is learned again in each call, from the weights before the generation.
    `final` is 1 in the rows of the call that completed it. The updates of one generation are in memory at a time, some
    40 bytes each.

    Args:
        trainer: the trainer or learner to observe, including sessions in the background.
        path: the file to write; an existing one is replaced.
        stages: the stages to log, 0 … 59 (default: all).
        patterns: the names of the patterns to log (default: all).

    Raises:
        ValueError: a stage or pattern does not exist.
        OSError: the file can't be written.
    """
    tables = bit_sets(trainer.patterns, stages, patterns)
    # Written as it grows, because it may be followed, and may be large.
    with target_of(path).open("w", encoding="utf-8", newline="") as file:
        log = UpdateLog(trainer, file)
        with trainer.observed(log, updates=tables):
            yield log
