"""Running a sweep: trainings one after the other, and matches as soon as their models are there."""

from __future__ import annotations

import errno
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from shirokuro.config import TrainConfig, shown_name
from shirokuro.files import existing_parent
from shirokuro.runs.checkpoints import candidates
from shirokuro.runs.directory import RunDirectory
from shirokuro.runs.lock import DirectoryLock
from shirokuro.sweep.matches import check_opponent, play_matches
from shirokuro.sweep.record import SweepRecord
from shirokuro.sweep.results import SweepResults, results_of
from shirokuro.training import memory
from shirokuro.training.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from shirokuro.sweep.plan import Sweep, SweepRun
    from shirokuro.training.results import Outcome, TrainingProgress

FREE_TO_CHANGE = frozenset(
    {
        "threads",
        "budget_mb",
        "hang_seconds",
        "checkpoint_games",
        "keep",
        "compress",
        "error_window",
        "max_error_rate",
        "log_games",
        "detail_games",
        "record_games",
    }
)
"""Settings that may differ when a run is continued, because they do not affect the model."""

_CHECKPOINT_BYTES = 294_000_000
"""The size of a checkpoint that is not compressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """The end of a training of a sweep."""

    name: str
    """The name of the run."""
    outcome: Outcome
    """See `TrainingResult.outcome`; after `"paused"`, the sweep stops."""


Train: TypeAlias = "Callable[[Sweep, Sequence[SweepRun]], Iterable[RunOutcome]]"
"""Trains the given runs, in any order and number at a time, and yields the outcome of each as soon as it has ended."""


def train_run(
    sweep: Sweep,
    run: SweepRun,
    *,
    callback: Callable[[TrainingProgress], object] | None = None,
    callback_every: int = 1000,
    progress: Callable[[int], object] | None = None,
) -> RunOutcome:
    """Trains a run of a sweep to its end, from its latest checkpoint if it has one.

    It needs nothing but the sweep's directory, so runs may be trained by other processes. `run_sweep` notes the
    outcome.

    Args:
        sweep: the plan.
        run: one of its runs.
        callback: see `Trainer.start_training`.
        callback_every: the same; also the games between two lines of metrics.
        progress: the same.

    Raises:
        Exception: errors of `Trainer.start_training` and `Trainer.restore`.
    """
    directory = sweep.directory_of(run)
    if candidates(directory):
        trainer = Trainer()
        trainer.restore(directory)
        trainer.configure(**{name: getattr(run.config, name) for name in FREE_TO_CHANGE})
    else:
        trainer = Trainer(run.config)
    result = trainer.start_training(
        run.config.games, directory=directory, callback=callback, callback_every=callback_every, progress=progress
    )
    if result is None:
        raise RuntimeError("training in the foreground must have a result")
    return RunOutcome(name=run.name, outcome=result.outcome)


def train_in_order(sweep: Sweep, runs: Sequence[SweepRun]) -> Iterator[RunOutcome]:
    """Trains runs one after the other in this process."""
    for run in runs:
        yield train_run(sweep, run)


def check_sweep(sweep: Sweep) -> None:
    """Checks whatever can be checked before the first game.

    Raises:
        ValueError: a run in the directory has other settings, the memory budget is too small, or the opponent is not a
            player (also `OSError`).
        OSError: the free space on the disk does not suffice for the checkpoints.
    """
    for run in sweep.runs:
        memory.plan(run.config)
        _refuse_other_settings(sweep, run)
    check_opponent(sweep)
    _refuse_full_disk(sweep)


def run_sweep(
    sweep: Sweep,
    *,
    train: Train = train_in_order,
    match_progress: Callable[[str, int, int], object] | None = None,
) -> SweepResults:
    """Trains the runs that are not finished, continues those that were interrupted, and plays the matches.

    After each run, its matches with the finished ones are played. Ctrl-C saves the run in progress and is then raised;
    the next call continues there. A run that ends because too many games failed does not stop the others.

    Args:
        sweep: the plan.
        train: trains the runs; by default one after the other in this process.
        match_progress: called before each match with the players' names, its number from 1, and the number of matches
            that are missing at that point.

    Returns:
        The results. They are incomplete if a callback of `train` paused a training.

    Raises:
        ValueError: a run in the directory has other settings, or a value is out of range.
        BlockingIOError: another sweep is using the directory.
        OSError: a file can't be read or written.
    """
    check_sweep(sweep)
    sweep.directory.mkdir(parents=True, exist_ok=True)
    with DirectoryLock(sweep.directory):
        record = SweepRecord.load(sweep.directory)
        play_matches(sweep, record, match_progress)
        for ended in train(sweep, record.pending(sweep)):
            record.end(ended.name, ended.outcome)
            if ended.outcome == "paused":
                break
            play_matches(sweep, record, match_progress)
    return results_of(sweep)


def _refuse_other_settings(sweep: Sweep, run: SweepRun) -> None:
    """Raises an error if a run in the directory has other settings than the plan: its model would be a mixture."""
    file = RunDirectory(sweep.directory_of(run)).config
    try:
        found = TrainConfig.from_toml(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except (ValueError, TypeError) as error:
        raise type(error)(f"{file}: {error}") from None
    for name in TrainConfig.SETTINGS.keys() - FREE_TO_CHANGE:
        if (there := getattr(found, name)) != (planned := getattr(run.config, name)):
            raise ValueError(
                f"{file}: {shown_name(name)} = {there}, but the sweep has {planned}: "
                "name another directory for the changed sweep, or delete this run"
            )


def _refuse_full_disk(sweep: Sweep) -> None:
    new = [run for run in sweep.runs if not candidates(sweep.directory_of(run)) and not run.config.compress]
    # An old checkpoint is deleted only after the newer one is saved.
    need = sum(run.config.keep * _CHECKPOINT_BYTES for run in new) + (_CHECKPOINT_BYTES if new else 0)
    free = shutil.disk_usage(existing_parent(sweep.directory)).free
    if need > free:
        raise OSError(
            errno.ENOSPC,
            f"{len(new)} runs need {need / 1e9:,.1f} GB for their checkpoints, and {free / 1e9:,.1f} GB are free: set "
            "compress = true in [settings], or make room",
            str(sweep.directory),
        )
