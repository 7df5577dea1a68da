"""Exports of games, positions and metrics as tables for other programs: CSV, or Parquet (with Polars)."""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from shirokuro import extras
from shirokuro._core import Game, Position
from shirokuro.config import TrainConfig
from shirokuro.display.boards import SIDES
from shirokuro.files import temporary_for
from shirokuro.runs.directory import RunDirectory
from shirokuro.runs.games import read_games
from shirokuro.runs.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from os import PathLike

    Source: TypeAlias = str | PathLike[str] | Iterable[Game]
    Row: TypeAlias = tuple[object, ...]

_GAMES: Mapping[str, type] = {
    "game": int,
    "stone_difference": int,
    "winner": str,
    "moves": int,
    "random_plies": int,
    "transcript": str,
    "kinds": str,
}

_POSITIONS: Mapping[str, type] = {
    "game": int,
    "ply": int,
    "side_to_move": str,
    "empties": int,
    "board": str,
    "move": str,
    "kind": str,
    "value": float,
    "exact": bool,
    "target": float,
    "outcome": int,
}

_CHUNK = 50_000
"""The number of rows in a chunk of a Parquet table."""


def export_games(source: Source, path: str | PathLike[str]) -> int:
    """Writes recorded games, one per row: number, result (in Black's view), moves and the kind of each move.

    Args:
        source: a run's directory, one of its files of games, or games.
        path: the file to write; an existing one is replaced. The name must end in `.csv` or `.parquet`.

    Returns:
        The number of rows.

    Raises:
        FileNotFoundError: no games were recorded.
        ValueError: nothing in the file is a game, or the name of the file has another ending.
        MissingExtraError: Parquet needs Polars, which the extra `parquet` installs.
        OSError: the file can't be written.
    """
    rows = (
        (g.index, g.stone_difference, g.winner, g.move_count, g.random_plies, g.transcript, g.kinds)
        for g in _games(source)
    )
    return _write(path, _GAMES, rows)


def export_positions(source: Source, path: str | PathLike[str], *, lambda_: float | None = None) -> int:
    """Writes the positions of recorded games, one per row, with the values from which the training learned.

    `board` contains the 64 squares, a1 … h8: 0 empty, 1 black, 2 white. `value` (of the search), `target` (λ-return)
    and `outcome` are in discs for the side to move. `value`, `exact` and `target` are empty in the random opening,
    from which nothing is learned.

    Args:
        source: as for `export_games`.
        path: as for `export_games`.
        lambda_: λ of the targets; by default, that of the run's settings. Without either, `target` is empty.

    Returns:
        The number of rows.

    Raises:
        Exception: as for `export_games`.
    """
    lambda_of = _lambda_of(source, lambda_)
    rows = (row for game in _games(source) for row in _positions_of(game, lambda_of(game.index)))
    return _write(path, _POSITIONS, rows)


def export_metrics(run: str | PathLike[str], path: str | PathLike[str]) -> int:
    """Writes a run's metrics, one report per row; the names of nested values have dots, as in `play.epsilon`.

    Only numbers are exported. Reports that a run repeated after it was killed and resumed appear once.

    Args:
        run: a run's directory, or its `metrics.jsonl`.
        path: as for `export_games`.

    Returns:
        The number of rows.

    Raises:
        FileNotFoundError: there are no metrics.
        Exception: as for `export_games`.
    """
    path_of_metrics = Path(run) if Path(run).is_file() else RunDirectory(Path(run)).metrics
    metrics = Metrics(path_of_metrics)
    if not len(metrics):
        raise FileNotFoundError(2, "no metrics in this directory", os.fspath(run))
    names = ["time", "games_played", *(name for name in metrics.names if name not in {"time", "games_played"})]
    columns: dict[str, type] = {**dict.fromkeys(names, float), "time": str, "games_played": int}
    return _write(path, columns, (_metrics_row(metrics.row(line), names) for line in range(len(metrics))))


def _games(source: Source) -> Iterator[Game]:
    if not isinstance(source, (str, os.PathLike)):
        yield from source
        return
    empty = True
    for game in read_games(source):
        empty = False
        yield game
    if empty:
        raise FileNotFoundError(2, "no games were recorded here", os.fspath(source))


def _lambda_of(source: Source, lambda_: float | None) -> Callable[[int], float | None]:
    """Returns a function from a game's number to its λ."""
    if lambda_ is None and isinstance(source, (str, os.PathLike)):
        path = Path(source)
        config = RunDirectory(path if path.is_dir() else path.parent.parent).config
        if config.exists():
            settings = TrainConfig.from_toml(config.read_text(encoding="utf-8"))
            size = settings.generation_games
            return lambda index: settings.at(index // size * size).lambda_
    return lambda _: lambda_


def _positions_of(game: Game, lambda_: float | None) -> Iterator[Row]:
    targets = [None] * game.move_count if lambda_ is None else game.targets(lambda_)
    position, kinds, values = Position(), game.kinds, game.values
    for ply, move in enumerate(game.moves):
        side = position.side_to_move
        kind, outcome = kinds[ply], game.stone_difference if side == 1 else -game.stone_difference
        board = "".join(map(str, position.board.tolist()))
        learned = (values[ply], None if kind == "o" else kind.isupper(), targets[ply])
        yield (game.index, ply, SIDES[side], position.empties, board, move, kind, *learned, outcome)
        position = position.play(move)


def _metrics_row(values: dict[str, float], names: Iterable[str]) -> Row:
    time = values.pop("time", None)
    shown: dict[str, object] = {**values, "games_played": int(values["games_played"])}
    if time is not None:
        shown["time"] = datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds")
    return tuple(shown.get(name) for name in names)


def _write(path: str | PathLike[str], columns: Mapping[str, type], rows: Iterable[Row]) -> int:
    """Writes a table, completely or not at all; an existing file is replaced."""
    target = Path(path)
    writers = {".csv": _write_csv, ".parquet": _write_parquet}
    if target.suffix not in writers:
        raise ValueError(f"path = {os.fspath(path)!r}: must end in .csv or .parquet")
    with temporary_for(target) as temporary:
        return writers[target.suffix](temporary, columns, rows)


def _write_csv(path: Path, columns: Mapping[str, type], rows: Iterable[Row]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_cell(value) for value in row])
            count += 1
    return count


def _cell(value: object) -> object:
    """Converts whole floats to integers, and booleans to 0 and 1."""
    whole = isinstance(value, bool) or (isinstance(value, float) and value.is_integer())
    return int(value) if whole else value  # type: ignore[call-overload]


def _write_parquet(path: Path, columns: Mapping[str, type], rows: Iterable[Row]) -> int:
    pl = extras.load("polars", extra="parquet", purpose="writing Parquet")
    types = {int: pl.Int64, float: pl.Float64, bool: pl.Boolean, str: pl.String}
    schema = {name: types[kind] for name, kind in columns.items()}
    chunks, chunk, count = [], [], 0
    for row in rows:
        chunk.append(row)
        count += 1
        if len(chunk) == _CHUNK:
            chunks.append(pl.DataFrame(chunk, schema=schema, orient="row"))
            chunk = []
    chunks.append(pl.DataFrame(chunk, schema=schema, orient="row"))
    pl.concat(chunks).write_parquet(path)
    return count
