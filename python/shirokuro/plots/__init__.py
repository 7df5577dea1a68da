"""Pictures of runs and ladders. They require the extra `plot`."""

from shirokuro.plots.ladder import draw_ladder
from shirokuro.plots.run import draw_run

__all__ = ["draw_ladder", "draw_run"]
