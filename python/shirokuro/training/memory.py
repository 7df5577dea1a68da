"""Memory of a training: the plan that keeps it within a budget, and the report of its use."""

from __future__ import annotations

import ctypes
import dataclasses
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from shirokuro._core import STAGES, PatternSet
from shirokuro.config import TrainConfig
from shirokuro.display.format import counted
from shirokuro.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Mapping

MB = 1_000_000

COMPONENTS = ("weights", "adam", "tables", "records", "learning", "python", "other", "resident", "budget")
"""Components of a report, in display order."""

_STATM = Path("/proc/self/statm")

_WEIGHT = 2
"""Bytes of a weight."""

_MOMENTS = 8
"""Bytes of the moments of an entry."""

PYTHON = 64 * MB
"""Assumed bytes of the interpreter and its modules, unless more is in use before the first trainer is made."""

MIN_TABLE = round(TrainConfig.SETTINGS["table_mb"].low * MB)
"""Bytes of the smallest transposition table."""

_WORKER = 700_000
"""Bytes of a worker's sums for learning and of the used part of its stack."""

_LEARNED = 8 * MB
"""Bytes that record which entries were learned and which can occur, plus everything that belongs to no other part.

Two bits for each entry beyond those of the default patterns come on top.
"""

_INDEX = 2
"""Bytes of an index while a position is learned: there are 56, or 64 if the patterns are not the default ones."""

_ERROR = 4
"""Bytes of a position's error."""

_SHARED_ERROR = 4
"""Bytes of a position's error by the tables of another stage that it teaches."""

_GAME = 2_000
"""Bytes of a game's moves and values, and of its report."""

