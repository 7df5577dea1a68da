"""The settings of a training: each one defined here once, with its range, its default and its description."""

from __future__ import annotations

import dataclasses
import math
import os
import tomllib
from dataclasses import dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeAlias

from shirokuro.schedule import Schedule, ScheduleLike

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind: TypeAlias = Literal["whole", "number", "schedule", "switch"]

_KINDS: Mapping[Kind, str] = {"whole": "whole number", "number": "number", "schedule": "number or a schedule"}


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known about a setting beside its name and default."""

    kind: Kind
    low: float
    high: float
    doc: str
    optional: bool

    @property
    def range(self) -> str:
        """The values that are accepted."""
        if self.kind == "switch":
            return "true/false"
        return f"{_plain(self.low)}…{_plain(self.high)}"

    def convert(self, name: str, value: object) -> int | float | Schedule | None:
        """Checks a value, and gives it the setting's type.

        Raises:
            TypeError: it is not of a type that the setting takes.
            ValueError: it is out of the setting's range, or not a schedule.
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
        # NumPy's numbers are numbers too.
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
        if not self.low <= number <= self.high:  # NaN is not within any range
            raise ValueError(f"{name} = {shown}: must be within {self.range}")


def _plain(bound: float) -> str:
    return "∞" if math.isinf(bound) else f"{bound:,}" if isinstance(bound, int) else f"{bound:.15g}"


def _setting(kind: Kind, default: Any, low: float, high: float, doc: str) -> Any:  # noqa: ANN401 (as dataclasses.field)
    known = Setting(kind, low, high, doc, optional=default is None)
    return dataclasses.field(default=default, metadata={"setting": known})


def _whole(default: int | None, low: int, high: int, doc: str) -> Any:  # noqa: ANN401
    return _setting("whole", default, low, high, doc)


def _number(default: float | None, low: float, high: float, doc: str) -> Any:  # noqa: ANN401
    return _setting("number", default, low, high, doc)


def _switch(doc: str) -> Any:  # noqa: ANN401
    return _setting("switch", False, 0, 1, doc)


def _schedule(default: str | None, low: float, high: float, doc: str) -> Any:  # noqa: ANN401
    return _setting("schedule", default, low, high, doc)


