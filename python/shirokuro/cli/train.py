"""`shirokuro train`: trains a model in a run directory, and measures it."""

from __future__ import annotations

import logging
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shirokuro import extras
from shirokuro._core import ModelFileError, ModelVersionError
from shirokuro.cli import console, train_options
from shirokuro.cli.display import display
from shirokuro.cli.evaluate import print_results
from shirokuro.config import TrainConfig
from shirokuro.exporters.prometheus import Endpoint
from shirokuro.exporters.tensorboard import EventFiles
from shirokuro.matches.players import HeuristicPlayer, ModelPlayer, RandomPlayer
from shirokuro.runs.checkpoints import candidates, latest_checkpoint
from shirokuro.runs.directory import RunDirectory
from shirokuro.signals import StopSignals
from shirokuro.training.service import ServiceManager, TrainingService
from shirokuro.training.trainer import Trainer

if TYPE_CHECKING:
    import argparse

    from shirokuro.cli.display import Display
    from shirokuro.cli.train_options import Options
    from shirokuro.runs.checkpoints import OnCorrupt
    from shirokuro.training.results import TrainingProgress, TrainingResult

HELP = "Train a model by self-play, and play it against fixed opponents at the end."

TOO_MANY_ERRORS = 3
"""The exit code of a training that paused because too many games failed."""

OUTPUT_CLOSED = 141
"""The exit code when nobody reads the output any more: as if SIGPIPE had ended the program."""

_log = logging.getLogger(__name__)

add_arguments = train_options.add_arguments


def run(parsed: argparse.Namespace) -> int:
    """Trains up to the run's length; returns the exit code."""
    options, given = train_options.read(parsed)
    resume = bool(getattr(parsed, "resume", False))
    if resume and not options.out:
        raise ValueError("--resume goes on with the run in --out: name its directory")
    if options.tensorboard:
        extras.load("tensorboardX.event_file_writer", extra="tensorboard", purpose="--tensorboard")
    directory = RunDirectory(Path(options.out)) if options.out else RunDirectory.named_by_time()
    with console.messages(options.verbosity, as_json=options.json_logs):
        return _run(options, given, directory, resume=resume)


def _run(options: Options, given: dict[str, Any], directory: RunDirectory, *, resume: bool) -> int:
    trainer = _trainer(directory, given, resume=resume, on_corrupt=options.on_corrupt)

    def stopped(words: str) -> None:
        with suppress(OSError):  # the terminal may be gone
            print(
                f"{words} after {trainer.games_played:,} games; saved {directory.model}; "
                f"go on with: shirokuro train --resume --out {directory.path}",
                file=sys.stderr,
            )

    try:
        result, signal = _train(trainer, directory, options)
    except BrokenPipeError:
        stopped("standard output was closed: stopped")
        return OUTPUT_CLOSED
    if signal:
        stopped("stopped")
        return 128 + signal
    if result.outcome == "too_many_errors":
        stopped("paused")
        return TOO_MANY_ERRORS
    print(f"trained {trainer.games_played:,} games; saved {directory.model}")
    if options.match_games:
        config = trainer.config
        last = config.at(config.games)
        player = ModelPlayer(
            evaluator=trainer.evaluator,
            depth=last.depth,
            nodes=last.nodes,
            time_ms=last.time_ms,
            exact_empties=last.exact_empties,
        )
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


def _train(trainer: Trainer, directory: RunDirectory, options: Options) -> tuple[TrainingResult, int | None]:
    """Trains to the run's length; the result, and the number of the signal that stopped it, if one did."""
    with ExitStack() as until_the_end:
        if options.prometheus is not None:
            endpoint = Endpoint(directory.path, options.prometheus)
            until_the_end.callback(endpoint.close)
            print(f"metrics for Prometheus at {endpoint.url}", flush=True)
        shown = until_the_end.enter_context(
            display(
                str(directory.path),
                trainer.config.games,
                trainer.games_played,
                quiet=options.verbosity < 0,
                as_json=options.json_logs,
            )
        )
        target, played = trainer.config.games, trainer.games_played
        service = TrainingService(ServiceManager(), target_games=target, games_played=played)
        reports = _Reports(shown, service, directory, tensorboard=options.tensorboard)
        until_the_end.callback(reports.close)
        # The training handles signals, and passes on what stopped it.
        with StopSignals(lambda: None) as signals:
            result = trainer.start_training(
                directory=directory.path,
                callback=reports.report,
                callback_every=options.report_games,
                progress=reports.tick,
                log_level=logging.DEBUG if options.verbosity > 1 else logging.INFO,
                log_json=options.json_logs,
            )
    if result is None:
        raise RuntimeError("a training in the foreground has a result")
    service.end(f"{result.outcome.replace('_', ' ')} after {result.games_played:,} games, saved")
    return result, signals.received


class _Reports:
    """Passes reports on to whoever is to see them."""

    def __init__(self, shown: Display, service: TrainingService, directory: RunDirectory, *, tensorboard: bool) -> None:
        self._shown, self._service = shown, service
        self._directory = directory
        self._wanted = tensorboard
        self._files: EventFiles | None = None

    def tick(self, games_played: int) -> None:
        """Called many times a second."""
        self._service.tick(games_played)
        self._shown.tick(games_played)

    def report(self, progress: TrainingProgress) -> None:
        """A callback of the training."""
        self._service.report(progress)
        self._shown.report(progress)
        self._follow()

    def _follow(self) -> None:
        """Event files follow the metrics. They are begun once the training has its directory for itself."""
        if not self._wanted:
            return
        try:
            if self._files is None:
                self._files = EventFiles(self._directory.path)
            self._files.update()
        except OSError as error:
            _log.warning("event files were not written: %s", error)

    def close(self) -> None:
        """After the last line of the metrics."""
        if self._files is not None:
            with suppress(OSError):
                self._files.close()
