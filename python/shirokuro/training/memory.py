"""What memory a training takes, and how it keeps within a budget."""

from __future__ import annotations

import ctypes
import dataclasses
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from shirokuro._core import STAGE_ENTRIES, STAGES
from shirokuro.config import TrainConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

MB = 1_000_000

COMPONENTS = ("weights", "adam", "tables", "records", "learning", "python", "other", "resident", "budget")
"""The parts of a report, in the order that people read them."""

_STATM = Path("/proc/self/statm")

ENTRIES = STAGES * STAGE_ENTRIES
WEIGHTS = 2 * ENTRIES
ADAM = 8 * ENTRIES

PYTHON = 64 * MB
"""What the interpreter and its modules are taken to need, unless there is more when the first trainer is made."""

LEAST_TABLE = round(TrainConfig.SETTINGS["table_mb"].low * MB)
"""The smallest transposition table."""

_WORKER = 700_000
"""A worker's sums for learning, and its stack as far as it is used."""

_LEARNED = 8 * MB
"""Which entries were learned, which of them can occur, and what belongs to no part."""

_POSITION = 116
"""A position while it is learned: 56 indices and an error."""

_GAME = 2_000
"""A game's moves and values, and what is reported of it."""

_UNDO = 60 * 56 * 16 // 8
"""What is kept of a game's entries in the middle of a generation: games of a generation share most of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlan:
    """How a training's memory is shared out, in bytes."""

    budget: int
    """All of the process."""
    weights: int
    """The weights."""
    adam: int
    """Adam's moments."""
    python: int
    """The interpreter and what else the process had before."""
    records: int
    """The games of a generation, and their positions while they are learned."""
    other: int
    """The workers' memory, and which entries were learned."""
    workers: int
    """Worker threads, each with a table."""
    wanted_table: int
    """The size that each transposition table should have."""

    @property
    def left(self) -> int:
        """What is left for transposition tables; less than nothing if the rest does not fit."""
        return self.budget - self.weights - self.adam - self.python - self.records - self.other

    @property
    def table(self) -> int:
        """The size that each table gets: the least one, where there is no room at all."""
        return max(min(self.wanted_table, self.left // self.workers), LEAST_TABLE)

    @property
    def is_reduced(self) -> bool:
        """The tables are smaller than they should be."""
        return self.table < self.wanted_table

    def parts(self) -> str:
        """The parts beside the tables, for people."""
        names = ("weights", "adam", "python", "records", "other")
        words = {"adam": "Adam", "python": "Python", "records": "games of a generation"}
        return ", ".join(f"{words.get(name, name)} {getattr(self, name) / MB:.1f}" for name in names)

    def __str__(self) -> str:
        tables = f"{self.workers} tables of {self.table / MB:.1f}"
        return f"budget {self.budget / MB:.1f} MB: {self.parts()}, {tables}"


def plan(config: TrainConfig) -> MemoryPlan:
    """Shares out the budget: what has to be there, and the rest for the transposition tables.

    What the process had before the first trainer was made takes its part, but it is no reason to refuse: a run can be
    loaded in any program.

    Raises:
        ValueError: the budget does not hold what has to be there, whatever the program.
    """
    games = config.generation_games
    shared = MemoryPlan(
        budget=round(config.budget_mb * MB),
        weights=WEIGHTS,
        adam=ADAM,
        python=max(PYTHON, memory_before() or 0),
        records=games * (60 * _POSITION + _GAME + _UNDO),
        other=_LEARNED + config.worker_threads * _WORKER,
        workers=config.worker_threads,
        wanted_table=round(config.table_mb * MB),
    )
    alone = dataclasses.replace(shared, python=PYTHON)
    if alone.left < LEAST_TABLE * alone.workers:
        need = alone.budget - alone.left + LEAST_TABLE * alone.workers
        raise ValueError(
            f"budget_mb = {config.budget_mb:g}: this training needs {need / MB:.1f} MB at least: {alone.parts()}, "
            f"and {alone.workers} transposition tables of {LEAST_TABLE / MB:.1f}"
        )
    return shared


def resident_memory() -> int | None:
    """Bytes of this process that are in memory; `None` where the system does not tell."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None


@cache
def memory_before() -> int | None:
    """What was resident when this was first asked: before the first trainer was made."""
    return resident_memory()


class _MallInfo2(ctypes.Structure):
    """What glibc tells of its heaps (see `man mallinfo2`)."""

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
    """What the C library's allocator has of the system, without the large blocks that it returns at once."""

    heap: int
    """Bytes in its heaps."""

    free: int
    """Bytes of them that nobody uses, and that it keeps because what is behind them is used."""


def allocator_memory() -> AllocatorMemory | None:
    """What the allocator holds; `None` where it does not tell (all but glibc 2.33 and newer)."""
    if sys.platform != "linux":
        return None
    mallinfo2 = _mallinfo2()
    if mallinfo2 is None:
        return None
    info = mallinfo2()
    # The free block at the end can go back to the system, and large ones do not hold others up.
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
    """Bytes by component, from what the core has allocated and what the system says."""
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
