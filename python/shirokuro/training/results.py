"""What a training tells while it runs, and when it has ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    from shirokuro.training.failures import FailureReport
    from shirokuro.training.report import BatchReport

Outcome: TypeAlias = Literal["completed", "paused", "too_many_errors"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingProgress:
    """What a callback is told."""

    games_played: int
    """Games finished since the start of the run, those of the generation under way included."""

    target_games: int
    """Games after which the training is complete."""

    batch: BatchReport
    """What was measured since the last callback; without any game if it is called within a long generation."""

    statistics: BatchReport
    """What was measured since the start of the run."""

    seconds: float
    """Wall-clock time since the training was started or resumed."""

    seconds_left: float | None
    """An estimate, by the speed since then; `None` before the first game."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingResult:
    """How a training ended."""

    outcome: Outcome
    """`"completed"`: the target is reached. `"too_many_errors"`: it paused because of failed games."""

    games_played: int
    """Games played since the start of the run."""

    statistics: BatchReport
    """What was measured since the training was started or resumed."""

    seconds: float
    """Wall-clock time since then."""

    checkpoint: Path
    """The state at the end; the directory's `model.shiro` is the same."""

    errors: FailureReport
    """The failed games among the last ones."""
