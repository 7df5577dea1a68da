"""Games, positions and metrics of a run as tables for other programs: CSV, or Parquet by polars."""

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
"""Rows that are in memory at a time."""


def export_games(source: Source, path: str | PathLike[str]) -> int:
    """Writes recorded games, one a row: number, result (Black's view), moves and how each came about.

    Args:
        source: a run's directory, one of its files of games, or games.
        path: the file to write, which is replaced; its name ends in `.csv` or `.parquet`.

    Returns:
        The number of rows.

    Raises:
        FileNotFoundError: no games were recorded.
        ValueError: the file's name ends otherwise.
        MissingExtraError: Parquet needs polars, the extra `parquet`.
        OSError: the file can't be written.
    """
    rows = (
        (g.index, g.stone_difference, g.winner, g.move_count, g.random_plies, g.transcript, g.kinds)
        for g in _games(source)
    )
    return _write(path, _GAMES, rows)


def export_positions(source: Source, path: str | PathLike[str], *, lambda_: float | None = None) -> int:
    """Writes the positions of recorded games, one a row: what a training learned from.

    `board` are the 64 squares, a1 … h8, 0 empty, 1 black, 2 white. `value` (the search's), `target` (the λ-return) and
    `outcome` are in discs for the side to move; `value`, `exact` and `target` are empty in a random opening, which is
    not learned.

    Args:
        source: as for `export_games`.
        path: the same.
        lambda_: λ of the targets; by default the run's, by its settings. Without either, targets are empty.

    Returns:
        The number of rows.

    Raises:
        Exception: as `export_games`.
    """
    lambda_of = _lambda_of(source, lambda_)
    rows = (row for game in _games(source) for row in _positions_of(game, lambda_of(game.index)))
    return _write(path, _POSITIONS, rows)


def export_metrics(run: str | PathLike[str], path: str | PathLike[str]) -> int:
    """Writes a run's metrics, one report a row; a number within another value is named with a dot, as `play.epsilon`.

    Numbers alone; what a killed run reported again after it went on is there once.

    Args:
        run: a run's directory, or its `metrics.jsonl`.
        path: as for `export_games`.

    Returns:
        The number of rows.

    Raises:
        FileNotFoundError: there are no metrics.
        Exception: as `export_games`.
    """
    path_of_metrics = Path(run) if Path(run).is_file() else RunDirectory(Path(run)).metrics
    metrics = Metrics(path_of_metrics)
    if not len(metrics):
        raise FileNotFoundError(2, "no metrics in", os.fspath(run))
    names = ["time", "games_played", *(name for name in metrics.names if name not in {"time", "games_played"})]
    columns: dict[str, type] = {**dict.fromkeys(names, float), "time": str, "games_played": int}
    return _write(path, columns, (_metrics_row(metrics.row(line), names) for line in range(len(metrics))))


def _games(source: Source) -> Iterable[Game]:
    return read_games(source) if isinstance(source, (str, os.PathLike)) else source


def _lambda_of(source: Source, lambda_: float | None) -> Callable[[int], float | None]:
    """λ by the number of a game."""
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
        known = (values[ply], None if kind == "o" else kind.isupper(), targets[ply])
        yield (game.index, ply, SIDES[side], position.empties, board, move, kind, *known, outcome)
        position = position.play(move)


def _metrics_row(values: dict[str, float], names: Iterable[str]) -> Row:
    time = values.pop("time", None)
    shown: dict[str, object] = {**values, "games_played": int(values["games_played"])}
    if time is not None:
        shown["time"] = datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds")
    return tuple(shown.get(name) for name in names)


def _write(path: str | PathLike[str], columns: Mapping[str, type], rows: Iterable[Row]) -> int:
    """Writes a table, in place of an old one or not at all."""
    target = Path(path)
    writers = {".csv": _write_csv, ".parquet": _write_parquet}
    if target.suffix not in writers:
        raise ValueError(f"path = {os.fspath(path)!r}: must end in .csv or .parquet")
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        count = writers[target.suffix](temporary, columns, rows)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return count


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
    """Whole numbers without a decimal point, and 0 and 1 for no and yes."""
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
