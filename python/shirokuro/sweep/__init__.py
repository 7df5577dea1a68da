"""Sweeps: trainings for every combination of some settings and seeds, and the strength of their models."""

from shirokuro.sweep.picture import draw_sweep
from shirokuro.sweep.plan import MatchSettings, Sweep, SweepRun, read_sweep
from shirokuro.sweep.record import SweepRecord
from shirokuro.sweep.results import RunResult, SettingResult, SweepResults, results_of
from shirokuro.sweep.runner import RunOutcome, Train, run_sweep, train_in_order, train_run

__all__ = [
    "MatchSettings",
    "RunOutcome",
    "RunResult",
    "SettingResult",
    "Sweep",
    "SweepRecord",
    "SweepResults",
    "SweepRun",
    "Train",
    "draw_sweep",
    "read_sweep",
    "results_of",
    "run_sweep",
    "train_in_order",
    "train_run",
]
