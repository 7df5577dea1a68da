"""Progress and result of a training, as passed to callbacks and returned to callers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    from shirokuro.training.failures import FailureReport
    from shirokuro.training.given_games import HeldOutError
    from shirokuro.training.report import BatchReport
    from shirokuro.training.strength_history import StrengthReport

Outcome: TypeAlias = Literal["completed", "paused", "too_many_errors", "flat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingProgress:
    """Progress of a training, as passed to a callback."""

    games_played: int
    """Games finished since the start of the run, including those of the current generation."""

    target_games: int
    """Number of games after which the training is complete."""

    batch: BatchReport
    """Measurements since the last callback; empty if the callback is called within a long generation."""

    statistics: BatchReport
    """Measurements since the start of the run."""

    seconds: float
    """Wall-clock time since the training was started or resumed."""

    seconds_left: float | None
    """Estimated remaining time, as `Trainer.seconds_left`; `None` before there is a measurement."""

    generation_complete: bool
    """Whether it was called at the end of a generation's part, whose games are measured.

    Within a long generation, only the number of finished games is known.
    """

    strength: StrengthReport | None = None
    """The session's latest measurement of strength; `None` before the first one."""

    held_out: HeldOutError | None = None
    """The latest measurement by the given games that were held out; `None` without any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingResult:
    """Result of a training."""

    outcome: Outcome
    """`"completed"`: the target was reached. `"too_many_errors"`: the training paused because too many games failed.

    `"flat"`: it stopped because its strength no longer grew, as `stop_when_flat` asks for.
    """

    games_played: int
    """Games played since the start of the run."""

    statistics: BatchReport
    """Measurements since the training was started or resumed."""

    seconds: float
    """Wall-clock time since then."""

    checkpoint: Path
    """File with the final state; the directory's `model.shiro` has the same content."""

    errors: FailureReport
    """Failed games among the latest ones."""

    held_out: HeldOutError | None = None
    """The latest measurement by the given games that were held out; `None` without any."""
