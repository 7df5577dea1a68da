"""Training settings, each defined once, with its range, default and description."""

from __future__ import annotations

import dataclasses
import math
import os
import tomllib
from dataclasses import dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeAlias

from shirokuro import presets
from shirokuro.schedule import Schedule, ScheduleLike
from shirokuro.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind: TypeAlias = Literal["whole", "number", "schedule", "switch"]

_KINDS: Mapping[Kind, str] = {"whole": "whole number", "number": "number", "schedule": "number or a schedule"}


@dataclass(frozen=True, slots=True)
class Setting:
    """The type, range and description of a setting."""

    kind: Kind
    low: float
    high: float
    doc: str
    optional: bool

    @property
    def range(self) -> str:
        """The accepted values, as text."""
        if self.kind == "switch":
            return "true/false"
        return f"{_plain(self.low)}…{_plain(self.high)}"

    def convert(self, name: str, value: object) -> int | float | Schedule | None:
        """Checks a value and converts it to the setting's type.

        Raises:
            TypeError: `value` has a type that the setting does not accept.
            ValueError: `value` is out of range, or is not a schedule.
        """
        if value is None and self.optional:
            return None
        if self.kind == "schedule" and isinstance(value, (str, Schedule)):
            return self._schedule(name, value)
        if self.kind == "switch":
            if not isinstance(value, bool):
                raise TypeError(f"{name} = {value!r}: must be true or false")
            return value
        if not isinstance(value, Integral if self.kind == "whole" else Real) or isinstance(value, bool):
            raise TypeError(f"{name} = {value!r}: must be a {_KINDS[self.kind]}")
        # NumPy scalars are accepted as well.
        number = int(value) if isinstance(value, Integral) else float(value)
        self._check(name, number, number)
        return Schedule.constant(number) if self.kind == "schedule" else number

    def _schedule(self, name: str, value: str | Schedule) -> Schedule:
        try:
            schedule = Schedule.of(value)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        for point in schedule.values:
            self._check(name, point, schedule)
        return schedule

    def _check(self, name: str, number: float, shown: float | Schedule) -> None:
        if not self.low <= number <= self.high:  # NaN fails this check too
            raise ValueError(f"{name} = {shown}: must be within {self.range}")


def _plain(bound: float) -> str:
    return "∞" if math.isinf(bound) else f"{bound:,}" if isinstance(bound, int) else f"{bound:.15g}"


def _setting(kind: Kind, default: Any, low: float, high: float, doc: str) -> Any:  # noqa: ANN401 (as dataclasses.field)
    setting = Setting(kind, low, high, doc, optional=default is None)
    return dataclasses.field(default=default, metadata={"setting": setting})


def _whole(default: int | None, low: int, high: int, doc: str) -> Any:  # noqa: ANN401
    return _setting("whole", default, low, high, doc)


def _number(default: float | None, low: float, high: float, doc: str) -> Any:  # noqa: ANN401
    return _setting("number", default, low, high, doc)


def _switch(doc: str) -> Any:  # noqa: ANN401
    return _setting("switch", False, 0, 1, doc)


def _schedule(default: str | None, low: float, high: float, doc: str) -> Any:  # noqa: ANN401
    return _setting("schedule", default, low, high, doc)


SECTIONS: Mapping[str, str] = {
    "games": "run",
    "depth": "play",
    "generation_games": "learning",
    "threads": "computer",
    "checkpoint_games": "checkpoints",
    "error_window": "warnings and log",
}
"""The sections of the settings: each begins with the setting that is named here."""

