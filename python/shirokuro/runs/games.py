"""The recorded games of a run: written during training, read by whatever watches it."""

from __future__ import annotations

import errno
import json
import logging
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from shirokuro._core import Game
from shirokuro.display.format import counted, message_of
from shirokuro.files import open_own
from shirokuro.runs.directory import RunDirectory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike

    from shirokuro._core import GenerationReport

_log = logging.getLogger(__name__)

_NAME = re.compile(r"games_(\d{9,})\.jsonl")

MAX_LINE = 1 << 16
"""The largest length in bytes of a line with a game; a game takes about a kilobyte."""

SHOWN = 10
"""The largest number of skipped lines that a reader warns about one by one."""

GIVE_UP = 1000
"""The number of lines after which a reader leaves a file that has not held a game yet."""

PARTS = 10
"""The number of files over which the kept games are spread; the oldest may be deleted when a new one is started."""


class GameLog:
    """A writer that appends the games of each report to line-based files and deletes the oldest games.

    A failed write loses its games and logs a warning, but never stops the training.
    """

    def __init__(self, directory: RunDirectory, *, keep: int, games_played: int) -> None:
        """Continues after `games_played` games; removes later games, which belong to an abandoned state."""
        self._folder = directory.games
        self.keep = keep
        """Number of games to keep; with 0, games are neither recorded nor deleted."""
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
                _log.warning("games are not being recorded: %s", message_of(error))
            self._failing = True
        else:
            self._failing = False

    def _append(self, games: list[Game]) -> None:
        if not games or not self.keep:
            return
        self._folder.mkdir(exist_ok=True)
        files = _files(self._folder)
        size = max(self.keep // PARTS, 1)
        if not files or games[0].index - files[-1][0] >= size:
            files.append((games[0].index, self._folder / f"games_{games[0].index:09}.jsonl"))
        text = "".join(f"{game.to_json()}\n" for game in games).encode()
        with open_own(files[-1][1], os.O_WRONLY | os.O_APPEND | os.O_CREAT) as file:
            end = file.seek(0, os.SEEK_END)
            if file.write(text) < len(text):  # the disk is full, and half a line would spoil the next one too
                file.truncate(end)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(files[-1][1]))
        while len(files) > 1 and games[-1].index + 1 - files[1][0] >= self.keep:
            files.pop(0)[1].unlink()


def read_games(source: str | PathLike[str]) -> Iterator[Game]:
    """Returns an iterator over the recorded games, oldest first; the run may still be in progress.

    Args:
        source: a run's directory, or one of its files of games.

    Damaged lines are skipped; the log names the first ones and says how many there were.

    Raises:
        FileNotFoundError: the directory or file does not exist, or the directory has no files of games.
        ValueError: nothing in the files is a game (raised by the iterator).
    """
    path = Path(source)
    files = [file for _, file in _files(RunDirectory(path).games)] if path.is_dir() else [path]
    if not files or not path.exists():
        raise FileNotFoundError(2, "no games were recorded here", os.fspath(path))
    return _games_of(files)


def find_game(source: str | PathLike[str], number: int) -> Game | None:
    """Returns the recorded game with this number; `None` if it was not recorded, or has been dropped since.

    Raises:
        Exception: as for `read_games`.
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
    """Parses a line of a file of games.

    Raises:
        ValueError: the line is not JSON, or not a game.
    """
    try:
        values = json.loads(line)
        return Game(values["moves"], index=values["game"], kinds=values["kinds"], scores=values["scores"])
    except (KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"not a game: {error!r}") from error


def _games_of(files: Iterable[Path]) -> Iterator[Game]:
    found = skipped = 0
    first = ""
    held: list[str] = []  # warnings, until a game shows that the files are not foreign
    for path in files:
        before = found
        for number, line in enumerate(_lines(path), 1):
            try:
                game = game_of_line(line)
            except ValueError as error:
                skipped += 1
                first = first or f"{path}: line {number}: {error}"
                if skipped <= SHOWN:
                    held.append(f"{path}: skipped line {number}: {error}")
                if found == before and number >= GIVE_UP:
                    break
            else:
                found += 1
                yield game
            while found and held:
                _log.warning("%s", held.pop(0))
    if skipped and not found:
        raise ValueError(f"{first}: not a file of recorded games")
    if skipped > SHOWN:
        _log.warning(
            "skipped %s; the first: %s", counted(skipped, "line that is not a game", "lines that are not games"), first
        )


def _lines(path: Path) -> Iterator[bytes]:
    """Yields the complete lines of a file; one that is too long comes in pieces."""
    try:
        file = path.open("rb")
    except FileNotFoundError:  # the oldest may be deleted when a new one is started
        return
    with file:
        while line := file.readline(MAX_LINE):
            if not line.endswith(b"\n") and len(line) < MAX_LINE:  # still being written, or its writer was killed
                return
            yield line


def _files(folder: Path) -> list[tuple[int, Path]]:
    """Returns the files in order, each with the number of its first game."""
    names = ((_NAME.fullmatch(path.name), path) for path in folder.glob("games_*.jsonl"))
    return sorted((int(name[1]), path) for name, path in names if name)


def _cut(path: Path, games_played: int) -> None:
    """Truncates a file at its first line that is incomplete or belongs to a game from `games_played` on."""
    end = 0
    with open_own(path, os.O_RDWR) as file:
        for line in file:
            try:
                keep = line.endswith(b"\n") and json.loads(line)["game"] < games_played
            except (ValueError, TypeError, KeyError, RecursionError):
                keep = line.endswith(b"\n")  # readers skip damaged lines in the middle
            if not keep:
                file.truncate(end)
                return
            end += len(line)
