"""`shirokuro debug`: looks inside a model, a game, or a run."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shirokuro import debug
from shirokuro._core import Evaluator, Game, Position
from shirokuro.config import TrainConfig
from shirokuro.runs.checkpoints import model_of
from shirokuro.runs.directory import RunDirectory
from shirokuro.training.trainer import Trainer

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

HELP = "Look inside: boards, what a model reads, traces, games once more, differences, tables of data, updates."

_TRANSCRIPT = re.compile(r"(?:[a-hA-H][1-8])+")
_MODEL = "a run's directory, for its latest checkpoint, or a model file"
_POSITION = "moves from the start such as f5d6c3, or a diagram: 64 squares of X, O and ., and the side to move"
_GAME = "the number of a recorded game of the run"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the commands."""
    commands = parser.add_subparsers(dest="look", required=True, metavar="WHAT", parser_class=type(parser))

    def command(name: str, run: Callable[[argparse.Namespace], None], about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about)
        added.set_defaults(do=run)
        return added

    board = command("board", _board, "Draw a position.")
    board.add_argument("position", nargs="?", default="", metavar="POSITION", help=f"{_POSITION} (default: the start)")
    board.add_argument("--legal", action="store_true", help="mark the legal moves by * and the last move by brackets")
    board.add_argument("--svg", type=Path, metavar="FILE", help="write a picture instead")

    patterns = command("patterns", _patterns, "Show what a model reads in a position, pattern by pattern.")
    patterns.add_argument("model", metavar="RUN|FILE", help=_MODEL)
    patterns.add_argument(
        "position", nargs="?", default="", metavar="POSITION", help=f"{_POSITION} (default: the start)"
    )
    patterns.add_argument("--pattern", action="append", metavar="P01…P14", help="only this one; may be given again")

    traces = command("traces", _traces, "Show the eligibility traces at a ply of a recorded game.")
    traces.add_argument("run_directory", metavar="RUN", help="a run's directory")
    traces.add_argument("game", type=int, metavar="GAME", help=_GAME)
    traces.add_argument("ply", type=int, metavar="PLIES", help="moves that were played")
    traces.add_argument("--lambda", dest="lambda_", type=float, metavar="X", help="λ (default: the run's)")
    traces.add_argument("--limit", type=int, default=20, metavar="N", help="entries shown (default: %(default)s)")

    replay = command("replay", _replay, "Play a game of a run once more, and show what its searches saw.")
    replay.add_argument("run_directory", metavar="RUN", help="a run's directory")
    replay.add_argument("game", type=int, metavar="GAME", help="the game's number, from 0")
    replay.add_argument(
        "--max-games",
        type=int,
        default=20_000,
        metavar="N",
        help="games to train again at most, from the last state kept before the game (default: %(default)s)",
    )
    replay.add_argument("--threads", type=int, metavar="N", help="worker threads (default: the run's)")
    replay.add_argument("--model", metavar="RUN|FILE", help="show what this model sees in the recorded game instead")
    replay.add_argument("--depth", type=int, metavar="N", help="plies that this model looks ahead (default: 3)")

    diff = command("diff", _diff, "Compare the weights of two models, by pattern and by stage.")
    diff.add_argument("before", metavar="RUN|FILE", help=_MODEL)
    diff.add_argument("after", metavar="RUN|FILE", help="the same")
    diff.add_argument(
        "--top", type=int, default=20, metavar="N", help="largest differences shown (default: %(default)s)"
    )

    export = command("export", _export, "Write a run's games, positions or metrics as a table.")
    export.add_argument("run_directory", metavar="RUN", help="a run's directory")
    export.add_argument("what", choices=("games", "positions", "metrics"), help="what is written")
    export.add_argument(
        "file", type=Path, metavar="OUT", help="a file that does not exist yet: .csv, or .parquet (needs polars)"
    )

    updates = command(
        "updates", _updates, "Train on in memory, and write every update of a weight. The run stays as it is."
    )
    updates.add_argument("model", metavar="RUN|FILE", help=f"{_MODEL}, with training state")
    updates.add_argument("file", type=Path, metavar="OUT", help="a CSV file that does not exist yet")
    updates.add_argument("--games", type=int, metavar="N", help="games to train (default: to the generation's end)")
    updates.add_argument("--pattern", action="append", metavar="P01…P14", help="only this one; may be given again")
    updates.add_argument("--stage", action="append", type=int, metavar="N", help="only this one; may be given again")
    updates.add_argument("--limit", type=int, default=20, metavar="N", help="changes shown (default: %(default)s)")


