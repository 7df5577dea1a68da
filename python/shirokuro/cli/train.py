"""`shirokuro train`: trains a model in a run directory, and measures it."""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shirokuro.arena import check_games
from shirokuro.cli.display import display
from shirokuro.cli.evaluate import print_results
from shirokuro.config import LIMITS, TrainConfig, shown_name
from shirokuro.players import HeuristicPlayer, ModelPlayer, RandomPlayer
from shirokuro.run_directory import RunDirectory
from shirokuro.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from shirokuro.cli.display import Display
    from shirokuro.config import Setting

HELP = "Train a model by self-play, and play it against fixed opponents at the end."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options: the run's own, and every setting of `TrainConfig`."""
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIRECTORY",
        help="the run's directory: config.toml, metrics.jsonl, model.shiro (default: runs/ and the time)",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with the run in --out, if there is one, as if it had never stopped; settings given change it",
    )
    parser.add_argument(
        "--report-games",
        type=int,
        default=1000,
        metavar="N",
        help="games between two reports, at least (default: %(default)s)",
    )
    parser.add_argument(
        "--match-games",
        type=int,
        default=400,
        metavar="N",
        help="games against each fixed opponent at the end, even; 0 for none (default: %(default)s)",
    )
    settings = parser.add_argument_group(
        "settings", "A schedule is a number, or points such as 0:0.3,0.5:0.1,1:0.02 (fractions of the run)."
    )
    default = TrainConfig()
    for name, setting in TrainConfig.SETTINGS.items():
        shown = "" if setting.optional else f"; default: {getattr(default, name)}"
        settings.add_argument(
            f"--{shown_name(name).replace('_', '-')}",
            dest=name,
            default=argparse.SUPPRESS,
            type=_reader(setting),
            metavar={"whole": "N", "number": "X", "schedule": "SCHEDULE"}[setting.kind],
            help=f"{setting.doc} (range: {setting.range}{shown})".replace("%", "%%"),
        )


def _reader(setting: Setting) -> type[int | float | str]:
    return {"whole": int, "number": float, "schedule": str}[setting.kind]


def run(options: argparse.Namespace) -> int:
    """Trains up to the run's length; returns the exit code."""
    if options.report_games < 1:
        raise ValueError(f"report_games = {options.report_games}: must be 1 or more")
    if options.match_games:
        check_games("match_games", options.match_games)
    directory = RunDirectory(options.out or Path("runs") / datetime.now().astimezone().strftime("%Y%m%d_%H%M%S"))
    given = {name: value for name, value in vars(options).items() if name in TrainConfig.SETTINGS}
    trainer = _trainer(directory, given, resume=options.resume)
    directory.open(trainer)
    stopped = _train(trainer, directory, options.report_games)
    trainer.save(directory.model)
    if stopped:
        print(
            f"stopped after {trainer.games_played:,} games; saved {directory.model}; "
            f"go on with: shirokuro train --resume --out {directory.path}",
            file=sys.stderr,
        )
        return 128 + stopped
    print(f"trained {trainer.games_played:,} games; saved {directory.model}")
    if options.match_games:
        config = trainer.config
        limits = {name: getattr(config.at(config.games), name) for name in LIMITS}
        player = ModelPlayer(evaluator=trainer.evaluator, exact_empties=config.exact_empties, **limits)
        print_results(player, (RandomPlayer(), HeuristicPlayer()), games=options.match_games, seed=1)
    return 0


def _trainer(directory: RunDirectory, given: dict[str, Any], *, resume: bool) -> Trainer:
    if not directory.model.exists():
        return Trainer(TrainConfig().replace(**given))
    if not resume:
        raise ValueError(f"{directory.path} holds a run: go on with it by --resume, or name another directory by --out")
    trainer = Trainer.load(directory.model)
    trainer.configure(**given)
    return trainer


def _train(trainer: Trainer, directory: RunDirectory, report_games: int) -> int | None:
    """Trains to the run's length; returns the number of the signal that stopped it, if one did."""
    games = trainer.config.games
    with display(games, trainer.games_played) as shown, _signals() as received:
        while trainer.games_played < games:
            before, play = trainer.get_statistics(), trainer.play
            with suppress(KeyboardInterrupt):  # `_tick` raises it; its signal is in `received`
                tick = _tick(shown, trainer.games_played, received)
                trainer.train_batch(_until_report(trainer, report_games), progress=tick)
            batch = trainer.get_statistics() - before
            directory.report(trainer.games_played, batch, play)
            shown.report(trainer.games_played, batch)
            if received:
                return received[0]
    return None


def _until_report(trainer: Trainer, report_games: int) -> int:
    """Games until the next report: at least so many, and to the end of a generation, where reporting costs nothing."""
    generation = trainer.config.generation_games
    end = -(-(trainer.games_played + report_games) // generation) * generation
    return min(end, trainer.config.games) - trainer.games_played


def _tick(shown: Display, start: int, received: list[int]) -> Callable[[int], None]:
    def tick(finished: int) -> None:
        shown.tick(start + finished)
        if received:
            raise KeyboardInterrupt

    return tick


@contextmanager
def _signals() -> Iterator[list[int]]:
    """Collects SIGINT and SIGTERM, so that a training stops where its state is whole.

    The second one ends the program.
    """
    received: list[int] = []
    watched = (signal.SIGINT, signal.SIGTERM)

    def receive(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        for each in watched:
            signal.signal(each, signal.SIG_DFL)

    before = [signal.signal(each, receive) for each in watched]
    try:
        yield received
    finally:
        if not received:
            for each, handler in zip(watched, before, strict=True):
                signal.signal(each, handler)
