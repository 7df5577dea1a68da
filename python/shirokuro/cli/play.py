"""`shirokuro play`: a game against a model in the terminal."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from shirokuro._core import Position
from shirokuro.cli import levels
from shirokuro.cli.play_commands import SIDES
from shirokuro.cli.play_levels import add_level, level_of_options
from shirokuro.cli.play_loading import content_of, exists, read_start
from shirokuro.cli.play_session import PlaySession
from shirokuro.cli.terminal import console
from shirokuro.display.boards import result_text
from shirokuro.display.format import counted
from shirokuro.files import check_writable
from shirokuro.game.live import LiveGame
from shirokuro.signals import StopSignals

if TYPE_CHECKING:
    import argparse

HELP = "Play against a model in the terminal."
EXAMPLE = "runs/first --side white --depth 6"

_PIPE_WIDTH = 80
"""The width in columns without a terminal to ask."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    levels.add_arguments(parser, when=", if only --exact-empties is given")
    add_level(parser)
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
        help="start after these moves, in any common notation such as f5d6c3, from a board or a game in GGF, or after "
        "those in a file",
    )
    game.add_argument("--save", type=Path, metavar="FILE", help="write the moves to this file after each move")


def run(options: argparse.Namespace) -> int:
    """Plays; returns the exit code."""
    level = level_of_options(options)
    started = read_start(options.moves)
    game = LiveGame(started.transcript, start=started.start)
    if options.save:
        _check_save(options.save, options.moves, game)
    shown = console(pipe_width=_PIPE_WIDTH)
    people = SIDES[options.side]
    session = PlaySession(levels.engine_of(options), shown, game=game, people=people, level=level, save=options.save)

    def interrupt() -> NoReturn:
        raise KeyboardInterrupt

    with StopSignals(interrupt) as signals:
        try:
            session.run()
        except KeyboardInterrupt:
            print()
            _end(session.game)
            return 128 + (signals.received or 2)
        except OSError:  # the output was closed, or the file can't be written
            if session.game.moves:
                print(_last_words(session.game), file=sys.stderr)
            raise
    _end(session.game)
    return 0


def _check_save(save: Path, moves: str, game: LiveGame) -> None:
    """Refuses to save to a file that the game does not continue, or that has more than its moves."""
    check_writable(save)
    if not save.exists():
        return
    if not exists(moves) or not save.samefile(moves):
        raise FileExistsError(17, "the file already exists; continue it with --moves", str(save))
    content = save.read_text(encoding="utf-8-sig", errors="replace").strip()
    if "(;" in content and content != content_of(game).strip():
        raise ValueError(f"save = {str(save)!r}: its game has more than moves, such as names: choose another file")


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
    if game.start != Position():
        how = f"With the board that it began on: {content_of(game)}{how}"
    return f"{counted(len(game.moves), 'move')}: {game.transcript}\n{how}" if game.moves else "No move was played."
