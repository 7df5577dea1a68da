"""The options of `shirokuro train`, from the command line and from a file."""

from __future__ import annotations

import argparse
import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from shirokuro import presets
from shirokuro.config import LIMITS, SECTIONS, TrainConfig, shown_name
from shirokuro.exporters.prometheus import ADDRESS, parse_address
from shirokuro.matches.arena import check_games
from shirokuro.suggest import did_you_mean
from shirokuro.training.given_games import TARGETS, check_options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shirokuro.config import Kind
    from shirokuro.runs.checkpoints import OnCorrupt
    from shirokuro.training.given_games import GivenTargets

Resume: TypeAlias = Literal["any", "require"]
"""What `--resume` does without a run: start a new one, or fail."""

LOG_LEVELS = ("debug", "info", "warning", "error")

TABLE = "train"
"""The table for command-only options in a settings file; the settings themselves come before it."""

GIVEN = ("from_games_targets", "from_games_epochs", "from_games_held_out")
"""The options that need files of games."""

_READERS: Mapping[Kind, dict[str, Any]] = {
    "whole": {"type": int, "metavar": "N"},
    "number": {"type": float, "metavar": "X"},
    "schedule": {"type": str, "metavar": "SCHEDULE"},
    "switch": {"action": argparse.BooleanOptionalAction},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The command-only options. Of these, only `init_from`, `patterns` and those of given games change the model.

    Raises:
        ValueError: a value is out of its range.
        TypeError: a value is of the wrong type.
    """

    out: str | None = None
    init_from: str | None = None
    patterns: str | None = None
    from_games: Sequence[str] | None = None
    from_games_targets: GivenTargets | None = None
    from_games_epochs: int | None = None
    from_games_held_out: float | None = None
    report_games: int = 1000
    match_games: int = 400
    on_corrupt: OnCorrupt | None = None
    verbosity: int = 0
    log_level: str | None = None
    debug_updates: str | None = None
    json_logs: bool = False
    tensorboard: bool = False
    prometheus: str | None = None
    notify: str | None = None
    max_time: str | None = None
    ray: str | None = None

    def __post_init__(self) -> None:
        kinds: dict[str, tuple[Any, str]] = {
            "out": (str, "a text"),
            "init_from": (str, "a text"),
            "patterns": (str, "a file"),
            "from_games": (list, "a list of files"),
            "from_games_targets": (str, "a text"),
            "from_games_epochs": (int, "a whole number"),
            "from_games_held_out": ((int, float), "a number"),
            "report_games": (int, "a whole number"),
            "match_games": (int, "a whole number"),
            "on_corrupt": (str, "a text"),
            "verbosity": (int, "a whole number"),
            "log_level": (str, "a text"),
            "debug_updates": (str, "a text"),
            "json_logs": (bool, "true or false"),
            "tensorboard": (bool, "true or false"),
            "prometheus": (str, "an address"),
            "notify": (str, "a text"),
            "max_time": (str, "a text"),
            "ray": (str, "an address"),
        }
        for name, (kind, words) in kinds.items():
            value = getattr(self, name)
            if value is not None and (not isinstance(value, kind) or (kind is not bool and isinstance(value, bool))):
                raise TypeError(f"{name} = {value!r}: must be {words}")
        if self.from_games is not None and not (self.from_games and all(isinstance(f, str) for f in self.from_games)):
            raise TypeError(f"from_games = {self.from_games!r}: must be a list of files")
        if self.from_games is None and (alone := [name for name in GIVEN if getattr(self, name) is not None]):
            raise ValueError(f"{alone[0]} = {getattr(self, alone[0])}: needs files of games (from_games)")
        self.check_given()
        if self.report_games < 1:
            raise ValueError(f"report_games = {self.report_games}: must be 1 or more")
        if self.match_games:
            check_games("match_games", self.match_games)
        if self.on_corrupt not in {None, "previous", "fresh", "fail"}:
            raise ValueError(f"on_corrupt = {self.on_corrupt!r}: must be previous, fresh or fail")
        if self.log_level not in {None, *LOG_LEVELS}:
            raise ValueError(f"log_level = {self.log_level!r}: must be {', '.join(LOG_LEVELS)}")
        if self.prometheus is not None:
            parse_address(self.prometheus)
        _ = self.max_seconds

    @property
    def max_seconds(self) -> float | None:
        """`max_time` in seconds.

        Raises:
            ValueError: `max_time` is not a time.
        """
        if self.max_time is None:
            return None
        found = re.fullmatch(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?", self.max_time.strip())
        units = (86_400, 3600, 60, 1)
        seconds = (
            sum(unit * int(number or 0) for unit, number in zip(units, found.groups(), strict=True)) if found else 0
        )
        if not seconds:
            raise ValueError(f"max_time = {self.max_time!r}: must be a time such as 8h, 1h30m or 90s")
        return seconds

    def check_given(self) -> None:
        """Checks how given games are to be learned; names the option that is at fault."""
        try:
            check_options(**self.given)
        except (ValueError, TypeError) as error:
            raise type(error)(f"from_games_{error}") from None

    @property
    def given(self) -> dict[str, Any]:
        """How given games are to be learned, as arguments of `GivenGames`."""
        defaults = {"targets": "outcome", "epochs": 1, "held_out": 0.05}
        given = {name: getattr(self, f"from_games_{name}") for name in defaults}
        return {name: default if given[name] is None else given[name] for name, default in defaults.items()}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command-only options and every setting of `TrainConfig`."""
    default = Options()

    def add(*names: str, **known: Any) -> None:  # noqa: ANN401 (as argparse takes them)
        parser.add_argument(*names, default=argparse.SUPPRESS, **known)

    add(
        "--out",
        metavar="RUN",
        help="the run directory, for config.toml, metrics.jsonl, checkpoints/ and model.shiro (default: runs/TIME)",
    )
    add(
        "--config",
        type=Path,
        metavar="FILE",
        help="a TOML file of settings, such as a run's config.toml; the command line takes precedence. Command-only "
        f"options go in its [{TABLE}] table",
    )
    add(
        "--preset",
        choices=presets.names(),
        help="settings that ship with the package; a file of settings and the command line take precedence. long: the "
        "recipe of the model that ships with the package, 1,000,000 games; short: a recipe of 200,000 games",
    )
    add(
        "--resume",
        nargs="?",
        const="any",
        choices=("any", "require"),
        help="continue the run in --out as if it had never stopped; given settings change it. Without one, a new run "
        "starts, with a warning; --resume=require makes that an error",
    )
    add(
        "--init-from",
        metavar="RUN|FILE",
        help="start a new run from the weights of this model, a run directory (its latest checkpoint) or a model file, "
        "instead of neutral ones; with --resume, a run that exists keeps its own, with a warning",
    )
    add(
        "--patterns",
        metavar="FILE",
        help="learn weights of the patterns in this TOML file, in place of the fourteen default ones, which are the "
        "fastest; checkpoints and models name them. With --resume they must be those of the run",
    )
    add(
        "--from-games",
        nargs="+",
        metavar="FILE",
        help="learn from the games in these files (WTHOR, GGF, transcripts) in place of the run's next games against "
        "itself; the run ends with them unless its length (--games) is given. With --resume, the same files change "
        "nothing; others are accepted once the run has learned from the first ones",
    )
    add(
        "--from-games-targets",
        choices=TARGETS,
        help="what their positions are taught: the game's outcome, without a search, or λ-returns of search values, as "
        f"in self-play (default: {default.given['targets']})",
    )
    add(
        "--from-games-epochs",
        type=int,
        metavar="N",
        help=f"times that the run goes through them, each in another order (default: {default.given['epochs']})",
    )
    add(
        "--from-games-held-out",
        type=float,
        metavar="X",
        help="share of them that is not learned from, but measures the model's error (range: 0 to less than 1; "
        f"default: {default.given['held_out']})",
    )
    add(
        "--extend",
        type=int,
        metavar="N",
        help="with --resume: make the run N games long, in place of --games; schedules continue from their present "
        "values instead of jumping",
    )
    add(
        "--on-corrupt",
        choices=("previous", "fresh", "fail"),
        help="if the newest checkpoint is damaged: resume from the previous one, start over (old files are moved to "
        "set-aside/), or fail (default: ask on a terminal, otherwise previous)",
    )
    add(
        "--report-games",
        type=int,
        metavar="N",
        help=f"minimum number of games between two reports (default: {default.report_games})",
    )
    add(
        "--match-games",
        type=int,
        metavar="N",
        help=f"games against each fixed opponent at the end, an even number, or 0 (default: {default.match_games})",
    )
    add("-v", "--verbose", action="count", help="log saves and loads; twice: log everything, also in the log file")
    add(
        "--log-level",
        choices=LOG_LEVELS,
        help="lowest level of messages in the log file (default: info, or debug with -vv)",
    )
    add(
        "--debug-updates",
        metavar="FILE",
        help="write every update of a weight to a CSV file, with the values before and after: 50 kB a game and more. "
        "shirokuro debug updates can choose patterns and stages",
    )
    add("-q", "--quiet", action="store_true", help="print only warnings and the outcome")
    add(
        "--json-logs",
        action=argparse.BooleanOptionalAction,
        help="write JSON objects to the log file, and as progress and messages unless on a terminal",
    )
    add(
        "--tensorboard",
        action=argparse.BooleanOptionalAction,
        help="also write event files for TensorBoard to tensorboard/ in the run directory",
    )
    add(
        "--prometheus",
        nargs="?",
        const=ADDRESS,
        metavar="ADDRESS",
        help=f"serve metrics to Prometheus at PORT or HOST:PORT (default address: {ADDRESS})",
    )
    add(
        "--max-time",
        metavar="TIME",
        help="stop and save after this time, such as 8h, 1h30m or 90s; --resume continues",
    )
    add(
        "--notify",
        metavar="COMMAND",
        help="run this command of the shell when the training ends, pauses or fails; it reads a line of text, and "
        "finds SHIROKURO_EVENT, SHIROKURO_TEXT, SHIROKURO_RUN and SHIROKURO_GAMES in its environment",
    )
    add(
        "--ray",
        nargs="?",
        const="",
        metavar="ADDRESS",
        help="play the games on the nodes of the Ray cluster at ADDRESS, such as 10.0.0.1:6379 or auto; without an "
        "address, of one that is started on this machine. The model is the same",
    )
    section = parser.add_argument_group(
        "settings",
        "They follow in sections, and also go into a file for --config. A schedule is a number, or points "
        "FRACTION:VALUE such as 0:0.3,0.5:0.1,1:0.02 (fractions of the run).",
    )
    config = TrainConfig()
    for name, setting in TrainConfig.SETTINGS.items():
        if name in SECTIONS:
            section = parser.add_argument_group(f"settings: {SECTIONS[name]}")
        shown = "" if setting.optional else f"; default: {getattr(config, name)}"
        section.add_argument(
            f"--{shown_name(name).replace('_', '-')}",
            dest=name,
            default=argparse.SUPPRESS,
            help=f"{setting.doc} (range: {setting.range}{shown})".replace("%", "%%"),
            **_READERS[setting.kind],
        )


def read(parsed: argparse.Namespace) -> tuple[Options, dict[str, Any]]:
    """Returns the command-only options and the given settings.

    The command line takes precedence over the file, and the file over the preset.

    Raises:
        OSError: the file can't be read.
        ValueError: a value is out of its range, or a setting is unknown; the message names the file if it is at fault.
        TypeError: a value is of the wrong type.
    """
    given = vars(parsed)
    named = {name: value for name, value in given.items() if name in {field.name for field in fields(Options)}}
    if given.get("quiet") or given.get("verbose"):
        named["verbosity"] = -1 if given.get("quiet") else given["verbose"]
    settings = {name: value for name, value in given.items() if name in TrainConfig.SETTINGS}
    files = [presets.path_of(given["preset"])] if "preset" in given else []
    files += [given["config"]] if "config" in given else []
    for path in reversed(files):
        in_file, options_in_file = _read_file(path)
        if any(name in settings for name in LIMITS):  # a limit replaces another one
            in_file = {name: value for name, value in in_file.items() if name not in LIMITS}
        named, settings = {**options_in_file, **named}, {**in_file, **settings}
    return Options(**named), settings


def _read_file(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Reads and checks the settings and the options in a file."""
    try:
        return _checked(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except TypeError as error:
        raise TypeError(f"{path}: {error}") from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _checked(document: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    names = {shown_name(name): name for name in TrainConfig.SETTINGS}
    known = {field.name for field in fields(Options)}
    table = document.pop(TABLE, {})
    if not isinstance(table, dict):
        raise TypeError(f"{TABLE} = {table!r}: must be a table")
    if unknown := document.keys() - names.keys():
        raise ValueError(f"{min(unknown)}: unknown setting{did_you_mean(min(unknown), names)}")
    if unknown := table.keys() - known:
        raise ValueError(f"{TABLE}.{min(unknown)}: unknown option{did_you_mean(min(unknown), known)}")
    settings = {names[name]: value for name, value in document.items()}
    TrainConfig().replace(**settings)
    Options(**table)
    return settings, table
