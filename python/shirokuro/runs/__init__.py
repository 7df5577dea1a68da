"""Run directories: the one contract between a training run and whatever watches it."""

from shirokuro.runs.checkpoints import Checkpoint, latest_checkpoint, list_checkpoints
from shirokuro.runs.directory import RunDirectory
from shirokuro.runs.games import find_game, read_games
from shirokuro.runs.metrics import Metrics
from shirokuro.runs.portable import export_model
from shirokuro.runs.view import RunView

__all__ = [
    "Checkpoint",
    "Metrics",
    "RunDirectory",
    "RunView",
    "export_model",
    "find_game",
    "latest_checkpoint",
    "list_checkpoints",
    "read_games",
]
