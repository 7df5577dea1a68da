"""Debugging tools: the weights a model reads, the updates training makes, and the searches behind recorded moves.

    from shirokuro import debug

    print(debug.pattern_view(evaluator, position))
    print(debug.replay("runs/first", 1234))

Every command of `shirokuro debug` calls one of these functions.
"""

from shirokuro.debug.diff import TableChange, WeightDiff, diff_weights
from shirokuro.debug.export import export_games, export_metrics, export_positions
from shirokuro.debug.patterns import PatternRead, PatternView, pattern_view
from shirokuro.debug.replay import Replay, ReplayPly, replay
from shirokuro.debug.traces import TraceView, trace_view
from shirokuro.debug.updates import UpdateLog, log_updates
from shirokuro.debug.weights import WeightStatistics, WeightSummary, weight_statistics
from shirokuro.display.boards import board_svg, board_text
from shirokuro.runs.games import find_game, read_games

__all__ = [
    "PatternRead",
    "PatternView",
    "Replay",
    "ReplayPly",
    "TableChange",
    "TraceView",
    "UpdateLog",
    "WeightDiff",
    "WeightStatistics",
    "WeightSummary",
    "board_svg",
    "board_text",
    "diff_weights",
    "export_games",
    "export_metrics",
    "export_positions",
    "find_game",
    "log_updates",
    "pattern_view",
    "read_games",
    "replay",
    "trace_view",
    "weight_statistics",
]
