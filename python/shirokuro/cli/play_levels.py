"""How strongly the model plays in the terminal: a named level, or limits of one's own."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from shirokuro.cli import levels
from shirokuro.engine.levels import FIRST, LEVELS, Level, level_of
from shirokuro.engine.limits import SearchLimits

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

HINTS = SearchLimits(depth=levels.DEPTH, exact_empties=levels.EXACT_EMPTIES)
"""The limits of hints and scores next to a level that misjudges moves."""

_OWN = "own"

_LIMITS = {"depth": "depth", "nodes": "nodes", "time": "time_ms", "exact": "exact_empties"}
"""The names of the limits in the `level` command."""

_NO_LIMIT: Mapping[str, float | None] = {"depth": None, "nodes": None, "time_ms": None}


def add_level(parser: argparse.ArgumentParser) -> None:
    """Declares the option for a named level."""
    listed = ", ".join(LEVELS)
    parser.add_argument(
        "--level",
        metavar="NAME",
        help=f"a named level in place of limits, from the weakest to the strongest: {listed} (default: {FIRST.name}, "
        "if no limit is given)",
    )


def level_of_options(options: argparse.Namespace) -> Level:
    """Returns the level that the options name, or one of their limits.

    Raises:
        ValueError: there is no such level, a limit is out of range, or both are given.
    """
    has_limits = levels.has_limit(options) or options.exact_empties is not None
    if options.level and has_limits:
        raise ValueError(f"level = {options.level!r}: can't be combined with limits such as --depth")
    if options.level or not has_limits:
        return level_of(options.level or FIRST.name)
    return own_level(levels.limits_of(options))


def own_level(limits: SearchLimits) -> Level:
    """Returns a level with these limits."""
    return Level(name=_OWN, about="", limits=limits)


def hint_limits(level: Level) -> SearchLimits:
    """Returns the limits for hints and scores, which are never wrong on purpose."""
    return HINTS if level.error else level.limits


def read_level(words: Sequence[str], level: Level) -> Level:
    """Reads what follows the command `level`: a name, or limits that replace those of the level.

    Raises:
        ValueError: the words can't be read.
    """
    if len(words) == 1 and words[0] not in _LIMITS:
        return level_of(words[0])
    if len(words) % 2:
        raise ValueError(
            f"level is followed by {', '.join(LEVELS)}, or by depth, nodes, time or exact and a number, such as "
            "level depth 4"
        )
    changes: dict[str, float | None] = {}
    for name, number in zip(words[::2], words[1::2], strict=True):
        if name not in _LIMITS:
            raise ValueError(f"{name!r} is not a limit: depth, nodes, time (milliseconds) or exact (empty squares)")
        if name != "exact":
            changes = {**_NO_LIMIT, **changes}
        changes[_LIMITS[name]] = _number(number) if name == "time" else whole_number(number)
    return own_level(dataclasses.replace(hint_limits(level), **changes))  # type: ignore[arg-type]


def described(level: Level) -> str:
    """Describes how the model plays, such as `at depth 8` or `at level club: looks …`."""
    return f"at {level.limits}" if level.name == _OWN else f"at level {level.name}: it {level.about}"


def whole_number(text: str) -> int:
    """Reads a whole number.

    Raises:
        ValueError: `text` is not one.
    """
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number") from None
