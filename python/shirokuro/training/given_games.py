"""Given games: games from files, from which a run learns in place of games against itself."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

import numpy as np

from shirokuro._core import ModelFileError, outcome_errors, read_header
from shirokuro.config import TrainConfig
from shirokuro.display.format import counted
from shirokuro.game.collection import CollectedFile, GameCollection, summary
from shirokuro.runs.texts import build, read_object, typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from shirokuro._core import Evaluator, Game

GivenTargets: TypeAlias = Literal["outcome", "search"]
"""What the positions of given games are taught: the outcome, or λ-returns of search values as in self-play."""

TARGETS: tuple[GivenTargets, ...] = ("outcome", "search")

KEY = "given"
"""The key of the given games in the monitor's text of a checkpoint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutError:
    """The distance of a model's evaluations from the outcomes of games that it doesn't learn from."""

    games_played: int
    """Games of the run when it was measured."""
    games: int
    """Games held out."""
    positions: int
    """Positions in them."""
    mean_absolute: float
    """Mean distance between evaluation and outcome over the positions, in discs."""
    mean_squared: float
    """Mean of (evaluation − outcome)², in discs²."""

    def line(self) -> dict[str, Any]:
        """Returns the content of a line of metrics."""
        return {"games": self.games, "mean_absolute": self.mean_absolute, "mean_squared": self.mean_squared}

    def __str__(self) -> str:
        error = f"mean absolute {self.mean_absolute:.3f} discs, mean squared {self.mean_squared:.2f} discs²"
        return f"held-out error: {error} ({counted(self.games, 'game')} held out)"


class GivenGames:
    """Whole games from files, to learn from. They are read at once; what is not a whole game is counted and skipped.

    Args:
        files: the files, in any format that `read_games` reads.
        targets: `"outcome"` teaches each position its game's outcome, and searches nothing. `"search"` teaches the
            λ-returns of search values, as in self-play, where a move that is not the search's best one cuts the return.
        epochs: how often the run goes through the games, each time in another order, which follows from its seed.
        held_out: share of the games that are not learned from, but measure the error of the model. Which ones follows
            from their moves alone, so that equal games are never on both sides.

    Raises:
        OSError: a file can't be read.
        ValueError: a value is out of its range, a file has no whole game, or none is left to learn from.
        TypeError: a value is of the wrong type.
    """

    def __init__(
        self,
        files: Iterable[str | PathLike[str]],
        *,
        targets: GivenTargets = "outcome",
        epochs: int = 1,
        held_out: float = 0.05,
    ) -> None:
        check_options(targets, epochs, held_out)
        if isinstance(files, (str, PathLike)):
            raise TypeError(f"files = {files!r}: must be a list of files")
        collection = GameCollection.read(files)
        self.targets: GivenTargets = targets
        """What the positions are taught."""
        self.epochs, self.held_out = epochs, float(held_out)
        self.collection = collection
        """All games."""
        shares = np.array([collection.share(number) for number in range(len(collection))])
        self._learned = np.flatnonzero(shares >= held_out)
        self._held_out = [collection.game(int(number)) for number in np.flatnonzero(shares < held_out)]
        self._order: tuple[tuple[int, int], NDArray[np.intp]] | None = None
        if not len(self._learned):
            raise ValueError(
                f"held_out = {held_out}: no game of {counted(len(collection), 'game')} is left to learn from"
            )
        TrainConfig.SETTINGS["games"].convert("epochs times games", self.games)

    @property
    def files(self) -> tuple[CollectedFile, ...]:
        """The files."""
        return self.collection.files

    @property
    def games(self) -> int:
        """Games of a run that goes through all epochs: each game counts once for each epoch."""
        return self.epochs * len(self._learned)

    @property
    def held_out_games(self) -> int:
        """Games held out."""
        return len(self._held_out)

    @property
    def skipped(self) -> Mapping[str, int]:
        """Number of records that are not whole games, by reason."""
        return self.collection.skipped

    def __repr__(self) -> str:
        return f"<GivenGames: {self}>"

    def __str__(self) -> str:
        files = counted(len(self.files), "file")
        learned = counted(len(self._learned), "game")
        return (
            f"{learned} of {files}, {counted(self.epochs, 'time')}, targets: {self.targets}; "
            f"{self.held_out_games:,} held out"
        )

    @property
    def skipped_text(self) -> str:
        """Says what was skipped and why; empty if nothing was."""
        first = f" (the first damaged one: {self.collection.first_damaged})" if self.collection.first_damaged else ""
        return f"given games: {summary(self.skipped)}{first}" if self.skipped else ""

    def part(self, first: int, count: int, *, seed: int) -> list[Game]:
        """Returns `count` games from number `first` on, in the order of a run with this seed."""
        size = len(self._learned)
        numbers = (divmod(number, size) for number in range(first, first + count))
        return [self.collection.game(int(self._shuffled(seed, epoch)[place])) for epoch, place in numbers]

    def _shuffled(self, seed: int, epoch: int) -> NDArray[np.intp]:
        """Returns the games of an epoch in their order, which is the same on every machine."""
        if self._order is None or self._order[0] != (seed, epoch):
            # The streams of NumPy's bit generators don't change between its versions.
            keys = np.random.PCG64(np.random.SeedSequence([seed, epoch])).random_raw(len(self._learned))
            self._order = (seed, epoch), self._learned[np.argsort(keys, kind="stable")]
        return self._order[1]

    def error(self, evaluator: Evaluator, games_played: int) -> HeldOutError | None:
        """Measures a model by the games that were held out; `None` if there are none."""
        if not self._held_out:
            return None
        positions, absolute, squared = outcome_errors(evaluator, self._held_out)
        return HeldOutError(
            games_played=games_played,
            games=len(self._held_out),
            positions=positions,
            mean_absolute=absolute / positions,
            mean_squared=squared / positions,
        )


