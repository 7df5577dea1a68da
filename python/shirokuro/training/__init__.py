"""Training: self-play, given games and learning, sessions, statistics and reports."""

from shirokuro.runs.metrics import TrainingWarning
from shirokuro.training.convergence import ConvergenceReport
from shirokuro.training.failures import FailedGame, FailureReport
from shirokuro.training.given_games import GivenGames, HeldOutError
from shirokuro.training.opponents import Opponents
from shirokuro.training.report import BatchReport
from shirokuro.training.results import TrainingProgress, TrainingResult
from shirokuro.training.trainer import Trainer

__all__ = [
    "BatchReport",
    "ConvergenceReport",
    "FailedGame",
    "FailureReport",
    "GivenGames",
    "HeldOutError",
    "Opponents",
    "Trainer",
    "TrainingProgress",
    "TrainingResult",
    "TrainingWarning",
]
