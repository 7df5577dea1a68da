"""The games of a run: recorded while it trains, read by whoever looks at it."""

from __future__ import annotations

import errno
import json
import logging
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from shirokuro._core import Game
from shirokuro.runs.directory import RunDirectory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike

    from shirokuro._core import GenerationReport

_log = logging.getLogger(__name__)

_NAME = re.compile(r"games_(\d{9,})\.jsonl")

PARTS = 10
"""Files that the games kept are spread over: when a new one begins, the oldest may go."""


class GameLog:
    """Appends games to files of lines, and deletes the oldest: called with each report of a training's core.

    A write that fails costs a warning and these games, never the training.
    """

    def __init__(self, directory: RunDirectory, *, keep: int, games_played: int) -> None:
        """Goes on behind the games that were played; later ones, of a state that was given up, are removed."""
        self._folder = directory.games
        self._keep = keep
        self._failing = False
        for first, path in _files(self._folder):
            if first >= games_played:
                path.unlink()
            else:
                _cut(path, games_played)

    def __call__(self, report: GenerationReport) -> None:
        """Records the games of a report."""
        try:
            self._append(report.games)
        except OSError as error:
            if not self._failing:
                _log.warning("games are not recorded: %s", error)
            self._failing = True
        else:
            self._failing = False

    def _append(self, games: list[Game]) -> None:
        if not games:
            return
        self._folder.mkdir(exist_ok=True)
        files = _files(self._folder)
        size = max(self._keep // PARTS, 1)
        if not files or games[0].index - files[-1][0] >= size:
            files.append((games[0].index, self._folder / f"games_{games[0].index:09}.jsonl"))
        text = "".join(f"{game.to_json()}\n" for game in games).encode()
        with files[-1][1].open("ab", buffering=0) as file:
            end = file.tell()
            if file.write(text) < len(text):  # the disk is full: half a line would spoil the next one, too
                file.truncate(end)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(files[-1][1]))
        while len(files) > 1 and games[-1].index + 1 - files[1][0] >= self._keep:
            files.pop(0)[1].unlink()


def read_games(source: str | PathLike[str]) -> Iterator[Game]:
    """The games that were recorded, the oldest first, one at a time; the run may be going on.

    Args:
        source: a run's directory, or one of its files of games.

    Raises:
        FileNotFoundError: there is no such directory or file, or it has no games.
    """
    path = Path(source)
    files = [file for _, file in _files(RunDirectory(path).games)] if path.is_dir() else [path]
    if not files or not path.exists():
        raise FileNotFoundError(2, "no games were recorded in", os.fspath(path))
    return _games_of(files)


def find_game(source: str | PathLike[str], number: int) -> Game | None:
    """The recorded game with this number; `None` if it is not there.

    Raises:
        FileNotFoundError: as `read_games`.
    """
    path = Path(source)
    if path.is_dir():
        files = [(first, file) for first, file in _files(RunDirectory(path).games) if first <= number]
        if not files:
            read_games(path)
            return None
        path = files[-1][1]
    return next((game for game in read_games(path) if game.index == number), None)


def game_of_line(line: str | bytes) -> Game:
    """The game that a line stands for.

    Raises:
        ValueError: it is not JSON, or not a game.
    """
    values = json.loads(line)
    try:
        return Game(values["moves"], index=values["game"], kinds=values["kinds"], scores=values["scores"])
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"not a game: {error!r}") from error


def _games_of(files: Iterable[Path]) -> Iterator[Game]:
    for path in files:
        try:
            file = path.open("rb")
        except FileNotFoundError:  # the oldest is deleted when a new one begins
            continue
        with file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):  # being written, or its process was killed
                    break
                try:
                    yield game_of_line(line)
                except ValueError as error:
                    _log.warning("%s, line %d is skipped: %s", path, number, error)


def _files(folder: Path) -> list[tuple[int, Path]]:
    """The files and the number of each one's first game, in their order."""
    names = ((_NAME.fullmatch(path.name), path) for path in folder.glob("games_*.jsonl"))
    return sorted((int(name[1]), path) for name, path in names if name)


def _cut(path: Path, games_played: int) -> None:
    """Cuts off a file from the first line on that is no whole line of a game that counts."""
    end = 0
    with path.open("rb+") as file:
        for line in file:
            try:
                whole = line.endswith(b"\n") and json.loads(line)["game"] < games_played
            except (ValueError, TypeError, KeyError):
                whole = line.endswith(b"\n")  # damage in the middle is for readers to skip
            if not whole:
                file.truncate(end)
                return
            end += len(line)
