"""The plan of a sweep: its settings, axes and seeds, and the runs that follow from them."""

from __future__ import annotations

import hashlib
import itertools
import math
import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shirokuro.config import LIMITS, TrainConfig, shown_name
from shirokuro.engine.limits import SearchLimits
from shirokuro.matches.arena import check_games
from shirokuro.matches.balance import check_within
from shirokuro.matches.openings import MAX_PLIES
from shirokuro.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

MOST_RUNS = 10_000
"""The maximum number of runs of a sweep."""

FIRST = "first"
"""The name of the opponent that is the sweep's first run."""

_LONGEST_NAME = 120
"""The maximum length of a run's name in characters; longer names are shortened, and end in a hash."""

_DEPTH = 3
"""The search depth of the models in matches, if the file gives no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchSettings:
    """How the models of a sweep play to measure their strength. Every match has the same openings.

    Raises:
        ValueError: a value is out of its range.
        TypeError: a value has the wrong type.
    """

    opponent: str = FIRST
    """The common opponent, whose rating is zero: `first` (the first run), a fixed player, `default` or a model."""
    games: int = 400
    """The games of each match: an even number, or 0 to play none."""
    round_robin: bool = False
    """Whether the models also play each other."""
    seed: int = 1
    """The seed of the openings."""
    opening_plies: int | None = None
    """Random moves per opening; see `play_match`."""
    balanced: float | None = None
    """The discs by which a side may be ahead after an opening; see `balanced_openings`. None: any."""
    depth: int | None = None
    """Search depth in plies; 3 if no other limit is given."""
    nodes: int | None = None
    """Positions to visit per move, instead of a depth."""
    time_ms: float | None = None
    """Milliseconds per move, instead of a depth."""
    exact_empties: int = 8
    """Positions with at most this many empty squares are solved exactly."""

    def __post_init__(self) -> None:
        if not isinstance(self.opponent, str):
            raise TypeError(f"match.opponent = {self.opponent!r}: must be a text")
        if not isinstance(self.round_robin, bool):
            raise TypeError(f"match.round_robin = {self.round_robin!r}: must be true or false")
        for name, optional in (("games", False), ("seed", False), ("opening_plies", True)):
            value = getattr(self, name)
            if not (_is_whole(value) or (optional and value is None)):
                raise TypeError(f"match.{name} = {value!r}: must be a whole number")
        if self.games:
            check_games("match.games", self.games)
        self._check_openings()
        given = [f"match.{name} = {getattr(self, name)}" for name in LIMITS if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"{', '.join(given)}: only one of depth, nodes and time_ms may be given")
        if not given:
            object.__setattr__(self, "depth", _DEPTH)
        try:
            _ = self.limits
        except (ValueError, TypeError) as error:
            raise type(error)(f"match.{error}") from None

    def _check_openings(self) -> None:
        if self.opening_plies is not None and not 0 <= self.opening_plies <= MAX_PLIES:
            raise ValueError(f"match.opening_plies = {self.opening_plies}: must be within 0…{MAX_PLIES}")
        if self.balanced is not None:
            check_within("match.balanced", self.balanced)

    @property
    def limits(self) -> SearchLimits:
        """The search limits of the models."""
        return SearchLimits(depth=self.depth, nodes=self.nodes, time_ms=self.time_ms, exact_empties=self.exact_empties)

    def conditions(self) -> dict[str, Any]:
        """Returns what decides the games between two given models, in a form that JSON keeps."""
        how = {"games": self.games, "seed": self.seed, "opening_plies": self.opening_plies}
        balanced = {} if self.balanced is None else {"balanced": self.balanced}
        return {**how, **balanced, **self.limits.as_dict()}


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRun:
    """A training of a sweep: one combination of values, with one seed."""

    name: str
    """The name of the run, and of its directory."""
    values: Mapping[str, str]
    """The values of the axes, as text, by setting."""
    config: TrainConfig
    """All settings, including the seed."""

    @property
    def seed(self) -> int:
        """The seed of the run."""
        return self.config.seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """The plan of a sweep. Every combination of the axes' values is trained with every seed.

    Raises:
        ValueError: a value is out of its range or occurs twice, a setting is unknown, or there are too many runs.
        TypeError: a value has the wrong type.
    """

    directory: Path
    """The directory of the sweep; each run has a directory of its own in it."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings that all runs share, by name."""
    axes: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """Settings that differ, each with its values."""
    seeds: Sequence[int] = (1,)
    """The seeds of the runs."""
    preset: str | None = None
    """The preset that the settings change."""
    match: MatchSettings = field(default_factory=MatchSettings)
    """How the models play."""
    runs: tuple[SweepRun, ...] = field(init=False)
    """The runs, in the order in which they are trained: all seeds of the first combination come first."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "directory", Path(self.directory))
        # One checkpoint suffices to resume a run, and to play its model; each takes 300 MB.
        base = (TrainConfig() if self.preset is None else TrainConfig.preset(self.preset)).replace(keep=1)
        given = {_setting(f"settings.{name}", name): value for name, value in self.settings.items()}
        _check_values("settings", given)
        base = base.replace(**given)
        axes = {_setting(f"axes.{name}", name): _axis(name, values) for name, values in self.axes.items()}
        if both := axes.keys() & given.keys():
            name = shown_name(min(both))
            raise ValueError(f"axes.{name}: also in [settings]; give it in one of the two")
        seeds = _seeds(self.seeds)
        count = len(seeds) * math.prod(map(len, axes.values()))
        if count > MOST_RUNS:
            raise ValueError(f"axes: make {count:,} runs with {len(seeds)} seeds: must be at most {MOST_RUNS:,}")
        runs = [
            _run(base, dict(zip(axes, values, strict=True)), seed)
            for values in itertools.product(*axes.values())
            for seed in seeds
        ]
        object.__setattr__(self, "runs", tuple(runs))

    def directory_of(self, run: SweepRun) -> Path:
        """Returns the directory of a run."""
        return self.directory / run.name


def read_sweep(path: str | PathLike[str], *, directory: str | PathLike[str] | None = None) -> Sweep:
    """Reads and checks the file of a sweep.

    Args:
        path: the file, in TOML.
        directory: the directory of the sweep, in place of the one that the file names.

    Raises:
        OSError: the file can't be read.
        ValueError: the file is not TOML, or a value is out of its range or unknown; the message names the file.
        TypeError: a value has the wrong type.
    """
    path = Path(path)
    try:
        return _parse(tomllib.loads(path.read_text(encoding="utf-8-sig")), path, directory)
    except TypeError as error:
        raise TypeError(f"{path}: {error}") from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _parse(document: dict[str, Any], path: Path, directory: str | PathLike[str] | None) -> Sweep:
    kinds = {"directory": str, "preset": str, "seeds": list, "settings": dict, "axes": dict, "match": dict}
    words = {str: "a text", list: "a list", dict: "a table"}
    for name, value in document.items():
        if name not in kinds:
            raise ValueError(f"{name}: unknown key; must be one of {', '.join(kinds)}")
        if not isinstance(value, kinds[name]):
            raise TypeError(f"{name} = {value!r}: must be {words[kinds[name]]}")
    match = document.pop("match", {})
    known = [each.name for each in fields(MatchSettings)]
    if unknown := match.keys() - set(known):
        raise ValueError(f"match.{min(unknown)}: unknown key; must be one of {', '.join(known)}")
    named = document.pop("directory", None)
    where = Path("runs") / path.stem if directory is named is None else Path(directory or named)
    return Sweep(directory=where, match=MatchSettings(**match), **document)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _setting(key: str, name: str) -> str:
    """Returns the name of a setting's field."""
    names = {shown_name(each): each for each in TrainConfig.SETTINGS}
    if name == "seed":
        raise ValueError(f"{key}: the seeds are a list of their own: seeds = [1, 2, 3]")
    if name not in TrainConfig.SETTINGS and name not in names:
        raise ValueError(f"{key}: unknown setting{did_you_mean(name, names)}")
    return names.get(name, name)


