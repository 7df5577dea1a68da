"""Settings of a run that continues: edits of its `config.toml`, changes since its checkpoint, and a longer run."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from typing import TYPE_CHECKING, Any

from shirokuro._core import ModelFileError, read_header
from shirokuro.config import TrainConfig, shown_name
from shirokuro.display.format import counted
from shirokuro.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shirokuro.runs.directory import RunDirectory

FIXED = ("seed", "generation_games", "delay_generations")
"""Settings that can't be changed once a run has begun."""

_LIKELY_JUMP = 0.001
"""Relative change of a scheduled value that is worth a warning; the last bits always change."""


def edited(file: Path, config: TrainConfig, written: TrainConfig) -> TrainConfig:
    """Returns a run's settings with the changes that somebody has made in its file of settings.

    Args:
        file: the file; without one, or if it is empty, there are no changes.
        config: the settings of the checkpoint from which the run continues.
        written: the settings that the run last wrote to the file.

    Raises:
        ValueError: the file is not TOML, or a setting is unknown, out of its range or can't be changed.
        TypeError: a value is of the wrong type.
        OSError: the file can't be read.
    """
    document, found = _read(file)
    changes = {
        name: getattr(found, name)
        for name in TrainConfig.SETTINGS
        if shown_name(name) in document and getattr(found, name) != getattr(written, name)
    }
    for name in FIXED:
        if name in changes and changes[name] != getattr(config, name):
            has = f"it is {getattr(config, name)} in this run"
            raise ValueError(f"{file}: {name} = {changes[name]}: can't be changed, {has}")
    try:
        return config.replace(**changes)
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from None


def _read(file: Path) -> tuple[dict[str, Any], TrainConfig]:
    try:
        text = file.read_text(encoding="utf-8")
        return tomllib.loads(text), TrainConfig.from_toml(text)
    except FileNotFoundError:
        return {}, TrainConfig()
    except TypeError as error:
        raise TypeError(f"{file}: {error}") from None
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from None


def settings_of(run: RunDirectory, files: Iterable[Path]) -> TrainConfig:
    """Returns the settings with which a damaged run starts over: those in `config.toml`, or in a file's header.

    Raises:
        ModelFileError: there are none that can be read.
        ValueError: `config.toml` is not valid (also TypeError).
    """
    document, config = _read(run.config)
    if document:
        return config
    for file in files:
        try:
            return TrainConfig(**json.loads(read_header(file)["monitor"] or "{}")["config"])
        except (OSError, ModelFileError, ValueError, TypeError, LookupError):
            continue
    raise ModelFileError(
        f"{run.path}: the run's settings can't be read, so it can't start over with them: config.toml is missing; "
        "start a new run in another directory"
    )


def changes_between(before: TrainConfig, now: TrainConfig) -> str:
    """Returns the settings that differ, as text; empty if none do."""
    names = [name for name in TrainConfig.SETTINGS if getattr(before, name) != getattr(now, name)]
    return ", ".join(f"{shown_name(name)} = {getattr(before, name)} → {getattr(now, name)}" for name in names)


def jumps(before: TrainConfig, now: TrainConfig, games_played: int) -> str:
    """Returns the scheduled values that change at once, because the run's length did; empty if none do."""
    then, after = before.at(games_played), now.at(games_played)
    shown = []
    for name, setting in TrainConfig.SETTINGS.items():
        if setting.kind != "schedule" or getattr(before, name) != getattr(now, name):
            continue
        old, new = getattr(then, name), getattr(after, name)
        if old is not None and abs(new - old) > _LIKELY_JUMP * max(abs(old), abs(new)):
            shown.append(f"{shown_name(name)} {old:.3g} → {new:.3g}")
    return ", ".join(shown)


def extended(config: TrainConfig, games: int, games_played: int) -> TrainConfig:
    """Returns settings for another length of the run, with schedules that continue from their present values.

    What was played keeps its values. What is left of each schedule stretches over the games that are left.

    Raises:
        ValueError: `games` is less than the games played, or out of its range.
    """
    if games < max(games_played, 1):
        raise ValueError(f"games = {games:,}: must be at least the {counted(games_played, 'game')} played")
    now, later = min(games_played / config.games, 1.0), min(games_played / games, 1.0)

    def moved(progress: float) -> float:
        if progress <= now:
            return progress * config.games / games
        return later + (progress - now) / (1 - now) * (1 - later)

    changes: dict[str, object] = {"games": games}
    for name, setting in TrainConfig.SETTINGS.items():
        schedule = getattr(config, name)
        if setting.kind == "schedule" and schedule is not None and len(schedule.points) > 1:
            points = {moved(progress): value for progress, value in schedule.points}
            points[later] = schedule.at(now)
            changes[name] = Schedule(tuple(sorted((min(each, 1.0), value) for each, value in points.items())))
    return dataclasses.replace(config, **changes)  # type: ignore[arg-type]
