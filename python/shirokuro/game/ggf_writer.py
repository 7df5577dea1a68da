"""Writing games in the Generic Game Format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shirokuro._core import BLACK, black_view
from shirokuro.files import write_text
from shirokuro.game.conversion import record_of
from shirokuro.game.moves import NO_MOVE
from shirokuro.game.turns import TurnGame

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from shirokuro.game.conversion import AnyGame
    from shirokuro.game.records import GameRecord

_DISCS = "-*O"


def write_games(path: str | PathLike[str], games: Iterable[AnyGame]) -> None:
    """Writes games in the Generic Game Format, one per line, completely or not at all; `read_games` reads them.

    Args:
        path: the file, which is replaced if it exists.
        games: moves in any notation of `read_moves`, games of files, recorded games and games in progress.

    Raises:
        OSError: the file can't be written.
        ValueError: moves can't be read.
        TypeError: `games` is a text, not a list.
    """
    if isinstance(games, str):
        raise TypeError(f"games = {games!r}: must be a list of games")
    write_text(path, "".join(f"{ggf_text(record_of(game))}\n" for game in games))


def ggf_text(game: GameRecord) -> str:
    """Returns a game in GGF, in one line, with its passes."""
    start, played, moves = game.start, TurnGame(game.start), list[str]()
    for move in game.moves:
        while True:
            side = "B" if played.position.side_to_move == BLACK else "W"
            passes = played.must_pass
            played.play(NO_MOVE if passes else move)
            moves.append(f"{side}[{'PA' if passes else move.upper()}]")
            if not passes:
                break
    end, squares = played.position, "".join(_DISCS[square] for square in start.board)
    board = " ".join(squares[at : at + 8] for at in range(0, 64, 8))
    score = float(black_view(end.score, end.side_to_move)) if end.is_over else game.score
    names = {"PC": game.event or "shirokuro", "DT": game.date, "PB": game.black, "PW": game.white}
    fields = [f"{name}[{_plain(value)}]" for name, value in names.items() if value]
    result = "?" if score is None else f"{score:+g}"
    head = f"(;GM[Othello]{''.join(fields)}RE[{result}]TY[8]BO[8 {board} {_DISCS[start.side_to_move]}]"
    return f"{head}{''.join(moves)};)"


def _plain(text: str) -> str:
    """Returns a text in one line, without the brackets that would end it, and without what begins a game."""
    return " ".join(text.translate(str.maketrans("[]", "()")).split()).replace("(;", "( ;")
