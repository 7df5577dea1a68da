"""The measures of a run: one table of their keys, titles, units and sides.

The lines of the metrics, the log, Prometheus, TensorBoard, the charts, the dashboard and the web page are derived from
it. To add a measure, add a row here and to the table in `docs/formats.md`, and compute its value: either in a property
of `BatchReport` with the same name, or where the line of metrics is assembled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from shirokuro.display.format import number

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind: TypeAlias = Literal["gauge", "sum"]
"""A gauge has a current value in each line; the values of a sum add up over the lines."""

Side: TypeAlias = Literal["Black", "White", "side to move"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit, and the format of its values on screens."""

    name: str
    """The unit of stored values."""
    shown: str
    """The unit of displayed values; empty if they are displayed without one."""
    scale: float = 1.0
    """The factor from stored to displayed values."""
    form: str = ",.0f"
    """The format specification of displayed values."""

    @property
    def suffix(self) -> str:
        """The suffix of displayed values."""
        return f" {self.shown}" if self.shown else ""

    def text(self, value: float | None) -> str:
        """Formats a stored value for screens, with its unit; an unknown value is a dash."""
        return number(None if value is None else self.scale * value, self.form, self.suffix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A quantity in the lines of a run's metrics."""

    key: str
    """The key in a line; a dot separates the key of an object from a key within it."""
    title: str
    """The name on text screens."""
    unit: Unit
    side: Side | None = None
    """The side from whose view the values are given; `None` if no side is involved."""
    kind: Kind = "gauge"
    help: str
    """A short description."""
    rolling: bool = False
    """Whether this is a per-game mean too noisy to plot as it is: curves show its mean over the last games."""
    lasting: bool = False
    """Whether a value holds until the next one: few lines have this measure."""
    chart_title: str = ""
    """The name in charts, if it differs from `title`."""
    chart_unit: str = ""
    """The unit on the axis of charts, if it differs from `unit.shown`."""
    group: str = ""
    """The heading in TensorBoard; if empty, TensorBoard leaves the measure out.

    Measures within an object have the key of the object as their heading instead.
    """
    prometheus: str = ""
    """The name in Prometheus, after `shirokuro_`, if the measure is exported on its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """An object in the lines, exported to Prometheus as one metric with the object's keys as the values of a label."""

    prometheus: str
    """The name of the metric, after `shirokuro_`."""
    label: str
    kind: Kind = "gauge"
    help: str


FAMILIES: Mapping[str, Family] = {
    "memory": Family(prometheus="memory_bytes", label="component", help="Memory by component."),
    "values": Family(prometheus="search_value_discs", label="statistic", help="Search values, side to move."),
    "search_depth": Family(prometheus="search_depth_plies", label="statistic", help="Depths reached by searches."),
    "play": Family(prometheus="setting", label="name", help="Current settings."),
    "phases": Family(prometheus="phase_seconds", label="phase", kind="sum", help="Time by phase."),
    "node_speed": Family(
        prometheus="node_games_per_second", label="node", help="Games per second by node of the cluster."
    ),
}
"""Families by the key of their object."""

_BYTES = Unit(name="bytes", shown="MB", scale=1e-6)
_CHANCE = Unit(name="0…1", shown="", form=".3f")
_DISCS = Unit(name="discs", shown="discs", form=".2f")
_ELO = Unit(name="Elo", shown="Elo")
_ENTRIES = Unit(name="entries", shown="entries")
_GAMES = Unit(name="games", shown="games")
_NODES = Unit(name="nodes", shown="nodes")
_PLIES = Unit(name="plies", shown="plies", form=".1f")
_POSITIONS = Unit(name="positions", shown="positions")
_SECONDS = Unit(name="s", shown="s", form=",.1f")
_SHARE = Unit(name="0…1", shown="%", scale=100, form=".1f")
_SIGNED_DISCS = Unit(name="discs", shown="discs", form="+.2f")
_SIGNED_ELO = Unit(name="Elo", shown="Elo", form="+,.0f")
_STAGES = Unit(name="stages", shown="stages")
_UPDATES = Unit(name="updates", shown="updates", form=".1f")

_VALUE_UNIT = "discs, side to move"

# A row is easiest to read in few lines.
# fmt: off
_TABLE = (
    # Reports keep this order, which starts with the measures that readers look for first.
    Measure(key="games", title="games", unit=_GAMES, kind="sum", group="results", prometheus="games",
            help="Games played to their end."),
    Measure(key="mean_stone_difference", title="disc difference", unit=_SIGNED_DISCS, side="Black", rolling=True,
            help="Mean final disc difference, Black's view.", chart_unit="discs, Black's view",
            group="results", prometheus="stone_difference_discs"),
    Measure(key="black_win_rate", title="Black wins", unit=_SHARE, side="Black", rolling=True,
            help="Share of the games that Black won.", chart_unit="% of games",
            group="results", prometheus="black_win_ratio"),
    Measure(key="white_win_rate", title="White wins", unit=_SHARE, side="White", rolling=True,
            help="Share of the games that White won.", chart_unit="% of games",
            group="results", prometheus="white_win_ratio"),
    Measure(key="draw_rate", title="draws", unit=_SHARE, rolling=True,
            help="Share of the games that were drawn.", chart_unit="% of games",
            group="results", prometheus="draw_ratio"),
    Measure(key="td_error", title="TD error", unit=_DISCS, side="side to move",
            help="Root mean square of target minus evaluation before learning.", chart_unit="discs, root mean square",
            group="learning", prometheus="td_error_discs"),
    Measure(key="games_per_second", title="speed", unit=Unit(name="games/s", shown="games/s"),
            help="Throughput, including learning.", chart_title="throughput", chart_unit="games per second",
            group="speed", prometheus="games_per_second"),
    Measure(key="failures", title="failed games", unit=_GAMES, kind="sum", group="results", prometheus="failures",
            help="Games that failed."),
    Measure(key="black_wins", title="games won by Black", unit=_GAMES, side="Black", kind="sum",
            prometheus="black_wins", help="Games that Black won."),
    Measure(key="white_wins", title="games won by White", unit=_GAMES, side="White", kind="sum",
            prometheus="white_wins", help="Games that White won."),
    Measure(key="draws", title="drawn games", unit=_GAMES, kind="sum", prometheus="draws",
            help="Games that were drawn."),
    Measure(key="mean_moves", title="moves per game", unit=Unit(name="moves", shown="", form=".1f"), rolling=True,
            help="Mean number of moves per game.", group="results", prometheus="game_moves"),
    Measure(key="positions", title="positions", unit=_POSITIONS, kind="sum", group="learning", prometheus="positions",
            help="Positions learned from."),
    Measure(key="searches", title="searches", unit=Unit(name="searches", shown="searches"), kind="sum", group="search",
            help="Number of searches."),
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
    Measure(key="values.min", title="minimum value", unit=_SIGNED_DISCS, side="side to move", chart_unit=_VALUE_UNIT,
            help="Minimum search value."),
    Measure(key="values.max", title="maximum value", unit=_SIGNED_DISCS, side="side to move", chart_unit=_VALUE_UNIT,
            help="Maximum search value."),

    Measure(key="search_depth.mean", title="mean depth", unit=_PLIES, help="Mean depth reached by searches."),
    Measure(key="search_depth.min", title="minimum depth", unit=_PLIES, help="Depth of the shallowest search."),
    Measure(key="search_depth.max", title="maximum depth", unit=_PLIES, help="Depth of the deepest search."),

    Measure(key="phases.search", title="search", unit=_SECONDS, kind="sum",
            help="Time spent searching, without the exact solver."),
    Measure(key="phases.solving", title="solving", unit=_SECONDS, kind="sum", help="Time spent in the exact solver."),
    Measure(key="phases.bookkeeping", title="bookkeeping", unit=_SECONDS, kind="sum",
            help="Time spent on moves, random numbers and records."),
    Measure(key="phases.playing", title="playing", unit=_SECONDS, kind="sum",
            help="Time spent playing, in place of its parts if no search was timed."),
    Measure(key="phases.preparing", title="preparing", unit=_SECONDS, kind="sum",
            help="Time spent on targets, indices and evaluations."),
    Measure(key="phases.learning", title="learning", unit=_SECONDS, kind="sum",
            help="Time spent adding up errors and updating weights."),
    Measure(key="phases.waiting", title="waiting", unit=_SECONDS, kind="sum", help="Idle time of workers."),
    Measure(key="phases.saving", title="saving", unit=_SECONDS, kind="sum", help="Time spent saving checkpoints."),
    Measure(key="phases.strength", title="strength", unit=_SECONDS, kind="sum",
            help="Time spent on matches that measure strength."),
    Measure(key="phases.held_out", title="held-out error", unit=_SECONDS, kind="sum",
            help="Time spent on the error of the games that were held out."),
    Measure(key="phases.other", title="other", unit=_SECONDS, kind="sum", help="Time spent in callbacks and Python."),

    Measure(key="cpu", title="cores in use", unit=_SHARE, group="speed", prometheus="cpu_ratio",
            help="Share of the cores in use."),

    Measure(key="play.depth", title="depth", unit=_PLIES, help="Depth limit of a search."),
    Measure(key="play.nodes", title="nodes", unit=_POSITIONS, help="Node limit of a search."),
    Measure(key="play.time_ms", title="time", unit=Unit(name="ms", shown="ms"), help="Time limit of a search."),
    Measure(key="play.exact_empties", title="exact empties", unit=Unit(name="squares", shown="squares"),
            help="Maximum number of empty squares in positions that are solved."),
    Measure(key="play.epsilon", title="ε", unit=_CHANCE, help="Probability of a random move."),
    Measure(key="play.shallow", title="shallow", unit=_CHANCE,
            help="Probability of the move that looks best one ply ahead."),
    Measure(key="play.random_plies", title="random plies", unit=_PLIES, help="Maximum length of a random opening."),
    Measure(key="play.lambda", title="λ", unit=_CHANCE, help="λ of TD(λ)."),
    Measure(key="play.rate", title="rate", unit=Unit(name="discs", shown="discs", form=".4f"),
            help="Step size of Adam."),
    Measure(key="play.adam_epsilon", title="Adam's ε", unit=Unit(name="discs", shown="discs", form=".3g"),
            help="ε of Adam: how far steps are proportional to the error."),
    Measure(key="play.share_stages", title="shared stages", unit=_STAGES,
            help="Stages before and after its own whose tables a position also teaches."),
    Measure(key="play.share_weight", title="share weight", unit=_CHANCE,
            help="Weight of a position in the tables of the next stage."),

    Measure(key="convergence.stone_difference_mean", title="mean disc difference", unit=_SIGNED_DISCS, side="Black",
            help="Mean final disc difference of the last games."),
    Measure(key="convergence.stone_difference_sd", title="disc difference spread", unit=_DISCS, side="Black",
            help="Standard deviation of the last games' final disc differences."),
    Measure(key="convergence.value_variance", title="variance of values", side="side to move",
            unit=Unit(name="discs²", shown="discs²", form=".2f"), help="Variance of the last games' search values."),
    Measure(key="convergence.coverage", title="entries learned", unit=_SHARE, chart_unit="% of reachable entries",
            help="Share of the reachable entries that were updated.", prometheus="coverage_ratio"),
    Measure(key="convergence.typical_coverage", title="typical entries learned", unit=_SHARE,
            help="Share of the entries that a typical run reaches which were updated.",
            chart_unit="% of those that a typical run reaches", prometheus="typical_coverage_ratio"),
    Measure(key="convergence.reachable_entries", title="reachable entries", unit=_ENTRIES,
            help="Entries that can occur."),
    Measure(key="convergence.updated_entries", title="updated entries", unit=_ENTRIES,
            help="Entries that were updated at least once."),
    Measure(key="convergence.mean_updates", title="mean updates", unit=_UPDATES, prometheus="entry_updates",
            help="Mean number of updates per entry."),
    Measure(key="convergence.expected_updates", title="expected updates", unit=_UPDATES,
            help="Mean number of updates per entry if every game had 60 positions to learn from."),

    Measure(key="strength.elo", title="strength", unit=_SIGNED_ELO, help="Strength above the heuristic player.",
            chart_unit="Elo points above the heuristic player", prometheus="strength_elo", lasting=True),
    Measure(key="strength.error", title="strength, ±", unit=_ELO, lasting=True, prometheus="strength_error_elo",
            help="Half the width of the 95 % interval of the strength."),
    Measure(key="strength.gain", title="gain", unit=_SIGNED_ELO, lasting=True, prometheus="strength_gain_elo",
            help="Strength gained over the last games."),
    Measure(key="strength.gain_error", title="gain, ±", unit=_ELO, lasting=True, prometheus="strength_gain_error_elo",
            help="Half the width of the 95 % interval of the gain."),
    Measure(key="strength.gain_games", title="gained over", unit=_GAMES, lasting=True,
            prometheus="strength_gain_games", help="Games over which the strength was gained."),
    Measure(key="strength.games", title="match games", unit=_GAMES, kind="sum", prometheus="strength_games",
            help="Games of the matches that measure strength."),
    Measure(key="strength.best", title="strongest after", unit=_GAMES, lasting=True, prometheus="best_games",
            help="Games played at the strongest snapshot."),

    Measure(key="given_left", title="given games left", unit=_GAMES, group="results", prometheus="given_games_left",
            help="Given games still to be learned."),
    Measure(key="held_out.games", title="held-out games", unit=_GAMES, lasting=True,
            help="Given games that are held out."),
    Measure(key="held_out.mean_absolute", title="held-out error", unit=_DISCS, side="side to move", lasting=True,
            help="Mean distance between evaluation and outcome in the games that are held out.",
            chart_unit="discs, mean absolute", prometheus="held_out_error_discs"),
    Measure(key="held_out.mean_squared", title="held-out squared error", side="side to move", lasting=True,
            unit=Unit(name="discs²", shown="discs²", form=".2f"), prometheus="held_out_squared_error",
            help="Mean square of this distance."),
    Measure(key="cluster.nodes", title="nodes", unit=_NODES, help="Nodes of the cluster that play.",
            prometheus="cluster_nodes"),
    Measure(key="cluster.bytes_sent", title="weights sent", unit=_BYTES, kind="sum",
            help="Bytes of weights that nodes have fetched.", prometheus="cluster_sent_bytes"),
    Measure(key="cluster.bytes_received", title="games received", unit=_BYTES, kind="sum",
            help="Bytes of games that nodes have returned.", prometheus="cluster_received_bytes"),
    Measure(key="cluster.waited", title="nodes waiting", unit=_SHARE,
            help="Share of the nodes' time in which they did not play.", prometheus="cluster_waited_ratio"),

    Measure(key="memory.weights", title="weights", unit=_BYTES, help="Weights."),
    Measure(key="memory.adam", title="Adam's moments", unit=_BYTES, help="Adam's moments."),
    Measure(key="memory.tables", title="search tables", unit=_BYTES, help="Transposition tables of all workers."),
    Measure(key="memory.records", title="game records", unit=_BYTES, help="Games of the generation in progress."),
    Measure(key="memory.learning", title="learning", unit=_BYTES, help="Workers' sums and the set of learned entries."),
    Measure(key="memory.rows", title="rows", unit=_BYTES, help="Positions of the last generation."),
    Measure(key="memory.python", title="Python", unit=_BYTES,
            help="Memory of the process when its first trainer was created."),
    Measure(key="memory.other", title="other", unit=_BYTES, help="Rest of the resident memory."),
    Measure(key="memory.untouched", title="untouched", unit=_BYTES,
            help="Part of Adam's moments that was never written."),
    Measure(key="memory.resident", title="memory", unit=_BYTES, help="Resident memory of the process."),
    Measure(key="memory.budget", title="budget", unit=_BYTES, help="Memory budget."),
    Measure(key="memory.allocator_free", title="free, not returned", unit=_BYTES,
            help="Holes between used blocks in the allocator's heaps."),
)
# fmt: on

MEASURES: Mapping[str, Measure] = {measure.key: measure for measure in _TABLE}
"""Measures by key, in the order in which a line of metrics has them."""
