"""`shirokuro train`: trains a model in a run directory, and plays matches to measure its strength."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shirokuro import extras
from shirokuro._core import ModelFileError, ModelVersionError, PatternSet
from shirokuro.cli import console, train_options
from shirokuro.cli.display import display
from shirokuro.cli.evaluate import print_results
from shirokuro.cli.exit_codes import ExitCode
from shirokuro.cli.notification import Notification
from shirokuro.cli.terminal import say
from shirokuro.cluster import RayWorkers
from shirokuro.config import TrainConfig
from shirokuro.debug.updates import log_updates
from shirokuro.display.format import counted, message_of
from shirokuro.engine.limits import SearchLimits
from shirokuro.exporters.prometheus import Endpoint
from shirokuro.exporters.tensorboard import EventFiles
from shirokuro.matches.players import HeuristicPlayer, RandomPlayer
from shirokuro.runs.checkpoints import candidates, latest_checkpoint
from shirokuro.runs.directory import RunDirectory
from shirokuro.signals import StopSignals
from shirokuro.training.given_games import GivenGames
from shirokuro.training.service import ServiceManager, TrainingService
from shirokuro.training.settings import settings_of
from shirokuro.training.state import TrainingState
from shirokuro.training.trainer import Trainer

if TYPE_CHECKING:
    import argparse

    from shirokuro.cli.display import Display
    from shirokuro.cli.train_options import Options, Resume
    from shirokuro.runs.checkpoints import OnCorrupt
    from shirokuro.training.results import TrainingProgress, TrainingResult

HELP = "Train a model by self-play, then play it against fixed opponents."
EXAMPLE = "--out runs/first --preset short --games 20000"

_log = logging.getLogger(__name__)

add_arguments = train_options.add_arguments


def run(parsed: argparse.Namespace) -> int:
    """Trains to the length of the run; returns the exit code."""
    options, given = train_options.read(parsed)
    resume: Resume | None = getattr(parsed, "resume", None)
    if resume and not options.out:
        raise ValueError("--resume continues the run in --out: give its directory")
    if options.tensorboard:
        extras.load("tensorboardX.record_writer", extra="tensorboard", purpose="--tensorboard")
    directory = RunDirectory(Path(options.out)) if options.out else RunDirectory.named_by_time()
    extend: int | None = getattr(parsed, "extend", None)
    if extend is not None and (not resume or "games" in given):
        raise ValueError(f"--extend {extend}: continues a run with --resume, and takes the place of games")
    with console.messages(options.verbosity, as_json=options.json_logs):
        trainer = _trainer(directory, given, options, resume=resume)
        if extend is not None:
            trainer.extend(extend)
        if options.ray is None:
            return _run(options, trainer, directory)
        with RayWorkers(options.ray or None) as trainer.workers:
            return _run(options, trainer, directory)


def _run(options: Options, trainer: Trainer, directory: RunDirectory) -> int:
    notification = Notification(command=options.notify, run=directory.path)

    def notify(event: str, text: str) -> None:
        notification.send(event, text, games=trainer.games_played)

    def stopped(words: str, *, event: str = "paused") -> None:
        text = f"{words} after {counted(trainer.games_played, 'game')}; saved {directory.model}"
        say(f"{text}; continue with: shirokuro train --resume --out {directory.path}", error=True)
        notify(event, text)

    try:
        result, signal = _train(trainer, directory, options)
    except BrokenPipeError:
        stopped("standard output was closed: stopped")
        return ExitCode.OUTPUT_CLOSED
    except Exception as error:
        notify("error", f"failed after {counted(trainer.games_played, 'game')}: {message_of(error)}")
        raise
    if signal and result.outcome == "completed":
        notify(result.outcome, _say_complete(result, trainer, directory))
        return 128 + signal
    if signal:
        stopped("stopped")
        return 128 + signal
    if result.outcome == "too_many_errors":
        stopped("paused because of failed games", event=result.outcome)
        return ExitCode.TOO_MANY_ERRORS
    if result.outcome == "paused":
        stopped(f"stopped by --max-time {options.max_time}")
        return ExitCode.SUCCESS
    notify(result.outcome, _say_complete(result, trainer, directory))
    if options.match_games:
        _play_fixed_opponents(trainer, options.match_games)
    return 0


def _say_complete(result: TrainingResult, trainer: Trainer, directory: RunDirectory) -> str:
    """Says that the training is complete, or no longer gains; returns the main line."""
    games = counted(trainer.games_played, "game")
    if result.outcome == "flat" and trainer.strength:
        gain = trainer.strength.gain
        text = f"stopped after {games}, because the strength no longer grows: {gain}; saved {directory.model}"
        say(f"{text}; continue with: shirokuro train --resume --no-stop-when-flat --out {directory.path}")
    else:
        text = f"{'trained' if result.statistics.games else 'already trained'} {games}; saved {directory.model}"
        say(text)
    if result.held_out:
        say(result.held_out)
    return text


def _play_fixed_opponents(trainer: Trainer, games: int) -> None:
    config = trainer.config
    last = config.at(config.games)
    limits = SearchLimits(depth=last.depth, nodes=last.nodes, time_ms=last.time_ms, exact_empties=last.exact_empties)
    print_results(trainer.evaluator, limits, (RandomPlayer(), HeuristicPlayer()), games=games, seed=1)


def _trainer(directory: RunDirectory, given: dict[str, Any], options: Options, *, resume: Resume | None) -> Trainer:
    """Returns a new trainer, or the one in the directory, with the given settings."""
    if not candidates(directory.path):
        if resume == "require":
            raise FileNotFoundError(2, "no run to resume", str(directory.path))
        return _new(directory, given, options, resume=bool(resume))
    if not resume:
        raise ValueError(
            f"{directory.path} holds a run: continue it with --resume, or choose another directory with --out"
        )
    trainer = Trainer()
    trainer.restore(
        directory.path,
        on_corrupt=options.on_corrupt or _choice(directory),
        init=options.init_from,
        patterns=_patterns(options),
    )
    if options.init_from and trainer.state.checkpoint:
        trainer.state.notes.append(
            f"--init-from {options.init_from}: not used, because the run in {directory.path} continues with its own "
            "weights"
        )
    trainer.configure(**given)
    part = trainer.state.given
    if (
        options.from_games
        and part
        and not part.left(trainer.games_played)
        and part.is_from(options.from_games, **options.given)
    ):
        trainer.state.notes.append("--from-games: not read again, because the run has learned from these files")
    elif games := _given_games(options):
        trainer.schedule_games(games)
    return trainer


def _patterns(options: Options) -> PatternSet | None:
    return PatternSet.from_toml(options.patterns) if options.patterns else None


def _given_games(options: Options) -> GivenGames | None:
    """Reads the given games, if there are any; on a slow machine, a large file takes a minute."""
    if options.from_games is None:
        return None
    files = ", ".join(options.from_games)
    _log.info("reading %s", files)
    return GivenGames(options.from_games, **options.given)


def _new(directory: RunDirectory, given: dict[str, Any], options: Options, *, resume: bool) -> Trainer:
    """Returns a new trainer; one that should resume, but finds no checkpoint, says so and keeps the run's settings.

    Without another length, a run that learns from given games ends with them.
    """
    init, patterns, games = options.init_from, _patterns(options), _given_games(options)
    if games and "games" not in given:
        given = {"games": games.games, **given}
    if not resume:
        return Trainer(TrainConfig().replace(**given), init=init, from_games=games, patterns=patterns)
    known = directory.config.exists() and directory.config.stat().st_size > 0
    config = settings_of(directory, []) if known else TrainConfig()
    patterns = patterns or directory.own_patterns()
    trainer = Trainer(config.replace(**given), init=init, from_games=games, patterns=patterns)
    found = "no checkpoint, so the run starts over with the settings in config.toml" if known else "no run: starts one"
    trainer.state.notes.append(f"--resume: {directory.path} has {found}")
    return trainer


def _choice(directory: RunDirectory) -> OnCorrupt:
    """Returns what to do about a damaged checkpoint, and asks the user on a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "previous"
    try:
        latest_checkpoint(directory.path, on_corrupt="fail", check=TrainingState.verify)
    except ModelVersionError:
        return "fail"
    except ModelFileError as error:
        say(error, error=True)
        return _answer()
    return "fail"


