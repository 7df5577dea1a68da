"""`shirokuro train`: trains a model in a run directory, and measures it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shirokuro._core import ModelFileError, ModelVersionError
from shirokuro.arena import check_games
from shirokuro.checkpoints import candidates, latest_checkpoint
from shirokuro.cli.display import display
from shirokuro.cli.evaluate import print_results
from shirokuro.config import LIMITS, TrainConfig, shown_name
from shirokuro.players import HeuristicPlayer, ModelPlayer, RandomPlayer
from shirokuro.run_directory import RunDirectory
from shirokuro.signals import StopSignals
from shirokuro.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shirokuro.checkpoints import OnCorrupt
    from shirokuro.config import Kind
    from shirokuro.results import TrainingProgress, TrainingResult

HELP = "Train a model by self-play, and play it against fixed opponents at the end."

TOO_MANY_ERRORS = 3
"""The exit code of a training that paused because too many games failed."""

_READERS: Mapping[Kind, dict[str, Any]] = {
    "whole": {"type": int, "metavar": "N"},
    "number": {"type": float, "metavar": "X"},
    "schedule": {"type": str, "metavar": "SCHEDULE"},
    "switch": {"action": argparse.BooleanOptionalAction},
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options: the run's own, and every setting of `TrainConfig`."""
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIRECTORY",
        help="the run's directory: config.toml, metrics.jsonl, checkpoints/, model.shiro (default: runs/ and the time)",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with the run in --out, if there is one, as if it had never stopped; settings given change it",
    )
    parser.add_argument(
        "--on-corrupt",
        choices=("previous", "fresh", "fail"),
        help="when the newest checkpoint is damaged: go on from the one before, start afresh (its files are moved to "
        "set-aside/), or fail (default: ask on a terminal, else previous)",
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
            help=f"{setting.doc} (range: {setting.range}{shown})".replace("%", "%%"),
            **_READERS[setting.kind],
        )


def run(options: argparse.Namespace) -> int:
    """Trains up to the run's length; returns the exit code."""
    if options.report_games < 1:
        raise ValueError(f"report_games = {options.report_games}: must be 1 or more")
    if options.match_games:
        check_games("match_games", options.match_games)
    if options.resume and not options.out:
        raise ValueError("--resume goes on with the run in --out: name its directory")
    directory = RunDirectory(options.out) if options.out else RunDirectory.named_by_time()
    given = {name: value for name, value in vars(options).items() if name in TrainConfig.SETTINGS}
    trainer = _trainer(directory, given, resume=options.resume, on_corrupt=options.on_corrupt)
    result, signal = _train(trainer, directory, options.report_games)
    if signal:
        print(
            f"stopped after {trainer.games_played:,} games; saved {directory.model}; "
            f"go on with: shirokuro train --resume --out {directory.path}",
            file=sys.stderr,
        )
        return 128 + signal
    if result.outcome == "too_many_errors":
        print(f"paused after {trainer.games_played:,} games; saved {directory.model}", file=sys.stderr)
        return TOO_MANY_ERRORS
    print(f"trained {trainer.games_played:,} games; saved {directory.model}")
    if options.match_games:
        config = trainer.config
        limits = {name: getattr(config.at(config.games), name) for name in LIMITS}
        player = ModelPlayer(evaluator=trainer.evaluator, exact_empties=config.exact_empties, **limits)
        print_results(player, (RandomPlayer(), HeuristicPlayer()), games=options.match_games, seed=1)
    return 0


def _trainer(directory: RunDirectory, given: dict[str, Any], *, resume: bool, on_corrupt: OnCorrupt | None) -> Trainer:
    """A new trainer, or the one that the directory holds, with the settings that were given."""
    if not candidates(directory.path):
        return Trainer(TrainConfig().replace(**given))
    if not resume:
        raise ValueError(f"{directory.path} holds a run: go on with it by --resume, or name another directory by --out")
    choice = on_corrupt or _choice(directory)
    # A run that is started afresh has the settings that it had.
    fresh = choice == "fresh" and directory.config.exists()
    trainer = Trainer(TrainConfig.from_toml(directory.config.read_text(encoding="utf-8")) if fresh else None)
    trainer.restore(directory.path, on_corrupt=choice)
    trainer.configure(**given)
    return trainer


def _choice(directory: RunDirectory) -> OnCorrupt:
    """What to do about a damaged checkpoint: a person's choice if there is one to ask."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "previous"
    try:
        latest_checkpoint(directory.path, on_corrupt="fail")
    except ModelVersionError:
        return "fail"
    except ModelFileError as error:
        print(error, file=sys.stderr)
        answers: dict[str, OnCorrupt] = {"p": "previous", "f": "fresh", "": "fail"}
        while (
            answer := input("Go on from the checkpoint before (p), start afresh (f), or leave (Enter)? ")
        ) not in answers:
            pass
        return answers[answer]
    return "fail"


def _train(trainer: Trainer, directory: RunDirectory, report_games: int) -> tuple[TrainingResult, int | None]:
    """Trains to the run's length; the result, and the number of the signal that stopped it, if one did."""
    with display(trainer.config.games, trainer.games_played) as shown:

        def report(progress: TrainingProgress) -> None:
            shown.report(progress.games_played, progress.batch)

        # The training handles signals, and passes on what stopped it.
        with StopSignals(lambda: None) as signals:
            result = trainer.start_training(
                directory=directory.path, callback=report, callback_every=report_games, progress=shown.tick
            )
    if result is None:
        raise RuntimeError("a training in the foreground has a result")
    return result, signals.received
