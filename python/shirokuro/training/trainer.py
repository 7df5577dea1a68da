"""Training sessions: a training that is started, paused and resumed, and that loses nothing."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from shirokuro.config import TrainConfig
from shirokuro.runs import checkpoints
from shirokuro.runs.directory import RunDirectory
from shirokuro.signals import StopSignals
from shirokuro.training import log_file
from shirokuro.training.learner import Learner
from shirokuro.training.loop import TrainingLoop
from shirokuro.training.session import Session, SessionOptions
from shirokuro.training.state import TrainingState

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from shirokuro.runs.checkpoints import OnCorrupt
    from shirokuro.training.results import TrainingProgress, TrainingResult


class Trainer(Learner):
    """Trains an evaluator by self-play.

    The state after N games depends on the settings alone: not on the number of threads, nor on how the games were
    split into calls, nor on saving, loading and interruptions. Only `time_ms` gives that up.

    A `KeyboardInterrupt` during a call stops it at once and leaves a state that can be saved and continued.

    While one thread trains, the others may read the properties and `get_statistics`, and use the evaluator. Whatever
    else they call, `save`, `memory` and `digest` included, raises `RuntimeError` and changes nothing: a thread that
    watches a training asks from `progress`, or again later. So does every call in a process that was forked: the
    trainer's threads stay behind.
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
        """Trains from the present state to the target, saving checkpoints on the way and the model at the end.

        SIGINT and SIGTERM stop the training and save it, and then do what they would have done before; a second one
        ends the program at once. (Signals reach Python's main thread only: start the training from there.)

        Args:
            target_games: games of the whole run, those before included; the setting `games` if it is left out.
            directory: the run's directory; by default the one before, or a new one in `runs/`.
            callback: called every `callback_every` games, at the end of the generation; within it, if it is longer
                than that. It may pause and configure. An exception from it ends the training, which is saved.
            callback_every: games between two callbacks, and between two lines of metrics.
            background: train on another thread, and return at once; `wait` gives the result.
            checkpoint_every: in place of the setting `checkpoint_games`, from now on.
            keep: in place of the setting.
            compress: in place of the setting.
            progress: called about every 50 ms, and after each generation, with the number of games finished since the
                start of the run.
            log_level: the least level of messages in the log file: `"DEBUG"`, `"INFO"`, `"WARNING"` or `"ERROR"`.
            log_json: write the log file as JSON lines.

        Returns:
            How the training ended; `None` if it goes on in the background.

        Raises:
            ValueError: a value is out of its range, or the directory holds another run.
            TypeError: a value is of the wrong type.
            RuntimeError: a training is active already.
            BlockingIOError: another training is using the directory.
            OSError: the state at the end could not be saved; it is still here.
        """
        self._refuse_while_active()
        if target_games is None:
            target_games = self._config.games
        for name, value in (("target_games", target_games), ("callback_every", callback_every)):
            TrainConfig.SETTINGS["games"].convert(name, value)
        log_file.checked_level(log_level)
        changes = {"checkpoint_games": checkpoint_every, "keep": keep, "compress": compress}
        self.configure(**{name: value for name, value in changes.items() if value is not None})
        before = self._session.directory if self._session else RunDirectory.named_by_time()
        session = Session(
            before if directory is None else RunDirectory(Path(directory)),
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
            if background:  # the training is on another thread, this is the main thread's handler
                while session.active:  # without a lock, which this thread may hold
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
                until_started.pop_all()
                return None
            session.run(loop.run)
        signals.pass_on()
        return session.wait()

    def pause_training(self) -> TrainingResult | None:
        """Stops the training at once, in the middle of a generation too, and saves it; returns when that is done.

        Finished games are kept. May be called from any thread; if from a callback, it returns at once.

        Returns:
            How the training ended; `None` from a callback, and when there is none.
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
        """Goes on from the run's latest checkpoint, as if the training had never stopped.

        The checkpoint is loaded, with its settings, unless this trainer is in the very state that it holds. What this
        trainer trained since is given up.

        Args:
            target_games: games of the whole run; what the training was started for, if it is left out.
            directory: the run's directory; by default the one before.
            on_corrupt: what to do when the newest checkpoint is damaged: go back to the newest one that is whole, start
                a new run with this trainer's settings (the damaged one's files are moved to `set-aside`), or raise.
            options: as for `start_training`.

        Raises:
            FileNotFoundError: there is no checkpoint.
            ModelFileError: the newest checkpoint is damaged and `on_corrupt` is `"fail"`, or all are damaged; or it is
                of another version of the format.
            Exception: as `start_training`.
        """
        if unknown := options.keys() - SessionOptions.__annotations__.keys():
            raise TypeError(f"resume_training() got an unexpected keyword argument {min(unknown)!r}")
        self._refuse_while_active()
        if directory is None:
            if not self._session:
                raise ValueError("directory: there was no training before, name the directory of one")
            directory = self._session.directory.path
        self.restore(directory, on_corrupt=on_corrupt)
        return self.start_training(
            self.state.target_games if target_games is None else target_games, directory=directory, **options
        )

    def restore(self, directory: str | PathLike[str], *, on_corrupt: OnCorrupt = "previous") -> None:
        """Loads the latest checkpoint of a run's directory into this trainer; errors as for `resume_training`.

        Evaluators that were handed out before stay as they are.
        """
        latest = checkpoints.latest_checkpoint(directory, on_corrupt=on_corrupt)
        if latest is not None:
            if latest != self.state.checkpoint:
                self.state = TrainingState.load(latest)
            return
        run = RunDirectory(Path(directory))
        damaged = [*checkpoints.candidates(run.path)]
        if not damaged:
            raise FileNotFoundError(2, "no checkpoint in", str(run.path))
        with run.held():
            run.set_aside([*damaged, *(path for path in [run.model] if path.exists())])
        self.state = TrainingState.new(self._config)

    @property
    def is_training_active(self) -> bool:
        """A training was started and has not ended."""
        return self._session is not None and self._session.active

    @property
    def training_result(self) -> TrainingResult | None:
        """How the last training ended; `None` if it has not, if an exception ended it, or if there was none."""
        return self._session.result if self._session else None

    def wait(self, timeout: float | None = None) -> TrainingResult | None:
        """Waits for the end of a training in the background.

        Args:
            timeout: seconds; without it, as long as it takes.

        Returns:
            How it ended; `None` when the time is over first, or when there was no training.

        Raises:
            Exception: what ended the training, such as an exception of a callback.
        """
        if not self._session:
            return None
        try:
            return self._session.wait(timeout)
        finally:
            if self._signals and not self.is_training_active:
                self._signals.leave()

    def _refuse_while_active(self) -> None:
        if self.is_training_active:
            raise RuntimeError("a training is active: pause it first")
