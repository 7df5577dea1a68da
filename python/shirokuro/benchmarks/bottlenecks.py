"""The reasons why a figure missed its target, derived only from what was measured alongside it."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shirokuro.training.report import BatchReport

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shirokuro.benchmarks.figures import Figure
    from shirokuro.benchmarks.training import Sample

_SAMPLE_OF = {"cpu": "train_all", "speedup": "train_all", "cpu_15ms": "train_15ms", "td_update": "train3"}
"""Figures that are computed from the samples of another figure."""

_MUCH = 10
"""A share of the workers' time, in percent, from which other programs are mentioned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The measurements of one run of the suite."""

    figures: Mapping[str, Figure]
    samples: Mapping[str, Sequence[Sample]]
    table_read_seconds: float
    """The latency of a read at a random position in a worker's table."""


def phases(samples: Mapping[str, Sequence[Sample]]) -> dict[str, dict[str, float]]:
    """Returns the seconds by phase of each figure, summed over its rounds."""
    return {key: _report(of).phases for key, of in samples.items()}


def of(context: Context) -> dict[str, str]:
    """Returns an explanation for every figure that missed its target."""
    missed = [figure for figure in context.figures.values() if figure.met is False]
    return {figure.key: _explain(figure, context) for figure in missed}


def _explain(figure: Figure, context: Context) -> str:
    key = _SAMPLE_OF.get(figure.key, figure.key)
    if figure.key == "td_update":
        text = _learning(_report(context.samples[key]))
    elif figure.key in ("cpu", "cpu_15ms", "speedup"):
        text = _idle(context.samples[key])
    elif key in context.samples:
        text = _training(context.samples[key], context)
    elif figure.key in ("save", "load"):
        text = _disk(figure, context)
    elif figure.key == "memory_peak":
        text = _memory(context)
    else:
        text = _engine(figure, context)
    return f"{text}{_machine(figure, context)}"


def percentages(phases: Mapping[str, float]) -> dict[str, float]:
    """Returns the share of the time by phase, in percent, largest first."""
    whole = sum(phases.values())
    return {name: 100 * phases[name] / whole for name in sorted(phases, key=phases.__getitem__, reverse=True)}


def _training(samples: Sequence[Sample], context: Context) -> str:
    report = _report(samples)
    parts = percentages(report.phases)
    if not parts:
        return "no phases were measured"
    first = next(iter(parts))
    text = f"{first}: " + ", ".join(f"{name} {share:.0f} %" for name, share in parts.items() if share >= 1)
    return f"{text}{_within_search(report, context)}{_taken(samples)}"


def _within_search(report: BatchReport, context: Context) -> str:
    """Estimates shares of the search from counts, because the clock can't be read for every position."""
    playing = report.playing_seconds
    evaluation, parts = context.figures.get("evaluate_search"), []
    if evaluation is not None and playing:
        parts.append(f"evaluation at most {100 * report.nodes * evaluation.median / 1e9 / playing:.2g} %")
    if playing:
        parts.append(f"the table at most {100 * report.table_probes * context.table_read_seconds / playing:.2g} %")
    return f"; within playing, estimated as count × measured time of one: {', '.join(parts)}" if parts else ""


def _idle(samples: Sequence[Sample]) -> str:
    report = _report(samples)
    waiting = percentages(report.phases).get("waiting", 0.0)
    outside = 100 * (1 - report.seconds / sum(sample.seconds for sample in samples))
    taken = statistics.median(sample.taken_percent for sample in samples)
    reasons = {
        f"waiting: workers had no game to play for {waiting:.0f} % of the time": waiting,
        f"other programs: the workers had work but no core for {taken:.0f} % of the time": taken,
        f"Python: {outside:.0f} % of the time passed outside the core": outside,
    }
    return "; ".join(sorted(reasons, key=reasons.__getitem__, reverse=True))


def _taken(samples: Sequence[Sample]) -> str:
    taken = statistics.median(sample.taken_percent for sample in samples)
    return f"; other programs took {taken:.0f} % of the workers' time" if taken >= _MUCH else ""


def _learning(report: BatchReport) -> str:
    parts = {"preparing positions": report.preparing_seconds, "changing weights": report.learning_seconds}
    whole = sum(parts.values())
    ordered = sorted(parts, key=parts.__getitem__, reverse=True)
    return f"{ordered[0]}: " + ", ".join(f"{name} {100 * parts[name] / whole:.0f} %" for name in ordered)


def _disk(figure: Figure, context: Context) -> str:
    disk = context.figures["disk_write"].median
    share = 100 * disk / figure.median
    word = "the disk" if share > 50 else "packing and checking"  # noqa: PLR2004 (the larger part)
    return f"{word}: writing the same number of bytes takes {disk:.1f} s, {share:.0f} % of it"


def _memory(context: Context) -> str:
    parts = {
        figure.name: figure.median
        for figure in context.figures.values()
        if figure.key.startswith("memory_") and figure.target is None
    }
    ordered = sorted(parts, key=parts.__getitem__, reverse=True)
    return f"{ordered[0]}: " + ", ".join(f"{name} {parts[name]:.0f} MB" for name in ordered[:3])


def _engine(figure: Figure, context: Context) -> str:
    speed, evaluation = context.figures.get("search_speed"), context.figures.get("evaluate_search")
    if figure.key in ("search_speed", "depth10", "depth12") and speed and evaluation:
        node = 1000 / speed.median
        share = 100 * evaluation.median / node
        word = "evaluation" if share > 50 else "moves, ordering and the table"  # noqa: PLR2004 (the larger part)
        return f"{word}: of {node:.0f} ns per node, evaluation takes at most {evaluation.median:.0f} ns ({share:.0f} %)"
    if figure.key == "solve_nodes":
        return "the size of the tree: move ordering (which depends on the evaluation) and cutoffs, not the speed"
    if figure.key == "solve_speed":
        return (
            f"moves, ordering and the table: {1000 / figure.median:.0f} ns per node, and most nodes are not evaluated"
        )
    scratch = context.figures.get("evaluate_scratch")
    if figure.key == "evaluate_batch" and scratch:
        share = 100 * scratch.median * figure.median / 1000
        word = "evaluation" if share > 50 else "reading the boards"  # noqa: PLR2004 (the larger part)
        return f"{word}: {share:.0f} % of the time is evaluation"
    clock = context.figures.get("clock")
    cycles = f", {clock.median * figure.median:.0f} cycles" if clock and figure.unit == "ns" else ""
    return f"one loop{cycles}, which can't be split into phases"


def _machine(figure: Figure, context: Context) -> str:
    """Blames the machine when even perft misses its target: it is slower than the targets assume, or busy."""
    perft = context.figures.get("perft")
    if figure.key == "perft" or figure.scaling not in ("rate", "time") or perft is None or perft.met:
        return ""
    return f"; perft takes {perft.median / (perft.target or 1):.1f} times its target here: the machine is slow or busy"


def _report(samples: Sequence[Sample]) -> BatchReport:
    return sum((sample.report for sample in samples), start=BatchReport())