def run(options: argparse.Namespace) -> int:
    """Does what the command says."""
    try:
        options.do(options)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads, such as `head`, has seen enough; nothing is left to be flushed at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _board(options: argparse.Namespace) -> None:
    position = _position(options.position)
    last = options.position[-2:].lower() if _TRANSCRIPT.fullmatch(options.position) else None
    if options.svg:
        _refuse_existing(options.svg)
        options.svg.write_text(debug.board_svg(position, last_move=last), encoding="utf-8")
    elif options.legal:
        print(debug.board_text(position, legal_moves=True, last_move=last))
    else:
        print(debug.board_text(position))


def _patterns(options: argparse.Namespace) -> None:
    view = debug.pattern_view(Evaluator.load(model_of(options.model)), _position(options.position))
    print(view.text(*options.pattern or ()))


def _traces(options: argparse.Namespace) -> None:
    game = _game(options)
    lambda_ = options.lambda_
    if lambda_ is None:
        config = TrainConfig.from_toml(RunDirectory(Path(options.run_directory)).config.read_text(encoding="utf-8"))
        lambda_ = config.at(game.index // config.generation_games * config.generation_games).lambda_
    print(debug.trace_view(game, options.ply, lambda_=lambda_).text(limit=options.limit))


def _replay(options: argparse.Namespace) -> None:
    if options.model:
        evaluator = Evaluator.load(model_of(options.model))
        print(debug.review(_game(options), evaluator=evaluator, depth=options.depth or 3, exact_empties=8))
        return
    if options.depth:
        raise ValueError("--depth is for the model of --model: a run's game is played once more with its own settings")
    directory, games = options.run_directory, options.max_games
    print(debug.replay(directory, options.game, max_games=games, threads=options.threads, progress=_on_terminal()))


def _diff(options: argparse.Namespace) -> None:
    print(debug.diff_weights(options.before, options.after, top=options.top).text(limit=options.top))


def _export(options: argparse.Namespace) -> None:
    _refuse_existing(options.file)
    write = {"games": debug.export_games, "positions": debug.export_positions, "metrics": debug.export_metrics}
    rows = write[options.what](options.run_directory, options.file)
    print(f"{options.file}: {rows:,} rows, {options.file.stat().st_size / 1e3:,.0f} kB")


def _updates(options: argparse.Namespace) -> None:
    _refuse_existing(options.file)
    trainer = Trainer.load(model_of(options.model))
    size = trainer.config.generation_games
    games = size - trainer.games_played % size if options.games is None else options.games
    with debug.log_updates(trainer, options.file, stages=options.stage, patterns=options.pattern) as log:
        report = trainer.train_batch(games)
    print(f"{options.file}: {log.updates:,} updates by {report.games:,} games; the largest of the last generation:")
    print(log.text(limit=options.limit))


def _position(text: str) -> Position:
    return Position.from_moves(text) if not text or _TRANSCRIPT.fullmatch(text) else Position.from_diagram(text)


def _game(options: argparse.Namespace) -> Game:
    game = debug.find_game(options.run_directory, options.game)
    if game is None:
        raise ValueError(f"game {options.game} is not among the games that are recorded in {options.run_directory}")
    return game


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise FileExistsError(17, "there is such a file already", str(path))


def _on_terminal() -> Callable[[int], Any] | None:
    if not sys.stderr.isatty():
        return None
    return lambda games: print(f"\r{games:,} games trained again", end="", file=sys.stderr)
