"""`shirokuro analyse`: where games were lost."""

from __future__ import annotations

from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from rich.text import Text

from shirokuro._core import Evaluator, __version__
from shirokuro.analysis.game import LIMITS, MISTAKE, analyse
from shirokuro.analysis.page import page_of
from shirokuro.cli import levels
from shirokuro.cli.matches import check_json, write_json
from shirokuro.cli.play_loading import exists
from shirokuro.cli.terminal import console, say
from shirokuro.display.format import counted
from shirokuro.files import check_writable, write_text
from shirokuro.game.game_files import read_games
from shirokuro.game.moves import read_moves
from shirokuro.game.positions import read_position
from shirokuro.game.records import GameRecord
from shirokuro.models import DEFAULT
from shirokuro.runs.checkpoints import model_of
from shirokuro.signals import StopSignals

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from shirokuro.analysis.result import GameAnalysis

HELP = "Analyse games: what each move lost, what would have been better, and the mistakes of each player."

EXAMPLE = "game.ggf --html analysis.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "games",
        nargs="+",
        metavar="FILE|MOVES",
        help="a file of games (WTHOR, GGF, or a transcript per line), or the moves of a game such as f5d6c3; "
        "unfinished games are games too",
    )
    parser.add_argument("--game", type=int, metavar="N", help="analyse only game N of the file, from 1 (default: all)")
    parser.add_argument(
        "--start",
        default="",
        metavar="POSITION",
        help="the position before the first move of moves, as a board or as moves (default: the start of a game)",
    )
    parser.add_argument(
        "--skip-damaged", action="store_true", help="skip games that can't be read (default: stop there)"
    )
    parser.add_argument(
        "--mistake",
        type=float,
        default=MISTAKE,
        metavar="DISCS",
        help="the loss from which a move is a mistake (default: %(default)g)",
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a web page with board and graph, in one file")
    parser.add_argument("--json", metavar="FILE", help="write everything to a JSON file, or to standard output with -")
    how = parser.add_argument_group("search", "A search ends at the first limit that it reaches.")
    how.add_argument("--model", metavar="RUN|FILE", default=DEFAULT, help=levels.MODEL_HELP)
    levels.add_limits(how, depth=LIMITS.depth, exact_empties=LIMITS.exact_empties)
    levels.add_confidence(how)
    how.add_argument("--threads", type=int, metavar="N", help="positions searched at a time (default: one per core)")
    levels.add_table(how)


def run(options: argparse.Namespace) -> int:
    """Analyses the games, prints them and writes the files; returns the exit code."""
    if options.game is not None and options.game < 1:
        raise ValueError(f"game = {options.game}: must be at least 1")
    if options.html:
        check_writable(options.html)
    check_json(options.json)

    def interrupt() -> NoReturn:
        raise KeyboardInterrupt

    kept: list[GameAnalysis] = []
    count, code = 0, 0
    with StopSignals(interrupt) as signals:
        try:
            for analysis in _analyses(options):
                if options.json != "-":
                    say(f"\n{analysis}" if count else analysis)
                count += 1
                if options.html or options.json:
                    kept.append(analysis)
        except KeyboardInterrupt:
            code = 128 + (signals.received or 2)
            say(f"interrupted: {counted(count, 'game was', 'games were')} analysed", error=True)
        finally:
            if kept:
                _write(options, kept)
    if not count and not code:
        missing = "no games" if options.game is None else f"there is no game {options.game}"
        raise ValueError(f"{' '.join(options.games)}: {missing}")
    return code


def _write(options: argparse.Namespace, games: Sequence[GameAnalysis]) -> None:
    if options.html:
        write_text(options.html, page_of(games))
    write_json(options.json, {"version": __version__, "games": [each.to_dict() for each in games]})


def _analyses(options: argparse.Namespace) -> Iterator[GameAnalysis]:
    limits = levels.limits_of(options, depth=LIMITS.depth or 1, exact_empties=LIMITS.exact_empties)
    evaluator = Evaluator.load(model_of(options.model))
    messages = console(stderr=True)
    for number, record in enumerate(_records(options), start=1):
        shown = messages.status("") if messages.is_terminal else nullcontext()
        with shown as status:

            def progress(moves: int) -> None:
                if status:
                    status.update(Text(f"game {number}: {moves} of {len(record.moves)} moves"))  # noqa: B023

            analysis = analyse(
                record,
                evaluator=evaluator,
                limits=limits,
                confidence=options.confidence,
                threads=options.threads,
                table_mb=options.table_mb,
                mistake=options.mistake,
                progress=progress,
            )
        yield analysis


def _records(options: argparse.Namespace) -> Iterator[GameRecord]:
    """Yields the games to analyse, of files and of moves."""
    every = (record for text in options.games for record in _games(text, options))
    return every if options.game is None else islice(every, options.game - 1, options.game)


def _games(text: str, options: argparse.Namespace) -> Iterator[GameRecord]:
    if exists(text) and Path(text).is_file():
        if options.start:
            raise ValueError(f"--start is for moves: the games of {text} have starts of their own")
        games = read_games(text, damaged="skip" if options.skip_damaged else "stop")
        yield from games
        if games.skipped:
            say(f"{text}: {counted(games.skipped, 'damaged game')} skipped; the first: {games.errors[0]}", error=True)
        return
    try:
        start = read_position(options.start)
        yield GameRecord(start=start, moves=read_moves(text, start))
    except ValueError as error:
        raise ValueError(f"{text[:80]!r} is neither a file nor the moves of a game: {error}") from None