@dataclass(slots=True, kw_only=True)
class GivenPart:
    """The part of a run that learns from given games. A checkpoint has everything except the games."""

    files: tuple[CollectedFile, ...]
    targets: GivenTargets
    epochs: int
    held_out: float
    start: int
    """Number of the run's first given game."""
    count: int
    """Number of given games, those of each epoch counted."""
    error: HeldOutError | None = None
    """The latest measurement of the error."""
    games: GivenGames | None = None
    """The games, once they were read."""

    @classmethod
    def of(cls, games: GivenGames, start: int) -> Self:
        """Returns the part that begins after `start` games of a run."""
        return cls(
            files=games.files,
            targets=games.targets,
            epochs=games.epochs,
            held_out=games.held_out,
            start=start,
            count=games.games,
            games=games,
        )

    @property
    def end(self) -> int:
        """Games of the run after the last given one."""
        return self.start + self.count

    def left(self, games_played: int) -> int:
        """Returns the number of given games still to be learned after `games_played` games of the run."""
        return max(self.end - max(games_played, self.start), 0)

    def covers(self, number: int) -> bool:
        """Checks whether the run's game with this number is a given one."""
        return self.start <= number < self.end

    def has(self, games: GivenGames) -> bool:
        """Checks whether these are the same games, to be learned in the same way."""
        ours = ([file.digest for file in self.files], self.targets, self.epochs, self.held_out)
        return ours == ([file.digest for file in games.files], games.targets, games.epochs, games.held_out)

    def is_from(self, files: Iterable[str | PathLike[str]], **options: object) -> bool:
        """Checks whether these are the paths and options (arguments of `GivenGames`) of this part, unread."""
        paths = [str(Path(file).absolute()) for file in files]
        ours = {"targets": self.targets, "epochs": self.epochs, "held_out": self.held_out}
        return paths == [file.path for file in self.files] and options == ours

    def opened(self) -> GivenGames:
        """Returns the games; reads the files again if need be.

        Raises:
            FileNotFoundError: a file no longer exists (other `OSError`s: it can't be read).
            ValueError: a file has other games than before.
        """
        if self.games is None:
            paths = [file.path for file in self.files]
            games = GivenGames(paths, targets=self.targets, epochs=self.epochs, held_out=self.held_out)
            for file, found in zip(self.files, games.files, strict=True):
                if found.digest != file.digest:
                    raise ValueError(
                        f"{file.path}: its games have changed since the run began to learn from them, and the run "
                        "still needs them: restore the file"
                    )
            self.games = games
        return self.games

    def next_games(self, games_played: int, count: int, *, seed: int) -> list[Game]:
        """Returns the given games that follow after `games_played` games of the run, at most `count`."""
        return self.opened().part(games_played - self.start, min(count, self.left(games_played)), seed=seed)

    def to_json(self) -> dict[str, Any]:
        """Returns what a checkpoint has of it, as plain values."""
        return {
            "files": [asdict(file) for file in self.files],
            "targets": self.targets,
            "epochs": self.epochs,
            "held_out": self.held_out,
            "start": self.start,
            "count": self.count,
            "error": self.error and asdict(self.error),
        }


def part_in(fields: Mapping[str, Any]) -> GivenPart | None:
    """Returns the given games in the monitor's fields of a checkpoint; `None` if the run has none.

    Raises:
        ValueError: the field has the wrong structure; AttributeError, LookupError and TypeError are also possible.
    """
    value = fields.get(KEY)
    if value is None:
        return None
    check_options(value["targets"], value["epochs"], value["held_out"])
    start, count = typed(value["start"], int), typed(value["count"], int)
    if start < 0 or count < 1:
        raise ValueError(f"{KEY}: {count} games from number {start} on")
    return GivenPart(
        files=tuple(build(CollectedFile, file) for file in value["files"]),
        targets=value["targets"],
        epochs=value["epochs"],
        held_out=float(value["held_out"]),
        start=start,
        count=count,
        error=build(HeldOutError, value["error"]) if value["error"] else None,
    )


def part_of(path: Path) -> GivenPart | None:
    """Returns the given games of the run that saved a file; `None` if it has none, or if they can't be read."""
    try:
        return part_in(read_object(read_header(path)["monitor"] or "{}", "monitor"))
    except (OSError, ModelFileError, ValueError, TypeError, LookupError, AttributeError):
        return None


def check_options(targets: object, epochs: object, held_out: object) -> None:
    """Checks how given games are to be learned.

    Raises:
        ValueError: a value is out of its range.
        TypeError: a value is of the wrong type.
    """
    check_targets(targets)
    TrainConfig.SETTINGS["games"].convert("epochs", epochs)
    if not isinstance(held_out, (int, float)) or isinstance(held_out, bool):
        raise TypeError(f"held_out = {held_out!r}: must be a number")
    if not (math.isfinite(held_out) and 0 <= held_out < 1):
        raise ValueError(f"held_out = {held_out}: must be at least 0 and less than 1")


def check_targets(targets: object) -> None:
    """Raises a `ValueError` unless `targets` is one of `TARGETS`."""
    if targets not in TARGETS:
        raise ValueError(f"targets = {targets!r}: must be 'outcome' or 'search'")