def _answer() -> OnCorrupt:
    answers: dict[str, OnCorrupt] = {"p": "previous", "f": "fresh", "": "fail"}
    try:
        while (
            answer := input("Resume from the previous checkpoint (p), start over (f), or quit (Enter)? ")
        ) not in answers:
            pass
    except EOFError:  # Ctrl-D
        print()
        return "fail"
    return answers[answer]


def _train(trainer: Trainer, directory: RunDirectory, options: Options) -> tuple[TrainingResult, int | None]:
    """Trains to the length of the run; returns the result and the number of the signal that stopped it, if any."""
    with ExitStack() as until_the_end:
        if options.prometheus is not None:
            endpoint = Endpoint(directory.path, options.prometheus)
            until_the_end.callback(endpoint.close)
            say(f"metrics for Prometheus at {endpoint.url}")
        shown = until_the_end.enter_context(
            display(
                str(directory.path),
                trainer.config.games,
                trainer.games_played,
                left=lambda: trainer.seconds_left,
                quiet=options.verbosity < 0,
                as_json=options.json_logs,
            )
        )
        target, played = trainer.config.games, trainer.games_played
        service = TrainingService(
            ServiceManager(), target_games=target, games_played=played, left=lambda: trainer.seconds_left
        )
        reports = _Reports(shown, service, directory, tensorboard=options.tensorboard)
        until_the_end.callback(reports.close)
        # The training handles signals, and passes on the one that stopped it.
        seconds = options.max_seconds
        end = None if seconds is None else time.monotonic() + seconds

        def tick(games_played: int) -> None:
            reports.tick(games_played)
            if end is not None and time.monotonic() >= end:
                trainer.pause_training()

        if options.debug_updates:
            until_the_end.enter_context(log_updates(trainer, options.debug_updates))
        with StopSignals(lambda: None) as signals:
            result = trainer.start_training(
                directory=directory.path,
                callback=reports.report,
                callback_every=options.report_games,
                progress=tick,
                log_level=(options.log_level or ("debug" if options.verbosity > 1 else "info")).upper(),
                log_json=options.json_logs,
            )
    if result is None:
        raise RuntimeError("training in the foreground must have a result")
    service.end(f"{result.outcome.replace('_', ' ')} after {counted(result.games_played, 'game')}, saved")
    return result, signals.received


class _Reports:
    """Forwards reports to the display, the service manager and the event files."""

    def __init__(self, shown: Display, service: TrainingService, directory: RunDirectory, *, tensorboard: bool) -> None:
        self._shown, self._service = shown, service
        self._directory = directory
        self._wanted = tensorboard
        self._files: EventFiles | None = None

    def tick(self, games_played: int) -> None:
        """Forwards the number of games played; called many times per second."""
        self._service.tick(games_played)
        self._shown.tick(games_played)

    def report(self, progress: TrainingProgress) -> None:
        """Forwards a report of the training."""
        self._service.report(progress)
        self._shown.report(progress)
        self._follow()

    def _follow(self) -> None:
        """Updates the event files from the metrics; they are opened once the training has locked its directory."""
        if not self._wanted:
            return
        try:
            if self._files is None:
                self._files = EventFiles(self._directory.path)
            self._files.update()
        except OSError as error:
            _log.warning("event files were not written: %s", message_of(error))

    def close(self) -> None:
        """Closes the event files after the last line of the metrics."""
        if self._files is not None:
            with suppress(OSError):
                self._files.close()
