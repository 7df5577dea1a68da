"""Pictures of runs, ladders and estimates. They require the extra `plot`."""

from shirokuro.plots.ladder import draw_ladder
from shirokuro.plots.overlay import draw_runs
from shirokuro.plots.run import draw_run
from shirokuro.plots.sweep import Estimate, draw_estimates

__all__ = ["Estimate", "draw_estimates", "draw_ladder", "draw_run", "draw_runs"]
