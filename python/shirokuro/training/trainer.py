"""Training sessions: a training can be started, paused and resumed without any loss."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from shirokuro.config import TrainConfig
from shirokuro.runs import checkpoints
from shirokuro.runs.directory import RunDirectory
from shirokuro.runs.origin import origins_of
from shirokuro.signals import StopSignals
from shirokuro.training import log_file, memory
from shirokuro.training.game_learner import GameLearner
from shirokuro.training.given_games import part_of
from shirokuro.training.loop import TrainingLoop
from shirokuro.training.session import Session, SessionOptions
from shirokuro.training.settings import edited, extended, settings_of
from shirokuro.training.state import TrainingState

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from shirokuro._core import PatternSet
    from shirokuro.runs.checkpoints import OnCorrupt
    from shirokuro.training.results import TrainingProgress, TrainingResult
    from shirokuro.training.strength_history import StrengthReport
    from shirokuro.training.warm_start import Init


class Trainer(GameLearner):
    """Trains an evaluator by self-play, and from given games.

    The state after N games depends only on the settings. The number of threads, the way the games were split into
    calls, saving, loading and interruptions do not matter. The only exception is a search limited by `time_ms`.

    A `KeyboardInterrupt` during a call stops it at once and leaves a state that can be saved and continued.

    While one thread trains, other threads may read the properties, call `get_statistics` and use the evaluator. Any
    other call, including `save`, `memory` and `digest`, raises `RuntimeError` and changes nothing. To watch a training,
    make such calls from `progress`, or try again later. In a forked process every call raises `RuntimeError`, because
    the trainer's threads are not copied.

    Args:
        config: the settings.
        init: a model whose weights the run starts from, instead of neutral ones: an evaluator, a trainer, a model file
            or a run directory (its latest checkpoint). Moments, games and statistics start at zero.
        from_games: games from files, which are the first games of the run; games against itself follow. The run
            remembers the files, and reads them again to continue after it was loaded.
        workers: what plays the games; `None` for the threads of this process. It does not change the result.
        targets: what the positions are taught in place of λ-returns: a function of `GamePositions`.
        opponents: other players, whom the model meets in a share of the games.
        patterns: the patterns whose weights are learned; by default those of `init`, or the fourteen of the models that
            ship with the package, which are the fastest.

    Raises:
        FileNotFoundError: the file `init` does not exist (other `OSError`s: it can't be read).
        ModelFileError: the file `init` is not a model, or is damaged.
        ValueError: `init` has other patterns.
    """

    _session: Session | None = None
    _signals: StopSignals | None = None

    def start_training(
        self,
        target_games: int | None = None,
        *,
        directory: str | PathLike[str] | None = None,
        callback: Callable[[TrainingProgress], object] | None = None,
        callback_every: int = 100,
        background: bool = False,
        checkpoint_every: int | None = None,
        keep: int | None = None,
        compress: bool | None = None,
        progress: Callable[[int], object] | None = None,
        log_level: int | str = "INFO",
        log_json: bool = False,
    ) -> TrainingResult | None:
        """Trains from the current state to the target; saves checkpoints on the way and the model at the end.

        SIGINT and SIGTERM stop the training and save it. They then take the effect that they would have had without the
        training. A second signal ends the program at once. (Signals reach only Python's main thread: start the training
        from there.)

        Args:
            target_games: games of the whole run, including earlier ones; defaults to the setting `games`.
            directory: the run's directory; defaults to the previous one, or to a new one in `runs/`.
            callback: called every `callback_every` games at the end of a generation, or within the generation if it is
                longer than that. It may pause and configure. An exception from it ends the training, which is saved.
            callback_every: games between two callbacks, and between two lines of metrics.
            background: train on another thread and return at once; `wait` returns the result.
            checkpoint_every: replaces the setting `checkpoint_games` from now on.
            keep: replaces the setting from now on.
            compress: replaces the setting from now on.
            progress: called about every 50 ms, and after each generation, with the number of games finished since the
                start of the run.
            log_level: lowest level of messages in the log file: `"DEBUG"`, `"INFO"`, `"WARNING"` or `"ERROR"`.
            log_json: write the log file as JSON lines.

        Returns:
            The result of the training; `None` if it continues in the background.

        Raises:
            ValueError: a value is out of its range, or the directory holds another run.
            TypeError: a value is of the wrong type.
            RuntimeError: a training is already active.
            BlockingIOError: another training is using the directory.
            OSError: the final state could not be saved; the trainer still has it.
        """
        self._refuse_while_active()
        if target_games is None:
            target_games = self._config.games
        _check_counts(target_games=target_games, callback_every=callback_every)
        _check_functions(callback=callback, progress=progress)
        log_file.checked_level(log_level)
        changes = {"checkpoint_games": checkpoint_every, "keep": keep, "compress": compress}
        self.configure(**{name: value for name, value in changes.items() if value is not None})
        default = self._session.directory if self._session else RunDirectory.named_by_time()
        session = Session(
            default if directory is None else RunDirectory(Path(directory)),
            target_games=target_games,
        )
        loop = TrainingLoop(
            self,
            session,
            callback=callback,
            callback_every=callback_every,
            progress=progress,
            log_level=log_level,
            log_json=log_json,
        )
        if self._signals:
            self._signals.leave()

        def stop() -> None:
            session.pause(wait=False)
            if background and session.is_in_background:  # this is the main thread's handler
                pass_on_when_ended()

        def pass_on_when_ended() -> None:
            while session.active:  # not with a lock, which this thread may already hold
                time.sleep(0.01)
            signals.pass_on()

        self._signals = signals = StopSignals(stop)
        with ExitStack() as until_started:
            until_started.enter_context(signals)
            loop.open()
            self.state.target_games = target_games
            self._session = session
            if background:
                session.run_in_background(loop.run)
                if signals.received is not None:  # before there was a thread
                    pass_on_when_ended()
                until_started.pop_all()
                return None
            session.run(loop.run)
        signals.pass_on()
        return session.wait()

    def pause_training(self) -> TrainingResult | None:
        """Stops the training at once, even in the middle of a generation, and saves it; returns when that is done.

        Finished games are kept. The method may be called from any thread. Called from a callback, it returns at once.

        Returns:
            The result of the training; `None` from a callback, and if no training was started.

        Raises:
            RuntimeError: the call comes from a forked process, in which the training does not run.
            Exception: the exception that ended the training, for example because its state could not be saved, unless
                it was raised before.
        """
        if self._session:
            self._session.pause()
        return self.training_result

    def resume_training(
        self,
        target_games: int | None = None,
        *,
        directory: str | PathLike[str] | None = None,
        on_corrupt: OnCorrupt = "previous",
        **options: Unpack[SessionOptions],
    ) -> TrainingResult | None:
        """Continues from the run's latest checkpoint as if the training had never stopped.

        The checkpoint is loaded together with its settings, unless this trainer is already in exactly that state.
        Settings that were edited in the run's `config.toml` are used from now on.
        Anything that this trainer has trained since the checkpoint is discarded.

        Args:
            target_games: games of the whole run; defaults to the target that the training was last started with.
            directory: the run's directory; defaults to the previous one.
            on_corrupt: what to do if the newest checkpoint is damaged: fall back to the newest undamaged one, start
                over with the run's settings (the damaged run's files are moved to `set-aside`), or raise.
            options: options of `start_training`.

        Raises:
            FileNotFoundError: the run has no checkpoint.
            ValueError: `config.toml` was edited, and changes what can't be changed (seed, generation_games,
                delay_generations) or has an invalid value.
            ModelFileError: the newest checkpoint is damaged and `on_corrupt` is `"fail"`, or all are damaged, or the
                newest one has another version of the format.
            Exception: errors of `start_training`.
        """
        if unknown := options.keys() - SessionOptions.__annotations__.keys():
            raise TypeError(f"resume_training() got an unexpected keyword argument {min(unknown)!r}")
        self._refuse_while_active()
        if directory is None:
            if not self._session:
                raise ValueError("directory: required, because this trainer has no previous training")
            directory = self._session.directory.path
        self.restore(directory, on_corrupt=on_corrupt)
        return self.start_training(
            self.state.target_games if target_games is None else target_games, directory=directory, **options
        )

    def restore(
        self,
        directory: str | PathLike[str],
        *,
        on_corrupt: OnCorrupt = "previous",
        init: Init | None = None,
        patterns: PatternSet | None = None,
    ) -> None:
        """Loads the latest checkpoint of a run's directory into this trainer; raises the errors of `resume_training`.

        Evaluators obtained earlier do not change.

        Args:
            directory: the run's directory.
            on_corrupt: what to do if the newest checkpoint is damaged; see `resume_training`.
            init: a model whose weights a run that starts over begins with.
            patterns: the patterns of a run that starts over; by default those that its directory names.

        Raises:
            ValueError: the checkpoint has other patterns than these.
        """
        run = RunDirectory(Path(directory))
        latest = checkpoints.latest_checkpoint(directory, on_corrupt=on_corrupt, check=TrainingState.verify)
        if latest is not None:
            state = self.state if latest == self.state.checkpoint else TrainingState.load(latest)
            if patterns not in {None, state.core.evaluator.patterns}:
                raise ValueError(f"patterns: the run in {run.path} has others, which can't be changed")
            config = edited(run.config, state.config, state.written)
            memory.plan(config, state.core.evaluator.patterns)
            if config.games != state.config.games:
                state.target_games = None
            self.state, state.config = state, config
            return
        damaged = checkpoints.candidates(run.path)
        if not damaged:
            raise FileNotFoundError(2, "no checkpoint in this directory", str(run.path))
        files = [*damaged, *(path for path in [run.model] if path.exists() and path not in damaged)]
        patterns = patterns or run.own_patterns()
        state = TrainingState.new(settings_of(run, files), init, patterns=patterns)
        origins = next(filter(None, map(origins_of, files)), ())
        lost = next(filter(None, map(part_of, files)), None)
        with run.held():
            run.set_aside(files)
        start = f" and neutral weights (it had started from {origins[0]})" if origins and init is None else ""
        if lost:
            start += f", without the games of {', '.join(file.path for file in lost.files)} until they are given again"
        state.notes.append(f"the run in {run.path} starts over with its settings{start}; its files were set aside")
        self.state = state

    def extend(self, games: int) -> None:
        """Changes the length of the run, with schedules that continue from their present values.

        `configure(games=…)` stretches the schedules over the new length instead, so that their values jump.

        Raises:
            ValueError: `games` is less than the games played, or out of its range.
            TypeError: `games` is not a whole number.
        """
        TrainConfig.SETTINGS["games"].convert("games", games)
        self.state.config = extended(self._config, games, self._core.generation * self._core.generation_games)

    def is_training_active(self) -> bool:
        """Checks whether a training was started and has not ended."""
        return self._session is not None and self._session.active

    @property
    def seconds_left(self) -> float | None:
        """Estimated seconds until the training reaches its target; `None` if none is active or nothing was measured.

        It follows from the speed of the last half minute, and from what the schedules of the search will cost.
        """
        if self._session is None or not self._session.active:
            return None
        return self._session.pace.left(self._config, self._session.target_games)

    @property
    def strength(self) -> StrengthReport | None:
        """The latest measurement of strength in the present or last session; `None` before the first one."""
        return self._session.strength if self._session else None

    @property
    def training_result(self) -> TrainingResult | None:
        """Result of the last training; `None` if it has not ended, if an exception ended it, or if there was none."""
        return self._session.result if self._session else None

    def wait(self, timeout: float | None = None) -> TrainingResult | None:
        """Waits for a background training to end.

        Args:
            timeout: maximum time in seconds; `None` waits without a limit.

        Returns:
            The result of the training; `None` if the timeout expires first, or if there was no training.

        Raises:
            Exception: the exception that ended the training, such as one from a callback.
        """
        if not self._session:
            return None
        try:
            return self._session.wait(timeout)
        finally:
            if self._signals and not self.is_training_active():
                self._signals.leave()

    def _refuse_while_active(self) -> None:
        if self.is_training_active():
            raise RuntimeError("a training is active: pause it first")


def _check_counts(**counts: object) -> None:
    for name, count in counts.items():
        TrainConfig.SETTINGS["games"].convert(name, count)


def _check_functions(**functions: object) -> None:
    for name, function in functions.items():
        if function is not None and not callable(function):
            raise TypeError(f"{name} = {function!r}: must be a function or None")