_UNDO = 60 * 16 // 8
"""Bytes of a game's old entries by one feature, kept in the middle of a generation. Games share most entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlan:
    """Division of a training's memory, in bytes."""

    budget: int
    """Limit for the whole process."""
    weights: int
    """Weights."""
    adam: int
    """Moments of Adam."""
    python: int
    """The interpreter and everything else that the process used before."""
    records: int
    """Games of a generation, and their positions while they are learned."""
    other: int
    """Memory of the workers, and the record of which entries were learned."""
    workers: int
    """Number of worker threads; each has a table."""
    wanted_table: int
    """Size of each transposition table that is asked for: the setting, or less after the process outgrew the budget."""

    @property
    def left(self) -> int:
        """Bytes left for transposition tables; negative if the rest does not fit."""
        return self.budget - self.weights - self.adam - self.python - self.records - self.other

    @property
    def table(self) -> int:
        """Size that each table gets; the minimum size if nothing is left."""
        return max(min(self.wanted_table, self.left // self.workers), MIN_TABLE)

    @property
    def spare(self) -> int:
        """Bytes of the budget that neither the training nor its tables need."""
        return max(self.left - self.workers * self.table, 0)

    @property
    def is_reduced(self) -> bool:
        """Whether the tables are smaller than requested."""
        return self.table < self.wanted_table

    def parts(self) -> str:
        """Returns the parts other than the tables as readable text."""
        names = ("weights", "adam", "python", "records", "other")
        words = {"adam": "Adam", "python": "Python", "records": "games of a generation"}
        return ", ".join(f"{words.get(name, name)} {getattr(self, name) / MB:.1f}" for name in names)

    def __str__(self) -> str:
        tables = f"{counted(self.workers, 'table')} of {self.table / MB:.1f}"
        return f"budget {self.budget / MB:.1f} MB: {self.parts()}, {tables}"


@cache
def entries(patterns: PatternSet) -> int:
    """Returns the number of weight entries, including mirror images."""
    return STAGES * sum(patterns.entries.values())


def plan(config: TrainConfig, patterns: PatternSet | None = None) -> MemoryPlan:
    """Divides the budget: the fixed parts come first, and the transposition tables get the rest.

    Without `patterns`, they are the default ones.

    Memory that the process used before the first trainer was made counts as one of the parts. It never causes an error,
    so a run can be loaded in any program.

    Raises:
        ValueError: `budget_mb` is too small for the fixed parts and the smallest tables, whatever the program.
    """
    patterns, games = patterns or PatternSet.default(), config.generation_games
    features, count = sum(map(len, patterns.features.values())), entries(patterns)
    position = _INDEX * (features if patterns.is_default else 64) + _ERROR
    logs = 1 + config.delay_generations  # the entries before this generation, and before the last one
    shared = round(2 * max(Schedule.of(config.share_stages).values))
    planned = MemoryPlan(
        budget=round(config.budget_mb * MB),
        weights=_WEIGHT * count,
        adam=_MOMENTS * count,
        python=max(PYTHON, memory_before() or 0),
        records=games * (60 * (position + shared * _SHARED_ERROR) + _GAME + (1 + shared) * logs * features * _UNDO),
        other=_LEARNED + max(count - entries(PatternSet.default()), 0) // 4 + config.worker_threads * _WORKER,
        workers=config.worker_threads,
        wanted_table=round(config.table_mb * MB),
    )
    minimal = dataclasses.replace(planned, python=PYTHON)
    if minimal.left < MIN_TABLE * minimal.workers:
        need = minimal.budget - minimal.left + MIN_TABLE * minimal.workers
        raise ValueError(
            f"budget_mb = {config.budget_mb:g}: this training needs at least {need / MB:.1f} MB: {minimal.parts()}, "
            f"and {minimal.workers} transposition tables of {MIN_TABLE / MB:.1f}"
        )
    return planned


def resident_memory() -> int | None:
    """Returns the resident bytes of this process; `None` if the system does not report them."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None


@cache
def memory_before() -> int | None:
    """Returns the resident bytes at the first call, which is made before the first trainer."""
    return resident_memory()


class _MallInfo2(ctypes.Structure):
    """Statistics of glibc's heaps (see `man mallinfo2`)."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocatorMemory:
    """Memory that the C library's allocator holds, without the large blocks that it returns at once."""

    heap: int
    """Bytes in the heaps."""

    free: int
    """Unused bytes in the heaps, kept because memory behind them is in use."""


def allocator_memory() -> AllocatorMemory | None:
    """Returns the allocator's memory; `None` if it is unknown (only glibc 2.33 and newer report it)."""
    if sys.platform != "linux":
        return None
    mallinfo2 = _mallinfo2()
    if mallinfo2 is None:
        return None
    info = mallinfo2()
    # The free block at the top can be returned to the system. Large blocks are not in the heaps.
    return AllocatorMemory(heap=info.arena, free=max(info.fordblks - info.keepcost, 0))


@cache
def _mallinfo2() -> ctypes._NamedFuncPointer | None:
    try:
        function = ctypes.CDLL(None).mallinfo2
    except (OSError, AttributeError):
        return None
    function.restype = _MallInfo2
    function.argtypes = ()
    return function


def report(core: Mapping[str, int | None], config: TrainConfig) -> dict[str, int]:
    """Returns bytes by component, from the core's allocations and the system's figures."""
    parts = {name: value or 0 for name, value in core.items()}
    allocated = {
        "weights": parts["weights"],
        "adam": parts["moments"],
        "tables": parts["tables"],
        "records": parts["generation"],
        "learning": parts["scratch"] + parts["coverage"],
    }
    report = {**allocated, "rows": parts["rows"], "budget": round(config.budget_mb * MB)}
    untouched = None if core["resident_moments"] is None else parts["moments"] - parts["resident_moments"]
    resident, before = resident_memory(), memory_before()
    if untouched is not None:
        report["untouched"] = untouched
        if resident is not None and before is not None:
            rest = resident - (sum(allocated.values()) - untouched)
            report["python"] = min(before, max(rest, 0))
            report["other"] = max(rest - before, 0)
    if resident is not None:
        report["resident"] = resident
    if allocator := allocator_memory():
        report["allocator_free"] = allocator.free
    return report
