"""Training: games played and learned, sessions, statistics, and what they report."""

from shirokuro.runs.metrics import TrainingWarning
from shirokuro.training.convergence import ConvergenceReport
from shirokuro.training.failures import ErrorReport, FailedGame
from shirokuro.training.report import BatchReport
from shirokuro.training.results import TrainingProgress, TrainingResult
from shirokuro.training.trainer import Trainer

__all__ = [
    "BatchReport",
    "ConvergenceReport",
    "ErrorReport",
    "FailedGame",
    "Trainer",
    "TrainingProgress",
    "TrainingResult",
    "TrainingWarning",
]
