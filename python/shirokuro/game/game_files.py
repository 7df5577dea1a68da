"""Files of games and of positions: WTHOR, GGF, OBF, lists of openings and transcripts.

Files are read record by record, so their size doesn't matter.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn, TypeVar

from shirokuro.game.ggf import GgfGame
from shirokuro.game.moves import NO_MOVE, read_moves
from shirokuro.game.positions import Problem, is_board, is_ggf, read_board, read_problem
from shirokuro.game.records import Damaged, GameRecord, Records
from shirokuro.game.wthor import PLAYER_BYTES, TOURNAMENT_BYTES, read_names, split_games

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    from shirokuro.game.positions import Side

T = TypeVar("T")

_LARGEST = 1 << 20
"""The largest record of a text file in bytes. A game in GGF has a few thousand."""

_CHUNK = 1 << 16

_COMMENTS = ("#", "%", "//")

# The end of a game is the first ;) outside brackets.
_GGF_GAME = re.compile(rb"\(;(?:[^\[\]]|\[[^\[\]]*\])*?;\)")

_GGF_START = re.compile(rb"\(;\s*GM\s*\[", re.IGNORECASE)

_RESULT = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)(?::.*)?\s*", re.DOTALL)


def read_games(
    path: str | os.PathLike[str],
    *,
    damaged: Damaged = "stop",
    players: str | os.PathLike[str] | None = None,
    tournaments: str | os.PathLike[str] | None = None,
) -> Records[GameRecord]:
    """Reads the games of a file: WTHOR (`.wtb`), GGF, or text with a transcript, an opening or a position per line.

    The content decides between GGF and lines. Empty lines and those that begin with `#`, `%` or `//` are skipped. A
    position, such as a line of an OBF file, is a game without moves. Unfinished games are games.

    Args:
        path: the file.
        damaged: `"stop"` raises an error at a damaged record, `"skip"` skips it and counts it in `skipped`.
        players: the names of a WTHOR file's players (default: `WTHOR.JOU` in the same directory, if it exists).
        tournaments: the names of its tournaments (default: `WTHOR.TRN`).

    Returns:
        An iterable. Each iteration reads the file from its beginning.

    Raises:
        OSError: the file of names can't be read.
        ValueError: the file of names is damaged.
    """
    path = Path(path)
    if path.suffix.lower() != ".wtb":
        return Records(path, _split_text, damaged)
    jou = _beside(path, "wthor.jou") if players is None else Path(players)
    trn = _beside(path, "wthor.trn") if tournaments is None else Path(tournaments)
    names = read_names(jou, PLAYER_BYTES) if jou else []
    events = read_names(trn, TOURNAMENT_BYTES) if trn else []
    return Records(path, partial(split_games, players=names, tournaments=events), damaged)


def read_game(text: str, side: Side | None = None) -> GameRecord:
    """Reads one game in any common notation: moves, a board without moves, or a game in GGF.

    Args:
        text: the text.
        side: the side to move on a board that doesn't say it.

    Raises:
        ValueError: `text` is not a game; or as for `read_position` and `read_moves`.
    """
    if is_ggf(text):
        return _ggf(text.encode())
    if board := read_board(text, side):
        return GameRecord(start=board.position, moves=())
    return GameRecord(moves=read_moves(text))


def read_content(content: bytes, name: str = "") -> Records[GameRecord]:
    """Reads the games of a file like `read_games`, from its content. Damaged records are skipped and counted.

    Args:
        content: the content. One that is a single game as a whole, such as a transcript in several lines, is one game.
        name: the name of the file; one that ends with `.wtb` is a WTHOR file.

    Raises:
        ValueError: no game can be read. The message is that for the whole content as one game.
    """
    path = Path(name or "text")
    if path.suffix.lower() == ".wtb":
        return Records(path, partial(split_games, players=[], tournaments=[]), "skip", content)
    games = Records(path, _split_text, "skip", content)
    try:
        game = _ggf(content) if _GGF_START.search(content) else read_game(_text(content))
    except ValueError:
        if next(iter(games), None) is None:
            raise
        return games
    if content.count(b"(;") > 1:
        return games

    def split_one(_file: BinaryIO) -> Iterator[tuple[str, Callable[[], GameRecord]]]:
        yield "game 1", lambda: game

    return Records(path, split_one, "skip", content)


def read_problems(
    path: str | os.PathLike[str], *, damaged: Damaged = "stop", side: Side | None = None
) -> Records[Problem]:
    """Reads the positions of a file with one per line, such as an OBF file, in the notations of `read_position`.

    Args:
        path: the file. Empty lines and those that begin with `#`, `%` or `//` are skipped.
        damaged: `"stop"` raises an error at a damaged line, `"skip"` skips it and counts it in `skipped`.
        side: the side to move on boards that don't say it.

    Returns:
        An iterable. Each iteration reads the file from its beginning.
    """
    return Records(Path(path), partial(_split_lines, parse=partial(read_problem, side=side)), damaged)


def _beside(path: Path, name: str) -> Path | None:
    """Returns the file with this name, in upper or lower case, in the directory of `path`, if it exists."""
    return next((each for each in sorted(path.parent.iterdir()) if each.name.lower() == name), None)


def _split_text(file: BinaryIO) -> Iterator[tuple[str, Callable[[], GameRecord]]]:
    head = file.read(_CHUNK)
    file.seek(0)
    return _split_ggf(file) if _GGF_START.search(head) else _split_lines(file, _line)


def _split_lines(file: BinaryIO, parse: Callable[[str], T]) -> Iterator[tuple[str, Callable[[], T]]]:
    number = 0
    while content := file.readline(_LARGEST):
        number += 1
        if len(content) == _LARGEST:
            while content and not content.endswith(b"\n"):
                content = file.readline(_LARGEST)
            yield f"line {number}", _too_long
            continue
        text = _text(content).replace("\ufeff", "").strip()
        if text and not text.startswith(_COMMENTS):
            yield f"line {number}", partial(parse, text)


def _split_ggf(file: BinaryIO) -> Iterator[tuple[str, Callable[[], GameRecord]]]:
    """Yields the games of a GGF file. Counts and comments between them are left out."""
    for number, content in enumerate(_starts(file), start=1):
        yield f"game {number}", _too_long if len(content) > _LARGEST else partial(_ggf, content)


def _starts(file: BinaryIO) -> Iterator[bytes]:
    """Yields the content from each `(;` up to the next one, or the first part of it if it is too long."""
    buffer, begun = b"", False
    while chunk := file.read(_CHUNK):
        *whole, buffer = (buffer + chunk).split(b"(;")
        yield from (b"(;" + content for content in whole[not begun :])
        begun = begun or bool(whole)
        # The last byte may be the first half of a "(;".
        if not begun:
            buffer = buffer[-1:]
        elif len(buffer) > _LARGEST:
            buffer = buffer[:_LARGEST] + buffer[-1:]
    if begun:
        yield b"(;" + buffer


def _too_long() -> NoReturn:
    raise ValueError(f"longer than {_LARGEST:,} bytes")


def _text(content: bytes) -> str:
    """Decodes UTF-8, or else Latin-1, in which older programs write names."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _line(text: str) -> GameRecord:
    if is_board(text):
        return GameRecord(start=read_problem(text).position, moves=())
    return GameRecord(moves=read_moves(text))


def _ggf(content: bytes) -> GameRecord:
    found = _GGF_GAME.match(content)
    game = GgfGame.parse(_text(found[0] if found else content))
    played = game.play()
    result = _RESULT.fullmatch(game.properties.get("RE", ""))
    return GameRecord(
        start=game.start,
        moves=tuple(move for move in played.moves if move != NO_MOVE),
        black=game.properties.get("PB") or None,
        white=game.properties.get("PW") or None,
        event=game.properties.get("PC") or None,
        date=game.properties.get("DT") or None,
        score=float(result[1]) if result else None,
    )
