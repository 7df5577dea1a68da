"""`shirokuro play`: a game against a model in the terminal."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from shirokuro.cli import levels
from shirokuro.cli.play_session import SIDES, PlaySession
from shirokuro.cli.terminal import console
from shirokuro.display.boards import result_text
from shirokuro.display.format import counted
from shirokuro.game.live import LiveGame
from shirokuro.game.moves import read_moves
from shirokuro.signals import StopSignals

if TYPE_CHECKING:
    import argparse

HELP = "Play against a model in the terminal."
EXAMPLE = "runs/first --side white --depth 6"

_PIPE_WIDTH = 80
"""The width in columns without a terminal to ask."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    levels.add_arguments(parser)
    game = parser.add_argument_group("the game")
    game.add_argument(
        "--side",
        choices=SIDES,
        default="black",
        help="the side you play; both: the model only gives hints; none: it plays itself (default: %(default)s)",
    )
    game.add_argument(
        "--moves",
        metavar="MOVES|FILE",
        default="",
        help="start after these moves, in any common notation such as f5d6c3, or after those in a file",
    )
    game.add_argument("--save", type=Path, metavar="FILE", help="write the moves to this file after each move")


def run(options: argparse.Namespace) -> int:
    """Plays; returns the exit code."""
    game = LiveGame(_moves(options.moves))
    if options.save and options.save.exists() and str(options.save) != options.moves:
        raise FileExistsError(17, "the file already exists; continue it with --moves", str(options.save))
    shown = console(pipe_width=_PIPE_WIDTH)
    session = PlaySession(levels.engine_of(options), shown, game=game, people=SIDES[options.side], save=options.save)

    def interrupt() -> NoReturn:
        raise KeyboardInterrupt

    with StopSignals(interrupt) as signals:
        try:
            session.run()
        except KeyboardInterrupt:
            print()
            _end(game)
            return 128 + (signals.received or 2)
        except OSError:  # the output was closed, or the file can't be written
            if game.moves:
                print(_last_words(game), file=sys.stderr)
            raise
    _end(game)
    return 0


def _moves(text: str) -> str:
    """Returns the moves in an option, or in the file that it names.

    Raises:
        ValueError: the moves can't be read.
    """
    try:
        return "".join(read_moves(text))
    except ValueError as error:
        if not _exists(text):
            raise ValueError(f"moves = {text[:80]!r}: {error}, and no file has this name") from error
    try:
        return "".join(read_moves(Path(text).read_text(encoding="utf-8-sig", errors="replace")))
    except ValueError as error:
        raise ValueError(f"{text}: {error}") from error


def _exists(name: str) -> bool:
    with suppress(OSError, ValueError):  # moves may be longer than any name
        return Path(name).exists()
    return False


def _end(game: LiveGame) -> None:
    """Prints the moves to standard output, or to standard error if that fails."""
    try:
        print(_last_words(game), flush=True)
    except OSError:
        with suppress(OSError):  # the terminal was closed
            print(_last_words(game), file=sys.stderr)
        raise


def _last_words(game: LiveGame) -> str:
    position = game.position
    how = f"{result_text(position)}." if position.is_over else "Not finished; continue with --moves."
    return f"{counted(len(game.moves), 'move')}: {game.transcript}\n{how}" if game.moves else "No move was played."