LIMITS = ("depth", "nodes", "time_ms")
"""The settings of which exactly one ends a search."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationSettings:
    """The values that hold for one generation of games."""

    depth: int | None
    nodes: int | None
    time_ms: float | None
    exact_empties: int
    epsilon: float
    shallow: float
    random_plies: int
    lambda_: float
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """Every setting of a training. A setting marked as a schedule may change over the run (see `Schedule`).

    Raises:
        ValueError: a value is out of its range, or more than one of depth, nodes and time_ms is given.
        TypeError: a value is of the wrong type.
    """

    games: int = _whole(200_000, 1, 10**9, "Length of the run: schedules stretch over it.")
    seed: int = _whole(
        1, 0, 2**64 - 1, "Where all random numbers come from: the same seed and settings give the same model."
    )

    depth: ScheduleLike | None = _schedule(
        None,
        1,
        60,
        "Plies that a search looks ahead; a schedule. Depth 3 when none of depth, nodes and time_ms is given.",
    )
    nodes: int | None = _whole(None, 1, 2**63 - 1, "Positions that a search visits, instead of a depth.")
    time_ms: float | None = _number(
        None,
        0.01,
        3_600_000,
        "Milliseconds for a search, instead of a depth. The model then depends on the machine's speed.",
    )
    exact_empties: int = _whole(8, 0, 24, "Positions with so many empty squares or fewer are solved exactly.")
    epsilon: ScheduleLike = _schedule(
        "0.1", 0, 1, "Chance that a random move is played instead of the best one; a schedule."
    )
    shallow: ScheduleLike = _schedule(
        "0.1",
        0,
        1,
        "Chance that the move which looks best one ply ahead is played, where a search may not go; a schedule.",
    )
    random_plies: ScheduleLike = _schedule(
        "20", 0, 50, "Longest random opening, in plies: each game draws its own length; a schedule."
    )

    generation_games: int = _whole(64, 1, 65_536, "Games that are played between two updates of the weights.")
    lambda_: ScheduleLike = _schedule(
        "0.9", 0, 1, "Share of the later values in a position's target, λ of TD(λ); a schedule."
    )
    rate: ScheduleLike = _schedule("0:0.15,1:0.005", 0, 10, "Step size of Adam, in discs; a schedule.")

    threads: int = _whole(0, 0, 1024, "Worker threads; 0 for one a core. Does not change the model.")
    table_mb: float = _number(4, 0.1, 65_536, "Transposition table of each worker thread, in MB.")
    budget_mb: float = _number(
        600,
        1,
        1_048_576,
        "Memory of the whole process, in MB. Transposition tables are made smaller to keep within it.",
    )
    hang_seconds: float = _number(
        60,
        0,
        86_400,
        "Seconds without a sign of life after which a worker is given up and its game skipped; 0 for never.",
    )

    checkpoint_games: int = _whole(10_000, 1, 10**9, "Games between two checkpoints.")
    keep: int = _whole(5, 1, 10**6, "Checkpoints kept: older ones are deleted when a newer one is saved and verified.")
    compress: bool = _switch("Compress checkpoints: smaller files, longer saves.")

    error_window: int = _whole(10_000, 1, 10**9, "Games over which failed games are counted.")
    max_error_rate: float = _number(0.01, 0, 1, "Share of a window's games above whose failure the training pauses.")

    log_games: int = _whole(100, 1, 10**9, "Games between two lines of the log.")
    detail_games: int = _whole(10_000, 1, 10**9, "Games between two detailed reports in the log.")
    window_games: int = _whole(10_000, 2, 10**6, "Games of a window over which convergence is judged.")
    stagnation_games: int = _whole(
        50_000, 1, 10**9, "Warn after this many games without a decrease of the disc difference's variance."
    )
    coverage_games: int = _whole(500_000, 1, 10**9, "Games after which the share of learned entries is judged.")
    min_coverage: float = _number(0.9, 0, 1, "Share of the entries that can occur that should be learned by then.")
    min_updates: float = _number(
        0.3, 0, 1, "Share of the updates that an entry should have had below which it counts as undertrained."
    )
    max_out_of_range: float = _number(
        0.05, 0, 1, "Share of a generation's positions that may be evaluated beyond 64 discs."
    )
    max_fragmentation: float = _number(
        0.1, 0, 1, "Share of the memory budget that the allocator may keep without using it."
    )
    warn_again_games: int = _whole(50_000, 1, 10**9, "Games after which a warning that still holds is given again.")
    record_games: int = _whole(
        10_000, 0, 10**9, "Newest games that are recorded, with their moves and what the searches said; 0 for none."
    )
    sudden_discs: float = _number(
        2,
        0,
        256,
        "Change of a weight by one update, in discs, from which on a warning names the position; 0 for never.",
    )

    SETTINGS: ClassVar[Mapping[str, Setting]]

    def __post_init__(self) -> None:
        for name, known in self.SETTINGS.items():
            object.__setattr__(self, name, known.convert(shown_name(name), getattr(self, name)))
        limits = [f"{name} = {getattr(self, name)}" for name in LIMITS if getattr(self, name) is not None]
        if len(limits) > 1:
            raise ValueError(f"{', '.join(limits)}: only one of depth, nodes and time_ms ends a search")
        if not limits:
            object.__setattr__(self, "depth", Schedule.constant(3))

    def replace(self, **changes: object) -> Self:
        """The same settings but for some; a new search limit takes the old one's place.

        Raises:
            ValueError: a value is out of its range, or more than one of depth, nodes and time_ms is given.
            TypeError: a value is of the wrong type, or there is no such setting.
        """
        values = dict.fromkeys(LIMITS) if any(changes.get(name) is not None for name in LIMITS) else {}
        return dataclasses.replace(self, **{**values, **changes})  # type: ignore[arg-type]  # __post_init__ checks

    def at(self, games_played: int) -> GenerationSettings:
        """The values for the generation that starts when so many games were played."""
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
        )

    @property
    def worker_threads(self) -> int:
        """The number of threads, counted where it is left to the machine."""
        return self.threads or cores()

    def as_dict(self) -> dict[str, int | float | str]:
        """Every setting that is set, as plain values; `TrainConfig(**…)` reads them."""
        values = ((name, getattr(self, name)) for name in self.SETTINGS)
        return {name: str(v) if isinstance(v, Schedule) else v for name, v in values if v is not None}

    def to_toml(self) -> str:
        """The settings as a TOML document, each with its description."""
        lines = []
        for name, value in self.as_dict().items():
            shown = f'"{value}"' if isinstance(value, str) else str(value).lower()
            known = self.SETTINGS[name]
            lines.append(f"# {known.doc} Range {known.range}.\n{shown_name(name)} = {shown}\n")
        return "\n".join(lines)

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Reads what `to_toml` writes.

        Raises:
            ValueError: it is not TOML, a setting is unknown, or a value is out of its range.
            TypeError: a value is of the wrong type.
        """
        field_names = {shown_name(name): name for name in cls.SETTINGS}
        document = tomllib.loads(text)
        if unknown := document.keys() - field_names:
            raise ValueError(f"{min(unknown)}: there is no such setting")
        return cls(**{field_names[shown]: value for shown, value in document.items()})


TrainConfig.SETTINGS = {field.name: field.metadata["setting"] for field in dataclasses.fields(TrainConfig)}


def shown_name(name: str) -> str:
    """How people write a setting: `lambda`, which Python keeps for itself, without the trailing underscore."""
    return name.rstrip("_")


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
