"""`shirokuro debug`: inspects a model, a game or a run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shirokuro import debug
from shirokuro._core import Evaluator, Game
from shirokuro.analysis.game import analyse
from shirokuro.cli.play_loading import exists
from shirokuro.cli.terminal import say
from shirokuro.config import TrainConfig
from shirokuro.display.format import counted
from shirokuro.engine.limits import SearchLimits
from shirokuro.files import write_text
from shirokuro.game.moves import read_moves
from shirokuro.game.positions import read_position
from shirokuro.models import DEFAULT
from shirokuro.runs.checkpoints import model_of
from shirokuro.runs.directory import RunDirectory
from shirokuro.training.trainer import Trainer

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

HELP = "Inspect boards, patterns, traces, replayed games, weight differences, tables of data, and weight updates."
EXAMPLE = "patterns default f5d6c3"

_MODEL = "a run directory (its latest checkpoint), a model file, or default for the model that ships with the package"
_POSITION = "moves from the start such as f5d6c3, a board with the side to move, or a line of an OBF file"
_GAME = "the number of a recorded game of the run"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the subcommands."""
    commands = parser.add_subparsers(dest="look", required=True, metavar="WHAT", parser_class=type(parser))

    def command(
        name: str, run: Callable[[argparse.Namespace], None], description: str, example: str
    ) -> argparse.ArgumentParser:
        epilog = f"example: shirokuro debug {name} {example}"
        subparser = commands.add_parser(name, help=description, description=description, epilog=epilog)
        subparser.set_defaults(do=run)
        return subparser

    board = command("board", _board, "Draw a position.", "f5d6c3 --legal")
    board.add_argument("position", nargs="?", default="", metavar="POSITION", help=f"{_POSITION} (default: the start)")
    board.add_argument("--legal", action="store_true", help="mark legal moves with * and the last move with brackets")
    board.add_argument("--svg", type=Path, metavar="FILE", help="write an SVG picture instead")

    patterns = command(
        "patterns",
        _patterns,
        "Show the pattern values that a model adds up for a position.",
        "default f5d6c3 --pattern P01",
    )
    patterns.add_argument("model", nargs="?", default=DEFAULT, metavar="RUN|FILE", help=f"{_MODEL} (may be left out)")
    patterns.add_argument(
        "position", nargs="?", default="", metavar="POSITION", help=f"{_POSITION} (default: the start)"
    )
    patterns.add_argument("--pattern", action="append", metavar="NAME", help="show only this pattern; repeatable")

    traces = command(
        "traces", _traces, "Show the eligibility traces at a ply of a recorded game.", "runs/first 1000 30"
    )
    traces.add_argument("run_directory", metavar="RUN", help="a run directory")
    traces.add_argument("game", type=int, metavar="GAME", help=_GAME)
    traces.add_argument("ply", type=int, metavar="PLIES", help="number of moves played before the position")
    traces.add_argument("--lambda", dest="lambda_", type=float, metavar="X", help="λ (default: that of the run)")
    traces.add_argument(
        "--limit", type=int, default=20, metavar="N", help="number of entries to show (default: %(default)s)"
    )

    replay = command(
        "replay", _replay, "Replay a game of a run, and show the results of its searches.", "runs/first 1000"
    )
    replay.add_argument("run_directory", metavar="RUN", help="a run directory")
    replay.add_argument("game", type=int, metavar="GAME", help="number of the game, from 0")
    replay.add_argument(
        "--max-games",
        type=int,
        default=20_000,
        metavar="N",
        help="retrain at most N games, from the last saved state before the game (default: %(default)s)",
    )
    replay.add_argument("--threads", type=int, metavar="N", help="worker threads (default: as in the run)")
    replay.add_argument("--model", metavar="RUN|FILE", help="analyse the recorded game with this model instead")
    replay.add_argument("--depth", type=int, metavar="N", help="search depth of --model, in plies (default: 3)")

    weights = command(
        "weights", _weights, "Show how many weights a model has learned, and how large they are.", "runs/first"
    )
    weights.add_argument("model", nargs="?", default=DEFAULT, metavar="RUN|FILE", help=f"{_MODEL} (may be left out)")

    diff = command("diff", _diff, "Compare the weights of two models by pattern and by stage.", "runs/first default")
    diff.add_argument("before", metavar="RUN|FILE", help=_MODEL)
    diff.add_argument("after", metavar="RUN|FILE", help=_MODEL)
    diff.add_argument(
        "--top", type=int, default=20, metavar="N", help="number of largest differences to show (default: %(default)s)"
    )

    export = command(
        "export", _export, "Write a run's games, positions or metrics as a table.", "runs/first positions positions.csv"
    )
    export.add_argument("run_directory", metavar="RUN", help="a run directory")
    export.add_argument("what", choices=("games", "positions", "metrics"), help="the data to write")
    export.add_argument("file", type=Path, metavar="OUT", help="a new file: .csv, or .parquet (needs polars)")

    updates = command(
        "updates",
        _updates,
        "Continue training in memory and write every weight update; the run stays unchanged.",
        "runs/first updates.csv --pattern P01",
    )
    updates.add_argument(
        "model", metavar="RUN|FILE", help="a run directory (its latest checkpoint) or a model file, with training state"
    )
    updates.add_argument("file", type=Path, metavar="OUT", help="a new CSV file")
    updates.add_argument(
        "--games", type=int, metavar="N", help="games to train (default: to the end of the generation)"
    )
    updates.add_argument("--pattern", action="append", metavar="NAME", help="log only this pattern; repeatable")
    updates.add_argument("--stage", action="append", type=int, metavar="N", help="log only this stage; repeatable")
    updates.add_argument(
        "--limit", type=int, default=20, metavar="N", help="number of updates to show (default: %(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Runs the subcommand; returns the exit code."""
    options.do(options)
    return 0


def _board(options: argparse.Namespace) -> None:
    position, moves = read_position(options.position), _moves(options.position)
    last = moves[-1] if moves else None
    if options.svg:
        _reject_existing(options.svg)
        write_text(options.svg, debug.board_svg(position, last_move=last))
    elif options.legal:
        say(debug.board_text(position, legal_moves=True, last_move=last))
    else:
        say(debug.board_text(position))


def _patterns(options: argparse.Namespace) -> None:
    model, position = options.model, options.position
    if not position and _moves(model) and not exists(model):
        model, position = DEFAULT, model
    view = debug.pattern_view(Evaluator.load(model_of(model)), read_position(position))
    say(view.text(*options.pattern or ()))


def _traces(options: argparse.Namespace) -> None:
    game = _game(options)
    lambda_ = options.lambda_
    if lambda_ is None:
        config = TrainConfig.from_toml(RunDirectory(Path(options.run_directory)).config.read_text(encoding="utf-8"))
        lambda_ = config.at(game.index // config.generation_games * config.generation_games).lambda_
    patterns = RunDirectory(Path(options.run_directory)).own_patterns()
    say(debug.trace_view(game, options.ply, lambda_=lambda_, patterns=patterns).text(limit=options.limit))


def _replay(options: argparse.Namespace) -> None:
    if options.model:
        evaluator = Evaluator.load(model_of(options.model))
        limits = SearchLimits(depth=3 if options.depth is None else options.depth, exact_empties=8)
        say(analyse(_game(options), evaluator=evaluator, limits=limits, threads=options.threads))
        return
    if options.depth is not None:
        raise ValueError("--depth needs --model: the replay of a run's game uses the run's own settings")
    directory, games = options.run_directory, options.max_games
    say(debug.replay(directory, options.game, max_games=games, threads=options.threads, progress=_on_terminal()))


def _weights(options: argparse.Namespace) -> None:
    say(debug.weight_statistics(model_of(options.model)))


def _diff(options: argparse.Namespace) -> None:
    say(debug.diff_weights(options.before, options.after, top=options.top).text(limit=options.top))


def _export(options: argparse.Namespace) -> None:
    _reject_existing(options.file)
    write = {"games": debug.export_games, "positions": debug.export_positions, "metrics": debug.export_metrics}
    rows = write[options.what](options.run_directory, options.file)
    say(f"{options.file}: {counted(rows, 'row')}, {options.file.stat().st_size / 1e3:,.0f} kB")


def _updates(options: argparse.Namespace) -> None:
    _reject_existing(options.file)
    trainer = Trainer.load(model_of(options.model))
    size = trainer.config.generation_games
    games = size - trainer.games_played % size if options.games is None else options.games
    with debug.log_updates(trainer, options.file, stages=options.stage, patterns=options.pattern) as log:
        report = trainer.train_batch(games)
    updates = f"{counted(log.updates, 'update')} by {counted(report.games, 'game')}"
    say(f"{options.file}: {updates}; the largest of the last generation:")
    say(log.text(limit=options.limit))


def _moves(text: str) -> tuple[str, ...]:
    """Returns the moves in a text; empty if it isn't a transcript."""
    try:
        return read_moves(text)
    except ValueError:
        return ()


def _game(options: argparse.Namespace) -> Game:
    game = debug.find_game(options.run_directory, options.game)
    if game is None:
        raise ValueError(f"game {options.game} is not among the recorded games of {options.run_directory}")
    return game


def _reject_existing(path: Path) -> None:
    if path.exists():
        raise FileExistsError(17, "the file already exists", str(path))


def _on_terminal() -> Callable[[int], Any] | None:
    if not sys.stderr.isatty():
        return None
    return lambda games: print(f"\r{counted(games, 'game')} retrained", end="", file=sys.stderr)