LIMITS = ("depth", "nodes", "time_ms")
"""The search limits. Exactly one of these settings is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationSettings:
    """The values in effect for one generation of games."""

    depth: int | None
    nodes: int | None
    time_ms: float | None
    exact_empties: int
    epsilon: float
    shallow: float
    random_plies: int
    lambda_: float
    rate: float
    adam_epsilon: float
    share_stages: int
    share_weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """All settings of a training run. Settings described as schedules may change over the run (see `Schedule`).

    Raises:
        ValueError: a value is out of range, or more than one of depth, nodes and time_ms is given.
        TypeError: a value has the wrong type.
    """

    games: int = _whole(200_000, 1, 10**9, "Length of the run, in games; schedules stretch over it.")
    seed: int = _whole(
        1, 0, 2**64 - 1, "Seed of all random numbers; the same seed and settings produce the same model."
    )

    depth: ScheduleLike | None = _schedule(
        None,
        1,
        60,
        "Search depth, in plies; a schedule. Defaults to 3 if none of depth, nodes and time_ms is given.",
    )
    nodes: int | None = _whole(None, 1, 2**63 - 1, "Positions visited per search, instead of a depth.")
    time_ms: float | None = _number(
        None,
        0.01,
        3_600_000,
        "Milliseconds per search, instead of a depth. The model then depends on the machine's speed.",
    )
    exact_empties: int = _whole(8, 0, 24, "Positions with at most this many empty squares are solved exactly.")
    epsilon: ScheduleLike = _schedule(
        "0.1", 0, 1, "Probability of playing a random move instead of the best one; a schedule."
    )
    shallow: ScheduleLike = _schedule(
        "0.1",
        0,
        1,
        "Probability of playing the move that looks best one ply ahead, which a search might avoid; a schedule.",
    )
    random_plies: ScheduleLike = _schedule(
        "20", 0, 50, "Maximum length of a random opening, in plies; each game draws its own length; a schedule."
    )

    generation_games: int = _whole(64, 1, 65_536, "Games played between two updates of the weights.")
    delay_generations: int = _whole(
        0,
        0,
        1,
        "With 1, a generation is played with the weights from before the previous one: a cluster's nodes play it while "
        "the previous one is learned.",
    )
    lambda_: ScheduleLike = _schedule(
        "0.9", 0, 1, "Weight of the later values in a position's target, the λ of TD(λ); a schedule."
    )
    rate: ScheduleLike = _schedule("0:0.15,1:0.005", 0, 10, "Step size of Adam, in discs; a schedule.")
    adam_epsilon: float = _number(
        1e-8,
        1e-8,
        64,
        "ε of Adam, in discs. The larger it is, the more a step is proportional to the error, and the less the entries "
        "that are rarely visited follow single errors.",
    )
    share_stages: ScheduleLike = _schedule(
        "0", 0, 8, "Stages before and after its own whose tables a position also teaches; a schedule."
    )
    share_weight: ScheduleLike = _schedule(
        "0.7",
        0,
        1,
        "Weight of a position in the tables of the next stage, where 1 is its weight in its own; at a distance of d "
        "stages, this to the power of d; a schedule.",
    )

    threads: int = _whole(0, 0, 1024, "Worker threads; 0 for one per core. Does not affect the model.")
    table_mb: float = _number(4, 0.1, 65_536, "Size of each worker thread's transposition table, in MB.")
    budget_mb: float = _number(
        600,
        1,
        1_048_576,
        "Memory budget of the whole process, in MB. Transposition tables are shrunk to stay within it.",
    )
    hang_seconds: float = _number(
        60,
        0,
        86_400,
        "Seconds without a sign of life after which a worker is replaced and its game skipped; 0 for never.",
    )

    checkpoint_games: int = _whole(10_000, 1, 10**9, "Games between two checkpoints.")
    keep: int = _whole(
        5, 1, 10**6, "Number of checkpoints to keep. Older ones are deleted once a newer one is saved and verified."
    )
    compress: bool = _switch("Compress checkpoints: smaller files, slower saves.")

    error_window: int = _whole(10_000, 1, 10**9, "Number of recent games over which failures are counted.")
    max_error_rate: float = _number(
        0.01, 0, 1, "Pause the training if more than this share of the last error_window games failed."
    )

    log_games: int = _whole(100, 1, 10**9, "Games between two lines of the log.")
    detail_games: int = _whole(10_000, 1, 10**9, "Games between two detailed reports in the log.")
    window_games: int = _whole(10_000, 2, 10**6, "Length of the window over which convergence is judged, in games.")
    settle_games: int = _whole(
        10_000, 0, 10**9, "Games at the start of the run that are not judged for divergence and stagnation."
    )
    stagnation_games: int = _whole(
        50_000, 1, 10**9, "Warn after this many games without a decrease in the variance of the TD error."
    )
    min_decrease: float = _number(
        0.01,
        0,
        1,
        "Smallest share by which the variance of the TD error has to decrease in stagnation_games games, allowing for "
        "noise.",
    )
    strength_games: int = _whole(
        20_000, 0, 10**9, "Games between two measurements of the run's strength by matches; 0 for never."
    )
    strength_share: float = _number(
        0.02,
        0.0001,
        1,
        "Time that matches measuring strength may take, as a share of the time of playing and learning.",
    )
    flat_games: int = _whole(100_000, 1, 10**9, "Games over which the gain in strength is judged.")
    min_gain: float = _number(
        10,
        0,
        1000,
        "The strength counts as flat if it certainly gained fewer Elo points than this over flat_games games.",
    )
    stop_when_flat: bool = _switch("Stop the run as soon as its strength is flat.")
    coverage_games: int = _whole(500_000, 1, 10**9, "Games after which coverage is checked.")
    min_coverage: float = _number(
        0.9, 0, 1, "Warn if less than this share of the entries that a typical run reaches has been learned by then."
    )
    min_updates: float = _number(
        0.3, 0, 1, "Warn if entries have had less than this share of the updates expected of them."
    )
    max_out_of_range: float = _number(
        0.05, 0, 1, "Warn if more than this share of a generation's positions is evaluated beyond ±64 discs."
    )
    max_fragmentation: float = _number(
        0.1, 0, 1, "Warn if the allocator holds more than this share of the memory budget without using it."
    )
    warn_again_games: int = _whole(50_000, 1, 10**9, "Repeat a warning that still applies after this many games.")
    record_games: int = _whole(
        10_000, 0, 10**9, "Number of newest games to record, with their moves and search values; 0 for none."
    )
    sudden_discs: float = _number(
        2,
        0,
        256,
        "Warn, naming the position, if one update changes a weight by at least this many discs; 0 for never.",
    )

    SETTINGS: ClassVar[Mapping[str, Setting]]

    def __post_init__(self) -> None:
        for name, setting in self.SETTINGS.items():
            object.__setattr__(self, name, setting.convert(shown_name(name), getattr(self, name)))
        limits = [f"{name} = {getattr(self, name)}" for name in LIMITS if getattr(self, name) is not None]
        if len(limits) > 1:
            raise ValueError(f"{', '.join(limits)}: only one of depth, nodes and time_ms may be given")
        if not limits:
            object.__setattr__(self, "depth", Schedule.constant(3))

    def replace(self, **changes: object) -> Self:
        """Returns a copy with some settings changed. A new search limit replaces the previous one.

        Raises:
            ValueError: a value is out of range, or more than one of depth, nodes and time_ms is given.
            TypeError: a value has the wrong type, or the setting is unknown.
        """
        if unknown := changes.keys() - self.SETTINGS:
            raise TypeError(f"{min(unknown)}: unknown setting{did_you_mean(min(unknown), self.SETTINGS)}")
        values = dict.fromkeys(LIMITS) if any(changes.get(name) is not None for name in LIMITS) else {}
        return dataclasses.replace(self, **{**values, **changes})  # type: ignore[arg-type]  # __post_init__ checks

    def at(self, games_played: int) -> GenerationSettings:
        """Returns the values for the generation that starts after `games_played` games."""
        progress = games_played / self.games

        def value(schedule: ScheduleLike) -> float:
            return Schedule.of(schedule).at(progress)

        return GenerationSettings(
            depth=None if self.depth is None else round(value(self.depth)),
            nodes=self.nodes,
            time_ms=self.time_ms,
            exact_empties=self.exact_empties,
            epsilon=value(self.epsilon),
            shallow=value(self.shallow),
            random_plies=round(value(self.random_plies)),
            lambda_=value(self.lambda_),
            rate=value(self.rate),
            adam_epsilon=self.adam_epsilon,
            share_stages=round(value(self.share_stages)),
            share_weight=value(self.share_weight),
        )

    @property
    def worker_threads(self) -> int:
        """The number of worker threads; one per core if `threads` is 0."""
        return self.threads or cores()

    def as_dict(self) -> dict[str, int | float | str]:
        """Returns all settings that are not `None`, as plain values; `TrainConfig(**…)` reads them."""
        values = ((name, getattr(self, name)) for name in self.SETTINGS)
        return {name: str(v) if isinstance(v, Schedule) else v for name, v in values if v is not None}

    def to_toml(self) -> str:
        """Returns the settings as a TOML document, each with its description."""
        lines = []
        for name, value in self.as_dict().items():
            shown = f'"{value}"' if isinstance(value, str) else str(value).lower()
            setting = self.SETTINGS[name]
            lines.append(f"# {setting.doc} Range {setting.range}.\n{shown_name(name)} = {shown}\n")
        return "\n".join(lines)

    @classmethod
    def preset(cls, name: str) -> Self:
        """Returns the settings of a preset, such as `"long"`.

        Raises:
            ValueError: there is no preset of this name.
        """
        return cls.from_toml(presets.path_of(name).read_text(encoding="utf-8"))

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Reads what `to_toml` writes, with or without a byte order mark, which some editors add.

        Raises:
            ValueError: `text` is not TOML, a setting is unknown, or a value is out of range.
            TypeError: a value has the wrong type.
        """
        field_names = {shown_name(name): name for name in cls.SETTINGS}
        document = tomllib.loads(text.removeprefix("\ufeff"))
        if unknown := document.keys() - field_names:
            raise ValueError(f"{min(unknown)}: unknown setting{did_you_mean(min(unknown), field_names)}")
        return cls(**{field_names[shown]: value for shown, value in document.items()})


TrainConfig.SETTINGS = {field.name: field.metadata["setting"] for field in dataclasses.fields(TrainConfig)}
TrainConfig.__doc__ = f"{TrainConfig.__doc__}\n    Args:\n" + "".join(
    f"        {name}: {setting.doc} Range {setting.range}.\n" for name, setting in TrainConfig.SETTINGS.items()
)


def shown_name(name: str) -> str:
    """Returns a setting's name as users write it: `lambda`, a Python keyword, loses its trailing underscore."""
    return name.rstrip("_")


def cores() -> int:
    """Returns the number of processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