def _check_values(table: str, given: Mapping[str, object]) -> None:
    """Checks each value by itself, so that the message has the key that the file has."""
    for name, value in given.items():
        TrainConfig.SETTINGS[name].convert(f"{table}.{shown_name(name)}", value)


def _axis(name: str, values: object) -> list[Any]:
    if isinstance(values, str) or not isinstance(values, (list, tuple, range)):
        raise TypeError(f"axes.{name} = {values!r}: must be a list of values")
    if not values:
        raise ValueError(f"axes.{name} = {values!r}: must have at least one value")
    field_name = _setting(f"axes.{name}", name)
    converted = [TrainConfig.SETTINGS[field_name].convert(f"axes.{name}", value) for value in values]
    if any(value is None for value in converted):
        raise TypeError(f"axes.{name} = {values!r}: must be a list of values")
    if len(set(converted)) < len(converted):
        raise ValueError(f"axes.{name} = {values!r}: a value occurs twice")
    return converted


def _seeds(seeds: object) -> list[int]:
    if isinstance(seeds, str) or not isinstance(seeds, (list, tuple, range)) or not seeds:
        raise TypeError(f"seeds = {seeds!r}: must be a list of whole numbers")
    for seed in seeds:
        TrainConfig.SETTINGS["seed"].convert("seeds", seed)
    if len(set(seeds)) < len(seeds):
        raise ValueError(f"seeds = {seeds!r}: a seed occurs twice")
    return list(seeds)


def _run(base: TrainConfig, values: Mapping[str, Any], seed: int) -> SweepRun:
    config = base.replace(**values, seed=seed)
    shown = {shown_name(name): _text(value) for name, value in values.items()}
    return SweepRun(name=_name({**shown, "seed": str(seed)}), values=shown, config=config)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).removesuffix(".0")


def _name(values: Mapping[str, str]) -> str:
    """Returns the name of a run, which can be the name of a directory on any file system."""
    name = ",".join(f"{key}={re.sub(r'[^0-9A-Za-z.+-]', '_', value)}" for key, value in values.items())
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[:_LONGEST_NAME]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
