"""What a run measures: the one table of keys, titles, units and sides.

A line of the metrics, the log, Prometheus, TensorBoard, charts, the dashboard and the web page are derived from it.
To add a measure, add a row here and to the table in `docs/formats.md`, and compute its value: in `BatchReport` as a
property of the same name, or where the line of the metrics is put together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from shirokuro.display.format import number

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind: TypeAlias = Literal["gauge", "sum"]
"""A gauge has a value at each line; a sum adds up over the lines."""

Side: TypeAlias = Literal["Black", "White", "side to move"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit, and the form of its values on screens."""

    name: str
    """The unit of stored values."""
    shown: str
    """The unit of shown values; empty if they are shown without one."""
    scale: float = 1.0
    """Factor from stored to shown values."""
    form: str = ",.0f"
    """Format of shown values."""

    @property
    def suffix(self) -> str:
        """The end of a shown value."""
        return f" {self.shown}" if self.shown else ""

    def text(self, value: float | None) -> str:
        """Returns a stored value as screens show it, with its unit; a dash if it is unknown."""
        return number(None if value is None else self.scale * value, self.form, self.suffix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A quantity in the lines of a run's metrics."""

    key: str
    """Its place in a line; a dot separates the key of an object from a key within it."""
    title: str
    """Its name on text screens."""
    unit: Unit
    side: Side | None = None
    """The side whose view it is."""
    kind: Kind = "gauge"
    help: str
    """A sentence about its content."""
    rolling: bool = False
    """A mean by game that varies so much that curves show its mean over the last games."""
    chart_title: str = ""
    """Its name in pictures, if it is not `title`."""
    chart_unit: str = ""
    """Its unit at the axis of pictures, if it is not `unit.shown`."""
    group: str = ""
    """Its heading in TensorBoard, which doesn't show it if this is empty; within an object, that is the heading."""
    prometheus: str = ""
    """Its name in Prometheus, after `shirokuro_`, if it is exported on its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """An object in the lines that Prometheus gets as one metric, with the object's keys as values of a label."""

    prometheus: str
    """Its name, after `shirokuro_`."""
    label: str
    kind: Kind = "gauge"
    help: str


FAMILIES: Mapping[str, Family] = {
    "memory": Family(prometheus="memory_bytes", label="component", help="Memory by component."),
    "values": Family(prometheus="search_value_discs", label="statistic", help="Search values, side to move."),
    "search_depth": Family(prometheus="search_depth_plies", label="statistic", help="Plies reached by searches."),
    "play": Family(prometheus="setting", label="name", help="Settings in force."),
    "phases": Family(prometheus="phase_seconds", label="phase", kind="sum", help="Time by what it went into."),
}
"""By the object's key."""

_BYTES = Unit(name="bytes", shown="MB", scale=1e-6)
_CHANCE = Unit(name="0…1", shown="", form=".3f")
_DISCS = Unit(name="discs", shown="discs", form=".2f")
_ENTRIES = Unit(name="entries", shown="entries")
_GAMES = Unit(name="games", shown="games")
_PLIES = Unit(name="plies", shown="plies", form=".1f")
_POSITIONS = Unit(name="positions", shown="positions")
_SECONDS = Unit(name="s", shown="s", form=",.1f")
_SHARE = Unit(name="0…1", shown="%", scale=100, form=".1f")
_SIGNED_DISCS = Unit(name="discs", shown="discs", form="+.2f")
_UPDATES = Unit(name="updates", shown="updates", form=".1f")

_VALUE_UNIT = "discs, side to move"

# A row is read best in few lines.
# fmt: off
_TABLE = (
    # A report keeps this order: what people look for first comes first.
    Measure(key="games", title="games", unit=_GAMES, kind="sum", group="results", prometheus="games",
            help="Games played to their end."),
    Measure(key="mean_stone_difference", title="disc difference", unit=_SIGNED_DISCS, side="Black", rolling=True,
            help="Mean final disc difference, Black's view.", chart_unit="discs, Black's view",
            group="results", prometheus="stone_difference_discs"),
    Measure(key="black_win_rate", title="Black wins", unit=_SHARE, side="Black", rolling=True,
            help="Share of the games that Black won.", chart_unit="% of the games",
            group="results", prometheus="black_win_ratio"),
    Measure(key="white_win_rate", title="White wins", unit=_SHARE, side="White", rolling=True,
            help="Share of the games that White won.", chart_unit="% of the games",
            group="results", prometheus="white_win_ratio"),
    Measure(key="draw_rate", title="draws", unit=_SHARE, rolling=True,
            help="Share of the games without a winner.", chart_unit="% of the games",
            group="results", prometheus="draw_ratio"),
    Measure(key="td_error", title="TD error", unit=_DISCS, side="side to move",
            help="Root mean square of target minus evaluation before learning.", chart_unit="discs, root mean square",
            group="learning", prometheus="td_error_discs"),
    Measure(key="games_per_second", title="speed", unit=Unit(name="games/s", shown="games/s"),
            help="Throughput, learning included.", chart_title="throughput", chart_unit="games a second",
            group="speed", prometheus="games_per_second"),
    Measure(key="failures", title="failed games", unit=_GAMES, kind="sum", group="results", prometheus="failures",
            help="Games that failed."),
    Measure(key="black_wins", title="games won by Black", unit=_GAMES, side="Black", kind="sum",
            prometheus="black_wins", help="Games that Black won."),
    Measure(key="white_wins", title="games won by White", unit=_GAMES, side="White", kind="sum",
            prometheus="white_wins", help="Games that White won."),
    Measure(key="draws", title="drawn games", unit=_GAMES, kind="sum", prometheus="draws",
            help="Games without a winner."),
    Measure(key="mean_moves", title="moves a game", unit=Unit(name="moves", shown="", form=".1f"), rolling=True,
            help="Mean number of moves in a game.", group="results", prometheus="game_moves"),
    Measure(key="positions", title="positions", unit=_POSITIONS, kind="sum", group="learning", prometheus="positions",
            help="Positions learned from."),
    Measure(key="searches", title="searches", unit=Unit(name="searches", shown="searches"), kind="sum", group="search",
            help="Searches made."),
    Measure(key="nodes", title="nodes", unit=_POSITIONS, kind="sum", group="search", prometheus="nodes",
            help="Positions visited by searches."),
    Measure(key="table_hit_rate", title="table hits", unit=_SHARE, group="search", prometheus="table_hit_ratio",
            help="Share of table probes that found their position."),
    Measure(key="play_seconds", title="playing", unit=_SECONDS, kind="sum", group="speed", prometheus="play_seconds",
            help="Time spent playing."),
    Measure(key="learn_seconds", title="learning", unit=_SECONDS, kind="sum", group="speed",
            prometheus="learn_seconds", help="Time spent learning."),
    Measure(key="seconds", title="training time", unit=_SECONDS, kind="sum", group="speed",
            help="Time spent playing and learning."),

    Measure(key="values.count", title="values", unit=Unit(name="values", shown="values"), kind="sum",
            help="Number of search values."),
    Measure(key="values.mean", title="mean evaluation", unit=_SIGNED_DISCS, side="side to move",
            help="Mean search value.", chart_title="mean", chart_unit=_VALUE_UNIT),
    Measure(key="values.sd", title="evaluation spread", unit=_DISCS, side="side to move",
            help="Standard deviation of the search values.", chart_title="standard deviation", chart_unit=_VALUE_UNIT),
    Measure(key="values.min", title="least value", unit=_SIGNED_DISCS, side="side to move", chart_unit=_VALUE_UNIT,
            help="Least search value."),
    Measure(key="values.max", title="greatest value", unit=_SIGNED_DISCS, side="side to move", chart_unit=_VALUE_UNIT,
            help="Greatest search value."),

    Measure(key="search_depth.mean", title="mean depth", unit=_PLIES, help="Mean depth that searches reached."),
    Measure(key="search_depth.min", title="least depth", unit=_PLIES, help="Depth of the shallowest search."),
    Measure(key="search_depth.max", title="greatest depth", unit=_PLIES, help="Depth of the deepest search."),

    Measure(key="phases.search", title="search", unit=_SECONDS, kind="sum",
            help="Time of searches, without the exact solver."),
    Measure(key="phases.solving", title="solving", unit=_SECONDS, kind="sum", help="Time of the exact solver."),
    Measure(key="phases.bookkeeping", title="bookkeeping", unit=_SECONDS, kind="sum",
            help="Time of moves, random numbers and records."),
    Measure(key="phases.playing", title="playing", unit=_SECONDS, kind="sum",
            help="Time of playing, in place of its parts if no search was timed."),
    Measure(key="phases.preparing", title="preparing", unit=_SECONDS, kind="sum",
            help="Time of targets, indices and evaluations."),
    Measure(key="phases.learning", title="learning", unit=_SECONDS, kind="sum",
            help="Time of adding up errors and updating weights."),
    Measure(key="phases.waiting", title="waiting", unit=_SECONDS, kind="sum", help="Time of idle workers."),
    Measure(key="phases.saving", title="saving", unit=_SECONDS, kind="sum", help="Time of saving checkpoints."),
    Measure(key="phases.other", title="other", unit=_SECONDS, kind="sum", help="Time of callbacks and Python."),

    Measure(key="cpu", title="cores in use", unit=_SHARE, group="speed", prometheus="cpu_ratio",
            help="Share of the cores in use."),

    Measure(key="play.depth", title="depth", unit=_PLIES, help="Depth limit of a search."),
    Measure(key="play.nodes", title="nodes", unit=_POSITIONS, help="Node limit of a search."),
    Measure(key="play.time_ms", title="time", unit=Unit(name="ms", shown="ms"), help="Time limit of a search."),
    Measure(key="play.exact_empties", title="exact empties", unit=Unit(name="squares", shown="squares"),
            help="Empty squares from which positions are solved."),
    Measure(key="play.epsilon", title="ε", unit=_CHANCE, help="Chance of a random move."),
    Measure(key="play.shallow", title="shallow", unit=_CHANCE, help="Chance of the best move by one ply."),
    Measure(key="play.random_plies", title="random plies", unit=_PLIES, help="Longest random opening."),
    Measure(key="play.lambda", title="λ", unit=_CHANCE, help="λ of TD(λ)."),
    Measure(key="play.rate", title="rate", unit=Unit(name="discs", shown="discs", form=".4f"),
            help="Step size of Adam."),

    Measure(key="convergence.stone_difference_mean", title="mean disc difference", unit=_SIGNED_DISCS, side="Black",
            help="Mean final disc difference of the last games."),
    Measure(key="convergence.stone_difference_sd", title="disc difference spread", unit=_DISCS, side="Black",
            help="Standard deviation of the last games' final disc differences."),
    Measure(key="convergence.value_variance", title="variance of values", side="side to move",
            unit=Unit(name="discs²", shown="discs²", form=".2f"), help="Variance of the last games' search values."),
    Measure(key="convergence.coverage", title="entries learned", unit=_SHARE, chart_unit="% of those that can occur",
            help="Share of the entries that can occur which were updated.", prometheus="coverage_ratio"),
    Measure(key="convergence.typical_coverage", title="typical entries learned", unit=_SHARE,
            help="Share of the entries that a typical run reaches which were updated.",
            chart_unit="% of those that a typical run reaches", prometheus="typical_coverage_ratio"),
    Measure(key="convergence.reachable_entries", title="reachable entries", unit=_ENTRIES,
            help="Entries that can occur."),
    Measure(key="convergence.updated_entries", title="updated entries", unit=_ENTRIES,
            help="Entries that were ever updated."),
    Measure(key="convergence.mean_updates", title="mean updates", unit=_UPDATES, prometheus="entry_updates",
            help="Mean number of updates of an entry."),
    Measure(key="convergence.expected_updates", title="expected updates", unit=_UPDATES,
            help="Mean number of updates of an entry if every game had 60 positions to learn from."),

    Measure(key="memory.weights", title="weights", unit=_BYTES, help="Weights."),
    Measure(key="memory.adam", title="Adam's moments", unit=_BYTES, help="Adam's moments."),
    Measure(key="memory.tables", title="search tables", unit=_BYTES, help="Transposition tables of all workers."),
    Measure(key="memory.records", title="game records", unit=_BYTES, help="Games of the generation in progress."),
    Measure(key="memory.learning", title="learning", unit=_BYTES, help="Workers' sums and the set of learned entries."),
    Measure(key="memory.rows", title="rows", unit=_BYTES, help="Positions of the last generation."),
    Measure(key="memory.python", title="Python", unit=_BYTES, help="Memory of the process before its first trainer."),
    Measure(key="memory.other", title="other", unit=_BYTES, help="Rest of the resident memory."),
    Measure(key="memory.untouched", title="untouched", unit=_BYTES, help="Part of Adam's moments never written."),
    Measure(key="memory.resident", title="memory", unit=_BYTES, help="Resident memory of the process."),
    Measure(key="memory.budget", title="budget", unit=_BYTES, help="Memory budget."),
    Measure(key="memory.allocator_free", title="free, not returned", unit=_BYTES, help="Holes in allocator heaps."),
)
# fmt: on

MEASURES: Mapping[str, Measure] = {measure.key: measure for measure in _TABLE}
"""By key, in the order of a line of the metrics."""
